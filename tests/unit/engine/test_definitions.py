"""Reading and checking definitions: the shipped one is clean, a broken one is told what is wrong where."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from app.engine import Definition, DefinitionError
from app.engine.checking.checks import check
from app.engine.checking.fact_kinds import FactKind
from app.engine.checking.names import effects_named, facts_named, pages_named
from app.engine.finding_texts import TEXTS
from app.engine.reading.loader import load, loads, parse_text
from app.engine.reading.vocabulary import VOCABULARY
from tests.unit.engine.broken_since import BROKEN_SINCE
from tests.unit.engine.test_faults_in_place import FAULTS

WORKFLOWS = Path(__file__).parents[3] / "workflows"
SHIPPED = (WORKFLOWS / "school_support" / "v1.yaml").read_text(encoding="utf-8")
SCHEMA = json.loads((WORKFLOWS / "schema.json").read_text(encoding="utf-8"))

SMALL = """\
workflow: small
version: 1
titles: {ru: Малый порядок, en: Small procedure}
initial: draft
roles:
  author: {titles: {ru: Автор, en: Author}, found: authority}
  chair: {titles: {ru: Председатель, en: Chair}, found: group}
outcomes:
  good: {titles: {ru: Хорошо, en: Good}}
stages:
  draft:
    titles: {ru: Черновик, en: Draft}
    due: {working_days: 5, remind: [1]}
    tasks:
      write:
        titles: {ru: Написать, en: Write}
        roles: [author]
        when:
          - id: has_text
            if: paper.length >= 1
            text: {ru: Пусто, en: Empty}
            link: papers
    approval:
      id: vote
      titles: {ru: Голосование, en: Vote}
      voters: [chair]
      quorum: more_than_half
      tie: chair
      opens_after: [write]
      on_no_voters: refuse
      on_pass:
        - name: documents.draft
          params: {template: protocol}
  done:
    titles: {ru: Готово, en: Done}
    final: true
    outcome: good
transitions:
  finish:
    titles: {ru: Закончить, en: Finish}
    kind: forward
    from: draft
    to: done
    by: [author]
    when:
      - {id: passed, if: approval.passed, text: {ru: Не принято, en: Not passed}}
  send_back:
    titles: {ru: Вернуть, en: Send back}
    kind: return
    from: draft
    to: draft
    by: [chair]
    voids: [votes]
    form: {comment: required}
  pause:
    titles: {ru: Приостановить, en: Pause}
    kind: suspend
    from: working
    by: [author]
  go_on:
    titles: {ru: Возобновить, en: Go on}
    kind: resume
    from: working
    by: [author]
"""

# The version before SMALL: cases of it move there by the migrations of the newer one.
FORMER = (
    SMALL.replace("  draft:\n", "  sketch:\n").replace("draft", "sketch").replace("documents.sketch", "documents.draft")
    .replace("      write:\n", "      compose:\n").replace("opens_after: [write]", "opens_after: [compose]")
)  # fmt: skip
MOVED = (
    "transitions:\n",
    "migrations:\n  - {from: 1, stages: {sketch: draft}, tasks: {compose: write}, terms: recount}\ntransitions:\n",
)
SECOND = SMALL.replace("version: 1", "version: 2").replace(*MOVED)
# faults of SECOND, which stands beside FORMER
BROKEN_MOVES: dict[str, tuple[str, str, str]] = {
    "unknown key of a migration": ("terms: recount", "terms: recount, colour: red", "unknown_key"),
    "migration from nowhere": ("from: 1, ", "", "missing_key"),
    "unknown rule of votes": ("terms: recount", "votes: burn", "bad_value"),
    "moves from a version to come": ("from: 1", "from: 3", "migration_version"),
    "moves from one version twice": (
        "terms: recount}", "terms: recount}\n  - {from: 1, stages: {sketch: draft}, tasks: {compose: write}}",
        "migration_twice",
    ),
    "moves into an unknown stage": ("sketch: draft", "sketch: heaven", "unknown_stage"),
    "moves from an unknown stage": ("sketch: draft", "sketch: draft, sky: draft", "unknown_stage"),
    "moves into an unknown task": ("compose: write", "compose: paint", "unknown_task"),
    "moves from an unknown task": ("compose: write", "compose: write, sing: write", "unknown_task"),
    "moves into an unknown step": ("terms: recount", "transitions: {end: fly}", "unknown_transition"),
    "moves from an unknown step": ("terms: recount", "transitions: {fly: finish}", "unknown_transition"),
    "drops an unknown task": ("terms: recount", "drops: [sing]", "unknown_task"),
    "reopens an unknown task": ("terms: recount", "reopens: [sing]", "unknown_task"),
    "a stage left behind": ("stages: {sketch: draft}, ", "", "unmapped_stage"),
    "a task left behind": ("tasks: {compose: write}, ", "", "unmapped_task"),
    "a term left behind": ("    due: {working_days: 5, remind: [1]}\n", "", "term_lost"),
    "a term beyond measure": ("working_days: 5", "working_days: 900000", "large_number"),
}  # fmt: skip
EXTRA_STAGE = "stages:\n  island:\n    titles: {ru: Остров, en: Island}\n"
BACK = """  undo:
    titles: {ru: Назад, en: Undo}
    kind: forward
    from: %s
    to: %s
    by: [author]
