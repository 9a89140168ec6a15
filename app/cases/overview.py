"""One case as a page shows it: where it stands, what to do now, why something does not work, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.access.models import Membership
from app.access.scopes import as_system
from app.audit.models import AuditDetail, AuditRecord
from app.audit.queries import readable, told_changes
from app.cases.closing import closing_pages, led_to_closing
from app.cases.context import context
from app.cases.history import Doers, in_reader, kind, lines, title
from app.cases.mending import obstacles
from app.cases.models import Case, CaseEvent
from app.cases.queries import events_of, rounds_of
from app.cases.roles import programme_rights, stands_for
from app.cases.stages import is_passed_over
from app.cases.terms import STAGE, Reckoning, beginnings, reckonings
from app.core.errors import Reason
from app.core.i18n import Text, _
from app.core.ports import Subject
from app.core.unit_of_work import Work
from app.engine import events as engine_events
from app.engine import machine
from app.engine.answers import Tally
from app.engine.approvals import AUTHOR, asked_of, electorate
from app.engine.context import Context, Voter
from app.engine.definition import Definition
from app.engine.offers import Offer, Waiting, by_itself, offers, waiting_for
from app.engine.reasons import role_titles
from app.engine.state import State
from app.schools.models import Person


@dataclass
class Entry:
    """A line of the history."""

    title: Text | str
    kind: str
    who: Text | str  # «Условный И.П. за Образцову М.И. по приказу …» when it was done in another's place
    at: datetime
    note: str = ""
    icon: str | None = None
    link: str | None = None
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)


@dataclass
class Overview:
    """Everything the case page prints, for one person."""

    case: Case
    definition: Definition
    state: State
    ctx: Context
    steps: list[dict[str, Any]]
    mine: list[Offer]
    ahead: list[Offer]
    waiting: list[Waiting]
    tally: Tally | None
    events: Sequence[CaseEvent]
    terms: Mapping[str, Reckoning] = field(default_factory=dict)
    alone: list[Offer] = field(
        default_factory=list
    )  # what the case will take by itself, and what it waits for
    begins: Mapping[str, str] = field(default_factory=dict)  # terms that have not begun: when they will
    reopens: frozenset[str] = frozenset()  # tasks of the stage the reader may take back
    # votes given for the present content that are not in the tally: whose, and why not
    uncounted: Mapping[str, tuple[str, Text | str]] = field(default_factory=dict)

    def voted_by_another(self, reader: int | None) -> str:
        """Who gave the vote of the reader's seat when it was not he: his substitute, or whom he stands in for."""
        votes = (row for row in reversed(self.events) if row.type == engine_events.VoteCast.type)
        row = next((row for row in votes if row.data["actor"] == self.ctx.actor), None)
        return row.actor_name if row is not None and row.actor_id != reader else ""

    @property
    def stage_term(self) -> Reckoning | None:
        """The term of the present stage with its reckoning."""
        return self.terms.get(STAGE)

    def due_of(self, task: str | None) -> date | None:
        """The day a task is waited for: its own term, otherwise that of the stage, as in «Мои задачи»."""
        if not self.state.is_active:
            return None
        return next((one.due for one in self.waiting if one.kind == "task" and one.id == task), None)

    def left(self, due: date | None) -> int | None:
        """Working days until a day that is the term of the stage or of one of its tasks."""
        return next((term.left for term in self.terms.values() if term.due == due), None)

    def title(self, thing: str, key: str) -> str:
        return title(self.definition, thing, key)


def reasons(work: Work, case: Case, offer: Offer) -> list[Reason]:
    """What stands against a step, each with the page where it can be mended."""
    return obstacles(work, case, offer.reasons)


def behalf(work: Work, case: Case, page: Overview, offer: Offer) -> str:
    """Whom the reader would stand in for in this step, «Образцову М.И.»; empty when it is his own."""
    if offer.kind == "vote":
        mine = str(work.actor.user_id) == page.ctx.actor
        found = None if mine else next(
            (h.stands_for for h in programme_rights(work.actor, case.programme)
             if h.stands_for and str(h.stands_for.user_id) == page.ctx.actor), None,
        )  # fmt: skip
    else:
        found = stands_for(work.actor, case, offer.allowed_roles)
    return found.whom if found else ""


