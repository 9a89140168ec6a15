"""Whoever a step touches is told of it: sent back, suspended, resumed, ended, reopened, to vote, to do again.

The step only promises it (`promise`); a worker tells, from the case as it stood right after the step, so a repeat
tells the same people the same thing, and each of them once. Whoever took the step is not told of it.
Another curator school is no step: it is told at once, for the case does not keep who was its curator before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from app.cases.context import waiting_now
from app.cases.history import Doers, lines, named
from app.cases.holders import Asked, Holders
from app.cases.models import Case, CaseEvent
from app.cases.queries import events_of, get_case
from app.core.i18n import LOCALES, in_locale
from app.core.ports import JobHandler, Message
from app.core.unit_of_work import Work
from app.engine import machine
from app.engine.definition import Definition
from app.engine.events import Event, Moved, from_dict
from app.engine.offers import Waiting, waiting_for
from app.engine.state import State
from app.jobs import outbox
from app.schools.models import Organisation

TELL = "cases.tell"
_LONGEST = 300  # of a reason in a notice; the whole of it stands in the case
_OF_SCHOOLS = frozenset({"supported_school", "curator_school"})


@dataclass(frozen=True)
class _Step:
    """One step of a case, with how the case stood before and after it."""

    work: Work
    case: Case
    rows: Sequence[CaseEvent]  # up to this one
    definition: Definition  # by which it was taken
    before: State
    after: State

    @property
    def event(self) -> CaseEvent:
        return self.rows[-1]


Titles = dict[str, str]
Told = tuple[str, Titles, Asked]  # code of the notice, what it names, whom it is for and what it asks of him


def promise(work: Work, case: Case, events: Sequence[Event]) -> None:
    """Before a step is committed, with `case` as it stands after these events: whoever they touch will be told."""
    for seq, event in enumerate(events, start=case.version - len(events) + 1):
        told = (
            _move(event.kind, event.outcome) in _MOVES if isinstance(event, Moved) else event.type in _OTHERS
        )
        if told:
            outbox.enqueue(work, TELL, f"{case.id}/{seq}", {"case": case.id, "seq": seq})


def tell(work: Work, payload: Mapping[str, Any]) -> None:
    """Tell of one step those it touches."""
    if work.ports.notify is None:
        return
    case = get_case(work.session, int(payload["case"]))
    step = _step(work, case, int(payload["seq"]))
    row = step.event
    if row.type == Moved.type:
        find = _MOVES[_move(row.data["kind"], row.data.get("outcome"))]
    else:
        find = _OTHERS[row.type]
    for code, what, people in find(step):  # who is touched in two ways is told the first
        params = {"school": case.school.short_name, "what": what, "said": _said(step)}
        link, key = f"/cases/{case.id}", f"case/{case.id}/{row.seq}"
        told = Message(code, params, link, key, case.id, matters=people)
        work.ports.notify(work, people.keys() - {row.actor_id or 0}, told)


def _move(kind: str, outcome: str | None) -> str:
    """What a move is told as: a step forward to nobody, unless the case ends with it."""
    return "close" if outcome and kind in ("forward", "skip") else kind


def of_schools(work: Work, case: Case) -> set[int]:
    """Those who work on the case in its two schools, as these are now."""
    definition = work.ports.definitions.of(work.session, case)
    return Holders(work.session, work.today).of(definition, case, _school_roles(definition))


def tell_curator(
    work: Work, case: Case, former: Organisation | None, curator: Organisation, before: set[int]
) -> None:
    """Tell both schools of the pair that was (`before`) and of the one that is now of the new curator school."""
    if work.ports.notify is None:
        return
    params = {"school": case.school.short_name, "curator": curator.short_name}
    if former is not None:
        params["former"] = former.short_name
    code, key = (
        "case.curator" if former else "case.curator_named",
        f"case/{case.id}/curator/{work.now.isoformat()}",
    )
    now = of_schools(work, case)
    # whoever is of the pair no more finds no page of this case
    for people, link in ((now, f"/cases/{case.id}"), (before - now, "/cases/")):
        told = Message(code, params, link, key, case.id)
        work.ports.notify(work, people - {work.actor.user_id or 0}, told)


def _step(work: Work, case: Case, seq: int) -> _Step:
    rows = [row for row in events_of(work.session, case.id) if row.seq <= seq]
    definition = work.ports.definitions.of(work.session, case)
    events = [from_dict(row.data) for row in rows]
    used = list(lines(definition, rows))[-1].definition
    before = machine.fold(definition, events[:-1])
    return _Step(work, case, rows, used, before, machine.evolve(definition, before, events[-1]))


def _said(step: _Step) -> Titles:
    """«Председатель А.Б.: причина», in both languages."""
    row, found = step.event, {}
    doers = Doers(step.work, [row])
    for locale in LOCALES:
        with in_locale(locale):  # what was answered is worded in the language of the moment
            answers = list(lines(step.definition, step.rows))[-1].answers
            why = shorten("; ".join(filter(None, [*answers, row.comment])), _LONGEST, placeholder=" …")
            found[locale] = ": ".join(filter(None, [str(doers.of(row)), why]))
    return found


# ── whom ──────────────────────────────────────────────────────────────────────────────────────────


def _returned(step: _Step) -> list[Told]:
    """Those who have to mend it: the tasks opened by the return, else whatever the case waits for now.

    And those whose votes it made void: they will be asked anew, or not at all.
    """
    waiting = [one for one in waiting_for(step.definition, step.after) if not one.optional]
    was_open = {name for name, task in step.before.tasks.items() if task.status == "open"}
    opened = [one for one in waiting if one.kind == "task" and one.id not in was_open] or waiting
    people = _holders(step).waited_for(step.definition, step.case, opened)
    return [
        ("case.returned", _stage(step), people),
        ("vote.returned", _vote(step, step.before), dict.fromkeys(_voted(step), ())),
    ]


def _of_all(code: str) -> Callable[[_Step], list[Told]]:
    """Everybody who works on the case: who has tasks in its procedure, both schools, and whoever it waits for right
    before the step or after it: a vote or a step of theirs comes into their list or leaves it with this."""

    def find(step: _Step) -> list[Told]:
        definition, holders = step.definition, _holders(step)
        roles = {role for stage in definition.stages.values() for task in stage.tasks for role in task.roles}
        what = _outcome(step) if code == "case.closed" else _stage(step)
        people = holders.of(definition, step.case, roles | _school_roles(definition))
        for state in (step.before, step.after):
            if not state.is_active:  # nobody is hurried by a case that stands still
                continue
            awaited = waiting_now(step.work, step.case, definition, state)
            people |= holders.waited_for(definition, step.case, awaited).keys()
        return [(code, what, dict.fromkeys(people, ()))]

    return find


def _votes(code: str) -> Callable[[_Step], list[Told]]:
    """Those whose vote is awaited now; after a change only those who had voted."""

    def find(step: _Step) -> list[Told]:
        definition = step.definition
        had_voted = step.event.data.get("voters")
        awaited = [
            one for one in waiting_now(step.work, step.case, definition, step.after)
            if one.kind == "vote" and (had_voted is None or one.voter in had_voted)
        ]  # fmt: skip
        people = _holders(step).waited_for(definition, step.case, awaited)
        return [(code, _vote(step, step.after), people)]

    return find


def _to_do_again(step: _Step) -> list[Told]:
    data, definition = step.event.data, step.definition
    tasks = [task for name in (data["task"], *data.get("also", ())) if (task := definition.task(name))]
    again = [Waiting("task", task.id, task.titles, task.roles) for task in tasks]
    people = _holders(step).waited_for(definition, step.case, again)
    each = [named(task.titles) for task in tasks]
    what = {locale: ", ".join(titles[locale] for titles in each) for locale in LOCALES}
    return [("task.reopened", what, people)]


def _vote(step: _Step, state: State) -> Titles:
    """What was voted on in this state, «Решение группы о плане»."""
    stage = step.definition.stages[state.stage]
    return named(stage.approval.titles) if stage.approval else named(stage.titles, is_stage=True)


def _voted(step: _Step) -> set[int]:
    """Whose votes counted before the step, with those who may have given them in their seats."""
    approval = step.definition.stages[step.before.stage].approval
    if approval is None:
        return set()
    seats = [
        Waiting("vote", approval.id, approval.titles, approval.voters, vote.voter)
        for vote in step.before.votes
        if not vote.void
    ]
    return set(_holders(step).waited_for(step.definition, step.case, seats))


def _stage(step: _Step) -> Titles:
    return named(step.definition.stages[step.after.stage].titles, is_stage=True)


def _outcome(step: _Step) -> Titles:
    return named(step.definition.outcomes[step.event.data["outcome"]].titles)


def _school_roles(definition: Definition) -> set[str]:
    return {role.id for role in definition.roles.values() if role.found in _OF_SCHOOLS}


def _holders(step: _Step) -> Holders:
    return Holders(step.work.session, step.work.today)


_MOVES: dict[str, Callable[[_Step], list[Told]]] = {
    "return": _returned,
    "suspend": _of_all("case.suspended"),
    "resume": _of_all("case.resumed"),
    "cancel": _of_all("case.terminated"),
    "close": _of_all("case.closed"),
    "reopen": _of_all("case.reopened"),
}
_OTHERS: dict[str, Callable[[_Step], list[Told]]] = {
    "approval_opened": _votes("vote.opened"),
    "votes_voided": _votes("vote.void"),
    "task_reopened": _to_do_again,
}
HANDLERS: dict[str, JobHandler] = {TELL: tell}
