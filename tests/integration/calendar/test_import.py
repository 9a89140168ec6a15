"""A year from a file: planned, applied, and refused when somebody changed the year meanwhile."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import partial

import pytest

from app.calendar import queries, service, sheet
from app.calendar.holidays_ru import days_of
from app.calendar.rules import DayInput
from app.core.actor import SYSTEM
from app.core.errors import Invalid, Stale
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from tests.integration.cases.test_concurrency import together


def test_a_year_is_replaced_by_what_the_file_says(penza_on_both: Runtime) -> None:
    system = penza_on_both
    days = sheet.read(sheet.template(2028, days_of(2028)), 2028)
    with system.work(SYSTEM) as work:
        plan = service.plan_year(work, 2028, days)
        assert {change.old for change in plan.changes} == {None}
        assert service.replace_year(work, plan, plan.basis) == len(plan.changes) == len(days)
    changed = [day for day in days if day.date != date(2028, 1, 1)]
    changed += [
        DayInput(date(2028, 2, 29), False, "актированный день"),
        DayInput(date(2028, 3, 1), True, "среда"),
    ]
    with system.work(SYSTEM) as work:
        plan = service.plan_year(work, 2028, changed)
        assert [(c.date, c.old is None, c.new is None) for c in plan.changes] == [
            (date(2028, 1, 1), False, True), (date(2028, 2, 29), True, False),
        ]  # fmt: skip
        service.replace_year(work, plan, plan.basis)
        assert not queries.working_calendar(work.session).is_working(date(2028, 2, 29)), "counts at once"
    with system.work(SYSTEM) as work:
        assert service.plan_year(work, 2028, changed).changes == ()
        assert len(queries.days_of(work.session, 2027)) > 0, "other years stay"


def test_a_year_that_was_changed_after_the_preview_is_not_overwritten(penza: Runtime) -> None:
    with penza.work(SYSTEM) as work:
        plan = service.plan_year(work, 2026, [DayInput(date(2026, 1, 1), False, "Новый год")])
        service.add_day(work, DayInput(date(2026, 2, 10), False, "актированный день"))
    with pytest.raises(Stale), penza.work(SYSTEM) as work:
        service.replace_year(work, service.plan_year(work, 2026, plan.days), plan.basis)
    with penza.work(SYSTEM) as work:
        assert len(queries.days_of(work.session, 2026)) > 2


@pytest.mark.parametrize("year", [2026, 2040])  # filled, and without a day to be locked
def test_of_two_who_load_a_year_at_once_one_is_told(penza_on_both: Runtime, year: int) -> None:
    system = penza_on_both
    files = [[DayInput(date(year, 2, day), False, "актированный день"), DayInput(date(year, 1, 1), False, str(day))]
             for day in (10, 11)]  # fmt: skip
    with system.work(SYSTEM) as work:
        plans = [service.plan_year(work, year, days) for days in files]

    def load(plan: service.YearPlan) -> None:
        with system.work(SYSTEM) as work:
            service.replace_year(work, plan, plan.basis)

    answers = together(system, *(partial(load, plan) for plan in plans))
    assert sorted(type(one).__name__ for one in answers) == ["NoneType", "Stale"]
    with system.work(SYSTEM) as work:
        stands = queries.days_of(work.session, year)
    assert stands == sorted(files[answers.index(None)], key=lambda day: day.date)


@pytest.mark.parametrize("year", [1999, 2101])
def test_a_year_out_of_reach_is_refused(penza: Runtime, year: int) -> None:
    with pytest.raises(Invalid), penza.work(SYSTEM) as work:
        service.plan_year(work, year, [DayInput(date(year, 1, 1), False, "")])


def test_a_day_of_another_year_is_refused(penza: Runtime) -> None:
    with pytest.raises(Invalid), penza.work(SYSTEM) as work:
        service.plan_year(work, 2026, [DayInput(date(2027, 1, 1), False, "Новый год")])


def test_a_year_in_which_nobody_works_is_refused(penza: Runtime, web) -> None:
    """The columns taken for one another; a term that runs into such a year would find no end."""
    days = [DayInput(date(2026, 1, 1) + timedelta(number), False, "x") for number in range(365)]
    with penza.work(SYSTEM) as work, pytest.raises(Invalid) as refused, in_locale("ru"):
        service.plan_year(work, 2026, days)
    assert str(refused.value) == "С такими днями в 2026 году остаётся рабочих дней: 0. Исправьте список."
    kept = json.dumps([[day.date.isoformat(), 0, "x"] for day in days])
    sent = {"year": "2026", "days": kept, "basis": ""}
    assert web.post("admin", "/calendar/import/apply", sent, page="/calendar/import").status_code == 422
