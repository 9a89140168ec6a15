"""What the engine is told about a case: roles, facts, voters, authors, calendar, time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.models import Membership
from app.access.scopes import as_system
from app.cases.models import Case
from app.cases.roles import case_roles, may_assign_curator
from app.cases.seats import authors_of, bar, concerned_in, note_right, refuse_barred, seat_of
from app.core.asked_once import asked_once, only_looking
from app.core.clock import local_date
from app.core.i18n import LOCALES, _, in_locale
from app.core.ports import DateWords, Fact
from app.core.unit_of_work import Work
from app.engine.actions import Action, Cast
from app.engine.anchors import DateNames
from app.engine.context import Context, FactValue, Voter
from app.engine.definition import Definition
from app.engine.elements import Task
from app.engine.offers import Waiting, waiting_for
from app.engine.papers import PAGE as PAPERS
from app.engine.state import State
from app.schools.models import Person

SYSTEM_ID = "system"


def actor_id(work: Work) -> str:
    """The actor as the engine and the events know him: an opaque id, never a name."""
    return SYSTEM_ID if work.actor.user_id is None else str(work.actor.user_id)


def gather_facts(work: Work, case: Case, names: Iterable[str]) -> dict[str, FactValue]:
    """Ask the rooms for the named facts. An unknown name stays unknown, and unknown is never true."""
    found: dict[str, FactValue] = {}
    session = work.session
    with as_system(session), only_looking(session):  # the truth about a case does not depend on who asks
        for name in names:
            source = work.ports.facts.get(name)
            fact = source(session, case.id) if source else Fact(None)
            found[name] = FactValue(
                value=fact.value, items=fact.items, link=page_url(work, fact.link, case), text=_both(fact),
                **_date_words(work, name, fact),
            )  # fmt: skip
    return found


def look_at_facts(work: Work, case_ids: Sequence[int], names: Iterable[str]) -> None:
    """Read at once, where the rooms can, what `gather_facts` asks about each of these cases."""
    with as_system(work.session):  # as there
        for name in names:
            if look_ahead := work.ports.ahead.get(name):
                look_ahead(work.session, case_ids)


def days_of(work: Work) -> dict[str, Any]:
    """What the engine is told of time: the authority's working calendar and its local day."""
    found: dict[str, Any] = {"day_of": partial(local_date, zone=work.ports.zone)}
    if work.ports.working_day:
        found["calendar"] = work.ports.working_day(work.session)
    return found


def page_url(work: Work, page: str | None, case: Case) -> str | None:
    """The page where something is mended: a name registered in `ports.pages`, or a path as it is.

    The curator school is named by a few only, and not always: nobody else is led to that page.
    """
    if page is None or page.startswith("/"):
        return page
    if page == "curator" and not may_assign_curator(work, case):
        return None
    url = work.ports.pages.get(page)
    return url(case.id) if url else None


def task_url(work: Work, case: Case, task: Task | None) -> str | None:
    """Where a task is done: a page of its own, its paper, the page of its room; None: on the page of the case."""
    if task is None:
        return None
    pages = work.ports.pages
    own = pages.get(f"task:{task.id}")
    if (
        own is None
        and task.document is not None
        and task.page == PAPERS
        and work.ports.paper_page is not None
    ):
        return work.ports.paper_page(case.id, task.document)
    page = own or (pages.get(task.page or "") if task.page != "case" else None)
    return page(case.id) if page else None


def _both(fact: Fact) -> dict[str, str] | None:
    if fact.text is None:
        return None
    texts = {}
    for locale in ("ru", "en"):
        with in_locale(locale):
            texts[locale] = str(fact.text)
    return texts


def _date_words(work: Work, name: str, fact: Fact) -> dict[str, dict[str, str]]:
    """«приказа № 12-оп», what a date is the date of, or what must happen before it is known."""
    words = work.ports.dates.get(name)
    if words is None:
        return {}
    if fact.value is None:
        return {"until": {locale: words.until.in_(locale) for locale in LOCALES}}
    return {"of": {locale: " ".join([words.of.in_(locale), *fact.items]) for locale in LOCALES}}


