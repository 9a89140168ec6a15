"""Guards are typed: a fact is asked for what it can say, otherwise the guard could never hold.

The kinds come from whoever answers the facts; a fact whose kind nobody has said is not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.engine.definition import Definition
from app.engine.guards import (
    Atom,
    Compares,
    Expression,
    Holds,
    Literal,
    Name,
    OneOf,
    Operand,
    Value,
    compare,
    kind_of,
)

Report = Callable[..., None]
YES_NO, NUMBER, DAY, TEXT = "yes_no", "number", "day", "text"
_OF_VALUES = {"bool": YES_NO, "number": NUMBER, "day": DAY, "text": TEXT}
_WORDS = {
    YES_NO: ("yes or no", "да или нет"),
    NUMBER: ("a number", "число"),
    DAY: ("a day", "день"),
    TEXT: ("a text", "текст"),
}


@dataclass(frozen=True)
class FactKind:
    """What a fact says: `yes_no`, `number`, `day` or `text`.

    `choices` are all it may say, when they are closed; a number is never below `least`, when there is one.
    """

    kind: str
    choices: tuple[str, ...] = ()
    least: int | None = None


BUILT_IN_KINDS: Mapping[str, FactKind] = {
    "approval.passed": FactKind(YES_NO), "approval.failed": FactKind(YES_NO), "stage.round": FactKind(NUMBER),
}  # fmt: skip
Kinds = Mapping[str, FactKind | None]


def can_say(said: FactKind | None, values: list[Value]) -> list[Value]:
    """Of these values those the fact can have; a fact with closed choices has all of them and no other.

    Where it says a number that has a least one, the values to choose from reach at least up to it.
    """
    if said is None:
        return values
    if said.choices:
        return list(said.choices)
    found = [
        value for value in values if (kind := kind_of(value)) and _OF_VALUES[kind] == said.kind
    ] or values
    return [value for value in found if not _is_below(value, said.least)]


def _is_below(value: Value, least: int | None) -> bool:
    """Whether this is a number, and less than the fact ever says."""
    return least is not None and compare(value, "<", least) is True


def kind_faults(
    definition: Definition, guards: Iterator[tuple[str, Expression]], kinds: Kinds, report: Report
) -> None:
    """Report every place where a fact is asked for what it cannot say; `guards` are conditions with their paths."""
    known = {**kinds, **BUILT_IN_KINDS}
    for path, expression in guards:
        for atom in expression.atoms():
            _atom(atom, known, path, report)
    for stage in definition.stages.values():
        if stage.approval and stage.approval.binds:
            _wants_text(stage.approval.binds, known, f"stages.{stage.id}.approval.binds", report)
    for step in definition.transitions.values():
        if step.outcome_from:
            path = f"transitions.{step.id}.outcome_from"
            _wants_text(step.outcome_from, known, path, report)
            said = known.get(step.outcome_from)
            for choice in said.choices if said else ():
                if choice not in definition.outcomes:
                    report("outcome_gap", path, fact=step.outcome_from, id=choice)


def _atom(atom: Atom, kinds: Kinds, path: str, report: Report) -> None:
    if isinstance(atom, Holds):
        _compares(atom.operand, "=", Literal(True), kinds, path, report)
    elif isinstance(atom, OneOf):
        for choice in atom.choices:
            _compares(atom.operand, "=", choice, kinds, path, report)
    elif isinstance(atom, Compares):
        _compares(atom.left, atom.sign, atom.right, kinds, path, report)


def _compares(left: Operand, sign: str, right: Operand, kinds: Kinds, path: str, report: Report) -> None:
    """Whether two operands can be compared so at all."""
    one, other = _said(left, kinds), _said(right, kinds)
    if one is None or other is None:
        return
    if one.kind != other.kind:
        report("guard_kinds", path, left=left, right=right, **_words(one, other))
    elif sign not in ("=", "!=") and one.kind in (YES_NO, TEXT):
        report("guard_order", path, left=left, sign=sign, right=right)
    else:
        for fact, value in ((one, right), (other, left)):
            if fact.choices and isinstance(value, Literal) and value.value not in fact.choices:
                words = {"value": value.value, "allowed": ", ".join(fact.choices)}
                report("guard_choice", path, fact=left if value is right else right, **words)


def _said(operand: Operand, kinds: Kinds) -> FactKind | None:
    """The kind of a fact, or of a value written in the condition."""
    if isinstance(operand, Name):
        return kinds.get(operand.name)
    value: Value = operand.value
    kind = kind_of(value)
    return FactKind(_OF_VALUES[kind]) if kind else None


def _wants_text(fact: str, kinds: Kinds, path: str, report: Report) -> None:
    said = kinds.get(fact)
    if said is not None and said.kind != TEXT:
        report("fact_no_text", path, path=path.rpartition(".")[2], fact=fact, **_words(said))


def _words(*said: FactKind) -> dict[str, str]:
    """The kinds in both languages, for a sentence: kind, kind_ru, other, other_ru."""
    words = {}
    for name, one in zip(("kind", "other"), said, strict=False):
        words[name], words[f"{name}_ru"] = _WORDS[one.kind]
    return words
