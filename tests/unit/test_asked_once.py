"""A question is asked once while a page is put together, and anew as soon as something may be written."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from app.core.asked_once import asked_once, forget_answers, only_looking

asked: list[tuple[object, ...]] = []


@asked_once
def question(session: Session, case_id: int, kind: str = "plain") -> int:
    asked.append((case_id, kind))
    return len(asked)


@pytest.fixture
def session() -> Session:
    asked.clear()
    return Session(info={"actor": "the methodist"})


def test_without_looking_every_question_is_asked(session: Session) -> None:
    assert [question(session, 1), question(session, 1)] == [1, 2]


def test_while_looking_equal_questions_have_one_answer(session: Session) -> None:
    with only_looking(session):
        assert [question(session, 1), question(session, 1), question(session, 2)] == [1, 1, 2]
        assert question(session, 1, kind="other") == 3
        with only_looking(session):  # within another look the answers stay
            assert question(session, 1) == 1
        assert question(session, 1) == 1
    assert question(session, 1) == 4


def test_another_actor_has_answers_of_his_own(session: Session) -> None:
    with only_looking(session):
        assert question(session, 1) == 1
        session.info["actor"] = "a director"
        assert question(session, 1) == 2


def test_who_begins_to_write_forgets(session: Session) -> None:
    with only_looking(session):
        assert question(session, 1) == 1
        forget_answers(session)
        assert [question(session, 1), question(session, 1)] == [2, 3]


def test_what_was_found_with_others_is_not_asked_for(session: Session) -> None:
    wanted: list[list[int]] = []

    def find(some: list[int]) -> dict[int, int]:
        wanted.append(some)
        return {one: one * 10 for one in some}

    question.look_ahead(session, [1], find, "other")
    assert (wanted, question(session, 1, "other")) == ([], 1), "without looking nothing is kept"
    with only_looking(session):
        question.look_ahead(session, [1, 2], find, "other")
        question.look_ahead(session, [2, 3, 3], find, "other")
        question.look_ahead(session, [3], find, "other")
        assert wanted == [[1, 2], [3]]
        assert [question(session, one, "other") for one in (1, 2, 3)] == [10, 20, 30]
        assert question(session, 1) == 2
