"""Looking up schools, people and who signs for an organisation on a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from app.access.models import Membership, Substitution
from app.access.scopes import as_system
from app.access.substitutions import acting_for, genitive
from app.core.errors import Invalid
from app.core.i18n import _
from app.schools.models import Organisation, Person, Position
from app.schools.rules import CASES, search_key, search_words, sort_key

# roles in whose place one signs for the organisation
SIGNING = frozenset({"head", "director", "curator"})


def organisations(session: Session, kind: str | None = None) -> Sequence[Organisation]:
    """Organisations by name, numbers in names sorted as numbers."""
    query = select(Organisation).order_by(Organisation.sort_key)
    if kind:
        query = query.where(Organisation.kind == kind)
    return session.scalars(query).all()


def positions_on(session: Session, organisation_id: int, day: date) -> Sequence[Position]:
    """Who works there on `day`, signatories first."""
    return session.scalars(
        select(Position)
        .options(joinedload(Position.person), joinedload(Position.organisation))
        .where(
            Position.organisation_id == organisation_id,
            Position.since <= day,
            or_(Position.until.is_(None), Position.until >= day),
        )
        .order_by(Position.is_signatory.desc(), Position.is_acting.desc(), Position.id)
    ).all()


def signatory_on(session: Session, organisation_id: int, day: date) -> Position | None:
    """The person who signs for the organisation on `day`: an acting head, if one was appointed, comes first.

    A substitution of the head by which his substitute signs gives the acting head without a second entry: a
    position of that day, kept in no table.
    """
    holder = next((p for p in positions_on(session, organisation_id, day) if p.is_signatory), None)
    if holder is None or holder.is_acting:
        return holder
    row = substitution_of(session, holder, day)
    return acting_position(session, holder, row) if row is not None else holder


def substitution_of(session: Session, holder: Position, day: date) -> Substitution | None:
    """The substitution in force on `day` by which somebody signs in the place of this office-holder."""
    with as_system(session):  # who signs on a day is a fact, whoever asks
        members = session.scalars(
            select(Membership).where(
                Membership.person_id == holder.person_id, Membership.organisation_id == holder.organisation_id
            )
        ).all()
        roles = {m.role for m in members if m.role in SIGNING}
        acting = acting_for(
            session, {m.user_id for m in members}, day, organisation_id=holder.organisation_id
        )
    for rows in acting.values():
        for row in rows:
            if row.is_acting and row.programme_id is None and (not row.role or row.role in roles):
                return row
    return None


def acting_position(session: Session, holder: Position, row: Substitution) -> Position | None:
    """«И.о. …» for the days of a substitution: the holder's position held by his substitute."""
    with as_system(session):  # as above
        person = session.get(Person, row.substitute_person_id) if row.substitute_person_id else None
    if person is None:
        return holder
    # «и.о.» is not declined: what follows stands in the genitive in every case
    title = f"и.о.\u00a0{(holder.forms or {}).get('gent') or holder.title}"
    acting = Position(
        person_id=person.id, organisation_id=holder.organisation_id, title=title, forms=dict.fromkeys(CASES, title),
        is_signatory=True, is_acting=True, basis=genitive(row.ground), since=row.since, until=row.ends,
    )  # fmt: skip
    # set past the relationships: an object linked to a stored person would be stored with it
    set_committed_value(acting, "person", person)
    set_committed_value(acting, "organisation", holder.organisation)
    return acting


def people(session: Session) -> Sequence[Person]:
    return session.scalars(select(Person).order_by(Person.search_key)).all()


def organisation_names(session: Session, limit: int = 300) -> list[str]:
    """Short names for the suggestions of a form, read as names only."""
    return list(session.scalars(select(Organisation.short_name).order_by(Organisation.sort_key).limit(limit)))


def find_organisation(session: Session, typed: str) -> Organisation:
    """The organisation a person meant by typing its name or part of it. Raises Invalid."""
    exact = session.scalars(
        select(Organisation).where(Organisation.sort_key == sort_key(typed)[:120]).limit(2)
    ).all()
    return _only(exact or _by_words(session, Organisation, typed), typed)


def person_names(session: Session, typed: str, limit: int = 50) -> list[str]:
    """Full names for the suggestions of a form: those like `typed`, else the first of the alphabet."""
    query = select(Person.surname, Person.given, Person.patronymic).order_by(Person.search_key).limit(limit)
    if typed:
        query = query.where(Person.search_key.contains(search_key(typed), autoescape=True))
    return [" ".join(part for part in row if part) for row in session.execute(query)]


def find_person(session: Session, typed: str) -> Person:
    """The person meant by typing a full name or part of it. Raises Invalid."""
    exact = session.scalars(select(Person).where(Person.search_key == search_key(typed)).limit(2)).all()
    return _only(exact or _by_words(session, Person, typed), typed)


def _by_words(session: Session, model: Any, typed: str) -> Sequence[Any]:
    query = select(model).limit(6)
    for word in search_words(typed):
        query = query.where(model.search_key.contains(word, autoescape=True))
    return session.scalars(query).all()


def _only(found: Sequence[Any], typed: str) -> Any:
    if not found:
        raise Invalid(_("Nothing is found by “%(typed)s”.", typed=typed))
    if len(found) > 1:
        names = "; ".join(one.full_name if isinstance(one, Person) else str(one) for one in found[:5])
        raise Invalid(_("Several are found, please write more exactly: %(names)s", names=names))
    return found[0]


def account_name(session: Session, user_id: int | None) -> str:
    """Who stands behind an account number, for «checked by»."""
    user = session.get(User, user_id) if user_id else None
    return user.get_full_name() if user else ""
