"""One queue per person from all rooms, and one page of all schools; both read, neither decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import islice

from sqlalchemy import select

from app.cases.history import edition_with, in_reader
from app.cases.models import LIVE, Case, CaseEvent, StageRound
from app.cases.queries import SHORT_NAMES, by_procedure, list_cases
from app.cases.terms import calendar_of
from app.core.clock import local_date
from app.core.ports import Figure, QueueItem
from app.core.unit_of_work import Work
from app.engine import deadlines
from app.engine.deadlines import Calendar, working_days_between
from app.engine.definition import Definition

SOON = 3  # working days: what ends within them is urgent


def days_left(today: date, due: date | None, calendar: Calendar) -> int | None:
    """Working days until the term: 0 on its day, below zero once it has passed; None without a term."""
    return None if due is None else deadlines.days_left(today, due, calendar)


# ── what waits for me ─────────────────────────────────────────────────────────────────────────────


class Urgency(StrEnum):
    late = "late"
    soon = "soon"
    later = "later"
    open = "open"


@dataclass(frozen=True)
class Waiting:
    """A line of «Мои задачи»: the thing, working days left, and for how many working days it has waited.

    `code` names the case where the same page speaks of two cases of one school.
    """

    item: QueueItem
    left: int | None
    waited: int | None
    code: str = ""


def urgency_of(left: int | None) -> Urgency:
    """The group of a thing whose term is so many working days ahead."""
    if left is None:
        return Urgency.open
    return Urgency.late if left < 0 else Urgency.soon if left <= SOON else Urgency.later


def my_tasks(work: Work) -> list[QueueItem]:
    """Everything that waits for the actor, by term, things without a term last; without the details of a line."""
    items = [item for source in work.ports.queues for item in source(work)]
    return sorted(items, key=lambda item: (item.due or date.max, item.where, str(item.title)))


def count_tasks(work: Work, enough: int) -> int:
    """How many things wait for the actor; at `enough` the counting stops."""
    items = (item for source in work.ports.queues for item in source(work))
    return sum(1 for _item in islice(items, enough))


def by_urgency(work: Work, tasks: Iterable[QueueItem]) -> dict[Urgency, list[QueueItem]]:
    """What waits in four groups, the most urgent first; empty groups are left out."""
    calendar, today = calendar_of(work), work.today
    groups: dict[Urgency, list[QueueItem]] = {urgency: [] for urgency in Urgency}
    known: dict[date | None, Urgency] = {}  # many things fall due on one day
    for item in tasks:
        if item.due not in known:
            known[item.due] = urgency_of(days_left(today, item.due, calendar))
        groups[known[item.due]].append(item)
    return {urgency: lines for urgency, lines in groups.items() if lines}


def waiting_lines(work: Work, items: Sequence[QueueItem]) -> list[Waiting]:
    """The lines of a page, with everything they tell."""
    calendar, today = calendar_of(work), work.today
    told: dict[int, QueueItem] = {}
    for details in {item.details for item in items if item.details is not None}:
        own = [item for item in items if item.details is details]
        told.update(zip(map(id, own), details(work, own), strict=True))
    codes = _codes_of_namesakes(work, items)
    lines = []
    for item in (told.get(id(one), one) for one in items):
        since = local_date(item.since, work.ports.zone) if item.since else None
        waited = working_days_between(since, today, calendar) if since and since <= today else None
        lines.append(Waiting(item, days_left(today, item.due, calendar), waited, codes.get(item.case_id, "")))
    return lines


def _codes_of_namesakes(work: Work, items: Iterable[QueueItem]) -> dict[int | None, str]:
    """Codes of the cases of a school of which the page names two: it may be in two programmes."""
    by_name: dict[str, set[int]] = {}
    for item in items:
        if item.case_id is not None:
            by_name.setdefault(item.where.partition(" · ")[0], set()).add(item.case_id)
    ids = {one for cases in by_name.values() if len(cases) > 1 for one in cases}
    if not ids:
        return {}
    codes: dict[int | None, str] = {}
    for case_id, code in work.session.execute(select(Case.id, Case.code).where(Case.id.in_(ids))):
        codes[case_id] = code
    return codes


# ── the head's page ───────────────────────────────────────────────────────────────────────────────

# name of the number → page of the case where it is explained
FIGURES: Mapping[str, str] = {
    "plans.fulfilment": "plans",
    "plans.overdue": "plans",
    "curation.visits": "curation",
    "curation.recommendations": "curation",
    "results.low": "results",
    "library.publications": "publications",
}


@dataclass(frozen=True)
class SchoolRow:
    """One school on the day: where it stands and its numbers; sorted by name, never ranked.

    `place` counts from 0 among the `stages` of the version the school goes by.
    """

    case: Case
    stage: str
    stage_title: str
    place: int
    stages: int
    round: int
    days: int
    due: date | None
    left: int | None
    is_over: bool
    outcome: str | None
    outcome_title: str
    figures: Mapping[str, Figure]
    links: Mapping[str, str]

    @property
    def late(self) -> bool:
        return self.left is not None and self.left < 0

    @property
    def soon(self) -> bool:
        return self.left is not None and 0 <= self.left <= SOON


@dataclass(frozen=True)
class StageBar:
    """How many schools stand in a stage; versions of the procedure may give one stage several codes."""

    procedure: str
    procedure_title: str
    codes: tuple[str, ...]
    title: str
    on_time: int
    late: int

    @property
    def key(self) -> str:
        """Names the bar in an address: two procedures may give their stages one code."""
        return f"{self.procedure}.{self.codes[0]}"

    def holds(self, row: SchoolRow) -> bool:
        """Whether the school stands in this stage."""
        return row.case.definition_code == self.procedure and row.stage in self.codes


@dataclass(frozen=True)
class Overview:
    """Schools × stage on a day. `is_past`: terms are known for today only and are left out."""

    on: date
    is_past: bool
    rows: list[SchoolRow]
    stages: list[StageBar]
    not_open_yet: int
    totals: Mapping[str, Figure] = field(default_factory=dict)

    def chosen(self, show: str = "", stage: str = "") -> list[SchoolRow]:
        """The rows behind a tile or a bar."""
        bars = [bar for bar in self.stages if stage in (bar.key, *bar.codes)]
        rows = [row for row in self.rows if not stage or any(bar.holds(row) for bar in bars)]
        if show == "late":
            return [row for row in rows if row.late]
        if show == "soon":
            return [row for row in rows if row.soon]
        if show == "active":
            return [row for row in rows if not row.is_over]
        return rows

    @property
    def has_twins(self) -> bool:
        """Whether a school stands in several rows: then they are cases, and each says of which programme."""
        return len({row.case.school_id for row in self.rows}) < len(self.rows)

    def all_of(self, name: str) -> int:
        """The number over all schools, also those without a whole (a plan) to compare with."""
        return sum(row.figures[name].value for row in self.rows if name in row.figures)


def overview(work: Work, on: date, programme_id: int | None = None) -> Overview:
    """Every visible case as it stood on the evening of `on`: one query per table and one per number."""
    zone, calendar = work.ports.zone, calendar_of(work)
    is_past = on < work.today
    every = list_cases(work.session, programme_id=programme_id, options=SHORT_NAMES)
    cases = [case for case in every if local_date(case.opened_at, zone) <= on]
    ids = [case.id for case in cases]
    stays = _stays(work, ids, on) if is_past else {}  # today each stands where its own row says
    ends = _ends(work, ids, on) if is_past else {}
    figures = {name: work.ports.figures[name] for name in FIGURES if name in work.ports.figures}
    numbers = {name: source(work, ids, on) if ids else {} for name, source in figures.items()}
    pages = {name: work.ports.pages[page] for name, page in FIGURES.items() if page in work.ports.pages}

    @cache  # of many schools the stage began on one day, or is to end on one
    def days_since(begun: date) -> int:
        return working_days_between(begun, on, calendar) if begun <= on else 0

    @cache
    def left_until(due: date | None) -> int | None:
        return days_left(work.today, due, calendar)

    rows: list[SchoolRow] = []
    versions: dict[tuple[str, int], Definition] = {}
    for case in cases:
        stay: StageRound | Case = stays.get(case.id, case)
        version = edition_with(work.ports.definitions.of(work.session, case), stay.stage)
        versions[version.code, version.version] = version
        stage = version.stages[stay.stage]
        now = (case.outcome, case.status not in LIVE)
        outcome, ended = ends.get(case.id, (None, False)) if is_past else now
        is_over = stage.final or ended
        due = None if is_past or is_over or case.status != "active" else case.due
        rows.append(
            SchoolRow(
                case=case, stage=stage.id, stage_title=in_reader(stage.titles),
                place=list(version.stages).index(stage.id), stages=len(version.stages), round=stay.round,
                days=days_since(local_date(stay.entered_at, zone)), due=due, left=left_until(due),
                is_over=is_over, outcome=outcome if is_over else None,
                outcome_title=in_reader(known.titles) if (known := version.outcomes.get(outcome or "")) else "",
                figures={name: found[case.id] for name, found in numbers.items() if case.id in found},
                links={name: page(case.id) for name, page in pages.items()},
            )
        )  # fmt: skip
    return Overview(on, is_past, rows, _bars(rows, versions.values()), len(every) - len(cases), _totals(rows))


def _stays(work: Work, ids: Sequence[int], on: date) -> dict[int, StageRound]:
    """The stage each case was in on the evening of the day."""
    found: dict[int, StageRound] = {}
    query = select(StageRound).where(StageRound.case_id.in_(ids)).order_by(StageRound.opened_seq)
    for stay in work.session.scalars(query):
        if local_date(stay.entered_at, work.ports.zone) <= on:
            found[stay.case_id] = stay
    return found


def _ends(work: Work, ids: Sequence[int], on: date) -> dict[int, tuple[str | None, bool]]:
    """What the last step of each case until the evening of the day says: its outcome, and whether it ended there."""
    found: dict[int, tuple[str | None, bool]] = {}
    query = (
        select(CaseEvent.case_id, CaseEvent.at, CaseEvent.data)
        .where(CaseEvent.case_id.in_(ids), CaseEvent.type == "moved")
        .order_by(CaseEvent.case_id, CaseEvent.seq)
    )
    for case_id, at, data in work.session.execute(query):
        if local_date(at, work.ports.zone) <= on:
            found[case_id] = data.get("outcome"), data.get("kind") == "cancel"
    return found


def _bars(rows: Sequence[SchoolRow], versions: Iterable[Definition]) -> list[StageBar]:
    """The bars of one procedure after those of another: their stages are not each other's."""
    used = list(versions)
    return [
        bar
        for code in by_procedure(row.case for row in rows)
        for bar in _bars_of(
            [row for row in rows if row.case.definition_code == code],
            [version for version in used if version.code == code],
        )
    ]


