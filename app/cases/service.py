"""The only door to the engine: open a case, and let a person act on it.

One call is one decision: lock, compare versions, ask the facts, decide, write (see `writer`), carry out the
effects. The caller commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import func, or_, select

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases import telling
from app.cases.context import actor_id, context, days_of, gather_facts
from app.cases.curators import check_curator, check_supported
from app.cases.history import in_reader, lines
from app.cases.mending import obstacles
from app.cases.models import Case, CaseEvent, Programme
from app.cases.queries import events_of, get_case, lock_case, lock_programme
from app.cases.roles import require_in_programme
from app.cases.seen import check_seen
from app.cases.writing import writer
from app.cases.writing.standing import Standing
from app.core.actor import SYSTEM
from app.core.errors import Forbidden, Invalid, Reason, Refusal, Stale
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.engine import events as engine_events
from app.engine import machine, starting
from app.engine.actions import Action, Cast, Complete, ContentChanged, Open, Settle
from app.engine.answers import Accepted, Refused
from app.engine.context import Context
from app.engine.deadlines import PlainWeek
from app.engine.definition import Definition
from app.engine.recounting import recount, running_again
from app.engine.settling import is_entered_again, joined
from app.engine.state import State
from app.jobs.outbox import Promise
from app.schools.models import Organisation

PROCESS = "school_support"
_WRONG_ROLE = frozenset({"role", "not_a_voter"})
_FORM_FAULTS = frozenset(
    {"comment_required", "field_required", "tick_required", "field_wrong", "field_future", "field_past"}
)


def open_case(
    work: Work,
    *,
    programme: Programme,
    school: Organisation,
    curator: Organisation | None,
    process: str | None = None,
) -> Case:
    """Open the support of a school in a programme, with the curator school assigned by order.

    It runs by the published procedure `process`, or by the one the programme is used to.

    Raises Forbidden for the wrong role, Invalid when the school has a case there already, curates another one there or
    would curate itself, the curator school is supported there, or the procedure is not published.
    """
    require_in_programme(work, "case.open", programme)
    lock_programme(work.session, programme.id)  # two cases opened at once get two numbers
    taken = work.session.scalars(
        select(Case).where(Case.programme_id == programme.id, Case.school_id == school.id)
    ).first()
    if taken is not None:
        raise Invalid(fields={"school": _("This school already has a case in the programme.")})
    check_supported(work, programme, school)
    check_curator(work, programme, school, curator)
    offered = work.ports.definitions.offered(work.session)
    code = usual_process(work, programme, offered) if process is None else process
    if offered and code not in offered:
        raise Invalid(fields={"procedure": _("Choose one of the list.")})
    definition = work.ports.definitions.latest(work.session, code)
    draft = Case(
        code=f"{programme.code}-{_next_number(work, programme):02d}", programme_id=programme.id, school_id=school.id,
        curator_id=curator.id if curator else None, definition_code=definition.code,
        definition_version=definition.version, definition_hash=definition.hash, opened_at=work.now,
        stage=definition.initial, round=1, status="active", version=0, entered_at=work.now,
    )  # fmt: skip
    work.session.add(draft)
    work.session.flush()
    case = get_case(work.session, draft.id)
    _carry_out(work, case, writer.lock(work, case.id), definition, Open())
    audit.record(
        work, "case:open", case, case_id=case.id, data={"school": school.id, "curator": case.curator_id}
    )
    return case


def usual_process(work: Work, programme: Programme, offered: Collection[str]) -> str:
    """The procedure of the programme's last case; for its first one ours, or the only one there is."""
    last = (
        select(Case.definition_code)
        .where(Case.programme_id == programme.id)
        .order_by(Case.id.desc())
        .limit(1)
    )
    with as_system(work.session):
        used = work.session.scalars(last).first()
    wanted = [used, PROCESS, *sorted(offered)]
    return next((code for code in wanted if code and code in offered), PROCESS)


def act(work: Work, case_id: int, action: Action, expected_version: int, seen: str | None = None) -> Accepted:
    """Let the actor take one step in a case; the answer says what followed.

    `seen` is the content the page of a task showed (see `seen`). Raises NotFound (hidden or absent), Stale (the case
    moved on, with what changed; or that content did), Forbidden (not his step), Refusal (with every reason at once).
    """
    case, standing = _locked(work, case_id)
    definition = work.ports.definitions.of(work.session, case)
    if case.version != expected_version and not _only_others_voted(work, case, action, expected_version):
        raise Stale(changes=changes_since(work, case, expected_version))
    if isinstance(action, Complete):
        check_seen(work, case, definition.task(action.task), seen)
    done = _carry_out(work, case, standing, definition, action)
    if again := running_again(done.events, done.state):
        recount_terms(work, case_id, again)
    return done


