"""The administrator's pages of procedures: their versions from the upload to the end, drawing and differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from flask import request, url_for
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import HiddenField

from app.cases.context import date_names
from app.cases.history import in_reader
from app.cases.models import ProcessVersion, VersionStatus
from app.cases.procedures import migration, moving, version_uploads, versions
from app.cases.procedures.names import room_names
from app.cases.texts import STATUS_TITLES
from app.core.errors import Invalid
from app.core.i18n import Text, _, current_locale
from app.core.unit_of_work import Work
from app.engine.anchors import DateNames
from app.engine.comparing import comparison
from app.engine.definition import Definition
from app.engine.drawing import diagram
from app.engine.drawing.staying import staying_steps
from app.engine.reading import loader
from app.ui.base import RoomView, page
from app.ui.forms import RoomForm, ScanField, YesField

PILLS = {"draft": "warn", "checked": "info", "published": "ok", "retired": ""}
_UNDOABLE = 20  # cases named on one page


class UploadForm(RoomForm):
    source = ScanField(
        _("Definition"), required=True, types=("yaml", "yml"), megabytes=2,
        description=_("YAML; the keys are described in workflows/schema.json"),
    )  # fmt: skip
    scenarios = ScanField(
        _("Scenarios"), types=("yaml", "yml"), megabytes=2, render_kw={"multiple": True},
        description=_("Files that stand beside the definition; several may be chosen at once"),
    )  # fmt: skip
    replaces = YesField(_("In place of the draft that is there"))
    over = HiddenField()

    def over_seen(self, mark: str = "") -> str | None:
        """Which draft of another person is replaced; the tick is offered only where there is one."""
        self.over.data = mark or self.over.data
        if not self.over.data:
            del self.replaces
            return None
        return self.over.data if self.replaces.data else None


class ReviseForm(RoomForm):
    source = ScanField(_("Corrected definition"), required=True, types=("yaml", "yml"), megabytes=2)
    expected_version = HiddenField()


class ProcedureView(RoomView):
    """Versions of the procedures the cases run by."""

    route_base = "/procedures"
    class_permission_name = "Procedures"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        rows = versions.listing(work)
        newest = {row.code: row.version for row in reversed(rows) if row.status == VersionStatus.published}
        return self.render(
            "cases/procedures.html", rows=rows, live=versions.counts_of_live(work), newest=newest,
            statuses=STATUS_TITLES, pills=PILLS, titles={row.id: _title(row.source, row.code) for row in rows},
        )  # fmt: skip

    @page("/upload", permission="write", methods=("GET", "POST"))
    def upload(self) -> Any:
        form: Any = UploadForm()
        over = form.over_seen("" if form.is_submitted() else request.args.get("over", ""))
        if form.validate_on_submit():
            try:
                beside = {_name(file): _bytes(file) for file in form.scenarios.raw_data or ()}
                with self.write() as work:
                    row = version_uploads.upload(
                        work, version_uploads.Upload(_bytes(form.source.data), beside, over)
                    )
                    where, told = version_url(row), _told_of(row)
                    sound = row.status == VersionStatus.checked
                return self.done(where, told, "ok" if sound else "warning")
            except version_uploads.OthersDraft as error:
                form = UploadForm(formdata=None)
                form.over_seen(error.mark)
                form.take_errors(error)
            except Invalid as error:
                form.take_errors(error)
        return self.render(
            "cases/form.html", form.status, form=form, heading=_("Upload a version"), submit=_("Upload and check"),
            back=url_for("ProcedureView.index"), above=_("Procedures"),
        )  # fmt: skip

    @page("/<code>/<int:version>")
    def show(self, code: str, version: int) -> Any:
        """One version: where it stands, what differs from the one before, what the check says, the drawing."""
        work = self.read()
        row = versions.get(work, code, version)
        examined = versions.examine(work, row)
        before = _before(work, row)
        dates = date_names(work.ports.dates)
        changes = (
            comparison.compare(before[1], examined.definition, room_names(work.ports.dates))
            if before and examined.definition
            else []
        )
        undoable = migration.undoable(work, code, version)
        released = [
            one for one in versions.listing(work)
            if one.code == code and one.version != version and one.status == VersionStatus.published
        ]  # fmt: skip
        return self.render(
            "cases/procedure.html", row=row, examined=examined, changes=changes, before=before[0] if before else None,
            state=STATUS_TITLES[row.status], pill=PILLS[row.status], released=released,
            drafted=version_uploads.drafted(work, row), others=version_uploads.others_draft(work, row),
            live=versions.counts_of_live(work).get((code, version), 0), in_reader=in_reader,
            revisions=versions.revisions(work, row), undoable=undoable[:_UNDOABLE],
            more_undoable=len(undoable) - _UNDOABLE,
            moving=moving.progress(work, code, version),
            drawing=_drawn(examined.definition, dates), roles_of=partial(_roles_of, examined.definition),
            numbers=_numbers(examined.definition),
            staying=staying_steps(examined.definition) if examined.definition else [],
        )  # fmt: skip

    @page("/<code>/<int:version>/yaml")
    def export(self, code: str, version: int) -> Any:
        row = versions.get(self.read(), code, version)
        response = Response(row.source, content_type="application/yaml; charset=utf-8")
        name = f"{row.code}-v{row.version}.yaml"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @page("/<code>/<int:version>/check", permission="write", methods=("POST",))
    def check(self, code: str, version: int) -> Any:
        with self.write() as work:
            found = versions.check(work, code, version)
            where = version_url(versions.get(work, code, version))
        if found.errors:
            return self.done(where, _("The check has found faults."), "warning")
        return self.done(where, _("The check has found no faults."))

    @page("/<code>/<int:version>/publish", permission="write", methods=("POST",))
    def publish(self, code: str, version: int) -> Any:
        with self.write() as work:
            where = version_url(versions.publish(work, code, version, request.form.get("hash")))
        return self.done(where, _("The version is published: new cases are opened in the newest one."))

    @page("/<code>/<int:version>/retire", permission="write", methods=("POST",))
    def retire(self, code: str, version: int) -> Any:
        with self.write() as work:
            where = version_url(versions.retire(work, code, version))
        return self.done(where, _("The version is retired."))

    @page("/<code>/<int:version>/drop", permission="write", methods=("POST",))
    def drop(self, code: str, version: int) -> Any:
        with self.write() as work:
            version_uploads.drop_draft(work, code, version, request.form.get("hash"))
        return self.done(url_for("ProcedureView.index"), _("The draft is thrown away."))

    @page("/<code>/<int:version>/revise", permission="write", methods=("GET", "POST"))
    def revise(self, code: str, version: int) -> Any:
        """Another text of a published version: titles and sentences only."""
        row = versions.get(self.read(), code, version)
        where = version_url(row)
        form: Any = ReviseForm()
        form.expected_version.data = form.expected_version.data or str(row.revision)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    version_uploads.revise(
                        work, code, version, _bytes(form.source.data), self.expected_version()
                    )
                return self.done(
                    where, _("The texts are corrected; cases of this version read them at once.")
                )
            except Invalid as error:
                form.take_errors(error)
        heading = _("Correct the texts of %(name)s", name=f"{code} v{version}")
        return self.render(
            "cases/form.html",
            form.status,
            form=form,
            heading=heading,
            submit=_("Correct"),
            back=where,
            above=f"{code} v{version}",
            before_back=[(url_for("ProcedureView.index"), _("Procedures"))],
        )


@lru_cache(maxsize=64)
def _titles(source: str) -> Mapping[str, str]:
    definition, _found = loader.parse_text(source, "")
    return definition.titles if definition else {}


def _title(source: str, code: str) -> str:
    """What the procedure calls itself; its code while it cannot be read."""
    return in_reader(_titles(source)) or code


def version_url(row: ProcessVersion) -> str:
    return url_for("ProcedureView.show", code=row.code, version=row.version)


def _name(file: FileStorage) -> str:
    return file.filename or "scenarios.yaml"


def _bytes(file: FileStorage) -> bytes:
    return file.stream.read(version_uploads.MAX_BYTES + 1)


def _told_of(row: ProcessVersion) -> Text:
    if row.status == VersionStatus.checked:
        return _("%(name)s is uploaded; the check has found no faults.", name=str(row))
    return _("%(name)s is uploaded as a draft; the check has found faults.", name=str(row))


def _before(work: Work, row: ProcessVersion) -> tuple[int, Definition] | None:
    """The version this one is compared with: the nearest earlier one that was released."""
    earlier = {
        number: one
        for number, one in versions.others(work, row.code, row.version).items()
        if number < row.version
    }
    return max(earlier.items(), key=lambda one: one[0]) if earlier else None


def _drawn(definition: Definition | None, dates: DateNames) -> dict[str, Markup]:
    if definition is None:
        return {}
    language = "en" if current_locale() == "en" else "ru"
    # the engine escapes every word of the definition itself
    return {
        "wide": Markup(diagram.draw(definition, language, legend=False, dates=dates)),  # noqa: S704
        "slim": Markup(diagram.draw(definition, language, sheet=diagram.SLIM, legend=False, dates=dates)),  # noqa: S704
    }


def _roles_of(definition: Definition | None, codes: Sequence[str]) -> str:
    """Roles as this version calls them, so that the list below the drawing says what the drawing says."""
    known = definition.roles if definition is not None else {}
    return ", ".join(in_reader(known[code].titles) if code in known else code for code in codes)


def _numbers(definition: Definition | None) -> list[tuple[int, Any]]:
    if definition is None:
        return []
    numbers = diagram.numbered_steps(definition)
    return [
        (number, definition.transitions[key])
        for key, number in sorted(numbers.items(), key=lambda one: one[1])
    ]


VIEWS = [ProcedureView]
