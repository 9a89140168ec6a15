"""What waits in a plan: measures nobody has reported on, and new terms nobody has approved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement

from app.access.permissions import CAPABILITIES
from app.access.roles import SCHOOL
from app.cases.models import Case
from app.cases.queries import where_its_version_says
from app.cases.roles import case_roles, may
from app.cases.stages import leaving_asks
from app.core.i18n import n_, numbered
from app.core.ports import QueueItem, QueueSource
from app.core.unit_of_work import Work
from app.plans.models import PlanReport
from app.plans.queries import all_dues, items_begun, moves_to_approve, owned_by_office
from app.plans.rules import ReportStatus

AHEAD = timedelta(days=7)
OFFICE = frozenset({"methodist"})


def reports_waiting(work: Work) -> list[QueueItem]:
    """One line per school with the numbers of the measures due by now or within a week; the oldest term counts.

    The school is asked about its own measures, the methodist about those of the authority and the centre.
    """
    if not work.actor.has(*SCHOOL, *OFFICE):
        return []
    of_offices = owned_by_office(work.today)
    # a plan is carried out where nobody goes on without its reports
    carried_out = where_its_version_says(
        work, lambda definition: Case.stage.in_(leaving_asks(definition, "plans.items_reported"))
    )
    found = []
    for roles, which in ((SCHOOL, ~of_offices), (OFFICE, of_offices)):
        if work.actor.has(*roles):
            found += _reports_waiting(work, roles, carried_out & which)
    return found


def _reports_waiting(work: Work, roles: frozenset[str], which: ColumnElement[bool]) -> list[QueueItem]:
    found = []
    for case, items in items_begun(work.session, work.today + AHEAD, which).items():
        if not case_roles(work.actor, case) & roles:
            continue
        open_dues = [
            due for due in all_dues(items)
            if due.status is ReportStatus.planned and due.due <= work.today + AHEAD
        ]  # fmt: skip
        if not open_dues:
            continue
        numbers = {due.item.number for due in open_dues}
        found.append(
            QueueItem(
                n_(
                    "Report on measure %(numbers)s",
                    "Report on measures %(numbers)s",
                    len(numbers),
                    numbers=_listed(numbers),
                ),
                where=case.school.short_name,
                link=f"/cases/{case.id}/plans",
                case_id=case.id,
                due=open_dues[0].due,
            )
        )
    return found


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(numbered(number)) for number in sorted(numbers))


def moves_waiting(work: Work) -> list[QueueItem]:
    """One line per school with the measures whose new term waits for somebody else than who asked for it."""
    if not work.actor.has(*CAPABILITIES["plans.approve_move"]):
        return []
    asked: dict[Case, list[PlanReport]] = {}
    for case, report in moves_to_approve(work.session, work.actor.user_id):
        asked.setdefault(case, []).append(report)
    found = []
    for case, reports in asked.items():
        if not may(work, "plans.approve_move", case):
            continue
        numbers = {report.item.number for report in reports}
        found.append(
            QueueItem(
                n_(
                    "Approve the new term of measure %(numbers)s",
                    "Approve the new terms of measures %(numbers)s",
                    len(numbers),
                    numbers=_listed(numbers),
                ),
                where=case.school.short_name,
                link=f"/cases/{case.id}/plans#item-{reports[0].item_id}",
                case_id=case.id,
                since=min(report.reported_at for report in reports),
            )
        )
    return found


QUEUES: list[QueueSource] = [reports_waiting, moves_waiting]
