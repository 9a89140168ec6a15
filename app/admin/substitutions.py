"""Substitutions: named by an administrator or the head, corrected, ended early; every wrong one refused in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.access.models import Membership, Substitution, goes_over
from app.access.roles import ROLE_TITLES
from app.access.scopes import as_system
from app.access.substitutions import use
from app.admin import substitution_notices as told
from app.admin.account_search import short_name
from app.audit import service as audit
from app.cases.models import Case, Programme
from app.core.asked_once import asked_once
from app.core.errors import Forbidden, Invalid, Reason, Refusal, check_version
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.schools.models import Organisation, OrganisationKind, Person, Position

_GROUND = re.compile(r"№\s*\S+.*\b\d{1,2}\.\d{1,2}\.\d{4}\b")


@dataclass(frozen=True)
class SubstitutionData:
    """Who stands in for whom, from when until when, by which order; no role means all his roles."""

    absent: User
    substitute: User
    since: date
    until: date
    ground: str
    role: str = ""
    organisation_id: int | None = None
    programme_id: int | None = None
    is_acting: bool = False


def add(work: Work, data: SubstitutionData) -> Substitution:
    """Name a substitute. Raises Forbidden, Invalid at the field."""
    _allowed(work)
    with as_system(work.session):  # whether it is right does not depend on which roles the actor may see
        held = _held(work, data.absent.id, data, data.until)
        _sound(work, data, held)
        absent = _person(work, [m.person_id for m in held])
        substitute = _person(work, [m.person_id for m in _memberships(work.session, data.substitute.id)])
        if data.is_acting:
            _signs(work, data, absent, substitute)
        row = Substitution(
            absent_user_id=data.absent.id, absent_name=short_name(data.absent, absent),
            absent_whom=short_name(data.absent, absent, "accs"), substitute_user_id=data.substitute.id,
            substitute_name=short_name(data.substitute, substitute),
            substitute_person_id=substitute.id if substitute else None, since=data.since, until=data.until,
            role=data.role, organisation_id=data.organisation_id, programme_id=data.programme_id,
            ground=" ".join(data.ground.split()), is_acting=data.is_acting, created_at=work.now,
            created_by=work.actor.user_id,
        )  # fmt: skip
        work.session.add(row)
        _record(work, "substitution:add", row, {
            "absent": row.absent_name, "substitute": row.substitute_name, "since": row.since, "until": row.until,
            "ground": row.ground,
        })  # fmt: skip
    told.tell(work, row, "substitution.named")
    return row


def correct(work: Work, row: Substitution, *, until: date, ground: str, expected_version: int) -> None:
    """Prolong or shorten it, or mend the words of its ground; whom it joins and what it gives stays.

    A last day it was given before its time yields to the new one.

    Raises Forbidden, Stale, Refusal when it is over, Invalid at the field.
    """
    _allowed(work, row)
    check_version(row.version, expected_version)
    if row.ends < work.today:
        raise Refusal([Reason(_("This substitution is over: enter a new one."))])
    wrong: dict[str, Any] = {}
    if until < row.since:
        wrong["until"] = _("The last day is before the first one.")
    elif until < work.today - timedelta(days=1):
        wrong["until"] = _("Days that have passed cannot be taken back.")
    elif until > row.ends and row.substitute_user_id == work.actor.user_id:
        wrong["until"] = _("You cannot prolong your own rights: another administrator or the head does it.")
    if fault := _ground_fault(ground):
        wrong["ground"] = fault
    if wrong:
        raise Invalid(fields=wrong)
    with as_system(work.session):
        _free(work, row.absent_user_id, row.substitute_user_id, row.since, until, row)
        changes: dict[str, Any] = {"ground": " ".join(ground.split())}
        # `ends` is the earlier of the two days: a last day set before would keep the new one away
        moved = until != row.ends
        if moved:
            changes |= {"until": until, "last_day": None}
            row.ended_at = row.ended_by = None
        audit.revise(work, row, changes, "substitution:edit")
    if moved:
        told.tell(work, row, "substitution.days")


def end(work: Work, row: Substitution, last_day: date, expected_version: int) -> None:
    """End it before its time; the day before today ends it at once, the day before its first cancels it.

    Raises Forbidden, Stale, Invalid at the field, Refusal when it is over.
    """
    _allowed(work, row)
    check_version(row.version, expected_version)
    yesterday = work.today - timedelta(days=1)
    if row.ends < yesterday or row.ends < row.since:
        raise Refusal([Reason(_("This substitution is over already."))])
    earliest = max(yesterday, row.since - timedelta(days=1))
    if not earliest <= last_day <= row.ends:
        raise Invalid(
            fields={"last_day": _("A day from %(first)s to %(last)s.", first=f"{earliest:%d.%m.%Y}",
                                  last=f"{row.ends:%d.%m.%Y}")}
        )  # fmt: skip
    row.last_day, row.ended_at, row.ended_by = last_day, work.now, work.actor.user_id
    _record(work, "substitution:end", row, {"last_day": last_day})
    told.tell(work, row, "substitution.days" if last_day >= row.since else "substitution.cancelled")


def look_ahead(work: Work, rows: Iterable[Substitution]) -> None:
    """Read at once what `may_manage` is asked about each of these substitutions."""
    session = work.session
    with as_system(session):  # as there
        _memberships.look_ahead(
            session, [row.absent_user_id for row in rows], lambda some: _memberships_of(session, some)
        )


def may_manage(work: Work, row: Substitution | None = None) -> bool:
    """The administrator any, the head those he could have entered himself."""
    if work.actor.is_system or work.actor.has("admin"):
        return True
    if not work.actor.organisation_ids("head"):  # who acts for the head in one programme is no head of all
        return False
    if row is None:
        return True
    # whose roles go over is a fact; it may be prolonged, so later roles count too
    with as_system(work.session):
        return _above_own_rights(work, _held(work, row.absent_user_id, row), row.programme_id) is None


def _allowed(work: Work, row: Substitution | None = None) -> None:
    if not may_manage(work, row):
        raise Forbidden
    use(work, "admin", "head")


def _held(
    work: Work, absent_id: int, given: Substitution | SubstitutionData, until: date = date.max
) -> list[Membership]:
    """The absent person's own roles that go over from the first day on, up to a last day if one is named."""
    return [
        m
        for m in _memberships(work.session, absent_id)
        if goes_over(given, m.role, m.organisation_id)
        and m.since <= until
        and (m.until is None or m.until >= given.since)
    ]


