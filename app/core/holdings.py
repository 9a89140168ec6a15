"""What a person holds, room by room, so that one page can hand it on when he leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from app.core.i18n import Text

if TYPE_CHECKING:
    from app.core.unit_of_work import Work

HAND_ON, CLOSE = "hand_on", "close"


@dataclass(frozen=True)
class Leaver:
    """Who leaves: the card, the accounts behind it, the last day, the order that says so."""

    person_id: int
    user_ids: tuple[int, ...]
    name: str
    last_day: date
    ground: str = ""


@dataclass(frozen=True)
class Successor:
    """Who takes over; without an account he can take over positions and papers, no roles."""

    person_id: int | None
    user_id: int | None
    name: str


@dataclass(frozen=True)
class Holding:
    """One thing held. `acts` are what can be done with it, the usual one first; none: it is only shown. What `stays`
    is left as it is unless somebody chooses otherwise.

    Titles go by codes of cases and by short names: whoever settles this sees no contents.
    """

    key: str
    title: Text | str
    where: Text | str = ""
    acts: tuple[str, ...] = (HAND_ON,)
    stays: bool = False


@dataclass(frozen=True)
class HisAlready:
    """What came of a row when the successor held the same before: nothing is new to him."""

    said: Text


@dataclass(frozen=True)
class HoldingSource:
    """A room's part: `find` lists what goes on after the last day, `settle` hands one row on or ends it.

    `settle(work, leaver, key, act, successor)` answers what came of it, or raises one of our errors. The rows
    are asked and settled as the system, by a page of the administrator; lower `order` goes first. `needs_the_rest`:
    its rows stay as they are when one settled before them was refused.

    The successor is told how much he has got: of the rows of `shown` (their keys begin with its number) those that
    he may see, without it all, because they are his own like a role. `is_told`: settling a row tells him already.
    """

    code: str
    title: Text
    find: Callable[[Work, Leaver], list[Holding]]
    settle: Callable[[Work, Leaver, str, str, Successor | None], Text | HisAlready]
    order: int = 50
    needs_the_rest: bool = False
    shown: type[Any] | None = None
    is_told: bool = False
