"""The people behind the roles of a case on a day, and who stands in for them: whom a notice is for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from app.access.memberships import accounts_holding
from app.access.substitutions import acting_for
from app.cases.models import Case
from app.engine.definition import Definition
from app.engine.offers import Waiting


class Holders:
    """Accounts by role and organisation on one day; each role is read once for all cases."""

    def __init__(self, session: Session, day: date) -> None:
        self.session, self.day = session, day
        self._by_role: dict[str, dict[int, set[int]]] = {}

    def of(self, definition: Definition, case: Case, roles: Iterable[str]) -> set[int]:
        """Accounts that hold any of these roles in the case, with those who stand in for them."""
        found: set[int] = set()
        for role in roles:
            for office in self._offices(definition, case, role):
                found |= self._in_office(role).get(office, set())
        return found

    def waited_for(self, definition: Definition, case: Case, waiting: Iterable[Waiting]) -> set[int]:
        """Accounts for which these things wait: the voter himself, otherwise the holders of the roles."""
        found: set[int] = set()
        for one in waiting:
            if one.voter is None:
                found |= self.of(definition, case, one.roles)
            elif one.voter.isdecimal():
                found.add(int(one.voter))
                found |= self._substitutes({int(one.voter)})
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

    def _in_office(self, role: str) -> dict[int, set[int]]:
        if role not in self._by_role:
            offices: dict[int, set[int]] = {}
            for held in accounts_holding(self.session, role, self.day):
                offices.setdefault(held.organisation_id, set()).add(held.user_id)
            for office, users in offices.items():
                users |= self._substitutes(users, role, office)
            self._by_role[role] = offices
        return self._by_role[role]

    def _substitutes(self, users: set[int], role: str = "", office: int | None = None) -> set[int]:
        found = acting_for(self.session, set(users), self.day, role=role, organisation_id=office)
        return {row.substitute_user_id for rows in found.values() for row in rows}
