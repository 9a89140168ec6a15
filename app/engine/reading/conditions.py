"""Reads the text of a condition; what it means is said by `guards`.

Grammar (`and` binds tighter than `or`):

    condition  = condition `or` condition · condition `and` condition · `not` condition · (condition) · atom
    atom       = name · operand (`=` `!=` `<` `<=` `>` `>=`) operand · operand [`not`] `in` [literal, …]
    operand    = name (`plans.items_complete`) · literal
    literal    = 12 · 0.5 · "text" · true · false · 2025-01-22
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from app.engine.guards import Atom, Compares, Expression, Holds, Joined, Literal, Name, Not, OneOf, Operand
from app.engine.wording import quoted

MAX_LENGTH = 1000
MAX_DEPTH = 20

# Compiled at the first condition: whoever only decides never reads one.
TOKENS = r"""\s*(?:
      (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\w))
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))
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
                raise GuardError(f"cannot read “{found}”", f"непонятно: «{found}»", at + 1)
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
            english, russian = (
                ("the end", "конец условия") if wanted == "end" else (wanted, quoted(wanted, "ru"))
            )
            raise GuardError(
                f"expected {english}, found “{text}”", f"{AWAITED_RU} {russian}, {_here(kind, text)}", column
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
            raise GuardError(f"“{atom}” asks for no fact", f"«{atom}» не спрашивает ни о каком факте", column)
        return atom

    def literal(self) -> Literal:
        column = self.tokens[self.at][2]
        operand = self.operand()
        if isinstance(operand, Name):
            raise GuardError(
                f"a list holds values, not the fact “{operand}”",
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
            f"expected a fact or a value, found “{text}”",
            f"{AWAITED_RU} факт или значение, {_here(kind, text)}",
            column,
        )
