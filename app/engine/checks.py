"""Judges a definition before it runs: can it always finish, does every name exist, do rules make sense."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.engine.anchor_checks import check_anchors
from app.engine.checks_automatic import check_automatic
from app.engine.checks_dead_ends import check_dead_ends
from app.engine.checks_names import guards_of, names_in_reach
from app.engine.compiling import STAYING
from app.engine.definition import (
    REASONED,
    VOTES,
    Approval,
    Definition,
    Due,
    Stage,
    Transition,
)
from app.engine.fact_kinds import FactKind, kind_faults
from app.engine.findings import Finding, Severity, finding
from app.engine.reasons import APPROVAL_PASSED

Report = Callable[..., None]


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
    findings: list[Finding] = []

    def report(code: str, path: str, /, severity: Severity = "error", **words: Any) -> None:
        findings.append(finding(code, definition.place(path), severity, **{"path": path, **words}))

    _references(definition, report)
    if not findings:
        kinds = known_facts if isinstance(known_facts, Mapping) else {}
        _ways(definition, report)
        check_dead_ends(definition, kinds, report)
        if definition.automatic:
            check_automatic(definition, kinds, report)
    for stage in definition.stages.values():
        _stage(definition, stage, report)
    for step in definition.transitions.values():
        _transition(definition, step, report)
    _votes_asked(definition, report)
    _ids(definition, report)
    _migrations(definition, earlier or {}, report)
    check_anchors(definition, known_facts, known_dates, report)
    names_in_reach(definition, report, known_facts, known_effects, known_templates, known_pages, known_roles)
    if isinstance(known_facts, Mapping):
        asked = ((f"{path}.if", guard.expression) for path, guard in guards_of(definition))
        kind_faults(definition, asked, known_facts, report)
    unique = dict.fromkeys(findings)
    return sorted(unique, key=lambda found: (found.line, found.column, found.code))


def _references(definition: Definition, report: Report) -> None:
    """Stages, roles, tasks and outcomes that are named must exist."""

    def roles(path: str, named: Collection[str]) -> None:
        for role in named:
            if role not in definition.roles:
                report("unknown_role", path, id=role, among=definition.roles)

    def due_roles(path: str, due: Due | None) -> None:
        if due and due.escalate:
            roles(f"{path}.escalate.to", due.escalate.to)

    if definition.initial not in definition.stages:
        report(
            "unknown_stage",
            "workflow.initial",
            path="initial",
            id=definition.initial,
            among=definition.stages,
        )
    for stage in definition.stages.values():
        path = f"stages.{stage.id}"
        if stage.outcome and stage.outcome not in definition.outcomes:
            where = f"{path}.outcome"
            report("unknown_outcome", where, id=stage.outcome, among=definition.outcomes)
        due_roles(f"{path}.due", stage.due)
        own = {task.id for task in stage.tasks}
        for task in stage.tasks:
            roles(f"{path}.tasks.{task.id}.roles", task.roles)
            due_roles(f"{path}.tasks.{task.id}.due", task.due)
            for other in task.reopens_with:
                if other not in own or other == task.id:
                    where = f"{path}.tasks.{task.id}.reopens_with"
                    report("unknown_task", where, id=other, among=own)
        if stage.approval:
            where = f"{path}.approval"
            roles(f"{where}.voters", stage.approval.voters)
            roles(f"{where}.veto", stage.approval.veto)
            roles(f"{where}.tie", (stage.approval.tie,) if stage.approval.tie else ())
            roles(f"{where}.on_no_voters", (stage.approval.fallback,) if stage.approval.fallback else ())
            for task_id in stage.approval.opens_after:
                if task_id not in own:
                    report(
                        "unknown_task",
                        f"{where}.opens_after",
                        id=task_id,
                        among=own,
                    )
    everywhere = {task.id for stage in definition.stages.values() for task in stage.tasks} | {VOTES}
    for step in definition.transitions.values():
        path = f"transitions.{step.id}"
        roles(f"{path}.by", step.by)
        for source in step.sources:
            if source not in definition.stages:
                report("unknown_stage", f"{path}.from", id=source, among=definition.stages)
        if step.target is not None and step.target not in definition.stages:
            report("unknown_stage", f"{path}.to", id=step.target, among=definition.stages)
        for key, named in (("keeps", step.keeps), ("voids", step.voids)):
            for item in named:
                if item not in everywhere:
                    report("unknown_task", f"{path}.{key}", id=item, among=everywhere)
        if step.outcome and step.outcome not in definition.outcomes:
            where = f"{path}.outcome"
            report("unknown_outcome", where, id=step.outcome, among=definition.outcomes)


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
    for key, named in (("tie", {approval.tie} if approval.tie else set()), ("veto", set(approval.veto))):
        for role in sorted((named - voters) & set(definition.roles)):
            report("tie_outside_voters", f"{path}.{key}", id=role)
    single = {"chair", "secretary", "head"}  # roles held by one person at a time
    for key, needed in (("quorum", approval.quorum), ("majority", approval.majority)):
        if needed and needed.kind == "count" and voters <= single and needed.count > len(voters):
            words = {
                "problem": f"there are at most {len(voters)} voters",
                "problem_ru": f"голосующих не больше {len(voters)}",
            }
            report(f"{key}_nonsense", f"{path}.{key}", value=needed.count, **words)
    if approval.majority and approval.tie:
        report("tie_beside_majority", f"{path}.tie")
    authors = {role for task in stage.tasks if task.id in approval.opens_after for role in task.roles}
    if approval.four_eyes and approval.voters and set(approval.asked) <= authors:
        report("four_eyes_empties", path)
    asked = {
        name
        for step in definition.leaving[stage.id]
        for guard in step.when
        for name in guard.expression.names()
        if step.kind == "forward"
    }
    if APPROVAL_PASSED not in asked:
        report("approval_unused", path, "warning", id=stage.id)


def _transition(definition: Definition, step: Transition, report: Report) -> None:
    path = f"transitions.{step.id}"
    if not (step.by or step.automatic):
        report("nobody_may", path, id=step.id)
    if step.kind in REASONED and step.form.comment != "required" and not step.automatic:
        report("reason_not_required", path, id=step.id, kind=step.kind)
    _target(definition, step, report)
    goes_back = step.kind == "return" or (step.kind == "reopen" and step.target)
    if goes_back and not (step.keeps or step.voids):
        report("return_unsaid", path, kind=step.kind, id=step.id)
    for item in step.keeps:
        if item in step.voids:
            report("keeps_and_voids", f"{path}.keeps", id=item)
    if VOTES in step.keeps:
        target = definition.stages.get(step.target or "")
        first = target.approval.opens_after if target and target.approval else ()
        again = [task for task in first if task not in step.keeps]
        if any(source != step.target for source in step.sources):
            report("votes_not_kept", f"{path}.keeps")
        elif again:
            report("votes_kept_early", f"{path}.keeps", id=step.id, tasks=", ".join(again))
    if step.kind == "suspend":
        for source in step.sources:
            kinds = {other.kind for other in definition.leaving.get(source, ())}
            if "resume" not in kinds:
                report("no_resume", path, id=source)


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


def _target(definition: Definition, step: Transition, report: Report) -> None:
    """A kind says where it may lead."""
    path = f"transitions.{step.id}"
    sources = [definition.stages[source] for source in step.sources if source in definition.stages]

    def wrong(rule: str, rule_ru: str) -> None:
        report("kind_and_target", path, id=step.id, kind=step.kind, rule=rule, rule_ru=rule_ru)

    if not step.sources:
        wrong("needs a stage to start from (from)", "должен откуда-то вести (from)")
    if step.kind in STAYING and step.target is not None:
        wrong("stays in its stage: leave out “to”", "не меняет этапа: уберите «to»")
    if step.kind in ("forward", "skip", "return") and step.target is None:
        wrong("needs a target (to)", "должен куда-то вести (to)")
    if step.kind != "reopen" and any(stage.final for stage in sources):
        wrong("cannot leave a final stage", "не может выходить с завершающего этапа")
    if step.kind == "reopen":
        for stage in sources:
            if stage.final != (step.target is not None):
                wrong(
                    "leads from a final stage to another (to), or takes up a terminated case (no to)",
                    "ведёт с завершающего этапа на другой (to) либо продолжает прекращённый случай (без to)",
                )
    if step.target is None or step.target not in definition.stages:
        return
    if step.kind in ("return", "reopen") and definition.stages[step.target].final:
        wrong("cannot lead to a final stage", "не может вести на завершающий этап")
    if step.kind in ("forward", "skip") and (step.keeps or step.voids):
        wrong("goes on: keeps and voids belong to a return", "идёт вперёд: keeps и voids — для возврата")
    if step.kind == "return":
        for stage in sources:
            if definition.rank[step.target] > definition.rank[stage.id]:
                report("return_forward", path, id=step.id, source=stage.id, target=step.target)


def _ids(definition: Definition, report: Report) -> None:
    """Tasks, approvals and transitions are called by id alone, so no two may share one."""
    seen: dict[str, str] = {}
    named: list[tuple[str, str]] = []
    for stage in definition.stages.values():
        named += [(task.id, f"stages.{stage.id}.tasks.{task.id}") for task in stage.tasks]
        if stage.approval:
            named.append((stage.approval.id, f"stages.{stage.id}.approval"))
    named += [(step, f"transitions.{step}") for step in definition.transitions]
    for element, path in named:
        if element in seen or element == VOTES:
            report("duplicate_id", path, id=element, first=seen.get(element, VOTES), second=path)
        seen.setdefault(element, path)


def _migrations(definition: Definition, earlier: Mapping[int, Definition], report: Report) -> None:
    """What is said about moving cases here names what there is, and leaves out nothing a case may stand in."""
    stages, tasks = set(definition.stages), {task.id for s in definition.stages.values() for task in s.tasks}
    seen: set[int] = set()
    for number, rule in enumerate(definition.migrations):
        path = f"migrations.{number}"
        if rule.source >= definition.version:
            report("migration_version", f"{path}.from", value=rule.source)
        elif earlier and rule.source not in earlier:
            report("migration_unknown", f"{path}.from", "warning", value=rule.source)  # no case stands in it
        if rule.source in seen:
            report("migration_twice", f"{path}.from", value=rule.source)
        seen.add(rule.source)
        for before, after in rule.stages.items():
            if after not in stages:
                where = f"{path}.stages.{before}"
                report("unknown_stage", where, id=after, among=definition.stages)
        for key, named in (("tasks", rule.tasks.items()), ("reopens", [(one, one) for one in rule.reopens])):
            for before, after in named:
                if after not in tasks:
                    where = f"{path}.tasks.{before}" if key == "tasks" else f"{path}.reopens"
                    report("unknown_task", where, id=after, among=tasks)
        if rule.source in earlier:
            _from_earlier(definition, earlier[rule.source], number, report)


def _from_earlier(definition: Definition, old: Definition, number: int, report: Report) -> None:
    """The same, seen from the version the cases come from."""
    rule, path = definition.migrations[number], f"migrations.{number}"
    known = {task.id for stage in definition.stages.values() for task in stage.tasks}
    before = {task.id for stage in old.stages.values() for task in stage.tasks}
    for name in rule.stages:
        if name not in old.stages:
            report(
                "unknown_stage",
                f"{path}.stages.{name}",
                id=name,
                among=old.stages,
            )
    for name in rule.tasks:
        if old.task(name) is None:
            report("unknown_task", f"{path}.tasks.{name}", id=name, among=before)
    for name in rule.drops:
        if old.task(name) is None:
            report("unknown_task", f"{path}.drops", id=name, among=before)
    for stage in old.stages.values():
        if stage.final:
            continue
        successor = definition.stages.get(rule.stages.get(stage.id, stage.id))
        if successor is None:
            if stage.id not in rule.stages:
                report("unmapped_stage", path, value=old.version, id=stage.id)
            continue
        if stage.due and not successor.due:
            report("term_lost", path, "warning", value=old.version, id=stage.id)
        for one in stage.tasks:
            name = rule.tasks.get(one.id, one.id)
            if name not in known and one.id not in rule.tasks and one.id not in rule.drops:
                report("unmapped_task", path, value=old.version, id=one.id)
            after = definition.task(name)
            if one.due and after and not after.due and one.id not in rule.drops:
                report("term_lost", path, "warning", value=old.version, id=one.id)
