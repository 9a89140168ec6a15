"""Flask-AppBuilder's CRUD for reference books, with row policies, history and hardened parameters.

What is hardened here was a hole in FAB (ARCHITECTURE, «Facts about Flask-AppBuilder»): filter state shared
between threads, sorting by a hidden column, preset foreign keys on forms, odd page numbers, GET actions,
`/download`. Each has its test in tests/web/test_fab_holes.py.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from flask import g, has_request_context, request
from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from werkzeug.exceptions import BadRequest, NotFound

from app.access.scopes import condition
from app.audit import service as audit
from app.core.unit_of_work import Work
from app.ui.base import RoomView, page

METHOD_PERMISSIONS = {"list": "read", "show": "read", "add": "write", "edit": "write", "delete": "write"}
MAX_PAGE_SIZE = 100
MAX_KEY = 2**31  # keys are 32-bit integers on PostgreSQL
MAX_TEXT = 200


class GuardedInterface(SQLAInterface):
    """FAB's data interface for a key that came from outside: not a number means not found."""

    eager: tuple[
        Any, ...
    ] = ()  # loader options, so that a list costs the same number of queries at any length

    def apply_filters(self, query: Any, filters: Any) -> Any:
        return super().apply_filters(query, filters).options(*self.eager)

    def get(self, id: Any, filters: Any = None, select_columns: Any = None, **kwargs: Any) -> Any:
        if not re.fullmatch(r"[0-9]{1,10}", str(id)) or int(id) >= MAX_KEY:
            return None
        return super().get(int(id), filters, select_columns, **kwargs)


class ScopedInterface(GuardedInterface):
    """The same with the model's row policy added to lists, single rows and relations.

    The session applies the policies too; this wall stands even where FAB builds its own statements.
    """

    def apply_filters(self, query: Any, filters: Any) -> Any:
        return super().apply_filters(query, filters).where(condition(self.obj, g.get("actor")))


class ReferenceView(RoomView, ModelView):
    """A reference book: list, card, form. Corrections keep the old value in the history.

    `search_columns`, `list_columns`, `order_columns` and the form's columns are always named, because FAB's
    defaults read every table a foreign key points to. Nothing is downloaded and there are no bulk actions.
    """

    class_permission_name = "Reference"
    method_permission_name = METHOD_PERMISSIONS
    base_permissions = ["can_read", "can_write"]
    default_view = "list"
    page_size = 50
    audit_name = "reference"
    order_as: Mapping[str, str] = {}  # column of the list → column it is sorted by
    download = action = action_post = None  # FAB's routes that this product has no use for

    # FAB keeps the filters of the request on the view, which all threads share; ours belong to the request.
    @property
    def _filters(self) -> Any:
        if not has_request_context():
            return self._filter_model
        mine = g.setdefault("crud_filters", {})
        if self not in mine:
            mine[self] = copy.copy(self._filter_model)
            mine[self].clear_filters()
        return mine[self]

    @_filters.setter
    def _filters(self, filters: Any) -> None:
        self._filter_model = filters

    @page("/list/")
    def list(self) -> Any:
        return super().list()

    @page("/show/<pk>")
    def show(self, pk: str) -> Any:
        return super().show(pk)

    @page("/add", permission="write", methods=("GET", "POST"))
    def add(self) -> Any:
        return super().add()

    @page("/edit/<pk>", permission="write", methods=("GET", "POST"))
    def edit(self, pk: str) -> Any:
        return super().edit(pk)

    @page("/delete/<pk>", permission="write", methods=("POST",))
    def delete(self, pk: str) -> Any:
        return super().delete(pk)

    def _list(self, **kwargs: Any) -> Any:
        self._check_filters()
        return super()._list(**kwargs)

    def _check_filters(self) -> None:
        """Raises BadRequest for a filter this list does not offer or a value its column cannot take."""
        offered = self._filters.get_search_filters()
        for name in request.args:
            if not name.startswith("_flt_"):
                continue
            found = re.fullmatch(r"_flt_([0-9])_(\w+)", name, re.ASCII)
            if not found or found[2] not in offered or int(found[1]) >= len(offered[found[2]]):
                raise BadRequest
            for value in request.args.getlist(name):
                if len(value) > MAX_TEXT or (value and not _fits(self.datamodel, found[2], value)):
                    raise BadRequest

    def _get_list_widget(self, order_column: str = "", **kwargs: Any) -> Any:
        if order_column and order_column not in self.order_columns:
            raise BadRequest  # sorting by a column that is not shown would tell its content
        return super()._get_list_widget(order_column=self.order_as.get(order_column, order_column), **kwargs)

    def item(self, pk: str) -> Any:
        """The row behind an address. Raises NotFound for an absent and for a hidden one alike."""
        found = self.datamodel.get(pk)
        if found is None:
            raise NotFound
        return found

    def _work(self) -> Work:
        return Work(self.datamodel.session(), self.actor, self.runtime.clock.now(), self.runtime.ports)

    def pre_update(self, item: Any) -> None:
        from sqlalchemy import inspect

        changes = {
            attribute.key: {"old": attribute.history.deleted[0], "new": attribute.value}
            for attribute in inspect(item).attrs
            if attribute.history.has_changes() and attribute.history.deleted
        }
        if changes:
            audit.record(self._work(), f"{self.audit_name}:edit", item, data={"fields": sorted(changes)},
                         values={k: {n: _plain(v) for n, v in c.items()} for k, c in changes.items()})  # fmt: skip

    def pre_add(self, item: Any) -> None:
        audit.record(self._work(), f"{self.audit_name}:add", (item.__tablename__, None))

    def pre_delete(self, item: Any) -> None:
        audit.record(self._work(), f"{self.audit_name}:delete", item)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool, type(None), dict, list)) else str(value)


def _fits(datamodel: SQLAInterface, column: str, value: str) -> bool:
    if datamodel.is_relation(column) or datamodel.is_integer(column):
        return bool(re.fullmatch(r"-?[0-9]{1,9}", value))
    if datamodel.is_boolean(column):
        return value in ("y", "n")
    if datamodel.is_date(column) or datamodel.is_datetime(column):
        return bool(re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])", value))
    return True


def reject_odd_parameters() -> None:
    """FAB's list parameters from outside: a bad page number, size or preset form field is a 400.

    `_flt_` on add and edit would set foreign keys. FAB looks for the words anywhere in a name, so we do too.
    """
    on_form = re.search(r"/(add|edit)(/|$)", request.path) is not None
    for name, value in request.args.items(multi=True):
        if ("page_" in name or "psize_" in name) and not re.fullmatch(r"[0-9]{1,8}", value):
            raise BadRequest
        if "psize_" in name and int(value) > MAX_PAGE_SIZE:
            raise BadRequest
        if "_flt_" in name and on_form:
            raise BadRequest
