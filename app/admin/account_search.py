"""Accounts named by typing: suggestions with the account name, and the one a person meant."""

from __future__ import annotations

from collections.abc import Sequence

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import Invalid
from app.core.i18n import _
from app.schools.models import Person

SIGN = " · "


def labels(session: Session, limit: int = 400) -> list[str]:
    """Open accounts by name: «Образцова Мария Ивановна · head»."""
    query = select(User).where(User.active.is_(True)).order_by(User.last_name, User.first_name).limit(limit)
    return [label(user) for user in session.scalars(query)]


def label(user: User) -> str:
    return f"{user.last_name} {user.first_name}{SIGN}{user.username}"


def find_account(session: Session, typed: str) -> User:
    """The account meant by a suggestion, an account name or part of a name. Raises Invalid."""
    name = typed.rpartition(SIGN.strip())[2].strip()
    exact = session.scalars(select(User).where(func.lower(User.username) == name.lower())).first()
    if exact is not None:
        return exact
    query = select(User).order_by(User.last_name).limit(6)
    for word in typed.casefold().replace("ё", "е").split()[:8]:
        full = func.replace(func.lower(User.last_name + " " + User.first_name), "ё", "е")
        query = query.where(full.contains(word, autoescape=True))
    return _only(session, session.scalars(query).all(), typed)


def _only(session: Session, found: Sequence[User], typed: str) -> User:
    if len(found) == 1:
        return found[0]
    if found:
        raise Invalid(
            _(
                "Several are found, please write more exactly: %(names)s",
                names="; ".join(map(label, found[:5])),
            )
        )
    known = session.scalars(
        select(Person.id).where(
            Person.search_key.contains(typed.casefold().replace("ё", "е"), autoescape=True)
        )
    ).first()
    if known is not None:
        raise Invalid(_("This employee has no account: the administrator opens one first."))
    raise Invalid(_("Nothing is found by “%(typed)s”.", typed=typed))


def short_name(user: User, person: Person | None, case: str = "nomn") -> str:
    """«Образцова М.И.», in the accusative «Образцову М.И.»; from the account when there is no card."""
    if person is None:
        initials = "".join(f"{part[0]}." for part in user.first_name.split() if part)
        return f"{user.last_name}\u00a0{initials}"[:120]
    surname = person.surname
    if form := (person.forms or {}).get(case):
        surname = " ".join(form.split()[: len(surname.split())]) or surname
    return f"{surname}\u00a0{person.initials}"[:120]
