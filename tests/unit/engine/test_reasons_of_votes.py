"""What is said of a vote that stands in the way, and what a vote about another content no longer decides."""

from __future__ import annotations

import pytest

from app.engine import Cast, Complete, FactValue, Fire, Open, Reason, Refused, Voter
from app.engine.actions import Reopen
from app.engine.machine import facts_needed, task_reasons
from app.engine.offers import waiting_for
from app.engine.reading.conditions import parse
from app.engine.reading.loader import loads
from app.engine.wording import both
from tests.unit.engine.test_other_procedures import PROCEDURE, Table

ADOPTED = "when: {id: adopted, if: approval.passed, text: {ru: Не принято, en: Not adopted}}"
BOTH = """when:
      id: adopted
      if: approval.passed and paper.complete
      text: {ru: 'Не готово {count:лист|листа|листов}: {names}', en: 'Not ready, {count:sheet|sheets}: {names}'}
      unknown: {ru: Не готово, en: Not ready}"""
AGAINST = """
  reject:
    titles: {ru: Отклонить, en: Reject}
    kind: skip
    from: draft
    to: done
    by: head
    form: {comment: required}
    when: {id: rejected, if: approval.failed, text: {ru: Группа не отклонила, en: The group has not rejected it}}
  withdraw:
    titles: {ru: Отозвать, en: Withdraw}
    kind: skip
    from: draft
    to: done
    by: head
    form: {comment: required}
    when: {id: open, if: not approval.passed, text: {ru: Уже принято, en: It is adopted already}}
"""
FILE = """
      file:
        titles: {ru: Подшить решение, en: File the decision}
        roles: author
        optional: true
        when: {id: decided, if: approval.passed, text: {ru: Не принято, en: Not adopted}}
    approval:
"""


@pytest.fixture
def table() -> Table:
    assert PROCEDURE.count(ADOPTED) == PROCEDURE.count("    approval:\n") == 1
    source = PROCEDURE.replace(ADOPTED, BOTH).replace("\n    approval:\n", FILE) + AGAINST.lstrip("\n")
    found = Table(loads(source))
    found.facts["paper.complete"] = True
    found.act("author", Open())
    found.act("author", Complete("write"))
    return found


def why(table: Table, who: str, step: str) -> Reason:
    result = table.tries(who, Fire(step, "Так решено"))
    assert isinstance(result, Refused)
    (reason,) = result.reasons
    return reason


def test_the_sentence_of_a_vote_is_filled_like_any_other(table: Table) -> None:
    said = why(table, "author", "adopt").texts
    assert said["ru"].startswith("Не готово: не проголосовали: А, Б, В (за — 0")
    assert said["en"].startswith("Not ready: have not voted: А, Б, В (for 0")
    ctx = table.ctx("author")
    incomplete = {**ctx.facts, "paper.complete": FactValue(False, items=("№ 4", "№ 7"))}
    object.__setattr__(ctx, "facts", incomplete)
    table.ctx = lambda who: ctx  # type: ignore[method-assign]
    said = why(table, "author", "adopt").texts
    assert said["ru"].startswith("Не готово 2\u00a0листа: № 4, № 7: не проголосовали: А")
    assert said["en"].startswith("Not ready, 2\u00a0sheets: № 4, № 7: have not voted: А")


def test_a_task_the_vote_waits_for_is_named_once_where_it_can_be_mended() -> None:
    """Beside «the task is not done» the vote is said not to be open, and no more; alone it says for what it waits."""
    found = Table(loads(PROCEDURE.replace("\n    approval:\n", FILE)))
    found.act("author", Open())
    result = found.tries("author", Fire("adopt"))
    assert isinstance(result, Refused)
    task, vote = result.reasons
    assert (task.code, task.items) == ("task_open", ("write",))
    assert vote.texts == {
        "ru": "Не принято: голосование ещё не открыто", "en": "Not adopted: the vote is not open yet",
    }  # fmt: skip
    assert (vote.code, vote.items, vote.link) == ("voting_not_open", (), None)
    alone = found.tries("author", Complete("file"))
    assert isinstance(alone, Refused)
    (why_not,) = alone.reasons
    assert "сначала нужно выполнить задачу «Написать»" in why_not.texts["ru"]
    assert "to be done first: “Write”" in why_not.texts["en"]


def test_a_task_nobody_has_named_yet_is_named_by_the_vote() -> None:
    """An optional task the vote waits for does not stand in the way of the step by itself."""
    source = PROCEDURE.replace("opens_after: write", "opens_after: [write, illustrate]")
    source = source.replace("keeps: [votes, write]", "keeps: [votes, write, illustrate]")
    source = source.replace("voids: [votes, write]", "voids: [votes, write, illustrate]")
    found = Table(loads(source))
    found.act("author", Open())
    result = found.tries("author", Fire("adopt"))
    assert isinstance(result, Refused)
    task, vote = result.reasons
    assert (task.items, vote.items) == (("write",), ("illustrate",))
    assert "«Иллюстрировать»" in vote.texts["ru"]
    assert "Написать" not in vote.texts["ru"]


