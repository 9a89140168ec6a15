"""A move in the middle of a round: what it dropped is told of the round, what it brought goes with its undoing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from app.admin import verify
from app.cases import service
from app.cases.models import Case, CaseTask
from app.cases.procedures import migration
from app.cases.procedures.migration import Order
from app.cases.queries import get_case, programmes
from app.cases.stays import compare
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Complete, Fire
from app.schools.queries import organisations
from tests.integration.cases.test_versions import code_of, move, take
from tests.people import WebUsers
from tests.procedures import publish

FIRST = """\
workflow: letters
version: 1
titles: {ru: Письма, en: Letters}
initial: work
roles:
  methodist: {titles: {ru: Методист, en: Methodist}, found: authority}
outcomes:
  good: {titles: {ru: Хорошо, en: Good}}
stages:
  work:
    titles: {ru: Работа, en: Work}
    tasks:
      write: {titles: {ru: Написать, en: Write}, roles: methodist}
      count: {titles: {ru: Посчитать, en: Count}, roles: methodist, optional: true}
  done:
    titles: {ru: Готово, en: Done}
    final: true
    outcome: good
transitions:
  again:
    titles: {ru: Ещё раз, en: Once more}
    kind: return
    from: work
    to: work
    by: methodist
    voids: [write, count]
    form: {comment: required}
  finish:
    titles: {ru: Закончить, en: Finish}
    kind: forward
    from: work
    to: done
    by: methodist
"""
SECOND = (
    FIRST.replace("version: 1\n", "version: 2\n")
    .replace("      count: {titles: {ru: Посчитать, en: Count}, roles: methodist, optional: true}\n",
             "      check: {titles: {ru: Проверить, en: Check}, roles: methodist, optional: true}\n")
    .replace("voids: [write, count]", "voids: [write, check]")
    + "migrations:\n  - {from: 1, drops: [count]}\n"
)  # fmt: skip
THERE = Order("letters", 1, 2)


def opened(system: Runtime, second: str = "") -> int:
    """A case of the first version; the second is published too."""
    publish(system, FIRST, 1, "letters")
    with system.work(actor(system, "methodist")) as work:
        schools = {school.code: school for school in organisations(work.session)}
        found = service.open_case(
            work, programme=programmes(work.session)[0], school=schools["41"], curator=schools["66"], process="letters"
        ).id  # fmt: skip
    publish(system, second or SECOND, 2, "letters")
    return found


def rows_of(system: Runtime, case_id: int) -> dict[tuple[str, int, str], tuple[Any, ...]]:
    system.database.session.remove()
    found = system.read(SYSTEM).session.scalars(select(CaseTask).where(CaseTask.case_id == case_id))
    return {(t.stage, t.round, t.task): (t.status, t.due, t.done_by, t.done_at) for t in found}


def is_sound(system: Runtime) -> bool:
    assert [str(one) for one in verify.findings(system)] == []
    return True


def test_rows_after_an_undone_move_are_those_from_before_it(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = opened(system)
    take(system, case_id, "methodist", Complete("count"))
    before = rows_of(system, case_id)
    move(system, case_id, THERE)
    assert {task: row[0] for (_s, _r, task), row in rows_of(system, case_id).items()} == {
        "write": "open", "count": "not_needed", "check": "open",
    }  # fmt: skip
    with system.work(actor(system, "admin")) as work:
        migration.undo(work, code_of(system, case_id))
    assert rows_of(system, case_id) == before
    assert is_sound(system)
    move(system, case_id, THERE)
    take(system, case_id, "methodist", Complete("check"))
    assert rows_of(system, case_id)["work", 1, "check"][0] == "done"
    assert is_sound(system)


def test_a_row_an_earlier_release_kept_after_an_undone_move_is_no_fault(penza: Runtime) -> None:
    case_id = opened(penza)
    move(penza, case_id, THERE)
    with penza.work(actor(penza, "admin")) as work:
        migration.undo(work, code_of(penza, case_id))
    row = {"case_id": case_id, "stage": "work", "round": 1, "task": "check", "status": "not_needed"}
    with penza.database.engine.begin() as connection:
        connection.execute(insert(CaseTask), row)
    assert is_sound(penza)
    move(penza, case_id, THERE)
    assert rows_of(penza, case_id)["work", 1, "check"][0] == "open"
    assert is_sound(penza)
    with penza.database.engine.begin() as connection:
        connection.execute(delete(CaseTask).where(CaseTask.case_id == case_id, CaseTask.task == "check"))
    assert any("check" in str(one) for one in verify.findings(penza))


@pytest.mark.parametrize("undone_first", [False, True])
def test_a_task_the_move_dropped_stands_in_the_comparison_of_the_rounds(
    penza: Runtime, undone_first: bool
) -> None:
    case_id = opened(penza)
    for action in (Complete("write"), Complete("count"), Fire("again", "Ещё раз"), Complete("count")):
        take(penza, case_id, "methodist", action)
    if undone_first:
        move(penza, case_id, THERE)
        with penza.work(actor(penza, "admin")) as work:
            migration.undo(work, code_of(penza, case_id))
    move(penza, case_id, THERE)
    take(penza, case_id, "methodist", Complete("check"))
    work = penza.read(actor(penza, "methodist"))
    first, second, _changes = compare(work, get_case(work.session, case_id), "work", 1, 2)
    assert [(task.title, task.status) for task in first.tasks] == [
        ("Написать", "done"),
        ("Посчитать", "done"),
    ]
    assert [(task.title, task.status) for task in second.tasks] == [
        ("Написать", "open"), ("Проверить", "done"), ("Посчитать", "not_needed"),
    ]  # fmt: skip
    assert second.tasks[2].done_on is not None
    page = WebUsers(penza)("methodist").get(f"/cases/{case_id}/rounds?stage=work").get_data(as_text=True)
    assert page.count("Посчитать") == 2
    assert "не требуется" in page


def test_a_task_that_became_another_is_not_told_twice(penza: Runtime) -> None:
    case_id = opened(penza)
    third = SECOND.replace("version: 2\n", "version: 3\n").replace("drops: [count]", "tasks: {count: check}")
    publish(penza, third, 3, "letters")
    for action in (Fire("again", "Ещё раз"), Complete("count")):
        take(penza, case_id, "methodist", action)
    move(penza, case_id, Order("letters", 1, 3))
    work = penza.read(actor(penza, "methodist"))
    _first, second, _changes = compare(work, get_case(work.session, case_id), "work", 1, 2)
    assert [(task.title, task.status) for task in second.tasks] == [
        ("Написать", "open"),
        ("Проверить", "done"),
    ]
    assert work.session.get_one(Case, case_id).definition_version == 3
