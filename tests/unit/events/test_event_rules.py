"""Persons and person-events, addresses of pages."""

import pytest

from app.events.rules import Attendance, Counts, count, is_web_address


def test_one_teacher_at_three_events_is_one_person_and_three_person_events() -> None:
    rows = [Attendance(2, (1, 2)), Attendance(1, (1,)), Attendance(3, (1,)), Attendance(0, ())]
    assert count(rows) == Counts(events=3, persons=2, visits=6, unnamed=2)
    assert count([]) == Counts()


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("https://школа50.рф/равенство-образовательных-возможнос/", True),
        ("http://nmc58.ru/?page=news&id=698", True),
        ("nmc58.ru", False),
        ("javascript:alert(1)", False),
        ("https://[", False),
        ("https://a b.ru", False),
    ],
)
def test_addresses_of_pages(text: str, fine: bool) -> None:
    assert is_web_address(text) is fine
