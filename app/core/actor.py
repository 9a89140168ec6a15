"""Who acts: a person with the roles held today, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.i18n import Inflected


@dataclass(frozen=True)
class StandsFor:
    """For whom one acts by a substitution, and on which ground: «за Образцову М.И. по приказу № 15-к …»."""

    substitution_id: int
    user_id: int
    person_id: int | None
    name: str  # «Образцова М.И.»
    accusative: str  # «Образцову М.И.»
    ground: str  # «приказ № 15-к от 03.03.2025»

    @property
    def whom(self) -> str:
        """«за Образцову М.И.»; a name within an English sentence is not declined."""
        return str(Inflected(self.accusative, self.name))


@dataclass(frozen=True)
class Held:
    """One role held in one organisation on the day of the action.

    `stands_for` says whose role it is when it is held by a substitution, which may be limited to one programme.
    """

    role: str
    organisation_id: int
    stands_for: StandsFor | None = None
    programme_id: int | None = None


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
        """The organisations where the actor holds one of `roles` (any role when none is named).

        A substitution for one programme gives nothing of the organisation as a whole: see `of_programmes`.
        """
        return frozenset(
            h.organisation_id
            for h in self.memberships
            if h.programme_id is None and (not roles or h.role in roles)
        )

    def of_programmes(self, *roles: str) -> tuple[Held, ...]:
        """What is held for one programme only, by a substitution so limited."""
        return tuple(h for h in self.memberships if h.programme_id is not None and h.role in roles)

    def has(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))


SYSTEM = Actor(user_id=None, name="system", is_system=True)