def _bars_of(rows: Sequence[SchoolRow], versions: Sequence[Definition]) -> list[StageBar]:
    """A bar for every stage of one procedure's versions in use, in the order and the words of the newest.

    A stage of an older version joins the bar with its code or title, else stands after the stage it follows there.
    """
    order: list[tuple[list[str], str]] = []
    newest, *older = sorted(versions, key=lambda one: -one.version)
    for version in (newest, *older):
        place = -1
        for code, stage in version.stages.items():
            name = in_reader(stage.titles)
            same = (n for n, (codes, title) in enumerate(order) if code in codes or title == name)
            found = next(same, None)
            if found is None:
                found = place + 1
                order.insert(found, ([], name))
            if code not in order[found][0]:
                order[found][0].append(code)
            place = found
    bars = []
    for codes, name in order:
        here = [row for row in rows if row.stage in codes]
        late = sum(row.late for row in here)
        bars.append(
            StageBar(newest.code, in_reader(newest.titles), tuple(codes), name, len(here) - late, late)
        )
    return bars


def _totals(rows: Sequence[SchoolRow]) -> dict[str, Figure]:
    """Sums over the schools; a number nobody has is left out.

    Where some have a whole, value and whole are of these alone: one school's plan says nothing of the others.
    """
    totals: dict[str, Figure] = {}
    for name in FIGURES:
        given = [row.figures[name] for row in rows if name in row.figures]
        wholes = [(figure.value, figure.of, figure.beside) for figure in given if figure.of is not None]
        if wholes:
            totals[name] = Figure(*(sum(column) for column in zip(*wholes, strict=True)))
        elif given:
            totals[name] = Figure(sum(figure.value for figure in given))
    return totals
