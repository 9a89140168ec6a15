"""Terms counted from an event: when each begins, how it is told, and what takes it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import (
    Cast,
    Complete,
    ContentChanged,
    FactValue,
    Fire,
    IllegalHistory,
    Open,
    Reopen,
    evolve,
    fold,
)
from app.engine.anchors import STAGE, event_words, until, waiting_sentence
from app.engine.deadlines import PlainWeek, Term, add_working_days
from app.engine.definition import Definition
from app.engine.events import TermsStarted, from_dict
from app.engine.machine import facts_needed
from app.engine.offers import waiting_for
from app.engine.reading.loader import load, loads
from app.engine.recounting import counted_anew, recount
from app.engine.starting import started
from app.engine.state import from_record, to_record
from app.engine.trials.simulation import simulate
from app.engine.trials.worlds import Holidays
from tests.unit.engine.anchored import ANCHORED, ORDER, PREPARED, AnchoredDesk, counted
from tests.unit.engine.conftest import SHIPPED

NEW_YEAR = date(2025, 1, 9)
HASHES = {
    "v1.yaml": "06dcd0ad03c14390ce9afa28898c1ec0ed74cec856a0d1c09afe29982be118e8",
    "v2.yaml": "99773d8b7b0e4ef1c3664189c3a0c9777b2d074669ae8b172f91ca7239f83b67",
}


@pytest.fixture
def case() -> AnchoredDesk:
    return AnchoredDesk()


def day(number: int) -> date:
    return date(2025, 1, number)


# ── when each begins ──────────────────────────────────────────────────────────────────────────────


def test_a_term_from_the_opening_runs_on_through_every_round(case: AnchoredDesk) -> None:
    case.act(Open())
    assert case.due() == counted(NEW_YEAR, 20)
    assert case.text() == "20 рабочих дней со дня открытия случая (09.01.2025) = 06.02.2025"
    case.act(Fire("redo", "ещё"), day(20))
    assert (case.now().round, case.due()) == (2, counted(NEW_YEAR, 20))


def test_the_opening_is_the_local_day() -> None:
    late = datetime(2025, 1, 9, 22, 30, tzinfo=UTC)  # past midnight in Penza
    case = AnchoredDesk(today=day(10))
    ctx = replace(case.ctx(), now=late, day_of=lambda at: at.astimezone(timezone(timedelta(hours=3))).date())
    from app.engine.machine import decide

    opened = decide(case.definition, None, Open(), ctx)
    assert opened.state.term.start == day(10)  # type: ignore[union-attr]
    assert opened.state.opened_at.date() == day(9)  # type: ignore[union-attr]


def test_a_term_from_another_task_begins_when_it_is_done(case: AnchoredDesk) -> None:
    case.act(Open())
    assert case.due("check") is None
    done = case.act(Complete("write"), day(14))
    assert [one.type for one in done.events] == ["task_completed", "approval_opened", "terms_started"]
    assert case.due("check") == counted(day(14), 5)
    assert case.text("check") == (
        "5 рабочих дней со дня выполнения задачи «Написать» (14.01.2025) = 21.01.2025"
    )
    assert case.text("check", "en") == (
        "5 working days from the day the task “Write” was done (14.01.2025) = 21.01.2025"
    )


def test_a_term_from_the_vote_begins_with_it_and_one_from_its_success_with_that(case: AnchoredDesk) -> None:
    case.act(Open())
    assert (case.due("invite"), case.due("publish")) == (None, None)
    case.act(Complete("write"), day(14))
    assert (case.due("invite"), case.due("publish")) == (counted(day(14), 2), None)
    case.act(Cast("for"), day(16))
    assert case.due("publish") == counted(day(16), 4)
    assert case.due("invite") == counted(day(14), 2)
    assert case.text("publish").startswith("4 рабочих дня со дня одобрения голосованием (16.01.2025)")


def test_a_vote_that_fails_begins_no_term(case: AnchoredDesk) -> None:
    for action in (Open(), Complete("write"), Cast("against")):
        case.act(action)
    assert case.now().approval == "failed"
    assert case.due("publish") is None


def test_a_term_from_a_task_of_an_earlier_stage_is_known_on_entering(case: AnchoredDesk) -> None:
    entered = case.printing(day(20))
    assert [one.type for one in entered.events[-1:]] == ["moved"]
    assert case.due("bind") == counted(NEW_YEAR, 7)
    assert case.due("send") is None


def test_a_term_from_a_fact_known_on_entering(case: AnchoredDesk) -> None:
    case.printing(day(24), ordered=day(22))
    assert case.due() == date(2025, 2, 12)
    assert case.text() == "15 рабочих дней со дня приказа № 12-оп (22.01.2025) = 12.02.2025"
    assert case.text(language="en") == "15 working days from order No. 12-оп (22.01.2025) = 12.02.2025"


def test_holidays_are_told_behind_the_event() -> None:
    case = AnchoredDesk(calendar=Holidays(frozenset({day(24)})))
    case.printing(day(24), ordered=day(22))
    assert case.text() == (
        "15 рабочих дней со дня приказа № 12-оп (22.01.2025), без праздничных (24.01) = 13.02.2025"
    )


def test_a_fact_that_becomes_known_begins_the_term_with_the_next_act(case: AnchoredDesk) -> None:
    case.printing(day(24))
    assert case.due() is None
    case.facts["paper.ordered_on"] = FactValue(day(22), of=ORDER)
    done = case.act(Complete("bind"), day(28))
    assert [one.type for one in done.events] == ["task_completed", "terms_started"]
    assert case.due() == counted(day(22), 15)
    assert case.due("send") == counted(day(28), 1)


def test_a_fact_that_becomes_known_begins_the_term_at_night_when_nobody_acts(case: AnchoredDesk) -> None:
    case.printing(day(24))
    assert not case.night(day(25))
    case.facts["paper.ordered_on"] = FactValue(day(22), of=ORDER)
    assert case.night(day(28))
    assert not case.night(day(29))
    assert case.due() == counted(day(22), 15)
    assert fold(case.definition, [from_dict(one.to_dict()) for one in case.events]) == case.now()


@pytest.mark.parametrize("value", [None, True, 5, "22.01.2025", date(1, 1, 1), date(9999, 12, 30)])
def test_what_is_no_day_of_our_time_begins_nothing(case: AnchoredDesk, value: Any) -> None:
    case.facts["paper.ordered_on"] = FactValue(value, of=ORDER)
    case.printing(day(24))
    assert case.due() is None


def test_a_day_to_come_is_counted_from_and_an_instant_by_its_day(case: AnchoredDesk) -> None:
    case.facts["paper.ordered_on"] = FactValue(datetime(2025, 3, 3, 12, tzinfo=UTC))
    case.printing(day(24))
    assert case.text() == "15 рабочих дней со дня 03.03.2025 = 24.03.2025"


def test_a_begun_term_stands_when_a_room_corrects_the_date(case: AnchoredDesk) -> None:
    case.printing(day(24), ordered=day(22))
    case.facts["paper.ordered_on"] = FactValue(day(23), of=ORDER)
    assert not case.night(day(27))
    assert case.due() == counted(day(22), 15)


# ── what takes it back ────────────────────────────────────────────────────────────────────────────


def test_a_task_that_is_done_again_begins_the_terms_of_its_followers_anew(case: AnchoredDesk) -> None:
    for action in (Open(), Complete("write")):
        case.act(action)
    case.act(Reopen("write", "ошибка"), day(15))
    assert (case.due("check"), case.due("invite")) == (None, None)
    assert case.now().approval is None
    case.act(Complete("write"), day(20))
    assert case.due("check") == counted(day(20), 5)
    assert case.due("invite") == counted(day(20), 2)
    assert case.due("write") == counted(NEW_YEAR, 3)


def test_a_done_follower_keeps_its_day_and_waits_when_it_is_reopened_itself(case: AnchoredDesk) -> None:
    for action in (Open(), Complete("write"), Complete("check")):
        case.act(action)
    case.act(Reopen("write", "ошибка"), day(15))
    assert case.due("check") == counted(NEW_YEAR, 5)  # for the record
    case.act(Complete("write"), day(20))
    assert case.due("check") == counted(NEW_YEAR, 5)
    case.act(Reopen("check", "ошибка"), day(21))
    assert case.due("check") == counted(day(20), 5)


def test_a_follower_that_is_reopened_alone_keeps_its_term(case: AnchoredDesk) -> None:
    for action in (Open(), Complete("write"), Complete("check")):
        case.act(action)
    case.act(Reopen("check", "ошибка"), day(15))
    assert case.due("check") == counted(NEW_YEAR, 5)


def test_a_decision_about_what_has_changed_since_takes_the_term_back(case: AnchoredDesk) -> None:
    for action in (Open(), Complete("write"), Cast("for")):
        case.act(action)
    assert case.due("publish") == counted(NEW_YEAR, 4)
    case.facts["paper.hash"] = "second"
    case.act(ContentChanged(), day(15))
    assert (case.due("publish"), case.due("invite")) == (None, counted(NEW_YEAR, 2))
    case.act(Cast("for"), day(17))
    assert case.due("publish") == counted(day(17), 4)


def test_a_return_begins_every_term_anew_and_what_it_took_over_counts_from_the_round(
    case: AnchoredDesk,
) -> None:
    case.printing(day(20))
    case.act(Fire("send_back", "ошибка"), day(27))
    assert case.now().round == 2
    assert case.due() == counted(NEW_YEAR, 20)
    assert case.due("check") == counted(day(27), 5)
    assert case.text("check").startswith(
        "5 рабочих дней со дня начала круга, к которому задача «Написать» уже выполнена (27.01.2025)"
    )
    assert case.due("invite") == counted(day(27), 2)  # the vote opened at once: «write» was kept
    assert case.due("publish") is None


def test_a_vote_that_is_kept_counts_from_the_new_round(case: AnchoredDesk) -> None:
    for action in (Open(), Complete("write"), Cast("for")):
        case.act(action)
    case.act(Fire("again", "ещё"), day(20))
    assert case.due("publish") == counted(day(20), 4)
    assert "начала круга, в который перешло голосование (20.01.2025)" in case.text("publish")


def test_a_task_taken_back_after_the_vote_that_had_no_term_says_from_when(case: AnchoredDesk) -> None:
    for action in (Open(), Complete("write"), Complete("publish")):
        case.act(action)
    case.act(Cast("for"), day(15))
    assert case.due("publish") is None
    case.act(Reopen("publish", "ошибка"), day(20))
    assert case.text("publish") == (
        "4 рабочих дня со дня возвращения задачи после голосования (20.01.2025) = 24.01.2025"
    )


def test_a_stage_entered_again_asks_its_rooms_anew_before_a_term_begins(case: AnchoredDesk) -> None:
    case.printing(day(20), ordered=day(8))
    assert case.due() == counted(day(8), 15)
    case.act(Fire("send_back", "ошибка"), day(21))
    for action in (Complete("check"), Cast("for"), Complete("publish")):
        case.act(action, day(22))
    assert "paper.ordered_on" not in facts_needed(case.definition, case.now(), Fire("adopt"))
    case.act(Fire("adopt"), day(23))
    assert (case.now().round, case.due()) == (2, None)
    case.facts["paper.ordered_on"] = FactValue(day(22), of=ORDER)  # what the room says of the new round
    assert case.night(day(24))
    assert case.due() == counted(day(22), 15)


def test_a_way_back_is_not_told_the_facts_of_the_stage_it_leaves(case: AnchoredDesk) -> None:
    text = ANCHORED.replace("working_days: 20, since: opened", "working_days: 20, since: paper.ordered_on")
    case.definition = loads(text, "fact.yaml")
    case.printing(day(20), ordered=day(8))
    case.act(Fire("send_back", "ошибка"), day(27))
    assert case.due() is None
    assert case.night(day(28))  # asked in the new round, the room still says so


# ── pauses ────────────────────────────────────────────────────────────────────────────────────────


def test_a_pause_prolongs_what_runs_and_leaves_what_waits(case: AnchoredDesk) -> None:
    case.act(Open())
    case.act(Complete("write"), day(13))
    case.act(Fire("pause"), day(14))
    case.act(Fire("go_on"), day(17))
    assert case.due("check") == add_working_days(counted(day(13), 5), 3, PlainWeek()).due
    assert case.due("publish") is None


def test_what_happened_before_the_pause_begins_and_is_prolonged(case: AnchoredDesk) -> None:
    case.printing(day(20))
    case.act(Fire("pause"), day(22))
    case.facts["paper.ordered_on"] = FactValue(day(21), of=ORDER)
    resumed = case.act(Fire("go_on"), day(24))
    assert [one.type for one in resumed.events] == ["terms_started", "moved"]
    assert case.due() == add_working_days(counted(day(21), 15), 2, PlainWeek()).due


def test_at_night_a_case_that_stands_still_begins_only_what_was_before(case: AnchoredDesk) -> None:
    case.printing(day(20))
    case.act(Fire("pause"), day(22))
    case.facts["paper.ordered_on"] = FactValue(day(23), of=ORDER)
    assert not case.night(day(24))
    resumed = case.act(Fire("go_on"), day(27))
    assert [one.type for one in resumed.events] == ["moved", "terms_started"]
    assert case.due() == counted(day(27), 15)
    assert case.text().startswith("15 рабочих дней со дня возобновления случая (27.01.2025): ")
    assert "приказа № 12-оп (23.01.2025)" in case.text()


def test_a_case_that_ends_or_stops_begins_nothing(case: AnchoredDesk) -> None:
    case.printing(day(20))
    case.facts["paper.ordered_on"] = day(22)
    case.act(Fire("stop", "довольно"))
    assert case.now().status == "cancelled"
    assert not case.night(day(23))


# ── recounting ────────────────────────────────────────────────────────────────────────────────────


def test_a_changed_calendar_moves_the_term_and_keeps_its_words(case: AnchoredDesk) -> None:
    case.printing(day(24))
    case.facts["paper.ordered_on"] = FactValue(day(22), of=ORDER)
    case.night(day(27))
    off = Holidays(frozenset({day(28), day(29)}))
    event = recount(case.definition, case.events, off, case.ctx().now, "7")
    assert event is not None
    assert event.term is not None
    case.take(event)
    assert case.text() == (
        "15 рабочих дней со дня приказа № 12-оп (22.01.2025), без праздничных (28.01, 29.01) = 14.02.2025"
    )
    assert recount(case.definition, case.events, off, case.ctx().now, "7") is None


def test_a_term_that_waits_is_not_recounted(case: AnchoredDesk) -> None:
    case.printing(day(24))
    assert STAGE not in counted_anew(case.definition, case.events, PlainWeek())


# ── what is told while it waits ───────────────────────────────────────────────────────────────────


def test_what_waits_has_no_day_of_the_stage_either(case: AnchoredDesk) -> None:
    case.act(Open())
    dues = {one.id: one.due for one in waiting_for(case.definition, case.now())}
    assert dues == {"write": counted(NEW_YEAR, 3), "check": None, "invite": None, "publish": None}


@pytest.mark.parametrize(
    ("since", "russian", "english"),
    [
        ("done:write", "Срок начнётся, когда будет выполнена задача «Написать»",
         "The term begins when the task “Write” is done"),
        ("vote_opened", "Срок начнётся, когда откроется голосование", "The term begins when the vote opens"),
        ("vote_passed", "Срок начнётся, когда голосование завершится решением «за»",
         "The term begins when the vote has passed"),
        ("paper.ordered_on", "Срок начнётся, когда станет известна дата (paper.ordered_on)",
         "The term begins when the date is known (paper.ordered_on)"),
    ],
)  # fmt: skip
def test_what_waits_says_for_what(case: AnchoredDesk, since: str, russian: str, english: str) -> None:
    assert waiting_sentence(case.definition, since) == {"ru": russian, "en": english}


def test_a_room_says_when_its_date_will_be_known(case: AnchoredDesk) -> None:
    words = {"ru": "будет зарегистрирован приказ", "en": "the order is registered"}
    assert until(case.definition, "paper.ordered_on", words) == words


@pytest.mark.parametrize(
    "since", ["entered", "opened", "vote_opened", "vote_passed", "done:write", "paper.day"]
)
def test_every_event_has_words_in_both_languages(case: AnchoredDesk, since: str) -> None:
    ru, en = event_words(case.definition, since)
    assert ru
    assert en
    assert ru != en


# ── facts, legality, old records ──────────────────────────────────────────────────────────────────


def test_only_a_term_that_waits_asks_for_its_date(case: AnchoredDesk) -> None:
    wanted = "paper.ordered_on"
    assert wanted not in facts_needed(case.definition, None)
    case.act(Open())
    assert wanted not in facts_needed(case.definition, case.now(), Complete("write"))
    for action in PREPARED:
        case.act(action)
    assert wanted in facts_needed(case.definition, case.now(), Fire("adopt"))
    case.act(Fire("adopt"))
    assert wanted in facts_needed(case.definition, case.now(), Complete("bind"))
    case.facts[wanted] = day(22)
    case.night()
    assert wanted not in facts_needed(case.definition, case.now(), Complete("bind"))


def test_a_procedure_without_such_terms_asks_for_nothing_more(shipped: Definition) -> None:
    assert shipped.anchored == frozenset()


@pytest.mark.parametrize("key", ["write", "check", "publish", "bind", "nothing", STAGE])
def test_a_term_that_cannot_have_begun_is_no_history(case: AnchoredDesk, key: str) -> None:
    case.act(Open())
    term = add_working_days(case.today, 5, PlainWeek())
    event = TermsStarted(
        at=case.ctx().now, actor="1", term=term if key == STAGE else None,
        terms={} if key == STAGE else {key: term},
    )  # fmt: skip
    with pytest.raises(IllegalHistory):
        evolve(case.definition, case.now(), event)


@pytest.mark.parametrize("key", ["publish", "send"])
def test_a_term_that_cannot_begin_with_the_round_is_no_history(case: AnchoredDesk, key: str) -> None:
    if key == "publish":
        case.act(Open())
        number = 0
    else:
        case.printing(day(20))
        number = next(n for n, one in enumerate(case.events) if one.type == "moved")
    events = list(case.events)
    term = add_working_days(case.today, 5, PlainWeek())
    events[number] = replace(events[number], terms={key: term})  # type: ignore[call-arg]
    with pytest.raises(IllegalHistory, match="too early"):
        fold(case.definition, events)


def test_an_event_without_a_term_is_no_history(case: AnchoredDesk) -> None:
    case.act(Open())
    with pytest.raises(IllegalHistory):
        evolve(case.definition, case.now(), TermsStarted(at=case.ctx().now, actor="1"))


def test_a_term_kept_before_events_had_names_reads_and_writes_as_before() -> None:
    old = {"due": "2025-02-12", "start": "2025-01-22", "working_days": 15, "skipped": [], "extra": []}
    term = Term.from_dict(old)
    assert term.to_dict() == old
    assert term.texts["ru"].replace("\u00a0", " ") == "15 рабочих дней со дня 22.01.2025 = 12.02.2025"


def test_a_state_with_such_terms_goes_to_a_record_and_back(case: AnchoredDesk) -> None:
    case.printing(day(24), ordered=day(22))
    assert from_record(to_record(case.now()), case.now().version) == case.now()


@pytest.mark.parametrize("file", HASHES)
def test_the_shipped_versions_keep_their_hash(file: str) -> None:
    assert load(SHIPPED.parent / file).hash == HASHES[file]


# ── whatever happens ──────────────────────────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_term_is_always_what_counting_by_hand_gives(data: st.DataObject) -> None:
    off = frozenset(
        data.draw(st.lists(st.integers(0, 120).map(lambda n: NEW_YEAR + timedelta(n)), max_size=15))
    )
    case = AnchoredDesk(calendar=Holidays(off))
    gap = st.integers(0, 6)

    def later() -> date:
        return case.today + timedelta(days=data.draw(gap))

    def by_hand(start: date, days: int) -> date:
        found = start
        while days:
            found += timedelta(days=1)
            days -= found.weekday() < 5 and found not in off
        return found

    case.act(Open())
    opened = case.today
    case.act(Complete("write"), written := later())
    if data.draw(st.booleans()):
        case.act(Reopen("write", "ошибка"), later())
        case.act(Complete("write"), written := later())
    assert case.due() == by_hand(opened, 20)
    assert case.due("check") == by_hand(written, 5)
    assert case.due("invite") == by_hand(written, 2)
    case.act(Cast("for"), passed := later())
    assert case.due("publish") == by_hand(passed, 4)
    case.act(Complete("check"), later())
    case.act(Complete("publish"), later())
    ordered = case.today + timedelta(days=data.draw(st.integers(-20, 20)))
    if data.draw(st.booleans()):
        case.facts["paper.ordered_on"] = ordered
        case.act(Fire("adopt"), later())
    else:
        case.act(Fire("adopt"), later())
        assert case.due() is None
        case.facts["paper.ordered_on"] = ordered
        if data.draw(st.booleans()):
            case.night(later())
        else:
            case.act(Complete("bind"), later())
    assert case.due() == by_hand(ordered, 15)
    assert fold(case.definition, [from_dict(one.to_dict()) for one in case.events]) == case.now()
    assert started(case.definition, case.now(), case.ctx()) is None


def test_random_histories_keep_the_promises() -> None:
    report = simulate(loads(ANCHORED, "anchored.yaml"), 150, seed=7)
    assert [str(one) for _, one in report.divergences] == []
    assert report.led_to_the_end == 150
