"""Proof that agreements hold: what is in force is complete, and stands as the journal last told it.

A place saved with its source by an early form is told while it can be corrected: a person does that, and the journal
tells it; a migration would leave rows the journal does not know. What is in force stays as it was signed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.audit.models import AuditDetail, AuditRecord
from app.core.i18n import _
from app.core.ports import Storage
from app.curation.models import Agreement, AgreementSide
from app.curation.queries import signed_sides
from app.curation.rules import OPEN_STATES, AgreementState, missing

_CODES = ("state", "scan_id")  # chained as they are; the other fields may name people and can be erased
_FIELDS = {
    "agreements": (*_CODES, "dated", "place", "since", "until", "visits_planned", "ended_on"),
    "agreement_sides": ("number", "registered_on", "signed_on", "signed_by"),
}
_WITH_ITS_SOURCE = "{'value': "  # a setting of the programme as the form of the terms once suggested it
Told = dict[tuple[str, int | None], dict[str, Any]]


def findings(session: Session, _storage: Storage | None = None) -> Iterator[str]:
    """One sentence per fault; none when every agreement is what people entered and signed."""
    told = _told(session)
    query = select(Agreement).options(selectinload(Agreement.sides).joinedload(AgreementSide.organisation))
    for agreement in session.scalars(query.order_by(Agreement.id)):
        if agreement.state == AgreementState.in_force:
            lacking = missing(AgreementState.signed, signed_sides(agreement), agreement.scan_id is not None)
            if lacking:
                yield str(_("Agreement %(id)s is in force without %(what)s", id=agreement.id,
                            what=", ".join(map(str, lacking))))  # fmt: skip
        if agreement.state in OPEN_STATES and agreement.place.startswith(_WITH_ITS_SOURCE):
            yield str(_("Agreement %(id)s: the place was saved together with its source; correct it before the "
                        "agreement is in force", id=agreement.id))  # fmt: skip
        rows: list[Agreement | AgreementSide] = [agreement, *agreement.sides]
        for row in rows:
            table = row.__tablename__
            for name, value in told.get((table, row.id), {}).items():
                if _plain(getattr(row, name)) != value:
                    yield str(_("Agreement %(id)s: %(field)s is not what the journal last told", id=agreement.id,
                                field=f"{table}.{name}"))  # fmt: skip


def _told(session: Session) -> Told:
    """What the journal said last of each field; a field whose words were erased is left out."""
    found: Told = defaultdict(dict)
    query = (
        select(AuditRecord, AuditDetail)
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(AuditRecord.subject_type.in_(_FIELDS), AuditRecord.tag.like("agreement:%"))
        .order_by(AuditRecord.id)
    )
    for record, detail in session.execute(query):
        fields = found[(record.subject_type, record.subject_id)]
        words = _words(detail)
        for name in _FIELDS[record.subject_type]:
            if name in _CODES and name in record.data:
                fields[name] = record.data[name][1]
            elif name in words:
                change = words[name]
                fields[name] = change["new"] if isinstance(change, dict) else change
            elif name in record.data.get("fields", ()):
                fields.pop(name, None)
    return found


def _words(detail: AuditDetail | None) -> dict[str, Any]:
    return detail.values or {} if detail is not None and detail.erased_at is None else {}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
