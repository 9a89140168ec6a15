"""What would catch a case for ever is refused; what only looks so is not."""

from __future__ import annotations

import pytest

from app.engine import Cast, Complete, Fire, Open, Refused, Settle
from app.engine.checking.checks import check
from app.engine.reading.loader import loads, parse_text
from tests.unit.engine.test_automatic import Case
from tests.unit.engine.test_definitions import KINDS, SMALL

WRITES = "      write:\n        titles: {ru: Написать, en: Write}\n        roles: [author]\n"
RETURN = SMALL[SMALL.index("  send_back:\n") : SMALL.index("  pause:\n")]
WHEN = "    when: {{id: w, if: '{}', text: {{ru: Нет, en: Not yet}}}}\n"
STEP = """\
  {id}:
    titles: {{ru: А, en: A}}
    kind: {kind}
    from: draft
{way}    by: [chair]
    form: {{comment: required}}
"""
ENDED = {
    "forward": "    to: done\n",
    "skip": "    to: done\n",
    "cancel": "    outcome: good\n",
    "suspend": "",
}


def codes(text: str) -> list[str]:
    definition, findings = parse_text(text, "small.yaml")
    assert definition is not None, [str(one) for one in findings]
    return [one.code for one in check(definition, KINDS) if one.severity == "error"]


def left_by(step: str) -> str:
    """The small procedure with this step instead of its return."""
    return SMALL.replace(RETURN, step)


def test_a_vote_that_failed_needs_a_way() -> None:
    assert codes(left_by("")) == ["vote_dead_end"]
    assert codes(left_by(RETURN.replace("voids: [votes]", "keeps: [votes, write]"))) == ["vote_dead_end"]
    assert codes(left_by(RETURN + WHEN.format("approval.passed"))) == ["vote_dead_end"]


@pytest.mark.parametrize(
    ("kind", "condition", "leads"),
    [
        ("forward", "", True),
        ("forward", "approval.failed", True),
        ("forward", "not approval.passed", True),
        ("forward", "approval.passed and paper.ready", False),
        ("skip", "approval.failed or paper.ready", True),
        ("cancel", "", True),
        ("cancel", "approval.passed", False),
        ("suspend", "", False),
    ],
)
def test_a_step_that_works_then_is_a_way(kind: str, condition: str, leads: bool) -> None:
    step = STEP.format(id="other", kind=kind, way=ENDED[kind])
    assert codes(left_by(step + (WHEN.format(condition) if condition else ""))) == (
        [] if leads else ["vote_dead_end"]
    )


@pytest.mark.parametrize(
    ("condition", "leads"),
    [
        ("approval.passed", False),
        ("not approval.passed", True),
        ("paper.ready and not approval.failed", True),
    ],
)
def test_a_forward_step_also_needs_the_tasks_that_can_still_be_done(condition: str, leads: bool) -> None:
    task = f"      file: {{titles: {{ru: Подшить, en: File}}, roles: [author], {WHEN.format(condition).strip()}}}\n"
    text = left_by(STEP.format(id="other", kind="forward", way=ENDED["forward"])).replace(
        WRITES, task + WRITES
    )
    assert codes(text) == ([] if leads else ["vote_dead_end"])


def test_a_vote_that_passed_needs_a_way_too() -> None:
    text = left_by(
        STEP.format(id="other", kind="cancel", way=ENDED["cancel"]) + WHEN.format("approval.failed")
    )
    assert codes(text) == []
    assert codes(text.replace("if: approval.passed", "if: approval.failed")) == ["vote_dead_end"]


def test_a_vote_on_a_content_is_opened_anew_by_another_content() -> None:
    text = left_by("").replace("      tie: chair\n", "      tie: chair\n      binds: paper.colour\n")
    assert codes(text) == []
    case = Case(loads(text), paper_length=1, paper_colour="red")
    for actor, action in (("author", Open()), ("author", Complete("write")), ("chair", Cast("against"))):
        case.act(actor, action)
    assert isinstance(case.act("chair", Cast("for")), Refused)
    case.facts["paper.colour"] = "blue"
    case.act("chair", Cast("for"))
    case.act("author", Fire("finish"))
    assert case.state is not None
    assert case.state.status == "closed"


