"""Where a task is closed once nothing but closing it remains: the page of its room has no button for some tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.cases.context import actor_id, gather_facts
from app.cases.models import Case
from app.core.unit_of_work import Work
from app.engine import machine
from app.engine.definition import Definition, Task
from app.engine.offers import Offer
from app.engine.state import Complete, Context, State


def closing_page(work: Work, case: Case, definition: Definition, state: State, task_id: str,
                 roles: frozenset[str]) -> str | None:  # fmt: skip
    """The page where a holder of `roles` closes the task now, its facts asked for; None when its room's page serves."""
    task = definition.stages[state.stage].task(task_id)
    if task is None or not _is_closed_apart(task):
        return None
    names = machine.facts_needed(definition, state, Complete(task_id), settle=False)
    ctx = Context(actor_id(work), roles, work.now, work.today, gather_facts(work, case, names))
    return _page(definition, state, task, ctx, case.id)


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


def _is_closed_apart(task: Task) -> bool:
    # the room of papers closes no task when it registers one, and no room asks what a task's own form asks
    return task.form is not None or task.document is not None


def _page(definition: Definition, state: State, task: Task, ctx: Context, case_id: int) -> str | None:
    if machine.task_reasons(definition, state, task.id, ctx):
        return None
    return f"/cases/{case_id}/tasks/{task.id}/done" if task.form else f"/cases/{case_id}#h-next"
