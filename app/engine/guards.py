"""Conditions over named facts: read once (`conditions`), never `eval`, three-valued, able to say which part failed.

Unknown (a fact with value None, or values of different kinds compared) is not true, nor is its negation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Value = bool | int | float | Decimal | str | date | None
Truth = bool | None
Facts = Callable[[str], Value]


@dataclass(frozen=True, eq=False, repr=False)
class Name:
    """A fact, by name."""

    name: str

    def read(self, facts: Facts) -> Value:
        """The fact's value now."""
        return facts(self.name)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False, repr=False)
class Literal:
    """A value written in the condition."""

    value: Value

    def read(self, facts: Facts) -> Value:
        """The value itself."""
        return self.value

    def __str__(self) -> str:
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, str):
            return f'"{self.value}"' if '"' not in self.value else f"'{self.value}'"
        return str(self.value)


Operand = Name | Literal


class Expression(ABC):
    """A parsed condition. `truth` is True, False or None (unknown); `failing` names the atoms to blame."""

    def __repr__(self) -> str:
        return f"<{self}>"

    @abstractmethod
    def truth(self, facts: Facts) -> Truth:
        """Three-valued result."""

    def names(self) -> tuple[str, ...]:
        """Facts the condition asks for, in the order they are written, each once."""
        return tuple(dict.fromkeys(atom_name for atom in self.atoms() for atom_name in atom.operands()))

    @abstractmethod
    def atoms(self) -> tuple[Atom, ...]:
        """The smallest parts, left to right."""

    @abstractmethod
    def blamed(self, facts: Facts, wanted: bool) -> tuple[Atom, ...]:
        """Atoms because of which the condition is not `wanted`; empty when it is."""

    def failing(self, facts: Facts) -> tuple[Atom, ...]:
        """Atoms because of which the condition does not hold; empty when it holds."""
        return self.blamed(facts, True)


class Atom(Expression):
    """A condition without and/or/not."""

    @abstractmethod
    def operands(self) -> tuple[str, ...]:
        """Names of the facts it reads."""

    def atoms(self) -> tuple[Atom, ...]:
        return (self,)

    def blamed(self, facts: Facts, wanted: bool) -> tuple[Atom, ...]:
        return () if self.truth(facts) is wanted else (self,)


@dataclass(frozen=True, eq=False, repr=False)
class Holds(Atom):
    """A yes/no fact by itself."""

    operand: Operand

    def truth(self, facts: Facts) -> Truth:
        value = self.operand.read(facts)
        return value if isinstance(value, bool) else None

    def operands(self) -> tuple[str, ...]:
        return (self.operand.name,) if isinstance(self.operand, Name) else ()

    def __str__(self) -> str:
        return str(self.operand)


@dataclass(frozen=True, eq=False, repr=False)
class Compares(Atom):
    """Two values compared; values of different kinds do not compare."""

    left: Operand
    sign: str
    right: Operand

    def truth(self, facts: Facts) -> Truth:
        return compare(self.left.read(facts), self.sign, self.right.read(facts))

    def operands(self) -> tuple[str, ...]:
        return tuple(side.name for side in (self.left, self.right) if isinstance(side, Name))

    def __str__(self) -> str:
        return f"{self.left} {self.sign} {self.right}"


@dataclass(frozen=True, eq=False, repr=False)
class OneOf(Atom):
    """A value among listed ones."""

    operand: Operand
    choices: tuple[Literal, ...]

    def truth(self, facts: Facts) -> Truth:
        value = self.operand.read(facts)
        if value is None:
            return None
        results = [compare(value, "=", choice.value) for choice in self.choices]
        return True if True in results else None if None in results else False

    def operands(self) -> tuple[str, ...]:
        return (self.operand.name,) if isinstance(self.operand, Name) else ()

    def __str__(self) -> str:
        return f"{self.operand} in [{', '.join(map(str, self.choices))}]"


@dataclass(frozen=True, eq=False, repr=False)
class Not(Expression):
    """The opposite; the opposite of unknown is unknown."""

    inner: Expression

    def truth(self, facts: Facts) -> Truth:
        value = self.inner.truth(facts)
        return None if value is None else not value

    def atoms(self) -> tuple[Atom, ...]:
        return self.inner.atoms()

    def blamed(self, facts: Facts, wanted: bool) -> tuple[Atom, ...]:
        return self.inner.blamed(facts, not wanted)

    def __str__(self) -> str:
        return f"not ({self.inner})"


@dataclass(frozen=True, eq=False, repr=False)
class Joined(Expression):
    """Several conditions joined by one `and` or one `or`; `absorbing` is the value that decides alone."""

    word: str
    parts: tuple[Expression, ...]

    @property
    def absorbing(self) -> bool:
        """False decides an `and`, True decides an `or`."""
        return self.word == "or"

    def truth(self, facts: Facts) -> Truth:
        absorbing = self.word == "or"
        unknown = False
        for part in self.parts:
            value = part.truth(facts)
            if value is absorbing:
                return absorbing
            unknown = unknown or value is None
        return None if unknown else not absorbing

    def atoms(self) -> tuple[Atom, ...]:
        return tuple(atom for part in self.parts for atom in part.atoms())

    def blamed(self, facts: Facts, wanted: bool) -> tuple[Atom, ...]:
        if self.truth(facts) is wanted:
            return ()
        return tuple(dict.fromkeys(atom for part in self.parts for atom in part.blamed(facts, wanted)))

    def __str__(self) -> str:
        return f" {self.word} ".join(
            f"({part})" if isinstance(part, Joined) else str(part) for part in self.parts
        )


def compare(left: Value, sign: str, right: Value) -> Truth:
    """Compare two values of one kind (yes/no, number, text, day); anything else is unknown."""
    if left is None or right is None:
        return None
    kind = kind_of(left)
    if kind is None or kind != kind_of(right):
        return None
    a, b = _exact(left), _exact(right)
    if sign == "=":
        return bool(a == b)
    if sign == "!=":
        return bool(a != b)
    if kind == "bool" or kind == "text":
        return None
    return bool(a < b if sign == "<" else a <= b if sign == "<=" else a > b if sign == ">" else a >= b)


def _exact(value: Value) -> Any:
    """The number as it is written: 0.3 of a file is the 0.3 of a condition, not the nearest binary fraction."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def kind_of(value: Value) -> str | None:
    """The kind a value compares in; None for what guards do not know (an instant, NaN)."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float | Decimal):
        return "number" if value == value else None
    if isinstance(value, str):
        return "text"
    if isinstance(value, date) and not isinstance(value, datetime):
        return "day"
    return None
