"""What kind of answer each fact gives: said beside the function that gives it, checked before a procedure asks.

`yes_no`, `number`, `day`, `text`, `one_of` wrap a room's function; the fact is called as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.core.ports import Fact, FactSource

Kind = Literal["yes_no", "number", "day", "text"]


class TypedFact:
    """A room's answer about a case whose kind is known.

    `choices` are all words it may be, when they are closed; `least` is the least number it may be, when there is one.
    """

    __slots__ = ("choices", "kind", "least", "source")

    def __init__(
        self, source: FactSource, kind: Kind, choices: Iterable[str] = (), least: int | None = None
    ) -> None:
        self.source, self.kind, self.choices, self.least = source, kind, tuple(map(str, choices)), least

    def __call__(self, session: Session, case_id: int) -> Fact:
        return self.source(session, case_id)


yes_no: Callable[[FactSource], TypedFact] = partial(TypedFact, kind="yes_no")
# the rooms count: visits, risks, measures, people
number: Callable[[FactSource], TypedFact] = partial(TypedFact, kind="number", least=0)
day: Callable[[FactSource], TypedFact] = partial(TypedFact, kind="day")
text: Callable[[FactSource], TypedFact] = partial(TypedFact, kind="text")


def one_of(choices: Iterable[str], source: FactSource) -> TypedFact:
    """A fact that is one of these words."""
    return TypedFact(source, "text", choices)
