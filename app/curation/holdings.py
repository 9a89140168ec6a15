"""Reports on visits that a person is to sign, and recommendations given to him by name."""

from __future__ import annotations

from sqlalchemy import select

from app.audit import service as audit
from app.cases.models import Case
from app.core.errors import Invalid
from app.core.holdings import Holding, HoldingSource, Leaver, Successor
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.curation.models import Recommendation, Visit
from app.curation.rules import ReportState
from app.schools.models import Person
from app.schools.rules import names_person


def reports(work: Work, leaver: Leaver) -> list[Holding]:
    """Reports not acknowledged yet whose compiler the person is."""
    rows = work.session.execute(
        select(Visit, Case.code).join(Case, Case.id == Visit.case_id)
        .where(
            Visit.compiler_id == leaver.person_id, Visit.report != ReportState.acknowledged.value,
            Visit.withdrawn_at.is_(None),
        )
        .order_by(Case.code, Visit.held_on)
    ).all()  # fmt: skip
    return [
        Holding(str(visit.id), _("%(case)s · visit of %(day)s", case=code, day=f"{visit.held_on:%d.%m.%Y}"))
        for visit, code in rows
    ]


def settle_report(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    if successor is None or successor.person_id is None:
        raise Invalid(_("The successor has no card among the employees: papers need one."))
    visit = work.session.get_one(Visit, int(key))
    visit.compiler_id = successor.person_id
    audit.record(
        work, "visit:edit", visit, case_id=visit.case_id, data={"fields": ["compiler_id"]},
        values={"person": {"old": leaver.name, "new": successor.name}},
    )  # fmt: skip
    return _("The successor signs the report")


def recommendations(work: Work, leaver: Leaver) -> list[Holding]:
    """Open recommendations whose executor is written as this person."""
    person = work.session.get_one(Person, leaver.person_id)
    rows = work.session.execute(
        select(Recommendation, Case.code).join(Case, Case.id == Recommendation.case_id)
        .where(Recommendation.status == "open", Recommendation.executor.contains(person.surname, autoescape=True))
        .order_by(Case.code, Recommendation.id)
    ).all()  # fmt: skip
    return [
        Holding(
            str(row.id),
            _("%(case)s · recommendation No. %(number)s", case=code, number=row.position),
            row.executor,
        )
        for row, code in rows
        if names_person(row.executor, person.short, person.full_name)
    ]


def settle_recommendation(
    work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None
) -> Text:
    if successor is None:
        raise Invalid(_("Name the successor."))
    row = work.session.get_one(Recommendation, int(key))
    audit.revise(work, row, {"executor": successor.name}, "recommendation:edit", case_id=row.case_id)
    return _("The successor carries it out")


HOLDINGS = [
    HoldingSource("reports", _("Reports on visits"), reports, settle_report, order=75, shown=Visit),
    HoldingSource(
        "recommendations",
        _("Recommendations"),
        recommendations,
        settle_recommendation,
        order=76,
        shown=Recommendation,
    ),
]
