"""The calendar in the database: filled at bootstrap, corrected by hand, used by the terms of a case."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.admin.bootstrap import bootstrap
from app.calendar import service
from app.calendar.models import CalendarDay
from app.calendar.queries import missing_years, working_calendar
from app.calendar.service import DayInput
from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.errors import Invalid, Stale
from app.core.unit_of_work import Runtime


def day(session, when: date) -> CalendarDay | None:
    return session.scalars(select(CalendarDay).where(CalendarDay.date == when)).one_or_none()


def test_bootstrap_fills_four_years_and_keeps_corrections(penza_on_both: Runtime) -> None:
    with penza_on_both.work(SYSTEM) as work:
        assert working_calendar(work.session).is_working(date(2025, 11, 1))
        assert not working_calendar(work.session).is_working(date(2026, 1, 9))
        service.remove_day(work, day(work.session, date(2025, 11, 1)))
        assert not working_calendar(work.session).is_working(date(2025, 11, 1))
    bootstrap(penza_on_both)
    with penza_on_both.work(SYSTEM) as work:
        assert day(work.session, date(2025, 11, 1)) is None
        assert missing_years(work.session, date(2026, 6, 1)) == []
        assert missing_years(work.session, date(2027, 6, 1)) == [2028]
        assert service.prefill(work, [2028]).keys() == {2028}
        assert missing_years(work.session, date(2027, 6, 1)) == []


def test_a_year_somebody_only_began_is_missing_and_filled_up(penza_on_both: Runtime) -> None:
    """One day entered by hand must neither silence the warning nor keep the holidays away."""
    begun = DayInput(date(2028, 1, 3), False, "каникулы по приказу")
    with penza_on_both.work(SYSTEM) as work:
        service.add_day(work, begun)
        assert missing_years(work.session, date(2027, 11, 8)) == [2028]
        assert service.prefill(work, [2028]).keys() == {2028}
    with penza_on_both.work(SYSTEM) as work:
        assert missing_years(work.session, date(2027, 11, 8)) == []
        assert not working_calendar(work.session).is_working(date(2028, 1, 4))
        kept = day(work.session, begun.date)
        assert kept is not None
        assert kept.title == begun.title, "what was entered by hand stays"
        assert service.prefill(work, [2028]) == {}


def test_a_change_counts_from_the_next_transaction_on(penza: Runtime) -> None:
    with penza.work(SYSTEM) as work:
        assert working_calendar(work.session) is working_calendar(work.session)
    with penza.database.sessions(info={"actor": SYSTEM}) as other:
        assert working_calendar(other).is_working(date(2025, 10, 1))
        other.rollback()
        with penza.work(SYSTEM) as work:
            service.add_day(work, DayInput(date(2025, 10, 1), False, "День города"))
        assert not working_calendar(other).is_working(date(2025, 10, 1))


def test_a_day_stands_once_and_within_reach(penza: Runtime) -> None:
    with penza.work(SYSTEM) as work:
        with pytest.raises(Invalid) as twice:
            service.add_day(work, DayInput(date(2025, 5, 9), True))
        assert "День Победы" in str(twice.value.fields["date"])
        with pytest.raises(Invalid):
            service.add_day(work, DayInput(date(1899, 5, 9), True))
        with pytest.raises(Stale):
            service.edit_day(work, day(work.session, date(2025, 5, 9)), DayInput(date(2025, 5, 9), True), 99)


def test_terms_of_a_case_skip_the_holidays(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(SYSTEM) as work:
        case = work.session.get(Case, cases["41"])
        assert case.due == date(2025, 1, 16)  # five working days from 9 January


def test_the_administrator_keeps_the_calendar(penza: Runtime, web) -> None:
    web.post("admin", "/working-days/add", {"date": "2025-10-01", "worked": "off", "title": "День города"})
    with penza.work(SYSTEM) as work:
        added = day(work.session, date(2025, 10, 1))
        assert added is not None
        key, version = added.id, added.version
    edit = f"/working-days/edit/{key}"
    typed = {"date": "2025-10-02", "worked": "off", "title": "День города", "expected_version": version}
    web.post("admin", edit, typed)
    again = web.post("admin", edit, {**typed, "worked": "on"})
    assert again.status_code == 409
    for odd in ("²", "9" * 5000):
        assert web.post("admin", edit, {**typed, "expected_version": odd}).status_code == 422, odd[:4]
    twice = web.post(
        "admin", "/working-days/add", {"date": "2025-05-09", "worked": "on", "title": "День города"}
    )
    assert twice.status_code == 422
    assert "уже есть в календаре" in twice.get_data(as_text=True)
    page = web("admin").get("/working-days/list/").get_data(as_text=True)
    assert "Производственный календарь" in page
    assert "02.10.2025" in page
    with penza.work(SYSTEM) as work:
        assert day(work.session, date(2025, 10, 2)) is not None


def test_a_missing_year_is_told_and_filled_with_one_button(penza: Runtime, web) -> None:
    from datetime import UTC, datetime

    penza.clock.move(datetime(2027, 6, 1, tzinfo=UTC))
    assert "Календарь 2028 года не заполнен" in web("admin").get("/working-days/list/").get_data(as_text=True)
    done = web.post("admin", "/working-days/fill", {"year": "2028"}, page="/working-days/list/")
    assert done.status_code == 303
    assert "года не заполнен" not in web("admin").get("/working-days/list/").get_data(as_text=True)
    odd = web.post("admin", "/working-days/fill", {"year": "20²8"}, page="/working-days/list/")
    assert odd.status_code == 422


def test_others_may_not_write(penza: Runtime, web) -> None:
    assert web("methodist").get("/working-days/list/").status_code == 200
    assert web("methodist").get("/working-days/add").status_code == 403
    assert web("director41").get("/working-days/list/").status_code == 403
