"""Judges whether a case could be caught for ever: in a step or a task that never works, after a vote, in a return.

A condition is tried over all values of its facts (`choices`), so what is refused here can be shown to be impossible.
"""

from __future__ import annotations

from collections.abc import Callable

from app.engine.checking import choices
from app.engine.checking.fact_kinds import Kinds
from app.engine.definition import Definition
from app.engine.elements import VOTES, Stage, Task, Transition

Report = Callable[..., None]
# How a vote may end, in the words of the sentence about it.
ENDS = {"passed": "завершилось решением «за»", "failed": "завершилось решением «против»"}
# Kinds of steps that lead an active case away from where it stands.
AWAY = frozenset({"forward", "skip", "return", "cancel"})


def check_dead_ends(definition: Definition, kinds: Kinds, report: Report) -> None:
    """Report what can never be done, or undoes itself; the names of the definition exist.

    `kinds` are those of known facts. What nobody can oversee is told once, and nothing is tried after it.
    """
    name, path = "", ""
    try:
        for stage in definition.stages.values():
            for task in stage.tasks:
                name, path = task.id, f"stages.{stage.id}.tasks.{task.id}"
                _task(stage, task, path, kinds, report)
        for step in definition.transitions.values():
            name, path = step.id, f"transitions.{step.id}"
            # that a stage has no vote to be asked about is told apart
            if not _holds(choices.of_step(step, definition.outcomes), choices.Room(True, kinds)):
                report("step_never", path, id=step.id)
        for stage in definition.stages.values():
            name, path = stage.id, f"stages.{stage.id}.approval"
            _vote(definition, stage, path, kinds, report)
            name, path = stage.id, f"stages.{stage.id}"
            _suspended(definition, stage, path, kinds, report)
    except choices.TooMany:
        report("condition_unclear", path, id=name, most=choices.MOST)
    for step in definition.transitions.values():
        if step.kind in ("return", "reopen") and step.target:
            _undone(definition, step, definition.stages[step.target], report)


def _holds(condition: choices.Condition, room: choices.Room) -> bool:
    """Whether there is a case in which it does."""
    return choices.ever(condition, room) is not None


def _task(stage: Stage, task: Task, path: str, kinds: Kinds, report: Report) -> None:
    """A task can be done; one the vote waits for can be done before the vote."""
    if not _can_be_done(task, choices.Room(True, kinds)):
        report("task_never", path, id=task.id)
    elif _comes_first(stage, task) and not _can_be_done(task, choices.Room(False, kinds)):
        report("task_before_vote", path, id=task.id)


def _can_be_done(task: Task, room: choices.Room) -> bool:
    return _holds([guard.expression for guard in task.when], room)


def _comes_first(stage: Stage, task: Task) -> bool:
    return stage.approval is not None and task.id in stage.approval.opens_after


def _vote(definition: Definition, stage: Stage, path: str, kinds: Kinds, report: Report) -> None:
    """However the vote ends, some step works then; where it is bound to a content, changing that opens it anew."""
    if stage.approval is None or stage.approval.binds or stage.final:
        return
    for result, result_ru in ENDS.items():
        ended = choices.Room(True, kinds, result)
        if not any(_leads_away(definition, stage, step, ended) for step in definition.leaving[stage.id]):
            report("vote_dead_end", path, id=stage.id, result=result, result_ru=result_ru)


def _suspended(definition: Definition, stage: Stage, path: str, kinds: Kinds, report: Report) -> None:
    """Whoever can be suspended can be resumed, or ended: while the case stands still its vote stays as it is."""
    leaving = definition.leaving.get(stage.id, ())
    pauses = [step for step in leaving if step.kind == "suspend"]
    ways = [step for step in leaving if step.kind in ("resume", "cancel")]
    if not pauses or not any(step.kind == "resume" for step in ways):  # that is told apart
        return
    for (when, when_ru), room in _stands(stage, kinds):
        can = [_holds(choices.of_step(step, definition.outcomes), room) for step in pauses]
        if any(can) and not any(_holds(choices.of_step(step, definition.outcomes), room) for step in ways):
            step = pauses[can.index(True)]
            report("suspended_for_ever", f"transitions.{step.id}", id=stage.id, when=when, when_ru=when_ru)


def _stands(stage: Stage, kinds: Kinds) -> list[tuple[tuple[str, str], choices.Room]]:
    """How the vote of a stage may stand, in words, and what can be true then."""
    found = [(("while there is no decision", "до решения голосованием"), choices.Room(False, kinds))]
    if stage.approval is not None:
        for result, result_ru in ENDS.items():
            words = f"after its vote has {result}", f"после того, как голосование {result_ru}"
            found.append((words, choices.Room(True, kinds, result)))
    return found


def _leads_away(definition: Definition, stage: Stage, step: Transition, ended: choices.Room) -> bool:
    """Whether the step works after this end of the vote, and the case does not stay with it."""
    if step.kind not in AWAY or (step.target == stage.id and VOTES in step.keeps):
        return False
    if not _holds(choices.of_step(step, definition.outcomes), ended):
        return False
    before = choices.Room(False, ended.kinds)
    return step.kind != "forward" or all(
        task.optional or _comes_first(stage, task) or _can_be_done(task, before) or _can_be_done(task, ended)
        for task in stage.tasks
    )


def _undone(definition: Definition, back: Transition, stage: Stage, report: Report) -> None:
    """Where a case is led back to, it has something to wait for before it goes on by itself."""
    if set(back.sources) <= {stage.id}:  # it stood there for what was not done, and is not done now either
        return
    left = any(not task.optional and task.id not in back.keeps for task in stage.tasks)
    for step in definition.automatic.get(stage.id, ()):
        if not (step.when or step.outcome_from or (left and step.kind == "forward")):
            words = {"id": back.id, "kind": back.kind, "stage": stage.id, "step": step.id}
            report("return_undone", f"transitions.{back.id}.keeps", **words)