def roles_in_words(definition: Definition, codes: Sequence[str]) -> str:
    """Titles of the roles in a row, as the procedure calls them; what names none goes by itself."""
    return in_reader(role_titles(definition, codes)) if codes else str(_("automatically"))


def overview(work: Work, case: Case) -> Overview:
    """The case for the reader: his own steps first, then the stage's way forward with everything missing."""
    definition = work.ports.definitions.of(work.session, case)
    rows = events_of(work.session, case.id)
    state = machine.fold(definition, [engine_events.from_dict(row.data) for row in rows])
    ctx = context(work, case, definition, state, machine.facts_needed(definition, state, None))
    # whose step it is stands beside it; here only what is still missing is told
    forward = [
        replace(offer, reasons=tuple(reason for reason in offer.reasons if reason.code != "role"))
        for offer in offers(definition, state, ctx, everyone=True)
        if offer.kind == "transition" and offer.step_kind == "forward"
    ]  # fmt: skip
    pages = closing_pages(definition, state, ctx, case.id)
    return Overview(
        case=case, definition=definition, state=state, ctx=ctx, steps=_steps(work, case, definition, state),
        mine=led_to_closing(offers(definition, state, ctx), pages), ahead=led_to_closing(forward, pages),
        waiting=waiting_for(definition, state, ctx.voters, ctx.authors),
        tally=_tally(definition, state, ctx, rows), uncounted=_uncounted(work, definition, state, ctx),
        events=rows, terms=reckonings(work, definition, state),
        alone=led_to_closing(by_itself(definition, state, ctx), pages),
        begins=beginnings(work, definition, state),
        reopens=frozenset(
            task.id for task in definition.stages[state.stage].tasks
            if not machine.reopen_reasons(definition, state, task.id, ctx)
        ),
    )  # fmt: skip


def _tally(definition: Definition, state: State, ctx: Context, rows: Sequence[CaseEvent]) -> Tally | None:
    """How the vote stands; once decided, the figures of the decision, whatever has become of the group since."""
    count = machine.tally_of(definition, state, ctx)
    approval = definition.stages[state.stage].approval
    if count is None or approval is None or state.approval == "open":
        return count and replace(count, result=None)
    row = next((row for row in reversed(rows) if row.type == engine_events.ApprovalDecided.type), None)
    decided = engine_events.from_dict(row.data) if row is not None else None
    if not isinstance(decided, engine_events.ApprovalDecided):
        return replace(count, result=state.approval)
    voted = [voter for voter in ctx.voters if state.vote_of(voter.id)]
    needed, majority = asked_of(approval, voted, decided.eligible)
    return Tally(
        eligible=decided.eligible, needed=needed, votes_for=decided.votes_for,
        votes_against=decided.votes_against, abstained=decided.abstained, void=count.void, result=decided.result,
        excluded=count.excluded, majority=majority,
    )  # fmt: skip


def _uncounted(
    work: Work, definition: Definition, state: State, ctx: Context
) -> dict[str, tuple[str, Text | str]]:
    """Votes an undecided tally leaves out, since the voter left the group or may not vote any longer: his name, and
    why, by his account. Votes for an earlier text are told apart."""
    approval = definition.stages[state.stage].approval
    if approval is None or state.approval != "open":
        return {}
    given = [vote.voter for vote in state.votes if not vote.void and vote.content_hash == state.content_hash]
    may, barred = electorate(approval, ctx.voters, ctx.authors)
    known = {voter.id: voter for voter in (*ctx.voters, *barred)}
    out = [voter for voter in given if voter not in {one.id for one in may}]
    names = _names_of_voters(work, [voter for voter in out if voter not in known])
    found: dict[str, tuple[str, Text | str]] = {}
    for voter in out:
        if voter not in known:
            found[voter] = names.get(voter, ""), _("is no longer in the group")
        elif known[voter].excluded:
            found[voter] = known[voter].name, excluded_why(known[voter])
        else:  # who votes when nobody of the group may
            found[voter] = known[voter].name, _("the group itself can vote again")
    return found


