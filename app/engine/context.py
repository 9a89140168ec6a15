"""Who acts on a case, when, and what the rooms know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.engine.deadlines import Calendar, PlainWeek
from app.engine.guards import Value


@dataclass(frozen=True)
class FactValue:
    """An answer of a room: value (None = unknown), names to print, page to mend it, its own sentence.

    `of` says in the genitive what a date is the date of (a term may be counted from it), `until` when one that is
    unknown will be known.
    """

    value: Value
    items: tuple[str, ...] = ()
    link: str | None = None
    text: str | Mapping[str, str] | None = None
    of: Mapping[str, str] | None = None
    until: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Voter:
    """A member of the group as the case sees him; `excluded` is the reason he may not vote, or None."""

    id: str
    name: str
    role: str
    excluded: str | None = None


@dataclass(frozen=True, eq=False)
class Context:
    """Who acts, when, and what is known. `authors` wrote what is voted on and may be barred from voting.

    `day_of` tells the day an instant falls on where the authority is.
    """

    actor: str
    roles: frozenset[str]
    now: datetime
    today: date
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    voters: tuple[Voter, ...] = ()
    authors: frozenset[str] = frozenset()
    calendar: Calendar = field(default_factory=PlainWeek)
    day_of: Callable[[datetime], date] = datetime.date
