"""Terms of cases in words and figures, and what becomes of them when the working calendar is changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from sqlalchemy import select

from app.access.scopes import as_system
from app.cases import parts, service
from app.cases.context import waiting_now
from app.cases.history import in_reader, named, title
from app.cases.holders import Holders
from app.cases.models import LIVE, Case, CaseStatus
from app.cases.parts import InParts, Progress
from app.cases.queries import WITH_NAMES, events_of_all
from app.core.errors import Forbidden
from app.core.i18n import LOCALES, current_locale
from app.core.ports import JobHandler, Message
from app.core.unit_of_work import Work
from app.engine import anchors, machine
from app.engine.deadlines import Calendar, PlainWeek, Term, days_left
from app.engine.definition import Definition
from app.engine.elements import Due
from app.engine.events import TermsRecounted, from_dict
from app.engine.recounting import STAGE, recount
from app.engine.state import State

_AT_ONCE = 200  # cases whose events are in memory together
RECOUNT, _ABOUT = "cases.recount", "calendar"


# ── how a term was counted ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Reckoning:
    """A running term as a page shows it: the day, working days left (below zero: overdue), and why.

    `source` is what is cited for it, in the language `source_lang`: an act may be cited in Russian only.
    """

    due: date
    left: int | None
    text: str
    source: str
    source_lang: str
    is_prolonged: bool


def calendar_of(work: Work) -> Calendar:
    """The authority's working calendar; Monday to Friday where none is kept."""
    calendar: Calendar = work.ports.working_day(work.session) if work.ports.working_day else PlainWeek()
    return calendar


def left_of(work: Work, case: Case) -> int | None:
    """Working days until the term of the stage; None when the case has none or is not worked on."""
    if case.due is None or case.status != CaseStatus.active:
        return None
    return days_left(work.today, case.due, calendar_of(work))


def reckonings(work: Work, definition: Definition, state: State) -> dict[str, Reckoning]:
    """Terms of the present stage: id of an open task → how its term was counted; `STAGE` → the stage's own."""
    stage = definition.stages[state.stage]
    if state.status not in LIVE:
        return {}
    calendar = calendar_of(work)
    found = {STAGE: _reckoning(work, state, state.term, stage.due, calendar)} if state.term else {}
    for task in stage.tasks:
        standing = state.tasks.get(task.id)
        if standing and standing.status == "open" and standing.term:
            found[task.id] = _reckoning(work, state, standing.term, task.due, calendar)
    return found


def beginnings(work: Work, definition: Definition, state: State) -> dict[str, str]:
    """Terms of the present stage that have not begun: `STAGE` or an open task → «Срок начнётся, когда …»."""
    if state.status not in LIVE:
        return {}
    found = {}
    for key, due in anchors.pending(definition.stages[state.stage], state).items():
        words = work.ports.dates.get(due.since)
        until = {locale: words.until.in_(locale) for locale in LOCALES} if words else None
        found[key] = in_reader(anchors.waiting_sentence(definition, due.since, until))
    return found


def explained(definition: Definition, state: State, task_id: str | None) -> str:
    """How the term of a task (or, where it has none, of the stage) was counted, in the reader's language."""
    if task_id and task_id in anchors.pending(definition.stages[state.stage], state):
        return ""
    standing = state.tasks.get(task_id) if task_id else None
    term = standing.term if standing and standing.term else state.term
    return in_reader(term.texts) if term else ""


def _reckoning(work: Work, state: State, term: Term, due: Due | None, calendar: Calendar) -> Reckoning:
    left = days_left(work.today, term.due, calendar) if state.is_active else None
    cited = due.source if due else {}
    language = current_locale() if current_locale() in cited else "ru"
    source = cited.get(language, "").removeprefix("[cfg] ")
    return Reckoning(term.due, left, in_reader(term.texts), source, language, term.is_prolonged)


# ── the calendar was changed ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Move:
    """One term that moves: its name in the procedure, from which day to which."""

    title: str
    was: date
    becomes: date


@dataclass(frozen=True)
class CaseMoves:
    """The moves of one case; `school` only for those who may see the case."""

    case_id: int
    code: str
    school: str
    moves: tuple[Move, ...]


