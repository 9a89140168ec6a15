"""Kinds of events, and counting persons apart from person-events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from app.core.i18n import Text, _


class EventKind(StrEnum):
    standing_seminar = "standing_seminar"
    workshop = "workshop"
    method_day = "method_day"
    placement = "placement"
    seminar = "seminar"
    webinar = "webinar"
    consultation = "consultation"
    open_lesson = "open_lesson"


EVENT_KINDS: dict[str, Text] = {
    "standing_seminar": _("Standing seminar"),
    "workshop": _("Workshop"),
    "method_day": _("Methodical day"),
    "placement": _("Placement site"),
    "seminar": _("Seminar"),
    "webinar": _("Webinar"),
    "consultation": _("Consultation"),
    "open_lesson": _("Open lesson"),
}


@dataclass(frozen=True)
class Attendance:
    """One school at one event: how many teachers, and the cards of those who were named."""

    teachers: int
    cards: tuple[int, ...]


@dataclass(frozen=True)
class Counts:
    """`persons` are different teachers, `visits` person-events, `unnamed` person-events without a card."""

    events: int = 0
    persons: int = 0
    visits: int = 0
    unnamed: int = 0


def count(attendances: Iterable[Attendance]) -> Counts:
    """Ten seminars of one teacher are one person and ten person-events."""
    rows = [row for row in attendances if row.teachers]
    return Counts(
        events=len(rows),
        persons=len({card for row in rows for card in row.cards}),
        visits=sum(row.teachers for row in rows),
        unnamed=sum(max(0, row.teachers - len(row.cards)) for row in rows),
    )


def is_web_address(text: str) -> bool:
    """An address of a page, in any alphabet: «https://школа50.рф/равенство/»."""
    try:
        parts = urlsplit(text.strip())
        return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and " " not in text.strip()
    except ValueError:
        return False