def test_a_vote_that_has_passed_is_not_said_to_go_on(table: Table) -> None:
    for voter in ("chair", "m1"):
        table.act(voter, Cast("for"))
    assert table.now().approval == "passed"
    reason = why(table, "head", "withdraw")
    assert (reason.code, reason.texts) == ("open", {"ru": "Уже принято", "en": "It is adopted already"})


def test_when_the_group_has_become_smaller_nobody_is_said_not_to_have_voted(table: Table) -> None:
    table.voters = (*table.voters, Voter("m3", "Г", "member"), Voter("m4", "Д", "member"))
    for voter in ("chair", "m1"):
        table.act(voter, Cast("for"))
    assert [one.voter for one in waiting_for(table.definition, table.now(), table.voters)][-3:] == [
        "m2",
        "m3",
        "m4",
    ]
    table.voters = table.voters[:3]  # two of three: it passes without the third
    reason = why(table, "author", "adopt")
    assert reason.code == "approval_open"
    assert reason.items == ()
    assert "состав группы изменился, итог подводится заново (за — 2" in reason.texts["ru"]
    assert "the group has changed, the result is being counted anew (for 2" in reason.texts["en"]
    assert [
        one for one in waiting_for(table.definition, table.now(), table.voters) if one.kind == "vote"
    ] == []


def test_a_group_without_anybody_is_said_to_have_nobody(table: Table) -> None:
    table.voters = ()
    assert why(table, "author", "adopt").code == "no_voters"


def test_a_vote_without_a_quorum_is_not_said_to_be_against() -> None:
    """Nobody has voted against; there were not enough, and nobody is left."""
    source = PROCEDURE.replace("quorum: {share: 2/3}", "quorum: {count: 5}")
    other = Table(loads(source))
    other.act("author", Open())
    other.act("author", Complete("write"))
    for voter in ("chair", "m1", "m2"):
        other.act(voter, Cast("for"))
    assert other.now().approval == "failed"
    said = why(other, "author", "adopt").texts
    assert said["ru"] == "Не принято: голосование завершено, решение не принято"
    assert said["en"] == "Not adopted: the vote is over, nothing was adopted"


def test_how_many_must_be_for_is_said_of_an_open_vote() -> None:
    other = Table(
        loads(PROCEDURE.replace("quorum: {share: 2/3}", "quorum: {share: 2/3}\n      majority: {count: 2}"))
    )
    other.act("author", Open())
    other.act("author", Complete("write"))
    other.act("m1", Cast("abstain"))
    said = {lang: text.replace("\u00a0", " ") for lang, text in why(other, "author", "adopt").texts.items()}
    assert said["ru"].endswith("воздержались — 1; кворум — 2 голоса; для решения — 2 голоса «за»)")
    assert said["en"].endswith("abstained 1; quorum 2 votes; 2 votes for needed to adopt)")


def test_a_refusal_of_what_has_changed_since_is_none(table: Table) -> None:
    table.act("chair", Cast("against"))  # the chair has a veto
    assert table.now().approval == "failed"
    needed = facts_needed(table.definition, table.now(), Fire("reject"))
    assert "paper.hash" in needed
    table.facts["paper.hash"] = "two"
    assert table.refused("head", Fire("reject", "Так решено")) == ("rejected",)
    table.facts["paper.hash"] = "one"
    table.act("head", Fire("reject", "Так решено"))


def test_a_task_that_waits_for_the_decision_does_not_take_a_void_one(table: Table) -> None:
    for voter in ("chair", "m1"):
        table.act(voter, Cast("for"))
    table.facts["paper.hash"] = "two"
    ctx = table.ctx("author")
    assert [one.code for one in task_reasons(table.definition, table.now(), "file", ctx)] == ["votes_void"]
    assert table.refused("author", Complete("file")) == ("votes_void",)
    table.facts["paper.hash"] = "one"
    table.act("author", Complete("file"))


@pytest.mark.parametrize("nothing", ["", "  ", "\u200b", "\u00a0\u2003\n", "\u2060\ufeff", "\x07"])
def test_a_reason_nobody_can_read_is_none_and_is_asked_for_at_its_field(table: Table, nothing: str) -> None:
    for action in (Reopen("write", nothing), Fire("withdraw", nothing)):
        result = table.tries("author" if isinstance(action, Reopen) else "head", action)
        assert isinstance(result, Refused)
        assert [(one.code, one.items) for one in result.reasons] == [("comment_required", ("comment",))]


# ── figures ───────────────────────────────────────────────────────────────────────────────────────


def test_a_number_is_compared_as_it_is_written() -> None:
    for text in (
        "paper.share >= 0.3",
        "paper.share = 0.3",
        "paper.share in [0.1, 0.3]",
        "not paper.share < 0.3",
    ):
        assert parse(text).truth({"paper.share": 0.3}.get) is True, text
    assert parse("paper.share > 0.3").truth({"paper.share": 0.3}.get) is False


def test_a_number_is_printed_as_people_write_it() -> None:
    text = {"ru": "Доля — {value}", "en": "The share is {value}"}
    assert both(text, 0.5) == {"ru": "Доля — 0,5", "en": "The share is 0.5"}
    assert both(text, 1e22)["ru"] == "Доля — 10000000000000000000000"
