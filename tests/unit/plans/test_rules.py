"""Fulfilment on a date, completeness and what a round changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from app.core.i18n import in_locale
from app.plans.rules import Occurrence, ReportStatus, compare, content_hash, fulfilment, gap_sentences, gaps

DAYS = st.dates(date(2025, 1, 1), date(2025, 12, 31))
OCCURRENCES = st.lists(
    st.builds(Occurrence, DAYS, st.sampled_from(list(ReportStatus)), st.none() | DAYS), max_size=30
)


@dataclass
class Line:
    number: int
    direction: str = "support"
    owner: str = "Директор"
    expected_result: str = "Справка"
    risk: str = "Дефицит педагогических кадров"
    ends: date | None = date(2025, 2, 15)


def test_nothing_due_shows_a_dash() -> None:
    figure = fulfilment(
        [Occurrence(date(2025, 3, 1), ReportStatus.done, date(2025, 2, 1))], date(2025, 2, 28)
    )
    assert (figure.percent, figure.shown) == (None, "—")


def test_moved_counts_as_not_done() -> None:
    found = [
        Occurrence(date(2025, 2, 1), ReportStatus.done, date(2025, 2, 1)),
        Occurrence(date(2025, 2, 1), ReportStatus.moved),
    ]
    assert fulfilment(found, date(2025, 2, 1)).percent == 50


def test_done_late_is_not_done_as_of_an_earlier_day() -> None:
    found = [Occurrence(date(2025, 2, 1), ReportStatus.done, date(2025, 2, 10))]
    assert fulfilment(found, date(2025, 2, 5)).percent == 0
    assert fulfilment(found, date(2025, 2, 10)).percent == 100


@given(OCCURRENCES, DAYS)
def test_a_hundred_per_cent_means_all(found: list[Occurrence], on: date) -> None:
    figure = fulfilment(found, on)
    due = [o for o in found if o.due <= on]
    assert 0 <= figure.done <= figure.due == len(due)
    assert (figure.percent is None) == (not due)
    assert (figure.percent == 100) == (bool(due) and figure.done == figure.due)


@given(OCCURRENCES, DAYS, DAYS)
def test_what_is_due_only_grows_with_time(found: list[Occurrence], one: date, other: date) -> None:
    earlier, later = fulfilment(found, min(one, other)), fulfilment(found, max(one, other))
    assert earlier.due <= later.due
    assert earlier.done <= later.done


def test_gaps_are_told_with_numbers() -> None:
    lines = [Line(1), Line(4, owner=""), Line(7, owner="", ends=None)]
    assert gaps(lines[0]) == []
    assert gaps(lines[2]) == ["term", "owner"]
    with in_locale("ru"):
        assert [str(s).replace("\u00a0", " ") for s in gap_sentences(lines)] == [
            "Нет срока у 1 мероприятия плана: № 7",
            "Нет ответственного у 2 мероприятий плана: № 4, № 7",
        ]


def test_a_round_tells_added_removed_and_changed() -> None:
    old = [
        {"id": 1, "number": 1, "action": "А", "owner": ""},
        {"id": 2, "number": 2, "action": "Б", "owner": "X"},
    ]
    new = [
        {"id": 1, "number": 1, "action": "А", "owner": "Директор"},
        {"id": 3, "number": 2, "action": "В", "owner": "Y"},
    ]
    changes = {(c.kind, c.action): c.fields for c in compare(old, new)}
    assert changes == {
        ("changed", "А"): (("owner", "", "Директор"),),
        ("added", "В"): (),
        ("removed", "Б"): (),
    }
    assert compare(old, old) == []
    assert content_hash(old) != content_hash(new)
