"""Judges terms: the event of each must exist, be a date, and come in time; a task ends no later than its stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from app.engine import anchors
from app.engine.definition import Definition
from app.engine.elements import Due, Stage

Report = Callable[..., None]


def dates_named(definition: Definition) -> Iterator[tuple[str, str]]:
    """Every fact a term is counted from, with the path of the place."""
    for path, _, _, due in _terms(definition):
        fact = anchors.fact_of(due.since)
        if fact is not None:
            yield path, fact


def check_anchors(
    definition: Definition, facts: Collection[str] | None, dates: Collection[str] | None, report: Report
) -> None:
    """Report every term whose event does not exist, is no date, or cannot come in time.

    `dates` are those of the known facts whose value is a day; None when nobody knows their kinds.
    """
    for path, stage, task_id, due in _terms(definition):
        if due.since in anchors.VOTES:
            _vote(path, stage, task_id, report)
        elif (fact := anchors.fact_of(due.since)) is not None:
            is_told = facts is None or fact in facts  # a fact nobody provides is reported as such
            if fact in BUILT_IN or (dates is not None and fact not in dates and is_told):
                report("since_no_date", path, id=fact, among=dates or ())
        elif (other := anchors.task_of(due.since)) is not None:
            _task(definition, path, stage, task_id, other, report)
    for stage in definition.stages.values():
        _circles(stage, report)
        _within_stage(stage, report)


# How early the events of one stage can be: none comes before one with a smaller number.
ORDER = {anchors.OPENED: 0, anchors.ENTERED: 1, anchors.VOTE_OPENED: 2, anchors.VOTE_PASSED: 3}

# Facts the engine answers itself; none is a day.
BUILT_IN = frozenset({"approval.passed", "approval.failed", "stage.round"})


def _terms(definition: Definition) -> Iterator[tuple[str, Stage, str, Due]]:
    """Each term that is not counted from entering its stage: path of its `since`, stage, task or "", rule."""
    for stage in definition.stages.values():
        for key, due in anchors.rules_of(stage):
            inside = f".tasks.{key}" if key else ""
            yield f"stages.{stage.id}{inside}.due.since", stage, key, due


def _vote(path: str, stage: Stage, task_id: str, report: Report) -> None:
    if stage.approval is None:
        report("since_no_vote", path, id=stage.id)
    elif task_id in stage.approval.opens_after:
        report("since_after_vote", path, id=task_id)


def _task(definition: Definition, path: str, stage: Stage, task_id: str, other: str, report: Report) -> None:
    home = next((one for one in definition.stages.values() if one.task(other) is not None), None)
    if home is None:
        tasks = [task.id for one in definition.stages.values() for task in one.tasks]
        report("unknown_task", path, id=other, among=tasks)
        return
    task = home.task(other)
    is_optional = task is not None and task.optional
    if home.id == stage.id:
        if is_optional and other != task_id:
            report("since_may_never", path, "warning", id=other, stage=home.id)
        return
    if stage.id not in definition.ahead[home.id] or definition.rank[home.id] > definition.rank[stage.id]:
        report("since_elsewhere", path, id=other, stage=home.id)
        return
    skips = any(step.kind == "skip" for step in definition.leaving[home.id])
    if is_optional or skips or not _always(definition, home.id, stage.id):
        report("since_may_never", path, "warning", id=other, stage=home.id)


def _always(definition: Definition, passed: str, end: str) -> bool:
    """Whether every way forward from the beginning to `end` leads through `passed`."""
    front, seen = [definition.initial], {passed}
    while front:
        here = front.pop()
        if here == end:
            return False
        if here in seen:
            continue
        seen.add(here)
        front += [
            step.target
            for step in definition.leaving.get(here, ())
            if step.kind in ("forward", "skip") and step.target
        ]
    return True


def _within_stage(stage: Stage, report: Report) -> None:
    """Warn of each task whose term ends after that of its stage on whatever days the events fall."""
    whole = stage.due
    if whole is None:
        return
    for task in stage.tasks:
        due = task.due
        if due and due.working_days > whole.working_days and _not_before(stage, due.since, whole.since):
            path = f"stages.{stage.id}.tasks.{task.id}.due"
            report(
                "task_after_stage", path, "warning",
                id=task.id, days=due.working_days, most=whole.working_days,
            )  # fmt: skip


def _not_before(stage: Stage, later: str, earlier: str) -> bool:
    """Whether the one event is known never to come before the other: what a room tells may come at any time."""
    own = anchors.task_of(later)
    if own is not None and stage.task(own) is not None and later != earlier:
        later = anchors.ENTERED  # it is done no earlier; one kept done counts from the beginning of the stage
    return later == earlier or (later in ORDER and earlier in ORDER and ORDER[later] >= ORDER[earlier])


def _circles(stage: Stage, report: Report) -> None:
    """Tasks that wait for one another: each circle is reported once, at its first task."""
    after = {
        key: other for key, due in anchors.rules_of(stage) if key and (other := anchors.task_of(due.since))
    }
    told: set[str] = set()
    for first in after:
        trail = [first]
        while (following := after.get(trail[-1])) is not None and following not in trail:
            trail.append(following)
        if following == first and first not in told:
            told.update(trail)
            path = f"stages.{stage.id}.tasks.{first}.due.since"
            report("since_circle", path, tasks=" → ".join([*trail, first]))
