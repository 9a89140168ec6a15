"""Judges the steps a case takes by itself: do they end, does never more than one apply, is no case left standing."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from app.engine import automatic
from app.engine.checking import choices
from app.engine.checking.fact_kinds import Kinds
from app.engine.definition import Definition
from app.engine.elements import Stage, Transition

Report = Callable[..., None]


def check_automatic(definition: Definition, kinds: Kinds, report: Report) -> None:
    """Every fault of automatic steps; the names of the definition exist, `kinds` are those of known facts."""
    for step in definition.transitions.values():
        if step.automatic:
            _step(step, report)
    _circles(definition, report)
    for stage_id, steps in definition.automatic.items():
        stage = definition.stages[stage_id]
        if not stage.final:
            _choice(definition, stage, steps, kinds, report)


def _step(step: Transition, report: Report) -> None:
    path = f"transitions.{step.id}"
    if step.kind not in automatic.KINDS:
        report("automatic_kind", path, id=step.id, kind=step.kind)
    if step.form.comment == "required" or step.form.fields:
        report("automatic_form", f"{path}.form", id=step.id)


def _circles(definition: Definition, report: Report) -> None:
    """A circle of automatic steps, of whatever kind, would run with nobody acting."""
    ways = {stage: {step.target or stage for step in steps} for stage, steps in definition.automatic.items()}
    reached = {stage: set(targets) for stage, targets in ways.items()}
    for _ in ways:
        for stage, targets in reached.items():
            reached[stage] = targets.union(*(ways.get(target, ()) for target in targets))
    circle = [stage for stage in definition.stages if stage in reached.get(stage, ())]
    if circle:
        report("automatic_loop", f"stages.{circle[0]}", stages=", ".join(circle))


def _choice(
    definition: Definition, stage: Stage, steps: tuple[Transition, ...], kinds: Kinds, report: Report
) -> None:
    """Of the automatic steps of one stage never two come true together, and one in every case."""
    room = choices.Room(stage.approval is not None, kinds)
    conditions = {step.id: choices.of_step(step, definition.outcomes) for step in steps}
    try:
        for one, other in combinations(steps, 2):
            case = choices.both(conditions[one.id], conditions[other.id], room)
            if case is not None:
                english, russian = _when(case)
                words = {"first": one.id, "second": other.id, "stage": stage.id}
                report("automatic_overlap", f"transitions.{other.id}", **words, case=english, case_ru=russian)
        if len(steps) > 1 and not _led_on(definition, stage):
            case = choices.neither(list(conditions.values()), room)
            if case is not None:
                english, russian = _when(case)
                words = {"id": stage.id, "steps": ", ".join(conditions)}
                report("automatic_gap", f"stages.{stage.id}", **words, case=english, case_ru=russian)
    except choices.TooMany:
        report("automatic_unclear", f"stages.{stage.id}", id=stage.id, most=choices.MOST)


def _led_on(definition: Definition, stage: Stage) -> bool:
    """Whether a person can lead the case on from this stage."""
    return any(step.kind in automatic.KINDS and not step.automatic for step in definition.leaving[stage.id])


def _when(case: choices.Case) -> tuple[str, str]:
    """The case in words; without any fact it is every case."""
    words = choices.in_words(case)
    return (f"when {words}", f"когда {words}") if words else ("in every case", "в любом случае")
