"""English sentences put names between “ ”, Russian ones between « »: neither reader meets the other's marks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from app.engine.wording import QUOTES, quoted
from tests.contracts.catalogues import APP, ROOT, messages, russian

RUSSIAN = re.compile("[а-яё]|'ru'", re.IGNORECASE)  # words, or a title read in Russian
ENGINE = sorted((APP / "engine").glob("*.py"))


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Every text of a module but its docstrings: an f-string whole, with the names it reads."""
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    inside = {
        id(part)
        for one in ast.walk(tree)
        if isinstance(one, (ast.JoinedStr, ast.Expr))
        for part in ast.walk(one)
        if part is not one and isinstance(part, (ast.Constant, ast.JoinedStr))
        and (isinstance(one, ast.JoinedStr) or part is one.value)
    }  # fmt: skip
    for one in ast.walk(tree):
        if id(one) not in inside and (
            isinstance(one, ast.JoinedStr) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
        ):
            yield one.lineno, ast.unparse(one)[1:]


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.stem)
def test_a_sentence_of_the_engine_has_the_marks_of_its_language(path: Path) -> None:
    for line, text in literals(path):
        if text.strip("'") in QUOTES["ru"] + QUOTES["en"]:
            continue  # the marks themselves
        if RUSSIAN.search(text):
            assert "”" not in text, f"{path.name}:{line}: {text}"
        else:
            assert not set("«»") & set(text), f"{path.name}:{line}: {text}"


def test_the_marks_are_looked_for_in_sentences() -> None:
    found = [text for path in ENGINE for _line, text in literals(path)]
    assert sum("«" in text for text in found) > 50
    assert sum("“" in text for text in found) > 50
    assert (quoted("А", "ru"), quoted("A", "en")) == ("«А»", "“A”")


def test_a_sentence_of_the_pages_has_the_marks_of_its_language() -> None:
    assert not [one for one in messages() if set("«»") & set(one[2])]
    for message, forms in russian().items():
        assert not set("«»") & set(message), message
        assert not [form for form in forms if "”" in form], forms


@pytest.mark.parametrize("path", sorted((ROOT / "workflows").glob("*/v*.yaml")), ids=lambda path: path.stem)
def test_the_english_of_a_shipped_procedure_has_english_marks(path: Path) -> None:
    def pairs(value: object) -> Iterator[dict[str, str]]:
        if isinstance(value, dict):
            if set(value) == {"ru", "en"}:
                yield value
            for one in value.values():
                yield from pairs(one)
        elif isinstance(value, list):
            for one in value:
                yield from pairs(one)

    found = list(pairs(yaml.safe_load(path.read_text(encoding="utf-8"))))
    assert len(found) > 50
    assert not [pair for pair in found if set("«»") & set(pair["en"]) or "”" in pair["ru"]]
