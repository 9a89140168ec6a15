"""The calendar of a year from a file, and what a changed calendar does to terms that run."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from flask import request, url_for
from wtforms import HiddenField

from app.audit import service as audit
from app.calendar import holidays_ru, queries, service, sheet
from app.calendar.rules import DayInput
from app.calendar.sheet import SheetFaults
from app.cases import parts, terms
from app.core.errors import Invalid, NotFound, OporaError
from app.core.i18n import _, n_
from app.files.views import attachment
from app.ui.base import RoomView, page
from app.ui.forms import NumberField, RoomForm, ScanField

_SHOWN = 100  # cases of one page
_MAX_KEPT = 100_000  # characters of the days that travel with the preview


class YearForm(RoomForm):
    year = NumberField(_("Year"), required=True, whole=True, minimum=service.EARLIEST, maximum=service.LATEST)
    file = ScanField(_("File"), required=True, types=("xlsx",), megabytes=1)


class ApplyForm(RoomForm):
    """What the preview showed, sent back to be applied."""

    year = HiddenField()
    basis = HiddenField()
    days = HiddenField()


class CalendarView(RoomView):
    """Import of a year with its preview, and the recounting of terms."""

    route_base = "/calendar"
    class_permission_name = "WorkingDays"

    @page("/template/<int:year>")
    def template(self, year: int) -> Any:
        """The sheet of a year to fill: what is entered, or else what is known of the country's holidays."""
        if not service.EARLIEST <= year <= service.LATEST:
            raise NotFound
        kept = {day.date: (day.is_working, day.title) for day in queries.days_of(self.read().session, year)}
        data = sheet.template(year, kept or holidays_ru.days_of(year))
        return attachment(data, f"Производственный календарь {year}.xlsx", sheet.MEDIA_TYPE)

    @page("/import", permission="write", methods=("GET", "POST"))
    def load(self) -> Any:
        """A year's file: read, compared with what is there, and shown before anything is written."""
        work = self.read()
        form: Any = YearForm()
        faults: list[sheet.Fault] = []
        if form.validate_on_submit():
            try:
                year = int(form.year.data)
                days = sheet.read(form.file.data.stream.read(sheet.MAX_FILE + 1), year)
                plan = service.plan_year(work, year, days)
                return self._preview(plan)
            except SheetFaults as error:
                faults = error.faults
                form.take_errors(Invalid(fields={"file": error.message}))
            except Invalid as error:
                form.take_errors(Invalid(fields={"file": error.message}))
        elif not form.is_submitted():
            form.year.data = next(iter(queries.missing_years(work.session, work.today)), work.today.year + 1)
        years = range(work.today.year - 1, work.today.year + 3)
        return self.render("admin/calendar_import.html", form.status, form=form, faults=faults, years=years)

    @page("/import/apply", permission="write", methods=("POST",))
    def apply(self) -> Any:
        """Make the year what the preview showed, unless it was changed meanwhile."""
        year, days = _kept(request.form)
        with self.write() as work:
            plan = service.plan_year(work, year, days)
            changed = service.replace_year(work, plan, request.form.get("basis", ""))
            if changed:
                audit.record(
                    work, "calendar:import", ("calendar_days", None), data={"year": year, "changed": changed}
                )
        if not changed:
            return self.done(
                url_for("WorkingDayView.list"), _("Nothing differs from what is in the calendar.")
            )
        told = n_("The calendar of %(year)s is loaded: %(n)s day changed",
                  "The calendar of %(year)s is loaded: %(n)s days changed", changed, year=year)  # fmt: skip
        return self.done(url_for("CalendarView.running_terms"), told)

    @page("/terms")
    def running_terms(self) -> Any:
        """Which terms of running cases the present calendar moves, from which day to which."""
        work = self.read()
        found = terms.preview(work, most=_SHOWN + 1)
        return self.render(
            "admin/calendar_terms.html", cases=found[:_SHOWN], count=len(found),
            moves=sum(len(one.moves) for one in found), may_apply=self.actor.has("admin"),
            moving=terms.recount_progress(work),
        )  # fmt: skip

    @page("/terms/recount", permission="write", methods=("POST",))
    def recount(self) -> Any:
        """Move them: one transaction per case; a case that refuses does not hold up the others."""
        back = url_for("CalendarView.running_terms")
        if len(cases := terms.running(self.read())) >= parts.FROM:
            with self.write() as work:
                terms.begin_recount(work, cases)
                audit.record(
                    work, "calendar:recount", ("calendar_days", None), data={"looked_at": len(cases)}
                )
            return self.done(back, _("The terms are being recounted; this page says how far it has come."))
        moved, refused = 0, []
        for one in terms.preview(self.read()):
            try:
                with self.write() as work:
                    moved += terms.recount_case(work, one.case_id)
            except OporaError as error:
                refused.append(f"{one.code} – {error}")
        if moved:
            with self.write() as work:
                audit.record(work, "calendar:recount", ("calendar_days", None), data={"cases": moved})
        if refused:
            told = _("Terms could not be recounted in these cases: %(cases)s", cases="; ".join(refused[:10]))
            return self.done(back, told, "warning")
        told_n = n_("Terms are recounted in %(n)s case", "Terms are recounted in %(n)s cases", moved)
        return self.done(back, told_n)

    def _preview(self, plan: service.YearPlan) -> Any:
        days = [[day.date.isoformat(), int(day.is_working), day.title] for day in plan.days]
        form = ApplyForm(formdata=None)
        form.year.data, form.basis.data = str(plan.year), plan.basis
        form.days.data = json.dumps(days, ensure_ascii=False)
        return self.render("admin/calendar_preview.html", plan=plan, form=form)


def _kept(form: Any) -> tuple[int, list[DayInput]]:
    """The days of the preview as they came back. Raises Invalid for anything the preview did not send."""
    text = form.get("days", "")
    try:
        if len(text) > _MAX_KEPT:
            raise ValueError
        days = [DayInput(date.fromisoformat(day), works == 1, note) for day, works, note in json.loads(text)]
        if not all(day.title.isprintable() and len(day.title) <= sheet.MAX_NOTE for day in days):
            raise ValueError
        year = int(form.get("year", ""))
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid(_("The preview is too old: send the file again.")) from error
    return year, days