"""
# name: (what to find, what to put there, the code of the finding)
BROKEN: dict[str, tuple[str, str, str]] = {
    "not yaml": ("version: 1", "version: [1", "not_yaml"),
    "unknown key at the top": ("initial: draft", "initial: draft\ncolour: red", "unknown_key"),
    "unknown key in a stage": ("    final: true", "    last: true", "unknown_key"),
    "unknown key in a guard": ("            link: papers", "            url: papers", "unknown_key"),
    "unknown language": ("{ru: Пусто, en: Empty}", "{ru: Пусто, en: Empty, de: Leer}", "unknown_key"),
    "missing key": ("    kind: forward\n", "", "missing_key"),
    "no answer for no voters": ("      on_no_voters: refuse\n", "", "missing_key"),
    "wrong type of version": ("version: 1", "version: first", "wrong_type"),
    "version zero": ("version: 1", "version: 0", "bad_number"),
    "list where a mapping belongs": (
        "outcomes:\n  good: {titles: {ru: Хорошо, en: Good}}",
        "outcomes: [good]",
        "wrong_type",
    ),
    "key twice": ("    final: true", "    final: true\n    final: false", "duplicate_key"),
    "stage twice": ("  done:\n", "  draft:\n", "duplicate_key"),
    "capital letters in an id": ("  finish:", "  Finish:", "bad_id"),
    "Cyrillic id": ("  finish:", "  конец:", "bad_id"),
    "unknown kind": ("kind: forward", "kind: jump", "bad_value"),
    "unknown due event": ("{working_days: 5,", "{working_days: 5, since: someday,", "bad_value"),
    "no English title": ("{ru: Черновик, en: Draft}", "{ru: Черновик}", "missing_title"),
    "a title that is read backwards": (
        "{ru: Черновик, en: Draft}",
        '{ru: Черновик, en: "Dra\u202eft"}',
        "misleading_sign",
    ),
    "empty Russian title": ("{ru: Закончить, en: Finish}", "{ru: '', en: Finish}", "missing_title"),
    "a title nobody fills": (
        "{ru: Хорошо, en: Good}",
        "{ru: 'Хорошо {names}', en: Good}",
        "placeholder_in_title",
    ),
    "unknown placeholder": ("{ru: Пусто, en: Empty}", "{ru: 'Пусто {who}', en: Empty}", "bad_placeholder"),
    "plural forms missing": (
        "{ru: Пусто, en: Empty}",
        "{ru: '{count:один|много}', en: Empty}",
        "bad_placeholder",
    ),
    "guard does not parse": ("if: paper.length >= 1", "if: paper.length >=", "bad_guard"),
    "guard with a call": ("if: paper.length >= 1", "if: open(paper)", "bad_guard"),
    "guard without a fact": ("if: paper.length >= 1", "if: 1 = 1", "bad_guard"),
    "guard twice": (
        "      - {id: passed,",
        "      - {id: passed, if: paper.ready, text: {ru: Нет, en: Not yet}}\n      - {id: passed,",
        "duplicate_id",
    ),
    "unknown initial stage": ("initial: draft", "initial: nowhere", "unknown_stage"),
    "unknown target": ("    to: done", "    to: heaven", "unknown_stage"),
    "unknown source": ("    from: draft\n    to: done", "    from: drafts\n    to: done", "unknown_stage"),
    "unknown role of a task": ("roles: [author]", "roles: [writer]", "unknown_role"),
    "unknown role of a step": ("by: [chair]", "by: [boss]", "unknown_role"),
    "unknown voters": ("voters: [chair]", "voters: [chair, crowd]", "unknown_role"),
    "unknown fallback": ("on_no_voters: refuse", "on_no_voters: somebody", "unknown_role"),
    "vote after an unknown task": ("opens_after: [write]", "opens_after: [read]", "unknown_task"),
    "voids what is not there": ("voids: [votes]", "voids: [paint]", "unknown_task"),
    "unknown outcome": ("outcome: good", "outcome: superb", "unknown_outcome"),
    "unreachable stage": ("stages:\n", EXTRA_STAGE, "unreachable_stage"),
    "no way out": ("    to: done\n", "    to: draft\n", "no_way_out"),
    "no final stage": ("    final: true\n", "", "no_final_stage"),
    "a case that is over when it is opened": ("initial: draft", "initial: done", "begins_at_end"),
    "final stage with a task": (
        "    final: true",
        "    final: true\n    due: {working_days: 3}",
        "final_stage_works",
    ),
    "forward in a circle": ("  pause:\n", BACK % ("draft", "draft") + "  pause:\n", "forward_loop"),
    "forward out of a final stage": (
        "  pause:\n",
        BACK % ("done", "draft") + "  pause:\n",
        "kind_and_target",
    ),
    "return that says nothing": ("    voids: [votes]\n", "", "return_unsaid"),
    "kept and voided": ("voids: [votes]", "voids: [votes]\n    keeps: [votes]", "keeps_and_voids"),
    "return without a reason": (
        "form: {comment: required}",
        "form: {comment: optional}",
        "reason_not_required",
    ),
    "suspend with a target": ("    kind: suspend\n", "    kind: suspend\n    to: done\n", "kind_and_target"),
    "forward without a target": ("    to: done\n", "", "kind_and_target"),
    "forward that keeps": ("    to: done\n", "    to: done\n    keeps: [write]\n", "kind_and_target"),
    "suspended for ever": ("kind: resume", "kind: suspend", "no_resume"),
    "quorum of nothing": ("quorum: more_than_half", "quorum: {share: 0}", "quorum_nonsense"),
    "quorum above all": ("quorum: more_than_half", "quorum: {share: 3/2}", "quorum_nonsense"),
    "quorum said twice": ("quorum: more_than_half", "quorum: {share: 1/2, count: 2}", "quorum_nonsense"),
    "quorum above the voters": ("quorum: more_than_half", "quorum: {count: 2}", "quorum_nonsense"),
    "majority of nothing": ("tie: chair", "majority: {share: 0}", "majority_nonsense"),
    "majority said twice": ("tie: chair", "majority: {share: 1/2, count: 2}", "majority_nonsense"),
    "majority above the voters": ("tie: chair", "majority: {count: 2}", "majority_nonsense"),
    "unknown majority": ("tie: chair", "majority: everybody", "bad_value"),
    "a tie where votes for are counted": (
        "tie: chair",
        "tie: chair\n      majority: {share: 1}",
        "tie_beside_majority",
    ),
    "unknown quorum": ("quorum: more_than_half", "quorum: everybody", "bad_value"),
    "tie decided by an outsider": ("tie: chair", "tie: author", "tie_outside_voters"),
    "four eyes that empty the group": (
        "voters: [chair]\n",
        "voters: [author]\n      four_eyes: true\n",
        "four_eyes_empties",
    ),
    "vote for nothing": ("if: approval.passed", "if: paper.ready", "approval_unused"),
    "vote asked where there is none": (
        "    kind: suspend\n    from: working",
        "    kind: suspend\n    from: [draft, done]\n"
        "    when: {id: p, if: approval.passed, text: {ru: Нет, en: Not yet}}",
        "approval_absent",
    ),
    "nobody may": ("by: [chair]", "by: []", "nobody_may"),
    "reminder before the term starts": ("remind: [1]", "remind: [5]", "no_term_to_remind"),
    "choice without choices": (
        "{comment: required}",
        "{comment: required, fields: [{id: a, kind: choice, titles: {ru: А, en: A}}]}",
        "choices_missing",
    ),
    "choice from nothing": (
        "{comment: required}",
        "{comment: required, fields: [{id: a, kind: choice, choices: {}, titles: {ru: А, en: A}}]}",
        "choices_missing",
    ),
    "task called like a step": ("      write:\n", "      finish:\n", "duplicate_id"),
    "unknown fact": ("paper.length", "paper.width", "unknown_fact"),
    "unknown effect": ("documents.draft", "documents.burn", "unknown_effect"),
    "unknown template": ("template: protocol", "template: poem", "unknown_template"),
    "unknown page": ("link: papers", "link: moon", "unknown_page"),
    "a number taken for yes or no": ("paper.length >= 1", "paper.length", "guard_kinds"),
    "yes or no taken for a number": ("paper.length >= 1", "1 <= paper.ready", "guard_kinds"),
    "a text among numbers": ("paper.length >= 1", "paper.colour in [1, 2]", "guard_kinds"),
    "two facts of two kinds": ("paper.length >= 1", "not (paper.length = paper.colour)", "guard_kinds"),
    "a day compared with a number": ("paper.length >= 1", "paper.length < 2025-01-22", "guard_kinds"),
    "the vote as a number": (
        "if: approval.passed",
        "if: approval.passed and approval.failed = 0",
        "guard_kinds",
    ),
    "a colour more than another": ("paper.length >= 1", 'paper.colour > "blue"', "guard_order"),
    "a colour there is not": ("paper.length >= 1", 'paper.colour in ["red", "bleu"]', "guard_choice"),
    "a colour there is not, written first": (
        "paper.length >= 1",
        'not ("bleu" = paper.colour)',
        "guard_choice",
    ),
    "a vote bound to a number": (
        "      tie: chair\n",
        "      tie: chair\n      binds: paper.length\n",
        "fact_no_text",
    ),
    "an outcome that is yes or no": (
        "    from: draft\n    to: done\n",
        "    from: draft\n    to: done\n    outcome_from: paper.ready\n",
        "fact_no_text",
    ),
    "an outcome the procedure has not": (
        "    from: draft\n    to: done\n",
        "    from: draft\n    to: done\n    outcome_from: paper.colour\n",
        "outcome_gap",
    ),
    "a paper that is not of a case": (
        "        roles: [author]\n",
        "        roles: [author]\n        document: poem\n",
        "not_a_case_paper",
    ),
}


KINDS = {
    "paper.length": FactKind("number"),
    "paper.ready": FactKind("yes_no"),
    "paper.colour": FactKind("text", ("red", "blue")),
}


def findings_of(text: str) -> list[Any]:
    definition, findings = parse_text(text, "small.yaml")
    if definition is None:
        return findings
    return check(definition, KINDS, {"documents.draft"}, {"protocol"}, {"papers"})


def test_the_small_definition_is_clean() -> None:
    assert findings_of(SMALL) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_definition_is_told_what_is_wrong_and_where(name: str) -> None:
    old, new, code = BROKEN[name]
    assert SMALL.count(old) >= 1, "the fault must be put somewhere"
    found = findings_of(SMALL.replace(old, new, 1))
    assert code in [finding.code for finding in found]
    for finding in found:
        assert finding.line >= 1
        assert finding.column >= 1
        assert finding.file == "small.yaml"
        assert finding.message_ru != finding.message


def moves_of(text: str, earlier: dict[int, Definition] | None = None) -> list[Any]:
    definition, findings = parse_text(text, "small.yaml")
    if definition is None:
        return findings
    return check(definition, earlier={1: loads(FORMER)} if earlier is None else earlier)


def test_a_migration_that_leaves_nothing_out_is_clean() -> None:
    assert moves_of(SECOND) == []
    assert loads(SECOND).hash != loads(SECOND.replace("terms: recount", "terms: keep")).hash


@pytest.mark.parametrize("name", BROKEN_MOVES)
def test_a_broken_migration_is_told_what_is_wrong_and_where(name: str) -> None:
    old, new, code = BROKEN_MOVES[name]
    assert SECOND.count(old) >= 1, "the fault must be put somewhere"
    found = moves_of(SECOND.replace(old, new, 1))
    assert code in [finding.code for finding in found]
    assert all(finding.line > 1 and finding.message_ru != finding.message for finding in found)


def test_a_migration_from_a_version_there_is_not_is_told() -> None:
    text = SECOND.replace("version: 2", "version: 3").replace("from: 1", "from: 2")
    found = moves_of(text)
    assert [(one.code, one.severity) for one in found] == [("migration_unknown", "warning")]


def test_a_definition_that_repeats_itself_without_end_is_refused() -> None:
    choices = ", ".join(f"c{number}: *t" for number in range(400))
    fields = "- {id: f, kind: choice, titles: {ru: А, en: A}, choices: *c}\n"
    text = SMALL.replace("form: {comment: required}", f"""form:
      comment: required
      fields:
        - {{id: a, kind: choice, titles: &a {{ru: А, en: A}}, choices: &c {{c: &t {{titles: *a}}, {choices}}}}}
        {"        ".join([fields] * 100)}""")  # fmt: skip
    assert "too_large" in [one.code for one in findings_of(text)]


def test_a_long_list_repeated_by_its_anchor_is_refused_in_no_time() -> None:
    roles = f"&all [{', '.join(['author'] * 10_000)}]"
    tasks = "".join(
        f"      again{number}: {{titles: {{ru: А, en: A}}, roles: *all}}\n" for number in range(1000)
    )
    text = SMALL.replace("        roles: [author]\n", f"        roles: {roles}\n", 1)
    begun = time.monotonic()
    assert "too_large" in [
        one.code for one in findings_of(text.replace("    approval:\n", f"{tasks}    approval:\n", 1))
    ]
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{a: " * 100_000, "version: " + "9" * 5_000, "version: 1:30"]
)
def test_text_made_to_hurt_is_refused_in_no_time(text: str) -> None:
    with pytest.raises(DefinitionError):
        loads(text)


def test_every_kind_of_finding_has_a_broken_definition() -> None:
    known = {code for broken in (BROKEN, BROKEN_MOVES, BROKEN_SINCE) for _, _, code in broken.values()}
    known |= {code for _, _, code, _ in FAULTS.values()}
    assert set(TEXTS) - known == {"too_large", "migration_unknown", "paper_elsewhere"}


def test_a_return_may_not_lead_forward_nor_keep_votes_elsewhere() -> None:
    forward = SHIPPED.replace(
        "    from: results_review\n    to: events\n", "    from: events\n    to: results_review\n"
    )
    assert "return_forward" in {finding.code for finding in parse_text(forward)[1]}
    votes = SHIPPED.replace("keeps: [log_visits, report_progress]", "keeps: [votes]", 1).replace(
        "voids: [votes, prepare_plan]", "voids: [prepare_plan]"
    )
    assert "votes_not_kept" in {finding.code for finding in parse_text(votes)[1]}


def test_a_finding_names_file_line_and_column() -> None:
    found = findings_of(SMALL.replace("    final: true", "    last: true"))
    text = "small.yaml:36:5: error unknown_key: Unknown key “last” in stage; allowed keys are: titles, final,"
    assert str(found[0]).startswith(text)
    assert found[0].texts["ru"].startswith("Неизвестный ключ «last»")


def test_all_faults_come_at_once() -> None:
    text = SMALL.replace("by: [chair]", "by: [boss]").replace("tie: chair", "tie: king")
    with pytest.raises(DefinitionError) as refused:
        loads(text)
    assert [finding.code for finding in refused.value.findings] == ["unknown_role", "unknown_role"]


@pytest.mark.parametrize(
    "text", ["", "[]", "42", "~", "a: &a [*a]", "? [1]\n: 2", "\x00", "a: !!python/object:os.system x"]
)
def test_rubbish_is_refused_not_run(text: str) -> None:
    with pytest.raises(DefinitionError):
        loads(text)


def test_the_hash_covers_structure_not_words() -> None:
    base = loads(SMALL)
    assert loads(SMALL.replace("ru: Черновик", "ru: Набросок")).hash == base.hash
    assert loads(SMALL.replace("ru: Пусто", "ru: Ничего нет")).hash == base.hash
    assert (
        loads(
            SMALL.replace("quorum: more_than_half\n", "quorum: more_than_half\n      source: обычай\n")
        ).hash
        == base.hash
    )
    for old, new in (
        ("working_days: 5", "working_days: 6"),
        (">= 1", ">= 2"),
        ("by: [chair]", "by: [chair, author]"),
        ("template: protocol", "template: order"),
        ("version: 1", "version: 2"),
    ):
        assert loads(SMALL.replace(old, new, 1)).hash != base.hash
    assert len(base.hash) == 64


def test_the_shipped_definition_has_no_findings(shipped: Definition) -> None:
    facts = {fact for _, fact in facts_named(shipped)}
    effects = {effect for _, effect, _ in effects_named(shipped)}
    templates = {params["template"] for _, _, params in effects_named(shipped) if "template" in params}
    pages = {page for _, page in pages_named(shipped)}
    assert check(shipped, facts, effects, templates, pages) == []
    assert effects == {"documents.draft"}
    assert templates == {"protocol", "order_plan", "agreement"}
    assert list(shipped.stages) == [
        "identified",
        "diagnosis",
        "plan_approval",
        "curator_agreement",
        "events",
        "results_review",
        "closed",
    ]


def test_a_definition_is_read_once() -> None:
    path = WORKFLOWS / "school_support" / "v1.yaml"
    assert load(path) is load(path)


def test_schema_and_parser_know_the_same_keys() -> None:
    elements = {**SCHEMA["$defs"], "workflow": SCHEMA}
    assert set(elements) == set(VOCABULARY)
    for name, keys in VOCABULARY.items():
        assert set(elements[name]["properties"]) == set(keys), name
        assert set(elements[name].get("required", ())) == {key for key, needed in keys.items() if needed}, (
            name
        )
        assert elements[name]["additionalProperties"] is False


SHAPE = {"unknown_key", "missing_key", "wrong_type", "bad_value", "bad_number", "bad_id", "choices_missing",
         "days_of_no_date"}  # fmt: skip


@pytest.mark.parametrize("name", ["clean", *(name for name, fault in BROKEN.items() if fault[2] in SHAPE)])
def test_schema_and_parser_accept_the_same(name: str) -> None:
    old, new, _ = BROKEN.get(name, ("", "", ""))
    data = yaml.safe_load(SMALL.replace(old, new, 1))
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(data) is (name == "clean")


@pytest.mark.parametrize(
    "name", ["clean", *(name for name, fault in BROKEN_MOVES.items() if fault[2] in SHAPE)]
)
def test_schema_and_parser_accept_the_same_migrations(name: str) -> None:
    old, new, _ = BROKEN_MOVES.get(name, ("", "", ""))
    data = yaml.safe_load(SECOND.replace(old, new, 1))
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(data) is (name == "clean")


def test_the_schema_accepts_the_shipped_definition() -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(yaml.safe_load(SHIPPED))
    second = (WORKFLOWS / "school_support" / "v2.yaml").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(SCHEMA).validate(yaml.safe_load(second))
