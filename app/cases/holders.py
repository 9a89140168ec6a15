"""The people behind the roles of a case on a day, and who stands in for them: whom a notice is for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from app.access.memberships import accounts_holding
from app.access.models import Substitution, goes_over
from app.access.substitutions import in_force_on
from app.cases.models import Case
from app.engine.definition import Definition
from app.engine.offers import Waiting


class Holders:
    """Accounts by role and organisation on one day; each role is read once for all cases."""

    def __init__(self, session: Session, day: date) -> None:
        self.session, self.day = session, day
        self._acting: dict[int, list[Substitution]] | None = None
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

    def waited_for(self, definition: Definition, case: Case, waiting: Iterable[Waiting]) -> set[int]:
        """Accounts for which these things wait: the voter himself, otherwise the holders of the roles."""
        found: set[int] = set()
        for one in waiting:
            if one.voter is None:
                found |= self.of(definition, case, one.roles)
            elif one.voter.isdecimal():
                found.add(int(one.voter))
                found |= self._seated(definition, case, one)
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
        """Who may vote in the seat of the absent voter: those to whom a role that votes here was handed on."""
        found: set[int] = set()
        for role in one.roles:
            for office in self._offices(definition, case, role):
                for row in self._substitutions({int(one.voter or 0)}, role, office):
                    if row.programme_id in (None, case.programme_id):
                        found.add(row.substitute_user_id)
        return found

    def _in_office(self, role: str) -> dict[int, set[tuple[int, int | None]]]:
        if role not in self._by_role:
            offices: dict[int, set[int]] = {}
            for held in accounts_holding(self.session, role, self.day):
                offices.setdefault(held.organisation_id, set()).add(held.user_id)
            self._by_role[role] = {
                office: {(user_id, None) for user_id in users}
                | {
                    (row.substitute_user_id, row.programme_id)
                    for row in self._substitutions(users, role, office)
                }
                for office, users in offices.items()
            }
        return self._by_role[role]

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
