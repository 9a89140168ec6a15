"""Russian as official papers write it: typography, dates, numbers, lists, agreement; the template filters.

Pure functions. `FILTERS` at the end is the whole vocabulary a template may use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

from app.documents.names import (
    CASES,
    NBSP,
    acting_position,
    form,
    full_name,
    gender_of,
    initials,
    initials_first,
    initials_last,
    position_is_known,
    prefill_person,
    prefill_position,
    surname_in,
)
from app.documents.offices import prefill_organisation

__all__ = [
    "CASES",
    "FILTERS",
    "NBSP",
    "acting_position",
    "agree",
    "counted",
    "date_full",
    "date_long",
    "date_quoted",
    "date_short",
    "form",
    "full_name",
    "gender_of",
    "initials",
    "initials_first",
    "initials_last",
    "join_and",
    "nbsp",
    "period",
    "plural",
    "position_is_known",
    "prefill_person",
    "prefill_position",
    "quotes",
    "school_list",
    "school_number_key",
    "surname_in",
]

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

# --- typography -------------------------------------------------------------------------------

_UPPER = "А-ЯЁ"
_INITIALS = rf"[{_UPPER}]\.(?:\s?[{_UPPER}]\.)?"
_MONTH = "|".join(MONTHS)
# What a rule cannot do without, each asked once for a text: most texts have none of it.
_NARROW, _NUMERO, _INITIAL, _SHORT, _FIGURE, _YEAR, _THOUSANDS, _POINT, _LINE = (
    1 << number for number in range(9)
)
_has_initial = re.compile(rf"[{_UPPER}]\.").search
_has_figure = re.compile(r"\d | \d{4}").search
_has_counted = re.compile(r"\d [%яфмаисондгрчпшЯФМАИСОНДГРЧПШ]").search
_has_year = re.compile(r"\w \d{4}").search
_has_thousands = re.compile(r"\d \d{3}").search
# What a rule needs, what it looks for, what it puts there.
_RULES: tuple[tuple[int, re.Pattern[str], str], ...] = (
    (_NARROW, re.compile("\u202f"), NBSP),
    (_NUMERO, re.compile(r"№ ?(?=[\w_])"), f"№{NBSP}"),
    (_INITIAL, re.compile(rf"(?<![\w.])({_INITIALS}) (?=[{_UPPER}][а-яё])"), rf"\1{NBSP}"),
    (_INITIAL, re.compile(rf"(?<=[а-яё]) (?={_INITIALS}(?![\w]))"), NBSP),
    (_INITIAL, re.compile(rf"(?<![\w.])([{_UPPER}])\. (?=[{_UPPER}]\.)"), rf"\1.{NBSP}"),
    (_FIGURE, re.compile(rf"(?<=\d) (?=(?:{_MONTH})\b)", re.IGNORECASE), NBSP),
    (_YEAR, re.compile(rf"\b({_MONTH}) (?=\d{{4}}\b)", re.IGNORECASE), rf"\1{NBSP}"),
    (
        _FIGURE,
        # «2025 г.», but not «№ 66 г. Пензы», where the town may go to the next line
        re.compile(r"(?<=\d{4}) (?=г\.)|(?<=\d) (?=(?:гг\.|год|%|руб\.|чел\.|п\.\s?п\.|шт\.|мин\b|ч\.))"),
        NBSP,
    ),
    (_POINT, re.compile(r"(пункт(?:а|у|ом|е|ы|ов|ам|ами|ах)?) (?=\d)"), rf"\1{NBSP}"),
    (
        _SHORT,
        re.compile(r"(?<![\w.])(г|ул|пр|д|корп|ст|п|пп|ч|рис|табл|стр|им|пос|с)\. (?=[\w«])", re.IGNORECASE),
        rf"\1.{NBSP}",
    ),
    (_SHORT, re.compile(r"\bи\. ?(о\.) (?=[а-яё])", re.IGNORECASE), rf"и.\1{NBSP}"),
    (_SHORT, re.compile(r"\b([ит])\. (?=[дпе]\.)"), rf"\1.{NBSP}"),
    (_LINE, re.compile(r" [–—] "), f"{NBSP}– "),  # one kind of dash in a paper, whatever was typed
    # the whole short name of a school: «МБОУ СОШ № 51»
    (_NUMERO, re.compile(rf"\b([{_UPPER}]{{2,5}}) (?=[{_UPPER}]{{2,5}} №)"), rf"\1{NBSP}"),
    (_NUMERO, re.compile(rf"\b([{_UPPER}]{{2,5}}) (?=№)"), rf"\1{NBSP}"),
    (_THOUSANDS, re.compile(r"(?<=\d) (?=\d{3}\b)"), NBSP),
)


def nbsp(text: str) -> str:
    """Text with unbreakable spaces where a line must not end: «№ 41», «И.О. Фамилия», «30 %», dates."""
    if " " not in text and "№" not in text and "\u202f" not in text:
        return text  # a word or a number
    return _bound(text) if len(text) <= 300 else _bound.__wrapped__(text)  # what is kept stays small


@lru_cache(maxsize=4096)  # names, titles and plans come again in paper after paper
def _bound(text: str) -> str:
    needed = _NUMERO if "№" in text else 0
    if "." in text:
        if _has_initial(text):
            needed |= _INITIAL
        if ". " in text:
            needed |= _SHORT
    if _has_figure(text):
        if _has_counted(text):
            needed |= _FIGURE
        if _has_year(text):
            needed |= _YEAR
        if _has_thousands(text):
            needed |= _THOUSANDS
    if "–" in text or "—" in text:
        needed |= _LINE
    if "пункт" in text:
        needed |= _POINT
    if "\u202f" in text:
        needed |= _NARROW
    for pattern, replacement in _rules_for(needed):
        text = pattern.sub(replacement, text)
    return text


@cache
def _rules_for(needed: int) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((pattern, replacement) for needs, pattern, replacement in _RULES if needs & needed)


def quotes(text: str) -> str:
    """Straight quotes as « », inside them „ “; quotes that are right already stay."""
    out: list[str] = []
    depth = text_depth = 0
    for index, char in enumerate(text):
        if char == "«":
            text_depth += 1
        elif char == "»":
            text_depth = max(0, text_depth - 1)
        if char != '"':
            out.append(char)
            continue
        before = text[index - 1] if index else " "
        after = text[index + 1] if index + 1 < len(text) else " "
        opening = (before.isspace() or before in '(«"[–—') and not after.isspace()
        level = depth + text_depth
        if opening or level == 0:
            out.append("«" if level == 0 else "„")
            depth += 1
        else:
            out.append("»" if level == 1 else "“")
            depth -= 1
    return "".join(out)


# --- dates, numbers, lists ----------------------------------------------------------------------


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


def plural(number: int, one: str, few: str, many: str) -> str:
    """The word that goes with a number: 1 выезд, 2 выезда, 5 выездов, 21 выезд."""
    last_two, last = abs(number) % 100, abs(number) % 10
    if last == 1 and last_two != 11:
        return one
    if 2 <= last <= 4 and not 12 <= last_two <= 14:
        return few
    return many


def counted(number: int, one: str, few: str, many: str) -> str:
    """The number with its word, unbreakable: «5 выездов», «21 выезд»."""
    return f"{number}{NBSP}{plural(number, one, few, many)}"


def join_and(words: Sequence[str]) -> str:
    """«№ 41, № 50 и ОШИ № 1»."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} и {words[-1]}"