@asked_once
def _memberships(session: Session, user_id: int) -> Sequence[Membership]:
    return _memberships_of(session, [user_id])[user_id]


def _memberships_of(session: Session, user_ids: Sequence[int]) -> dict[int, list[Membership]]:
    found: dict[int, list[Membership]] = {user_id: [] for user_id in user_ids}
    query = select(Membership).where(Membership.user_id.in_(user_ids)).order_by(Membership.id)
    for row in session.scalars(query):
        found[row.user_id].append(row)
    return found


def _sound(work: Work, data: SubstitutionData, held: list[Membership]) -> None:
    """Raises Invalid with everything that is wrong with it."""
    wrong: dict[str, Any] = {}
    if data.absent.id == data.substitute.id:
        wrong["substitute"] = _("Nobody stands in for himself.")
    elif fault := _substitute_fault(work, data):
        wrong["substitute"] = fault
    if data.until < data.since:
        wrong["until"] = _("The last day is before the first one.")
    elif data.until < work.today and not data.is_acting:
        wrong["until"] = _("These days are over: entered now, the substitution would give nothing.")
    if data.role and data.role not in ROLE_TITLES:
        wrong["role"] = _("Choose one of the list.")
    elif data.role == "admin" and data.programme_id is not None:
        wrong["programme"] = _("An administrator has no programmes: leave this field empty.")
    elif data.organisation_id is not None and not data.role:
        wrong["role"] = _("Choose the role in this organisation.")
    elif not held and "until" not in wrong:
        wrong["role" if data.role else "absent"] = _nothing_held(work, data)
    if fault := _ground_fault(data.ground):
        wrong["ground"] = fault
    if "substitute" not in wrong and (above := _above_own_rights(work, held, data.programme_id)):
        wrong["absent"] = above
    if wrong:
        raise Invalid(fields=wrong)
    _free(work, data.absent.id, data.substitute.id, data.since, data.until, None, data)


def _substitute_fault(work: Work, data: SubstitutionData) -> Text | None:
    if not data.substitute.is_active:
        return _("The account of this employee is closed.")
    if data.substitute.id == work.actor.user_id:
        return _("You cannot name yourself: another administrator or the head does it.")
    rows = _memberships(work.session, data.substitute.id)
    if rows and not any(m.since <= data.until and (m.until is None or m.until >= data.until) for m in rows):
        return _("This employee holds no role until the last day: he is dismissed or his roles end before.")
    return None


def _nothing_held(work: Work, data: SubstitutionData) -> Text:
    """Held by nobody, or by a substitution, which is not handed on."""
    handed = work.session.scalars(
        select(Substitution).where(
            Substitution.substitute_user_id == data.absent.id,
            Substitution.in_force(data.since, data.until),
        )
    ).all()
    if handed:
        return _(
            "In these days %(name)s has this by substitution only (%(ground)s): it is not handed on.",
            name=handed[0].substitute_name, ground=handed[0].ground,
        )  # fmt: skip
    return _("The absent employee holds no such role in these days.")


