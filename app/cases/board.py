"""The list of cases: a board with the first cases of each stage, or a table in pages; both count all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, select

from app.cases.history import in_reader, title
from app.cases.models import Case
from app.cases.queries import SHORT_NAMES
from app.core.unit_of_work import Work
from app.schools.models import Organisation
from app.schools.rules import search_words

IN_COLUMN, ON_PAGE = 20, 50


@dataclass(frozen=True)
class Place:
    """A stage of a version in which cases stand, and how many."""

    code: str
    version: int
    hash: str
    stage: str
    count: int


@dataclass
class Column:
    """A stage of one procedure: its first cases by the school's name, and how many there are."""

    procedure: str
    stage: str
    title: str
    total: int = 0
    cases: list[Case] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Names the column in an address: two procedures may give their stages one code."""
        return f"{self.procedure}.{self.stage}"


@dataclass(frozen=True)
class Board:
    """The stages of the newest version of one procedure that cases stand in."""

    title: str
    columns: list[Column]


@dataclass(frozen=True)
class Chosen:
    """Which cases the reader looks at."""

    programme_id: int | None = None
    text: str = ""
    column: str = ""  # a `Column.key`

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.programme_id is not None:
            found.append(Case.programme_id == self.programme_id)
        if self.text:
            found += [
                Organisation.search_key.contains(word, autoescape=True) for word in search_words(self.text)
            ]
        if self.column:
            procedure, _dot, stage = self.column.rpartition(".")
            found.append(and_(Case.definition_code == procedure, Case.stage == stage))
        return found


def boards(work: Work, chosen: Chosen) -> list[Board]:
    """One board for each procedure, that of most cases first; the columns without their cases."""
    count = func.count(Case.id)
    query = (
        select(Case.definition_code, Case.definition_version, Case.definition_hash, Case.stage, count)
        .join(Organisation, Organisation.id == Case.school_id)
        .where(*chosen.conditions)
        .group_by(Case.definition_code, Case.definition_version, Case.definition_hash, Case.stage)
        .order_by(Case.definition_code, Case.definition_version)
    )
    places: dict[str, list[Place]] = {}
    for row in work.session.execute(query):
        places.setdefault(row[0], []).append(Place(*row))
    by_size = sorted(places.items(), key=lambda one: (-sum(place.count for place in one[1]), one[0]))
    return [_board(work, own) for _code, own in by_size]


def _board(work: Work, places: Sequence[Place]) -> Board:
    newest = max(places, key=lambda one: one.version)
    definition = work.ports.definitions.get(work.session, newest.code, newest.version, newest.hash)
    columns = {key: Column(newest.code, key, in_reader(one.titles)) for key, one in definition.stages.items()}
    order = list(columns)
    for place in places:
        if place.stage not in columns:  # a stage of an older version that the newest one has no more
            own = work.ports.definitions.get(work.session, place.code, place.version, place.hash)
            before = list(own.stages)[: list(own.stages).index(place.stage)]
            at = max((order.index(key) + 1 for key in before if key in columns), default=0)
            order.insert(at, place.stage)
            columns[place.stage] = Column(newest.code, place.stage, title(own, "stage", place.stage))
        columns[place.stage].total += place.count
    return Board(in_reader(definition.titles), [columns[key] for key in order])


def fill(work: Work, shown: Iterable[Board], chosen: Chosen) -> None:
    """Put the first cases into each column: one query for all of them."""
    held = {(column.procedure, column.stage): column for board in shown for column in board.columns}
    place = func.row_number().over(
        partition_by=(Case.definition_code, Case.stage), order_by=(Organisation.sort_key, Case.id)
    )
    ranked = (
        select(Case.id, place.label("place"))
        .join(Organisation, Organisation.id == Case.school_id)
        .where(*chosen.conditions)
        .subquery()
    )
    query = (
        select(Case)
        .join(ranked, ranked.c.id == Case.id)
        .options(*SHORT_NAMES)
        .where(ranked.c.place <= IN_COLUMN)
        .order_by(ranked.c.place)
    )
    for case in work.session.scalars(query):
        column = held.get((case.definition_code, case.stage))  # a case may move between two questions
        if column is not None:
            column.cases.append(case)


def table(work: Work, chosen: Chosen, page: int) -> Sequence[Case]:
    """The cases of one page, by the school's name."""
    query = (
        select(Case)
        .join(Organisation, Organisation.id == Case.school_id)
        .options(*SHORT_NAMES)
        .where(*chosen.conditions)
        .order_by(Organisation.sort_key, Case.id)
        .offset((page - 1) * ON_PAGE)
        .limit(ON_PAGE)
    )
    return work.session.scalars(query).all()