def changes_since(work: Work, case: Case, version: int) -> list[Text]:
    """What happened to the case after this version of it, in sentences."""
    told = lines(work.ports.definitions.of(work.session, case), events_of(work.session, case.id))
    return [line.sentence for line in told if line.event.seq > version]


def complete_task(
    work: Work, case_id: int, task: str, expected_version: int, comment: str = "", seen: str | None = None
) -> Accepted:
    """Say that a task is done, for the rooms whose page is where it is done.

    Raises as `act`; a task that asks something of its own is refused with the way to its form.
    """
    try:
        return act(work, case_id, Complete(task, comment), expected_version, seen)
    except Invalid as error:
        form = f"/cases/{case_id}/tasks/{task}/done"
        raise Refusal([Reason(_("This task has a form of its own: fill it in first."), form)]) from error


def content_changed(work: Work, case_id: int) -> None:
    """Tell the engine that what is voted on may have changed: votes for the old content become void."""
    case, standing = _locked(work, case_id)
    if case.approval is None:
        return
    _carry_out(work, case, standing, work.ports.definitions.of(work.session, case), ContentChanged())


def settle(work: Work, case_id: int) -> Accepted | None:
    """Let the case take what it takes by itself, now that something outside has changed; None when that is nothing.

    Harmless as often as it is asked. Raises NotFound.
    """
    case, standing = _locked(work, case_id)
    definition = work.ports.definitions.of(work.session, case)
    if case.stage not in definition.automatic or standing.version == 0:
        return None
    result = _carry_out(work, case, standing, definition, Settle())
    return result if result.events else None


def recount_terms(
    work: Work, case_id: int, only: Collection[str] | None = None
) -> engine_events.TermsRecounted | None:
    """Count the case's running terms (all, or those in `only`) by the present calendar; the event, if any moved.

    Whoever calls has checked that the actor may (the calendar is the administrator's, the case is not).
    """
    case, _standing = _locked(work, case_id)
    calendar = work.ports.working_day(work.session) if work.ports.working_day else PlainWeek()
    definition = work.ports.definitions.of(work.session, case)
    events = stored_events(work, case)
    if event := recount(definition, events, calendar, work.now, actor_id(work), only):
        append_events(work, case, [event])
    return event


def start_terms(work: Work, case_id: int) -> engine_events.TermsStarted | None:
    """Begin the terms that wait for what has become known; the event, or None when there is nothing to begin."""
    case, standing = _locked(work, case_id)
    definition = work.ports.definitions.of(work.session, case)
    state = standing.state(work, definition)
    event = beginning(work, case, definition, state) if state is not None else None
    if event is not None:
        append_events(work, case, [event])
    return event


def beginning(
    work: Work, case: Case, definition: Definition, state: State
) -> engine_events.TermsStarted | None:
    """The terms of a case that can begin by what is known today; None when there are none."""
    if state.stage not in definition.anchored:
        return None
    facts = gather_facts(work, case, starting.facts_of(definition, state))
    ctx = Context(actor_id(work), frozenset(), work.now, work.today, facts, **days_of(work))
    return starting.started(definition, state, ctx)


def append_events(
    work: Work, case: Case, events: Sequence[engine_events.Event], definition: Definition | None = None
) -> None:
    """Add events that nobody decides but that follow from an act outside the engine, with all their rows.

    `definition` is the one the case is pinned to from these events on, when they move it to another.
    Raises engine.illegal_history.IllegalHistory if they cannot happen now.
    """
    standing = writer.lock(work, case.id)
    before = standing.state(work, work.ports.definitions.of(work.session, case))
    pinned = {}
    if definition is not None:
        pinned = {"definition_version": definition.version, "definition_hash": definition.hash}
    used = definition or work.ports.definitions.of(work.session, case)
    columns = writer.write(work, standing, used, events, before, pinned=pinned)
    writer.refresh(work.session, case, columns)
    work.touched[case.id] = f"v{case.version}"  # by another version it may go on by itself


def stored_events(work: Work, case: Case) -> list[engine_events.Event]:
    """The case's events as the engine reads them."""
    return [engine_events.from_dict(row.data) for row in events_of(work.session, case.id)]


def _locked(work: Work, case_id: int) -> tuple[Case, Standing]:
    """The case the actor sees, and what its rows say under the lock. Raises NotFound."""
    case = get_case(work.session, case_id)
    parties = (case.programme_id, case.school_id, case.curator_id)
    standing = writer.lock(work, case_id)
    if tuple(standing.columns[name] for name in ("programme_id", "school_id", "curator_id")) != parties:
        return lock_case(work.session, case_id), standing  # another pair of schools: seen by other people
    writer.refresh(work.session, case, standing.columns)
    return case, standing


