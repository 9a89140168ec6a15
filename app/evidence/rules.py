"""The order of a package of evidence, and how its files are named."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Section(StrEnum):
    """Sections of the index, in their order: from the goals to the effect."""

    goals = "goals"
    indicators = "indicators"
    monitoring = "monitoring"
    analysis = "analysis"
    recommendations = "recommendations"
    measures = "measures"
    effect = "effect"


# Official and Russian only, as all that leaves the house; the pages about a package say it in `texts.SECTIONS`.
TITLES = {
    Section.goals: "Цели",
    Section.indicators: "Показатели",
    Section.monitoring: "Мониторинг",
    Section.analysis: "Анализ",
    Section.recommendations: "Рекомендации",
    Section.measures: "Меры и управленческие решения",
    Section.effect: "Эффективность принятых мер",
}


class PackageState(StrEnum):
    """Where an ordered package stands."""

    preparing = "preparing"
    ready = "ready"
    failed = "failed"


_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{n}{i}" for n in ("COM", "LPT") for i in range(1, 10))}
)
MAX_NAME = 80


def safe_name(name: str) -> str:
    """A name any system can unpack: no signs of paths, no dot at the ends, not too long, its extension kept."""
    text = " ".join(_UNSAFE.sub(" ", unicodedata.normalize("NFC", name)).split()).strip(". ")
    stem, dot, extension = text.rpartition(".")
    if not dot or not 1 <= len(extension) <= 5:
        stem, extension = text, ""
    stem = stem[:MAX_NAME].rstrip(". ") or "file"
    if stem.upper() in _RESERVED:
        stem += "_"
    return f"{stem}.{extension}" if extension else stem


def unique_name(name: str, taken: set[str]) -> str:
    """The name, or «name (2)» when it is taken; names that differ by case only are one name on some systems."""
    stem, dot, extension = name.rpartition(".")
    stem, tail = (stem, f".{extension}") if dot else (name, "")
    found, number = name, 1
    while found.casefold() in taken:
        number += 1
        found = f"{stem} ({number}){tail}"
    taken.add(found.casefold())
    return found
