"""The disk takes no more: the operating system refuses what is written, and the page says so."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.core.actor import SYSTEM
from app.core.errors import NoRoom
from app.core.unit_of_work import Runtime
from app.documents.models import Incoming
from app.files.models import StoredFile
from tests.people import WebUsers, token

LIMIT = 256 * 1024
URL = "/incoming/add"
LETTER = {
    "kind": "letter", "sender": "Министерство образования", "subject": "О сроках & итогах", "way": "next",
    "received_on": "2025-01-09",
}  # fmt: skip


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """The real limit of this process; the signal that comes with it is left aside by Python."""
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("size", "comes_in"),
    [
        pytest.param(400_000, True, id="in the storage"),
        pytest.param(900_000, False, id="where an upload is put by before it is looked at"),
    ],
)
def test_a_scan_there_is_no_room_for_is_refused_whole_and_told(
    size: int,
    comes_in: bool,
    penza: Runtime,
    cases: dict[str, int],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    web = WebUsers(penza)
    scan = b"%PDF-1.4\n" + b"x" * size + b"\n%%EOF\n"
    url = f"{URL}?case={cases['41']}"
    client = web("clerk")

    parts = {**LETTER, "csrf_token": token(client, url), "scan": FileStorage(BytesIO(scan), "letter.pdf")}
    boundary, body = encode_multipart(parts)
    kind = f"multipart/form-data; boundary={boundary}"

    def send() -> tuple[int, str]:
        answer = client.post(url, data=body, content_type=kind)
        return answer.status_code, answer.get_data(as_text=True).replace("\xa0", " ")

    def kept() -> tuple[int, int]:
        session = penza.read(SYSTEM).session
        return tuple(session.scalar(select(func.count(model.id))) or 0 for model in (Incoming, StoredFile))  # type: ignore[return-value]

    with penza.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    with no_file_above(LIMIT):
        with pytest.raises(NoRoom):
            penza.ports.storage.put(scan)
        status, page = send()
    assert status == 503
    assert "не осталось места для файла" in page
    assert ("О сроках &amp; итогах" in page) == comes_in, "what was typed is there to be copied"
    assert kept() == (0, 0)
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert "no room for a file: OSError" in caplog.text
    status, page = send()
    assert status == 303, page[:3000]
    penza.database.session.remove()
    assert kept() == (1, 1)
