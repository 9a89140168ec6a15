"""Any day of a case is shown as it was that evening, whatever came later; two rounds tell what the return changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from app.cases.content_changes import content_changes
from app.cases.models import Case, CaseTask
from app.cases.queries import get_case, tasks_of, votes_of
from app.cases.service import act, complete_task
from app.cases.stays import compare, repeated_stages
from app.cases.time_machine import case_then
from app.core.errors import NotFound
from app.core.unit_of_work import Runtime, Work
from app.demo.penza import actor
from app.engine import Cast, Fire
from app.plans import service as plans
from app.plans.models import PlanItem
from app.plans.service import ItemInput
from tests.integration.access.test_substitutions import stand_in
from tests.integration.admin.conftest import let_pass
from tests.people import START, open_cases

FIRST = date(2025, 1, 9)


def _seen(work: Work, case: Case) -> tuple[Any, ...]:
    """What the case's own rows say now."""
    tasks = {task.task: task.status for task in tasks_of(work.session, case)}
    votes = {(vote.voter, vote.choice, vote.void) for vote in votes_of(work.session, case)}
    return case.stage, case.round, case.status, case.due, case.version, tasks, votes


def _walk(system: Runtime) -> tuple[int, dict[date, tuple[Any, ...]]]:
    """A plan returned once and submitted again, with a measure corrected between; each day's rows are kept."""
    case_id = open_cases(system)["41"]
    let_pass(system)
    diary: dict[date, tuple[Any, ...]] = {}

    def on(day: int, who: str, do: Callable[[Work, int], Any]) -> None:
        system.clock.move(START + timedelta(days=day))  # type: ignore[attr-defined]
        with system.work(actor(system, who)) as work:
            do(work, get_case(work.session, case_id).version)
        with system.work(actor(system, "methodist")) as work:
            diary[work.today] = _seen(work, get_case(work.session, case_id))

    def correct(work: Work, _version: int) -> None:
        item = work.session.query(PlanItem).filter_by(case_id=case_id).one()
        plans.edit_item(work, case_id, item.id, ItemInput("Практикум для учителей", term="до 01.03.2025"))

    on(1, "methodist", lambda w, v: act(w, case_id, Fire("start_diagnosis"), v))
    on(3, "director41", lambda w, v: complete_task(w, case_id, "fill_diagnosis", v))
    on(3, "curator66", lambda w, v: complete_task(w, case_id, "verify_risks", v))
    on(5, "methodist", lambda w, v: complete_task(w, case_id, "check_diagnosis", v))
    on(6, "methodist", lambda w, v: act(w, case_id, Fire("submit_diagnosis"), v))
    on(6, "methodist", lambda w, _v: plans.add_item(w, case_id, ItemInput("Практикум", term="до 15.02.2025")))
    on(8, "methodist", lambda w, v: complete_task(w, case_id, "prepare_plan", v))
    on(9, "member1", lambda w, v: act(w, case_id, Cast("against"), v))
    on(11, "chair", lambda w, v: act(
        w, case_id, Fire("return_plan", "Уточните сроки", {"about": "terms", "place": "№ 1"}), v))  # fmt: skip
    on(13, "methodist", correct)
    on(14, "methodist", lambda w, v: complete_task(w, case_id, "prepare_plan", v))
    on(15, "member1", lambda w, v: act(w, case_id, Cast("for"), v))
    on(20, "methodist", lambda w, v: act(w, case_id, Fire("suspend", "Карантин"), v))
    on(30, "methodist", lambda w, v: act(w, case_id, Fire("resume", "Карантин снят"), v))
    return case_id, diary


