"""Numbers of official papers: series of a calendar year, «12-оп», «45/1», «12а», order and gaps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.errors import Invalid
from app.core.i18n import Text, _


@dataclass(frozen=True, order=True)
class SeriesKey:
    """One journal counter: whose, of what kind, with which index, in which calendar year."""

    organisation_id: int
    kind: str
    index: str
    year: int

    @classmethod
    def on(cls, organisation_id: int, kind: str, index: str, day: date) -> SeriesKey:
        """The series a paper of this day falls into; numbers start anew on 1 January."""
        return cls(organisation_id, kind, clean_index(index), day.year)

    def __str__(self) -> str:
        return f"{self.organisation_id}:{self.kind}:{self.index}:{self.year}"


@dataclass(frozen=True)
class RegisterNumber:
    """A number with its suffix: 12, 12а, 45/1. `suffix` is "", a letter, or "/" and digits."""

    number: int
    suffix: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 999_999:
            raise Invalid(_("A number lies between 1 and 999999."))
        if not _SUFFIX.fullmatch(self.suffix):
            raise Invalid(_("A suffix is one letter or a stroke with a number: 12а, 45/1."))

    @property
    def sort_key(self) -> tuple[int, int, int, str]:
        """9, 10, 10а, 10/1, 10/2, 11."""
        if self.suffix.startswith("/"):
            return (self.number, 2, int(self.suffix[1:]), "")
        return (self.number, 1 if self.suffix else 0, 0, self.suffix.replace("ё", "е\uffff"))

    def __lt__(self, other: RegisterNumber) -> bool:
        return self.sort_key < other.sort_key

    def __str__(self) -> str:
        return f"{self.number}{self.suffix}"

    def printed(self, index: str = "") -> str:
        """«12-оп», «45/1-оп», «12а-оп»; without an index the bare number."""
        index = clean_index(index)
        return f"{self}{index}"


_SUFFIX = re.compile(r"(?:[а-яё]|/[1-9][0-9]{0,3})?")
_NUMBER = re.compile(r"(?P<number>[0-9]{1,6})\s*(?P<suffix>[А-Яа-яЁё]|/\s*[0-9]{1,4})?")
_INDEX = re.compile(r"-[а-яёa-z0-9][а-яёa-z0-9./-]{0,11}")


def clean_index(index: str) -> str:
    """An index with one leading hyphen, in small letters: «оп», «-ОП» and «‑оп» are «-оп»."""
    index = re.sub(r"[\u2010-\u2015\s]", "-", index.strip()).lower().lstrip("-")
    if not index:
        return ""
    if not _INDEX.fullmatch("-" + index):
        raise Invalid(_("An index is letters and digits after a hyphen: -оп."))
    return "-" + index


def parse_number(text: str, index: str = "") -> RegisterNumber:
    """A number as a person types it: «12», «№ 12-оп», «45/1», «12А-оп».

    Raises Invalid when nothing is typed, when it is no number or carries another series' index.
    """
    plain = re.sub(r"[\u2010-\u2015]", "-", text.replace("\u00a0", " ")).strip()
    plain = plain.removeprefix("№").strip()
    index = clean_index(index)
    if index and plain.lower().endswith(index):
        plain = plain[: -len(index)].rstrip()
    if not plain:
        raise Invalid(_("Enter the number."))
    found = _NUMBER.fullmatch(plain)
    if found is None:
        raise Invalid(_("“%(text)s” is not a number of this journal.", text=text.strip()[:40]))
    suffix = (found["suffix"] or "").replace(" ", "").lower()
    if suffix.startswith("/"):
        suffix = f"/{int(suffix[1:])}"
    return RegisterNumber(int(found["number"]), suffix)


LAST_BY_HAND = 9_999  # a longer number is a slip of the hand
FREE_LEAP = 100  # so far above the counter a number given on paper is taken at its word


class GapReason(StrEnum):
    """Why a number of the series has no paper."""

    not_entered = "not_entered"
    annulled = "annulled"
    not_used = "not_used"
    reserved = "reserved"
    used = "used"


GAP_LABELS: Mapping[GapReason, Text] = {
    GapReason.not_entered: _("not entered: the journal was kept on paper"),
    GapReason.annulled: _("annulled: registered by mistake"),
    GapReason.not_used: _("not used: the reservation expired"),
    GapReason.reserved: _("reserved number"),
    GapReason.used: _("reserved number, given to its paper"),
}


@dataclass(frozen=True)
class Gap:
    """Numbers first … last without a paper, and the row that explains them (None: nobody has)."""

    first: int
    last: int
    reason: GapReason | None

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


def holes(covered: Iterable[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    """What is left of first … last without the covered ranges; the work grows with the ranges, not with the numbers."""
    found = []
    at = first
    for start, end in sorted(covered):
        if at > last:
            break
        if start > at:
            found.append((at, min(start - 1, last)))
        at = max(at, end + 1)
    if at <= last:
        found.append((at, last))
    return found


def gaps(used: Iterable[int], explained: Iterable[Gap], counter: int | None = None) -> list[Gap]:
    """Every missing number of a series up to its counter (default: the highest one), neighbours joined."""
    covered = [(number, number) for number in set(used)]
    rows = list(explained)
    highest = (
        max([0, *(n for n, _same in covered), *(row.last for row in rows)]) if counter is None else counter
    )
    found: list[Gap] = []
    for row in rows:  # numbers explained twice are told once
        found += [Gap(*left, row.reason) for left in holes(covered, row.first, min(row.last, highest))]
        covered.append((row.first, row.last))
    found += [Gap(*left, None) for left in holes(covered, 1, highest)]
    joined: list[Gap] = []
    for gap in sorted(found, key=lambda gap: gap.first):
        if joined and joined[-1].last == gap.first - 1 and joined[-1].reason == gap.reason:
            joined[-1] = Gap(joined[-1].first, gap.last, gap.reason)
        else:
            joined.append(gap)
    return joined


def unexplained(used: Iterable[int], explained: Iterable[Gap], counter: int | None = None) -> list[Gap]:
    """Gaps nobody has explained: an honest journal has none."""
    return [gap for gap in gaps(used, explained, counter) if gap.reason is None]


def next_number(counter: int, taken: Collection[int] = ()) -> RegisterNumber:
    """The number that follows the counter; suffixes never move the counter, numbers `taken` above it are stepped over.

    Raises Invalid when the series is full.
    """
    number = counter + 1
    while number in taken:
        number += 1
    return RegisterNumber(number)