def _only_others_voted(work: Work, case: Case, action: Action, expected_version: int) -> bool:
    """Whether the action is a vote and nothing happened since but votes of other members: they do not contend."""
    if not isinstance(action, Cast) or expected_version > case.version:
        return False
    # a substitute contends with the holder of the seat he votes in
    me = {work.actor.user_id} | {h.stands_for.user_id for h in work.actor.memberships if h.stands_for}
    another = or_(CaseEvent.type != "vote_cast", CaseEvent.actor_id.in_(me), CaseEvent.on_behalf_of.in_(me))
    query = select(CaseEvent.id).where(
        CaseEvent.case_id == case.id, CaseEvent.seq > expected_version, another
    )
    return work.session.scalars(query.limit(1)).first() is None


def _carry_out(
    work: Work, case: Case, standing: Standing, definition: Definition, action: Action
) -> Accepted:
    state = standing.state(work, definition)
    needed = machine.facts_needed(definition, state, action, settle=False)
    result = take_step(
        work, standing, definition, state, action, context(work, case, definition, state, needed, action)
    )
    if isinstance(result, Refused):
        raise _refusal(work, case, result)
    writer.refresh(work.session, case, standing.columns)
    telling.promise(work, case, result.events)
    if isinstance(action, Complete):
        for follow in work.ports.after_task:
            follow(work, case, action.task)
    _carry_effects(work, case, result)
    if result.state.stage in definition.automatic:
        result = _go_on(work, case, standing, definition, result)
    if (definition.automatic or definition.anchored) and _has_moved(result):
        work.touched[case.id] = f"v{case.version}"  # of the new stage the rooms are asked after the commit
    return result


def _go_on(work: Work, case: Case, standing: Standing, definition: Definition, done: Accepted) -> Accepted:
    """What the case then takes by itself, each step after the effects of the one before: they are of its round."""
    while not is_entered_again(done.events):
        if case.version != standing.version:  # an effect has added events of its own
            standing = writer.lock(work, case.id)
        state = standing.state(work, definition) or done.state
        needed = machine.facts_needed(definition, state, Settle())
        taken = machine.go_on(definition, state, context(work, case, definition, state, needed, Settle()))
        if taken is None:
            break
        with _by_itself(work):
            writer.write(work, standing, definition, taken.events, state, taken.state)
            writer.refresh(work.session, case, standing.columns)
            telling.promise(work, case, taken.events)
            _carry_effects(work, case, taken)
        done = joined(done, taken)
    return done


@contextmanager
def _by_itself(work: Work) -> Iterator[None]:
    """What a case takes by itself is nobody's, its effects too: whoever acted just before did not do them."""
    before = work.actor, work.acting
    work.actor, work.acting = SYSTEM, None
    try:
        with as_system(work.session):  # the same papers and rows as when the hour brings the step
            yield
    finally:
        work.actor, work.acting = before


def _carry_effects(work: Work, case: Case, result: Accepted) -> None:
    for effect in result.effects:
        work.ports.effects[effect.name](work, case, effect.params)


def _has_moved(result: Accepted) -> bool:
    return any(isinstance(event, engine_events.Moved) for event in result.events)


def take_step(
    work: Work,
    standing: Standing,
    definition: Definition,
    state: State | None,
    action: Action,
    ctx: Context,
    promises: Sequence[Promise] = (),
) -> Accepted | Refused:
    """Decide one step with what is known, and write what follows; effects are the caller's. Benchmarks measure this."""
    result = machine.decide(definition, state, action, ctx, settle=False)
    if isinstance(result, Accepted):
        writer.write(work, standing, definition, result.events, state, result.state, promises=promises)
    return result


def _refusal(work: Work, case: Case, result: Refused) -> Exception:
    """The engine's refusal as the error a page answers: wrong role, a field of the form, or obstacles."""
    if any(reason.code in _WRONG_ROLE for reason in result.reasons):
        return Forbidden(in_reader(result.reasons[0].texts))
    if all(reason.code in _FORM_FAULTS for reason in result.reasons):
        return Invalid(fields={reason.items[0]: in_reader(reason.texts) for reason in result.reasons})
    return Refusal(obstacles(work, case, result.reasons))


def _next_number(work: Work, programme: Programme) -> int:
    return 1 + (work.session.scalar(select(func.count()).where(Case.programme_id == programme.id)) or 0)
