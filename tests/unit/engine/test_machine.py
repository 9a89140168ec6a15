"""The steps of the shipped procedure: what moves a case, what stops it and what it says then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.engine import (
    Accepted,
    Cast,
    Complete,
    ContentChanged,
    FactValue,
    Fire,
    IllegalHistory,
    Open,
    Reason,
    Refused,
    Reopen,
    Voter,
    decide,
    facts_needed,
    fold,
    offers,
    waiting_for,
)
from app.engine.events import Moved, from_dict

ABOUT = {"about": "terms"}


def reasons(result: Any) -> tuple[Reason, ...]:
    assert isinstance(result, Refused), result
    return result.reasons


def test_a_school_goes_from_identified_to_its_outcome(desk: Any, walk: Any) -> None:
    for actor, stage, action in walk:
        desk.act(actor, action)
        assert desk.now().stage == stage
    state = desk.now()
    assert (state.status, state.outcome, state.version) == ("closed", "effective", len(desk.events))
    assert fold(desk.definition, desk.events) == state
    assert fold(desk.definition, [from_dict(event.to_dict()) for event in desk.events]) == state


def test_each_step_names_the_facts_it_asks_and_needs_no_others(desk: Any, walk: Any) -> None:
    for actor, _, action in walk:
        needed = facts_needed(desk.definition, desk.state, action)
        ctx = desk.ctx(actor)
        few = replace(ctx, facts={name: ctx.facts[name] for name in needed})
        assert isinstance(decide(desk.definition, desk.state, action, few), Accepted)
        if desk.state is not None:
            assert needed <= facts_needed(desk.definition, desk.state)
        desk.act(actor, action)


def test_without_a_required_fact_the_step_is_refused(desk: Any, walk: Any) -> None:
    for actor, _, action in walk:
        if isinstance(action, Fire | Complete):
            for name in facts_needed(desk.definition, desk.state, action):
                if name.endswith("content_hash"):
                    continue
                for value in (None, False):
                    kept = desk.facts[name]
                    desk.facts[name] = value
                    assert desk.refused(actor, action)
                    desk.facts[name] = kept
        desk.act(actor, action)


@pytest.mark.parametrize("actor", ["head", "clerk", "chair", "curator", "director", "admin"])
def test_a_step_belongs_to_its_roles(desk: Any, actor: str) -> None:
    desk.walk_to("identified")
    assert desk.refused(actor, Fire("start_diagnosis")) == ("role",)
    found = reasons(desk.tries(actor, Fire("start_diagnosis")))[0]
    assert found.texts["ru"] == "Этот шаг выполняет: Методист центра"


def test_all_reasons_are_given_at_once_with_names_and_a_link(desk: Any) -> None:
    desk.walk_to("diagnosis")
    names = ("Кадры", "Условия")
    desk.facts["diagnostics.studies_complete"] = FactValue(False, names, "/cases/1/diagnostics")
    desk.facts["diagnostics.actual_risks"] = 0
    found = reasons(desk.tries("clerk", Fire("submit_diagnosis")))
    assert [reason.code for reason in found] == [
        "role",
        "task_open",
        "task_open",
        "task_open",
        "studies_complete",
        "actual_risks",
    ]
    studies = found[4]
    assert studies.texts["ru"].startswith("Нет данных в 2\u00a0диагностиках: Кадры, Условия")
    assert studies.texts["en"].startswith("No data in 2\u00a0studies: Кадры, Условия")
    assert (studies.link, studies.items) == ("/cases/1/diagnostics", names)


def test_a_fact_that_speaks_for_itself_is_quoted(desk: Any) -> None:
    desk.walk_to("identified")
    desk.facts["case.curator_not_supported"] = FactValue(False, text="№ 66 сама в проекте")
    found = reasons(desk.tries("methodist", Fire("start_diagnosis")))
    assert found[0].texts == {"ru": "№ 66 сама в проекте", "en": "№ 66 сама в проекте"}


def test_unknown_is_not_yes(desk: Any) -> None:
    desk.walk_to("diagnosis")
    del desk.facts["diagnostics.studies_complete"]
    found = reasons(desk.tries("director", Complete("fill_diagnosis")))
    assert found[0].texts["ru"] == "Диагностика ещё не начата"


def test_a_task_is_done_once_in_its_own_stage(desk: Any) -> None:
    desk.walk_to("diagnosis", done=1)
    assert desk.refused("deputy", Complete("fill_diagnosis")) == ("task_done",)
    assert desk.refused("methodist", Complete("prepare_plan")) == ("wrong_stage",)
    assert desk.refused("methodist", Complete("no_such")) == ("unknown_step",)
    assert desk.refused("methodist", Fire("no_such")) == ("unknown_step",)
    assert desk.refused("methodist", Open()) == ("already_open",)


def test_a_repeatable_task_counts_its_times(desk: Any) -> None:
    desk.walk_to("events")
    desk.act("curator", Complete("log_visits"))
    desk.act("curator", Complete("log_visits"))
    assert desk.now().tasks["log_visits"].times == 2


def test_reopening_a_task_takes_dependent_ones_with_it(desk: Any) -> None:
    desk.walk_to("diagnosis", done=3)
    assert desk.refused("director", Reopen("fill_diagnosis", " ")) == ("comment_required",)
    desk.act("director", Reopen("fill_diagnosis", "не те цифры"))
    assert not desk.now().is_done("fill_diagnosis")
    assert not desk.now().is_done("check_diagnosis")
    assert desk.now().is_done("verify_risks")


def test_the_vote_opens_after_its_task(desk: Any) -> None:
    desk.walk_to("plan_approval")
    assert desk.refused("chair", Cast("for")) == ("voting_not_open",)
    desk.act("director", Complete("prepare_plan"))
    assert (desk.now().approval, desk.now().content_hash) == ("open", "plan-1")
    assert desk.refused("clerk", Cast("for")) == ("not_a_voter",)
    assert desk.refused("chair", Cast("maybe")) == ("bad_choice",)


def test_a_vote_may_change_until_the_group_has_decided(desk: Any) -> None:
    desk.walk_to("plan_approval", done=1)
    desk.act("member1", Cast("against"))
    assert desk.refused("member1", Cast("against")) == ("already_voted",)
    desk.act("member1", Cast("for"))
    result = desk.act("secretary", Cast("for"))
    assert result.what == "approved"
    assert [(effect.name, effect.params["template"]) for effect in result.effects] == [
        ("documents.draft", "protocol"),
        ("documents.draft", "order_plan"),
    ]
    assert desk.refused("chair", Cast("against")) == ("voting_over",)


def test_who_has_not_voted_is_named(desk: Any) -> None:
    desk.walk_to("plan_approval", done=1)
    desk.act("member1", Cast("against"))
    found = reasons(desk.tries("clerk", Fire("adopt_plan")))[0]
    assert found.code == "approval_open"
    assert found.items == ("Образцова", "Примеров")
    assert "не проголосовали: Образцова, Примеров" in found.texts["ru"]
    assert "кворум — 2\u00a0голоса" in found.texts["ru"]


def test_changed_content_voids_votes_and_the_decision(desk: Any) -> None:
    desk.walk_to("plan_approval", done=2)
    assert desk.tries("methodist", ContentChanged()).what == "nothing"
    desk.facts["plans.content_hash"] = "plan-2"
    desk.act("methodist", ContentChanged())
    assert [vote.void for vote in desk.now().votes] == [True]
    result = desk.act("chair", Cast("for"))
    assert (result.tally.votes_for, result.tally.void) == (1, 1)
    desk.act("secretary", Cast("for"))
    assert desk.now().approval == "passed"
    desk.facts["plans.content_hash"] = "plan-3"
    assert desk.refused("clerk", Fire("adopt_plan")) == ("votes_void",)
    desk.act("methodist", ContentChanged())
    assert desk.now().approval == "open"
    assert fold(desk.definition, desk.events) == desk.now()


def test_a_vote_on_changed_content_voids_the_earlier_ones_by_itself(desk: Any) -> None:
    desk.walk_to("plan_approval", done=2)
    desk.facts["plans.content_hash"] = "plan-2"
    result = desk.act("chair", Cast("for"))
    assert [event.type for event in result.events] == ["votes_voided", "vote_cast"]
    assert (result.tally.votes_for, result.tally.void) == (1, 1)


def test_a_decision_about_what_has_changed_since_is_voted_on_anew_even_if_nobody_reports_the_change(
    desk: Any,
) -> None:
    """Otherwise nobody could go on: the step forward asks for votes, and the vote would be over."""
    desk.walk_to("plan_approval", done=3)
    assert desk.now().approval == "passed"
    assert [
        offer for offer in offers(desk.definition, desk.now(), desk.ctx("chair")) if offer.kind == "vote"
    ] == []
    desk.facts["plans.content_hash"] = "plan-2"
    assert desk.refused("clerk", Fire("adopt_plan")) == ("votes_void",)
    vote = next(one for one in offers(desk.definition, desk.now(), desk.ctx("chair")) if one.kind == "vote")
    assert vote.works
    result = desk.act("chair", Cast("for"))
    assert [event.type for event in result.events] == ["votes_voided", "vote_cast"]
    desk.act("secretary", Cast("for"))
    assert desk.now().approval == "passed"
    desk.act("clerk", Fire("adopt_plan"))
    assert fold(desk.definition, desk.events) == desk.now()


def test_what_changed_while_the_case_stood_still_is_voted_on_anew(desk: Any) -> None:
    desk.walk_to("plan_approval", done=3)
    desk.act("head", Fire("suspend", "Карантин"))
    desk.facts["plans.content_hash"] = "plan-2"
    assert desk.tries("methodist", ContentChanged()).what == "nothing"
    resumed = desk.act("head", Fire("resume"))
    assert [event.type for event in resumed.events] == ["moved", "votes_voided"]
    assert (desk.now().approval, {vote.void for vote in desk.now().votes}) == ("open", {True})
    assert fold(desk.definition, desk.events) == desk.now()


def test_a_case_that_stood_still_with_nothing_changed_keeps_its_decision(desk: Any) -> None:
    desk.walk_to("plan_approval", done=3)
    desk.act("head", Fire("suspend", "Карантин"))
    assert [event.type for event in desk.act("head", Fire("resume")).events] == ["moved"]
    assert desk.now().approval == "passed"


def test_the_last_vote_said_again_decides_when_the_group_has_become_smaller(desk: Any) -> None:
    desk.voters = (*desk.voters, Voter("member2", "Г", "member"))
    desk.walk_to("plan_approval", done=1)
    desk.act("chair", Cast("for"))
    desk.act("secretary", Cast("for"))
    desk.act("member1", Cast("against"))
    assert desk.now().approval == "open"
    assert desk.refused("chair", Cast("for")) == ("already_voted",)
    desk.voters = desk.voters[:3]
    assert [event.type for event in desk.act("chair", Cast("for")).events] == ["approval_decided"]
    assert desk.now().approval == "passed"
    assert fold(desk.definition, desk.events) == desk.now()


def test_excluded_and_authors_do_not_vote(desk: Any) -> None:
    desk.voters = (
        Voter("chair", "А", "chair", "руководит этой школой"),
        Voter("secretary", "Б", "secretary"),
        Voter("member1", "В", "member"),
    )
    desk.authors = frozenset({"member1"})
    desk.walk_to("plan_approval", done=1)
    assert desk.refused("chair", Cast("for")) == ("excluded",)
    assert "руководит этой школой" in reasons(desk.tries("chair", Cast("for")))[0].texts["ru"]
    assert "автор" in reasons(desk.tries("member1", Cast("for")))[0].texts["ru"]
    assert desk.act("secretary", Cast("for")).what == "approved"


def test_nobody_left_to_vote_is_said(desk: Any) -> None:
    desk.voters = (Voter("chair", "А", "chair", "руководит этой школой"),)
    desk.walk_to("plan_approval", done=1)
    assert desk.refused("chair", Cast("for")) == ("no_voters", "excluded")
    assert desk.refused("clerk", Fire("adopt_plan")) == ("no_voters",)


def test_a_smaller_group_is_counted_again(desk: Any) -> None:
    desk.walk_to("plan_approval", done=1)
    desk.voters = (*desk.voters, Voter("member2", "Г", "member"))
    desk.act("chair", Cast("for"))
    desk.act("secretary", Cast("for"))
    assert desk.now().approval == "open"
    desk.voters = desk.voters[:3]
    assert desk.act("methodist", ContentChanged()).what == "approved"


def test_a_return_says_why_and_opens_a_new_round(desk: Any) -> None:
    desk.walk_to("plan_approval", done=2)
    assert desk.refused("chair", Fire("return_plan")) == ("comment_required", "field_required")
    wrong = {"about": "nothing", "extra": "x"}
    assert desk.refused("chair", Fire("return_plan", "срок", wrong)) == ("field_unknown", "field_wrong")
    desk.act("chair", Fire("return_plan", "нет сроков у № 4", ABOUT))
    state = desk.now()
    assert (state.stage, state.round, state.approval, state.votes) == ("plan_approval", 2, None, ())
    assert not state.is_done("prepare_plan")
    moved = desk.events[-1]
    assert isinstance(moved, Moved)
    data = moved.to_dict()
    assert (data["comment"], data["fields"]) == ("нет сроков у № 4", ABOUT)
    assert (data["from"], data["to"]) == ("plan_approval", "plan_approval")


def test_a_rejected_plan_can_be_returned_and_approved_in_the_second_round(desk: Any) -> None:
    desk.walk_to("plan_approval", done=1)
    desk.act("chair", Cast("against"))
    assert desk.act("member1", Cast("against")).what == "rejected"
    assert desk.refused("clerk", Fire("adopt_plan")) == ("approval_failed",)
    assert {item.id for item in waiting_for(desk.definition, desk.now(), desk.voters)} == {
        "return_plan",
        "return_to_diagnosis",
    }
    desk.act("secretary", Fire("return_plan", "доработать", ABOUT))
    desk.act("deputy", Complete("prepare_plan"))
    desk.act("chair", Cast("for"))
    assert desk.act("member1", Cast("for")).what == "approved"


def test_going_back_two_stages_does_all_again(desk: Any) -> None:
    desk.walk_to("plan_approval", done=1)
    desk.act("methodist", Fire("return_to_diagnosis", "другие риски", {"about": "risks"}))
    state = desk.now()
    assert (state.stage, state.round) == ("diagnosis", 2)
    assert {task: value.status for task, value in state.tasks.items()} == {
        "confirm_list": "not_needed",
        "fill_diagnosis": "open",
        "verify_risks": "open",
        "check_diagnosis": "open",
    }


def test_changing_a_running_plan_keeps_the_visits(desk: Any) -> None:
    desk.walk_to("events", done=1)
    desk.act("chair", Fire("change_plan", "перенос сроков", ABOUT))
    assert (desk.now().stage, desk.now().round) == ("plan_approval", 2)
    assert desk.now().is_done("log_visits")
    assert not desk.now().is_done("prepare_plan")


def test_a_kept_task_need_not_be_done_twice(desk: Any) -> None:
    desk.walk_to("results_review", done=2)
    desk.act("chair", Fire("return_results", "выводы", {"about": "analysis"}))
    assert desk.now().is_done("enter_results")
    assert not desk.now().is_done("analyse_results")
    desk.act("methodist", Complete("analyse_results"))
    assert desk.now().approval == "open"


def test_a_suspended_case_stands_still_and_its_terms_move(desk: Any) -> None:
    desk.walk_to("diagnosis")
    assert desk.now().due == date(2025, 2, 12)
    assert desk.now().term.texts["ru"] == "15\u00a0рабочих дней со дня 22.01.2025 = 12.02.2025"
    assert desk.refused("methodist", Fire("resume")) == ("case_active",)
    desk.act("methodist", Fire("suspend", "карантин"))
    assert desk.refused("director", Complete("fill_diagnosis")) == ("case_suspended",)
    assert desk.refused("methodist", Fire("submit_diagnosis")) == ("case_suspended",)
    assert [item.id for item in waiting_for(desk.definition, desk.now())] == ["resume"]
    desk.today += timedelta(days=7)
    desk.act("methodist", Fire("resume"))
    assert (desk.now().status, desk.now().due) == ("active", date(2025, 2, 19))
    assert desk.now().tasks["fill_diagnosis"].due == date(2025, 2, 10)
    assert fold(desk.definition, desk.events) == desk.now()


def test_a_terminated_case_can_be_taken_up_again(desk: Any) -> None:
    desk.walk_to("events")
    assert desk.refused("head", Fire("terminate")) == ("comment_required",)
    desk.act("head", Fire("terminate", "школа реорганизована"))
    assert (desk.now().status, desk.now().outcome, desk.now().stage) == ("cancelled", "terminated", "events")
    assert waiting_for(desk.definition, desk.now()) == []
    assert desk.refused("head", Fire("suspend", "x")) == ("case_cancelled",)
    desk.act("head", Fire("reinstate", "ошибка"))
    assert (desk.now().status, desk.now().outcome) == ("active", None)


def test_a_closed_case_can_be_reopened_for_its_results(desk: Any) -> None:
    desk.walk_to("closed")
    assert desk.refused("methodist", Fire("start_review")) == ("case_closed",)
    assert desk.refused("head", Fire("reinstate", "x")) == ("wrong_stage",)
    desk.act("head", Fire("reopen", "новые данные"))
    state = desk.now()
    assert (state.stage, state.round, state.status, state.outcome) == ("results_review", 2, "active", None)
    assert state.is_done("enter_results")


def test_the_outcome_is_the_one_the_group_decided(desk: Any) -> None:
    desk.walk_to("results_review", done=4)
    for value in (None, "terminated", "nonsense"):
        desk.facts["results.decided_outcome"] = value
        assert desk.refused("chair", Fire("close")) == ("outcome_decided",)
    desk.facts["results.decided_outcome"] = "no_change"
    desk.act("chair", Fire("close"))
    assert desk.now().outcome == "no_change"


def test_offers_show_what_a_role_may_see_and_why_it_does_not_work(desk: Any) -> None:
    desk.walk_to("plan_approval", done=1)

    def seen(actor: str, everyone: bool = False) -> dict[str, bool]:
        return {o.id: o.works for o in offers(desk.definition, desk.now(), desk.ctx(actor), everyone)}

    assert seen("chair") == {
        "plan_vote": True,
        "return_plan": True,
        "return_to_diagnosis": True,
    }
    assert seen("clerk") == {"adopt_plan": False}
    assert seen("curator") == {}
    assert seen("head") == {"terminate": True, "suspend": True}
    assert set(seen("curator", everyone=True)) >= {"adopt_plan", "plan_vote", "return_plan", "suspend"}
    form = next(
        o.form for o in offers(desk.definition, desk.now(), desk.ctx("chair")) if o.id == "return_plan"
    )
    assert form.comment == "required"
    assert [field.id for field in form.fields] == ["about", "place"]


def test_the_case_waits_for_tasks_then_votes_then_the_step(desk: Any) -> None:
    def waits() -> list[tuple[str, str, Any]]:
        found = waiting_for(desk.definition, desk.now(), desk.voters)
        return [(item.kind, item.id, item.voter or item.roles) for item in found]

    desk.walk_to("plan_approval")
    assert waits() == [("task", "prepare_plan", ("methodist", "director", "deputy"))]
    desk.act("methodist", Complete("prepare_plan"))
    assert waits() == [("vote", "plan_vote", voter.id) for voter in desk.voters]
    desk.act("chair", Cast("for"))
    assert waits() == [("vote", "plan_vote", voter) for voter in ("secretary", "member1")]
    desk.act("secretary", Cast("for"))
    assert waits() == [("transition", "adopt_plan", ("clerk", "methodist"))]


def test_a_history_that_cannot_be_is_refused_with_its_place(desk: Any) -> None:
    desk.walk_to("closed")
    events = desk.events
    moved = next(event for event in events if isinstance(event, Moved))
    for broken in (
        events[1:],
        [events[0], *events],
        [events[0], events[2]],
        [replace(events[0], definition_hash="0" * 64)],
        [events[0], replace(moved, target="events")],
        [events[0], replace(moved, round=2)],
        [events[0], replace(moved, transition="close")],
        [events[0], replace(moved, kind="skip")],
        [*events, events[2]],
        [event for event in events if event.type != "approval_opened"],
        [event for event in events if event.type != "task_completed"],
        [],
    ):
        with pytest.raises(IllegalHistory):
            fold(desk.definition, broken)
    with pytest.raises(IllegalHistory, match="event 2"):
        fold(desk.definition, [events[0], events[0]])


def test_a_decision_without_its_votes_is_refused(desk: Any) -> None:
    desk.walk_to("plan_approval", done=3)
    forged = [event for event in desk.events if event.type != "vote_cast"]
    with pytest.raises(IllegalHistory, match="were cast"):
        fold(desk.definition, forged)


@pytest.mark.parametrize("data", [{}, {"type": "moved"}, {"type": "vote_cast", "at": 3}, {"type": "no"}])
def test_what_is_not_an_event_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="event"):
        from_dict(data)
