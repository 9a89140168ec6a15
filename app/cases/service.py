"""The only door to the engine: open a case, and let a person act on it.

One call is one decision: lock, compare versions, ask the facts, decide, append the events, write the
projection, carry out the effects. The caller commits.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from app.audit import service as audit
from app.cases.context import context, page_url
from app.cases.history import sentence
from app.cases.models import Case, CaseEvent, CaseTask, CaseVote, Programme, StageRound
from app.cases.projection import Projection, case_fields, project
from app.cases.queries import events_of, get_case, lock_case, lock_programme
from app.cases.roles import require_in_programme, require_running
from app.core.errors import Forbidden, Invalid, Reason, Refusal, Stale
from app.core.i18n import _, current_locale
from app.core.unit_of_work import Work
from app.engine import events as engine_events
from app.engine import machine
from app.engine.definition import Definition
from app.engine.state import Accepted, Action, Complete, ContentChanged, Open, Refused
from app.schools.models import Organisation

PROCESS = "school_support"
# stages of the shipped procedure in which the curator school may still be exchanged
BEFORE_AGREEMENT = frozenset({"identified", "diagnosis", "plan_approval"})
_WRONG_ROLE = frozenset({"role", "not_a_voter"})
_FORM_FAULTS = frozenset({"comment_required", "field_required", "field_wrong"})


def open_case(
    work: Work, *, programme: Programme, school: Organisation, curator: Organisation | None
) -> Case:
    """Open the support of a school in a programme, with the curator school assigned by order.

    Raises Forbidden for the wrong role, Invalid when the school has a case there already or would curate itself.
    """
    require_in_programme(work, "case.open", programme)
    lock_programme(work.session, programme.id)  # two cases opened at once get two numbers
    taken = work.session.scalars(
        select(Case).where(Case.programme_id == programme.id, Case.school_id == school.id)
    ).first()
    if taken is not None:
        raise Invalid(fields={"school": _("This school already has a case in the programme.")})
    _check_curator(work, programme, school, curator)
    definition = work.ports.definitions.latest(work.session, PROCESS)
    draft = Case(
        code=f"{programme.code}-{_next_number(work, programme):02d}", programme_id=programme.id, school_id=school.id,
        curator_id=curator.id if curator else None, definition_code=definition.code,
        definition_version=definition.version, definition_hash=definition.hash, opened_at=work.now,
        stage=definition.initial, round=1, status="active", version=0, entered_at=work.now,
    )  # fmt: skip
    work.session.add(draft)
    work.session.flush()
    case = get_case(work.session, draft.id)
    _carry_out(work, case, definition, [], Open())
    audit.record(
        work, "case:open", case, case_id=case.id, data={"school": school.id, "curator": case.curator_id}
    )
    return case


def assign_curator(
    work: Work, case_id: int, curator: Organisation, expected_version: int | None = None
) -> None:
    """Name another curator school, before the agreement makes it formal; the old one stays in the history.

    Raises Forbidden, Stale, Refusal (the case is not running, or the stage of the agreement has begun), Invalid.
    """
    case = lock_case(work.session, case_id)
    require_in_programme(work, "case.assign_curator", case.programme)
    require_running(case)
    if expected_version is not None and case.version != expected_version:
        raise Stale
    if case.stage not in BEFORE_AGREEMENT:
        raise Refusal(
            [Reason(_("The agreement is being made or in force: terminate it and return the case first."))]
        )
    _check_curator(work, case.programme, case.school, curator)
    audit.revise(work, case, {"curator_id": curator.id}, "case:curator", case_id=case.id)


def act(work: Work, case_id: int, action: Action, expected_version: int) -> Accepted:
    """Let the actor take one step in a case; the answer says what followed.

    Raises NotFound (hidden or absent), Stale (the case moved on; with what changed), Forbidden (not his
    step), Refusal (with every reason at once).
    """
    case = lock_case(work.session, case_id)
    definition = work.ports.definitions.of(work.session, case)
    if case.version != expected_version:
        news = events_of(work.session, case.id, after=expected_version)
        raise Stale(changes=[sentence(definition, event) for event in news])
    return _carry_out(work, case, definition, stored_events(work, case), action)


def complete_task(work: Work, case_id: int, task: str, expected_version: int, comment: str = "") -> Accepted:
    """Say that a task is done, for the rooms whose page is where it is done."""
    return act(work, case_id, Complete(task, comment), expected_version)


def content_changed(work: Work, case_id: int) -> None:
    """Tell the engine that what is voted on may have changed: votes for the old content become void."""
    case = lock_case(work.session, case_id)
    if case.approval is None:
        return
    definition = work.ports.definitions.of(work.session, case)
    _carry_out(work, case, definition, stored_events(work, case), ContentChanged())


def stored_events(work: Work, case: Case) -> list[engine_events.Event]:
    """The case's events as the engine reads them."""
    return [engine_events.from_dict(row.data) for row in events_of(work.session, case.id)]


