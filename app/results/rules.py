"""The rule of low results and the proposal of an outcome: integers only, three answers, no database.

A figure is unknown when it is not measured (fewer than `n_min` participants), not held or not entered.
All conditions grow with the number of low procedures, so the two extreme readings («every unknown is
low», «none is») say exactly whether the unknown ones could change the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

RULE_VERSION = "low-results/1"


class Kind(StrEnum):
    vpr = "vpr"
    oge = "oge"
    ege = "ege"


class Policy(StrEnum):
    """Which signs make a school one with low results."""

    A = "A"
    A_OR_B = "A_OR_B"
    A_AND_B = "A_AND_B"


class Verdict(StrEnum):
    low = "low"
    not_low = "not_low"
    insufficient = "insufficient"


class Level(StrEnum):
    """How much a risk weighs; `none` means it is no longer there."""

    high = "high"
    medium = "medium"
    low = "low"
    none = "none"


class Outcome(StrEnum):
    effective = "effective"
    positive = "positive"
    no_change = "no_change"
    negative = "negative"


@dataclass(frozen=True)
class Settings:
    """The configurable numbers of the rule."""

    n_min: int = 10
    low_percent: int = 30
    policy: Policy = Policy.A_OR_B
    no_change_points: int = 5


@dataclass(frozen=True, order=True)
class Procedure:
    """A procedure of assessment: ВПР, ОГЭ or ЕГЭ in a subject and a grade."""

    kind: str
    subject: str
    grade: int


@dataclass(frozen=True)
class Count:
    """`participants` of a procedure in a year and how many of them are `below` the threshold."""

    participants: int
    below: int
    held: bool = True


Year = Mapping[Procedure, Count]

_KIND_ORDER = {kind: place for place, kind in enumerate(Kind)}
_FIRST = {"russian": 0, "mathematics": 1, "maths_base": 2, "maths_profile": 3}


def order(procedure: Procedure) -> tuple[int, int, int, str]:
    """ВПР, ОГЭ, ЕГЭ; by grade; Russian and mathematics first. An order of subjects, never of schools."""
    return (
        _KIND_ORDER.get(Kind(procedure.kind), 9), procedure.grade, _FIRST.get(procedure.subject, 9), procedure.subject,
    )  # fmt: skip


def is_measured(count: Count, settings: Settings = Settings()) -> bool:
    return count.held and count.participants >= settings.n_min


def is_low(count: Count, settings: Settings = Settings()) -> bool:
    """Measured, and at least `low_percent` of the participants are below the threshold."""
    return is_measured(count, settings) and 100 * count.below >= settings.low_percent * count.participants


def low_or_unknown(count: Count | None, settings: Settings = Settings()) -> bool | None:
    """True or False when measured, None when nobody can tell."""
    if count is None or not is_measured(count, settings):
        return None
    return is_low(count, settings)


@dataclass(frozen=True)
class Signs:
    """The signs of one year, the verdict by the policy, and the procedures that caused each of them."""

    a: bool | None
    b: bool | None
    verdict: Verdict
    causes_a: tuple[Procedure, ...]
    causes_b: tuple[Procedure, ...]
    unmeasured: tuple[Procedure, ...]
    policy: Policy
    rule: str = RULE_VERSION


def signs(now: Year, before: Year, settings: Settings = Settings()) -> Signs:
    """Signs A (two low procedures this year) and B (one low two years running), each yes, no or unknown."""
    procedures = sorted({*now, *before})
    low_now = {p: low_or_unknown(now.get(p), settings) for p in procedures}
    low_before = {p: low_or_unknown(before.get(p), settings) for p in procedures}

    def sign_a(unknown: bool) -> bool:
        return sum(_assume(low_now[p], unknown) for p in now) >= 2

    def sign_b(unknown: bool) -> bool:
        return any(_assume(low_now[p], unknown) and _assume(low_before[p], unknown) for p in procedures)

    def by_policy(unknown: bool) -> bool:
        a, b = sign_a(unknown), sign_b(unknown)
        return {Policy.A: a, Policy.A_OR_B: a or b, Policy.A_AND_B: a and b}[settings.policy]

    verdict = _settled(by_policy)
    return Signs(
        a=_settled(sign_a),
        b=_settled(sign_b),
        verdict=Verdict.insufficient if verdict is None else Verdict.low if verdict else Verdict.not_low,
        causes_a=tuple(p for p in procedures if low_now[p]),
        causes_b=tuple(p for p in procedures if low_now[p] and low_before[p]),
        unmeasured=tuple(p for p in procedures if low_now[p] is None or low_before[p] is None),
        policy=settings.policy,
    )


def _assume(low: bool | None, unknown: bool) -> bool:
    return unknown if low is None else low


def _settled(question: Callable[[bool], bool]) -> bool | None:
    """The answer if the unknown figures cannot change it, else None."""
    least, most = question(False), question(True)
    return least if least == most else None


def share(count: Count | None) -> Fraction | None:
    """Per cent below the threshold, exact; None when not held or nobody took part."""
    if count is None or not count.held or not count.participants:
        return None
    return Fraction(100 * count.below, count.participants)


def change(now: Count | None, before: Count | None) -> Fraction | None:
    """Change of the share in percentage points; below zero is better."""
    new, old = share(now), share(before)
    return None if new is None or old is None else new - old


def rounded(value: Fraction | None) -> Decimal | None:
    """For print only: one digit after the comma, halves away from zero."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


