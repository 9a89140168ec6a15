"""What waits for a person in curation: his number or signature, an answer to a report, a report to hand in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.access.permissions import CAPABILITIES
from app.cases.models import Case, CaseStatus
from app.cases.queries import where_its_version_says
from app.cases.roles import may
from app.core.errors import Reason
from app.core.i18n import Text, _
from app.core.ports import QueueItem, QueueSource
from app.core.unit_of_work import Work
from app.curation.models import Agreement, AgreementSide, Visit
from app.curation.rules import LIVE_STATES, OPEN_STATES, Side
from app.curation.signing import CAPABILITY
from app.engine.definition import Definition

PAGE = "curation"  # of the stage in which schools agree, whatever a version of the procedure calls it


def agreements_waiting(work: Work) -> list[QueueItem]:
    """Agreements that lack the actor's own number or signature, or that the office has to make ready.

    That there is none yet is told by the term of the stage: in some versions nothing else waits for anybody there.
    """
    is_office = not work.actor.roles.isdisjoint(CAPABILITIES["curation.agreement"])
    is_live = Agreement.state.in_([state.value for state in LIVE_STATES])
    lacks_one = and_(Agreement.id.is_(None), _where_schools_agree(work)) if is_office else false()
    query = (
        select(Case, Agreement)
        .options(
            joinedload(Case.school),
            joinedload(Case.programme),
            selectinload(Agreement.sides),
        )
        .join(Agreement, and_(Agreement.case_id == Case.id, is_live), isouter=is_office)
        .where(
            Case.status == CaseStatus.active.value,
            or_(lacks_one, Agreement.state.in_([state.value for state in OPEN_STATES])),
        )
        .order_by(Agreement.id, Case.id)
    )
    items = []
    for case, agreement in work.session.execute(query):
        link = f"/cases/{case.id}/curation"
        if agreement is None:
            if may(work, "curation.agreement", case):
                items.append(_item(work, case, case.entered_at, _("Make the agreement ready"), link))
            continue
        if agreement.state == "draft":
            if may(work, "curation.agreement", case):
                title = _("Send the agreement for signature")
                items.append(_item(work, case, agreement.created_at, title, link))
            continue
        for side in agreement.sides:
            if not may(work, CAPABILITY[Side(side.side)], case):
                continue
            lacks = tuple(Reason(text) for text in _own_part(side))
            if lacks:
                title = _("Number and signature of the agreement")
                items.append(_item(work, case, agreement.created_at, title, link, lacks))
    return items


def reports_waiting(work: Work) -> list[QueueItem]:
    """Reports the director has to answer; objections and unfinished reports the curator has to work on."""
    query = (
        select(Visit)
        .options(
            joinedload(Visit.case).joinedload(Case.school), joinedload(Visit.case).joinedload(Case.programme)
        )
        .where(Visit.report != "acknowledged", Visit.withdrawn_at.is_(None))
    )
    items = []
    for visit in work.session.scalars(query):
        day, case = f"{visit.held_on:%d.%m.%Y}", visit.case
        link = f"/cases/{case.id}/curation/visits/{visit.id}"
        running = case.status == CaseStatus.active
        if visit.report == "submitted" and may(work, "curation.acknowledge", case):
            title = _("Answer the report on the visit of %(day)s", day=day)
        elif running and visit.report == "objected" and may(work, "curation.visit", case):
            title = _("The director objected to the report on the visit of %(day)s", day=day)
        elif running and visit.report == "draft" and may(work, "curation.visit", case):
            title = _("Submit the report on the visit of %(day)s", day=day)
        else:
            continue
        items.append(
            QueueItem(title, where=case.school.short_name, link=link, case_id=case.id, since=visit.created_at)
        )
    return items


def _own_part(side: AgreementSide) -> list[Text]:
    return [
        *([] if side.number else [_("number in your journal")]),
        *([] if side.signed_on else [_("signature")]),
    ]


def _where_schools_agree(work: Work) -> ColumnElement[bool]:
    """The condition «the case stands at the agreement», so that the others need not be read."""

    def told(definition: Definition) -> ColumnElement[bool]:
        return Case.stage.in_([stage.id for stage in definition.stages.values() if stage.page == PAGE])

    return where_its_version_says(work, told)


def _stands_at_it(work: Work, case: Case) -> bool:
    return work.ports.definitions.of(work.session, case).stages[case.stage].page == PAGE


def _item(
    work: Work, case: Case, since: datetime, title: Text, link: str, lacks: tuple[Reason, ...] = ()
) -> QueueItem:
    return QueueItem(
        title,
        where=case.school.short_name,
        link=link,
        case_id=case.id,
        since=since,
        due=case.due if _stands_at_it(work, case) else None,
        missing=lacks,
    )


QUEUES: list[QueueSource] = [agreements_waiting, reports_waiting]
