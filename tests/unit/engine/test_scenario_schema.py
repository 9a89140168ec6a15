"""The schema editors use for scenarios and the reader know the same keys and accept the same files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from app.engine.trials.reading import VOCABULARY, read_scenarios

WORKFLOWS = Path(__file__).parents[3] / "workflows"
SCHEMA = json.loads((WORKFLOWS / "scenarios.schema.json").read_text(encoding="utf-8"))
SHIPPED = sorted((WORKFLOWS / "school_support" / "scenarios").glob("*.yaml"))
SMALL = """\
workflow: small
today: 2025-01-22
people:
  chair: {roles: [chair]}
scenarios:
  first:
    titles: {ru: Начало, en: Beginning}
    steps:
      - {by: chair, open: true, expect: {stage: draft, due_in: 5}}
"""
BROKEN = {
    "unknown key": ("today: 2025-01-22", "today: 2025-01-22\ncolour: red"),
    "unknown key of a step": ("open: true", "open: true, colour: red"),
    "unknown expectation": ("stage: draft", "mood: good"),
    "no steps": ("    steps:\n      - {by: chair, open: true, expect: {stage: draft, due_in: 5}}\n", ""),
    "no scenarios": ("scenarios:\n", "notes: |\n"),
    "no day": ("today: 2025-01-22\n", ""),
    "a day that is none": ("today: 2025-01-22", "today: yesterday"),
    "time that stands still": ("open: true", "open: true, later: 0"),
}


class PlainLoader(yaml.SafeLoader):
    """Days stay texts, as in JSON."""


PlainLoader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node))


def is_valid(text: str) -> bool:
    data: Any = yaml.load(text, Loader=PlainLoader)  # a safe loader but for days
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(data))


def test_schema_and_reader_know_the_same_keys() -> None:
    elements = {**SCHEMA["$defs"], "file": SCHEMA}
    assert set(elements) == set(VOCABULARY)
    for name, keys in VOCABULARY.items():
        assert set(elements[name]["properties"]) == set(keys), name
        assert set(elements[name]["required"]) == {key for key, needed in keys.items() if needed}, name
        assert elements[name]["additionalProperties"] is False


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_schema_accepts_the_shipped_scenarios(path: Path) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(yaml.load(path.read_text("utf-8"), Loader=PlainLoader))


@pytest.mark.parametrize("name", ["clean", *BROKEN])
def test_schema_and_reader_accept_the_same(name: str) -> None:
    text = SMALL.replace(*BROKEN.get(name, ("", "")), 1)
    assert is_valid(text) is (name == "clean")
    assert (not read_scenarios(text, "small.yaml")[1]) is (name == "clean")
