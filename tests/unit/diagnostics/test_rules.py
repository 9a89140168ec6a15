"""The closed set of questions: what is missing, too much or no number is said at its field."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.demo.diagnostics_data import DIAGNOSES
from app.diagnostics.rules import EDITIONS, STUDIES, StudyKind, check_values, told_changes

STAFF = {"teachers": 30, "vacancies": 0, "category": 14, "young": 5, "part_time": 2, "trained": 23}


def test_a_filled_study_has_exactly_its_questions() -> None:
    clean, faults = check_values(StudyKind.staff, STAFF)
    assert faults == {}
    assert set(clean) == {q.name for q in STUDIES[StudyKind.staff].questions}
    assert clean["vacancies"] == 0


def test_missing_and_unknown_answers_are_told_at_the_field() -> None:
    _clean, faults = check_values(StudyKind.staff, {"teachers": "12,x", "colour": 1})
    assert {"teachers", "vacancies", "colour", "trained"} <= set(faults)


def test_a_part_is_not_more_than_the_whole() -> None:
    _clean, faults = check_values(StudyKind.staff, {**STAFF, "category": 31})
    assert set(faults) == {"category"}


def test_a_row_is_told_by_its_place() -> None:
    _clean, faults = check_values(
        StudyKind.assessment, {"period": "ВПР", "blocks": [{"subject": "Математика", "share": 120}]}
    )
    assert set(faults) == {"blocks-0-block", "blocks-0-share"}


def test_the_history_tells_changed_answers_only() -> None:
    old, _faults = check_values(StudyKind.staff, STAFF)
    new, _faults = check_values(
        StudyKind.staff, {**STAFF, "vacancies": 2, "deficits": [{"subject": "Физика", "deficit": "Опыты"}]}
    )
    assert told_changes(StudyKind.staff, old, new) == {
        "vacancies": {"old": 0, "new": 2}, "deficits": {"old": "", "new": "Физика · Опыты"},
    }  # fmt: skip


# the first text of a process reads the tables of Unicode: a second on a busy machine without hypothesis's store
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from([q.name for q in STUDIES[StudyKind.staff].questions]),
        st.text(max_size=20) | st.integers(),
    )
)
def test_any_answers_are_taken_or_refused_never_broken(values: dict[str, object]) -> None:
    values = {name: value for name, value in values.items() if name != "deficits"}
    clean, faults = check_values(StudyKind.staff, values)
    assert faults or all(isinstance(clean[name], int) for name in STAFF)


def test_the_demo_is_filled_in_properly() -> None:
    for school, diagnosis in DIAGNOSES.items():
        for kind, study in diagnosis.studies.items():
            assert check_values(kind, study.values)[1] == {}, school
        assert {r.factor for r in diagnosis.risks} == set(diagnosis.verifications)
        assert {r.factor for r in diagnosis.risks} <= set(EDITIONS["2022"])
