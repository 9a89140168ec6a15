"""Russian words in a sentence: with a number, in a list, in agreement with a gender; schools named together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.documents.language.names import NBSP, gender_of
from app.documents.language.offices import prefill_organisation
from app.documents.language.typography import nbsp, small

# --- numbers and lists --------------------------------------------------------------------------


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


def count(things: Sequence[Any], more: int = 0) -> int:
    """How many there are, and `more`."""
    return len(things) + more


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


def join_and(words: Sequence[str]) -> str:
    """«№ 41, № 50 и ОШИ № 1»."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} и {words[-1]}"


def join_list(words: Sequence[str]) -> str:
    """«низкая мотивация; дефицит кадров»: long items, parted by semicolons, first letters lowered."""
    return "; ".join(small(word) for word in words)


# --- schools named together ---------------------------------------------------------------------

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
