"""What the results know about a case, by name, for the guards."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Case, Programme
from app.core.facts import one_of, text, yes_no
from app.core.ports import Fact, FactSource, LookAhead
from app.results import queries
from app.results.rules import Outcome, Verdict, incomplete, order, signs
from app.results.texts import names

_PAGE = "results"


def _year(session: Session, case_id: int) -> int | None:
    return session.scalars(
        select(Programme.year).join(Case, Case.programme_id == Programme.id).where(Case.id == case_id)
    ).one_or_none()


def two_years_entered(session: Session, case_id: int) -> Fact:
    """Every procedure has a figure (or «не проводилось») in both years; unknown when there is none at all."""
    year = _year(session, case_id)
    figures = queries.figures_of(session, case_id)
    if year is None or not figures:
        return Fact(None, link=_PAGE)
    now, before = queries.counts(figures, year), queries.counts(figures, year - 1)
    lacking = sorted(incomplete(list(now), list(before)), key=order)
    return Fact(bool(now) and not lacking, names(lacking), _PAGE)


def analysis_written(session: Session, case_id: int) -> Fact:
    review = queries.review_of(session, case_id)
    return Fact(bool(review and review.analysis.strip()), link=_PAGE)


def outcome_proposed(session: Session, case_id: int) -> Fact:
    """An outcome is proposed, and from the figures as they are now."""
    review = queries.review_of(session, case_id)
    fresh = review is not None and review.proposed_for == queries.basis_hash(session, case_id)
    return Fact(bool(review and review.proposed and fresh), link=_PAGE)


def proposed_outcome(session: Session, case_id: int) -> Fact:
    review = queries.review_of(session, case_id)
    return Fact(review.proposed if review else None, link=_PAGE)


def decided_outcome(session: Session, case_id: int) -> Fact:
    review = queries.review_of(session, case_id)
    return Fact(review.decided if review else None, link=_PAGE)


def content_hash(session: Session, case_id: int) -> Fact:
    return Fact(queries.content_hash(session, case_id), link=_PAGE)


def on_official_list(session: Session, case_id: int) -> Fact:
    return Fact(queries.on_list(queries.notices_of(session, case_id)), link=_PAGE)


def low_verdict(session: Session, case_id: int) -> Fact:
    """The verdict of the rule of low results: low, not_low or insufficient."""
    programme = session.scalars(
        select(Programme).join(Case, Case.programme_id == Programme.id).where(Case.id == case_id)
    ).one_or_none()
    figures = queries.figures_of(session, case_id)
    if programme is None or not figures:
        return Fact(None, link=_PAGE)
    now, before = queries.counts(figures, programme.year), queries.counts(figures, programme.year - 1)
    found = signs(now, before, queries.settings_of(programme))
    return Fact(str(found.verdict), names(dict.fromkeys((*found.causes_a, *found.causes_b))), _PAGE)


FACTS: dict[str, FactSource] = {
    "results.two_years_entered": yes_no(two_years_entered),
    "results.analysis_written": yes_no(analysis_written),
    "results.outcome_proposed": yes_no(outcome_proposed),
    "results.proposed_outcome": one_of(Outcome, proposed_outcome),
    "results.decided_outcome": one_of(Outcome, decided_outcome),
    "results.content_hash": text(content_hash),
    "results.on_official_list": yes_no(on_official_list),
    "results.low_verdict": one_of(Verdict, low_verdict),
}

# what reads at once what a fact is asked about each of many cases
AHEAD: dict[str, LookAhead] = {
    "results.analysis_written": queries.look_at_reviews,
    "results.proposed_outcome": queries.look_at_reviews,
    "results.decided_outcome": queries.look_at_reviews,
}

# what is read on the page before a task is closed there
CONTENTS: dict[str, Callable[[Session, int], str | None]] = {_PAGE: queries.content_hash}
