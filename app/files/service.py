"""Taking files in and giving them out."""

from __future__ import annotations

from app.audit import service as audit
from app.core.unit_of_work import Work
from app.files.gate import check_scan, clean_name
from app.files.models import StoredFile


def keep_scan(
    work: Work, data: bytes, name: str, *, case_id: int | None = None, programme_id: int | None = None,
    field: str = "scan",
) -> StoredFile:  # fmt: skip
    """Keep an uploaded scan or photo. Raises Invalid at `field` when it is not one."""
    media_type, extension = check_scan(data, field)
    return keep(
        work, data, clean_name(name, extension), media_type, case_id=case_id, programme_id=programme_id
    )


def keep(
    work: Work,
    data: bytes,
    name: str,
    media_type: str,
    *,
    case_id: int | None = None,
    programme_id: int | None = None,
) -> StoredFile:
    """Keep bytes the system made or has checked; the row says whose they are."""
    stored = StoredFile(
        sha256=work.ports.storage.put(data), name=name, media_type=media_type, size=len(data), case_id=case_id,
        programme_id=programme_id, uploaded_by=work.actor.user_id, uploaded_at=work.now,
    )  # fmt: skip
    work.session.add(stored)
    audit.record(
        work, "file:add", stored, case_id=case_id, data={"sha256": stored.sha256}, values={"name": name}
    )
    return stored
