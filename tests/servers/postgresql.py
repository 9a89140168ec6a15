"""A PostgreSQL of the tests' own: fast, forgetful, on a free port, gone at the end.

Two roles as in production: `opora_owner` owns the tables, `opora` only reads and writes rows.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

OWNER = "opora_owner"
APPLICATION = "opora"

# A crash of the test machine may lose the test database: nobody minds, and it is five times as fast.
OPTIONS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200",
    "listen_addresses=127.0.0.1", "timezone=UTC", "log_min_messages=fatal", "autovacuum=off",
    "shared_buffers=64MB", "wal_level=minimal", "max_wal_senders=0",
)  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class PostgresServer:
    """One cluster; `create` makes databases, cheap ones from a template."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="opora-pg-", dir="/tmp" if os.name == "posix" else None))
        self.port = 0
        self._number = 0
        # PostgreSQL refuses to run as root: Debian's package brings a user for it.
        self._as_user: dict[str, Any] = {}
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def start(self) -> None:
        self._run(
            "initdb",
            "-D",
            self.data,
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        )
        for attempt in range(5):
            self.port = free_port()
            try:
                self._launch()
                break
            except subprocess.CalledProcessError:
                if attempt == 4:  # the port may have been taken meanwhile, but not five times
                    raise
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APPLICATION)))

    def stop(self, mode: str = "immediate") -> None:
        """End the server; `resume` or `restart` brings it back with its data."""
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop", check=False)

    def restart(self, mode: str = "immediate") -> None:
        """As after a crash: for the tests of faults."""
        self.stop(mode)
        self._launch()

    def resume(self) -> None:
        """Start the stopped server again."""
        self._launch()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, name: str | None = None, *, template: str = "template0") -> str:
        """A new database; the answer is its name."""
        self._number += 1
        name = name or f"test_{self._number}"
        with self.connect("postgres") as connection:
            # its files are copied: through the log, as is usual since PostgreSQL 15, it takes four times as long
            by_files = connection.info.server_version >= 150_000
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
                    sql.Identifier(name),
                    sql.Identifier(template),
                    sql.SQL("STRATEGY FILE_COPY" if by_files else ""),
                )
            )
        return name

    def drop(self, name: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def url(self, name: str, role: str = APPLICATION) -> str:
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/{name}"

    def connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(host="127.0.0.1", port=self.port, user=OWNER, dbname=name, autocommit=True)

    @property
    def data(self) -> str:
        return str(self.folder / "data")

    def _launch(self) -> None:
        options = " ".join(f"-c {option}" for option in (*OPTIONS, f"port={self.port}"))
        options += f" -c unix_socket_directories={self.folder}"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        subprocess.run(
            [str(self.binaries / program), *arguments],
            check=check, cwd=self.folder, timeout=60, **self._as_user,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
