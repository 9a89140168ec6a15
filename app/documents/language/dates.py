"""Days and periods as official papers write them."""

from __future__ import annotations

from datetime import date

from app.documents.language.names import NBSP

MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)


def date_short(value: date) -> str:
    """«22.01.2025»."""
    return f"{value.day:02d}.{value.month:02d}.{value.year:04d}"


def date_long(value: date) -> str:
    """«22 января 2025 г.», unbreakable."""
    return NBSP.join((str(value.day), MONTHS[value.month - 1], str(value.year), "г."))


def date_full(value: date) -> str:
    """«22 января 2025 года», for running text."""
    return NBSP.join((str(value.day), MONTHS[value.month - 1], str(value.year), "года"))


def date_quoted(value: date) -> str:
    """The day in quotation marks, as agreements write it: «22» января 2025 г."""
    return NBSP.join((f"«{value.day:02d}»", MONTHS[value.month - 1], str(value.year), "г."))


def period(start: date, end: date) -> str:
    """«с 27 января по 31 декабря 2025 г.»; a year of its own is said at both ends."""
    first = (
        date_long(start) if start.year != end.year else NBSP.join((str(start.day), MONTHS[start.month - 1]))
    )
    return f"с{NBSP}{first} по{NBSP}{date_long(end)}"