def _carry_out(
    work: Work, case: Case, definition: Definition, history: list[engine_events.Event], action: Action
) -> Accepted:
    state = machine.fold(definition, history) if history else None
    needed = machine.facts_needed(definition, state, action)
    result = machine.decide(definition, state, action, context(work, case, definition, state, needed))
    if isinstance(result, Refused):
        raise _refusal(work, case, result)
    for event in result.events:
        _append(work, case, event)
        history.append(event)
    if result.events:
        write_projection(work, case, project(definition, history))
    for effect in result.effects:
        work.ports.effects[effect.name](work, case, effect.params)
    if isinstance(action, Complete) and (follow := work.ports.after_task.get(action.task)):
        follow(work, case)
    return result


def _append(work: Work, case: Case, event: engine_events.Event) -> None:
    """Store one event; the words a person wrote stand beside it, where they can be erased."""
    data = event.to_dict()
    comment, fields = str(data.pop("comment", "") or ""), dict(data.pop("fields", {}) or {})
    case.version += 1
    row = CaseEvent(
        case_id=case.id, seq=case.version, type=event.type, data=data, comment=comment, fields=fields, at=work.now,
        actor_id=work.actor.user_id, actor_name=work.actor.name,
    )  # fmt: skip
    work.session.add(row)
    values = {"comment": comment, "fields": fields} if comment or fields else None
    audit.record(
        work, f"case:{event.type}", row, case_id=case.id, data={"seq": row.seq, "event": data}, values=values
    )


def write_projection(work: Work, case: Case, projection: Projection) -> None:
    """Make the case's rows say what its events say."""
    session = work.session
    for name, value in case_fields(projection.state).items():
        setattr(case, name, value)
    rounds = {
        r.opened_seq: r for r in session.scalars(select(StageRound).where(StageRound.case_id == case.id))
    }
    for row in projection.rounds:
        kept = rounds.get(row.opened_seq)
        if kept is None:
            session.add(StageRound(case_id=case.id, **vars(row)))
        else:
            kept.left_at, kept.left_by = row.left_at, row.left_by
    tasks = {
        (t.stage, t.round, t.task): t
        for t in session.scalars(select(CaseTask).where(CaseTask.case_id == case.id))
    }
    for key, values in projection.tasks.items():
        _upsert(
            session,
            tasks.get(key),
            CaseTask,
            {"case_id": case.id, **dict(zip(("stage", "round", "task"), key, strict=False))},
            values,
        )
    votes = {
        (v.stage, v.round, v.voter): v
        for v in session.scalars(select(CaseVote).where(CaseVote.case_id == case.id))
    }
    for key, values in projection.votes.items():
        _upsert(
            session,
            votes.get(key),
            CaseVote,
            {"case_id": case.id, **dict(zip(("stage", "round", "voter"), key, strict=False))},
            values,
        )
    session.flush()


def _upsert(session: Any, row: Any, model: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
    if row is None:
        session.add(model(**key, **values))
        return
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _check_curator(
    work: Work, programme: Programme, school: Organisation, curator: Organisation | None
) -> None:
    """A supported school cannot curate, and nobody curates himself."""
    if curator is None:
        return
    if curator.id == school.id:
        raise Invalid(fields={"curator": _("A school cannot be its own curator.")})
    supported = work.session.scalars(
        select(Case).where(Case.programme_id == programme.id, Case.school_id == curator.id)
    ).first()
    if supported is not None:
        raise Invalid(
            fields={
                "curator": _("%(school)s is itself supported in this programme.", school=curator.short_name)
            }
        )


def _refusal(work: Work, case: Case, result: Refused) -> Exception:
    """The engine's refusal as the error a page answers: wrong role, a field of the form, or obstacles."""
    locale = current_locale()
    sentences = [(reason, reason.texts.get(locale) or reason.texts["ru"]) for reason in result.reasons]
    if any(reason.code in _WRONG_ROLE for reason in result.reasons):
        return Forbidden(sentences[0][1])
    if all(reason.code in _FORM_FAULTS for reason in result.reasons):
        return Invalid(fields={reason.items[0]: text for reason, text in sentences})
    return Refusal([Reason(text, page_url(work, reason.link, case.id)) for reason, text in sentences])


def _next_number(work: Work, programme: Programme) -> int:
    return 1 + (work.session.scalar(select(func.count()).where(Case.programme_id == programme.id)) or 0)
