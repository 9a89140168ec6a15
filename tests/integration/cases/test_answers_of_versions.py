"""What happened is told in the words of the version it happened in, whatever version the case runs by now."""

from __future__ import annotations

from typing import Any

import pytest

from app.cases import history, service
from app.cases.models import CaseEvent
from app.cases.procedures import migration, versions
from app.cases.procedures.migration import Order
from app.cases.queries import events_of
from app.core.actor import SYSTEM
from app.core.errors import Stale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Complete, Fire
from app.engine.reading.loader import loads
from tests.integration.cases.test_versions import code_of, take
from tests.integration.evidence.test_package import opened, ordered
from tests.people import WebUsers, open_cases
from tests.procedures import publish

EIGHTH = """\
workflow: school_support
version: 8
titles: {ru: Отчёты, en: Reports}
initial: work
roles:
  methodist: {titles: {ru: Методист, en: Methodist}, found: authority}
stages:
  work:
    titles: {ru: Работа, en: Work}
    tasks:
      report:
        titles: {ru: Отчитаться, en: Report}
        roles: [methodist]
        repeatable: true
        form:
          comment: none
          fields:
            - {id: month, kind: text, titles: {ru: За месяц, en: For the month}}
            - id: course
              kind: choice
              titles: {ru: Ход работ, en: The course}
              choices: {ok: {titles: {ru: Без отставания, en: On time}}}
  done:
    titles: {ru: Готово, en: Done}
    final: true
transitions:
  again:
    titles: {ru: Начать заново, en: Begin anew}
    kind: return
    from: work
    to: work
    by: [methodist]
    voids: [report]
    form:
      comment: required
      fields:
        - id: about
          kind: choice
          titles: {ru: К чему замечание, en: The remark}
          choices: {one: {titles: {ru: Таблица, en: The table}}}
  finish:
    titles: {ru: Завершить, en: Finish}
    kind: forward
    from: work
    to: done
    by: [methodist]
"""
NINTH = (
    EIGHTH.replace("version: 8", "version: 9")
    .replace("id: month, kind: text", "id: month, kind: date")
    .replace("За месяц", "По какой день")
    .replace("Без отставания", "С отставанием до месяца")
    .replace("Таблица", "Выводы")
)
OLD = ("За месяц: март", "Ход работ: Без отставания")
NEW = ("По какой день: 31.03.2025", "Ход работ: С отставанием до месяца")


def moved(system: Runtime) -> int:
    """A case that answered in the eighth version, was returned there, and runs by the ninth now."""
    publish(system, EIGHTH, 8)
    case_id = open_cases(system)["41"]
    take(system, case_id, "methodist", Complete("report", fields={"month": "март", "course": "ok"}))
    take(system, case_id, "methodist", Fire("again", "Уточнить", {"about": "one"}))
    publish(system, NINTH, 9)
    move(system, case_id)
    return case_id


def move(system: Runtime, case_id: int) -> None:
    with system.work(actor(system, "admin")) as work:
        assert migration.move(work, case_id, Order(service.PROCESS, 8, 9)).fate == "moves"


def told(system: Runtime, case_id: int) -> list[tuple[str, ...]]:
    """The answers of the whole history, event by event."""
    system.database.session.remove()
    work = system.read(SYSTEM)
    definition = work.ports.definitions.get(work.session, service.PROCESS, 9, _hash(work, 9))
    told = history.lines(definition, events_of(work.session, case_id))
    return [tuple(line.answers) for line in told if line.answers]


def _hash(work: Any, version: int) -> str:
    return str(versions.get(work, service.PROCESS, version).hash)


