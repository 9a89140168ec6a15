"""What the package `holidays` knows of a Russian year: holidays, transferred days off, working Saturdays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

import holidays

_FROM = re.compile(r"перенесено с (\d\d\.\d\d\.\d{4})")


def days_of(year: int) -> Mapping[date, tuple[bool, str]]:
    """Day → (worked?, why), for one year; the government's transfers as far as the package has them."""
    known = holidays.country_holidays("RU", years=year, language="ru")
    days = {day: (False, str(title)) for day, title in known.items() if day.year == year}
    moved_to = {
        datetime.strptime(found[1], "%d.%m.%Y").date(): day  # noqa: DTZ007 - a date without a time
        for day, (_works, title) in days.items()
        if (found := _FROM.search(title))
    }
    for day in getattr(known, "weekend_workdays", ()):
        if day.year == year:
            to = moved_to.get(day)
            days[day] = (True, "Рабочий день" + (f" (выходной перенесён на {to:%d.%m.%Y})" if to else ""))
    return dict(sorted(days.items()))