def date_names(dates: Mapping[str, DateWords]) -> DateNames:
    """What the rooms' dates are the dates of, in both languages, for texts about a procedure and not a case."""
    return {name: (words.of.in_("ru"), words.of.in_("en")) for name, words in dates.items()}


def voters_of(work: Work, case: Case, roles: Iterable[str]) -> tuple[Voter, ...]:
    """The members of the group that may vote on this case, with the reason of those who must abstain."""
    with as_system(work.session):  # the composition of the group decides, whoever asks
        offices = (case.programme.authority_id, case.programme.centre_id)
        rows, people = _group(work.session, offices, tuple(roles), work.today)
        concerned = concerned_in(work.session, case.school_id, work.today)
    excluded = str(_("a conflict of interest (work in the school concerned)")) if concerned else ""
    return tuple(
        Voter(
            str(user_id), people.get(person_id or 0, f"№ {user_id}"), role, excluded if user_id in concerned else None
        )
        for user_id, (role, person_id) in sorted(rows.items())
    )  # fmt: skip


@asked_once
def _group(
    session: Session, offices: tuple[int | None, ...], roles: tuple[str, ...], today: date
) -> tuple[dict[int, tuple[str, int | None]], dict[int, str]]:
    """Accounts of the group with role and person, and the persons' names; the same for every case."""
    held = session.execute(  # columns, not objects: a group may have a thousand members
        select(Membership.user_id, Membership.role, Membership.person_id)
        .where(
            Membership.role.in_(roles),
            Membership.organisation_id.in_(offices),
            Membership.valid_on(today),
        )
        .order_by(Membership.id)
    ).all()
    rows: dict[int, tuple[str, int | None]] = {}
    for user_id, role, person_id in sorted(held, key=lambda row: roles.index(row.role)):
        rows.setdefault(user_id, (role, person_id))
    ids = {person_id for _role, person_id in rows.values() if person_id}
    people = session.scalars(select(Person).where(Person.id.in_(ids))) if ids else ()
    return rows, {person.id: person.short for person in people}


def waiting_now(work: Work, case: Case, definition: Definition, state: State) -> list[Waiting]:
    """What the case waits for, whoever asks: tasks, votes that are still missing, the step onward."""
    approval = definition.stages[state.stage].approval
    voters: tuple[Voter, ...] = ()
    authors: frozenset[str] = frozenset()
    if approval is not None and state.approval == "open":
        voters, authors = voters_of(work, case, approval.asked), authors_of(work, case, approval, state)
    return waiting_for(definition, state, voters, authors)


def context(
    work: Work,
    case: Case,
    definition: Definition,
    state: State | None,
    fact_names: Iterable[str],
    action: Action | None = None,
) -> Context:
    """Everything `decide()` may look at, gathered inside the transaction.

    A vote given by a substitute is the vote of the seat he fills: there the engine sees the seat's holder.
    Without an action (a page asks what is possible) the seat is looked for too.
    """
    stage = definition.stages[state.stage if state else definition.initial]
    voters: tuple[Voter, ...] = ()
    authors: frozenset[str] = frozenset()
    if stage.approval is not None:
        voters = voters_of(work, case, stage.approval.asked)
        if state is not None:
            authors = authors_of(work, case, stage.approval, state)
    seat = None
    if state is not None and stage.approval is not None and (action is None or isinstance(action, Cast)):
        seat = seat_of(work, case, stage.approval, voters, authors)
        if isinstance(action, Cast):
            refuse_barred(work, case, stage.approval, seat, voters, authors)
        elif seat is not None and bar(work, case, stage.approval, seat, authors) is not None:
            seat = None  # the page offers no vote that would be refused
    if action is not None:
        note_right(work, case, definition, state, action, seat)
    roles = frozenset({"system"}) if work.actor.is_system else case_roles(work.actor, case)
    return Context(
        actor=str(seat.user_id) if seat else actor_id(work), roles=roles, now=work.now, today=work.today,
        facts=gather_facts(work, case, fact_names), voters=voters, authors=authors, **days_of(work),
    )  # fmt: skip
