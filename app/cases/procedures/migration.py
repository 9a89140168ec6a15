"""Live cases move to another version of their procedure: rehearsed for all, moved one by one, taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from app.access.scopes import as_system
from app.cases import meetings, service
from app.cases.context import actor_id, days_of, gather_facts
from app.cases.history import in_reader
from app.cases.models import LIVE, Case, CaseEvent, VersionStatus
from app.cases.procedures import versions
from app.cases.procedures.versions import require_admin
from app.cases.queries import events_of, get_case
from app.cases.states import states_now
from app.cases.writing import writer
from app.core.errors import Invalid, NotFound, OporaError, Reason, Refusal, Stale
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.engine.context import Context
from app.engine.definition import Definition, frozen
from app.engine.elements import Migration
from app.engine.events import from_dict
from app.engine.evolution import fold
from app.engine.migrating import migration
from app.engine.migrating.migration import Plan
from app.engine.state import State

Mapped = Mapping[str, str]
NO_SUCCESSOR = "-"  # stands in a mapping where a task is needed no more
_AT_ONCE = 1000  # cases read together
OpenWork = Callable[[], AbstractContextManager[Work]]

FATES: dict[str, Text] = {
    "moves": _("moves as it is"),
    "loses_term": _("loses a term"),
    "needs_mapping": _("needs mapping"),
    "refused": _("does not move"),
}
CHANGED = _("moves with changes")


def fate_in_words(plan: Plan) -> Text:
    """What would become of the case; one that moves with something to be told of it does not move as it is."""
    return CHANGED if plan.fate == "moves" and plan.notes else FATES[plan.fate]


@dataclass(frozen=True)
class Fated:
    """One live case by its code, and what would become of it; its contents are not told."""

    case_id: int
    code: str
    version: int
    plan: Plan
    stage: Mapping[str, str]
    target: Mapping[str, str] | None


@dataclass(frozen=True)
class Result:
    """What became of one case: moved, or the sentence that says why not."""

    code: str
    moved: bool
    text: Text | str
    notes: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Order:
    """A move: from one version to another, with what the administrator adds to the mapping.

    `cases` are codes (empty = all live ones); `losing`: those that lose a term move too.
    """

    code: str
    source: int
    target: int
    mapping: Mapped = field(default_factory=dict)
    cases: tuple[str, ...] = ()
    losing: bool = False


def rehearse(work: Work, order: Order, first: int = 0, most: int | None = None) -> list[Fated]:
    """What would become of every live case of the version, or of some, by code. Nothing changes.

    Raises as `definitions_of`, and NotFound for a code of the order that no live case of the version has.
    """
    require_admin(work)
    old, new, rule = definitions_of(work, order)
    found = []
    with as_system(work.session):  # codes and fates only: the caller sees nothing else of a case
        for case, state in _standing_now(work, order, first, most):
            plan = migration.plan(old, new, state, _context(work, case, new, rule, state), rule)
            found.append(_fated(case, state, plan, old, new))
    known = {one.code for one in found}
    if strangers := [one for one in order.cases if one not in known]:
        raise NotFound(
            _("No live case of version %(version)s has the code %(codes)s.", version=order.source,
              codes=", ".join(strangers))
        )  # fmt: skip
    return found


def unfit(work: Work, order: Order) -> list[Fated]:
    """Of all live cases those that cannot move as things are, which the rooms need not be asked about. Nothing changes.

    Raises as `definitions_of`.
    """
    require_admin(work)
    old, new, rule = definitions_of(work, order)
    ctx, found = Context(actor_id(work), frozenset(), work.now, work.today, **days_of(work)), []
    with as_system(work.session):  # as above
        for case, state in _standing_now(work, order):
            plan = migration.plan(old, new, state, ctx, rule)
            if plan.event is None:
                found.append(_fated(case, state, plan, old, new))
    return found


def _standing_now(
    work: Work, order: Order, first: int = 0, most: int | None = None
) -> Iterator[tuple[Case, State]]:
    """Live cases with their states, by code; a few hundred of them are read at a time."""
    cases = _live(work, order)[first:][:most]
    for start in range(0, len(cases), _AT_ONCE):
        some = cases[start : start + _AT_ONCE]
        states = states_now(work, some)
        yield from ((case, states[case.id]) for case in some)


def _fated(case: Case, state: State, plan: Plan, old: Definition, new: Definition) -> Fated:
    target = new.stages[plan.target].titles if plan.target else None
    return Fated(case.id, case.code, case.version, plan, old.stages[state.stage].titles, target)


def live_ids(work: Work, order: Order) -> list[int]:
    """Keys of the live cases of the version, by code."""
    require_admin(work)
    with as_system(work.session):  # keys only
        return [case.id for case in _live(work, order)]


def require_ready(work: Work, order: Order) -> None:
    """Raises Forbidden, NotFound, Invalid when no case could be moved by this order."""
    require_admin(work)
    definitions_of(work, order)
    _require_published(work, order)


def carry_out(open_work: OpenWork, order: Order) -> list[Result]:
    """Move the cases, each in its own transaction: one that cannot move holds nobody else up.

    Raises Forbidden, NotFound, Invalid before anything has happened.
    """
    with open_work() as work:
        fated = rehearse(work, order)
        _require_published(work, order)
    results = []
    for one in fated:
        try:
            with open_work() as work:
                plan = move(work, one.case_id, order, one.version)
        except Refusal as error:
            results.append(Result(one.code, False, "; ".join(str(reason) for reason in error.reasons)))
        except OporaError as error:
            results.append(Result(one.code, False, str(error)))
        else:
            notes = tuple(note.texts for note in plan.notes)
            results.append(
                Result(one.code, True, _("moved to version %(version)s", version=order.target), notes)
            )
    return results


def move(work: Work, case_id: int, order: Order, expected_version: int | None = None) -> Plan:
    """Move one case, with its event, its rows and its pin; the plan says what happened to it.

    Raises Forbidden, NotFound, Stale (something happened to the case since the rehearsal), Refusal (it cannot move).
    """
    require_admin(work)
    old, new, rule = definitions_of(work, order)
    _require_published(work, order)
    with as_system(work.session):  # the administrator moves cases whose contents are closed to him
        case, state = _standing(work, case_id, old)
        if expected_version is not None and case.version != expected_version:
            raise Stale(_("Something happened to the case meanwhile: look at the rehearsal again."))
        plan = migration.plan(old, new, state, _context(work, case, new, rule, state), rule)
        if plan.event is None or (plan.fate == "loses_term" and not order.losing):
            raise Refusal([Reason(in_reader(note.texts)) for note in plan.notes])
        service.append_events(work, case, [plan.event], new)
        if state.approval in (None, "open"):  # what was decided before stays with the stay it was decided in
            meetings.follow(work, case, (state.stage, state.round))
    return plan


def undo(work: Work, case_code: str) -> Case:
    """Take back the last migration of a case: it stands exactly as before, in the version it came from.

    Raises Forbidden, NotFound, Refusal: the last event is no migration, or that version was retired meanwhile.
    """
    require_admin(work)
    with as_system(work.session):
        case_id = work.session.scalars(select(Case.id).where(Case.code == case_code)).one_or_none()
        if case_id is None:
            raise NotFound(_("There is no case “%(code)s”.", code=case_code))
        standing = writer.lock(work, case_id)
        case = get_case(work.session, case_id)
        writer.refresh(work.session, case, standing.columns)
        new = work.ports.definitions.of(work.session, case)
        events = [from_dict(row.data) for row in events_of(work.session, case_id)]
        moved = migration.undoable(events)
        if moved is None:
            raise Refusal(
                [Reason(_("A migration can be undone only until the next event of the case."))],
                _("There is nothing to undo in %(code)s.", code=case_code),
            )
        row = versions.locked(work, moved.definition, moved.former_version, shared=True)
        if row.status != VersionStatus.published:
            raise Refusal([Reason(_("%(name)s is retired: no live case goes back to it.", name=str(row)))])
        old = work.ports.definitions.get(work.session, row.code, row.version, moved.former_hash)
        before, now = fold(new, events[:-1]), fold(new, events)
        ctx = Context(actor_id(work), frozenset(), work.now, work.today)
        service.append_events(work, case, [migration.undo(old, new, before, now, ctx)], old)
        meetings.follow(work, case, (now.stage, now.round))
    return case


def undoable(work: Work, code: str, version: int) -> list[str]:
    """Codes of the cases whose last event moved them to this version."""
    return [code for _id, code in _undoable(work, code, version)]


def undoable_ids(work: Work, code: str, version: int) -> list[int]:
    """The same by their keys."""
    return [case_id for case_id, _code in _undoable(work, code, version)]


def _undoable(work: Work, code: str, version: int) -> list[tuple[int, str]]:
    require_admin(work)
    with as_system(work.session):  # codes only
        query = (
            select(Case.id, Case.code)
            .join(CaseEvent, (CaseEvent.case_id == Case.id) & (CaseEvent.seq == Case.version))
            .where(
                Case.definition_code == code, Case.definition_version == version, CaseEvent.type == "migrated"
            )
            .order_by(Case.code)
        )
        return [(row.id, row.code) for row in work.session.execute(query)]


def definitions_of(work: Work, order: Order) -> tuple[Definition, Definition, Migration]:
    """Both versions and the rule between them. Raises NotFound, Invalid (the same version, not published, a
    mapping that names what there is not)."""
    if order.source == order.target:
        raise Invalid(_("The cases are in version %(version)s already.", version=order.target))
    found = []
    for number in (order.source, order.target):
        row = versions.get(work, order.code, number)
        if row.status not in versions.RELEASED:
            if number == order.source:
                raise Invalid(_("%(name)s is not published: no case runs by it.", name=str(row)))
            result = versions.examine(work, row)
            if result.definition is None or result.errors:
                raise Invalid(_("%(name)s has faults: check it first.", name=str(row)))
            found.append(result.definition)
            continue
        found.append(work.ports.definitions.get(work.session, row.code, row.version, row.hash))
    old, new = found
    stages, tasks, dropped = _mapping(order.mapping, old, new)
    rule = migration.extended(migration.rule_between(old, new), old, stages, tasks)
    kept = frozen({task: successor for task, successor in rule.tasks.items() if task not in dropped})
    return old, new, replace(rule, tasks=kept, drops=(*rule.drops, *dropped))


def _require_published(work: Work, order: Order) -> None:
    """Published, and not retired before the end of this work. Raises Invalid."""
    if versions.locked(work, order.code, order.target, shared=True).status != VersionStatus.published:
        raise Invalid(_("Version %(version)s is not published: cases move to published versions only.",
                        version=order.target))  # fmt: skip


def _mapping(
    given: Mapped, old: Definition, new: Definition
) -> tuple[dict[str, str], dict[str, str], tuple[str, ...]]:
    """Stages and tasks the administrator has mapped, and tasks he says are needed no more.

    Raises Invalid for a name one of the versions does not have.
    """
    stages: dict[str, str] = {}
    tasks: dict[str, str] = {}
    dropped = []
    for before, after in given.items():
        if before in old.stages and after in new.stages:
            stages[before] = after
        elif old.task(before) is not None and after == NO_SUCCESSOR:
            dropped.append(before)
        elif old.task(before) is not None and new.task(after) is not None:
            tasks[before] = after
        else:
            raise Invalid(
                _("“%(before)s=%(after)s”: the left side must be a stage or a task of the old version, the right "
                  "side one of the new version.", before=before, after=after)
            )  # fmt: skip
    return stages, tasks, tuple(dropped)


def _live(work: Work, order: Order) -> Sequence[Case]:
    query = select(Case).where(
        Case.definition_code == order.code, Case.definition_version == order.source, Case.status.in_(LIVE)
    )
    if order.cases:
        query = query.where(Case.code.in_(order.cases))
    return work.session.scalars(query.order_by(Case.code)).all()


def _standing(work: Work, case_id: int, old: Definition) -> tuple[Case, State]:
    """The case under its lock. Raises NotFound, Refusal when another version holds it now."""
    standing = writer.lock(work, case_id)
    case = get_case(work.session, case_id)
    writer.refresh(work.session, case, standing.columns)
    if case.definition_hash != old.hash:
        raise Refusal([Reason(_("The case has moved to version %(version)s already.",
                                version=case.definition_version))])  # fmt: skip
    state = standing.state(work, old)
    if state is None:
        raise NotFound
    return case, state


def _context(work: Work, case: Case, new: Definition, rule: Migration, state: State) -> Context:
    facts = gather_facts(work, case, migration.facts_for(new, rule, state))
    return Context(actor_id(work), frozenset(), work.now, work.today, facts, **days_of(work))


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """`old=new` as people type it. Raises Invalid."""
    found = {}
    for pair in pairs:
        before, equals, after = pair.partition("=")
        if not equals or not before.strip() or not after.strip():
            raise Invalid(_("“%(text)s” is no mapping: write old=new.", text=pair[:100]))
        found[before.strip()] = after.strip()
    return found