def _above_own_rights(work: Work, held: Iterable[Membership], programme_id: int | None) -> Text | None:
    """The head hands on roles of his own authority, of its centres and schools, never those of the administrator."""
    if work.actor.is_system or work.actor.has("admin"):
        return None
    if any(m.role == "admin" for m in held):
        return _("An administrator's role is handed on by an administrator only.")
    own = work.actor.organisation_ids("head")
    elsewhere = {m.organisation_id for m in held} - own
    if elsewhere & _of_other_authorities(work.session, own, programme_id):
        return _("Roles of another authority are handed on by its own head.")
    return None


@asked_once
def _of_other_authorities(session: Session, own: frozenset[int], programme_id: int | None) -> set[int]:
    """Other authorities, and the centres and schools of their programmes, or of the one it is limited to."""
    programmes = select(Programme).where(Programme.authority_id.not_in(own))
    if programme_id is not None:
        programmes = programmes.where(Programme.id == programme_id)
    found = session.scalars(programmes).all()
    cases = select(Case.school_id, Case.curator_id).where(Case.programme_id.in_([one.id for one in found]))
    others = select(Organisation.id).where(
        Organisation.kind == OrganisationKind.authority, Organisation.id.not_in(own)
    )
    reached = {key for pair in session.execute(cases) for key in pair if key is not None}
    return reached | {one.centre_id for one in found} | set(session.scalars(others))


def _free(
    work: Work, absent_id: int, substitute_id: int, since: date, until: date, own: Substitution | None,
    data: SubstitutionData | None = None,
) -> None:  # fmt: skip
    """Raises Invalid when another substitution of these days has the same place, or makes a chain of this one."""
    people = (absent_id, substitute_id)
    rows = work.session.scalars(
        select(Substitution).where(
            or_(Substitution.absent_user_id.in_(people), Substitution.substitute_user_id == absent_id),
            Substitution.in_force(since, until),
        )
    ).all()
    scope = own or data
    for row in rows:
        if row is own or row.ends < row.since or scope is None:
            continue
        days = {"since": f"{row.since:%d.%m.%Y}", "until": f"{row.ends:%d.%m.%Y}"}
        if row.absent_user_id == absent_id and _same_place(row, scope):
            raise Invalid(
                fields={"since": _("From %(since)s until %(until)s %(name)s stands in here already.",
                                   name=row.substitute_name, **days)}
            )  # fmt: skip
        if row.absent_user_id == substitute_id:
            raise Invalid(
                fields={"substitute": _("This employee is absent himself from %(since)s until %(until)s.", **days)}
            )  # fmt: skip
        if row.substitute_user_id == absent_id:
            raise Invalid(
                fields={"absent": _("This employee stands in for %(whom)s from %(since)s until %(until)s, and a "
                                    "substitution is not handed on: end that one first.", whom=row.whom, **days)}
            )  # fmt: skip


def _same_place(row: Substitution, other: Any) -> bool:
    return all(
        not mine or not theirs or mine == theirs
        for mine, theirs in (
            (row.role, other.role),
            (row.organisation_id, other.organisation_id),
            (row.programme_id, other.programme_id),
        )
    )


def _ground_fault(ground: str) -> Text | None:
    if not ground.strip():
        return _("This field is required.")
    if not _GROUND.search(ground):
        return _("Give the number and the date: “приказ № 15-к от 03.03.2025”.")
    return None


def _signs(work: Work, data: SubstitutionData, absent: Person | None, substitute: Person | None) -> None:
    """Raises Invalid unless there is something to sign as acting and a card to print."""
    signing = absent is not None and work.session.scalars(
        select(Position.id).where(
            Position.person_id == absent.id, Position.is_signatory.is_(True), Position.since <= data.until,
            or_(Position.until.is_(None), Position.until >= data.since),
        ).limit(1)
    ).first()  # fmt: skip
    if not signing:
        raise Invalid(fields={"is_acting": _("The absent employee signs for no organisation in these days.")})
    if substitute is None:
        raise Invalid(
            fields={
                "is_acting": _(
                    "Papers need a card of the substitute among the employees; name it in his role."
                )
            }
        )
    if data.programme_id is not None:
        raise Invalid(fields={"is_acting": _("One signs for the whole organisation, not for one programme.")})


def _person(work: Work, ids: Iterable[int | None]) -> Person | None:
    found = next((one for one in ids if one), None)
    return work.session.get(Person, found) if found else None


def _record(work: Work, tag: str, row: Substitution, values: dict[str, Any]) -> None:
    work.session.flush()
    ids = {"absent": row.absent_user_id, "substitute": row.substitute_user_id}
    audit.record(work, tag, row, data=ids, values=values)
