"""Reading cases: one, locked, lists, and what has happened since a version."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, Row, false, func, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from app.cases.models import LIVE, Case, CaseEvent, CaseTask, CaseVote, Meeting, Programme, StageRound
from app.core.asked_once import asked_once
from app.core.errors import NotFound
from app.core.unit_of_work import Work
from app.engine.definition import Definition
from app.schools.models import Organisation
from app.schools.rules import search_words

WITH_NAMES = (
    joinedload(Case.programme).joinedload(Programme.authority),
    joinedload(Case.programme).joinedload(Programme.centre),
    joinedload(Case.school),
    joinedload(Case.curator),
)
# for lists of many cases: what is printed of each, not the cards of the schools; a programme is read once for all
SHORT_NAMES = (
    joinedload(Case.school).load_only(Organisation.short_name),
    joinedload(Case.curator).load_only(Organisation.short_name),
)


def get_case(session: Session, case_id: int) -> Case:
    """The case with its programme, school and curator. Raises NotFound when absent or hidden."""
    case = session.scalars(select(Case).options(*WITH_NAMES).where(Case.id == case_id)).one_or_none()
    if case is None:
        raise NotFound
    return case


def lock_case(session: Session, case_id: int) -> Case:
    """As `get_case`, read again under a row lock: the last word before a decision."""
    return lock_cases(session, (case_id,))[0]


def lock_cases(session: Session, case_ids: Iterable[int]) -> list[Case]:
    """As `lock_case`, for several; in one order, so that two who need the same ones do not wait for each other."""
    wanted = list(dict.fromkeys(case_ids))
    query = select(Case).where(Case.id.in_(wanted)).order_by(Case.id)
    locked = session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    if len(locked) != len(wanted):
        raise NotFound
    named = {case.id: case for case in session.scalars(query.options(*WITH_NAMES))}
    return [named[case_id] for case_id in wanted]


def lock_programme(session: Session, programme_id: int) -> None:
    """Hold the programme's row: whoever numbers something within it goes one by one."""
    session.execute(select(Programme.id).where(Programme.id == programme_id).with_for_update())


def list_cases(
    session: Session,
    *,
    programme_id: int | None = None,
    stage: str | None = None,
    text: str = "",
    options: Sequence[ExecutableOption] = WITH_NAMES,
) -> Sequence[Case]:
    """Visible cases, by the school's name."""
    query = (
        select(Case)
        .join(Organisation, Organisation.id == Case.school_id)
        .options(*options)
        .order_by(Organisation.sort_key, Case.id)
    )
    if programme_id is not None:
        query = query.where(Case.programme_id == programme_id)
    if stage:
        query = query.where(Case.stage == stage)
    for word in search_words(text):
        query = query.where(Organisation.search_key.contains(word, autoescape=True))
    return session.scalars(query).all()


def by_procedure(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Cases by the code of their procedure, that of most cases first: pages show one after another."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.definition_code, []).append(case)
    return dict(sorted(found.items(), key=lambda one: (-len(one[1]), one[0])))


def programmes(session: Session) -> Sequence[Programme]:
    return session.scalars(
        select(Programme)
        .options(joinedload(Programme.authority), joinedload(Programme.centre))
        .order_by(Programme.year.desc(), Programme.id)
    ).all()


@asked_once
def _versions_in_use(session: Session) -> Sequence[Row[str, int, str]]:
    """The versions of the cases that are not over: several queues of a page ask for them."""
    used = select(Case.definition_code, Case.definition_version, Case.definition_hash).distinct()
    return session.execute(used.where(Case.status.in_(LIVE))).all()


def where_its_version_says(
    work: Work, told: Callable[[Definition], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """The condition «`told` of its own version holds for the case», over the versions of cases that are not over."""
    found: list[ColumnElement[bool]] = []
    for code, version, wanted in _versions_in_use(work.session):
        definition = work.ports.definitions.get(work.session, code, version, wanted)
        found.append((Case.definition_hash == wanted) & told(definition))
    return or_(*found) if found else false()


def counts_by_programme(session: Session) -> dict[int, int]:
    """How many visible cases each programme has."""
    query = select(Case.programme_id, func.count(Case.id).label("number")).group_by(Case.programme_id)
    return {row.programme_id: row.number for row in session.execute(query)}


def tasks_of(session: Session, case: Case) -> Sequence[CaseTask]:
    """Tasks of the present round of the present stage."""
    return session.scalars(
        select(CaseTask)
        .where(CaseTask.case_id == case.id, CaseTask.stage == case.stage, CaseTask.round == case.round)
        .order_by(CaseTask.id)
    ).all()


def votes_of(session: Session, case: Case) -> Sequence[CaseVote]:
    """Votes of the present round in the order they were given, void ones included."""
    return session.scalars(
        select(CaseVote)
        .where(CaseVote.case_id == case.id, CaseVote.stage == case.stage, CaseVote.round == case.round)
        .order_by(CaseVote.at, CaseVote.id)
    ).all()


@asked_once
def events_of(session: Session, case_id: int) -> Sequence[CaseEvent]:
    return session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq)
    ).all()


def events_of_all(
    session: Session, case_ids: Sequence[int], types: Collection[str] = ()
) -> dict[int, list[CaseEvent]]:
    """The events of many cases, or those of some types, in one query: id of the case → its events in order."""
    found: dict[int, list[CaseEvent]] = {case_id: [] for case_id in case_ids}
    query = (
        select(CaseEvent).where(CaseEvent.case_id.in_(case_ids)).order_by(CaseEvent.case_id, CaseEvent.seq)
    )
    if types:
        query = query.where(CaseEvent.type.in_(types))
    for event in session.scalars(query):
        found[event.case_id].append(event)
    return found


@asked_once
def rounds_of(session: Session, case_id: int) -> Sequence[StageRound]:
    return session.scalars(
        select(StageRound).where(StageRound.case_id == case_id).order_by(StageRound.opened_seq)
    ).all()


def look_at_pasts(session: Session, case_ids: Sequence[int]) -> None:
    """Read at once what `events_of` and `rounds_of` are asked about each of these cases."""
    events_of.look_ahead(session, case_ids, lambda some: events_of_all(session, some))
    look_at_rounds(session, case_ids)


def look_at_rounds(session: Session, case_ids: Sequence[int]) -> None:
    """Read at once what `rounds_of` is asked about each of these cases."""
    rounds_of.look_ahead(session, case_ids, lambda some: _rounds_of_all(session, some))


def _rounds_of_all(session: Session, case_ids: Sequence[int]) -> dict[int, list[StageRound]]:
    found: dict[int, list[StageRound]] = {case_id: [] for case_id in case_ids}
    query = select(StageRound).where(StageRound.case_id.in_(case_ids))
    for row in session.scalars(query.order_by(StageRound.case_id, StageRound.opened_seq)):
        found[row.case_id].append(row)
    return found


def meetings_of(session: Session, programme_id: int) -> Sequence[Meeting]:
    return session.scalars(
        select(Meeting).where(Meeting.programme_id == programme_id).order_by(Meeting.number)
    ).all()
