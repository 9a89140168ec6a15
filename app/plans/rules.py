"""What a complete plan is, how its fulfilment is counted and what a new round changed; pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from app.core.canonical import canonical_json
from app.core.i18n import Text, _, n_


class Direction(StrEnum):
    """The five directions of the municipal work, in the order of the road map."""

    diagnostics = "diagnostics"
    support = "support"
    growth = "growth"
    measures = "measures"
    partnership = "partnership"


class Level(StrEnum):
    municipal = "municipal"
    school = "school"


class ReportStatus(StrEnum):
    planned = "planned"
    done = "done"
    not_done = "not_done"
    moved = "moved"


DIRECTION_LABELS = {
    Direction.diagnostics: _("Diagnostic measures"),
    Direction.support: _("Scientific and methodical support"),
    Direction.growth: _("Conditions for professional growth"),
    Direction.measures: _("Measures against the factors of low results"),
    Direction.partnership: _("Partnership and network of schools"),
}
# As the road map prints them; official documents are Russian only.
DIRECTION_TITLES = {
    Direction.diagnostics: "диагностические мероприятия по выявлению «проблемных зон» школ с низкими образовательными "
    "результатами",
    Direction.support: "научно-методическое сопровождение школ с низкими образовательными результатами",
    Direction.growth: "создание условий для профессионального роста педагогов и руководителей школ с низкими "
    "образовательными результатами",
    Direction.measures: "разработка и реализация комплекса мер по преодолению факторов, обусловливающих низкие "
    "результаты обучения",
    Direction.partnership: "организация межшкольного партнёрства и сетевого взаимодействия школ с разным уровнем "
    "качества результатов обучения",
}
LEVEL_LABELS = {Level.municipal: _("municipal"), Level.school: _("of the school")}
LEVEL_TITLES = {Level.municipal: "муниципальный", Level.school: "школьный"}
STATUS_LABELS = {
    ReportStatus.planned: _("planned"),
    ReportStatus.done: _("carried out"),
    ReportStatus.not_done: _("not done"),
    ReportStatus.moved: _("moved"),
}
RECURRENCE_LABELS = {
    "once": _("once"),
    "weekly": _("every week"),
    "monthly": _("every month"),
    "quarterly": _("every quarter"),
}
FIELD_LABELS = {
    "direction": _("Direction"),
    "action": _("Measure"),
    "term": _("Term"),
    "starts": _("Begins"),
    "ends": _("Ends"),
    "recurrence": _("Repeats"),
    "owner": _("Responsible"),
    "expected_result": _("Expected result, document"),
    "indicator": _("Indicator"),
    "participants": _("Participants"),
    "risk": _("Risk"),
    "level": _("Level"),
}
CONTENT = ("direction", "action", "term", "starts", "ends", "recurrence", "owner", "expected_result", "indicator",
           "participants", "risk", "level")  # fmt: skip


class PlanLine(Protocol):
    """A measure as far as completeness is concerned."""

    number: int
    direction: str
    owner: str
    expected_result: str
    risk: str
    ends: date | None


def gaps(line: PlanLine) -> list[str]:
    """Fields without which a plan cannot be submitted, that this measure lacks."""
    missing = [name for name in ("direction", "owner", "expected_result", "risk") if not getattr(line, name)]
    return ["term", *missing] if line.ends is None else missing


def gap_sentences(lines: Sequence[PlanLine]) -> list[Text]:
    """One sentence per kind of gap: «Нет ответственного у 2 мероприятий плана: № 4, № 7»."""
    found: dict[str, list[str]] = {}
    for line in lines:
        for name in gaps(line):
            found.setdefault(name, []).append(f"№\u00a0{line.number}")
    return [_gap(name, len(found[name]), ", ".join(found[name])) for name in _GAP_ORDER if name in found]


_GAP_ORDER = ("term", "owner", "expected_result", "direction", "risk")


def _gap(name: str, n: int, names: str) -> Text:
    match name:
        case "term":
            return n_("%(n)s measure of the plan has no term: %(names)s",
                      "%(n)s measures of the plan have no term: %(names)s", n, names=names)  # fmt: skip
        case "owner":
            return n_("%(n)s measure of the plan has nobody responsible: %(names)s",
                      "%(n)s measures of the plan have nobody responsible: %(names)s", n, names=names)  # fmt: skip
        case "expected_result":
            return n_("%(n)s measure of the plan has no expected result: %(names)s",
                      "%(n)s measures of the plan have no expected result: %(names)s", n, names=names)  # fmt: skip
        case "direction":
            return n_("%(n)s measure of the plan has no direction: %(names)s",
                      "%(n)s measures of the plan have no direction: %(names)s", n, names=names)  # fmt: skip
    return n_("%(n)s measure of the plan is linked to no risk: %(names)s",
              "%(n)s measures of the plan are linked to no risk: %(names)s", n, names=names)  # fmt: skip


# ── fulfilment ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Occurrence:
    """One thing that falls due: a measure on a day, and what has become of it.

    `due` is the day of the approved plan, or the new one once a move is approved.
    """

    due: date
    status: ReportStatus = ReportStatus.planned
    done_on: date | None = None


@dataclass(frozen=True)
class Fulfilment:
    """How much of what was due by a day is done."""

    done: int
    due: int

    @property
    def percent(self) -> int | None:
        """Whole per cent rounded down, so 100 only when everything is done; None when nothing was due."""
        return 100 * self.done // self.due if self.due else None

    @property
    def shown(self) -> str:
        return "—" if self.percent is None else f"{self.percent}\u00a0%"


def fulfilment(occurrences: Iterable[Occurrence], on: date) -> Fulfilment:
    """Occurrences done by `on` among those due by `on`. A moved one counts as not done until the move is approved."""
    due = [o for o in occurrences if o.due <= on]
    done = [o for o in due if o.status is ReportStatus.done and (o.done_on is None or o.done_on <= on)]
    return Fulfilment(len(done), len(due))


def is_reported(status: ReportStatus, evidence: bool, reason: str) -> bool:
    """Whether an occurrence is accounted for: done with evidence, or not done with a reason."""
    if status is ReportStatus.done:
        return evidence
    return status is ReportStatus.not_done and bool(reason)


def spoken(name: str, value: Any) -> Any:
    """A value of a measure or a report as a person reads it."""
    if value in (None, ""):
        return "—"
    match name:
        case "direction":
            return DIRECTION_LABELS[Direction(value)]
        case "level":
            return LEVEL_LABELS[Level(value)]
        case "recurrence":
            return RECURRENCE_LABELS[value]
        case "status":
            return STATUS_LABELS[ReportStatus(value)]
    day = date.fromisoformat(value) if name in ("starts", "ends") and isinstance(value, str) else value
    return f"{day:%d.%m.%Y}" if isinstance(day, date) else value


# ── rounds ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Change:
    """What a round did to one measure: added, removed, or fields changed as (field, old, new)."""

    kind: str
    number: int
    action: str
    fields: tuple[tuple[str, Any, Any], ...] = ()


def content_hash(content: Sequence[Mapping[str, Any]]) -> str:
    """The fingerprint a vote is bound to."""
    return hashlib.sha256(canonical_json(list(content)).encode()).hexdigest()


def compare(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Change]:
    """What changed between two rounds, in the order of the new plan; removed measures come last."""
    old = {row["id"]: row for row in before}
    new = {row["id"]: row for row in after}
    changes = []
    for key, row in new.items():
        if key not in old:
            changes.append(Change("added", row["number"], row["action"]))
            continue
        fields = tuple(
            (name, old[key].get(name), row.get(name))
            for name in CONTENT
            if old[key].get(name) != row.get(name)
        )
        if fields:
            changes.append(Change("changed", row["number"], row["action"], fields))
    changes.extend(
        Change("removed", row["number"], row["action"]) for key, row in old.items() if key not in new
    )
    return changes