_NUMBER = re.compile(r"№\s*(\d+)(?:\s*/\s*(\d+))?")


def school_number_key(name: str) -> str:
    """A text that sorts schools by number: № 9 before № 41 before № 65/23; without a number last.

    Equal numbers go by name, so СОШ № 1 and ЦО № 1 keep one order.
    """
    found = _NUMBER.search(name.replace(NBSP, " "))
    number, branch = (int(found[1]), int(found[2] or 0)) if found else (99999, 0)
    return f"{number:05d}/{branch:05d} {name.replace(NBSP, ' ').lower().replace('ё', 'е')}"


_PLAIN_SCHOOL = re.compile(r"^(?:М[АБК]?ОУ\s+)?(?:СОШ|школа)\s+(№\s*\d+(?:/\d+)?)", re.IGNORECASE)
_OTHER_SCHOOL = re.compile(r"^(?:М[АБК]?ОУ\s+)(?=\S)")
_SCHOOL = {
    "nomn": ("школа", "школы"),
    "gent": ("школы", "школ"),
    "datv": ("школе", "школам"),
    "accs": ("школу", "школы"),
    "ablt": ("школой", "школами"),
    "loct": ("школе", "школах"),
}


def school_list(schools: Sequence[str], case: str = "nomn") -> str:
    """«школам № 41, № 50 и ОШИ № 1»: common schools share their word, the others keep their kind."""
    ordered = sorted(schools, key=school_number_key)
    common = [found[1] for name in ordered if (found := _PLAIN_SCHOOL.match(name.replace(NBSP, " ")))]
    others = [
        prefill_organisation(_OTHER_SCHOOL.sub("", name.replace(NBSP, " ")))[
            case
        ]  # «гимназии № 6», «ОШИ № 1»
        for name in ordered
        if not _PLAIN_SCHOOL.match(name.replace(NBSP, " "))
    ]
    words = [nbsp(word) for word in [*common, *others]]
    if common:
        singular, several = _SCHOOL[case]
        words[0] = f"{several if len(common) > 1 else singular} {words[0]}"
    return join_and(words)


