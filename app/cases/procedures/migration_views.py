"""The administrator's pages of moving cases to another version: rehearsal, the move itself and its undoing.

He sees codes and fates of cases here, never their contents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for

from app.access.scopes import as_system
from app.cases import parts
from app.cases.history import in_reader
from app.cases.models import ProcessVersion, VersionStatus
from app.cases.procedures import migration, moving, versions
from app.cases.procedures.migration import Fated, Order, fate_in_words
from app.cases.procedures.rehearsal_words import FATE_PILLS, counts, mapping_of, names, unmapped
from app.cases.procedures.version_views import version_url
from app.core.errors import Invalid, NotFound
from app.core.i18n import Text, _, n_
from app.ui.base import RoomView, page
from app.ui.paging import Paged, page_of

_REHEARSED = 100  # cases on one page


class MigrationView(RoomView):
    """Cases and another version of their procedure."""

    route_base = "/procedures"
    class_permission_name = "Procedures"

    @page("/<code>/<int:version>/rehearsal")
    def rehearsal(self, code: str, version: int) -> Any:
        """What would become of every live case of this version in another one; nothing changes."""
        row = versions.get(self.read(), code, version)
        return self._rehearsed(row, request.args.get("to", ""), mapping_of(request.args))

    def _rehearsed(
        self, row: ProcessVersion, chosen: str, mapping: dict[str, str], fault: Text | str | None = None
    ) -> Any:
        """The page of a rehearsal; what could not be done stands on it, and nothing chosen is lost."""
        work = self.read()
        targets = [
            one for one in versions.listing(work) if one.code == row.code and one.version != row.version
        ]
        target = next((one for one in targets if str(one.version) == chosen), None) or _default(row, targets)
        if target is None:
            raise NotFound(_("There is no other version to move to."))
        order = Order(row.code, row.version, target.version, mapping)
        total = versions.counts_of_live(work).get((row.code, row.version), 0)
        number = page_of(total, _REHEARSED)
        given = _given(target.version, mapping)
        fated: list[Fated] = []
        unfit: list[Fated] = []
        waiting: list[dict[str, Any]] = []
        name: Any = str
        try:
            fated = migration.rehearse(work, order, (number - 1) * _REHEARSED, _REHEARSED)
            old, new, _rule = migration.definitions_of(work, order)
            if total > _REHEARSED:  # the rest is on other pages; what cannot move is told of all
                unfit = migration.unfit(work, order)
            waiting, name = unmapped(unfit or fated, old, new), names(old, new)
        except Invalid as error:
            fault = error.message
        return self.render(
            "cases/rehearsal.html", 422 if fault else 200, row=row, target=target, targets=targets, fated=fated,
            mapping=mapping, fate_in_words=fate_in_words, pills=FATE_PILLS, in_reader=in_reader,
            open=waiting, name=name,
            counts=counts(unfit if total > _REHEARSED else fated), total=total, unfit=len(unfit),
            pages=Paged(fated, number, _REHEARSED, total, path=_rehearsal_url(row), given=given),
            moving=moving.progress(work, row.code, row.version),
            may_move=target.status == VersionStatus.published, fault=fault,
            dropped=migration.NO_SUCCESSOR, ticked=request.form.getlist("case") if request.form else None,
        )  # fmt: skip

    @page("/<code>/<int:version>/migrate", permission="write", methods=("POST",))
    def migrate(self, code: str, version: int) -> Any:
        """Move the chosen cases, one by one; the answer is a result per case."""
        row = versions.get(self.read(), code, version)
        target = request.form.get("to", "")
        if not (target.isascii() and target.isdigit() and len(target) < 9):
            raise Invalid(_("Choose the version to move to."))
        chosen = tuple(text[:40] for text in request.form.getlist("case"))
        mapping = mapping_of(request.form)
        if "all" in request.form:
            order = Order(code, version, int(target), mapping)
            try:
                with self.write() as work:
                    return self._begun(row, order, moving.begin(work, order))
            except Invalid as error:
                return self._rehearsed(row, target, mapping, error.message)
        if not chosen:
            return self._rehearsed(row, target, mapping, _("Choose at least one case."))
        versions.get(self.read(), code, int(target))
        order = Order(code, version, int(target), mapping, chosen, losing=True)
        try:
            if len(chosen) >= parts.FROM:
                with self.write() as work:
                    return self._begun(row, order, moving.begin(work, order, migration.rehearse(work, order)))
            results = migration.carry_out(self.write, order)
        except NotFound as error:  # the form was sent twice: they have moved
            return self.done(_rehearsal_url(row, order), error.message, "warning")
        except Invalid as error:
            return self._rehearsed(versions.get(self.read(), code, version), target, mapping, error.message)
        work = self.read()
        return self.render(
            "cases/migrated.html", results=results, row=versions.get(work, code, int(target)), source=version,
            in_reader=in_reader,
        )  # fmt: skip

    def _begun(self, row: ProcessVersion, order: Order, count: int) -> Any:
        told = n_("%(n)s case is being moved; this page says how far it has come.",
                  "%(n)s cases are being moved; this page says how far it has come.", count)  # fmt: skip
        return self.done(_rehearsal_url(row, order), told)

    @page("/<code>/<int:version>/undo", permission="write", methods=("POST",))
    def undo_all(self, code: str, version: int) -> Any:
        """Take back every move to this version that still can be."""
        with self.write() as work:
            where = version_url(versions.get(work, code, version))
            count = moving.begin_back(work, code, version)
        told = n_(
            "The move of %(n)s case is being taken back.",
            "The moves of %(n)s cases are being taken back.",
            count,
        )
        return self.done(where, told)

    @page("/undo", permission="write", methods=("POST",))
    def undo(self) -> Any:
        with self.write() as work:
            case = migration.undo(work, request.form.get("case", "")[:40])
            with as_system(work.session):  # its version only
                row = versions.get(work, case.definition_code, case.definition_version)
            where, told = (
                version_url(row),
                _("%(code)s is back in version %(version)s.", code=case.code, version=row.version),
            )
        return self.done(where, told)


def _rehearsal_url(row: ProcessVersion, order: Order | None = None) -> str:
    """The rehearsal; after an order, of the version and with the mapping it names."""
    given: dict[str, Any] = {} if order is None else _given(order.target, order.mapping)
    return url_for("MigrationView.rehearsal", code=row.code, version=row.version, **given)


def _given(target: int, mapping: Mapping[str, str]) -> dict[str, str]:
    """What the address of a rehearsal says."""
    return {"to": str(target), **{f"map.{old}": new for old, new in mapping.items()}}


def _default(row: ProcessVersion, targets: list[ProcessVersion]) -> ProcessVersion | None:
    """The version one most likely wants to move to: the newest that is published since, or at least checked."""
    fit = [one for one in targets if one.status in (VersionStatus.published, VersionStatus.checked)]
    published = [one for one in fit if one.status == VersionStatus.published and one.version > row.version]
    return max(published or fit, key=lambda one: one.version, default=None)


VIEWS = [MigrationView]
