"""What the room of curation knows about a case, by name."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cases.models import Case, Programme
from app.core.facts import day, number, yes_no
from app.core.i18n import _, numbered
from app.core.ports import DateWords, Fact, FactSource, LookAhead
from app.curation.models import Agreement, Recommendation, Visit
from app.curation.queries import (
    current_agreement,
    look_at_agreements,
    look_at_visits,
    visits_of,
    what_is_missing,
)
from app.curation.rules import LIVE_STATES, AgreementState, ReportState

PAGE = "curation"
_MADE = (AgreementState.signed, AgreementState.in_force)
_plan_ends: list[FactSource] = []


def plug_plan_end(source: FactSource) -> None:
    """Plug in the fact that tells the last day of the plan (the room of plans knows)."""
    _plan_ends[:] = [source]


def agreement_in_force(session: Session, case_id: int) -> Fact:
    """True once both numbers, both signatures and the scan are there; items name what is missing."""
    agreement = current_agreement(session, case_id)
    if agreement is None:
        return Fact(None, link=PAGE)
    lacking = tuple(str(text) for text in what_is_missing(agreement))
    return Fact(not lacking, items=lacking, link=PAGE)


def agreement_until(session: Session, case_id: int) -> Fact:
    agreement = _not_over(session, case_id)
    return Fact(agreement.until if agreement else None, link=PAGE)


def agreement_date(session: Session, case_id: int) -> Fact:
    agreement = _not_over(session, case_id)
    return Fact(agreement.dated if agreement else None, link=PAGE)


def agreement_begins(session: Session, case_id: int) -> Fact:
    """The first day of the agreement, once both schools have signed it; items give its numbers."""
    agreement = current_agreement(session, case_id)
    if agreement is None or agreement.state not in _MADE:
        return Fact(None, link=PAGE)
    numbers = tuple(str(numbered(side.number)) for side in agreement.sides if side.number)
    return Fact(agreement.since, items=numbers, link=PAGE)


def term_covers_plan(session: Session, case_id: int) -> Fact:
    """True when the agreement runs to the last day of the plan (of the programme, while no plan says)."""
    agreement = _not_over(session, case_id)
    if agreement is None:
        return Fact(None, link=PAGE)
    end = next((source(session, case_id).value for source in _plan_ends), None)
    if end is None:
        end = session.scalars(
            select(Programme.ends).join(Case, Case.programme_id == Programme.id).where(Case.id == case_id)
        ).one()
    if agreement.until >= end:  # type: ignore[operator]
        return Fact(True, link=PAGE)
    until, last = f"{agreement.until:%d.%m.%Y}", f"{end:%d.%m.%Y}"
    told = _(
        "The agreement runs until %(until)s, the support of the school until %(last)s", until=until, last=last
    )
    return Fact(False, items=(until, last), link=PAGE, text=told)


def visits_logged(session: Session, case_id: int) -> Fact:
    """How many visits were entered, within the plan or outside it: whether anything was seen at all."""
    number = session.scalars(
        select(func.count(Visit.id)).where(Visit.case_id == case_id, Visit.withdrawn_at.is_(None))
    ).one()
    return Fact(number, link=PAGE)


def visits_planned(session: Session, case_id: int) -> Fact:
    agreement = _not_over(session, case_id)
    return Fact(agreement.visits_planned if agreement else None, link=PAGE)


def visits_reported(session: Session, case_id: int) -> Fact:
    """True when every visit has a submitted report; items are the days of those without one."""
    visits = visits_of(session, case_id)
    if not visits:
        return Fact(None, link=PAGE)
    without = tuple(f"{v.held_on:%d.%m.%Y}" for v in reversed(visits) if v.report == ReportState.draft)
    return Fact(not without, items=without, link=PAGE)


def _recommendations(*statuses: str) -> Callable[[Session, int], Fact]:
    def count(session: Session, case_id: int) -> Fact:
        query = (
            select(func.count(Recommendation.id))
            .join(Visit, Visit.id == Recommendation.visit_id)
            .where(Recommendation.case_id == case_id, Visit.withdrawn_at.is_(None))
        )
        if statuses:
            query = query.where(Recommendation.status.in_(statuses))
        return Fact(session.scalars(query).one(), link=PAGE)

    return count


def _not_over(session: Session, case_id: int) -> Agreement | None:
    agreement = current_agreement(session, case_id)
    return agreement if agreement is not None and agreement.state in LIVE_STATES else None


FACTS: dict[str, FactSource] = {
    "curation.agreement_in_force": yes_no(agreement_in_force),
    "curation.agreement_until": day(agreement_until),
    "curation.agreement_date": day(agreement_date),
    "curation.agreement_begins": day(agreement_begins),
    "curation.term_covers_plan": yes_no(term_covers_plan),
    "curation.visits_logged": number(visits_logged),
    "curation.visits_planned": number(visits_planned),
    "curation.visits_reported": yes_no(visits_reported),
    "curation.recommendations": number(_recommendations()),
    "curation.recommendations_closed": number(_recommendations("done", "not_relevant")),
}

# what reads at once what a fact is asked about each of many cases
AHEAD: dict[str, LookAhead] = {
    "curation.agreement_in_force": look_at_agreements,
    "curation.agreement_until": look_at_agreements,
    "curation.agreement_date": look_at_agreements,
    "curation.agreement_begins": look_at_agreements,
    "curation.visits_planned": look_at_agreements,
    "curation.visits_reported": look_at_visits,
}

DATES: dict[str, DateWords] = {
    "curation.agreement_date": DateWords(_("the agreement"), _("the agreement is drawn up")),
    "curation.agreement_begins": DateWords(
        _("the beginning of the agreement"), _("both schools have signed the agreement")
    ),
    "curation.agreement_until": DateWords(_("the end of the agreement"), _("the agreement is drawn up")),
}
