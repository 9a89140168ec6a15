"""What the minutes say: one report for all schools, decisions that name the outcome."""

from __future__ import annotations

import pytest

from app.cases.models import Case, MeetingItem
from app.cases.stages import PLAN
from app.documents.minutes import _SAYS_NOTHING, OUTCOMES, QUESTIONS, _about_school, _heard
from app.results.rules import Outcome
from app.schools.models import Organisation

SPEAKER = {"id": 1}


def items(*heard: str) -> list[MeetingItem]:
    schools = ("МБОУ ОШИ № 1", "МБОУ СОШ № 41")
    return [MeetingItem(heard=text, case=Case(school=Organisation(short_name=name)))
            for text, name in zip(heard, schools, strict=True)]  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (("", ""), ["о рассмотрении планов мероприятий МБОУ ОШИ № 1, МБОУ СОШ № 41"]),
        (("О планах: МБОУ ОШИ № 1. Всё готово.", "О планах: МБОУ СОШ № 41. Всё готово."),
         ["О планах: МБОУ ОШИ № 1, МБОУ СОШ № 41. Всё готово."]),
        (("Замечания учтены.", "Замечаний не было."),
         ["о рассмотрении планов мероприятий МБОУ ОШИ № 1, МБОУ СОШ № 41", "МБОУ ОШИ № 1. Замечания учтены.",
          "МБОУ СОШ № 41. Замечаний не было."]),
        (("", "О сроках мероприятий № 10 и № 11."),
         ["о рассмотрении планов мероприятий МБОУ ОШИ № 1, МБОУ СОШ № 41",
          "МБОУ СОШ № 41. О сроках мероприятий № 10 и № 11."]),
    ],
)  # fmt: skip
def test_one_report_for_all_schools(heard: tuple[str, str], expected: list[str]) -> None:
    told = _heard(QUESTIONS[PLAN], items(*heard), SPEAKER)
    assert [speech["text"] for speech in told] == expected
    assert [speech["speaker"] for speech in told] == [SPEAKER, *[None] * (len(expected) - 1)]


def test_a_note_on_one_school_of_several_says_which() -> None:
    both = items("", "")
    text = "План вернуть на доработку."
    assert _about_school(both[1], text, both) == "МБОУ СОШ № 41. План вернуть на доработку."
    assert _about_school(both[1], text, both[1:]) == text
    assert _about_school(both[1], "", both) == ""
    for named in ("План СОШ №\u00a041 вернуть на доработку.", "План МБОУ СОШ № 41 вернуть на доработку."):
        assert _about_school(both[1], named, both) == named


def test_a_phrase_without_a_decision() -> None:
    assert _SAYS_NOTHING.fullmatch("Представленные материалы МБОУ ОШИ № 1 одобрить.")
    assert not _SAYS_NOTHING.fullmatch("План МБОУ ОШИ № 1 одобрить, отчёт представить в октябре.")


def test_every_outcome_has_its_wording() -> None:
    assert set(OUTCOMES) == {str(outcome) for outcome in Outcome}
    assert all("{school}" in wording for wording in OUTCOMES.values())