def _names_of_voters(work: Work, voters: Sequence[str]) -> dict[str, str]:
    """Persons behind accounts that hold no role in the group any more, as the group names them."""
    ids = {int(voter) for voter in voters if voter.isdecimal()}
    if not ids:
        return {}
    with as_system(work.session):  # who has voted is told to whoever sees the vote
        names = {str(key): name for key, name in _account_names(work, ids).items()}
        held = select(Membership.user_id, Person).join(Person, Person.id == Membership.person_id)
        for user_id, person in work.session.execute(held.where(Membership.user_id.in_(ids))):
            names[str(user_id)] = person.short
    return names


def excluded_why(voter: Voter) -> str:
    """Why a member of the group does not vote, in the reader's language."""
    return in_reader(AUTHOR) if voter.excluded == "author" else voter.excluded or ""


def _steps(work: Work, case: Case, definition: Definition, state: State) -> list[dict[str, Any]]:
    """The stepper: each stage with its state, its round and when it was left."""
    rounds = rounds_of(work.session, case.id)
    order = list(definition.stages)
    here = order.index(state.stage)
    due = state.due if state.is_active else None  # of a case that stands still no day is to be met
    steps = []
    for number, stage in enumerate(order):
        mine = [r for r in rounds if r.stage == stage]
        left = next((r.left_at for r in reversed(mine) if r.left_at), None)
        skipped = number < here and is_passed_over(definition, state, stage)
        is_over = not skipped and (number < here or (number == here and definition.stages[stage].final))
        steps.append(
            {
                "id": stage,
                "title": title(definition, "stage", stage),
                "left": left,
                "skipped": skipped,
                "state": "done" if is_over else "now" if number == here else "todo",
                "round": max((r.round for r in mine), default=0),
                "due": due if number == here else None,
                "late": number == here and due is not None and due < work.today,
            }
        )
    return steps


def history(work: Work, page: Overview) -> list[Entry]:
    """Events and journal records of the case as sentences, the newest first."""
    pairs: Sequence[Any] = work.session.execute(
        select(AuditRecord, AuditDetail)
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(
            AuditRecord.case_id == page.case.id,
            # those are told as the events they are about
            AuditRecord.subject_type != CaseEvent.__tablename__,
        )
        .order_by(AuditRecord.id)
    ).all()
    people = Doers(work, page.events, [record for record, _detail in pairs])
    entries = [
        Entry(
            line.sentence,
            kind(line.event),
            people.of(line.event),
            line.event.at,
            "\n".join(filter(None, [*line.answers, line.event.comment])),
        )
        for line in lines(page.definition, page.events)
    ]
    names = _account_names(work, {r.actor_id for r, _d in pairs if r.actor_id})
    subjects = _subjects(work, [r for r, _d in pairs if r.tag in work.ports.tags])
    for record, detail in pairs:
        told = work.ports.tags.get(record.tag)
        if told is None:
            continue  # a record for the journal only, such as a download
        values = detail.values if detail is not None and detail.erased_at is None else {}
        subject = subjects.get((record.subject_type, record.subject_id or 0))
        entries.append(
            Entry(
                told,
                record.tag.split(":")[1],
                people.of_record(record, names.get(record.actor_id or 0, "")),
                record.at,
                # which measure, risk or study the record is about, or which paper, if the reader sees it
                note=str(
                    readable(work, values.get("about", "")) or (subject.name if subject is not None else "")
                ),
                link=(subject.link or None) if subject is not None else None,
                changes=told_changes(work, values),
            )
        )
    return sorted(entries, key=lambda entry: entry.at)[::-1]  # what happened at once stays in its order


def _subjects(work: Work, records: Iterable[AuditRecord]) -> dict[tuple[str, int], Subject]:
    """The papers these records are about, by table and key; one query for each table that can name its rows."""
    keys: dict[str, set[int]] = {}
    for record in records:
        if record.subject_id is not None and record.subject_type in work.ports.subjects:
            keys.setdefault(record.subject_type, set()).add(record.subject_id)
    return {
        (table, key): subject
        for table, wanted in keys.items()
        for key, subject in work.ports.subjects[table](work, sorted(wanted)).items()
    }


def _account_names(work: Work, ids: set[int]) -> dict[int, str]:
    from flask_appbuilder.security.sqla.models import User

    return {u.id: u.get_full_name() for u in work.session.scalars(select(User).where(User.id.in_(ids)))}
