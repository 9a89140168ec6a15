"""Schema and parser accept the same: a procedure with everything in it, changed in one place in every odd way."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.checking.checks import check
from app.engine.reading.loader import identity, parse_text
from app.engine.trials.reading import read_scenarios
from app.engine.trials.scenarios import rehearse
from tests.unit.engine.anchored import ANCHORED
from tests.unit.engine.automatic_procedure import PROCEDURE
from tests.unit.engine.test_definitions import SECOND, SMALL
from tests.unit.engine.test_faults_in_place import CLEAN

SCHEMA = json.loads((Path(__file__).parents[3] / "workflows" / "schema.json").read_text(encoding="utf-8"))
DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # as the parser reads
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
WHOLE = [yaml.safe_load(text) for text in (CLEAN, SECOND, PROCEDURE, ANCHORED)]
# Faults of sense: the schema, which knows one value at a time, cannot tell them.
SENSE = {
    "unknown_stage", "unknown_role", "unknown_task", "unknown_outcome", "unreachable_stage", "no_way_out",
    "no_final_stage", "final_stage_works", "forward_loop", "return_forward", "return_unsaid", "keeps_and_voids",
    "votes_not_kept", "votes_kept_early", "reason_not_required", "kind_and_target", "no_resume", "tie_outside_voters",
    "veto_outside_voters", "suspended_for_ever", "unknown_transition",
    "four_eyes_empties", "approval_unused", "approval_absent", "nobody_may", "no_term_to_remind", "begins_at_end",
    "automatic_kind", "automatic_form", "automatic_loop", "automatic_overlap", "automatic_gap", "step_never",
    "task_never", "task_before_vote", "vote_dead_end", "return_undone", "condition_unclear",
    "since_no_date", "since_no_vote", "since_after_vote", "since_elsewhere", "since_may_never", "since_circle",
    "task_after_stage", "tie_beside_majority", "fallback_votes", "fallback_right",
    "duplicate_id", "bad_guard", "bad_placeholder", "placeholder_in_title",
    "migration_version", "migration_twice", "migration_unknown",
}  # fmt: skip
GUARD = "if: paper.length >= 1"
ODD: tuple[Any, ...] = (
    None, "", " ", "x", "X", "Я", "a b", "1", "true", "1/2", "3 of 4", 0, 1, -1, 5, 100_000, 100_001, 0.5, 1.5,
    True, False, [], {}, [""], ["x"], [None], [[]], [{}], {"x": 1}, {"": "x"}, {"ru": "А", "en": "A"}, {"ru": "А"},
    {"ru": "", "en": "A"}, {"ru": "А", "en": "\u00a0\u200b"},
    {"ru": "\u2060А", "en": "A"}, {"ru": "А", "en": "A\u202eB"},
    {"ru": " ", "en": "A"}, {"ru": "А", "en": "A", "de": "A"}, {"share": "1/2"}, {"share": 0.5}, {"count": 1},
    {"count": 0}, {"share": "half"}, {"share": ""}, {"working_days": 5}, "x" * 61,
    "entered", "opened", "vote_passed", "done:write", "done:x", "paper.hash", "if " * 400,
)  # fmt: skip


def paths(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every part of a procedure."""
    if way:
        yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from paths(part, (*way, key))


PLACES = [(number, way) for number, whole in enumerate(WHOLE) for way in paths(whole)]


def changed(number: int, way: tuple[Any, ...], how: str, new: Any) -> Any:
    """A copy with one part replaced, taken out, renamed, or given something besides."""
    whole = copy.deepcopy(WHOLE[number])
    above = whole
    for key in way[:-1]:
        above = above[key]
    key = way[-1]
    if how == "replaced":
        above[key] = new
    elif how == "removed":
        del above[key]
    elif isinstance(above[key], dict):
        above[key][str(new)[:70]] = "x"
    elif isinstance(above[key], list):
        above[key].append(new)
    return whole


def agree(data: Any) -> None:
    text = yaml.dump(data, Dumper=DUMPER, allow_unicode=True, sort_keys=False)
    definition, findings = parse_text(text, "odd.yaml")
    codes = {one.code for one in findings}
    shaped = codes - SENSE
    if shaped and shaped <= {"quorum_nonsense", "majority_nonsense"} and VALIDATOR.is_valid(data):
        return  # 3/2 is written like a share
    is_valid = VALIDATOR.is_valid(data)
    assert not (shaped and is_valid), [str(one) for one in findings]
    assert is_valid or codes, "what the schema refuses the parser refuses too"
    assert definition is not None or codes


@settings(max_examples=250, deadline=None)
@given(
    st.sampled_from(PLACES),
    st.sampled_from(("replaced", "replaced", "replaced", "removed", "added")),
    st.sampled_from(ODD),
)
def test_schema_and_parser_agree_about_every_odd_change(place: tuple[int, Any], how: str, new: Any) -> None:
    agree(changed(*place, how, new))


