"""The pages of the journal: its table by series and year, annulment, reservation, explanation of gaps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import url_for

from app.access.scopes import get_visible
from app.access.sent_forms import once
from app.audit import service as audit
from app.core.errors import Invalid, NotFound, Refusal
from app.core.i18n import _, in_locale
from app.core.unit_of_work import Work
from app.documents import register_page, register_print, register_sheet, service
from app.documents.forms import AnnulForm, GapForm, ReserveForm
from app.documents.models import NumberGap, Registration, Series
from app.documents.printing import MEDIA_TYPE as DOCX
from app.documents.queries import noted_series, series_of
from app.documents.rules import INCOMING
from app.files.views import attachment
from app.ui.base import RoomView, int_arg, page

FORM = ("GET", "POST")
RESERVED_DAYS = 30  # offered to the clerk, who may choose another day


class JournalView(RoomView):
    route_base = "/journal"
    class_permission_name = "Journal"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        kept = [*series_of(work.session, sorted(work.actor.organisation_ids("clerk", "head"))),
                *noted_series(work.session)]  # fmt: skip
        years = sorted({series.year for series in kept}, reverse=True)
        year = int_arg("year") or (years[0] if years else work.today.year)
        of_year = sorted((series for series in kept if series.year == year), key=_rank)
        chosen = next((s for s in of_year if s.id == int_arg("series")), None)
        series = chosen or (of_year[0] if of_year else None)
        rows = register_page.rows(work.session, series) if series else []
        return self.render(
            "documents/journal.html", years=years, year=year, of_year=of_year, series=series, rows=rows,
            closing=register_page.closing(series, rows, work.today) if series and series.kept_here else None,
            series_title=register_page.title, is_clerk=work.actor.has("clerk"),
        )  # fmt: skip

    @page("/<int:series_id>/export.xlsx")
    def export(self, series_id: int) -> Any:
        """The journal as a spreadsheet; who took it is part of the history."""
        work = self.read()  # a long journal is laid out before the write begins: writers wait for each other
        series = self._exported(work, series_id)
        return self._given(work, series, register_sheet.workbook, "xlsx", register_sheet.MEDIA_TYPE)

    @page("/<int:series_id>/export.docx")
    def export_docx(self, series_id: int) -> Any:
        """The journal as a landscape document for the printer."""
        work = self.read()
        series = self._exported(work, series_id)
        return self._given(work, series, register_print.document, "docx", DOCX)

    def _exported(self, work: Work, series_id: int) -> Series:
        kept = series_of(work.session, sorted(work.actor.organisation_ids("clerk", "head")))
        found = next((s for s in [*kept, *noted_series(work.session)] if s.id == series_id), None)
        if found is None:
            raise NotFound
        return found

    def _given(self, work: Work, series: Series, make: Any, extension: str, media_type: str) -> Any:
        with in_locale("ru"):  # an official register is Russian
            rows = register_page.rows(work.session, series)
            data = make(series, rows, register_page.closing(series, rows, work.today))
            name = f"Журнал регистрации, {register_page.title(series)}.{extension}"
        with self.write() as work:
            audit.record(work, "journal:export", (Series.__tablename__, series.id))
        return attachment(data, name, media_type)

    @page("/lines/<int:line_id>/annul", methods=FORM, permission="write")
    def annul(self, line_id: int) -> Any:
        work = self.read()
        line = get_visible(work.session, Registration, line_id)
        leap = service.leap_of(work, line)
        form = AnnulForm()
        if leap is None and not form.was_slip.data:  # a tick that came too late is told so
            del form.was_slip
        shown = line.document.version if line.document else 0  # a line without a paper has nothing to outdate
        form.expected_version.data = form.expected_version.data or str(shown)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.annul(work, line_id, form.reason.data or "", self.expected_version(),
                                  was_slip="was_slip" in form and bool(form.was_slip.data))  # fmt: skip
                return self.done(
                    self._url(line.series), _("The line is annulled; its number is not given again")
                )
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        lead = _("Only for a paper registered by mistake. An unwanted order is cancelled by another order.")
        return self._form(form, line.series, _("Annul the line %(number)s", number=service.printed(line)),
                          _("Annul"), lead, danger=True)  # fmt: skip

    @page("/<int:series_id>/explain", methods=FORM, permission="write")
    def explain(self, series_id: int) -> Any:
        series = get_visible(self.read().session, Series, series_id)
        form = GapForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    found = get_visible(work.session, Series, series_id)
                    first, last = int(form.first.data or 0), int(form.last.data or 0)
                    service.explain_gap(work, found, first, last, form.note.data or "")
                return self.done(self._url(series), _("The missing numbers are explained"))
            except Invalid as error:
                form.take_errors(error)
        return self._form(form, series, _("Explain missing numbers"), _("Save"))

    @page("/<int:series_id>/reserve", methods=FORM, permission="write")
    def reserve(self, series_id: int) -> Any:
        work = self.read()
        series = get_visible(work.session, Series, series_id)
        last = date(series.year, 12, 31)
        start = min(work.today + timedelta(days=RESERVED_DAYS), last)
        form = ReserveForm(data={"holder": work.actor.name, "until": start})
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    found = get_visible(work.session, Series, series_id)
                    holder, until = form.holder.data or "", form.until.data
                    purpose = form.purpose.data or ""
                    gap_id = once(
                        work, form.send_key.data, lambda: service.reserve(work, found, purpose, holder, until)
                    )
                    number = get_visible(work.session, NumberGap, gap_id).first
                return self.done(self._url(series), _("Number %(number)s is reserved", number=number))
            except Invalid as error:
                form.take_errors(error)
        return self._form(form, series, _("Reserve the next number"), _("Reserve"))

    def _url(self, series: Series) -> str:
        return url_for("JournalView.index", year=series.year, series=series.id)

    def _form(
        self, form: Any, series: Series, heading: Any, submit: Any, lead: Any = None, *, danger: bool = False
    ) -> Any:
        if series.organisation_id not in self.actor.organisation_ids("clerk"):
            raise NotFound
        return self.render("documents/form.html", form.status, document=None, form=form, heading=heading,
                           submit=submit, lead=lead, danger=danger, back=self._url(series))  # fmt: skip


def _rank(series: Series) -> tuple[bool, int, str]:
    """Orders first, then minutes, then what came from others; numbers of schools last."""
    place = {"order": 0, "protocol": 1, INCOMING: 2}.get(series.kind, 3)
    return not series.kept_here, place, series.organisation.sort_key


VIEWS: list[type[RoomView]] = [JournalView]
