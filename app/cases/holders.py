"""The people behind the roles of a case on a day, and who stands in for them: whom a notice is for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy.orm import Session

from app.access.memberships import accounts_holding
from app.access.models import Substitution, goes_over
from app.access.substitutions import in_force_on
from app.cases.models import Case
from app.cases.seats import concerned_in
from app.core.ports import Matter
from app.engine.definition import Definition
from app.engine.offers import Waiting

# whom something is asked of, by account, and what of each
Asked = Mapping[int, Collection[Matter]]


class Holders:
    """Accounts by role and organisation on one day; each role is read once for all cases."""

    def __init__(self, session: Session, day: date) -> None:
        self.session, self.day = session, day
        self._acting: dict[int, list[Substitution]] | None = None
        self._own: dict[str, dict[int, set[int]]] = {}
        # office → accounts, each with the programme it is limited to by its substitution (None: any)
        self._by_role: dict[str, dict[int, set[tuple[int, int | None]]]] = {}

    def of(self, definition: Definition, case: Case, roles: Iterable[str]) -> set[int]:
        """Accounts that hold any of these roles in the case, with those who stand in for them."""
        found: set[int] = set()
        for role in roles:
            for office in self._offices(definition, case, role):
                for user_id, only_in in self._in_office(role).get(office, set()):
                    if only_in in (None, case.programme_id):
                        found.add(user_id)
        return found

    def waited_for(self, definition: Definition, case: Case, waiting: Iterable[Waiting]) -> Asked:
        """Accounts for which these things wait, the voter himself or the holders of the roles, and which for each."""
        found: dict[int, set[Matter]] = {}
        for one in waiting:
            if one.voter is None:
                matter = Matter("task" if one.kind == "task" else "step", one.id)
                people = self.of(definition, case, one.roles)
            elif one.voter.isdecimal():
                matter = Matter("vote", row=int(one.voter))
                people = {int(one.voter)} | self._seated(definition, case, one)
            else:
                continue
            for user_id in people:
                found.setdefault(user_id, set()).add(matter)
        return found

    def _offices(self, definition: Definition, case: Case, role: str) -> set[int]:
        """The organisations in which holding the role counts for this case."""
        known = definition.roles.get(role)
        match known.found if known else "":
            case "curator_school":
                return {case.curator_id} if case.curator_id else set()
            case "supported_school":
                return {case.school_id}
        return {case.programme.authority_id, case.programme.centre_id}

    def _seated(self, definition: Definition, case: Case, one: Waiting) -> set[int]:
        """Who may vote in the seat of the absent voter: those to whom a role that votes here was handed on, but for
        members of the group, who vote for themselves only, and for those who work in the school (see `seats`).
        """
        found: set[int] = set()
        for role in one.roles:
            for office in self._offices(definition, case, role):
                for row in self._substitutions({int(one.voter or 0)}, role, office):
                    if row.programme_id in (None, case.programme_id):
                        found.add(row.substitute_user_id)
        if not found:
            return found
        return (
            found - self._group(definition, case, one) - concerned_in(self.session, case.school_id, self.day)
        )

    def _group(self, definition: Definition, case: Case, one: Waiting) -> set[int]:
        """Accounts with a vote of their own in what the case waits for."""
        approvals = (stage.approval for stage in definition.stages.values() if stage.approval)
        approval = next(approval for approval in approvals if approval.id == one.id)
        # whoever votes only in place of the group has no vote while somebody of it may
        roles = approval.voters if set(one.roles) <= set(approval.voters) else approval.asked
        return {
            user_id
            for role in roles
            for office in self._offices(definition, case, role)
            for user_id in self._holding(role).get(office, ())
        }

    def _in_office(self, role: str) -> dict[int, set[tuple[int, int | None]]]:
        if role not in self._by_role:
            self._by_role[role] = {
                office: {(user_id, None) for user_id in users}
                | {
                    (row.substitute_user_id, row.programme_id)
                    for row in self._substitutions(users, role, office)
                }
                for office, users in self._holding(role).items()
            }
        return self._by_role[role]

    def _holding(self, role: str) -> dict[int, set[int]]:
        """Who holds the role himself: office → accounts."""
        if role not in self._own:
            self._own[role] = {}
            for held in accounts_holding(self.session, role, self.day):
                self._own[role].setdefault(held.organisation_id, set()).add(held.user_id)
        return self._own[role]

    def _substitutions(self, users: set[int], role: str, office: int) -> list[Substitution]:
        if self._acting is None:  # once for all cases: a vote of a large group asks about each of its members
            self._acting = {}
            for row in in_force_on(self.session, self.day):
                self._acting.setdefault(row.absent_user_id, []).append(row)
        return [
            row
            for user in sorted(users & self._acting.keys())
            for row in self._acting[user]
            if goes_over(row, role, office)
        ]