@pytest.mark.parametrize(
    ("number", "way"), PLACES, ids=lambda one: ".".join(map(str, one)) if isinstance(one, tuple) else ""
)
def test_no_part_may_be_empty_but_where_the_schema_says_so(number: int, way: tuple[Any, ...]) -> None:
    for new in ("", None):
        agree(changed(number, way, "replaced", new))
    agree(changed(number, way, "removed", None))


@pytest.mark.parametrize("way", [("notes",), ("roles", "author", "notes"), ("outcomes", "good", "notes")])
@pytest.mark.parametrize("value", [["a"], 5, {"a": "b"}, None, "", "words"])
def test_notes_are_words_wherever_they_stand(way: tuple[str, ...], value: Any) -> None:
    data = yaml.safe_load(SMALL)
    above = data
    for key in way[:-1]:
        above = above[key]
    above[way[-1]] = value
    agree(data)
    assert VALIDATOR.is_valid(data) is isinstance(value, str)


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("\u200b\u200d", "missing_title"),
        ("\u00a0\u2060", "missing_title"),
        ("Ready\u202eydaeR", "misleading_sign"),
        ("Ready\x07", "misleading_sign"),
        ("Two\nlines", None),
        ("Co\u00adoperation", None),
    ],
)
def test_a_title_is_what_everybody_sees(title: str, code: str | None) -> None:
    data = yaml.safe_load(SMALL)
    data["stages"]["draft"]["titles"]["en"] = title
    definition, findings = parse_text(yaml.safe_dump(data, sort_keys=False), "small.yaml")
    assert [one.code for one in findings] == ([code] if code else [])
    assert definition is not None, "a version that was published with it is still read"
    assert VALIDATOR.is_valid(data) is (code is None)


def test_two_guards_without_an_id_do_not_swallow_one_another() -> None:
    guards = "      - {id: passed, if: approval.passed, text: {ru: Не принято, en: Not passed}}\n"
    text = SMALL.replace(guards, guards.replace("id: passed", "id: ''") * 2)
    definition, findings = parse_text(text, "small.yaml")
    assert definition is None
    assert [one.code for one in findings] == ["wrong_type", "wrong_type"]
    assert "пустой текст" in findings[0].message_ru


@pytest.mark.parametrize(
    "share", ["1e999999999", "1e-999999999", "'1e99'", "1/0", "1/" + "9" * 5000, "9" * 5000, ".", "''"]
)
def test_a_share_made_to_hurt_is_refused_in_no_time(share: str) -> None:
    begun = time.monotonic()
    findings = parse_text(SMALL.replace("quorum: more_than_half", f"quorum: {{share: {share}}}"))[1]
    assert [one.code for one in findings] == ["quorum_nonsense"]
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("voters", ["author", "author, head"])
def test_four_eyes_count_those_who_vote_when_nobody_may(voters: str) -> None:
    text = CLEAN.replace("voters: [chair]", f"voters: [{voters}]").replace(
        "      tie: chair\n      veto: [chair]\n", ""
    )
    text = text.replace("        roles: [author]\n        page", f"        roles: [{voters}]\n        page")
    text = text.replace("on_no_voters: head", "on_no_voters: author")
    definition, _findings = parse_text(text)
    assert definition is not None
    assert "four_eyes_empties" in [one.code for one in check(definition)]


def test_an_escalation_to_nobody_is_told() -> None:
    found = parse_text(CLEAN.replace("after: 2, to: [head]", "after: 2, to: []"))[1]
    assert [(one.code, one.line) for one in found] == [
        ("nobody_may", CLEAN[: CLEAN.index("after: 2")].count("\n") + 1)
    ]


@pytest.mark.parametrize(
    ("old", "new", "russian"),
    [
        ("version: 1", "version: first", "«version»: нужно: целое число; указано: текст"),
        ("version: 1", "version: 0x10", "«version»: нужно: целое число; указано: 0x10"),
        ("    final: true", "    final: maybe", "«stages.done.final»: нужно: true или false; указано: текст"),
        (
            "roles: [author]\n        when", "roles: [~]\n        when",
            "«stages.draft.tasks.write.roles.0»: нужно: текст; указано: ничего",
        ),
        (GUARD, "if: paper.length >=", "здесь должно быть: факт или значение, а условие кончилось (знак 16 в"),
        (GUARD, "if: open(paper)", "здесь должно быть: конец условия, а стоит «(» (знак 5 в «open(paper)»)"),
        (GUARD, "if: paper.length $ 1", "непонятно: «$ 1» (знак 14 в «paper.length $ 1»)"),
        (GUARD, "if: 1 = 1", "«1 = 1» не спрашивает ни о каком факте (знак 1 в «1 = 1»)"),
        (GUARD, "if: paper.day > 2025-02-30", "нет такого дня: 2025-02-30 (знак 13 в"),
    ],
)  # fmt: skip
def test_a_russian_reader_is_told_in_russian(old: str, new: str, russian: str) -> None:
    assert old in SMALL
    found = parse_text(SMALL.replace(old, new, 1))[1]
    assert any(russian in one.message_ru for one in found), [one.message_ru for one in found]


