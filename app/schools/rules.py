"""How schools are sorted and found: № 9 before № 41 before № 65/23; ё is е; capitals do not matter."""

from __future__ import annotations

import re
from collections.abc import Mapping


def sort_key(name: str) -> str:
    """A key under which numbers in names sort as numbers: «СОШ № 9» < «СОШ № 41» < «СОШ № 65/23»."""
    return re.sub(r"\d+", lambda found: found.group().zfill(6), search_key(name))


def search_key(*parts: str) -> str:
    """The text a search compares: lower case, ё as е, single spaces."""
    return " ".join(" ".join(part for part in parts if part).casefold().replace("ё", "е").split())


def search_words(typed: str) -> list[str]:
    """What is looked for, in any order: «№50», «№ 50» and «сош 50» mean the same school."""
    return search_key(typed.replace("№", " ")).split()


def names_person(text: str, short: str, full: str) -> bool:
    """«Образцова М.И., директор» names the person; a namesake with other initials does not."""
    plain = text.replace("\u00a0", " ").replace(". ", ".")
    return short.replace("\u00a0", " ") in plain or full in text.replace("\u00a0", " ")


CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")


def clean_forms(forms: Mapping[str, str | None]) -> dict[str, str]:
    """The case forms somebody filled in, without stray spaces."""
    return {case: " ".join(str(forms[case]).split()) for case in CASES if (forms.get(case) or "").strip()}


def check_forms(forms: Mapping[str, str]) -> list[str]:
    """The cases of which no form is stored."""
    return [case for case in CASES if not forms.get(case)]


def word_key(word: str) -> str:
    """The spelling under which corrected forms are remembered: small letters, single spaces; ё stays ё."""
    return " ".join(word.casefold().split())[:400]


def name_parts(full: str, given: str, patronymic: str) -> dict[str, str] | None:
    """A full name in some case as surname, given name and patronymic; None when the words do not add up."""
    words = full.split()
    last, middle = len(patronymic.split()), len(given.split())
    if len(words) <= last + middle:
        return None
    end = len(words)
    return {
        "surname": " ".join(words[: end - last - middle]),
        "given": " ".join(words[end - last - middle : end - last]),
        "patronymic": " ".join(words[end - last :]) if last else "",
    }
