"""What waits in cases for this person alone: tasks nobody else may do, votes not given, meetings to hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select

from app.access.models import Membership
from app.access.roles import AUTHORITY, ROLE_TITLES
from app.audit import service as audit
from app.cases.context import waiting_now
from app.cases.models import Case, CaseStatus, Meeting, MeetingStatus
from app.cases.overview import in_reader
from app.cases.queries import WITH_NAMES
from app.cases.states import states_now
from app.core.errors import Invalid, Reason, Refusal
from app.core.holdings import CLOSE, HAND_ON, Holding, HoldingSource, Leaver, Successor
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.engine.offers import Waiting


def _waiting(work: Work) -> Iterator[tuple[Case, Waiting]]:
    """Everything the running cases wait for."""
    cases = work.session.scalars(
        select(Case).options(*WITH_NAMES).where(Case.status.in_([CaseStatus.active, CaseStatus.suspended]))
        .order_by(Case.code)
    ).all()  # fmt: skip
    states = states_now(work, cases)
    for case in cases:
        definition, state = work.ports.definitions.of(work.session, case), states[case.id]
        yield from ((case, one) for one in waiting_now(work, case, definition, state) if not one.optional)


def _holders(work: Work, case: Case, roles: tuple[str, ...], day: date) -> dict[int, set[str]]:
    """Accounts that hold one of `roles` in this case on `day`, with the roles they hold."""
    offices: set[int | None] = {case.programme.authority_id, case.programme.centre_id}
    places: dict[str, set[int | None]] = {
        "director": {case.school_id}, "deputy": {case.school_id}, "curator": {case.curator_id},
    }  # fmt: skip
    rows = work.session.scalars(
        select(Membership).where(Membership.role.in_(roles), Membership.valid_on(day))
    )
    found: dict[int, set[str]] = {}
    for row in rows:
        where = offices if row.role in AUTHORITY else places.get(row.role, set())
        if row.organisation_id in where:
            found.setdefault(row.user_id, set()).add(row.role)
    return found


def _somebody_logs_in(work: Work, user_ids: Collection[int]) -> bool:
    """Whether one of them can log in: whose account is closed does nothing."""
    query = select(User.id).where(User.id.in_(user_ids), User.active.is_(True))
    return bool(user_ids) and work.session.scalars(query.limit(1)).first() is not None


def tasks(work: Work, leaver: Leaver) -> list[Holding]:
    """Tasks and steps for which nobody would be left the day after."""
    after, found = leaver.last_day + timedelta(days=1), []
    for case, one in _waiting(work):
        if one.voter is not None:
            continue
        mine = set(_holders(work, case, one.roles, work.today)) | set(_holders(work, case, one.roles, after))
        if mine.isdisjoint(leaver.user_ids):
            continue
        others = set(_holders(work, case, one.roles, after)) - set(leaver.user_ids)
        if not _somebody_logs_in(work, others):
            roles = ", ".join(str(ROLE_TITLES.get(role, role)).lower() for role in one.roles)
            found.append(Holding(f"{case.id}:{one.id}", f"{case.code} · {in_reader(one.titles)}", roles))
    return found


def settle_task(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    """A task belongs to a role: it goes over with the role, and only then."""
    case_id, _sep, name = key.partition(":")
    after = leaver.last_day + timedelta(days=1)
    for case, one in _waiting(work):
        if case.id == int(case_id) and one.id == name:
            if successor is None or successor.user_id not in _holders(work, case, one.roles, after):
                roles = ", ".join(str(ROLE_TITLES.get(role, role)).lower() for role in one.roles)
                raise Refusal(
                    [Reason(_("The successor does not hold the role (%(roles)s): hand on the role first.",
                              roles=roles))]
                )  # fmt: skip
            return _("Goes over to the successor with the role")
    return _("Is done already")


def votes(work: Work, leaver: Leaver) -> list[Holding]:
    """Votes that the group still waits for from this person."""
    mine = {str(user_id) for user_id in leaver.user_ids}
    return [
        Holding(f"{case.id}", f"{case.code} · {in_reader(one.titles)}", acts=(HAND_ON, CLOSE))
        for case, one in _waiting(work)
        if one.voter in mine
    ]


def settle_vote(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    """The seat goes over with the role; without it the vote leaves the count of members."""
    if act == CLOSE:
        return _("Leaves the count of members with the role")
    after = leaver.last_day + timedelta(days=1)
    case = work.session.get_one(Case, int(key))
    roles = _holders(work, case, ("chair", "secretary", "member"), after)
    if successor is None or successor.user_id not in roles:
        raise Refusal([Reason(_("The successor is not a member of the group: hand on the role first."))])
    return _("The successor votes from %(first)s", first=f"{after:%d.%m.%Y}")


def meetings(work: Work, leaver: Leaver) -> list[Holding]:
    """Planned meetings that this person is to chair or to keep the minutes of."""
    rows = work.session.scalars(
        select(Meeting).where(
            Meeting.status == MeetingStatus.planned,
            or_(Meeting.chair_id == leaver.person_id, Meeting.secretary_id == leaver.person_id),
        ).order_by(Meeting.id)
    ).all()  # fmt: skip
    return [
        Holding(
            str(row.id),
            _("Meeting No. %(number)s of %(day)s", number=row.number, day=f"{row.held_on:%d.%m.%Y}"),
            row.programme.code,
        )
        for row in rows
    ]


def settle_meeting(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    if successor is None or successor.person_id is None:
        raise Invalid(_("The successor has no card among the employees: minutes need one."))
    row = work.session.get_one(Meeting, int(key))
    changes = {
        name: successor.person_id
        for name in ("chair_id", "secretary_id")
        if getattr(row, name) == leaver.person_id
    }
    audit.revise(work, row, changes, "meeting:edit")  # read by the journal only
    return _("The successor is named in the meeting")


HOLDINGS = [
    HoldingSource("tasks", _("Tasks nobody else may do"), tasks, settle_task, order=40),
    HoldingSource("votes", _("Votes not given yet"), votes, settle_vote, order=45),
    HoldingSource("meetings", _("Meetings"), meetings, settle_meeting, order=50),
]
