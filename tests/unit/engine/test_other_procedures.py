"""What a procedure may say and the shipped one does not: skips, every kind of field, votes that are kept, a veto."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.engine import (
    Accepted,
    Action,
    Cast,
    Complete,
    Context,
    Definition,
    FactValue,
    Fire,
    Open,
    Refused,
    State,
    Voter,
    decide,
    fold,
    offers,
    waiting_for,
)
from app.engine.events import Event, Moved
from app.engine.reading.loader import loads

PROCEDURE = """\
workflow: other
version: 1
titles: {ru: Другой порядок, en: Another procedure}
initial: draft
roles:
  author: {titles: {ru: Автор, en: Author}, found: authority}
  head: {titles: {ru: Руководитель, en: Head}, found: authority}
  chair: {titles: {ru: Председатель, en: Chair}, found: group}
  member: {titles: {ru: Член группы, en: Member}, found: group}
outcomes:
  good: {titles: {ru: Хорошо, en: Good}}
stages:
  draft:
    titles: {ru: Черновик, en: Draft}
    tasks:
      write:
        titles: {ru: Написать, en: Write}
        roles: author
      illustrate:
        titles: {ru: Иллюстрировать, en: Illustrate}
        roles: author
        optional: true
    approval:
      id: vote
      titles: {ru: Голосование, en: Vote}
      voters: [chair, member]
      quorum: {share: 2/3}
      veto: chair
      four_eyes: true
      binds: paper.hash
      opens_after: write
      on_no_voters: head
      on_pass: {name: documents.draft, params: {template: protocol}}
      on_fail: {name: documents.draft, params: {template: refusal}}
  print:
    titles: {ru: Печать, en: Print}
    tasks:
      print_it: {titles: {ru: Напечатать, en: Print it}, roles: author}
  done:
    titles: {ru: Готово, en: Done}
    final: true
transitions:
  adopt:
    titles: {ru: Принять, en: Adopt}
    kind: forward
    from: draft
    to: print
    by: author
    when: {id: adopted, if: approval.passed, text: {ru: Не принято, en: Not adopted}}
  finish:
    titles: {ru: Закончить, en: Finish}
    kind: forward
    from: print
    to: done
    by: author
    outcome_from: paper.outcome
  pass_over:
    titles: {ru: Пропустить, en: Pass over}
    kind: skip
    from: [draft, print]
    to: done
    by: head
    form:
      comment: required
      fields:
        - {id: until, kind: date, required: true, titles: {ru: До какого дня, en: Until}}
        - {id: paid, kind: bool, titles: {ru: Оплачено, en: Paid}}
        - {id: order, kind: text, required: true, titles: {ru: Приказ, en: Order}}
        - id: why
          kind: choice
          titles: {ru: Почему, en: Why}
          choices: {time: {titles: {ru: Нет времени, en: No time}}}
  remark:
    titles: {ru: Вернуть с замечанием, en: Return with a remark}
    kind: return
    from: draft
    to: draft
    by: chair
    keeps: [votes, write]
    form: {comment: required}
  rework:
    titles: {ru: Вернуть на доработку, en: Return}
    kind: return
    from: draft
    to: draft
    by: chair
    voids: [votes, write]
    form: {comment: required}
