"""What is sent is bounded before anybody has logged in: too much is told on a page, far too much is not taken in."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.unit_of_work import Runtime
from app.factory import MAX_BODY
from app.server import TAKEN_IN
from tests.servers.databases import ROOT
from tests.servers.postgresql import free_port


@pytest.fixture
def port(penza: Runtime, tmp_path: Path) -> Iterator[int]:
    """The product as `app.py serve` serves it."""
    number = free_port()
    environ = {
        **os.environ, "DATABASE_URL": penza.settings.database_url, "SECRET_KEY": "x" * 40, "PORT": str(number),
        "OPORA_VAR": str(tmp_path), "WORKERS": "0", "HOST": "127.0.0.1",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "app.py", "serve"], cwd=ROOT, env=environ)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", number), 1).close()
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield number
    finally:
        process.terminate()
        process.wait(30)


def told(port: int, length: int) -> str:
    """The first line of the answer to a form that says it has `length` bytes."""
    with socket.create_connection(("127.0.0.1", port), 20) as line:
        head = f"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {length}\r\n\r\n"
        line.sendall(head.encode())
        return line.recv(200).split(b"\r\n")[0].decode()


def test_what_is_far_too_large_is_refused_before_it_is_sent(port: int) -> None:
    assert told(port, TAKEN_IN + 1) == "HTTP/1.1 413 Request Entity Too Large"
    assert TAKEN_IN > MAX_BODY, "a scan that is too large is told so on a page"
