"""The training copy: its clock is moved on from the page, terms follow, nobody is logged out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from app.cases.queries import list_cases
from app.core.actor import SYSTEM
from app.core.clock import SystemClock, TrainingClock
from app.core.unit_of_work import Runtime
from app.dashboards.training import month_on
from app.demo.loading import load
from tests.people import START, WebUsers


@pytest.fixture
def training(penza: Runtime, cases: dict[str, int]) -> Runtime:
    penza.clock = TrainingClock(START, penza.settings.var / "training-clock")
    return penza


def text(answer: object) -> str:
    return answer.get_data(as_text=True).replace("\u00a0", " ")  # type: ignore[attr-defined]


def test_a_leap_brings_terms_and_keeps_people_logged_in(training: Runtime) -> None:
    web = WebUsers(training)
    assert "09.01.2025" in text(web("methodist").get("/"))
    assert "просрочено" not in text(web("methodist").get("/"))
    answer = web.post("methodist", "/training/", {"to": "2025-02-10"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    page = text(web("methodist").get("/"))
    assert "Часы переведены на 32 дня вперёд" in page
    assert "10.02.2025" in page
    assert "просрочено" in page  # five working days to begin the diagnosis are long over
    assert web("methodist").get("/cases/").status_code == 200


def test_the_last_login_is_told_by_the_clock_of_the_copy(training: Runtime) -> None:
    web = WebUsers(training)
    began = START.astimezone(training.ports.zone)
    assert f"<dt>Последний вход</dt><dd>{began:%d.%m.%Y %H}:" in text(web("methodist").get("/profile/"))


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("2025-01-09", "идут только вперёд: выберите день позже 09.01.2025"),
        ("2024-12-31", "идут только вперёд"),
        ("2027-01-01", "За один раз — не больше года"),
        ("", "Заполните"),
        ("31.02.2025", "дат"),
    ],
)
def test_a_wrong_day_is_told_and_nothing_moves(training: Runtime, to: str, sentence: str) -> None:
    answer = WebUsers(training).post("clerk", "/training/", {"to": to})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert training.clock.now() < START + timedelta(minutes=5)


def test_of_two_who_press_at_once_one_moves_the_clock_and_the_other_is_told(training: Runtime) -> None:
    users = ["methodist", "clerk", "head", "chair"]
    web = WebUsers(training)
    for user in users:
        web(user).get("/")
    with ThreadPoolExecutor(len(users)) as pool:
        answers = list(pool.map(lambda user: web.post(user, "/training/", {"to": "2025-01-10"}), users))
    assert sorted(answer.status_code for answer in answers) == [303, 422, 422, 422]
    assert all("позже 10.01.2025" in text(answer) for answer in answers if answer.status_code == 422)
    assert training.clock.now().date() == date(2025, 1, 10)


@pytest.mark.parametrize(
    ("day", "becomes"),
    [
        ("2025-01-22", "2025-02-22"),
        ("2025-01-31", "2025-02-28"),
        ("2024-01-30", "2024-02-29"),
        ("2025-12-15", "2026-01-15"),
    ],
)
def test_a_month_on_is_the_same_day_of_the_next_month(day: str, becomes: str) -> None:
    assert month_on(date.fromisoformat(day)) == date.fromisoformat(becomes)


def test_a_real_system_has_no_such_page(penza: Runtime) -> None:
    penza.clock = SystemClock()
    web = WebUsers(penza)
    assert web("methodist").get("/training/").status_code == 404
    assert "/training/" not in text(web("methodist").get("/"))


@pytest.mark.slow
def test_a_copy_that_begins_in_january_holds_only_what_was_before(
    sqlite_database: object, tmp_path: object
) -> None:
    from app import wiring
    from app.admin import verify
    from app.admin.bootstrap import bootstrap
    from app.core.clock import FixedClock
    from tests.conftest import _settings

    system = wiring.build(_settings(sqlite_database, tmp_path), FixedClock(START))  # type: ignore[arg-type]
    try:
        bootstrap(system)
        until = START.replace(month=2, day=3)
        assert load(system, until=until) is True
        assert load(system, until=until) is False
        found = list_cases(system.read(SYSTEM).session)
        assert len(found) == 4
        assert all(case.entered_at < until for case in found)
        assert {case.status for case in found} == {"active"}
        assert max(case.opened_at for case in found).date() < date(2025, 2, 3)
        system.database.session.remove()
        assert [str(finding) for finding in verify.findings(system)] == []
    finally:
        system.database.dispose()
