"""The language each person reads letters in: chosen by himself, Russian until then."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.models import AccountLanguage
from app.access.scopes import as_system
from app.access.sessions import own_transaction
from app.core.actor import SYSTEM
from app.core.db import Database
from app.core.errors import Invalid
from app.core.i18n import LOCALES, Text, _
from app.core.unit_of_work import Work

DEFAULT = "ru"
NAMES: dict[str, Text] = {"ru": _("Russian"), "en": _("English")}


def language_of(session: Session, user_id: int) -> str:
    """The language of an account, whoever asks: what it is told outside a page is told in it."""
    return chosen_by(session, user_id) or DEFAULT


def chosen_by(session: Session, user_id: int) -> str | None:
    """The language a person chose; None as long as he chose none."""
    with as_system(session):
        row = session.get(AccountLanguage, user_id)
    return row.language if row is not None and row.language in LOCALES else None


def choose(work: Work, language: str) -> str:
    """Keep the language the actor wants to read. Raises Invalid at `language` for one the system does not speak."""
    user_id = work.actor.user_id
    if user_id is None or language not in LOCALES:
        raise Invalid(fields={"language": _("The system speaks Russian and English: choose one of them.")})
    row = work.session.get(AccountLanguage, user_id)
    if row is None:
        work.session.add(AccountLanguage(user_id=user_id, language=language))
    else:
        row.language = language
    return language


def at_login(database: Database, user_id: int, seen: str) -> str:
    """The language of the pages after a login: the account's own; another one read at the login becomes its own.

    Written in a transaction of its own, like the session itself.
    """
    with database.sessions(info={"actor": SYSTEM}) as session:
        known = chosen_by(session, user_id)
    if known is not None or seen == DEFAULT or seen not in LOCALES:
        return known or DEFAULT
    with own_transaction(database) as session:
        if chosen_by(session, user_id) is None:
            session.add(AccountLanguage(user_id=user_id, language=seen))
    return seen
