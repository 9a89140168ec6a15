"""Writing corrections of this room into the journal in words a person reads, not in codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.audit import service as audit
from app.core.db import Base
from app.core.i18n import Text
from app.core.unit_of_work import Work
from app.curation.rules import RECOMMENDATION_STATUSES, VISIT_GROUNDS, VISIT_MODES

# keys and marks that follow from other values or stand in the record anyway
UNTOLD = frozenset(
    {
        "state", "report", "number_key", "number_year", "registered_by", "signed_entered_by", "scan_id", "in_force_at",
        "withdrawn_at", "status_at", "status_by", "position", "organisation_id", "visit_id",
    }
)  # fmt: skip


def lesson_lines(lessons: list[dict[str, str]]) -> str:
    """«5А, математика, Единицына А.Р.: высокий темп», one lesson a line."""
    return "\n".join(
        f"{x['grade']}, {x['subject']}, {x['teacher']}" + (f": {x['finding']}" if x.get("finding") else "")
        for x in lessons
    )


def _in_russian(titles: Mapping[str, Text], code: str) -> str:
    """What the history keeps is kept in one language, whoever wrote it; the reader is told in his own."""
    return titles[code].in_("ru") if code in titles else code


WORDS: dict[str, Callable[[Any], str]] = {
    "mode": lambda code: _in_russian(VISIT_MODES, code),
    "ground": lambda code: _in_russian(VISIT_GROUNDS, code),
    "status": lambda code: _in_russian(RECOMMENDATION_STATUSES, code),
    "lessons": lesson_lines,
}


def revise(work: Work, row: Base, changes: Mapping[str, Any], tag: str, case_id: int) -> bool:
    """Set what differs and record old → new; the answer says whether anything differed."""
    changed = {name: (getattr(row, name), new) for name, new in changes.items() if getattr(row, name) != new}
    for name, (_old, new) in changed.items():
        setattr(row, name, new)
    if changed:
        told = {
            name: {"old": _word(name, old), "new": _word(name, new)}
            for name, (old, new) in changed.items()
            if name not in UNTOLD
        }
        data: dict[str, Any] = {"fields": sorted(changed)}
        for name in ("state", "report", "scan_id", "organisation_id", "visit_id"):
            if name in changed:
                data[name] = list(changed[name])
        audit.record(work, tag, row, case_id=case_id, data=data, values=told or None)
    return bool(changed)


def _word(name: str, value: Any) -> Any:
    return WORDS[name](value) if name in WORDS and value is not None else value
