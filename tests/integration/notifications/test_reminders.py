"""Reminders and escalation: each thing once, whichever mornings were missed, to those for whom the case waits."""

from __future__ import annotations

import re
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import delete

from app.admin import verify
from app.calendar.models import CalendarDay
from app.cases import service
from app.cases.models import Case
from app.cases.procedures import migration, version_uploads, versions
from app.core.actor import SYSTEM
from app.core.errors import Invalid
from app.core.i18n import in_locale
from app.core.ports import Message
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Fire
from app.jobs import outbox, schedule
from app.jobs.runner import drain
from app.notifications import queries
from app.notifications.reminders import PART
from app.notifications.service import notify
from tests.integration.notifications.conftest import at, morning, told, user_id
from tests.people import open_cases

START = date(2025, 1, 9)  # a Thursday; the diagnosis begins on this day


def diagnosis(system: Runtime, *schools: str) -> dict[str, int]:
    """Cases whose diagnosis begins on 9 January: stage until 30.01., studies until 21.01., risks 27.01."""
    cases = open_cases(system)
    for school in schools or ("41",):
        with system.work(actor(system, "methodist")) as work:
            service.act(work, cases[school], Fire("start_diagnosis"), 1)
    return cases


def words(lines: list[tuple[str, str, str]], case_id: int) -> list[tuple[str, str]]:
    return [
        (who, key.split("/", 3)[3].rsplit("/", 1)[0])
        for who, _code, key in lines
        if key.startswith(f"{case_id}/")
    ]