def test_each_answer_has_the_words_of_its_version_through_move_and_undo(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = moved(system)
    remark = ("К чему замечание: Таблица",)
    assert told(system, case_id) == [OLD, remark]
    with system.work(actor(system, "admin")) as work:
        migration.undo(work, code_of(system, case_id))
    take(system, case_id, "methodist", Complete("report", fields={"month": "март", "course": "ok"}))
    assert told(system, case_id) == [OLD, remark, OLD]
    move(system, case_id)
    take(system, case_id, "methodist", Complete("report", fields={"month": "2025-03-31", "course": "ok"}))
    assert told(system, case_id) == [OLD, remark, OLD, NEW]


def test_pages_and_the_package_tell_it_so(penza: Runtime, web: WebUsers) -> None:
    case_id = moved(penza)
    for page in ("", "/past", "/rounds?stage=work"):
        answer = web("methodist").get(f"/cases/{case_id}{page}")
        assert answer.status_code == 200, page
        text = answer.text.replace("\u00a0", " ")
        for words in OLD if "rounds" not in page else ("К чему замечание: Таблица",):
            assert words in text, (page, words)
        for words in ("С отставанием", "По какой день", "Выводы"):
            assert words not in text, (page, words)
    package = opened(penza, ordered(penza, "methodist", case_id))
    text = package["index.html"].decode().replace("\u00a0", " ")
    assert all(words in text for words in OLD)
    assert "С отставанием" not in text


@pytest.mark.parametrize("kept", ["март", 5, ["март"]])
def test_an_answer_that_is_not_of_its_kind_is_told_as_it_was_kept(kept: Any) -> None:
    event = CaseEvent(
        seq=2, type="task_completed", data={"task": "report"}, fields={"month": kept, "course": "x"}
    )
    (line,) = history.lines(loads(NINTH), [event])
    assert line.answers == [f"По какой день: {kept}", "Ход работ: x"]


# ── names of steps and tasks ──────────────────────────────────────────────────────────────────────

# The task has another id and another title, the way back is called otherwise.
RENAMED = (
    EIGHTH.replace("version: 8", "version: 9")
    .replace("      report:\n", "      hand_in:\n")
    .replace("voids: [report]", "voids: [hand_in]")
    .replace("ru: Отчитаться, en: Report", "ru: Сдать сведения, en: Hand in the figures")
    .replace("ru: Начать заново, en: Begin anew", "ru: Повторить работу, en: Do it over")
    + "migrations:\n  - {from: 8, tasks: {report: hand_in}}\n"
)


def renamed(system: Runtime) -> int:
    """A case that was returned in the eighth version, and moved to the one that calls all of it otherwise."""
    publish(system, EIGHTH, 8)
    case_id = open_cases(system)["41"]
    take(system, case_id, "methodist", Complete("report"))
    take(system, case_id, "methodist", Fire("again", "Уточнить"))
    publish(system, RENAMED, 9)
    move(system, case_id)
    return case_id


def shown(web: WebUsers, path: str) -> str:
    answer = web("methodist").get(path)
    assert answer.status_code == 200, path
    return str(answer.text).replace("\u00a0", " ")


def test_each_step_has_the_name_it_had_when_it_was_taken(penza: Runtime, web: WebUsers) -> None:
    case_id = renamed(penza)
    before = ("Выполнено: Отчитаться", "Начать заново, круг 2")
    for page in ("", "/past"):
        text = shown(web, f"/cases/{case_id}{page}")
        assert all(words in text for words in before), page
        assert "Выполнено: Сдать сведения" not in text, page
        assert "Повторить работу, круг" not in text, page
    take(penza, case_id, "methodist", Complete("hand_in"))
    take(penza, case_id, "methodist", Fire("again", "Ещё раз"))
    text = shown(web, f"/cases/{case_id}")
    assert all(words in text for words in (*before, "Выполнено: Сдать сведения", "Повторить работу, круг 3"))
    package = (
        opened(penza, ordered(penza, "methodist", case_id))["index.html"].decode().replace("\u00a0", " ")
    )
    assert all(words in package for words in (*before, "Выполнено: Сдать сведения"))


def test_a_round_of_an_earlier_version_keeps_its_tasks_and_their_names(penza: Runtime, web: WebUsers) -> None:
    case_id = renamed(penza)
    text = shown(web, f"/cases/{case_id}/rounds?stage=work")
    assert "Отчитаться" in text
    assert "Сдать сведения" in text
    assert "Начать заново" in text
    assert "Повторить работу" not in text


def test_who_acts_too_late_is_told_in_the_words_of_then(penza: Runtime, web: WebUsers) -> None:
    case_id = renamed(penza)
    with pytest.raises(Stale) as late, penza.work(actor(penza, "methodist")) as work:
        service.act(work, case_id, Complete("hand_in"), 1)
    assert [str(change) for change in late.value.changes] == [
        "Выполнено: Отчитаться",
        "Начать заново, круг 2",
        "Случай переведён с версии 8 порядка на версию 9",
    ]


def test_a_round_that_a_move_to_another_version_has_ended_says_so(penza: Runtime, web: WebUsers) -> None:
    publish(penza, EIGHTH, 8)
    case_id = open_cases(penza)["41"]
    take(penza, case_id, "methodist", Fire("again", "Уточнить"))
    other = (
        EIGHTH.replace("version: 8", "version: 9").replace("\n  work:\n", "\n  labour:\n")
        .replace(": work\n", ": labour\n") + "migrations:\n  - {from: 8, stages: {work: labour}}\n"
    )  # fmt: skip
    publish(penza, other, 9)
    move(penza, case_id)
    text = shown(web, f"/cases/{case_id}/rounds?stage=work")
    assert "Случай переведён с версии 8 порядка на версию 9" in text
    assert "migrated" not in text
