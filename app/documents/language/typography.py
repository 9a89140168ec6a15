"""The typography of official papers: unbreakable spaces, quotes, dots, capitals, lines.

No word changes its form here.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from app.documents.language.dates import MONTHS
from app.documents.language.names import NBSP

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


def quoted(text: str, mark: str) -> list[str]:
    """Paragraphs of a new wording: « before the first, » and the mark after the last, as amending orders print it."""
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    if paragraphs:
        paragraphs[0] = "«" + paragraphs[0]
        paragraphs[-1] += "»" + mark
    return paragraphs


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
