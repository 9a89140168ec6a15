"""Looking up schools, people and who signs for an organisation on a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.core.errors import Invalid
from app.core.i18n import _
from app.schools.models import Organisation, Person, Position
from app.schools.rules import search_key, sort_key


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
    """The person who signs for the organisation on `day`: an acting head, if one was appointed, comes first."""
    return next((p for p in positions_on(session, organisation_id, day) if p.is_signatory), None)


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
    for word in search_key(typed).split():
        query = query.where(model.search_key.contains(word, autoescape=True))
    return session.scalars(query).all()


def _only(found: Sequence[Any], typed: str) -> Any:
    if not found:
        raise Invalid(_("Nothing is found by «%(typed)s».", typed=typed))
    if len(found) > 1:
        names = "; ".join(one.full_name if isinstance(one, Person) else str(one) for one in found[:5])
        raise Invalid(_("Several are found, please write more exactly: %(names)s", names=names))
    return found[0]


def account_name(session: Session, user_id: int | None) -> str:
    """Who stands behind an account number, for «checked by»."""
    user = session.get(User, user_id) if user_id else None
    return user.get_full_name() if user else ""
