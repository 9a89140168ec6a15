"""Tasks that waited for a paper are closed in one press once it is registered: which, by whom, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from app.cases.models import Case
from app.cases.queries import events_of
from app.core.actor import SYSTEM
from app.core.errors import Invalid, NotFound
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.curation import report_steps, visits
from app.demo.penza import actor
from app.documents import paper_tasks, service
from app.documents.paper_tasks import Chosen, Closed
from app.documents.queries import get_document
from app.documents.service import RegisterInput
from app.engine.actions import Complete
from tests.integration.cases.test_versions import is_sound, stands, take
from tests.people import open_cases
from tests.procedures import publish

from .test_life import DAY, SCAN, later, registered, signed_order
from .test_reports import VISIT, at

TASK = "issue_order"


def _task(name: str, more: str, roles: str = "clerk", document: str = "order_plan") -> str:
    return (
        f"      {name}:\n        titles: {{ru: Задача {name}, en: Task {name}}}\n        roles: [{roles}]\n"
        f"        document: {document}\n{more}"
    )


OPTIONAL = "        optional: true\n"
PROCEDURE = f"""\
workflow: school_support
version: 8
titles: {{ru: Порядок, en: Procedure}}
initial: work
roles:
  curator: {{titles: {{ru: Куратор, en: Curator}}, found: curator_school}}
  clerk: {{titles: {{ru: Делопроизводитель, en: Clerk}}, found: authority}}
  methodist: {{titles: {{ru: Методист, en: Methodist}}, found: authority}}
stages:
  work:
    titles: {{ru: Работа, en: Work}}
    tasks:
{_task(TASK, "")}\
{_task("repeated", OPTIONAL + "        repeatable: true" + chr(10))}\
{_task("asks", OPTIONAL + "        form: {comment: required}" + chr(10))}\
{_task("may_comment", OPTIONAL + "        form: {comment: optional}" + chr(10))}\
{_task("of_another", OPTIONAL, "methodist")}\
{_task("report", OPTIONAL, "curator", "visit_report")}\
{_task("guarded", OPTIONAL)}\
        when:
          - id: has_items
            if: plans.has_items
            text: {{ru: В плане нет мероприятий, en: The plan has no measures}}
  next:
    titles: {{ru: Дальше, en: Next}}
  done:
    titles: {{ru: Готово, en: Done}}
    final: true
transitions:
  go_on: {{titles: {{ru: Дальше, en: Go on}}, kind: forward, from: work, to: next, automatic: true}}
  finish: {{titles: {{ru: Завершить, en: Finish}}, kind: forward, from: next, to: done, by: [methodist]}}
