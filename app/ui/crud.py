"""Flask-AppBuilder's CRUD for reference books, with row policies, history and hardened parameters."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from werkzeug.exceptions import BadRequest

from app.access.scopes import condition
from app.access.security import runtime
from app.audit import service as audit
from app.core.unit_of_work import Work

METHOD_PERMISSIONS = {"list": "read", "show": "read", "add": "write", "edit": "write", "delete": "write"}
MAX_PAGE_SIZE = 100


class ScopedInterface(SQLAInterface):
    """FAB's data interface, with the model's row policy added to lists, single rows and relations.

    The session applies the same policies; this wall stands even where FAB builds its own statements.
    """

    def apply_filters(self, query: Any, inner_filters: Any) -> Any:
        from flask import g

        query = super().apply_filters(query, inner_filters)
        return query.where(condition(self.obj, getattr(g, "actor", None)))

    def get(self, id: Any, filters: Any = None, select_columns: Any = None) -> Any:
        try:
            key = int(id)
        except (TypeError, ValueError):
            return None
        if abs(key) >= 2**63:
            return None
        return super().get(key, filters, select_columns)


class ReferenceView(ModelView):
    """A reference book: list, card, form. Corrections keep the old value in the history.

    `search_columns`, `list_columns` and the form's columns are always named, because FAB's defaults
    read every table a foreign key points to.
    """

    class_permission_name = "Reference"
    method_permission_name = METHOD_PERMISSIONS
    base_permissions = ["can_read", "can_write"]
    page_size = 50
    audit_name = "reference"

    def _work(self) -> Work:
        from flask import g

        system = runtime()
        return Work(self.datamodel.session(), g.actor, system.clock.now(), system.ports)

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


def reject_odd_parameters() -> None:
    """FAB's list parameters from outside: bad page numbers are 400, preset form fields are dropped.

    `_flt_` on add and edit would set foreign keys; an unknown page or order would be a 500.
    """
    for name, value in request.args.items():
        if name.startswith(("page_", "psize_")) and not (value.isdigit() and len(value) < 10):
            raise BadRequest
        if name.startswith("psize_") and int(value) > MAX_PAGE_SIZE:
            raise BadRequest
        if name.startswith("_flt_") and request.path.rstrip("/").rsplit("/", 1)[-1] == "add":
            raise BadRequest
