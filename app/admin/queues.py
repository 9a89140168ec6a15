"""What waits for the administrator: a year of the working calendar that nobody has filled."""

from __future__ import annotations

from datetime import UTC, date, datetime

from app.calendar.queries import years_to_fill
from app.core.i18n import _
from app.core.ports import QueueItem
from app.core.unit_of_work import Work


def calendar_queue(work: Work) -> list[QueueItem]:
    """The present year at once, the next one from November on."""
    if not work.actor.has("admin"):
        return []
    items = []
    for year in years_to_fill(work.session, work.today):
        is_next = year > work.today.year
        since = date(year - 1, 11, 1) if is_next else date(year, 1, 1)
        items.append(
            QueueItem(
                title=_("Fill the working calendar of %(year)s", year=year),
                where=str(_("Working calendar")),
                link="/working-days/list/",
                since=datetime(since.year, since.month, since.day, tzinfo=UTC),
                due=date(year - 1, 12, 31) if is_next else work.today,
            )
        )
    return items


QUEUES = [calendar_queue]
