"""What is said of a term on which day: the nearest step only, every step once, whatever days were missed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.notifications.rules import Told, Word, to_say

REMIND, AFTER = (5, 1), 3
steps = st.lists(st.integers(0, 30), max_size=4, unique=True)


def test_the_days_of_the_shipped_diagnosis() -> None:
    said = {left: to_say(left, REMIND, AFTER) for left in range(6, -5, -1)}
    assert said[6] == []
    assert said[5] == said[4] == said[2] == [Told(Word.remind, 5)]
    assert said[1] == said[0] == [Told(Word.remind, 1)]
    assert said[-1] == said[-2] == [Told(Word.overdue, 0)]
    assert said[-3] == said[-4] == [Told(Word.overdue, 0), Told(Word.escalate, 3)]
    assert to_say(-9, (), None) == [Told(Word.overdue, 0)]
    assert to_say(3, (), AFTER) == []


@given(remind=steps, after=st.none() | st.integers(1, 10), start=st.integers(0, 40), end=st.integers(-20, 0))
def test_a_run_every_morning_says_each_step_once(
    remind: list[int], after: int | None, start: int, end: int
) -> None:
    said = [told for left in range(start, end - 1, -1) for told in to_say(left, remind, after)]
    once = list(dict.fromkeys(said))
    reminders = [told.step for told in once if told.word == Word.remind]
    assert reminders == sorted(reminders, reverse=True)
    assert set(reminders) == {days for days in remind if days <= start} | (
        {min(days for days in remind if days >= start)} if any(days >= start for days in remind) else set()
    )


@given(
    remind=steps, after=st.none() | st.integers(1, 10), start=st.integers(0, 40), end=st.integers(-20, 40),
    off=st.sets(st.integers(-20, 40)),
)  # fmt: skip
def test_missed_mornings_add_nothing_and_lose_nothing_that_is_still_true(
    remind: list[int], after: int | None, start: int, end: int, off: set[int]
) -> None:
    days = range(start, min(start, end) - 1, -1)
    every = {told for left in days for told in to_say(left, remind, after)}
    some = {told for left in days if left not in off for told in to_say(left, remind, after)}
    last = to_say(days[-1], remind, after)
    assert some <= every
    assert some | set(last) >= set(last)
    if days[-1] not in off:
        assert set(last) <= some
