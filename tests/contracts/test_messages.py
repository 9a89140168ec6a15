"""A Russian reader meets no English sentence, and every placeholder is filled."""

from __future__ import annotations

import re

from tests.contracts.catalogues import clashing, lacking, messages, repeated, unreadable, unused


def test_sentences_are_found_in_code_and_in_templates() -> None:
    files = {file for file, _line, _msgid, _plural in messages()}
    assert any(file.endswith(".py") for file in files)
    assert any(file.endswith(".html") for file in files)
    assert "FAULT" in {msgid for _file, _line, msgid, _plural in messages()}, (
        "what stands within an f-string too"
    )


def test_every_sentence_has_its_russian() -> None:
    assert lacking() == []


def test_every_placeholder_of_the_russian_is_given() -> None:
    assert unreadable() == []


def test_a_sentence_has_one_russian_whichever_room_says_it() -> None:
    assert clashing() == []


def test_no_catalogue_says_a_sentence_twice() -> None:
    assert repeated() == []


def test_no_catalogue_keeps_a_sentence_that_nothing_says() -> None:
    assert unused() == []


# What the papers of the authority say in Russian whoever reads the page: each is an example of what is typed.
EXAMPLES = frozenset(
    {
        "The order, as papers name it: “приказ № 15-к от 03.03.2025”",
        "Give the number and the date: “приказ № 15-к от 03.03.2025”.",
        "Signs papers as “и.о.”",
        "signs as “и.о.”",
        "Acting (prints “и.о.”)",
        "For example 12-оп or 45/1",
        "A suffix is one letter or a stroke with a number: 12а, 45/1.",
        "An index is letters and digits after a hyphen: -оп.",
        "The address begins with http:// or https://, for example https://школа50.рф/news.",
        "For example: до 15.02.2025, I квартал, ежемесячно, январь – сентябрь, в течение года",
        "As pages and tables print it: МБОУ СОШ № 41",
        "With a small letter: директор, начальник Управления",
        "In the genitive: Устава; приказа от … № …",
    }
)


def test_an_english_sentence_says_in_russian_only_what_papers_say() -> None:
    russian = {msgid for _file, _line, msgid, _plural in messages() if re.search("[А-Яа-яЁё№]", msgid)}
    assert russian == EXAMPLES
