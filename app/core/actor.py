"""Who acts: a person with the roles held today, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Held:
    """One role held in one organisation on the day of the action."""

    role: str
    organisation_id: int


@dataclass(frozen=True)
class Actor:
    """The one in whose name a unit of work runs.

    `user_id` is the account, `person_id` the card of the person behind it; the system has neither.
    """

    user_id: int | None
    name: str
    person_id: int | None = None
    memberships: tuple[Held, ...] = field(default=())
    is_system: bool = False

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(held.role for held in self.memberships)

    def organisation_ids(self, *roles: str) -> frozenset[int]:
        """The organisations where the actor holds one of `roles` (any role when none is named)."""
        return frozenset(h.organisation_id for h in self.memberships if not roles or h.role in roles)

    def has(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))


SYSTEM = Actor(user_id=None, name="system", is_system=True)
