"""Which case makes conditions true together, or none of them: the answer comes with the values of the facts.

Exact over the grammar of conditions: a condition can only compare a fact with what is written beside it, so trying
each written value, what lies between two of them, below and above decides for all values. Numbers are whole unless
a fraction is written. Unknown needs no trying: what is true while a fact is unknown stays true once it is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from app.engine.checking.fact_kinds import Kinds, can_say
from app.engine.elements import Transition
from app.engine.guards import Atom, Compares, Expression, Holds, Literal, Name, OneOf, Truth, Value, kind_of

PASSED, FAILED, ROUND = "approval.passed", "approval.failed", "stage.round"
# Tries after which the question is given up: guards that need more nobody can oversee either.
MOST = 20_000
Condition = Sequence[Expression]  # all of them must hold
Case = dict[str, Value]


class TooMany(ValueError):
    """The conditions ask for more combinations of values than can be tried."""


@dataclass(frozen=True)
class Room:
    """Where the conditions are asked: whether a vote may have ended; what the facts can say, as far as it is known.

    `result` is how it has ended, where only that is asked about: passed or failed.
    """

    votes: bool
    kinds: Kinds = field(default_factory=dict)
    result: str | None = None


def both(one: Condition, other: Condition, room: Room) -> Case | None:
    """A case in which both hold, told by the facts that matter; None when there is none. Raises TooMany."""
    return _find([one, other], room, _all_hold)


def ever(one: Condition, room: Room) -> Case | None:
    """A case in which the condition holds, or None. Raises TooMany."""
    return _find([one], room, _all_hold)


def neither(conditions: Sequence[Condition], room: Room) -> Case | None:
    """A case with every fact known in which none of the conditions holds, or None. Raises TooMany.

    While the group votes the case waits for people, so a vote that is asked about has ended.
    """
    return _find(conditions, room, _none_holds, is_settled=True)


# ── the search ────────────────────────────────────────────────────────────────────────────────────


def _all_hold(truths: list[Truth], is_last: bool) -> Truth:
    return False if False in truths else None if None in truths else True


def _none_holds(truths: list[Truth], is_last: bool) -> Truth:
    if True in truths:
        return False
    return None if None in truths and not is_last else True


def _find(
    conditions: Sequence[Condition],
    room: Room,
    judge: Callable[[list[Truth], bool], Truth],
    is_settled: bool = False,
) -> Case | None:
    """Facts get their values one by one; a start that cannot come to a yes is not followed."""
    atoms = [atom for condition in conditions for part in condition for atom in part.atoms()]
    groups = list(_groups(atoms))
    domains = {
        name: can_say(room.kinds.get(name), values)
        for group in groups
        for name, values in _domains(group, atoms, room).items()
    }
    if is_settled and room.votes and FAILED not in domains and PASSED in domains:
        domains[PASSED] = [True]  # one that failed waits for those who return the case
    # the facts that decide most come first
    names = sorted(domains, key=lambda name: -sum(name in atom.operands() for atom in atoms))
    together = {name: group for group in groups for name in group} if is_settled else {}
    tries = 0

    def go_on(case: Case, left: Sequence[str]) -> Case | None:
        nonlocal tries
        tries += 1
        if tries > MOST:
            raise TooMany
        verdict = judge([_truth(condition, case) for condition in conditions], not left)
        if verdict is not None or not left:
            return case if verdict else None
        name, *rest = left
        for value in domains[name]:
            if _fits(case, name, value, together.get(name, ()), is_settled and room.votes):
                found = go_on({**case, name: value}, rest)
                if found is not None:
                    return found
        return None

    case = go_on({}, names)
    return None if case is None else _shortest(case, conditions, judge)


def _truth(condition: Condition, case: Case) -> Truth:
    unknown = False
    for part in condition:
        value = part.truth(case.get)
        if value is False:
            return False
        unknown = unknown or value is None
    return None if unknown else True


def _fits(case: Case, name: str, value: Value, group: Collection[str], is_over: bool) -> bool:
    """A vote does not both pass and fail, and one that is over did either; facts compared are of one kind."""
    if name in (PASSED, FAILED):
        other = case.get(FAILED if name == PASSED else PASSED)
        if (value and other) or (is_over and other is False and not value):
            return False
    return all(kind_of(value) == kind_of(case[one]) for one in group if one in case)


def _shortest(
    case: Case, conditions: Sequence[Condition], judge: Callable[[list[Truth], bool], Truth]
) -> Case:
    """Without the facts that change nothing."""
    for name in list(case):
        less = {key: value for key, value in case.items() if key != name}
        if judge([_truth(condition, less) for condition in conditions], False) is True:
            case = less
    return case


# ── values worth trying ───────────────────────────────────────────────────────────────────────────


def _groups(atoms: Sequence[Atom]) -> Iterator[list[str]]:
    """Facts that are compared with one another, directly or through a third; each fact is in one group."""
    names = list(dict.fromkeys(name for atom in atoms for name in atom.operands()))
    group = {name: {name} for name in names}
    for atom in atoms:
        first, *others = atom.operands() or ("",)
        for other in others:
            group[first] |= group[other]
            for name in group[first]:
                group[name] = group[first]
    seen: set[str] = set()
    for name in names:
        if name not in seen:
            seen |= group[name]
            yield [one for one in names if one in group[name]]


def _domains(group: list[str], atoms: Sequence[Atom], room: Room) -> dict[str, list[Value]]:
    """Values for the facts of one group: as many between two written ones as there are facts to be put there."""
    written = _written(group, atoms, room)
    many = len(group)
    values: list[Value] = []
    if "bool" in written:
        values += [True, False]
    if "number" in written or not written:
        values += _numbers(written.get("number") or {1}, many)
    if "day" in written:
        values += _days(written["day"], many)
    if "text" in written:
        values += [*sorted(written["text"]), *_others(written["text"], many)]
    domains = dict.fromkeys(group, values)
    for name in (PASSED, FAILED):
        if name in domains:
            ended: list[Value] = [name == f"approval.{room.result}"] if room.result else [True, False]
            domains[name] = ended if room.votes else [False]
    if ROUND in domains:
        domains[ROUND] = [v for v in values if kind_of(v) == "number" and _is_round(v)]
    return domains


def _written(group: list[str], atoms: Sequence[Atom], room: Room) -> dict[str, set[Any]]:
    """The kinds of values the group is asked for, each with those that are written in conditions."""
    written: defaultdict[str, set[Any]] = defaultdict(set)
    for atom in atoms:
        if not set(atom.operands()) & set(group):
            continue
        if isinstance(atom, Holds):
            written.setdefault("bool", set())
        for value in _literals(atom):
            kind = kind_of(value)
            if kind is not None:
                written[kind].add(value)
    if ROUND in group:
        written["number"].add(1)
    if {PASSED, FAILED} & set(group):
        written.setdefault("bool", set())
    # the least a fact says is worth trying even where only lower numbers are written
    least = {said.least for name in group if (said := room.kinds.get(name)) and said.least is not None}
    if "number" in written or not written:
        written["number"] |= least
    return written


def _literals(atom: Atom) -> Iterator[Value]:
    sides: tuple[object, ...] = ()
    if isinstance(atom, Compares):
        sides = (atom.left, atom.right)
    elif isinstance(atom, OneOf):
        sides = atom.choices
    yield from (side.value for side in sides if isinstance(side, Literal))


def _is_round(value: Any) -> bool:
    return bool(value >= 1 and value == int(value))


def _numbers(written: Collection[Any], many: int) -> list[Value]:
    """Whole numbers below, at, between and above; fractions between as well where one is written."""
    points = sorted(set(written))
    is_whole = all(point == int(point) for point in points)
    found: set[Any] = set(points)
    least, most = int(points[0] // 1), int(points[-1] // 1)
    found.update(range(least - many, least))
    found.update(range(most + 1, most + 1 + many))
    for low, high in pairwise(points):
        first = int(low // 1) + 1
        found.update(n for n in range(first, first + many) if low < n < high)
        if not is_whole:
            step = (Decimal(str(high)) - Decimal(str(low))) / (many + 1)
            found.update(Decimal(str(low)) + step * number for number in range(1, many + 1))
    if not is_whole:
        found.update(Decimal(str(points[0])) - Decimal(n) / 2 for n in range(1, many + 1))
        found.update(Decimal(str(points[-1])) + Decimal(n) / 2 for n in range(1, many + 1))
    return sorted(found)


def _days(written: Collection[date], many: int) -> list[Value]:
    ordinals = _numbers({day.toordinal() for day in written}, many)
    least, most = date.min.toordinal(), date.max.toordinal()
    return [date.fromordinal(one) for one in ordinals if isinstance(one, int) and least <= one <= most]


def _others(written: Collection[str], many: int) -> list[str]:
    """Texts that stand nowhere in the conditions."""
    found: list[str] = []
    number = 1
    while len(found) < many:
        text = "other" if number == 1 else f"other {number}"
        number += 1
        if text not in written:
            found.append(text)
    return found


def in_words(case: Mapping[str, Value]) -> str:
    """The case as a condition would say it: `plans.items = 3, plans.ready = true`."""
    return ", ".join(f"{name} = {Literal(value)}" for name, value in sorted(case.items()))


def of_step(step: Transition, outcomes: Collection[str]) -> Condition:
    """What must hold for a step; one that ends the case as a fact says needs a fact that names an outcome there is."""
    found: list[Expression] = [guard.expression for guard in step.when]
    if step.outcome_from:
        found.append(OneOf(Name(step.outcome_from), tuple(Literal(one) for one in outcomes)))
    return found