"""


def opened(system: Runtime) -> dict[str, int]:
    publish(system, PROCEDURE, 8)
    return open_cases(system)


def offered(system: Runtime, username: str, document_id: int) -> list[tuple[int, str]]:
    system.database.session.remove()
    work = system.read(actor(system, username))
    found = paper_tasks.tasks_of(work, get_document(work.session, document_id))
    return [(one.case.id, one.task) for one in found]


def press(system: Runtime, username: str, document_id: int, *chosen: tuple[int, str, int]) -> list[Closed]:
    clerk = actor(system, username)
    schools = {case_id: f"№ {case_id}" for case_id, _task, _version in chosen}
    with in_locale("ru"):
        return paper_tasks.close(
            lambda: system.work(clerk), document_id, schools, [Chosen(*one) for one in chosen]
        )


def version(system: Runtime, case_id: int) -> int:
    return system.read(SYSTEM).session.get_one(Case, case_id, populate_existing=True).version


def told(row: Closed) -> str:
    return "; ".join(str(reason) for reason in row.reasons)


def last_event(system: Runtime, case_id: int) -> Any:
    system.database.session.remove()
    return next(
        event for event in reversed(events_of(system.read(SYSTEM).session, case_id)) if event.type == "task_completed"
    )  # fmt: skip


def test_one_press_closes_the_tasks_of_all_the_schools_of_an_order(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = opened(system)
    two = [cases["41"], cases["50"]]
    order = signed_order(system, {key: cases[key] for key in ("41", "50")})
    assert offered(system, "clerk", order) == [], "it is not registered yet"
    registered(system, order, RegisterInput(DAY))
    assert all(stands(system, case_id)["stage"] == "work" for case_id in two), "registering closes nothing"
    found = offered(system, "clerk", order)
    assert sorted(found[::2]) == sorted((case_id, "may_comment") for case_id in two)
    assert [task for _case, task in found] == ["may_comment", TASK] * 2, "after the last one the case goes on"
    rows = press(system, "clerk", order, *[(*one, version(system, one[0])) for one in found])
    assert [(row.is_done, row.title, row.went_to) for row in rows] == [
        (True, "Задача may_comment", ""), (True, f"Задача {TASK}", "Дальше"),
    ] * 2  # fmt: skip
    for case_id in two:
        assert stands(system, case_id)["stage"] == "next"
        event = last_event(system, case_id)
        assert (event.data["task"], event.actor_id) == (TASK, actor(system, "clerk").user_id)
    assert stands(system, cases["co1"])["stage"] == "work", "of another school"
    assert offered(system, "clerk", order) == []
    assert is_sound(system)


def test_one_that_is_refused_is_told_by_name_and_stops_no_other(penza_on_both: Runtime) -> None:
    system = penza_on_both
    cases = opened(system)
    order = signed_order(system, cases)
    registered(system, order, RegisterInput(DAY))
    seen = {key: version(system, case_id) for key, case_id in cases.items()}
    take(system, cases["41"], "clerk", Complete(TASK))  # from the page of the case, meanwhile
    first, second, third = (cases[key] for key in ("41", "50", "co1"))
    rows = press(
        system, "clerk", order,
        (first, TASK, seen["41"]), (second, "asks", seen["50"]), (second, "guarded", seen["50"]),
        (third, TASK, seen["co1"]),
    )  # fmt: skip
    assert [row.is_done for row in rows] == [False, False, False, True]
    assert rows[0].school == f"№ {first}"
    assert "Пока вы работали" in told(rows[0])
    assert f"Задача {TASK}" in told(rows[0]), "with what changed"
    assert rows[1].reasons[0].link == f"/cases/{second}/tasks/asks/done"
    assert told(rows[2]) == "В плане нет мероприятий"
    assert (stands(system, second)["stage"], stands(system, third)["stage"]) == ("work", "next")
    again = press(system, "clerk", order, (third, TASK, version(system, third)))
    assert not again[0].is_done
    assert is_sound(system)


def test_nobody_closes_here_what_he_may_not_close_on_the_page_of_the_case(penza: Runtime) -> None:
    cases = opened(penza)
    case_id = cases["41"]
    order = signed_order(penza, {"41": case_id})
    registered(penza, order, RegisterInput(DAY))
    assert offered(penza, "methodist", order) == [(case_id, "of_another")]
    assert offered(penza, "director41", order) == []
    now = version(penza, case_id)
    assert not press(penza, "methodist", order, (case_id, TASK, now))[0].is_done
    assert not press(penza, "curator66", order, (case_id, TASK, now))[0].is_done
    assert not press(penza, "clerk", order, (case_id, "repeated", now))[0].is_done, "not over with its paper"
    other = signed_order(penza, {"50": cases["50"]})
    with pytest.raises(NotFound):
        paper_tasks.close(
            lambda: penza.work(actor(penza, "clerk")), other, {cases["50"]: "№ 50"}, [Chosen(case_id, TASK, now)]
        )  # fmt: skip
    with pytest.raises(Invalid):
        press(penza, "clerk", order)
    assert version(penza, case_id) == now


def test_the_paper_of_an_earlier_round_offers_nothing(penza: Runtime) -> None:
    cases = opened(penza)
    case_id = cases["41"]
    first = signed_order(penza, {"41": case_id})
    registered(penza, first, RegisterInput(DAY))
    second = signed_order(penza, {"41": case_id})
    later(penza, DAY)
    assert offered(penza, "clerk", first) == [], "the guard asks for the latest of the round"
    registered(penza, second, RegisterInput(DAY))
    assert offered(penza, "clerk", first) == []
    assert (case_id, TASK) in offered(penza, "clerk", second)


def test_a_signed_report_closes_the_task_of_whoever_wrote_it(penza: Runtime) -> None:
    case_id = opened(penza)["41"]
    at(penza, DAY)
    with penza.work(actor(penza, "curator66")) as work:
        visit = visits.record_visit(work, case_id, VISIT)
        report_steps.submit_report(work, case_id, visit.id)
        report = report_steps.print_report(work, case_id, visit.id)
    assert offered(penza, "curator66", report) == []
    with penza.work(actor(penza, "curator66")) as work:
        service.attach_scan(work, report, SCAN, DAY)
    assert offered(penza, "methodist", report) == []
    assert offered(penza, "curator66", report) == [(case_id, "report")]
    (row,) = press(penza, "curator66", report, (case_id, "report", version(penza, case_id)))
    assert row.is_done
    assert stands(penza, case_id)["stage"] == "work", "the order is still to come"
