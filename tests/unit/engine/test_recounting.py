"""Terms follow a changed calendar: from the events, pauses included, and only where something moves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import Complete, Fire, IllegalHistory, evolve, fold
from app.engine.deadlines import PlainWeek, add_working_days, days_left, working_days_between
from app.engine.events import CaseOpened, TermsRecounted, from_dict
from app.engine.recounting import STAGE, counted_anew, recount
from app.engine.trials.worlds import Holidays

OFF = Holidays(frozenset({date(2025, 1, 24), date(2025, 1, 27)}))


def test_a_holiday_moves_the_stage_and_its_open_tasks_with_one_event(desk: Any) -> None:
    desk.walk_to("diagnosis")
    before = desk.now()
    event = recount(desk.definition, desk.events, OFF, before.entered_at, "7")
    assert event is not None
    assert event.term is not None
    assert event.term.due == before.due + timedelta(days=2)
    assert set(event.terms) == {"fill_diagnosis", "verify_risks"} & set(before.tasks) | set(event.terms)
    after = evolve(desk.definition, before, from_dict(event.to_dict()))
    assert after.due == event.term.due
    assert after.tasks["fill_diagnosis"].due == event.terms["fill_diagnosis"].due
    assert after.version == before.version + 1
    assert fold(desk.definition, [*desk.events, event]) == after
    assert "24.01, 27.01" in after.term.texts["ru"]


def test_nothing_happens_when_nothing_moves_and_the_way_back_leads_back(desk: Any) -> None:
    desk.walk_to("diagnosis")
    first = desk.now()
    assert recount(desk.definition, desk.events, PlainWeek(), first.entered_at, "7") is None
    there = recount(desk.definition, desk.events, OFF, first.entered_at, "7")
    back = recount(desk.definition, [*desk.events, there], PlainWeek(), first.entered_at, "7")
    assert back is not None
    again = fold(desk.definition, [*desk.events, there, back])
    assert (again.due, again.tasks["fill_diagnosis"].due) == (first.due, first.tasks["fill_diagnosis"].due)


def test_a_done_task_keeps_its_day(desk: Any) -> None:
    desk.walk_to("diagnosis")
    desk.act("director", Complete("fill_diagnosis"))
    event = recount(desk.definition, desk.events, OFF, desk.now().entered_at, "7")
    assert event is not None
    assert "fill_diagnosis" not in event.terms


def test_a_pause_is_counted_again_with_the_new_calendar(desk: Any) -> None:
    desk.walk_to("diagnosis")
    start, planned = desk.today, desk.now().term.working_days
    desk.today = date(2025, 1, 23)
    desk.act("methodist", Fire("suspend", "ремонт"))
    desk.today = date(2025, 1, 30)
    desk.act("methodist", Fire("resume"))
    terms = counted_anew(desk.definition, desk.events, OFF)
    first = add_working_days(start, planned, OFF)
    stood = working_days_between(date(2025, 1, 23), date(2025, 1, 30), OFF)
    assert stood == 3
    assert terms[STAGE].due == add_working_days(first.due, stood, OFF).due
    assert counted_anew(desk.definition, desk.events, PlainWeek())[STAGE].due == desk.now().due


def test_a_closed_case_has_no_running_terms(desk: Any) -> None:
    desk.walk_to("closed")
    assert counted_anew(desk.definition, desk.events, OFF) == {}
    assert recount(desk.definition, desk.events, OFF, desk.now().entered_at, "7") is None


@pytest.mark.parametrize("terms", [{}, {"no_such_task": 1}, {"prepare_plan": 1}])
def test_an_event_that_moves_what_is_not_there_is_refused(desk: Any, terms: dict[str, int]) -> None:
    desk.walk_to("diagnosis")
    given_terms = {key: add_working_days(desk.today, days, PlainWeek()) for key, days in terms.items()}
    event = TermsRecounted(at=desk.now().entered_at, actor="7", terms=given_terms)
    state = desk.now()
    with pytest.raises(IllegalHistory):
        evolve(desk.definition, state, event)


@settings(max_examples=60, deadline=None)
@given(off=st.sets(st.integers(0, 60), max_size=20))
def test_terms_counted_anew_are_those_a_case_opened_under_that_calendar_would_have(
    new_desk: Any, off: set[int]
) -> None:
    desk = new_desk().walk_to("diagnosis")
    calendar = Holidays(frozenset(desk.today + timedelta(days=number) for number in off))
    terms = counted_anew(desk.definition, desk.events, calendar)
    stage = desk.definition.stages["diagnosis"]
    assert terms[STAGE] == add_working_days(desk.today, stage.due.working_days, calendar)
    for task in stage.tasks:
        if task.due:
            assert terms[task.id] == add_working_days(desk.today, task.due.working_days, calendar)
    assert isinstance(desk.events[0], CaseOpened)


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (date(2025, 2, 10), 2), (date(2025, 2, 12), 0), (date(2025, 2, 13), -1), (date(2025, 2, 17), -3),
        (date(2025, 2, 8), 3),
    ],
)  # fmt: skip
def test_days_left_are_working_days(today: date, left: int) -> None:
    assert days_left(today, date(2025, 2, 12), PlainWeek()) == left


def test_the_weekend_after_a_friday_term_is_overdue_at_once() -> None:
    assert days_left(date(2025, 2, 15), date(2025, 2, 14), PlainWeek()) == -1


@pytest.mark.parametrize(("today", "left"), [(12, 2), (13, 1), (14, 1), (15, 0), (16, -1)])
def test_a_term_on_a_day_off_ends_today_on_that_day_only(today: int, left: int) -> None:
    assert days_left(date(2025, 2, today), date(2025, 2, 15), PlainWeek()) == left