def test_every_morning_tells_each_step_once_to_the_right_people(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = diagnosis(system)["41"]
    for number in range(40):
        morning(system, START + timedelta(days=number))
        drain(system)
    found = words(told(system), case_id)
    assert len(found) == len(set(found))
    director = [what for who, what in found if who == "director41"]
    assert set(director) == {
        "fill_diagnosis/remind/2", "fill_diagnosis/overdue/0", "/remind/5", "/remind/1", "/overdue/0",
    }  # fmt: skip
    curator = {what for who, what in found if who == "curator66"}
    assert {"verify_risks/remind/3", "verify_risks/remind/1", "verify_risks/overdue/0"} <= curator
    assert [what for who, what in found if who == "head"] == ["/escalate/3"]
    assert not [who for who, _what in found if who in ("director50", "curator51", "admin", "clerk")]
    assert list(verify.findings(system)) == []


def test_missed_mornings_are_made_up_for_once_and_only_with_what_is_still_true(penza: Runtime) -> None:
    case_id = diagnosis(penza)["41"]
    morning(penza, date(2025, 1, 29))  # the system was off for three weeks; the stage ends on 30.01.
    found = words(told(penza), case_id)
    assert ("director41", "/remind/1") in found
    assert ("director41", "/remind/5") not in found
    assert ("director41", "fill_diagnosis/overdue/0") in found
    assert ("director41", "fill_diagnosis/remind/2") not in found
    morning(penza, date(2025, 1, 29))
    assert words(told(penza), case_id) == found


def test_a_term_on_a_day_off_is_today_on_its_own_day_only(penza: Runtime) -> None:
    """The calendar made a day off of the day a stage ends on, and nobody has recounted the terms."""
    case_id = diagnosis(penza)["41"]
    with penza.work(SYSTEM) as work:
        work.session.add(CalendarDay(date=date(2025, 1, 30), is_working=False, title="актированный день"))
    morning(penza, date(2025, 1, 29))
    codes = {code for _who, code, key in told(penza) if key.startswith(f"{case_id}/diagnosis/1//")}
    assert codes == {"terms.remind"}


def test_two_schedulers_and_two_workers_double_nothing(penza_on_both: Runtime) -> None:
    system = penza_on_both
    diagnosis(system)
    at(system, date(2025, 1, 17))
    start = threading.Barrier(3)

    def one() -> None:
        start.wait()
        schedule.tick(system)
        drain(system, worker=threading.current_thread().name)
        system.database.session.remove()

    threads = [threading.Thread(target=one) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drain(system)
    found = told(system)
    assert len(found) == len(set(found)) > 0


def test_a_case_that_stands_still_or_is_closed_reminds_of_nothing(penza: Runtime) -> None:
    case_id = diagnosis(penza)["41"]
    with penza.work(actor(penza, "methodist")) as work:
        version = work.session.get_one(Case, case_id).version
        service.act(work, case_id, Fire("suspend", "ремонт школы"), version)
    morning(penza, date(2025, 3, 3))
    assert words(told(penza), case_id) == []


def test_a_term_that_was_moved_is_reminded_of_anew(penza: Runtime) -> None:
    case_id = diagnosis(penza)["41"]
    morning(penza, date(2025, 1, 17))
    before = [line for line in told(penza) if "fill_diagnosis/remind" in line[2]]
    assert {who for who, _code, _key in before} == {"director41", "deputy41"}
    with penza.work(actor(penza, "admin")) as work:
        for day in (20, 21, 22):
            work.session.add(
                CalendarDay(date=date(2025, 1, day), is_working=False, title="актированный день")
            )
    from app.cases import terms

    with penza.work(actor(penza, "admin")) as work:
        assert terms.recount_case(work, case_id)
    morning(penza, date(2025, 1, 22))
    after = [line for line in told(penza) if "fill_diagnosis/remind" in line[2]]
    assert len(after) == 2 * len(before)
    assert [code for who, code, _key in told(penza) if who == "director41"].count("terms.moved") == 1


def test_a_large_authority_is_looked_at_in_parts(penza: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.notifications import reminders

    monkeypatch.setattr(reminders, "_AT_ONCE", 1)
    diagnosis(penza, "41", "50")
    at(penza, date(2025, 1, 17))
    schedule.tick(penza)
    drain(penza)
    with penza.work(SYSTEM) as work:
        kinds = [job.kind for job in work.session.scalars(outbox.select(outbox.OutboxJob))]
    assert kinds.count(PART) == 4
    assert {who for who, _code, _key in told(penza)} >= {"director41", "director50"}


def test_administrators_hear_of_a_missing_year_from_november_on(penza: Runtime) -> None:
    with penza.work(SYSTEM) as work:
        work.session.execute(delete(CalendarDay).where(CalendarDay.date >= date(2026, 1, 1)))
    morning(penza, date(2025, 10, 31))
    assert told(penza) == []
    morning(penza, date(2025, 11, 1))
    morning(penza, date(2025, 11, 2))
    assert told(penza) == [("admin", "calendar.missing", "calendar/2026")]


def test_a_notice_is_ones_own_is_told_once_and_leads_nowhere_else(penza_on_both: Runtime) -> None:
    system = penza_on_both
    clerk, head = user_id(system, "clerk"), user_id(system, "head")
    params = {"year": "2026"}
    with system.work(SYSTEM) as work:
        told = Message("calendar.missing", params, "/cases/1", "k")
        assert notify(work, [clerk, head, clerk], told) == 2
        assert notify(work, [clerk], told) == 0
        assert notify(work, [999_999], told) == 0
        for link in (
            "https://example.org",
            "//example.org",
            "javascript:alert(1)",
            "/\\example.org",
            "cases/1",
        ):
            with pytest.raises(Invalid):
                notify(work, [clerk], Message("calendar.missing", params, link, f"k{link}"))
    rows, more = queries.inbox(system.read(actor(system, "clerk")))
    assert [row.row.user_id for row in rows] == [clerk]
    assert not more
    with in_locale("ru"):
        assert "2026" in str(rows[0].text)
    assert queries.unread_count(system.read(actor(system, "head")), clerk) == 0, "not a colleague's"


def test_a_move_that_only_renames_says_nothing_twice(penza_on_both: Runtime) -> None:
    """Also when it was taken back once: what was told under the former names of stage and task is told."""
    system = penza_on_both
    case_id = diagnosis(system)["41"]
    late = START + timedelta(days=40)
    morning(system, late)  # stage and tasks are overdue, the head has been told
    before = told(system)
    assert {code for _who, code, _key in before} >= {"terms.overdue", "terms.escalated"}
    with system.work(actor(system, "admin")) as work:
        source = versions.get(work, service.PROCESS, 1).source.replace("version: 1\n", "version: 7\n", 1)
        source = re.sub(r"\bdiagnosis\b", "examination", source).replace("fill_diagnosis", "fill_studies")
        rule = "stages: {diagnosis: examination}, tasks: {fill_diagnosis: fill_studies}"
        version_uploads.upload(
            work, version_uploads.Upload(f"{source}\nmigrations:\n  - {{from: 1, {rule}}}\n")
        )
        versions.publish(work, service.PROCESS, 7)
    order = migration.Order(service.PROCESS, 1, 7)
    code = system.read(SYSTEM).session.get_one(Case, case_id).code
    for step in (1, 2):
        with system.work(actor(system, "admin")) as work:
            migration.move(work, case_id, order)
        if step == 1:
            with system.work(actor(system, "admin")) as work:
                migration.undo(work, code)
        morning(system, late + timedelta(days=step))
        assert told(system) == before, step