def test_every_day_is_shown_as_it_was_that_evening(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id, diary = _walk(system)
    system.clock.advance(days=40)  # type: ignore[attr-defined]
    work = system.read(actor(system, "methodist"))
    case = get_case(work.session, case_id)
    days = sorted(diary)
    for number, day in enumerate(days):
        until = days[number + 1] if number + 1 < len(days) else work.today
        while day < until:  # the days on which nothing happened too
            then = case_then(work, case, day)
            s = then.state
            tasks = {
                t.id: s.tasks[t.id].status for t in then.definition.stages[s.stage].tasks if t.id in s.tasks
            }
            votes = {(vote.voter, vote.choice, vote.void) for vote in s.votes}
            shown = (s.stage, s.round, s.status, s.due, s.version, tasks, votes)
            assert shown == diary[days[number]], day
            assert all(event.at.date() <= day for event in then.events)
            day += timedelta(days=1)


def test_a_term_is_as_late_as_it_was_on_that_day(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id, _diary = _walk(system)
    system.clock.advance(days=60)  # type: ignore[attr-defined]
    work = system.read(actor(system, "methodist"))
    case = get_case(work.session, case_id)
    first, now = case_then(work, case, date(2025, 1, 22)), case_then(work, case, None)
    assert first.left == 13  # 15 working days from Monday 20.01., two of them gone
    assert now.state.due is not None
    assert first.state.due is not None
    assert now.state.due > first.state.due  # the days the case stood still are given back
    assert case_then(work, case, now.state.due).left == 0
    week_later = case_then(work, case, now.state.due + timedelta(days=7))
    assert week_later.left == -5
    assert week_later.steps[2]["late"]
    assert case_then(work, case, date(2025, 2, 1)).left is None  # suspended: nothing is awaited


def test_a_day_nobody_knows_is_the_nearest_that_is_known(penza: Runtime) -> None:
    case_id, _diary = _walk(penza)
    work = penza.read(actor(penza, "methodist"))
    case = get_case(work.session, case_id)
    early = case_then(work, case, date(2024, 1, 1))
    assert (early.on, early.before, early.after) == (FIRST, None, date(2025, 1, 10))
    late = case_then(work, case, date(2030, 1, 1))
    assert late.on == work.today == case_then(work, case, None).on
    assert (late.before, late.after) == (date(2025, 1, 29), None)


def test_two_rounds_side_by_side_tell_what_the_return_changed(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id, _diary = _walk(system)
    work = system.read(actor(system, "methodist"))
    case = get_case(work.session, case_id)
    assert repeated_stages(work, case) == {"plan_approval": 2}
    first, second, changes = compare(work, case, "plan_approval", 1, 2)
    assert first.ended_by == "Вернуть план на доработку"
    assert first.reason == "Уточните сроки"
    assert any("№ 1" in line for line in first.answers)
    assert [choice for _who, choice, _void in first.votes] == ["against"]
    assert [choice for _who, choice, _void in second.votes] == ["for"]
    assert second.ended is None
    assert [(task.status, str(task.done_by)) for task in first.tasks] == [("done", "Анна Павловна Учебная")]
    fields = {label: (old, new) for thing in changes.things for label, old, new in thing.fields}
    assert ("до 15.02.2025", "до 01.03.2025") in fields.values()
    assert ("Практикум", "Практикум для учителей") in fields.values()
    with pytest.raises(NotFound):
        compare(work, case, "plan_approval", 1, 3)
    with pytest.raises(NotFound):
        compare(work, case, "nowhere", 1, 2)


def test_the_past_names_in_whose_place_a_task_was_done(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    let_pass(penza)
    stand_in(penza, "secretary", "methodist", since=FIRST, until=FIRST)
    methodist, secretary = actor(penza, "methodist"), actor(penza, "secretary")
    with penza.work(methodist) as work:
        act(work, case_id, Fire("start_diagnosis"), get_case(work.session, case_id).version)
    with penza.work(secretary) as work:
        complete_task(work, case_id, "check_diagnosis", get_case(work.session, case_id).version)
    work = penza.read(methodist)
    then = case_then(work, get_case(work.session, case_id), FIRST)
    told = next(str(task.done_by) for task in then.tasks if task.done_on is not None).replace("\u00a0", " ")
    assert told == "Вера Андреевна Протокольная за Учебную А.П. по приказу № 15-к от 17.01.2025"


def test_what_was_changed_and_changed_back_is_no_change(penza: Runtime) -> None:
    case_id, _diary = _walk(penza)
    with penza.work(actor(penza, "methodist")) as work:
        before = work.now
        case = get_case(work.session, case_id)
        stored = work.session.query(CaseTask).filter_by(case_id=case_id).count()
    penza.clock.advance(days=1)  # type: ignore[attr-defined]
    from app.audit import service as audit

    for title in ("Иное название", "Практикум для учителей"):
        penza.clock.advance(hours=1)  # type: ignore[attr-defined]
        with penza.work(actor(penza, "methodist")) as work:
            item = work.session.query(PlanItem).filter_by(case_id=case_id).one()
            audit.revise(work, item, {"action": title}, "plan:edit", case_id=case_id)
    work = penza.read(actor(penza, "methodist"))
    case = get_case(work.session, case_id)
    assert content_changes(work, case, before, work.now).things == []
    assert stored == work.session.query(CaseTask).filter_by(case_id=case_id).count()
