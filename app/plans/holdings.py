"""Measures of plans that a person answers for and that are not accounted for yet."""

from __future__ import annotations

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import selectinload

from app.audit import service as audit
from app.cases.models import Case, CaseStatus
from app.cases.service import content_changed
from app.core.errors import Invalid
from app.core.holdings import Holding, HoldingSource, Leaver, Successor
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.plans.models import PlanItem
from app.plans.rules import ReportStatus
from app.plans.service import why_closed
from app.schools.models import Person
from app.schools.rules import names_person

_SETTLED = frozenset({ReportStatus.done.value, ReportStatus.not_done.value})


def measures(work: Work, leaver: Leaver) -> list[Holding]:
    """Open measures of running cases, chosen or named in words, by the case's code and the measure's number."""
    person = work.session.get_one(Person, leaver.person_id)
    rows = work.session.execute(
        select(PlanItem, Case.code).join(Case, Case.id == PlanItem.case_id).options(selectinload(PlanItem.reports))
        .where(
            or_(
                PlanItem.owner_id == leaver.person_id,
                and_(PlanItem.owner_id.is_(None), PlanItem.owner.contains(person.surname, autoescape=True)),
            ),
            Case.status.in_([CaseStatus.active, CaseStatus.suspended]),
        )
        .order_by(Case.code, PlanItem.number)
    ).all()  # fmt: skip
    return [
        Holding(
            str(item.id), _("%(case)s · measure No. %(number)s", case=code, number=item.number), item.term
        )
        for item, code in rows
        if (item.owner_id is not None or names_person(item.owner, person.short, person.full_name))
        and (not item.reports or any(report.status not in _SETTLED for report in item.reports))
    ]


def settle_measure(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    """The successor answers for it; an adopted plan keeps the printed name until an order changes it."""
    if successor is None or successor.person_id is None:
        raise Invalid(_("The successor has no card among the employees: a measure needs one."))
    item = work.session.get_one(PlanItem, int(key))
    case = work.session.get_one(Case, item.case_id)
    before, after = item.owner, work.session.get_one(Person, successor.person_id).short
    if item.owner_id is None:  # named in words, perhaps among others
        person = work.session.get_one(Person, leaver.person_id)
        plain = before.replace("\u00a0", " ").replace(person.full_name, after)
        after = plain.replace(person.short.replace("\u00a0", " "), after)
    item.owner_id = successor.person_id
    adopted = why_closed(work, case) is not None
    if not adopted:
        item.owner = after
    audit.record(
        work, "plan:edit", item, case_id=case.id, data={"fields": ["owner_id"]},
        values={"about": f"№ {item.number}", "owner": {"old": before, "new": after}},
    )  # fmt: skip
    if adopted:
        return _("The successor answers for it; the adopted plan keeps the name until an order changes it")
    work.session.flush()  # the engine reads the new content
    content_changed(work, case.id)
    return _("The successor answers for it")


HOLDINGS = [
    HoldingSource("measures", _("Measures of plans"), measures, settle_measure, order=70, shown=PlanItem)
]
