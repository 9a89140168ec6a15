"""«Производственный календарь»: holidays and transfers of the years, corrected by the administrator."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import g, request, url_for
from wtforms import HiddenField

from app.admin.calendar_pages import CalendarView
from app.audit import service as audit
from app.calendar import queries, service
from app.calendar.models import CalendarDay
from app.calendar.service import DayInput
from app.cases import terms
from app.core.errors import Invalid
from app.core.i18n import Text, _, current_locale
from app.core.unit_of_work import Work
from app.ui.base import page
from app.ui.crud import ScopedInterface
from app.ui.forms import DateField, OneOfField, RoomForm, TextField
from app.ui.reference import ServiceReferenceView

_WORKED = {"off": _("Day off"), "on": _("Working day")}


class DayForm(RoomForm):
    date = DateField(_("Date"), required=True)
    worked = OneOfField(_("What day it is"), choices=_WORKED, required=True)
    title = TextField(_("Ground of the day"), required=True, max_length=200,
                      description=_("For example: “transferred from 04.01.2025”"))  # fmt: skip
    expected_version = HiddenField()

    def taken(self) -> DayInput:
        assert self.date.data is not None  # noqa: S101 - validated as required
        return DayInput(self.date.data, self.worked.data == "on", self.title.data or "")


def _weekday(day: Any) -> str:
    from babel.dates import format_date

    return f"{day:%d.%m.%Y}, {format_date(day, 'EE', locale=current_locale())}"


def _worked(value: Any) -> str:
    return str(_WORKED["on" if value else "off"])


class WorkingDayView(ServiceReferenceView):
    """Exceptions of the week by date; a notice when this or the next year is not filled yet."""

    route_base = "/working-days"
    class_permission_name = "WorkingDays"
    datamodel = ScopedInterface(CalendarDay)
    list_title = _("Working calendar")
    show_title = _("Day of the calendar")
    add_title = _("Add a day")
    edit_title = _("Correct the day")
    list_columns = ["date", "is_working", "title"]
    show_columns = ["date", "is_working", "title"]
    search_columns = ["date", "is_working", "title"]
    search_form_extra_fields: ClassVar = {  # not «yes» and «no»
        "is_working": OneOfField(_("What day it is"), choices={"y": _WORKED["on"], "n": _WORKED["off"]})
    }
    order_columns = ["date", "is_working", "title"]
    label_columns = {"date": _("Date"), "is_working": _("What day it is"), "title": _("Ground of the day")}
    formatters_columns = {"date": _weekday, "is_working": _worked}
    base_order = ("date", "desc")
    list_template = "admin/working_days.html"
    form_class = DayForm
    removed = _("The day follows the week again.")

    def _list(self, **kwargs: Any) -> Any:
        work = self.read()
        g.missing_years = queries.missing_years(work.session, work.today)  # a view is shared by threads
        return super()._list(**kwargs)

    def done(self, url: str, message: Text | str | None = None, category: str = "ok") -> Any:
        """A change of the calendar that moves running terms leads to them."""
        if category == "ok" and terms.preview(self.read(), most=1):
            url = url_for("CalendarView.running_terms")
        return super().done(url, message, category)

    @page("/fill", permission="write", methods=("POST",))
    def fill_year(self) -> Any:
        """Enter a missing year from the package; what the government moved later is corrected by hand."""
        asked = request.form.get("year", "")
        if not (asked.isascii() and asked.isdigit() and len(asked) == 4):
            raise Invalid(_("Give the year as four digits."))
        with self.write() as work:
            added = service.prefill(work, [int(asked)])
            for year, days in added.items():
                audit.record(
                    work, "calendar:fill", ("calendar_days", None), data={"year": year, "days": days}
                )
        back = url_for("WorkingDayView.list")
        if not added:
            return self.done(back, _("The year %(year)s is in the calendar already.", year=asked), "warning")
        return self.done(back, _("The year %(year)s is filled. Compare it with the government's decree on transfers.",
                                 year=asked))  # fmt: skip

    def fill(self, form: Any, item: CalendarDay) -> None:
        form.date.data, form.title.data = item.date, item.title
        form.worked.data = "on" if item.is_working else "off"
        form.expected_version.data = str(item.version)

    def create(self, work: Work, form: Any) -> CalendarDay:
        row = service.add_day(work, form.taken())
        audit.record(work, "calendar:add", row, data={"date": row.date, "is_working": row.is_working},
                     values={"title": row.title})  # fmt: skip
        return row

    def correct(self, work: Work, item: CalendarDay, form: Any) -> None:
        changes = service.edit_day(work, item, form.taken(), self.expected_version())
        if changes:
            audit.record(work, "calendar:edit", item, data={"fields": sorted(changes)}, values=changes)

    def remove(self, work: Work, item: CalendarDay) -> None:
        audit.record(work, "calendar:delete", item, data={"date": item.date, "is_working": item.is_working})
        service.remove_day(work, item)


VIEWS = [WorkingDayView, CalendarView]