def test_a_task_beside_the_vote_may_wait_for_it() -> None:
    task = (
        "      file: {titles: {ru: Подшить, en: File}, roles: [author], when: [{id: f, if: approval.passed, "
    )
    task += "text: {ru: Нет, en: Not yet}}]}\n"
    assert codes(SMALL.replace(WRITES, task + WRITES)) == []
    both = SMALL.replace(WRITES, task + WRITES).replace("opens_after: [write]", "opens_after: [write, file]")
    assert codes(both) == ["task_before_vote"]
    assert codes(both.replace("if: approval.passed, text", "if: not approval.passed, text", 1)) == []


UNDONE = """\
workflow: undone
version: 1
titles: {ru: А, en: A}
initial: a
roles: {author: {titles: {ru: А, en: A}, found: authority}}
stages:
  a:
    titles: {ru: А, en: A}
    tasks:
      t1: {titles: {ru: Т, en: T}, roles: [author]}
      t2: {titles: {ru: Т, en: T}, roles: [author], optional: true}
  b: {titles: {ru: Б, en: B}}
  z: {titles: {ru: Я, en: Z}, final: true}
transitions:
  go: {titles: {ru: А, en: A}, kind: forward, from: a, to: b, automatic: true}
  end: {titles: {ru: А, en: A}, kind: forward, from: b, to: z, by: [author]}
  back:
    titles: {ru: А, en: A}
    kind: return
    from: b
    to: a
    by: [author]
    keeps: [t1]
    form: {comment: required}
"""
GUARD = ", when: {id: g, if: paper.ready, text: {ru: Нет, en: Not yet}}}"


@pytest.mark.parametrize(
    ("old", "new", "undone"),
    [
        ("", "", True),
        ("keeps: [t1]", "keeps: [t2]", False),  # t1 is done again first
        ("keeps: [t1]", "voids: [t1]", False),
        ("automatic: true}", "automatic: true" + GUARD, False),  # it may wait for the fact
        ("automatic: true}", "by: [author]}", False),
        ("kind: forward, from: a, to: b, auto", "kind: skip, from: a, to: b, auto", True),
        ("    from: b\n    to: a", "    from: a\n    to: a", False),  # t1 was not done, and is not now
        ("    kind: return\n    from: b\n", "    kind: reopen\n    from: z\n", True),
        ("optional: true}", "optional: false}", False),
    ],
)
def test_a_return_the_case_undoes_is_told(old: str, new: str, undone: bool) -> None:
    assert old in UNDONE
    found = codes(UNDONE.replace(old, new, 1))
    assert found == (["return_undone"] if undone else [])


def test_a_return_that_keeps_too_much_is_undone_at_the_next_look() -> None:
    definition = parse_text(UNDONE)[0]
    assert definition is not None
    case = Case(definition)
    for actor, action in (
        ("author", Open()), ("author", Complete("t1")), ("author", Fire("back", "Ещё раз")), ("author", Settle())
    ):  # fmt: skip
        case.act(actor, action)
    assert case.moves() == [("go", "system"), ("back", "author"), ("go", "system")]


PAUSE, GO_ON = (f"    kind: {kind}\n    from: working\n    by: [author]\n" for kind in ("suspend", "resume"))


@pytest.mark.parametrize(
    ("pause", "go_on", "found"),
    [
        ("", "approval.passed", 2),  # before the vote has ended, and after it has failed
        ("", "approval.passed or approval.failed", 1),
        ("approval.passed", "approval.passed", 0),
        ("approval.passed", "approval.failed", 1),
        ("", "paper.ready", 0),  # the rooms go on while the case stands still
        ("", "paper.ready and not approval.passed", 1),
        ("", "not approval.passed or approval.passed", 0),
    ],
)
def test_whatever_is_suspended_can_be_resumed(pause: str, go_on: str, found: int) -> None:
    text = SMALL.replace(PAUSE, PAUSE + (WHEN.format(pause) if pause else ""))
    text = text.replace(GO_ON, GO_ON + WHEN.format(go_on))
    assert codes(text) == ["suspended_for_ever"] * found
    ended = STEP.format(id="stop", kind="cancel", way=ENDED["cancel"])
    assert codes(text.replace(RETURN, RETURN + ended)) == [], "a suspended case may also be terminated"
