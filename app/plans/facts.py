"""What the plan tells the engine about a case, by name."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from sqlalchemy.orm import Session

from app.core.facts import day, number, text, yes_no
from app.core.i18n import Text, _, numbered
from app.core.ports import DateWords, Fact, FactSource, LookAhead
from app.plans.queries import content, dues_of, items_of, look_at_items
from app.plans.rules import content_hash, gap_sentences, gaps

PAGE = "plans"


def has_items(session: Session, case_id: int) -> Fact:
    """True if and only if the plan has a measure."""
    return Fact(bool(items_of(session, case_id)), link=PAGE)


def items_complete(session: Session, case_id: int) -> Fact:
    """True if and only if every measure has a term, an owner, an expected result, a direction and a risk."""
    items = items_of(session, case_id)
    if not items:
        return Fact(None, link=PAGE)
    incomplete = tuple(str(numbered(item.number)) for item in items if gaps(item))
    sentences = gap_sentences(items)
    return Fact(
        not incomplete, items=incomplete, link=PAGE, text=reduce(_join, sentences) if sentences else None
    )


def _join(first: Text, second: Text) -> Text:
    return _("%(first)s. %(second)s", first=first, second=second)


def plan_text(session: Session, case_id: int) -> list[dict[str, Any]]:
    return content(items_of(session, case_id))


def plan_hash(session: Session, case_id: int) -> Fact:
    """The fingerprint of the plan's content, which every vote is bound to; unknown while the plan is empty."""
    items = items_of(session, case_id)
    return Fact(content_hash(content(items)) if items else None, link=PAGE)


def items_reported(session: Session, case_id: int) -> Fact:
    """True if and only if every occurrence is done with evidence or not done with a reason."""
    items = items_of(session, case_id)
    if not items:
        return Fact(None, link=PAGE)
    waiting = [
        item for item in items if not (dues := dues_of(item)) or any(not due.is_reported for due in dues)
    ]
    return Fact(not waiting, items=tuple(str(numbered(item.number)) for item in waiting), link=PAGE)


def measures(session: Session, case_id: int) -> Fact:
    """How many measures the plan has."""
    return Fact(len(items_of(session, case_id)), link=PAGE)


def ends(session: Session, case_id: int) -> Fact:
    """The last day of the plan."""
    return Fact(max((item.ends for item in items_of(session, case_id) if item.ends), default=None), link=PAGE)


FACTS: dict[str, FactSource] = {
    "plans.has_items": yes_no(has_items),
    "plans.items_complete": yes_no(items_complete),
    "plans.content_hash": text(plan_hash),
    "plans.items_reported": yes_no(items_reported),
    "plans.measures": number(measures),
    "plans.ends": day(ends),
}

# what reads at once what a fact is asked about each of many cases
AHEAD: dict[str, LookAhead] = dict.fromkeys(FACTS, look_at_items)

DATES: dict[str, DateWords] = {
    "plans.ends": DateWords(_("the end of the plan"), _("the terms of the plan's measures are known"))
}

# what is read on the page before a task is closed there
CONTENTS: dict[str, Callable[[Session, int], Any]] = {PAGE: plan_text}
