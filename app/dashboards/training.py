"""The clock of a training copy: whoever practises moves it on, and terms, reminders and queues follow."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from app.access.sessions import shift_open_sessions
from app.core.clock import TrainingClock, local_date
from app.core.errors import Invalid, NotFound
from app.core.i18n import Text, _, n_
from app.core.unit_of_work import Runtime
from app.ui.base import RoomView, page
from app.ui.forms import DateField, RoomForm

FARTHEST = timedelta(days=366)  # at once: a slip of the finger must not end the year of practice
MORNING = time(9)


def month_on(day: date) -> date:
    """The same day of the next month, or its last day."""
    first = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


STRIDES: tuple[tuple[Callable[[date], date], Text], ...] = (
    (lambda day: day + timedelta(days=1), _("To the next day")),
    (lambda day: day + timedelta(days=7), _("A week on")),
    (month_on, _("A month on")),
)


class ClockForm(RoomForm):
    """The day to move to."""

    to = DateField(_("Move on to the date"), required=True)


def training_clock(system: Runtime) -> TrainingClock:
    """The movable clock. Raises NotFound: a real system has the real time."""
    if not (system.settings.demo and isinstance(system.clock, TrainingClock)):
        raise NotFound
    return system.clock


def move_on(system: Runtime, to: date) -> int:
    """Let it be the morning of `to`; the answer is by how many days the copy moved. Raises NotFound, Invalid.

    Open sessions move along, so nobody who practises has to log in again.
    """
    clock = training_clock(system)
    with clock.turn:
        before = clock.now()
        today = local_date(before, system.ports.zone)
        if to <= today:
            raise Invalid(fields={"to": _("The training clock moves on only: choose a day after %(day)s.",
                                          day=f"{today:%d.%m.%Y}")})  # fmt: skip
        if to - today > FARTHEST:
            raise Invalid(fields={"to": _("At most a year at once: choose a day up to %(day)s.",
                                          day=f"{today + FARTHEST:%d.%m.%Y}")})  # fmt: skip
        morning = datetime.combine(to, MORNING, system.ports.zone)
        # before the clock: else whoever works now is logged out
        shift_open_sessions(system.database, before, morning - before)
        clock.leap(morning)
    if system.ports.after_commit is not None:
        system.ports.after_commit([])  # what came due meanwhile is done at once
    return (to - today).days


class TrainingView(RoomView):
    """The page of the training clock."""

    route_base = "/training"
    class_permission_name = "Training"

    @page("/", permission="self", methods=("GET", "POST"))
    def index(self) -> Any:
        clock = training_clock(self.runtime)
        today = local_date(clock.now(), self.runtime.ports.zone)
        form = ClockForm()
        if form.validate_on_submit() and form.to.data is not None:
            try:
                days = move_on(self.runtime, form.to.data)
                told = n_("The clock moved on by %(n)s day.", "The clock moved on by %(n)s days.", days)
                return self.done("/", told)
            except Invalid as error:
                form.take_errors(error)
        strides = [(leap(today), label) for leap, label in STRIDES]
        began = local_date(clock.begins, self.runtime.ports.zone)
        return self.render(
            "dashboards/training.html", form.status, form=form, today=today, strides=strides, began=began
        )
