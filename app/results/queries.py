"""Reading the results of a case: two years by procedure, risks, the official list, the review."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import Programme
from app.core.asked_once import asked_once
from app.core.canonical import canonical_json
from app.core.sourced import setting
from app.results.models import AssessmentFigure, ListNotice, ResultsReview, RiskChange
from app.results.rules import (
    Count,
    Policy,
    Procedure,
    Settings,
    change,
    low_or_unknown,
    order,
    rounded,
    share,
)


@dataclass(frozen=True)
class Row:
    """A procedure with its figures of two years, as the table prints them."""

    procedure: Procedure
    before: AssessmentFigure | None
    now: AssessmentFigure | None
    share_before: Decimal | None
    share_now: Decimal | None
    change: Decimal | None
    low_before: bool | None
    low_now: bool | None

    @property
    def version(self) -> str:
        return versions(self.before, self.now)


def versions(*figures: AssessmentFigure | None) -> str:
    """What a form carries to notice that somebody else has changed one of the figures."""
    return "-".join(str(f.version) if f else "0" for f in figures)


def settings_of(programme: Programme) -> Settings:
    """The numbers of the rule as this programme has them; the defaults where it says nothing."""
    of, base = partial(setting, programme.settings), Settings()
    return Settings(
        n_min=int(of("n_min", base.n_min)),
        low_percent=int(of("low_percent", base.low_percent)),
        policy=Policy(of("low_policy", base.policy)),
        no_change_points=int(of("no_change_points", base.no_change_points)),
    )


@asked_once
def figures_of(session: Session, case_id: int) -> Sequence[AssessmentFigure]:
    return session.scalars(select(AssessmentFigure).where(AssessmentFigure.case_id == case_id)).all()


def counts(figures: Sequence[AssessmentFigure], year: int) -> dict[Procedure, Count]:
    return {f.procedure: f.count for f in figures if f.year == year}


def table(figures: Sequence[AssessmentFigure], year: int, settings: Settings) -> list[Row]:
    """Procedures of `year` and the year before, side by side."""
    by_year = {y: {f.procedure: f for f in figures if f.year == y} for y in (year - 1, year)}
    rows = []
    for procedure in sorted({*by_year[year], *by_year[year - 1]}, key=order):
        before, now = by_year[year - 1].get(procedure), by_year[year].get(procedure)
        old, new = before.count if before else None, now.count if now else None
        rows.append(Row(procedure, before, now, rounded(share(old)), rounded(share(new)), rounded(change(new, old)),
                        low_or_unknown(old, settings), low_or_unknown(new, settings)))  # fmt: skip
    return rows


@asked_once
def risks_of(session: Session, case_id: int) -> Sequence[RiskChange]:
    return session.scalars(
        select(RiskChange).where(RiskChange.case_id == case_id).order_by(RiskChange.id)
    ).all()


@asked_once
def notices_of(session: Session, case_id: int) -> Sequence[ListNotice]:
    """Documents on the official list, the latest first."""
    return session.scalars(
        select(ListNotice)
        .where(ListNotice.case_id == case_id)
        .order_by(ListNotice.year.desc(), ListNotice.issued_on.desc(), ListNotice.id.desc())
    ).all()


def on_list(notices: Sequence[ListNotice]) -> bool | None:
    """What the latest document says; None when none is entered."""
    return notices[0].included if notices else None


def high_risk(risks: Sequence[RiskChange]) -> bool | None:
    return any(risk.after == "high" for risk in risks) if risks else None


@asked_once
def review_of(session: Session, case_id: int) -> ResultsReview | None:
    return reviews_of(session, [case_id])[case_id]


def reviews_of(session: Session, case_ids: Sequence[int]) -> dict[int, ResultsReview | None]:
    rows = session.scalars(select(ResultsReview).where(ResultsReview.case_id.in_(case_ids)))
    return dict.fromkeys(case_ids, None) | {row.case_id: row for row in rows}


def look_at_reviews(session: Session, case_ids: Sequence[int]) -> None:
    """Read at once what `review_of` is asked about each of these cases."""
    review_of.look_ahead(session, case_ids, lambda some: reviews_of(session, some))


def basis_hash(session: Session, case_id: int) -> str | None:
    """The hash of the figures, risks and list documents an outcome is proposed from; None when there are none."""
    figures, risks, notices = (
        figures_of(session, case_id),
        risks_of(session, case_id),
        notices_of(session, case_id),
    )
    if not figures:
        return None
    return _digest(
        {
            "figures": sorted(
                [f.year, f.kind, f.subject, f.grade, f.held, f.participants, f.below, f.biased]
                for f in figures
            ),
            "risks": sorted([r.title, r.before, r.after] for r in risks),
            "list": sorted([n.year, n.issued_on.isoformat(), n.number, n.included] for n in notices),
        }
    )


def content_hash(session: Session, case_id: int) -> str | None:
    """The hash of what the group votes on: the figures, the analysis and the outcome put to the vote.

    The outcome put to the vote is the decided one, before that the proposed one: recording the proposal
    as the decision changes nothing in what was voted on.
    """
    basis = basis_hash(session, case_id)
    if basis is None:
        return None
    review = review_of(session, case_id)
    return _digest(
        [
            basis,
            review.analysis if review else "",
            (review.decided or review.proposed or "") if review else "",
        ]
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
