"""Meetings of the coordination group: opened, filled with questions, held."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from app.access.memberships import accounts_holding
from app.access.models import goes_over
from app.access.scopes import as_system
from app.access.substitutions import acting_for
from app.audit import service as audit
from app.cases.context import voters_of
from app.cases.history import edition_with
from app.cases.models import Case, CaseVote, Meeting, MeetingItem, MeetingStatus, Programme, StageRound
from app.cases.queries import events_of, events_of_all, lock_programme, look_at_pasts, rounds_of
from app.cases.roles import require_in_programme
from app.cases.seats import authors_of, look_ahead
from app.core.asked_once import only_looking
from app.core.clock import local_date
from app.core.errors import Invalid, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.engine.approvals import electorate
from app.engine.context import Voter
from app.engine.elements import Approval
from app.engine.events import ApprovalOpened, from_dict
from app.engine.evolution import fold

SEATS = ("chair", "secretary", "member")  # of the group, as its minutes name them


def open_meeting(work: Work, programme: Programme, held_on: date | None = None) -> Meeting:
    """The planned meeting of the programme's group; a new one, with the next number, when none is planned."""
    with as_system(work.session):  # drafted by an effect of a vote, whoever gave the last one
        lock_programme(work.session, programme.id)
        planned = work.session.scalars(
            select(Meeting).where(Meeting.programme_id == programme.id, Meeting.status == MeetingStatus.planned)
            .order_by(Meeting.number)
            .with_for_update(of=Meeting)  # one that is being closed takes no more questions
            .execution_options(populate_existing=True)
        ).first()  # fmt: skip
        if planned is not None:
            return planned
        last = (
            work.session.scalar(select(func.max(Meeting.number)).where(Meeting.programme_id == programme.id))
            or 0
        )
        meeting = Meeting(
            programme_id=programme.id, number=last + 1, held_on=held_on or work.today, status=MeetingStatus.planned,
            place=programme.authority.short_name, present=[],
        )  # fmt: skip
        meeting.chair_id = _person_in(work, programme, "chair", meeting.held_on)
        meeting.secretary_id = _person_in(work, programme, "secretary", meeting.held_on)
        work.session.add(meeting)
        audit.record(work, "meeting:open", meeting, data={"number": meeting.number})
    return meeting


def add_item(work: Work, meeting: Meeting, case: Case) -> MeetingItem:
    """Put the case on the agenda, once per stage and round."""
    with as_system(work.session):  # as above
        found = work.session.scalars(
            select(MeetingItem).where(
                MeetingItem.meeting_id == meeting.id,
                MeetingItem.case_id == case.id,
                MeetingItem.stage == case.stage,
                MeetingItem.round == case.round,
            )
        ).one_or_none()
        if found is not None:
            return found
        count = work.session.scalar(select(func.count()).where(MeetingItem.meeting_id == meeting.id)) or 0
        item = MeetingItem(
            meeting_id=meeting.id, case_id=case.id, position=count + 1, stage=case.stage, round=case.round
        )
        work.session.add(item)
        audit.record(work, "meeting:item", item, case_id=case.id, data={"meeting": meeting.id})
    return item


def follow(work: Work, case: Case, was: tuple[str, int]) -> None:
    """A case has moved to another version while the group votes: the question goes on where the case stands now."""
    now = {"stage": case.stage, "round": case.round}
    asked = select(MeetingItem).where(
        MeetingItem.case_id == case.id, MeetingItem.stage == was[0], MeetingItem.round == was[1]
    )
    for item in work.session.scalars(asked):
        audit.revise(work, item, now, "meeting:edit", case_id=case.id)  # read by the journal only


def items_of(work: Work, meeting: Meeting) -> Sequence[MeetingItem]:
    """The questions of the agenda with their cases and schools, in order."""
    return work.session.scalars(
        select(MeetingItem)
        .options(joinedload(MeetingItem.case).joinedload(Case.school))
        .where(MeetingItem.meeting_id == meeting.id)
        .order_by(MeetingItem.position)
    ).all()


def look_at_votes(work: Work, items: Sequence[MeetingItem]) -> None:
    """Read at once what is asked about each of these questions: the past of its case, and who votes on it."""
    cases = [item.case for item in items]
    look_at_pasts(work.session, [case.id for case in cases])
    look_ahead(work, cases)