# --- agreement in gender ------------------------------------------------------------------------


def agree(
    gender: str | Mapping[str, Any], masc: str, femn: str, neut: str | None = None, plur: str = ""
) -> str:
    """The word that agrees with a gender, or with the gender of a person, an organisation, a paper."""
    value = gender.get("gender") if isinstance(gender, Mapping) else gender
    words = {"masc": masc, "femn": femn, "neut": neut or masc, "plur": plur or masc}
    return words[gender_of(value)]


def acting(person: Mapping[str, Any]) -> str:
    """«действующего» or «действующей»."""
    return agree(person, "действующего", "действующей")


def named(organisation: Mapping[str, Any]) -> str:
    """«именуемое», «именуемый» or «именуемая»."""
    return agree(organisation, "именуемый", "именуемая", "именуемое", "именуемые")


def approved(paper: Mapping[str, Any]) -> str:
    """«УТВЕРЖДЁН» (план), «УТВЕРЖДЕНА» (карта), «УТВЕРЖДЕНО» (положение), «УТВЕРЖДЕНЫ»."""
    return agree(paper, "УТВЕРЖДЁН", "УТВЕРЖДЕНА", "УТВЕРЖДЕНО", "УТВЕРЖДЕНЫ")


def capital(text: str) -> str:
    """The first letter raised, the rest as it is: «И.о. начальника …»."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """The first letter lowered, unless the first word is an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def lines(text: str, width: int = 34) -> str:
    """Text broken into even lines of at most `width` signs, to leave room for the name."""
    words = text.split(" ")
    count = max(1, -(-len(text) // max(width, 1)))
    for limit in range(-(-len(text) // count), max(width, len(text)) + 1):
        rows = [words[0]]
        for word in words[1:]:
            if len(rows[-1]) + 1 + len(word) <= limit:
                rows[-1] += " " + word
            else:
                rows.append(word)
        if len(rows) <= count or limit >= width:
            break
    return "\n".join(rows)


_ABBREVIATION = re.compile(r"(?:[А-ЯЁ]|\b(?:г|гг|др|пр|руб|чел|экз|им|ул|т\.\s?[дпеч]))\.$")


def no_dot(text: str) -> str:
    """A sentence without its last dot; the dot of «А.И.», «2025 г.», «и др.» stays."""
    stripped = text.rstrip()
    if not stripped.endswith(".") or stripped.endswith("..") or _ABBREVIATION.search(stripped):
        return stripped
    return stripped[:-1]


def ends(text: str, mark: str) -> str:
    """A sentence that ends with the mark, whatever dot was typed: one dot, never two."""
    body = no_dot(text)
    return body if mark == "." and body.endswith(".") else body + mark


def numbered(points: Sequence[Mapping[str, Any]], start: int = 1) -> list[dict[str, Any]]:
    """Points of an order with their numbers: 3, and for the parts of a point 3.1, 3.2."""
    return [
        {
            **point,
            "no": no,
            "parts": [{"no": f"{no}.{k}", "text": text} for k, text in enumerate(point["parts"], 1)],
        }
        for no, point in enumerate(points, start=start)
    ]


def count(things: Sequence[Any], more: int = 0) -> int:
    """How many there are, and `more`."""
    return len(things) + more


def inner(text: str) -> str:
    """Text that will stand inside « »: its own « » become „ “."""
    return text.replace("«", "„").replace("»", "“")


def quoted(text: str, mark: str) -> list[str]:
    """Paragraphs of a new wording: « before the first, » and the mark after the last, as amending orders print it."""
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    if paragraphs:
        paragraphs[0] = "«" + paragraphs[0]
        paragraphs[-1] += "»" + mark
    return paragraphs


def join_list(words: Sequence[str]) -> str:
    """«низкая мотивация; дефицит кадров»: long items, parted by semicolons, first letters lowered."""
    return "; ".join(small(word) for word in words)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "acting": acting,
    "agree": agree,
    "approved": approved,
    "capital": capital,
    "count": count,
    "counted": counted,
    "date_full": date_full,
    "date_long": date_long,
    "date_quoted": date_quoted,
    "date_short": date_short,
    "ends": ends,
    "form": form,
    "full_name": full_name,
    "initials_first": initials_first,
    "initials_last": initials_last,
    "inner": inner,
    "join_and": join_and,
    "join_list": join_list,
    "lines": lines,
    "named": named,
    "nbsp": nbsp,
    "no_dot": no_dot,
    "numbered": numbered,
    "period": period,
    "plural": plural,
    "quoted": quoted,
    "quotes": quotes,
    "school_list": school_list,
    "small": small,
}
