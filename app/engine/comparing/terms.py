"""How a term differs: its days, what it is counted from, reminders, whom it tells when it has passed, its ground."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.anchors import ENTERED, DateNames, event_words
from app.engine.comparing.words import (
    GROUND,
    NONE,
    Change,
    Pair,
    join,
    roles_of,
    say,
    texts_of,
    words,
    working_days,
)
from app.engine.definition import Definition
from app.engine.elements import Due
from app.engine.structure import structure_of
from app.engine.wording import plural


def compare_due(
    versions: tuple[Definition, Definition],
    path: str,
    about: Pair,
    was: Due | None,
    now: Due | None,
    dates: DateNames,
) -> Iterator[Change]:
    """Every difference of one term; of one that was taken away only that it was."""
    where = f"{path}.due"
    old, new = versions
    if was is None or now is None:
        if was is not now:
            yield say("changed", where, about, _days(old, was, dates), _days(new, now, dates))
    elif was.working_days != now.working_days:
        arrow = f": {was.working_days} → "
        yield Change(
            "changed", where, texts_of(join(about, join((arrow, arrow), working_days(now.working_days))))
        )
    if now is None:
        return
    if was and was.since != now.since:
        counted = join(about, (": отсчёт со дня", ": counted from"))
        before, after = event_words(old, was.since, dates), event_words(new, now.since, dates)
        yield say("changed", where, counted, before, after)
    if (was.remind if was else ()) != now.remind:
        label = join(about, (": напоминания", ": reminders"))
        yield say("changed", where, label, _reminders(was), _reminders(now))
    if structure_of(was.escalate if was else None) != structure_of(now.escalate):
        label = join(about, (": при просрочке", ": when it has passed"))
        yield say("changed", where, label, _escalation(old, was), _escalation(new, now))
    if was:
        yield from words(where, about, was.source, now.source, GROUND)


def _days(definition: Definition, due: Due | None, dates: DateNames) -> Pair:
    if due is None:
        return NONE
    days = working_days(due.working_days)
    if due.since == ENTERED:
        return days
    return join(days, join((" со дня ", " from "), event_words(definition, due.since, dates)))


def _reminders(due: Due | None) -> Pair:
    """«за 5, 1 рабочий день»: how long before the term people are reminded."""
    if due is None or not due.remind:
        return NONE
    *first, last = due.remind
    before = "".join(f"{number}, " for number in first)
    ru = before + plural("ru", last, "рабочий день", "рабочих дня", "рабочих дней")
    return f"за {ru}", f"{before}{plural('en', last, 'working day', 'working days')} before"


def _escalation(definition: Definition, due: Due | None) -> Pair:
    """«через 3 рабочих дня — Руководитель»: who is told of a term that has passed, and when."""
    if due is None or due.escalate is None:
        return NONE
    days, who = working_days(due.escalate.after), roles_of(definition, due.escalate.to)
    return f"через {days[0]} — {who[0]}", f"after {days[1]}: {who[1]}"
