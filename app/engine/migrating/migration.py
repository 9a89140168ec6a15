"""How a live case would move to another version of its procedure: what comes along, what is lost, what forbids it.

Pure: `plan` answers with a fate and, where the case may move, with the event that moves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from app.engine import starting
from app.engine.context import Context
from app.engine.definition import Definition, frozen
from app.engine.elements import Approval, Migration
from app.engine.events import Event, Migrated, Moved, Undone
from app.engine.fact_names import BUILT_IN_FACTS
from app.engine.machine import go_on
from app.engine.migrating.notes import Note, note, titles_of
from app.engine.migrating.terms import moved_terms
from app.engine.segments import LIVE, migrated, tasks_after
from app.engine.state import State, TaskState, to_record
from app.engine.voting import hash_of

Fate = Literal["moves", "loses_term", "needs_mapping", "refused"]


@dataclass(frozen=True, eq=False)
class Plan:
    """What would become of a case; `event` moves it (also where a term is lost), None where it cannot move."""

    fate: Fate
    source: str
    target: str | None
    notes: tuple[Note, ...]
    event: Migrated | None = None

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the notes, in order."""
        return tuple(note.code for note in self.notes)


def rule_between(old: Definition, new: Definition) -> Migration:
    """What the newer version says about moving from the older one, also for the way back; nothing said = same ids."""
    rule = new.migration_from(old.version)
    if rule is None and (there := old.migration_from(new.version)) is not None:
        rule = inverse(there)
    return rule or Migration(old.version)


def inverse(rule: Migration) -> Migration:
    """The way back: each successor becomes what it came from; of several the first."""
    stages: dict[str, str] = {}
    tasks: dict[str, str] = {}
    steps: dict[str, str] = {}
    for found, forth in ((stages, rule.stages), (tasks, rule.tasks), (steps, rule.transitions)):
        for before, after in forth.items():
            found.setdefault(after, before)
    return Migration(
        rule.source,
        frozen(stages),
        frozen(tasks),
        votes=rule.votes,
        terms=rule.terms,
        transitions=frozen(steps),
    )


def extended(
    rule: Migration, old: Definition, stages: Mapping[str, str], tasks: Mapping[str, str]
) -> Migration:
    """The rule with what an administrator has added for this one move."""
    drops = tuple(task for task in rule.drops if task not in tasks)
    return replace(
        rule,
        source=old.version,
        stages=frozen({**rule.stages, **stages}),
        tasks=frozen({**rule.tasks, **tasks}),
        drops=drops,
    )


def facts_for(new: Definition, rule: Migration, state: State) -> set[str]:
    """What is asked of the new stage: the content of its vote, the dates of its terms, what lets the case go on."""
    stage = new.stages.get(rule.stages.get(state.stage, state.stage))
    if stage is None:
        return set()
    bound = {stage.approval.binds} if stage.approval and stage.approval.binds else set()
    return bound | starting.dates_of(stage) | new.automatic_facts.get(stage.id, frozenset()) - BUILT_IN_FACTS


def plan(old: Definition, new: Definition, state: State, ctx: Context, rule: Migration | None = None) -> Plan:
    """What would become of this case of `old` in `new`. Nothing happens."""
    rule = rule or rule_between(old, new)
    here = state.stage
    target_id = rule.stages.get(here, here)
    if state.status not in LIVE:
        return Plan("refused", here, None, (note("closed"),))
    target = new.stages.get(target_id)
    if target is None:
        return Plan("needs_mapping", here, None, (note("stage_unmapped", old.stages[here].titles, id=here),))
    if target.final:
        return Plan("refused", here, None, (note("stage_final", target.titles, id=target.id),))
    tasks, unmapped = task_map(old, new, state, rule)
    if unmapped:
        found = (note("task_unmapped", titles_of(old, task), id=task) for task in unmapped)
        return Plan("needs_mapping", here, target.id, tuple(found))
    votes_given = any(not vote.void for vote in state.votes)
    if rule.votes == "refuse" and state.approval == "open" and votes_given:
        return Plan("refused", here, target.id, (note("votes_in_progress"),))
    if state.status == "suspended" and not any(t.kind == "resume" for t in new.leaving[target.id]):
        return Plan("refused", here, target.id, (note("no_resume", target.titles, id=target.id),))
    stages = {
        one: rule.stages.get(one, one) for one in state.rounds if rule.stages.get(one, one) in new.stages
    }
    event = Migrated(
        at=ctx.now,
        actor=ctx.actor,
        definition=new.code,
        definition_version=new.version,
        definition_hash=new.hash,
        former_version=old.version,
        former_hash=old.hash,
        source=here,
        target=target.id,
        stages=stages,
        tasks=tasks,
        reopened=(),
        gone=tuple(task.id for task in old.stages[here].tasks if target.task(task.id) is None),
        transitions=dict(rule.transitions),
    )
    carried = tasks_after(new, state, event)
    again = tuple(task for task in rule.reopens if task in carried and carried[task].status == "done")
    event = replace(event, reopened=again)
    carried = tasks_after(new, state, event)
    event, told = _vote(old, new, state, ctx, rule, event, carried)
    event, terms_told, lost = moved_terms(old, new, state, ctx, rule, event, carried)
    after = migrated(new, state, event)  # what is planned is possible; anything else is a fault of ours
    changes = tuple(_changes(old, new, state, event, carried))
    loses = lost or any(one.code == "term_off" for one in changes)
    notes = (*changes, *told, *terms_told, *_further(new, after, ctx))
    return Plan("loses_term" if loses else "moves", here, target.id, notes, event)