def votes_on(work: Work, items: Sequence[MeetingItem]) -> dict[int, dict[str, int]]:
    """The count of the round each question is about; void votes do not count."""
    here = and_(
        CaseVote.case_id == MeetingItem.case_id, CaseVote.stage == MeetingItem.stage,
        CaseVote.round == MeetingItem.round, CaseVote.void.is_(False),
    )  # fmt: skip
    query = (
        select(MeetingItem.id, CaseVote.choice, func.count(CaseVote.id).label("votes"))
        .join(CaseVote, here)
        .where(MeetingItem.id.in_([item.id for item in items]))
        .group_by(MeetingItem.id, CaseVote.choice)
    )
    found = {item.id: dict.fromkeys(("for", "against", "abstain"), 0) for item in items}
    for row in work.session.execute(query):
        found[row.id][row.choice] = row.votes
    return found


def require_planned(meeting: Meeting) -> None:
    """Raises Refusal when the meeting was held: nothing about it is corrected then."""
    if meeting.status == MeetingStatus.held:
        told = _("The meeting is closed; its protocol is the record of it.")
        raise Refusal([Reason(told, f"/meetings/{meeting.id}", may_mend=False)])


def edit_meeting(work: Work, meeting: Meeting, expected_version: int, changes: dict[str, Any]) -> None:
    """Correct date, place, who was present; what was held stays as it was held.

    Raises Forbidden, Stale, Refusal, Invalid at `held_on`.
    """
    require_in_programme(work, "meeting.hold", meeting.programme)
    if meeting.version != expected_version:
        raise Stale
    require_planned(meeting)
    if "held_on" in changes:
        _refuse_before_the_vote(work, meeting, changes["held_on"])
    audit.revise(work, meeting, changes, "meeting:edit")


def note_item(
    work: Work, item: MeetingItem, heard: str, decided: str, expected_version: int | None = None
) -> None:
    """What was heard and decided on one question; printed in the protocol. Raises Forbidden, Stale, Refusal."""
    require_in_programme(work, "meeting.hold", item.meeting.programme)
    if expected_version is not None and item.version != expected_version:
        raise Stale
    require_planned(item.meeting)
    audit.revise(work, item, {"heard": heard, "decided": decided}, "meeting:note", case_id=item.case_id)


def close_meeting(work: Work, meeting: Meeting, expected_version: int | None = None) -> None:
    """The meeting was held: from now on a new question opens a new meeting.

    Raises Forbidden, Invalid when nobody was present, or the date lies ahead or before a vote of the agenda.
    """
    require_in_programme(work, "meeting.hold", meeting.programme)
    if expected_version is not None and meeting.version != expected_version:
        raise Stale
    if not meeting.present:
        raise Invalid(fields={"present": _("Mark who was present.")})
    if meeting.held_on > work.today:
        raise Invalid(fields={"held_on": _("The date of the meeting lies ahead.")})
    _refuse_before_the_vote(work, meeting, meeting.held_on)
    audit.revise(work, meeting, {"status": str(MeetingStatus.held)}, "meeting:close")


def _refuse_before_the_vote(work: Work, meeting: Meeting, held_on: date) -> None:
    """What had not been put to the vote yet was not considered; votes may be given before the meeting and after it."""
    here = (StageRound.case_id, StageRound.stage, StageRound.round)
    asked = work.session.execute(
        select(MeetingItem, StageRound.opened_seq)
        .join(StageRound, and_(*(row == getattr(MeetingItem, row.key) for row in here)))
        .where(MeetingItem.meeting_id == meeting.id)
    ).all()
    opened = events_of_all(work.session, [item.case_id for item, _seq in asked], (ApprovalOpened.type,))
    for item, since in asked:
        first = next((event for event in opened[item.case_id] if event.seq > since), None)
        day = local_date(first.at, work.ports.zone) if first else held_on
        if held_on < day:
            raise Invalid(fields={"held_on": _(
                "The vote about %(school)s was opened on %(day)s: a meeting of an earlier day could not consider it.",
                school=item.case.school.short_name, day=f"{day:%d.%m.%Y}",
            )})  # fmt: skip