class Ground(StrEnum):
    """A reason for or against the effective mode, or what the change of the shares says."""

    off_list = "off_list"
    no_sign_a = "no_sign_a"
    no_sign_b = "no_sign_b"
    no_high_risk = "no_high_risk"
    plan_done = "plan_done"
    within = "within"
    better = "better"
    worse = "worse"


@dataclass(frozen=True)
class Argument:
    """One ground, whether it holds (None: unknown) and what it is about."""

    ground: Ground
    holds: bool | None
    about: tuple[Procedure, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """The outcome the figures speak for (None: they are not enough) and every ground that was weighed."""

    outcome: Outcome | None
    arguments: tuple[Argument, ...]


def propose(
    *, on_list: bool | None, found: Signs, high_risk: bool | None, plan_done: bool | None, now: Year, before: Year,
    settings: Settings = Settings(),
) -> Proposal:  # fmt: skip
    """The outcome to propose to the group; the group may decide otherwise and then says why."""
    grounds = (
        Argument(Ground.off_list, _not(on_list)),
        Argument(Ground.no_sign_a, _not(found.a), found.causes_a if found.a else ()),
        Argument(Ground.no_sign_b, _not(found.b), found.causes_b if found.b else ()),
        Argument(Ground.no_high_risk, _not(high_risk)),
        Argument(Ground.plan_done, plan_done),
    )
    changes = {p: c for p in sorted({*now, *before}) if (c := change(now.get(p), before.get(p))) is not None}
    better = tuple(p for p, c in changes.items() if c < -settings.no_change_points)
    worse = tuple(p for p, c in changes.items() if c > settings.no_change_points)
    within = bool(changes) and not better and not worse
    moved = (
        Argument(Ground.within, within if changes else None),
        Argument(Ground.better, bool(better) if changes else None, better),
        Argument(Ground.worse, bool(worse) if changes else None, worse),
    )
    outcome: Outcome | None
    if not changes:
        outcome = None
    elif all(argument.holds for argument in grounds):
        outcome = Outcome.effective
    elif within:
        outcome = Outcome.no_change
    else:
        outcome = Outcome.positive if len(better) > len(worse) else Outcome.negative
    return Proposal(outcome, grounds + moved)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def incomplete(now: Sequence[Procedure], before: Sequence[Procedure]) -> tuple[Procedure, ...]:
    """Procedures entered for one of the two years only."""
    return tuple(sorted({*now} ^ {*before}))
