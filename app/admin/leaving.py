"""A person leaves: everything he holds on one page, handed on row by row or all at once, with a result per row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.access import sessions
from app.access.memberships import actor_for
from app.access.models import Membership
from app.access.scopes import as_actor, as_system, get_visible
from app.access.substitutions import use
from app.audit import service as audit
from app.audit.models import AuditRecord
from app.core.actor import Actor
from app.core.asked_once import only_looking
from app.core.db import Base
from app.core.errors import Forbidden, Invalid, NotFound, OporaError, Refusal
from app.core.holdings import HAND_ON, HisAlready, Holding, HoldingSource, Leaver, Successor
from app.core.i18n import Text, _
from app.core.ports import Message
from app.core.unit_of_work import Work
from app.schools.models import Person
from app.schools.rules import search_key

LEAVES = "person:leaves"
LONGEST = timedelta(days=366)
AT_ONCE = 100  # rows of a room that are shown and settled together


@dataclass(frozen=True)
class Group:
    """What one room knows the person to hold: the first rows, and how many there are."""

    source: HoldingSource
    rows: list[Holding]
    total: int


@dataclass(frozen=True)
class Result:
    """What became of one row."""

    title: str
    is_done: bool
    said: str
    is_new: bool = True  # to the successor


def accounts_of(work: Work, person: Person) -> tuple[int, ...]:
    """The accounts behind a card: those whose roles name it, or the only one with this very name."""
    with as_system(work.session):
        named = work.session.scalars(
            select(Membership.user_id).where(Membership.person_id == person.id).distinct()
        ).all()
    if named:
        return tuple(sorted(named))
    same = [
        user.id
        for user in work.session.scalars(select(User).where(User.last_name == person.surname))
        if search_key(user.last_name, user.first_name) == person.search_key
    ]
    return tuple(same) if len(same) == 1 and not _is_anothers(work, same[0]) else ()


def _is_anothers(work: Work, user_id: int) -> bool:
    """Whether the roles of the account name a card: then it is a namesake's."""
    with as_system(work.session):
        named = select(Membership.id).where(Membership.user_id == user_id, Membership.person_id.is_not(None))
        return work.session.scalar(named.limit(1)) is not None


def leaver_of(work: Work, person: Person, last_day: date, ground: str = "") -> Leaver:
    return Leaver(person.id, accounts_of(work, person), person.short, last_day, ground)


def last_day_of(work: Work, person: Person) -> date:
    """The day to offer as the last one: that of a hand-over begun before, while it is ahead; otherwise today.

    Whoever comes back for the rest must not end earlier what was settled to end on that day.
    """
    begun = (
        select(AuditRecord.data)
        .where(
            AuditRecord.tag == LEAVES, AuditRecord.subject_type == Person.__tablename__,
            AuditRecord.subject_id == person.id,
        )
        .order_by(AuditRecord.id.desc())
        .limit(1)
    )  # fmt: skip
    with as_system(work.session):  # the day only
        data = work.session.scalars(begun).first()
    return max(date.fromisoformat(data["last_day"]), work.today) if data else work.today


def successor_of(work: Work, person: Person) -> Successor:
    accounts = accounts_of(work, person)
    return Successor(person.id, accounts[0] if accounts else None, person.short)


def holdings(work: Work, leaver: Leaver) -> list[Group]:
    """Everything the person holds beyond the last day, room by room. Raises Forbidden."""
    _allowed(work)
    with as_system(work.session):  # codes and short titles only: the page is the administrator's
        return [group for group in _groups(work, leaver) if group.rows]


def _groups(work: Work, leaver: Leaver) -> list[Group]:
    with only_looking(work.session):  # rooms ask the same of thousands of cases
        found = [(source, source.find(work, leaver)) for source in work.ports.holdings]
    return [Group(source, rows[:AT_ONCE], len(rows)) for source, rows in found]


def hand_over(
    work: Work, leaver: Leaver, successor: Successor | None, chosen: Mapping[str, str]
) -> list[Result]:
    """Settle the chosen rows («positions:7» → act), each by itself: one that is refused holds up the account only,
    and so do rows beyond those that are shown at once.

    Raises Forbidden, Invalid for a wrong day, ground or successor, or for none where something is handed on.
    """
    _allowed(work)
    results: list[Result] = []
    handed: list[tuple[HoldingSource, str]] = []
    with as_system(work.session):  # as above; every row is recorded under the administrator's name
        held = _groups(work, leaver)
        has_more = any(group.total > len(group.rows) for group in held)
        groups = [(group.source, _chosen(group, chosen)) for group in held]
        hands_on = any(act == HAND_ON for _source, rows in groups for _row, act in rows)
        _sound(work, leaver, successor, hands_on)
        for source, rows in groups:
            is_held_up = source.needs_the_rest and (has_more or not all(result.is_done for result in results))
            for row, act in rows:
                if is_held_up:
                    said = str(_("Put off: what stands before it was not done."))
                    results.append(Result(_titled(source, row), False, said))
                else:
                    results.append(_settle(work, leaver, successor, source, row, act))
                    if act == HAND_ON and results[-1].is_done and results[-1].is_new:
                        handed.append((source, row.key))
        if leaver.last_day <= work.today and results:
            for user_id in leaver.user_ids:
                sessions.end_all_sessions(work.session, user_id, work.now)
        if any(result.is_done for result in results):
            person = work.session.get_one(Person, leaver.person_id)
            audit.record(
                work, LEAVES, person,
                data={"last_day": leaver.last_day, "successor": successor.person_id if successor else None,
                      "done": sum(result.is_done for result in results),
                      "refused": sum(not result.is_done for result in results)},
                values={"note": leaver.ground} if leaver.ground else None,
            )  # fmt: skip
        got = [] if successor is None else _got(work, leaver, successor, handed)
    if got and successor is not None:
        _tell(work, leaver, successor, got)
    return results


