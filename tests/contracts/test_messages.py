"""A Russian reader meets no English sentence, and every placeholder is filled."""

from __future__ import annotations

from tests.contracts.catalogues import lacking, messages, unreadable


def test_sentences_are_found_in_code_and_in_templates() -> None:
    files = {file for file, _line, _msgid, _plural in messages()}
    assert any(file.endswith(".py") for file in files)
    assert any(file.endswith(".html") for file in files)


def test_every_sentence_has_its_russian() -> None:
    assert lacking() == []


def test_every_placeholder_of_the_russian_is_given() -> None:
    assert unreadable() == []
