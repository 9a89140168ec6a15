"""What waits for a person in curation: his number or signature, an answer to a report, a report to hand in."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.access.permissions import CAPABILITIES
from app.cases.models import Case, CaseStatus
from app.cases.roles import may
from app.core.errors import Reason
from app.core.i18n import Text, _
from app.core.ports import QueueItem, QueueSource
from app.core.unit_of_work import Work
from app.curation.models import Agreement, AgreementSide, Visit
from app.curation.rules import LIVE_STATES, OPEN_STATES, Side
from app.curation.signing import CAPABILITY

PAGE = "curation"  # of the stage in which schools agree, whatever a version of the procedure calls it


def agreements_to_prepare(work: Work) -> list[QueueItem]:
    """Cases that stand at the agreement and have none yet: the office makes it ready, by the term of the stage."""
    if work.actor.roles.isdisjoint(CAPABILITIES["curation.agreement"]):
        return []
    live = select(Agreement.id).where(
        Agreement.case_id == Case.id, Agreement.state.in_([state.value for state in LIVE_STATES])
    )
    query = (
        select(Case)
        .options(joinedload(Case.school), joinedload(Case.programme))
        .where(Case.status == CaseStatus.active.value, ~live.exists())
    )
    return [
        QueueItem(
            _("Make the agreement ready"), where=case.school.short_name, link=f"/cases/{case.id}/curation",
            case_id=case.id, since=case.entered_at, due=case.due,
        )
        for case in work.session.scalars(query)
        if _stands_at_it(work, case) and may(work, "curation.agreement", case)
    ]  # fmt: skip


def agreements_waiting(work: Work) -> list[QueueItem]:
    """Agreements that lack the actor's own number or signature, or that the office has to make ready."""
    query = (
        select(Agreement)
        .options(
            joinedload(Agreement.case).joinedload(Case.school),
            joinedload(Agreement.case).joinedload(Case.programme),
            selectinload(Agreement.sides),
        )
        .join(Case, Case.id == Agreement.case_id)
        .where(
            Agreement.state.in_([state.value for state in OPEN_STATES]),
            Case.status == CaseStatus.active.value,
        )
    )
    items = []
    for agreement in work.session.scalars(query):
        case, link = agreement.case, f"/cases/{agreement.case_id}/curation"
        if agreement.state == "draft":
            if may(work, "curation.agreement", case):
                title = _("Send the agreement for signature")
                items.append(_item(work, agreement, title, link))
            continue
        for side in agreement.sides:
            if not may(work, CAPABILITY[Side(side.side)], case):
                continue
            lacks = tuple(Reason(text) for text in _own_part(side))
            if lacks:
                title = _("Number and signature of the agreement")
                items.append(_item(work, agreement, title, link, lacks))
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


def _stands_at_it(work: Work, case: Case) -> bool:
    return work.ports.definitions.of(work.session, case).stages[case.stage].page == PAGE


def _item(
    work: Work, agreement: Agreement, title: Text, link: str, lacks: tuple[Reason, ...] = ()
) -> QueueItem:
    case = agreement.case
    return QueueItem(
        title,
        where=case.school.short_name,
        link=link,
        case_id=case.id,
        since=agreement.created_at,
        due=case.due if _stands_at_it(work, case) else None,
        missing=lacks,
    )


QUEUES: list[QueueSource] = [agreements_to_prepare, agreements_waiting, reports_waiting]
