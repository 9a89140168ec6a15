"""PDF copies by LibreOffice where it is installed: each call alone, limited by the clock; one bad file stops nobody.

Nothing here runs while a page waits: papers are converted by a job of the outbox, outside of any transaction.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.core.errors import NotFound, Reason, Refusal
from app.core.i18n import Text, _
from app.core.unit_of_work import Runtime, Work
from app.documents.models import Document
from app.documents.queries import file_of, get_document
from app.documents.template_models import DocumentPdf
from app.files.service import keep
from app.jobs import outbox

JOB = "documents.pdf"
MEDIA_TYPE = "application/pdf"
SECONDS = 20  # for one call, below the lease of a job
SECONDS_ALONE = 12  # for a file tried again by itself
MAX_PDF = 50_000_000
_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)
TROUBLES: dict[str, Text] = {
    "absent": _("LibreOffice is not installed on this server, so there is no PDF. Download the DOCX and save it as PDF "
                "in your word processor; the preview on the page stays."),
    "time": _("LibreOffice did not finish in time. Try again, or download the DOCX."),
    "failed": _("LibreOffice could not convert this file. Download the DOCX; the preview on the page stays."),
}  # fmt: skip


@cache
def office() -> str | None:
    """Where LibreOffice is; None where it is not installed. `LIBREOFFICE` names another place, or `off`."""
    named = os.environ.get("LIBREOFFICE", "")
    if named.lower() == "off":
        return None
    if named:
        return named if Path(named).is_file() else None
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _PLACES if Path(place).is_file()), None)


def convert(files: Sequence[bytes], seconds: int = SECONDS) -> list[bytes | str]:
    """Each DOCX as PDF, or the name of its trouble (a key of TROUBLES). All in one call, the lost ones alone."""
    if office() is None:
        return ["absent"] * len(files)
    made = _call(files, seconds)
    if len(files) > 1:  # one bad file may have ended the call before the others
        made = [
            one if isinstance(one, bytes) else _call([data], SECONDS_ALONE)[0]
            for one, data in zip(made, files, strict=True)
        ]
    return made


def _call(files: Sequence[bytes], seconds: int) -> list[bytes | str]:
    with tempfile.TemporaryDirectory(prefix="opora-pdf-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        (folder / "out").mkdir()
        names = [f"{number}.docx" for number in range(len(files))]
        for name, data in zip(names, files, strict=True):
            (folder / name).write_bytes(data)
        command = [
            str(office()), "--headless", "--norestore", "--nolockcheck", "--nodefault",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder / "out"), *names,
        ]  # fmt: skip
        ended = run(command, folder, seconds)
        found: list[bytes | str] = []
        for number in range(len(files)):
            path = folder / "out" / f"{number}.pdf"
            data = path.read_bytes() if path.is_file() and path.stat().st_size <= MAX_PDF else b""
            is_whole = data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:]
            found.append(data if is_whole else "failed" if ended else "time")
        return found


def run(command: list[str], folder: Path, seconds: int) -> bool:
    """A program in a session of its own, ended with all it began when the time is over; False for that."""
    env = {
        name: os.environ[name]
        for name in ("PATH", "LANG", "SYSTEMROOT", "LD_LIBRARY_PATH")
        if name in os.environ
    }
    env |= {"HOME": str(folder), "TMPDIR": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    process = subprocess.Popen(  # noqa: S603 -- a program found by `office`, arguments of our own
        command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=os.name == "posix",
    )  # fmt: skip
    try:
        process.wait(seconds)
        return True
    except subprocess.TimeoutExpired:
        return False
    finally:
        with contextlib.suppress(OSError):  # whatever it left running
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)


def pages(pdf: bytes, most: int = 6, dots: int = 80) -> list[bytes]:
    """The first pages as PNG; none where `pdftoppm` is not installed or does not finish."""
    program = shutil.which("pdftoppm")
    if program is None:
        return []
    with tempfile.TemporaryDirectory(prefix="opora-png-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        (folder / "paper.pdf").write_bytes(pdf)
        command = [program, "-png", "-r", str(dots), "-l", str(most), "paper.pdf", "page"]
        if not run(command, folder, SECONDS_ALONE):
            return []
        return [path.read_bytes() for path in sorted(folder.glob("page-*.png"))]


def request_pdf(work: Work, document_id: int, copy: str) -> DocumentPdf:
    """Have the PDF of a printed file made, or made again after a failure; what is there already is left.

    Raises NotFound (no such paper, nothing printed yet), Refusal where LibreOffice is not installed.
    """
    document = get_document(work.session, document_id)
    printed = file_of(document, copy)
    if printed is None or printed.file is None:
        raise NotFound
    sha256 = printed.file.sha256
    row = pdf_of(work, document, sha256)
    if row is None or (row.file_id is None and row.rendered_at is not None):
        if office() is None:
            raise Refusal([Reason(TROUBLES["absent"])])
        if row is None:
            row = DocumentPdf(
                document_id=document.id, sha256=sha256, trouble="", attempt=1, asked_at=work.now
            )
            work.session.add(row)
        else:
            row.attempt, row.trouble, row.asked_at, row.rendered_at = row.attempt + 1, "", work.now, None
        work.session.flush()
        name = printed.file.name.rpartition(".")[0] + ".pdf"
        outbox.enqueue(
            work,
            JOB,
            f"{document.id}:{sha256}:{row.attempt}",
            {"pdf": row.id, "sha256": sha256, "name": name},
        )
    return row


def pdf_of(work: Work, document: Document, sha256: str) -> DocumentPdf | None:
    """The PDF row of a DOCX of this paper, made or being made."""
    return work.session.scalars(
        select(DocumentPdf).where(DocumentPdf.document_id == document.id, DocumentPdf.sha256 == sha256)
    ).one_or_none()


class PdfJob:
    """The outbox handler: converts before the unit of work begins, keeps the file in it."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str], bytes | str] = {}
        self._lock = threading.Lock()

    def outside(self, runtime: Runtime, payload: Mapping[str, Any]) -> None:
        """Convert without holding the database."""
        made = convert([runtime.ports.storage.get(str(payload["sha256"]))])[0]
        with self._lock:
            self._made[int(payload["pdf"]), str(payload["sha256"])] = made

    def __call__(self, work: Work, payload: Mapping[str, Any]) -> None:
        with self._lock:
            made = self._made.pop((int(payload["pdf"]), str(payload["sha256"])), "failed")
        row = work.session.scalars(select(DocumentPdf).where(DocumentPdf.id == payload["pdf"])).one()
        if row.file_id is not None:
            return
        row.rendered_at = work.now
        if isinstance(made, str):
            row.trouble = made
            return
        document = work.session.scalars(select(Document).where(Document.id == row.document_id)).one()
        stored = keep(work, made, str(payload["name"]), MEDIA_TYPE, programme_id=document.programme_id)
        work.session.flush()
        row.file_id, row.trouble = stored.id, ""


HANDLERS = {JOB: PdfJob()}
