"""Judges a definition before it runs: can it always finish, does every name exist, do rules make sense."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.engine.checking.automatic import check_automatic
from app.engine.checking.dead_ends import check_dead_ends
from app.engine.checking.fact_kinds import FactKind, kind_faults
from app.engine.checking.migrations import check_migrations
from app.engine.checking.names import guards_of, names_in_reach
from app.engine.checking.references import own_names, references
from app.engine.checking.steps import check_step
from app.engine.checking.terms import check_anchors
from app.engine.definition import Definition
from app.engine.elements import Approval, Stage
from app.engine.findings import Finding, Severity, finding
from app.engine.reasons import APPROVAL_PASSED

Report = Callable[..., None]
OF_ONE = frozenset({"chair", "secretary", "head"})  # roles one person holds at a time


def check(
    definition: Definition,
    known_facts: Collection[str] | Mapping[str, FactKind | None] | None = None,
    known_effects: Collection[str] | None = None,
    known_templates: Collection[str] | None = None,
    known_pages: Collection[str] | None = None,
    earlier: Mapping[int, Definition] | None = None,
    known_dates: Collection[str] | None = None,
    known_roles: Mapping[str, str] | None = None,
) -> list[Finding]:
    """Every fault, in the order of the file; a set that is None is not checked against.

    Where the kinds of facts are known too, conditions are checked to ask each for what it can say.
    `earlier` are other versions of the procedure: what a migration says of them is compared with what they have;
    `known_dates` are those facts a term may be counted from; `known_roles` say where people of a role are found.
    """
    findings: list[Finding] = [*definition.beside]

    def report(code: str, path: str, /, severity: Severity = "error", **words: Any) -> None:
        findings.append(finding(code, definition.place(path), severity, **{"path": path, **words}))

    references(definition, report)
    if len(findings) == len(definition.beside):
        kinds = known_facts if isinstance(known_facts, Mapping) else {}
        _ways(definition, report)
        check_dead_ends(definition, kinds, report)
        if definition.automatic:
            check_automatic(definition, kinds, report)
    for stage in definition.stages.values():
        _stage(definition, stage, report)
    for step in definition.transitions.values():
        check_step(definition, step, report)
    _votes_asked(definition, report)
    own_names(definition, report)
    check_migrations(definition, earlier or {}, report)
    check_anchors(definition, known_facts, known_dates, report)
    names_in_reach(definition, report, known_facts, known_effects, known_templates, known_pages, known_roles)
    if isinstance(known_facts, Mapping):
        asked = ((f"{path}.if", guard.expression) for path, guard in guards_of(definition))
        kind_faults(definition, asked, known_facts, report)
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda found: (found.line, found.column, found.code))


def _ways(definition: Definition, report: Report) -> None:
    """Every stage can be reached, and from every stage the case can end without going back."""
    reached = {definition.initial} | definition.ahead[definition.initial]
    finals = {stage.id for stage in definition.stages.values() if stage.final}
    if not finals:
        report("no_final_stage", "workflow.stages")
    if definition.initial in finals:
        report("begins_at_end", "workflow.initial", id=definition.initial)
    for stage_id in definition.stages:
        if stage_id not in reached:
            report("unreachable_stage", f"stages.{stage_id}", id=stage_id)
        if finals and stage_id not in finals and not definition.ahead[stage_id] & finals:
            report("no_way_out", f"stages.{stage_id}", id=stage_id)
    loop = [stage_id for stage_id in definition.stages if stage_id in definition.ahead[stage_id]]
    if loop:
        report("forward_loop", f"stages.{loop[0]}", stages=", ".join(loop))


def _stage(definition: Definition, stage: Stage, report: Report) -> None:
    path = f"stages.{stage.id}"
    if stage.final and (stage.tasks or stage.approval or stage.due):
        report("final_stage_works", path, id=stage.id)
    for where, due in (
        (f"{path}.due", stage.due),
        *((f"{path}.tasks.{t.id}.due", t.due) for t in stage.tasks),
    ):
        for days in due.remind if due else ():
            if due and days >= due.working_days:
                report("no_term_to_remind", where, value=days, days=due.working_days)
        if due and due.escalate and not due.escalate.to:
            report("nobody_may", f"{where}.escalate.to", id=f"{where}.escalate")
    for task in stage.tasks:
        if not task.roles:
            report("nobody_may", f"{path}.tasks.{task.id}", id=task.id)
    if stage.approval:
        _approval(definition, stage, stage.approval, report)


def _approval(definition: Definition, stage: Stage, approval: Approval, report: Report) -> None:
    path = f"stages.{stage.id}.approval"
    voters = set(approval.voters) | ({approval.fallback} if approval.fallback else set())
    if not approval.voters:
        report("nobody_may", path, id=approval.id)
    if approval.fallback in approval.voters:
        report("fallback_votes", f"{path}.on_no_voters", id=approval.fallback)
    _rights_in_use(definition, path, approval, report)
    _enough_voters(path, approval, voters, report)
    if approval.majority and approval.tie:
        report("tie_beside_majority", f"{path}.tie")
    authors = {role for task in stage.tasks if task.id in approval.opens_after for role in task.roles}
    if approval.four_eyes and approval.voters and set(approval.asked) <= authors:
        report("four_eyes_empties", path)
    onward = [step for step in definition.leaving[stage.id] if step.kind == "forward"]
    asked = {name for step in onward for guard in step.when for name in guard.expression.names()}
    if APPROVAL_PASSED not in asked:
        report("approval_unused", path, "warning", id=stage.id)


def _rights_in_use(definition: Definition, path: str, approval: Approval, report: Report) -> None:
    """Who breaks a tie or has a veto votes, and beside others: alone in place of the group he decides anyway.

    A veto of those who vote in its place means something where they are several: one of them stops it.
    """
    for key, named in (("tie", {approval.tie} if approval.tie else set()), ("veto", set(approval.veto))):
        for role in sorted((named - set(approval.voters)) & set(definition.roles)):
            if role != approval.fallback:
                report(f"{key}_outside_voters", f"{path}.{key}", id=role)
            elif key == "tie" or role in OF_ONE:
                report("fallback_right", f"{path}.{key}", key=key, id=role)


def _enough_voters(path: str, approval: Approval, voters: set[str], report: Report) -> None:
    """Where only people of offices vote that one person holds at a time, no more are counted than there are."""
    if not voters <= OF_ONE:
        return
    for key, needed in (("quorum", approval.quorum), ("majority", approval.majority)):
        if needed and needed.kind == "count" and needed.count > len(voters):
            words = {
                "problem": f"there are at most {len(voters)} voters",
                "problem_ru": f"голосующих не больше {len(voters)}",
            }
            report(f"{key}_nonsense", f"{path}.{key}", value=needed.count, **words)


def _votes_asked(definition: Definition, report: Report) -> None:
    """Where a condition asks about the vote there is one."""
    for path, guard in guards_of(definition):
        kind, owner, *_ = path.split(".")
        asked = [fact for fact in guard.expression.names() if fact.startswith("approval.")]
        where = (owner,) if kind == "stages" else definition.transitions[owner].sources
        for stage_id in where if asked else ():
            stage = definition.stages.get(stage_id)
            for fact in asked if stage and stage.approval is None else ():
                report("approval_absent", f"{path}.if", fact=fact, id=stage_id)