def _got(
    work: Work, leaver: Leaver, successor: Successor, handed: list[tuple[HoldingSource, str]]
) -> list[HoldingSource]:
    """The source of each row the successor may see once the leaver is gone: of others he is told nothing."""
    if successor.user_id is None:
        return []
    first = max(work.today, leaver.last_day + timedelta(days=1))  # roles handed on are held from then
    actor = actor_for(work.session, successor.user_id, successor.name, first)
    return [
        source for source, key in handed
        if not source.is_told and (source.shown is None or _is_seen(work, actor, source.shown, key))
    ]  # fmt: skip


def _is_seen(work: Work, actor: Actor, model: type[Base], key: str) -> bool:
    try:
        with as_actor(work.session, actor):
            get_visible(work.session, model, key.partition(":")[0])
    except NotFound:
        return False
    return True


def _tell(work: Work, leaver: Leaver, successor: Successor, got: list[HoldingSource]) -> None:
    """One notice about all that was handed on at once; it leads to «Мои задачи» where there is work in it.

    Whoever has no role yet sees there nothing: his own page shows which he will hold, and from when.
    """
    user_id = successor.user_id
    if work.ports.notify is None or user_id is None or user_id == work.actor.user_id:
        return
    has_work = any(source.shown is not None for source in got)
    has_tasks = has_work and bool(actor_for(work.session, user_id, successor.name, work.today).roles)
    params = {"name": leaver.name, "last": leaver.last_day.isoformat(), "n": len(got)}
    key = f"leaving:{leaver.person_id}:{work.now.isoformat()}"
    told = Message("leaving.handed_on", params, "/" if has_tasks else "/profile/", key)
    work.ports.notify(work, {user_id}, told)


def _chosen(group: Group, chosen: Mapping[str, str]) -> list[tuple[Holding, str]]:
    """The rows of a room with the act chosen for each; what a row does not offer is not chosen."""
    acts = [(row, chosen.get(f"{group.source.code}:{row.key}", "")) for row in group.rows]
    return [(row, act) for row, act in acts if act in row.acts]


def _titled(source: HoldingSource, row: Holding) -> str:
    return f"{source.title}: {row.title}" + (f" · {row.where}" if row.where else "")


def _settle(
    work: Work, leaver: Leaver, successor: Successor | None, source: HoldingSource, row: Holding, act: str
) -> Result:
    title = _titled(source, row)
    try:
        with work.session.begin_nested():  # a refused row leaves nothing half-done
            said = source.settle(work, leaver, row.key, act, successor)
            work.session.flush()
    except OporaError as error:
        work.session.expire_all()  # what the row had changed in memory is taken back too
        return Result(title, False, _words(error))
    if isinstance(said, HisAlready):
        return Result(title, True, str(said.said), is_new=False)
    return Result(title, True, str(said))


def _words(error: OporaError) -> str:
    if isinstance(error, Refusal):
        return " ".join(str(reason.text) for reason in error.reasons)
    if isinstance(error, Invalid) and error.fields:
        return " ".join(str(text) for text in error.fields.values())
    return str(error.message)


def _sound(work: Work, leaver: Leaver, successor: Successor | None, hands_on: bool) -> None:
    wrong: dict[str, Text] = {}
    if abs(leaver.last_day - work.today) > LONGEST:
        wrong["last_day"] = _("The last day is more than a year away: check the date.")
    if work.actor.user_id in leaver.user_ids:
        raise Forbidden(_("You cannot hand over your own work here: another administrator does it."))
    if successor is None and hands_on:
        wrong["successor"] = _("Name the successor: something chosen is handed on.")
    elif successor is not None and successor.person_id == leaver.person_id:
        wrong["successor"] = _("The successor is the one who leaves.")
    elif successor is not None and successor.user_id is not None:
        user = work.session.get(User, successor.user_id)
        if user is None or not user.is_active:
            wrong["successor"] = _("The account of the successor is closed.")
    if wrong:
        raise Invalid(fields=wrong)


def _allowed(work: Work) -> None:
    if not (work.actor.is_system or work.actor.has("admin")):
        raise Forbidden
    use(work, "admin")
