"""Conditions over named facts: read once, never `eval`, three-valued, able to say which part failed.

Grammar (`and` binds tighter than `or`):

    condition  = condition `or` condition · condition `and` condition · `not` condition · (condition) · atom
    atom       = name · operand (`=` `!=` `<` `<=` `>` `>=`) operand · operand [`not`] `in` [literal, …]
    operand    = name (`plans.items_complete`) · literal
    literal    = 12 · 0.5 · "text" · true · false · 2025-01-22

Unknown (a fact with value None, or values of different kinds compared) is not true, nor is its negation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Value = bool | int | float | Decimal | str | date | None
Truth = bool | None
Facts = Callable[[str], Value]

MAX_LENGTH = 1000
MAX_DEPTH = 20

# Compiled at the first condition: whoever only decides never reads one.
TOKENS = r"""\s*(?:
      (?P<date>\d{4}-\d{2}-\d{2}(?!\w))
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<text>"[^"\\]*"|'[^'\\]*')
    | (?P<name>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*(?![\w.]))
    | (?P<sign><=|>=|!=|==|=|<|>|\(|\)|\[|\]|,)
    )"""
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
AWAITED_RU = "здесь должно быть:"
RESERVED = frozenset({"and", "or", "not", "in", "true", "false"})


class GuardError(ValueError):
    """The text is not a condition: why, in both languages; `column` counts from 1 inside the text."""

    def __init__(self, problem: str, problem_ru: str, column: int) -> None:
        self.column = column
        self.problem_ru = problem_ru
        super().__init__(problem)


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


class Expression:
    """A parsed condition. `truth` is True, False or None (unknown); `failing` names the atoms to blame."""

    def __repr__(self) -> str:
        return f"<{self}>"

    def truth(self, facts: Facts) -> Truth:
        """Three-valued result."""
        raise NotImplementedError

    def names(self) -> tuple[str, ...]:
        """Facts the condition asks for, in the order they are written, each once."""
        return tuple(dict.fromkeys(atom_name for atom in self.atoms() for atom_name in atom.operands()))

    def atoms(self) -> tuple[Atom, ...]:
        """The smallest parts, left to right."""
        raise NotImplementedError

    def blamed(self, facts: Facts, wanted: bool) -> tuple[Atom, ...]:
        """Atoms because of which the condition is not `wanted`; empty when it is."""
        raise NotImplementedError

    def failing(self, facts: Facts) -> tuple[Atom, ...]:
        """Atoms because of which the condition does not hold; empty when it holds."""
        return self.blamed(facts, True)


class Atom(Expression):
    """A condition without and/or/not."""

    def operands(self) -> tuple[str, ...]:
        """Names of the facts it reads."""
        raise NotImplementedError

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
    if sign == "=":
        return bool(left == right)
    if sign == "!=":
        return bool(left != right)
    if kind == "bool" or kind == "text":
        return None
    a: Any = left
    b: Any = right
    return bool(a < b if sign == "<" else a <= b if sign == "<=" else a > b if sign == ">" else a >= b)


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


def _here(kind: str, text: str) -> str:
    return "а условие кончилось" if kind == "end" else f"а стоит «{text}»"


def parse(text: str) -> Expression:
    """Read a condition; raises GuardError with the column of the fault."""
    return _Parser(text).whole()


class _Parser:
    """Recursive descent over the tokens of one condition."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise GuardError(
                f"longer than {MAX_LENGTH} characters", f"длиннее {MAX_LENGTH} знаков", MAX_LENGTH
            )
        self.tokens: list[tuple[str, str, int]] = []
        token = re.compile(TOKENS, re.VERBOSE)
        position = 0
        end = len(text.rstrip())
        while position < end:
            match = token.match(text, position)
            if match is None or match.lastgroup is None:
                at = position + len(text[position:]) - len(text[position:].lstrip())
                found = text[at : at + 12]
                raise GuardError(f"cannot read «{found}»", f"непонятно: «{found}»", at + 1)
            self.tokens.append(
                (match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup) + 1)
            )
            position = match.end()
        self.tokens.append(("end", "the end", end + 1))
        self.at = 0
        self.depth = 0

    def whole(self) -> Expression:
        if len(self.tokens) == 1:
            raise GuardError("the condition is empty", "условие пустое", 1)
        result = self.joined("or")
        self.expect("end")
        return result

    def peek(self, *texts: str) -> bool:
        kind, text, _ = self.tokens[self.at]
        return kind in ("name", "sign") and text in texts

    def take(self, *texts: str) -> bool:
        if self.peek(*texts):
            self.at += 1
            return True
        return False

    def expect(self, wanted: str) -> None:
        kind, text, column = self.tokens[self.at]
        if wanted not in (kind, text):
            english, russian = ("the end", "конец условия") if wanted == "end" else (wanted, f"«{wanted}»")
            raise GuardError(
                f"expected {english}, found «{text}»", f"{AWAITED_RU} {russian}, {_here(kind, text)}", column
            )
        self.at += 1

    def joined(self, word: str) -> Expression:
        below = self.negated if word == "and" else lambda: self.joined("and")
        parts = [below()]
        while self.take(word):
            parts.append(below())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def negated(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            column = self.tokens[self.at][2]
            raise GuardError(f"nested deeper than {MAX_DEPTH}", f"вложенность больше {MAX_DEPTH}", column)
        try:
            if self.take("not"):
                return Not(self.negated())
            if self.take("("):
                inner = self.joined("or")
                self.expect(")")
                return inner
            return self.atom()
        finally:
            self.depth -= 1

    def atom(self) -> Expression:
        column = self.tokens[self.at][2]
        left = self.operand()
        if self.peek(*COMPARISONS, "=="):
            sign = self.tokens[self.at][1]
            self.at += 1
            return self.needs_fact(Compares(left, "=" if sign == "==" else sign, self.operand()), column)
        negated = self.take("not")
        if negated or self.peek("in"):
            self.expect("in")
            self.expect("[")
            choices = [self.literal()]
            while self.take(","):
                choices.append(self.literal())
            self.expect("]")
            inside = self.needs_fact(OneOf(left, tuple(choices)), column)
            return Not(inside) if negated else inside
        return self.needs_fact(Holds(left), column)

    def needs_fact(self, atom: Atom, column: int) -> Atom:
        if not atom.operands():
            raise GuardError(f"«{atom}» asks for no fact", f"«{atom}» не спрашивает ни о каком факте", column)
        return atom

    def literal(self) -> Literal:
        column = self.tokens[self.at][2]
        operand = self.operand()
        if isinstance(operand, Name):
            raise GuardError(
                f"a list holds values, not the fact «{operand}»",
                f"в списке могут быть только значения, а не факт «{operand}»",
                column,
            )
        return operand

    def operand(self) -> Operand:
        kind, text, column = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Literal(Decimal(text) if "." in text else int(text))
        if kind == "text":
            return Literal(text[1:-1])
        if kind == "date":
            try:
                return Literal(date.fromisoformat(text))
            except ValueError:
                raise GuardError(f"there is no day {text}", f"нет такого дня: {text}", column) from None
        if kind == "name" and text in ("true", "false"):
            return Literal(text == "true")
        if kind == "name" and text not in RESERVED:
            return Name(text)
        self.at -= 1
        raise GuardError(
            f"expected a fact or a value, found «{text}»",
            f"{AWAITED_RU} факт или значение, {_here(kind, text)}",
            column,
        )
