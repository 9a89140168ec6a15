"""Who sees a file: whoever sees its case; a programme's file is the authority's, and of the documents it is part of.

The room of documents adds the second half (`also_visible`): a school opens the scan of an order about it.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, or_

from app.access.scopes import policy
from app.cases.policy import of_own_programme, of_visible_case
from app.core.actor import Actor
from app.files.models import StoredFile

_more: list[Callable[[Actor], ColumnElement[bool]]] = []


def also_visible(condition: Callable[[Actor], ColumnElement[bool]]) -> None:
    """Plug in a further reason to see a file (a condition on `stored_files.id`)."""
    _more.append(condition)


@policy(StoredFile)
def visible_files(actor: Actor) -> ColumnElement[bool]:
    files = StoredFile.__table__
    return or_(
        of_visible_case(files.c.case_id, actor),
        of_own_programme(files.c.programme_id, actor),
        *(condition(actor) for condition in _more),
    )
