"""Where a task is closed once nothing but closing it remains: the page of its room has no button for some tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import and_, select

from app.cases.context import actor_id, gather_facts
from app.cases.history import title
from app.cases.models import Case, CaseStatus, CaseTask
from app.cases.roles import case_roles, stands_for
from app.cases.states import states_now
from app.core.unit_of_work import Work
from app.engine import machine
from app.engine.actions import Complete
from app.engine.answers import Accepted
from app.engine.context import Context
from app.engine.definition import Definition
from app.engine.elements import Task
from app.engine.offers import Offer
from app.engine.state import State


@dataclass(frozen=True)
class Closable:
    """An open task the reader may close as it stands: the engine would take it, and nothing is asked with it."""

    case: Case
    task: str
    title: str
    behalf: str = ""  # whom he stands in for in this


def closable(
    work: Work, cases: Iterable[Case], is_meant: Callable[[Case, Task], bool], limit: int
) -> list[Closable]:
    """The tasks of these cases that are meant and that the actor can close in one press, at most `limit`.

    A task that may be done again is not among them: it is not over when a paper is there. What is done only if needed
    stands before the rest of its case, which may go on by itself after them.
    """
    known = {case.id: case for case in cases if case.status == CaseStatus.active}
    here = and_(Case.id == CaseTask.case_id, Case.stage == CaseTask.stage, Case.round == CaseTask.round)
    query = select(CaseTask).join(Case, here).where(CaseTask.case_id.in_(known), CaseTask.status == "open")
    open_ones: dict[int, set[str]] = {}
    for row in work.session.scalars(query).all():
        open_ones.setdefault(row.case_id, set()).add(row.task)
    states = states_now(work, [known[case_id] for case_id in open_ones])
    found: list[Closable] = []
    for case in (known[case_id] for case_id in known if case_id in open_ones):
        if len(found) >= limit:
            break
        definition, roles = work.ports.definitions.of(work.session, case), case_roles(work.actor, case)
        meant = [
            task
            for task in definition.stages[case.stage].tasks
            if task.id in open_ones[case.id] and not task.repeatable and roles.intersection(task.roles)
            and is_meant(case, task)
        ]  # fmt: skip
        if not meant:
            continue
        state = states[case.id]
        for task in sorted(meant, key=lambda one: not one.optional):
            ctx = _asked(work, case, definition, state, task, roles)
            decided = machine.decide(definition, state, Complete(task.id), ctx, settle=False)
            if isinstance(decided, Accepted):
                behalf = stands_for(work.actor, case, task.roles)
                name = title(definition, "task", task.id)
                found.append(Closable(case, task.id, name, behalf.whom if behalf else ""))
    return found[:limit]


def closing_page(work: Work, case: Case, definition: Definition, state: State, task_id: str,
                 roles: frozenset[str]) -> str | None:  # fmt: skip
    """The page where a holder of `roles` closes the task now, its facts asked for; None when its room's page serves."""
    task = definition.stages[state.stage].task(task_id)
    if task is None or not _is_closed_apart(task):
        return None
    return _page(definition, state, task, _asked(work, case, definition, state, task, roles), case.id)


def closing_pages(definition: Definition, state: State, ctx: Context, case_id: int) -> dict[str, str]:
    """Tasks of the stage that only have to be closed, apart from their rooms → the page where they are."""
    return {
        task.id: page
        for task in definition.stages[state.stage].tasks
        if _is_closed_apart(task) and (page := _page(definition, state, task, ctx, case_id))
    }


def led_to_closing(found: list[Offer], pages: Mapping[str, str]) -> list[Offer]:
    """The same offers; a task that stands in their way and only has to be closed leads to its page of `pages`."""
    if not pages:
        return found
    return [
        replace(offer, reasons=tuple(
            replace(why, link=pages.get(why.items[0], why.link)) if why.code == "task_open" else why
            for why in offer.reasons
        ))
        for offer in found
    ]  # fmt: skip


def _asked(
    work: Work, case: Case, definition: Definition, state: State, task: Task, roles: frozenset[str]
) -> Context:  # fmt: skip
    """What has to be known to tell whether a holder of `roles` may close the task."""
    names = machine.facts_needed(definition, state, Complete(task.id), settle=False)
    return Context(actor_id(work), roles, work.now, work.today, gather_facts(work, case, names))


def _is_closed_apart(task: Task) -> bool:
    # the room of papers closes no task when it registers one, and no room asks what a task's own form asks
    return task.form is not None or task.document is not None


def _page(definition: Definition, state: State, task: Task, ctx: Context, case_id: int) -> str | None:
    if machine.task_reasons(definition, state, task.id, ctx):
        return None
    return f"/cases/{case_id}/tasks/{task.id}/done" if task.form else f"/cases/{case_id}#h-next"
