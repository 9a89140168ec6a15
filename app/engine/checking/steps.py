"""Judges the steps of a definition, each by itself: who takes it, where its kind may lead, what it keeps."""

from __future__ import annotations

from collections.abc import Callable

from app.engine.compiling import STAYING
from app.engine.definition import Definition
from app.engine.elements import REASONED, VOTES, Stage, Transition

Report = Callable[..., None]


def check_step(definition: Definition, step: Transition, report: Report) -> None:
    """Report what is wrong with one step."""
    path = f"transitions.{step.id}"
    if not (step.by or step.automatic):
        report("nobody_may", path, id=step.id)
    if step.kind in REASONED and step.form.comment != "required" and not step.automatic:
        report("reason_not_required", path, id=step.id, kind=step.kind)
    _kind(definition, step, report)
    target = definition.stages.get(step.target or "")
    if target is not None:
        _target(definition, step, target, report)
    _kept(definition, step, report)
    if step.kind == "suspend":
        for source in step.sources:
            kinds = {other.kind for other in definition.leaving.get(source, ())}
            if "resume" not in kinds:
                report("no_resume", path, id=source)


def _kind(definition: Definition, step: Transition, report: Report) -> None:
    """A kind says whether the step leads anywhere, and from what it may lead."""
    sources = [definition.stages[source] for source in step.sources if source in definition.stages]
    if not step.sources:
        _wrong(step, report, "needs a stage to start from (from)", "должен откуда-то вести (from)")
    if step.kind in STAYING and step.target is not None:
        _wrong(step, report, "stays in its stage: leave out “to”", "не меняет этапа: уберите «to»")
    if step.kind in ("forward", "skip", "return") and step.target is None:
        _wrong(step, report, "needs a target (to)", "должен куда-то вести (to)")
    if step.kind != "reopen" and any(stage.final for stage in sources):
        _wrong(step, report, "cannot leave a final stage", "не может выходить с завершающего этапа")
    if step.kind == "reopen" and any(stage.final != (step.target is not None) for stage in sources):
        _wrong(
            step, report, "leads from a final stage to another (to), or takes up a terminated case (no to)",
            "ведёт с завершающего этапа на другой (to) либо продолжает прекращённый случай (без to)",
        )  # fmt: skip


def _target(definition: Definition, step: Transition, target: Stage, report: Report) -> None:
    """A kind says to what it may lead."""
    if step.kind in ("return", "reopen") and target.final:
        _wrong(step, report, "cannot lead to a final stage", "не может вести на завершающий этап")
    if step.kind in ("forward", "skip") and (step.keeps or step.voids):
        _wrong(
            step, report, "goes on: keeps and voids belong to a return",
            "идёт вперёд: keeps и voids — для возврата",
        )  # fmt: skip
    if step.kind == "return":
        for source in step.sources:
            if source in definition.stages and definition.rank[target.id] > definition.rank[source]:
                where = f"transitions.{step.id}"
                report("return_forward", where, id=step.id, source=source, target=target.id)


def _kept(definition: Definition, step: Transition, report: Report) -> None:
    """A step back says what of the earlier round stays, and keeps no votes without what they were given for."""
    path = f"transitions.{step.id}"
    goes_back = step.kind == "return" or (step.kind == "reopen" and step.target)
    if goes_back and not (step.keeps or step.voids):
        report("return_unsaid", path, kind=step.kind, id=step.id)
    for item in step.keeps:
        if item in step.voids:
            report("keeps_and_voids", f"{path}.keeps", id=item)
    if VOTES not in step.keeps:
        return
    target = definition.stages.get(step.target or "")
    first = target.approval.opens_after if target and target.approval else ()
    again = [task for task in first if task not in step.keeps]
    if any(source != step.target for source in step.sources):
        report("votes_not_kept", f"{path}.keeps")
    elif again:
        report("votes_kept_early", f"{path}.keeps", id=step.id, tasks=", ".join(again))


def _wrong(step: Transition, report: Report, rule: str, rule_ru: str) -> None:
    where = f"transitions.{step.id}"
    report("kind_and_target", where, id=step.id, kind=step.kind, rule=rule, rule_ru=rule_ru)
