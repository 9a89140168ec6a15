"""Every morning: terms that come near or have passed are told to those for whom the case waits.

The morning's job only finds the cases and hands them on in parts, so no part holds the database for long. What is
said depends on the day alone, and each thing has a key: a morning that was missed is made up for, none is doubled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select

from app.access.memberships import accounts_holding
from app.access.substitutions import acting_for
from app.calendar.queries import years_to_fill
from app.cases.context import waiting_now
from app.cases.history import named
from app.cases.holders import Asked, Holders
from app.cases.models import Case, CaseStatus, CaseTask
from app.cases.queries import WITH_NAMES
from app.cases.renamed import Entered, as_entered
from app.cases.seats import look_ahead
from app.cases.states import states_now
from app.cases.terms import calendar_of
from app.core.asked_once import only_looking
from app.core.ports import JobHandler, Matter, Message
from app.core.unit_of_work import Work
from app.engine.deadlines import Calendar, days_left
from app.engine.definition import Definition
from app.engine.elements import Due
from app.engine.offers import Waiting
from app.engine.state import State
from app.jobs import outbox
from app.notifications.queries import told_before
from app.notifications.rules import Told, Word, to_say

MORNING, PART = "notifications.terms", "notifications.terms.part"
_AT_ONCE = 100  # cases of one part
_FAR = timedelta(days=30)  # beyond the longest reminder: holidays in between


def find_cases(work: Work, payload: Mapping[str, Any]) -> None:
    """Hand on, in parts, every running case one of whose terms may be worth a word today."""
    last = work.today + _longest(work) + _FAR
    tasks = select(CaseTask.case_id).where(CaseTask.status == "open", CaseTask.due <= last)
    near = select(Case.id).where(
        Case.status == CaseStatus.active.value, or_(Case.due <= last, Case.id.in_(tasks))
    )
    ids = list(work.session.scalars(near.order_by(Case.id)))
    turn = str(payload.get("turn") or work.today.isoformat())
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        outbox.enqueue(work, PART, f"{turn}/{some[0]}", {"cases": some})
    _tell_of_calendar(work)


def look_at(work: Work, payload: Mapping[str, Any]) -> None:
    """Say what is to be said of the terms of these cases; what was said before costs nothing more."""
    if work.ports.notify is None:
        return
    ids = [int(one) for one in payload["cases"]]
    query = select(Case).options(*WITH_NAMES).where(Case.id.in_(ids), Case.status == CaseStatus.active.value)
    with only_looking(work.session):  # the group is asked about once, not once for each case
        cases = work.session.scalars(query.order_by(Case.id)).all()
        states = states_now(work, cases)
        look_ahead(work, [case for case in cases if case.approval])
        waits = [_waiting(work, case, states[case.id]) for case in cases]
        former = as_entered(work, cases)
    holders, calendar = Holders(work.session, work.today), calendar_of(work)
    said: list[tuple[Message, set[int]]] = []
    for case, waiting in zip(cases, waits, strict=True):
        definition = work.ports.definitions.of(work.session, case)
        state = states[case.id]
        names = former.get(case.id) or Entered(state.stage, state.round, {})
        said += _of_case(work, case, definition, state, names, waiting, holders, calendar)
    known = told_before(work.session, said)
    for message, users in said:
        if new := {user for user in users if (user, message.key) not in known}:
            work.ports.notify(work, new, message)


def _waiting(work: Work, case: Case, state: State) -> list[Waiting]:
    definition = work.ports.definitions.of(work.session, case)
    return [one for one in waiting_now(work, case, definition, state) if not one.optional]


def _of_case(
    work: Work,
    case: Case,
    definition: Definition,
    state: State,
    names: Entered,
    waiting: Sequence[Waiting],
    holders: Holders,
    calendar: Calendar,
) -> Iterator[tuple[Message, set[int]]]:
    """What is to be said of the terms of one case today, and to whom."""
    stage = definition.stages[state.stage]
    if not state.is_active:
        return
    if stage.due and state.due:
        what = named(stage.titles, is_stage=True)
        yield from _of_term(
            work, case, definition, names, holders, calendar, stage.due, state.due, "", what, waiting
        )
    for task in stage.tasks:
        standing = state.tasks.get(task.id)
        if task.due and standing and standing.status == "open" and standing.due and not task.optional:
            mine = [one for one in waiting if one.kind == "task" and one.id == task.id]
            what = named(task.titles)
            yield from _of_term(
                work, case, definition, names, holders, calendar, task.due, standing.due, task.id, what, mine
            )


def _of_term(
    work: Work, case: Case, definition: Definition, names: Entered, holders: Holders, calendar: Calendar,
    rule: Due, due: date, task: str, what: Mapping[str, str], waiting: Sequence[Waiting],
) -> Iterator[tuple[Message, set[int]]]:  # fmt: skip
    left = days_left(work.today, due, calendar)
    for told in to_say(left, rule.remind, rule.escalate.after if rule.escalate else None):
        if told.word == Word.escalate and rule.escalate:
            whole = [Matter("task", task)] if task else []
            people: Asked = dict.fromkeys(holders.of(definition, case, rule.escalate.to), whole)
        else:
            people = holders.waited_for(definition, case, waiting)
        yield replace(_message(case, names, told, left, due, task, what), matters=people), set(people)


def _message(
    case: Case, names: Entered, told: Told, left: int, due: date, task: str, what: Mapping[str, str]
) -> Message:
    code = {
        Word.remind: "terms.today" if left == 0 else "terms.remind",
        Word.overdue: "terms.overdue",
        Word.escalate: "terms.escalated",
    }[told.word]
    # the day stands in the key: a term that was moved is reminded of anew; one that was only renamed is not
    place = f"{case.id}/{names.stage}/{names.round}/{names.tasks.get(task, task)}"
    key, term = f"{place}/{told.word}/{told.step}/{due.isoformat()}", f"{place}/{due.isoformat()}"
    params = {"what": dict(what), "school": case.school.short_name, "due": due.isoformat(), "n": abs(left)}
    return Message(code, params, f"/cases/{case.id}", key, case.id, due, about=term)


def _tell_of_calendar(work: Work) -> None:
    """Administrators, and who acts for them, learn once per year that its calendar is not filled."""
    if work.ports.notify is None:
        return
    admins = {held.user_id for held in accounts_holding(work.session, "admin", work.today)}
    acting = acting_for(work.session, admins, work.today, role="admin")
    admins |= {row.substitute_user_id for rows in acting.values() for row in rows}
    for year in years_to_fill(work.session, work.today):
        told = Message(
            "calendar.missing", {"year": str(year)}, "/working-days/list/", f"calendar/{year}",
            matters={admin: [Matter("calendar", row=year)] for admin in admins},
        )  # fmt: skip
        work.ports.notify(work, admins, told)


def _longest(work: Work) -> timedelta:
    """The days that the earliest reminder of any procedure in use may lie before its term."""
    used = select(Case.definition_code, Case.definition_version, Case.definition_hash).distinct()
    longest = 0
    for code, version, wanted in work.session.execute(used.where(Case.status == CaseStatus.active.value)):
        for stage in work.ports.definitions.get(work.session, code, version, wanted).stages.values():
            for due in (stage.due, *(task.due for task in stage.tasks)):
                longest = max([longest, *(due.remind if due else ())])
    return timedelta(days=longest * 7 // 5)


HANDLERS: dict[str, JobHandler] = {MORNING: find_cases, PART: look_at}
