"""What a review found once and must not come back: rights, numbers given at once, closed cases, lost updates."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest

from app.access import sessions
from app.cases import curators, meetings, queries, service
from app.cases.models import Case
from app.cases.overview import history, overview
from app.cases.programmes import edit_programme
from app.core.errors import Forbidden, Refusal, Stale
from app.core.unit_of_work import Runtime, Work
from app.demo.penza import actor
from app.engine.actions import Fire
from app.schools.queries import organisations
from tests.people import open_cases


def _at_once(number: int, act: Callable[[int], object]) -> list[object]:
    """`act(0)` … `act(number - 1)` in as many threads, begun together; results or exceptions, in any order."""
    start, results = threading.Barrier(number), []

    def run(n: int) -> None:
        start.wait()
        try:
            results.append(act(n))
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _schools(work: Work) -> dict[str, object]:
    return {o.code: o for o in organisations(work.session)}


def test_cases_opened_at_once_get_different_numbers(penza_on_both: Runtime) -> None:
    system = penza_on_both
    methodist = actor(system, "methodist")

    def open_one(n: int) -> str:
        try:
            with system.work(methodist) as work:
                schools = _schools(work)
                programme = queries.programmes(work.session)[0]
                code = ("oshi1", "50", "co1", "41")[n]
                case: Case = service.open_case(work, programme=programme, school=schools[code], curator=None)  # type: ignore[arg-type]
                return case.code
        finally:
            system.database.session.remove()

    codes = _at_once(4, open_one)
    assert sorted(map(str, codes)) == ["ROV-2025-01", "ROV-2025-02", "ROV-2025-03", "ROV-2025-04"]


def test_wrong_passwords_given_at_once_are_all_counted(penza_on_both: Runtime) -> None:
    now = penza_on_both.clock.now()
    allowed = _at_once(12, lambda _n: sessions.may_try(penza_on_both.database, "Clerk", now))
    assert allowed.count(True) == sessions.MAX_FAILED, allowed
    assert sessions.may_try(penza_on_both.database, "clerk", now) is False
    assert sessions.may_try(penza_on_both.database, "clerk", now + sessions.LOCK) is True
    assert sessions.may_try(penza_on_both.database, "ß" * 150, now) is True


def test_only_the_methodist_of_the_programme_corrects_it(penza: Runtime) -> None:
    changes = {"title": "Другое", "year": 2025, "starts": date(2025, 1, 9), "ends": date(2025, 12, 30)}
    with pytest.raises(Forbidden), penza.work(actor(penza, "head")) as work:
        programme = queries.programmes(work.session)[0]
        edit_programme(work, programme, programme.version, changes)
    with penza.work(actor(penza, "methodist")) as work:
        programme = queries.programmes(work.session)[0]
        edit_programme(work, programme, programme.version, changes)


def test_the_curator_school_is_exchanged_only_before_the_agreement(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    methodist = actor(penza, "methodist")
    with pytest.raises(Stale), penza.work(methodist) as work:
        curators.assign_curator(work, case_id, _schools(work)["51"], expected_version=7)  # type: ignore[arg-type]
    with penza.work(methodist) as work:
        curators.assign_curator(work, case_id, _schools(work)["51"], expected_version=1)  # type: ignore[arg-type]
    work = penza.read(methodist)
    case = queries.get_case(work.session, case_id)
    (told,) = [
        one for one in history(work, overview(work, case)) if str(one.title) == "Школа-куратор назначена"
    ]
    assert told.note.replace("\u00a0", " ") == "МБОУ СОШ № 66 → МБОУ СОШ № 51"
    with penza.work(methodist) as work:
        service.act(work, case_id, Fire("suspend", "Каникулы"), 1)
    with pytest.raises(Refusal), penza.work(methodist) as work:
        curators.assign_curator(work, case_id, _schools(work)["66"])  # type: ignore[arg-type]


def test_two_secretaries_do_not_wipe_each_others_notes(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    secretary = actor(penza, "secretary")
    with penza.work(secretary) as work:
        meeting = meetings.open_meeting(work, queries.programmes(work.session)[0])
        work.session.flush()
        item = meetings.add_item(work, meeting, queries.get_case(work.session, case_id))
        work.session.flush()
        item_id, version = item.id, item.version
    from app.cases.models import MeetingItem

    with penza.work(secretary) as work:
        meetings.note_item(
            work, work.session.get_one(MeetingItem, item_id), "Долгая запись", "Одобрить", version
        )
    with pytest.raises(Stale), penza.work(actor(penza, "chair")) as work:
        meetings.note_item(work, work.session.get_one(MeetingItem, item_id), "", "Одобрить", version)
