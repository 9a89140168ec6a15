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


CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")


def clean_forms(forms: Mapping[str, str | None]) -> dict[str, str]:
    """The case forms somebody filled in, without stray spaces."""
    return {case: " ".join(str(forms[case]).split()) for case in CASES if (forms.get(case) or "").strip()}


def check_forms(forms: Mapping[str, str]) -> list[str]:
    """The cases of which no form is stored."""
    return [case for case in CASES if not forms.get(case)]
