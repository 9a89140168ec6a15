"""What a change of version does to the state of a case, and what taking it back restores."""

from __future__ import annotations

from app.engine import anchors
from app.engine.deadlines import STAGE
from app.engine.definition import Definition
from app.engine.events import Migrated, Undone
from app.engine.illegal_history import IllegalHistory, must
from app.engine.records import replace
from app.engine.state import State, TaskState, from_record

LIVE = ("active", "suspended")


def migrated(definition: Definition, state: State, event: Migrated) -> State:
    """The state in the version the case moved to. Raises IllegalHistory if that version cannot hold it."""
    _pinned(definition, event)
    must(state.status in LIVE, f"a case that is {state.status} does not move to another version")
    must(event.source == state.stage, f"moved from “{event.source}”, but the case was at “{state.stage}”")
    target = definition.stages.get(event.target)
    if target is None or target.final:
        raise IllegalHistory(f"a case cannot be moved into “{event.target}”")
    must(event.stages.get(state.stage) == target.id, f"“{state.stage}” did not become “{target.id}”")
    tasks = tasks_after(definition, state, event)
    for task_id, own in event.terms.items():
        must(task_id in tasks, f"a term for the unknown task “{task_id}”")
        tasks[task_id] = replace(tasks[task_id], due=own.due, term=own)
    for task_id in event.lost:
        if task_id != STAGE:
            must(task_id in tasks, f"a lost term of the unknown task “{task_id}”")
            tasks[task_id] = replace(tasks[task_id], due=None, term=None)
    rounds = rounds_after(state, event)
    first = target.approval.opens_after if target.approval else ()
    ready = target.approval is not None and all(_is_done(tasks.get(task)) for task in first)
    must(event.approval in (None, "open", state.approval), f"the vote cannot stand as “{event.approval}”")
    must(event.approval != "open" or ready, "the vote is open before its tasks are done")
    must(event.approval is None or target.approval is not None, "the new stage has no vote")
    votes = state.votes if event.approval is not None or target.id == state.stage else ()
    if event.votes == "void":
        votes = tuple(replace(vote, void=True) for vote in votes)
    term = None if STAGE in event.lost else event.term or state.term
    after = replace(
        state,
        version=state.version + 1,
        stage=target.id,
        round=rounds[target.id],
        tasks=tasks,
        votes=votes,
        approval=event.approval,
        content_hash=event.content_hash,
        due=None if STAGE in event.lost else event.term.due if event.term else state.due,
        term=term,
        rounds=rounds,
    )
    taken_back = {due.since for _, due in anchors.rules_of(target) if not anchors.stands(due.since, after)}
    return anchors.without(target, after, taken_back)


def undone(definition: Definition, state: State, event: Undone) -> State:
    """The state as it was before the migration. Raises IllegalHistory if the record is none of this version."""
    _pinned(definition, event)
    try:
        former = from_record(event.state, state.version + 1)
    except ValueError as error:
        raise IllegalHistory(str(error)) from error
    must(former.stage in definition.stages, f"no stage “{former.stage}”")
    same = (former.status, former.opened_at, former.entered_at, former.paused_on)
    must(
        same == (state.status, state.opened_at, state.entered_at, state.paused_on),
        "what a migration leaves alone was not left alone",
    )
    return former


def tasks_after(definition: Definition, state: State, event: Migrated) -> dict[str, TaskState]:
    """Tasks under their new names; what the stage asks for and nobody had done is open."""
    tasks: dict[str, TaskState] = {}
    for old, standing in state.tasks.items():
        new = event.tasks.get(old)
        if new is None:
            continue
        must(definition.task(new) is not None, f"no task “{new}”")
        other = tasks.get(new)
        if other is None or (_is_done(other) and not _is_done(standing)):  # of two that became one both count
            tasks[new] = standing
    for new in event.reopened:
        must(_is_done(tasks.get(new)), f"the task “{new}” was not done")
        due = anchors.due_when_reopened(definition.stages[event.target], new, tasks[new])
        tasks[new] = replace(tasks[new], status="open", done_by=None, done_at=None, due=due)
    for task in definition.stages[event.target].tasks:
        if task.id not in tasks or tasks[task.id].status == "not_needed":
            tasks[task.id] = TaskState()
    return tasks


def rounds_after(state: State, event: Migrated) -> dict[str, int]:
    """How often each stage has been entered, under the new names."""
    rounds: dict[str, int] = {}
    for old, number in state.rounds.items():
        new = event.stages.get(old)
        if new is not None:
            rounds[new] = max(rounds.get(new, 0), number)
    return rounds


def _pinned(definition: Definition, event: Migrated | Undone) -> None:
    pinned = (event.definition, event.definition_version, event.definition_hash)
    must(
        pinned == (definition.code, definition.version, definition.hash),
        f"{event.definition} v{event.definition_version} is not the version it was moved to",
    )


def _is_done(task: TaskState | None) -> bool:
    return task is not None and task.status == "done"