def preview(work: Work, most: int | None = None) -> list[CaseMoves]:
    """What the present calendar moves in running cases, by code; nothing is changed. At `most` cases it stops.

    Raises Forbidden for people who may not open the calendar.
    """
    if not (work.actor.is_system or work.actor.has("admin", "methodist")):
        raise Forbidden
    seen = set(work.session.scalars(select(Case.id)))
    found = []
    with as_system(
        work.session
    ):  # every running case is counted, though the administrator reads only its code
        for case, definition, state, event in islice(_moving(work), most):
            moves = tuple(_moves(definition, state, event))
            school = case.school.short_name if case.id in seen else ""
            found.append(CaseMoves(case.id, case.code, school, moves))
    return sorted(found, key=lambda one: one.code)


def running(work: Work) -> list[int]:
    """The cases that have terms to recount."""
    with as_system(work.session):  # keys only
        return list(work.session.scalars(select(Case.id).where(Case.status.in_(LIVE)).order_by(Case.id)))


def begin_recount(work: Work, cases: Sequence[int]) -> None:
    """Have the terms of many cases moved by workers; `recount_progress` tells how far they have come."""
    parts.promise(work, RECOUNT, _ABOUT, cases, {})


def recount_progress(work: Work) -> Progress | None:
    """Of the last recounting of many cases."""
    return parts.progress(work, RECOUNT, _ABOUT)


def recount_case(work: Work, case_id: int) -> bool:
    """Move the terms of one case as the calendar says, with an event, and tell those who wait for them.

    False when nothing moves (any more). Raises Forbidden for anybody but the administrator.
    """
    if not (work.actor.is_system or work.actor.has("admin")):
        raise Forbidden
    with as_system(work.session):  # the administrator keeps the calendar; the case stays closed to him
        event = service.recount_terms(work, case_id)
        if event is None:
            return False
        _tell(work, case_id, event)
    return True


def _moving(work: Work) -> Iterator[tuple[Case, Definition, State, TermsRecounted]]:
    calendar = calendar_of(work)
    ids = work.session.scalars(select(Case.id).where(Case.status.in_(LIVE)).order_by(Case.id)).all()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        stored = events_of_all(work.session, some)
        for case in work.session.scalars(select(Case).options(*WITH_NAMES).where(Case.id.in_(some))):
            definition = work.ports.definitions.of(work.session, case)
            events = [from_dict(row.data) for row in stored[case.id]]
            event = recount(definition, events, calendar, work.now, "")
            if event is not None:
                yield case, definition, machine.fold(definition, events), event


def _moves(definition: Definition, state: State, event: TermsRecounted) -> Iterator[Move]:
    if event.term and state.due:
        yield Move(title(definition, "stage", state.stage), state.due, event.term.due)
    for task_id, term in event.terms.items():
        was = state.tasks[task_id].due
        if was is not None:
            yield Move(title(definition, "task", task_id), was, term.due)


def _tell(work: Work, case_id: int, event: TermsRecounted) -> None:
    """Those for whom the case waits learn the new day of their task, or of the stage."""
    if work.ports.notify is None:
        return
    case = work.session.scalars(select(Case).options(*WITH_NAMES).where(Case.id == case_id)).one()
    definition = work.ports.definitions.of(work.session, case)
    state = machine.fold(definition, service.stored_events(work, case))
    if not state.is_active:
        return  # its terms stand still, and the day they are counted to is nobody's yet
    holders = Holders(work.session, work.today)
    for waiting in waiting_now(work, case, definition, state):
        standing = state.tasks.get(waiting.id) if waiting.kind == "task" else None
        # a task with a term of its own moves with that one, everything else with the stage
        term = event.terms.get(waiting.id) if standing and standing.term else event.term
        if term is None or waiting.optional:
            continue
        told = Message(
            "terms.moved",
            {"what": named(waiting.titles), "school": case.school.short_name, "due": term.due.isoformat()},
            link=f"/cases/{case.id}", key=f"moved/{case.id}/{case.version}/{waiting.id}", case_id=case.id,
            about=f"moved/{case.id}/{waiting.id}",
        )  # fmt: skip
        work.ports.notify(work, holders.waited_for(definition, case, [waiting]), told)


HANDLERS: dict[str, JobHandler] = {
    RECOUNT: InParts(lambda work, case_id, _given: recount_case(work, case_id))
}