"""
GROUP = (Voter("chair", "А", "chair"), Voter("m1", "Б", "member"), Voter("m2", "В", "member"))
WELL = {"until": "2025-02-01", "order": "№ 5"}


@dataclass
class Table:
    """One case of this procedure; `act` takes a step as a person with one role."""

    definition: Definition
    facts: dict[str, Any] = field(default_factory=lambda: {"paper.hash": "one"})
    voters: tuple[Voter, ...] = GROUP
    authors: frozenset[str] = frozenset()
    state: State | None = None
    events: list[Event] = field(default_factory=list)

    def ctx(self, who: str) -> Context:
        role = next((voter.role for voter in self.voters if voter.id == who), who)
        facts = {name: FactValue(value) for name, value in self.facts.items()}
        now = datetime(2025, 1, 22, 9, tzinfo=UTC)
        return Context(who, frozenset({role}), now, date(2025, 1, 22), facts, self.voters, self.authors)

    def tries(self, who: str, action: Action) -> Accepted | Refused:
        return decide(self.definition, self.state, action, self.ctx(who))

    def act(self, who: str, action: Action) -> Accepted:
        result = self.tries(who, action)
        assert isinstance(result, Accepted), getattr(result, "codes", None)
        self.events += result.events
        self.state = result.state
        assert fold(self.definition, self.events) == self.state
        return result

    def refused(self, who: str, action: Action) -> tuple[str, ...]:
        result = self.tries(who, action)
        assert isinstance(result, Refused)
        assert all(reason.texts["ru"] and reason.texts["en"] for reason in result.reasons)
        return result.codes

    def now(self) -> State:
        assert self.state is not None
        return self.state


@pytest.fixture
def table() -> Table:
    found = Table(loads(PROCEDURE))
    found.act("author", Open())
    return found


def drafts(result: Accepted) -> list[str]:
    return [effect.params["template"] for effect in result.effects]


# ── skip ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_skip_leaves_open_tasks_behind_and_a_forward_step_does_not(table: Table) -> None:
    assert table.refused("author", Fire("adopt")) == ("task_open", "voting_not_open")
    table.act("head", Fire("pass_over", "срок прошёл", WELL))
    assert (table.now().stage, table.now().status) == ("done", "closed")
    assert {task.status for task in table.now().tasks.values()} == {"not_needed"}


def test_a_skip_says_why_and_is_offered_to_its_role_only(table: Table) -> None:
    assert table.refused("head", Fire("pass_over", " ", WELL)) == ("comment_required",)
    assert table.refused("author", Fire("pass_over", "срок", WELL)) == ("role",)
    (offer,) = offers(table.definition, table.now(), table.ctx("head"))
    assert (offer.id, offer.step_kind, offer.works) == ("pass_over", "skip", True)
    assert [one.id for one in offer.form.fields] == ["until", "paid", "order", "why"] if offer.form else False


# ── every kind of field ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({}, ("field_required", "field_required")),
        ({**WELL, "order": "   "}, ("field_required",)),
        ({**WELL, "until": "2025-02-30"}, ("field_wrong",)),
        ({**WELL, "until": "завтра"}, ("field_wrong",)),
        ({**WELL, "until": 5}, ("field_wrong",)),
        ({**WELL, "order": ["№ 5"]}, ("field_wrong",)),
        ({**WELL, "paid": "yes"}, ("field_wrong",)),
        ({**WELL, "paid": 1}, ("field_wrong",)),
        ({**WELL, "why": "money"}, ("field_wrong",)),
        ({**WELL, "why": ["time"]}, ("field_wrong",)),
        ({**WELL, "until": "x", "why": "y"}, ("field_wrong", "field_wrong")),
        ({**WELL, "colour": "red"}, ("field_unknown",)),
    ],
)
def test_a_field_takes_only_what_is_of_its_kind(table: Table, given: Any, codes: tuple[str, ...]) -> None:
    assert table.refused("head", Fire("pass_over", "срок", given)) == codes
    assert table.now().stage == "draft"


def test_the_answers_are_kept_in_the_event_as_json_has_them(table: Table) -> None:
    given = {"until": date(2025, 2, 1), "order": "  № 5 ", "paid": False, "why": "time"}
    table.act("head", Fire("pass_over", "срок", given))
    moved = table.events[-1]
    assert isinstance(moved, Moved)
    assert moved.fields == {"until": "2025-02-01", "order": "№ 5", "paid": False, "why": "time"}


# ── votes ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_return_may_keep_the_votes_or_void_them(table: Table) -> None:
    table.act("author", Complete("write"))
    table.act("m1", Cast("for"))
    table.act("chair", Fire("remark", "опечатка"))
    assert (table.now().round, table.now().approval, table.now().is_done("write")) == (2, "open", True)
    assert [(vote.voter, vote.void) for vote in table.now().votes] == [("m1", False)]
    table.act("chair", Fire("rework", "переписать"))
    assert (table.now().round, table.now().approval, table.now().votes) == (3, None, ())
    assert not table.now().is_done("write")


def test_a_share_is_counted_of_those_who_may_vote(table: Table) -> None:
    table.act("author", Complete("write"))
    result = table.act("m1", Cast("for"))
    assert result.tally is not None
    assert (result.tally.eligible, result.tally.needed) == (3, 2)
    table.authors = frozenset({"m2"})
    result = table.act("m1", Cast("abstain"))
    assert result.tally is not None
    assert (result.tally.eligible, result.tally.needed) == (2, 2), "an author is not counted"


def test_a_veto_ends_the_vote_and_its_effects_follow(table: Table) -> None:
    table.act("author", Complete("write"))
    table.act("m1", Cast("for"))
    table.act("m2", Cast("for"))
    assert table.now().approval == "open", "the chair may still object"
    result = table.act("chair", Cast("against"))
    assert (result.what, drafts(result)) == ("rejected", ["refusal"])
    assert table.refused("author", Fire("adopt")) == ("approval_failed",)


def test_without_the_veto_the_vote_passes_with_its_effects(table: Table) -> None:
    table.act("author", Complete("write"))
    table.act("m1", Cast("for"))
    result = table.act("chair", Cast("for"))
    assert (result.what, drafts(result)) == ("approved", ["protocol"])
    table.act("author", Fire("adopt"))
    assert table.now().stage == "print"


def test_when_everybody_must_abstain_the_named_role_votes(table: Table) -> None:
    table.voters = (
        Voter("chair", "А", "chair", "работает в этой школе"),
        Voter("m1", "Б", "member"),
        Voter("boss", "Г", "head"),
    )
    table.authors = frozenset({"m1"})
    table.act("author", Complete("write"))
    assert table.refused("chair", Cast("for")) == ("excluded",)
    assert table.refused("m1", Cast("for")) == ("excluded",)
    assert table.act("boss", Cast("for")).what == "approved"


def test_while_somebody_of_the_group_may_vote_the_named_role_may_not(table: Table) -> None:
    table.voters = (*GROUP, Voter("boss", "Г", "head"))
    table.act("author", Complete("write"))
    assert table.refused("boss", Cast("for")) == ("not_a_voter",)


@pytest.mark.parametrize("value", [None, "nonsense", 5, True])
def test_a_case_does_not_end_without_an_outcome_the_procedure_knows(table: Table, value: Any) -> None:
    table.act("author", Complete("write"))
    table.act("m1", Cast("for"))
    table.act("chair", Cast("for"))
    table.act("author", Fire("adopt"))
    table.act("author", Complete("print_it"))
    table.facts["paper.outcome"] = value
    assert table.refused("author", Fire("finish")) == ("outcome_unknown",)
    table.facts["paper.outcome"] = "good"
    table.act("author", Fire("finish"))
    assert (table.now().status, table.now().outcome) == ("closed", "good")


def test_the_order_of_stages_is_structure_because_it_says_which_is_earlier() -> None:
    head, found, rest = PROCEDURE.partition("  print:\n")
    body, found_done, tail = rest.partition("  done:\n")
    end, steps, transitions = tail.partition("transitions:\n")
    swapped = head + found_done + end + found + body + steps + transitions
    assert loads(swapped).hash != loads(PROCEDURE).hash
    assert set(loads(swapped).stages) == set(loads(PROCEDURE).stages)


def test_the_case_waits_for_the_step_the_result_of_the_vote_leads_to_and_not_for_the_other() -> None:
    refuse = (
        "  refuse:\n    titles: {ru: Отказать, en: Refuse}\n    kind: forward\n    from: draft\n    to: done\n"
        "    by: head\n"
        "    outcome_from: paper.outcome\n"
        "    when: {id: rejected, if: approval.failed, text: {ru: Не отклонено, en: Not rejected}}\n"
    )
    for choice, onward in (("for", ["adopt"]), ("against", ["remark", "rework", "refuse"])):
        table = Table(loads(PROCEDURE + refuse))
        table.act("author", Open())
        table.act("author", Complete("write"))
        for who in ("m1", "m2", "chair") if choice == "for" else ("chair",):
            table.act(who, Cast(choice))
        waits = waiting_for(table.definition, table.now(), GROUP)
        assert [one.id for one in waits if one.kind == "transition"] == onward


@pytest.mark.parametrize("asked", ["quorum: {count: 2}", "quorum: {count: 2}\n      majority: {count: 2}"])
def test_who_votes_in_place_of_the_group_can_adopt_alone_whatever_number_is_asked_of_the_group(
    asked: str,
) -> None:
    table = Table(loads(PROCEDURE.replace("quorum: {share: 2/3}", asked)))
    away = tuple(replace(voter, excluded="away") for voter in GROUP)
    table.voters = (*away, Voter("head", "Г", "head"))
    table.act("author", Open())
    table.act("author", Complete("write"))
    result = table.act("head", Cast("for"))
    assert result.tally is not None
    assert (result.what, result.tally.needed, result.tally.eligible) == ("approved", 1, 1)
    table = Table(loads(PROCEDURE.replace("quorum: {share: 2/3}", asked)), voters=(*away[1:], GROUP[0]))
    table.act("author", Open())
    table.act("author", Complete("write"))
    assert table.act("chair", Cast("for")).what == "rejected", "of the group itself the number is asked"
