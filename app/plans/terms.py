"""Terms as people write them: «до 15.02.2025», «I квартал», «ежемесячно», «январь – сентябрь»; pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Recurrence(StrEnum):
    once = "once"
    weekly = "weekly"
    monthly = "monthly"
    quarterly = "quarterly"


@dataclass(frozen=True)
class Term:
    """When a measure is carried out; a recurring one falls due once in every period between the two days."""

    starts: date
    ends: date
    recurrence: Recurrence = Recurrence.once

    def occurrences(self) -> tuple[date, ...]:
        """The days on which something is due, in order; a one-off measure is due on its last day."""
        if self.recurrence is Recurrence.once:
            return (self.ends,)
        days: list[date] = []
        day = self.starts
        while day <= self.ends:
            last = min(_PERIOD_END[self.recurrence](day), self.ends)
            days.append(last)
            day = last + timedelta(days=1)
        return tuple(days)


def month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


_PERIOD_END: dict[Recurrence, Callable[[date], date]] = {
    Recurrence.weekly: lambda day: day + timedelta(days=6 - day.weekday()),
    Recurrence.monthly: lambda day: month_end(day.year, day.month),
    Recurrence.quarterly: lambda day: month_end(day.year, (day.month - 1) // 3 * 3 + 3),
}

_STEMS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_MONTH = r"(?:янв|фев|мар(?=т|\b)|апр|ма[йяе]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*"
_QUARTER = r"(?:iv|iii|ii|i|[1-4])"
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_YEAR = r"(?:\s+(?P<year>20\d\d))?"
_NUMERIC = r"\d{1,2}\.\d{1,2}(?:\.(?:20)?\d\d)?"
_WORDED = rf"\d{{1,2}}\s+{_MONTH}(?:\s+20\d\d)?"
_DAY = rf"(?:{_NUMERIC}|{_WORDED})"
_REPEATS = (
    (r"ежемесячно|каждый месяц|(?:1|один|не реже 1|не реже одного) раз[а]? в месяц|раз в месяц", Recurrence.monthly),
    (
        r"ежеквартально|каждый квартал|(?:1|один|не реже 1|не реже одного) раз[а]? в квартал|раз в квартал",
        Recurrence.quarterly,
    ),
    (r"еженедельно|каждую неделю|(?:1|один) раз в неделю|раз в неделю", Recurrence.weekly),
)  # fmt: skip
_WHOLE = (
    "в течение года", "весь год", "в течение всего года", "весь период", "в течение всего периода", "в течение периода",
    "в течение срока реализации", "в течение срока реализации проекта", "постоянно", "в течение проекта",
)  # fmt: skip


def parse_term(text: str, starts: date, ends: date) -> Term | None:
    """The term of a text within a programme that lasts from `starts` to `ends`; None: not understood, ask for dates.

    A year that is not written is that of `starts`.
    """
    words = _normal(text)
    recurrence = Recurrence.once
    for pattern, kind in _REPEATS:
        if re.search(rf"\b(?:{pattern})\b", words):
            recurrence = kind
            words = re.sub(rf"\b(?:{pattern})\b", " ", words)
            break
    words = " ".join(words.strip(" ,;()").split())
    if not words:
        span: tuple[date, date] | None = (starts, ends) if recurrence is not Recurrence.once else None
    else:
        try:
            span = _span(words, starts, ends)
        except ValueError:  # 31 февраля, 45.13.2025
            span = None
    if span is None or span[0] > span[1]:
        return None
    return Term(span[0], span[1], recurrence)


def _normal(text: str) -> str:
    words = text.casefold().replace("ё", "е").replace("\u00a0", " ").replace("\u202f", " ")
    words = re.sub(r"[–—−]", "-", words).replace("в течении", "в течение")  # a common misspelling
    words = re.sub(r"(?<=20\d\d)\s*(?:г\.|г\b|год[а-я]*)", "", words)
    return " ".join(words.replace("-го ", " ").replace("-й ", " ").replace("-ый ", " ").strip(" .").split())


def _span(words: str, starts: date, ends: date) -> tuple[date, date] | None:
    year = starts.year
    if words in _WHOLE:
        return starts, ends
    if found := re.fullmatch(r"(?:в течение\s+)?(20\d\d)", words):
        return date(int(found[1]), 1, 1), date(int(found[1]), 12, 31)
    if words == "до конца года":
        return starts, date(year, 12, 31)
    if found := re.fullmatch(rf"(?:до|не позднее|к|по|в срок до)\s+(?P<day>{_DAY})", words):
        last = _day(found["day"], year)
        return min(starts, last), last
    if found := re.fullmatch(rf"(?:с\s+)?(?P<a>{_DAY})\s*(?:-|по|до)\s*(?P<b>{_DAY})", words):
        last = _day(found["b"], year)
        return _day(found["a"], last.year), last
    if found := re.fullmatch(rf"(?P<a>\d{{1,2}})\s*-\s*(?P<b>{_WORDED})", words):
        last = _day(found["b"], year)
        return last.replace(day=int(found["a"])), last
    if re.fullmatch(_DAY, words):
        day = _day(words, year)
        return day, day
    return _months(words, starts) or _quarters(words, year)


def _months(words: str, starts: date) -> tuple[date, date] | None:
    year = starts.year
    inner = rf"(?:в течение\s+|в\s+)?(?:с\s+)?(?P<a>{_MONTH})(?:\s+(?P<ya>20\d\d))?"
    if found := re.fullmatch(rf"{inner}\s*(?:-|по|до)\s*(?P<b>{_MONTH}){_YEAR}", words):
        last = int(found["year"] or year)
        first = int(found["ya"] or last)
        return date(first, _month(found["a"]), 1), month_end(last, _month(found["b"]))
    if found := re.fullmatch(rf"(?:до\s+конца|до|к\s+концу)\s+(?P<a>{_MONTH}){_YEAR}", words):
        last_year, month = int(found["year"] or year), _month(found["a"])
        if "конц" in words:
            last_day = month_end(last_year, month)
        else:
            last_day = date(last_year, month, 1) - timedelta(days=1)
        return min(starts, last_day), last_day
    if found := re.fullmatch(
        rf"(?:в течение\s+|в\s+)?(?P<all>{_MONTH}(?:(?:\s*,\s*|\s+и\s+){_MONTH})*){_YEAR}", words
    ):
        numbers = [_month(name) for name in re.findall(_MONTH, found["all"])]
        at = int(found["year"] or year)
        return date(at, min(numbers), 1), month_end(at, max(numbers))
    return None


def _quarters(words: str, year: int) -> tuple[date, date] | None:
    both = rf"(?P<a>{_QUARTER})(?:\s*(?:-|,|и)\s*(?P<b>{_QUARTER}))?"
    pattern = rf"(?:в течение\s+|в\s+|во\s+)?{both}\s+квартал[а-я]*{_YEAR}"
    if found := re.fullmatch(pattern, words):
        first, at = _quarter(found["a"]), int(found["year"] or year)
        last = _quarter(found["b"]) if found["b"] else first
        return date(at, 3 * first - 2, 1), month_end(at, 3 * last)
    if found := re.fullmatch(rf"(?P<a>ii|i|[12]|первое|второе)\s+полугодие{_YEAR}", words):
        at, second = int(found["year"] or year), found["a"] in ("ii", "2", "второе")
        return (date(at, 7, 1), date(at, 12, 31)) if second else (date(at, 1, 1), date(at, 6, 30))
    return None


def _quarter(text: str) -> int:
    return _ROMAN.get(text) or int(text)


def _month(name: str) -> int:
    for number, stem in enumerate(_STEMS, start=1):
        if name.startswith(stem) and not (stem == "ма" and name.startswith("мар")):
            return number
    raise ValueError(name)


def _day(text: str, year: int) -> date:
    """«15.02.2025», «15.02», «15 февраля 2025»; the year of the programme when none is written."""
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})(?:\.((?:20)?\d\d))?", text):
        given = found[3]
        at = year if given is None else int(given) if len(given) == 4 else 2000 + int(given)
        return date(at, int(found[2]), int(found[1]))
    parts = text.split()
    return date(int(parts[2]) if len(parts) > 2 else year, _month(parts[1]), int(parts[0]))