def undo(old: Definition, new: Definition, before: State, now: State, ctx: Context) -> Undone:
    """The event that takes the last migration (from `old` to `new`) back to the state before it."""
    back = old.stages[before.stage]
    return Undone(
        at=ctx.now,
        actor=ctx.actor,
        definition=old.code,
        definition_version=old.version,
        definition_hash=old.hash,
        state=to_record(before),
        gone=tuple(task.id for task in new.stages[now.stage].tasks if back.task(task.id) is None),
    )


def undoable(events: Iterable[Event]) -> Migrated | None:
    """The migration that can still be taken back: the case's last event; None when there is none."""
    last = [*events][-1:]
    return last[0] if last and isinstance(last[0], Migrated) else None


def task_map(
    old: Definition, new: Definition, state: State, rule: Migration
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What each task of the case becomes, and those of its present stage for which nobody has said it."""
    known = {task.id for stage in new.stages.values() for task in stage.tasks}
    found: dict[str, str] = {}
    unmapped = []
    for task_id in state.tasks:
        successor = rule.tasks.get(task_id, None if task_id in rule.drops else task_id)
        if successor in known:
            found[task_id] = successor
        elif task_id not in rule.drops and old.stages[state.stage].task(task_id) is not None:
            unmapped.append(task_id)
    return found, tuple(unmapped)


# --- parts


def _vote(
    old: Definition,
    new: Definition,
    state: State,
    ctx: Context,
    rule: Migration,
    event: Migrated,
    tasks: Mapping[str, TaskState],
) -> tuple[Migrated, tuple[Note, ...]]:
    """How the vote stands after the move, and what is to be told of it."""
    approval = new.stages[event.target].approval
    given = any(not vote.void for vote in state.votes)
    void = (note("votes_void"),) if given else ()
    if approval is None:
        return replace(event, votes="void" if state.votes else "keep"), void
    ready = all(task in tasks and tasks[task].status == "done" for task in approval.opens_after)
    content = hash_of(approval.binds, ctx)
    if state.approval is None:
        if not ready:
            return event, ()
        return replace(event, approval="open", content_hash=content), (note("vote_opens"),)
    if state.approval != "open" and _binds(old, state) == approval.binds:
        return replace(event, approval=state.approval, content_hash=state.content_hash), ()
    if not ready:
        return replace(event, votes="void"), (*void, note("vote_waits"))
    if rule.votes == "keep" and _binds(old, state) == approval.binds:
        return replace(event, approval="open", content_hash=state.content_hash), ()
    return replace(event, votes="void", approval="open", content_hash=content), void


def _binds(old: Definition, state: State) -> str | None:
    approval: Approval | None = old.stages[state.stage].approval
    return approval.binds if approval else None


def _further(new: Definition, after: State, ctx: Context) -> Iterable[Note]:
    """The step the case takes by itself as soon as it is in the new version."""
    result = go_on(new, after, ctx)
    if result is not None and isinstance(result.events[0], Moved):
        step = new.transitions[result.events[0].transition]
        yield note("goes_on", step.titles, id=step.id)


def _changes(
    old: Definition, new: Definition, state: State, event: Migrated, tasks: Mapping[str, TaskState]
) -> Iterable[Note]:
    """What happens to the stage and its tasks; of what only has another id nobody needs to hear."""
    target = new.stages[event.target]
    if event.target != state.stage and dict(target.titles) != dict(old.stages[state.stage].titles):
        yield note("stage_becomes", target.titles, id=target.id, old=old.stages[state.stage].titles)
    came = set(event.tasks.values())
    for task in old.stages[state.stage].tasks:
        successor = event.tasks.get(task.id)
        if successor is None:
            yield note("task_dropped", task.titles, id=task.id)
        elif successor != task.id and dict(titles_of(new, successor)) != dict(task.titles):
            yield note("task_becomes", titles_of(new, successor), id=successor, old=task.titles)
        if successor is not None and target.task(successor) is None and state.tasks[task.id].status == "open":
            elsewhere = next(stage for stage in new.stages.values() if stage.task(successor))
            yield note("task_elsewhere", titles_of(new, successor), id=successor, stage=elsewhere.titles)
            if state.tasks[task.id].due is not None:
                yield note("term_off", titles_of(new, successor), id=successor)
    for task in target.tasks:
        if task.id in event.reopened:
            yield note("task_reopened", task.titles, id=task.id)
        elif task.id not in came and tasks[task.id].status == "open":
            yield note("task_added", task.titles, id=task.id)