@pytest.mark.parametrize("text", ["", "[" * 100, "a" * 600_000])
def test_what_is_no_yaml_is_told_in_russian_too(text: str) -> None:
    (found,) = parse_text(text)[1]
    assert found.code == "not_yaml"
    assert not any("a" <= letter <= "z" for letter in found.message_ru.removeprefix("Не читается как YAML: "))


BROKEN = {
    "a: b: c": (1, 5), "a:\n\tb: c": (2, 1), "a: [b\nc: d": (2, 2), "a: {b\n- d": (3, 1), "a: 'b": (1, 6),
    "a: *b": (1, 4), "a: b\n--- \nc: d": (2, 1), "a: - c": (1, 4), "a: б\nb: в\u000bг\n": (2, 5), "a: @b": (1, 4),
    'a: "\\q"': (1, 5), "a: б\r\nв: \ud800": (2, 4), "a: b\nc\nd: e": (3, 1), "a:\n  - b\n c: d": (3, 2),
}  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_a_slip_of_the_pen_is_told_in_russian_where_it_stands(text: str) -> None:
    (found,) = parse_text(text)[1]
    assert found.code == "not_yaml"
    assert (found.line, found.column) == BROKEN[text]
    told = found.message_ru.removeprefix("Не читается как YAML: ")
    assert not any("a" <= letter <= "z" for letter in told), told
    assert "\n" not in found.message


TAGS = (
    "!!map x",
    "!!seq x",
    "!!seq {a: b}",
    "!!map [a]",
    "!!int [1]",
    "!!bool {a: b}",
    "!!str [a]",
    "!!set {a}",
    "!x y",
)


@pytest.mark.parametrize("written", TAGS)
@pytest.mark.parametrize(
    "old", ["version: 1", "  author:", "titles: {ru: Малый", "roles: [author]", "    final: true"]
)
def test_a_tag_that_lies_about_an_element_is_a_finding_not_a_fall(old: str, written: str) -> None:
    assert old in SMALL
    text = SMALL.replace(old, f"{old.partition(':')[0]}: {written} #", 1)
    found = parse_text(text)[1][0]
    assert (found.code, found.line) == ("not_yaml", SMALL[: SMALL.index(old)].count("\n") + 1)
    assert "метка" in found.message_ru
    assert identity(text) is None


SCENARIO = """\
workflow: small
today: 2025-01-22
people:
  author: {roles: [author]}
facts: {paper.length: 1}
scenarios:
  first:
    titles: {ru: Начало, en: Beginning}
    steps:
      - {by: author, open: true, expect: {round: 1, due: 2025-01-29}}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("today: 2025-01-22", "today: 2025-02-30"),
        ("today: 2025-01-22", "today: 9999-12-31"),
        ("today: 2025-01-22", "today: 0001-01-01"),
        ("round: 1", "round: 0x10"),
        ("round: 1", "round: 1:30"),
        ("round: 1", "round: " + "9" * 5000),
        ("due: 2025-01-29", "due: 2025-02-30"),
        ("paper.length: 1", "paper.length: 2025-13-45"),
        ("- {by: author,", "- {day: 9999-12-31, by: author,"),
        ("- {by: author,", "- {later: 0x10, by: author,"),
    ],
)
def test_an_odd_day_or_number_in_a_scenario_is_a_finding_not_a_fall(old: str, new: str) -> None:
    assert old in SCENARIO
    definition = parse_text(SMALL)[0]
    assert definition is not None
    scenarios, faults = read_scenarios(SCENARIO.replace(old, new), "s.yaml")
    findings = faults or rehearse(definition, scenarios).findings
    assert findings or "paper.length" in old, "a fact may have any value"


BOMB = "\n".join(
    [
        f"  k0: &k0 [{', '.join('x' * 9)}]",
        *(f"  k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]" for n in range(1, 20)),
    ]
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("round: 1", "stage: {}"),
        ("round: 1", "outcome: {a: b}"),
        ("round: 1", "stage: [draft]"),
        ("round: 1", "tasks: {write: [open]}"),
        ("round: 1", "tally: {for: {}}"),
        ("facts: {paper.length: 1}", "facts: {paper.length: [1]}"),
        ("facts: {paper.length: 1}", "facts: {paper.length: {value: {}}}"),
        ("facts: {paper.length: 1}", "facts: {paper.length: &a [*a]}"),
        ("facts: {paper.length: 1}", f"facts:\n{BOMB}"),
        ("today: 2025-01-22", "today: []"),
    ],
)
def test_a_list_where_one_value_belongs_is_told_at_once(old: str, new: str) -> None:
    begun = time.monotonic()
    faults = read_scenarios(SCENARIO.replace(old, new, 1), "s.yaml")[1]
    assert {one.code for one in faults} == {"wrong_type"}
    assert len(faults) <= 20
    assert "одно значение" in faults[0].message_ru
    assert time.monotonic() - begun < 1


def test_a_number_with_odd_underscores_is_a_number() -> None:
    scenarios, faults = read_scenarios(SCENARIO.replace("round: 1", "round: 1__0"), "s.yaml")
    assert not faults
    assert scenarios[0].steps[0].expect[0].wanted == 10
