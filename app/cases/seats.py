"""Acting for another in a case: whose seat a substitute fills in a vote, and by which right a step is taken.

One head, one vote: a member of the group votes for himself only, whoever he stands in for; a substitute who is
no member fills one seat, the first handed to him whose holder has not voted himself: such a vote stands. A conflict of
interest of either bars the substitute.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import String, and_, cast, func, select
from sqlalchemy.orm import Session

from app.access.memberships import accounts_holding
from app.access.roles import SCHOOL
from app.access.scopes import as_system
from app.access.substitutions import acting_for
from app.cases.models import Case, CaseEvent, CaseVote, StageRound
from app.cases.roles import programme_rights, stands_for
from app.core.actor import StandsFor
from app.core.asked_once import asked_once
from app.core.errors import Reason, Refusal
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.engine.actions import Action, Cast, Complete, Fire, Reopen
from app.engine.approvals import electorate
from app.engine.authors import TELLING, doings, last_doers
from app.engine.context import Voter
from app.engine.definition import Definition
from app.engine.elements import Approval
from app.engine.events import Event, from_dict
from app.engine.state import State


class Told(NamedTuple):
    """An event that tells of tasks done, with its number and the account in whose place it was, or None."""

    seq: int
    event: Event
    absent: str | None


@asked_once
def concerned_in(session: Session, school_id: int, today: date) -> frozenset[int]:
    """Accounts with an interest of the school concerned: its director and deputies, and who acts for them."""
    return _concerned(session, [school_id], today)[school_id]


def _concerned(session: Session, schools: Collection[int], today: date) -> dict[int, frozenset[int]]:
    held = accounts_holding(session, SCHOOL, today, schools)
    acting = acting_for(session, {m.user_id for m in held}, today)
    found: dict[int, set[int]] = {school: set() for school in schools}
    for m in held:
        handed = [
            row for row in acting.get(m.user_id, ())
            if row.role in ("", *SCHOOL) and row.organisation_id in (None, m.organisation_id)
        ]  # fmt: skip
        found[m.organisation_id] |= {m.user_id, *(row.substitute_user_id for row in handed)}
    return {school: frozenset(accounts) for school, accounts in found.items()}


def look_ahead(work: Work, cases: Collection[Case]) -> None:
    """Read at once, for all these cases, what the votes on each of them are asked about: a page shows many."""
    session, today = work.session, work.today
    with as_system(session):  # as where each of them is asked for
        schools = [case.school_id for case in cases]
        concerned_in.look_ahead(session, schools, lambda some: _concerned(session, some, today), today)
        _told_of_tasks.look_ahead(session, [case.id for case in cases], lambda some: _told(session, some))


def seat_of(
    work: Work, case: Case, approval: Approval, voters: tuple[Voter, ...], authors: frozenset[str]
) -> StandsFor | None:
    """The member of the group in whose seat the actor votes; None for a member, who votes for himself.

    Those of `on_no_voters` have a seat only when nobody of the group may vote.
    """
    eligible, barred = electorate(approval, voters, authors)
    own, seats = str(work.actor.user_id), {voter.id for voter in (*eligible, *barred)}
    if work.actor.is_system or own in seats:
        return None
    handed = [
        h.stands_for
        for h in programme_rights(work.actor, case.programme)
        if h.stands_for and h.role in approval.asked and str(h.stands_for.user_id) in seats
    ]
    if not handed:
        return None
    in_person = _voted_in_person(work.session, case)
    return next((one for one in handed if str(one.user_id) not in in_person), handed[0])


def bar(
    work: Work, case: Case, approval: Approval, seat: StandsFor | None, authors: frozenset[str]
) -> Text | None:
    """Why this head may not give this vote, beside what bars the seat itself; None when it may."""
    if seat is not None:
        if str(seat.user_id) in _voted_in_person(work.session, case):
            return _("You do not vote for %(whom)s: that vote has been given in person.", whom=seat.whom)
        with as_system(work.session):  # a conflict of interest is a fact, whoever asks
            concerned = concerned_in(work.session, case.school_id, work.today)
        if work.actor.user_id in concerned:
            return _(
                "You work in the school concerned, so you do not vote for %(whom)s either.", whom=seat.whom
            )
        if approval.four_eyes and str(work.actor.user_id) in authors:
            return _("You drew up what is voted on, so you do not vote for %(whom)s either.", whom=seat.whom)
    earlier = _earlier_seat(work, case, seat)
    if earlier is not None:
        return _("You have already voted in this round in another's seat: one person has one vote.")
    return None


def _voted_in_person(session: Session, case: Case) -> set[str]:
    """Seats in which a vote of this round counts that their holder gave himself."""
    query = select(CaseVote.voter).join(
        CaseEvent,
        and_(
            CaseEvent.case_id == CaseVote.case_id, CaseEvent.type == "vote_cast", CaseEvent.at == CaseVote.at,
            cast(CaseEvent.actor_id, String) == CaseVote.voter, CaseEvent.on_behalf_of.is_(None),
        ),
    )  # fmt: skip
    here = (CaseVote.case_id == case.id, CaseVote.stage == case.stage, CaseVote.round == case.round)
    return set(session.scalars(query.where(*here, CaseVote.void.is_(False))))


def _earlier_seat(work: Work, case: Case, seat: StandsFor | None) -> CaseEvent | None:
    """A vote of this round that counts and that the actor gave in a seat other than the one he votes in now."""
    began = select(func.max(StageRound.opened_seq)).where(StageRound.case_id == case.id).scalar_subquery()
    # it counts until the content changes or the holder of the seat votes himself
    counts = select(CaseVote.id).where(
        CaseVote.case_id == case.id, CaseVote.stage == case.stage, CaseVote.round == case.round,
        CaseVote.voter == cast(CaseEvent.on_behalf_of, String), CaseVote.at == CaseEvent.at, CaseVote.void.is_(False),
    )  # fmt: skip
    query = select(CaseEvent).where(
        CaseEvent.case_id == case.id, CaseEvent.type == "vote_cast", CaseEvent.seq > began,
        CaseEvent.actor_id == work.actor.user_id, CaseEvent.on_behalf_of.is_not(None), counts.exists(),
    )  # fmt: skip
    if seat is not None:
        query = query.where(CaseEvent.on_behalf_of != seat.user_id)
    return work.session.scalars(query.limit(1)).first()


def authors_of(
    work: Work, case: Case, approval: Approval, state: State, until: int | None = None
) -> frozenset[str]:
    """Who drew up what is voted on, and in whose place: all who in this round closed a task the vote waited for.

    `until`: the number of the event after which the case stood as `state` says, where it has gone on since.
    """
    if not approval.four_eyes:
        return frozenset()
    with as_system(work.session):  # who drew a paper up is a fact, whoever asks
        told = _told_of_tasks(work.session, case.id)
    told = [one for one in told if until is None or one.seq <= until]
    places = doings(approval.opens_after, state, [one.event for one in told])
    done = {who for place in places for who in (told[place].event.actor, told[place].absent) if who}
    return last_doers(approval.opens_after, state) | done


@asked_once
def _told_of_tasks(session: Session, case_id: int) -> list[Told]:
    """What events tell of who did which task, in order."""
    return _told(session, [case_id])[case_id]


def _told(session: Session, case_ids: Collection[int]) -> dict[int, list[Told]]:
    found: dict[int, list[Told]] = {case_id: [] for case_id in case_ids}
    query = (
        select(CaseEvent.case_id, CaseEvent.seq, CaseEvent.data, CaseEvent.on_behalf_of)
        .where(CaseEvent.case_id.in_(case_ids), CaseEvent.type.in_([kind.type for kind in TELLING]))
        .order_by(CaseEvent.case_id, CaseEvent.seq)
    )
    for case_id, seq, data, absent in session.execute(query):
        found[case_id].append(Told(seq, from_dict(data), None if absent is None else str(absent)))
    return found


def note_right(
    work: Work, case: Case, definition: Definition, state: State | None, action: Action,
    seat: StandsFor | None,
) -> None:  # fmt: skip
    """Note by whose right the step is taken: the actor's own, when he has it himself."""
    if isinstance(action, Cast):
        work.acting = seat
    elif isinstance(action, Complete | Reopen) and (task := definition.task(action.task)) is not None:
        work.acting = stands_for(work.actor, case, task.roles)
    elif isinstance(action, Fire) and (step := definition.transitions.get(action.transition)) is not None:
        work.acting = stands_for(work.actor, case, step.by)


def refuse_barred(
    work: Work, case: Case, approval: Approval, seat: StandsFor | None, voters: tuple[Voter, ...],
    authors: frozenset[str],
) -> None:  # fmt: skip
    """Raises Refusal when this head may not give the vote."""
    sentence = bar(work, case, approval, seat, authors)
    if sentence is None:
        return
    if seat is None and str(work.actor.user_id) not in {voter.id for voter in voters}:
        sentence = _("The substitution in which you voted is over: the vote in that seat is no longer yours.")
    raise Refusal([Reason(sentence)])