def members(work: Work, programme: Programme, day: date | None = None) -> dict[str, list[int]]:
    """Persons of the group by role (chair, secretary, member) on a day, today when none is named."""
    offices = (programme.authority_id, programme.centre_id)
    held = [
        m for m in accounts_holding(work.session, SEATS, day or work.today) if m.organisation_id in offices
    ]
    return {role: [m.person_id for m in held if m.role == role and m.person_id] for role in SEATS}


def substitutes(work: Work, programme: Programme, day: date) -> dict[str, list[int]]:
    """Persons who act that day for somebody of the group, by the role they fill."""
    return {role: list(pairs) for role, pairs in stand_ins(work, programme, day).items()}


def stand_ins(
    work: Work, programme: Programme, day: date, roles: Collection[str] = SEATS
) -> dict[str, dict[int, int | None]]:
    """By the role they fill: person who acts that day → person he acts for."""
    offices = (programme.authority_id, programme.centre_id)
    held = [m for m in accounts_holding(work.session, roles, day) if m.organisation_id in offices]
    acting = acting_for(work.session, {m.user_id for m in held}, day)
    return {
        role: {
            row.substitute_person_id: m.person_id
            for m in held
            if m.role == role
            for row in acting.get(m.user_id, [])
            if row.substitute_person_id
            and goes_over(row, role, m.organisation_id)
            and row.programme_id in (None, programme.id)
        }
        for role in roles
    }


def approval_of(work: Work, item: MeetingItem) -> Approval | None:
    """The rules of the vote on the question; None when its stage has none."""
    definition = edition_with(work.ports.definitions.of(work.session, item.case), item.stage)
    stage = definition.stages.get(item.stage)
    return stage.approval if stage else None


def electorate_of(
    work: Work, item: MeetingItem, approval: Approval
) -> tuple[tuple[Voter, ...], tuple[Voter, ...]]:
    """Who votes on the question and who of the group may not; those of `on_no_voters` when nobody else may."""
    authors = _authors(work, item, approval) if approval.four_eyes else frozenset[str]()
    return electorate(approval, voters_of(work, item.case, approval.asked), authors)


def _authors(work: Work, item: MeetingItem, approval: Approval) -> frozenset[str]:
    """Who drew up what was voted on in the round the question is about, wherever the case is now."""
    rounds = rounds_of(work.session, item.case_id)
    here = [no for no, row in enumerate(rounds) if (row.stage, row.round) == (item.stage, item.round)]
    later = rounds[here[-1] + 1 :] if here else rounds
    events = events_of(work.session, item.case_id)
    if later:
        events = [row for row in events if row.seq < later[0].opened_seq]
    if not events:
        return frozenset()
    definition = work.ports.definitions.of(work.session, item.case)
    state = fold(definition, [from_dict(row.data) for row in events])
    return authors_of(work, item.case, approval, state, until=events[-1].seq)


def voting_instead(work: Work, meeting: Meeting) -> dict[int, list[int]]:
    """Persons who vote on a question because nobody of the group may, each with those who act for him that day."""
    asked = [
        (item, approval, role)
        for item in items_of(work, meeting)
        if (approval := approval_of(work, item)) and (role := approval.fallback) and role not in SEATS
    ]
    users: set[str] = set()
    with only_looking(work.session):
        look_at_votes(work, [item for item, _approval, _role in asked])
        for item, approval, role in asked:
            votes, _barred = electorate_of(work, item, approval)
            users |= {voter.id for voter in votes if voter.role == role}
    if not users:
        return {}
    roles = {role for _item, _approval, role in asked}
    held = accounts_holding(work.session, roles, meeting.held_on)
    persons = {m.person_id for m in held if m.person_id and str(m.user_id) in users}
    acting = stand_ins(work, meeting.programme, meeting.held_on, roles)
    return {
        person: [who for pairs in acting.values() for who, absent in pairs.items() if absent == person]
        for person in sorted(persons)
    }


def _person_in(work: Work, programme: Programme, role: str, day: date) -> int | None:
    """Who chairs or keeps the minutes: the one who acts for the absent holder, otherwise the holder."""
    return next(iter(substitutes(work, programme, day)[role] + members(work, programme, day)[role]), None)
