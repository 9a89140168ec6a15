"""What waits in cases for this person alone: tasks nobody else may do, votes not given, meetings to hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from app.access.memberships import accounts_holding
from app.access.roles import AUTHORITY, ROLE_TITLES
from app.audit import service as audit
from app.cases.context import waiting_now
from app.cases.models import LIVE, Case, Meeting, MeetingStatus
from app.cases.overview import in_reader
from app.cases.seats import authors_of, concerned_in, look_ahead
from app.cases.states import states_now
from app.core.errors import Invalid, Reason, Refusal
from app.core.holdings import CLOSE, HAND_ON, Holding, HoldingSource, Leaver, Successor
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.engine.offers import Waiting
from app.schools.models import Organisation

# codes and offices; the page tells nothing else of a case
_READ = (joinedload(Case.school).load_only(Organisation.short_name),)


def _waiting(work: Work, *which: ColumnElement[bool]) -> Iterator[tuple[Case, Waiting]]:
    """Everything the running cases wait for, or those of them that are meant."""
    cases = work.session.scalars(
        select(Case).options(*_READ).where(Case.status.in_(LIVE), *which).order_by(Case.code)
    ).all()  # fmt: skip
    states = states_now(work, cases)
    look_ahead(work, [case for case in cases if case.approval])
    for case in cases:
        definition, state = work.ports.definitions.of(work.session, case), states[case.id]
        yield from ((case, one) for one in waiting_now(work, case, definition, state) if not one.optional)


class _Offices:
    """Who holds which role where on a day; each role is read once, however many cases are asked about."""

    def __init__(self, work: Work, day: date) -> None:
        self.session, self.day = work.session, day
        self._by_role: dict[str, dict[int, set[int]]] = {}  # role → organisation → accounts

    def holders(self, case: Case, roles: tuple[str, ...]) -> set[int]:
        """Accounts that hold one of `roles` in this case."""
        found: set[int] = set()
        for role in roles:
            held = self._held(role)
            for office in _where(case, role):
                found |= held.get(office, set())
        return found

    def _held(self, role: str) -> dict[int, set[int]]:
        if role not in self._by_role:
            held: dict[int, set[int]] = {}
            for row in accounts_holding(self.session, role, self.day):
                held.setdefault(row.organisation_id, set()).add(row.user_id)
            self._by_role[role] = held
        return self._by_role[role]


def _where(case: Case, role: str) -> set[int]:
    """The organisations in which holding the role counts for this case."""
    if role in AUTHORITY:
        return {case.programme.authority_id, case.programme.centre_id}
    place = {"director": case.school_id, "deputy": case.school_id, "curator": case.curator_id}.get(role)
    return set() if place is None else {place}


def _log_in(work: Work) -> set[int]:
    """Accounts one can log in with: whose account is closed does nothing."""
    return set(work.session.scalars(select(User.id).where(User.active.is_(True))))


def tasks(work: Work, leaver: Leaver) -> list[Holding]:
    """Tasks and steps for which nobody would be left the day after."""
    found, log_in = [], _log_in(work)
    now, after = _Offices(work, work.today), _Offices(work, leaver.last_day + timedelta(days=1))
    for case, one in _waiting(work):
        if one.voter is not None:
            continue
        left = after.holders(case, one.roles)
        if (now.holders(case, one.roles) | left).isdisjoint(leaver.user_ids):
            continue
        if not (left - set(leaver.user_ids)) & log_in:
            found.append(
                Holding(f"{case.id}:{one.id}", f"{case.code} · {in_reader(one.titles)}", _roles(one.roles))
            )
    return found


def _roles(roles: tuple[str, ...]) -> str:
    return ", ".join(str(ROLE_TITLES.get(role, role)).lower() for role in roles)


def settle_task(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    """A task belongs to a role: it goes over with the role, and only then."""
    case_id, _sep, name = key.partition(":")
    after = _Offices(work, leaver.last_day + timedelta(days=1))
    for case, one in _waiting(work, Case.id == int(case_id)):
        if one.id == name:
            if successor is None or successor.user_id not in after.holders(case, one.roles):
                raise Refusal(
                    [Reason(_("The successor does not hold the role (%(roles)s): hand on the role first.",
                              roles=_roles(one.roles)))]
                )  # fmt: skip
            return _("Goes over to the successor with the role")
    return _("Is done already")


def votes(work: Work, leaver: Leaver) -> list[Holding]:
    """Votes that the group still waits for from this person."""
    mine = {str(user_id) for user_id in leaver.user_ids}
    return [
        Holding(f"{case.id}", f"{case.code} · {in_reader(one.titles)}", acts=(HAND_ON, CLOSE))
        for case, one in _waiting(work, Case.approval == "open")
        if one.voter in mine
    ]


def settle_vote(work: Work, leaver: Leaver, key: str, act: str, successor: Successor | None) -> Text:
    """The seat goes over with the role; without it the vote leaves the count of members."""
    if act == CLOSE:
        return _("Leaves the count of members with the role")
    after = leaver.last_day + timedelta(days=1)
    case = work.session.get_one(Case, int(key))
    group = _Offices(work, after).holders(case, ("chair", "secretary", "member"))
    if successor is None or successor.user_id not in group:
        raise Refusal([Reason(_("The successor is not a member of the group: hand on the role first."))])
    if _is_barred(work, case, successor.user_id, after):
        return _("Leaves the count of members: the successor has an interest in this case and does not vote")
    return _("The successor votes from %(first)s", first=f"{after:%d.%m.%Y}")


def _is_barred(work: Work, case: Case, user_id: int, day: date) -> bool:
    """Whether this member of the group does not vote on the case: of the school concerned, or who drew it up."""
    if user_id in concerned_in(work.session, case.school_id, day):
        return True
    definition = work.ports.definitions.of(work.session, case)
    approval = definition.stages[case.stage].approval
    state = states_now(work, [case])[case.id]
    return approval is not None and str(user_id) in authors_of(work, case, approval, state)


def meetings(work: Work, leaver: Leaver) -> list[Holding]:
    """Planned meetings that this person is to chair or to keep the minutes of.

    One of a day on which he is still there stays his, unless it was put off: then the minutes name who was there.
    """
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
            stays=row.held_on <= leaver.last_day,
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
    HoldingSource("tasks", _("Tasks nobody else may do"), tasks, settle_task, order=40, shown=Case),
    HoldingSource("votes", _("Votes not given yet"), votes, settle_vote, order=45, shown=Case),
    HoldingSource("meetings", _("Meetings"), meetings, settle_meeting, order=50, shown=Meeting),
]
