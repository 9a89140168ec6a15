"""One answer to one question while a page is put together: equal rows are not read twice.

Only while nothing is written: a unit of work that writes forgets, so a decision is never made from memory.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy.orm import Session

P = ParamSpec("P")
Answer = TypeVar("Answer")

_ANSWERS = "answers"


@contextmanager
def only_looking(session: Session) -> Iterator[None]:
    """While this lasts nothing is written, and a question asked again is answered from memory."""
    if _ANSWERS in session.info:
        yield
        return
    session.info[_ANSWERS] = {}
    try:
        yield
    finally:
        forget_answers(session)


def forget_answers(session: Session) -> None:
    """From now on every question is asked anew."""
    session.info.pop(_ANSWERS, None)


class asked_once(Generic[P, Answer]):
    """Remember the answer for the same actor and arguments, as long as the session is `only_looking`."""

    def __init__(self, question: Callable[Concatenate[Session, P], Answer]) -> None:
        self._question = question
        functools.update_wrapper(self, question)

    def __call__(self, session: Session, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        answers = self._answers(session)
        if answers is None:
            return self._question(session, *args, **kwargs)
        key = self._key(session, args, kwargs)
        if key not in answers:
            answers[key] = self._question(session, *args, **kwargs)
        return answers[key]

    def look_ahead(
        self,
        session: Session,
        about: Iterable[Any],
        find: Callable[[list[Any]], Mapping[Any, Answer]],
        *rest: Any,
    ) -> None:
        """Have the answers about many found together, so that none is asked for on its own; only while looking.

        `about` are the first arguments of the questions, `rest` the others; what is known already is not looked for.
        """
        answers = self._answers(session)
        if answers is None:
            return
        keys = {one: self._key(session, (one, *rest), {}) for one in about}
        unknown = [one for one, key in keys.items() if key not in answers]
        for one, answer in (find(unknown) if unknown else {}).items():
            answers[keys[one]] = answer

    def _answers(self, session: Session) -> dict[Any, Answer] | None:
        return session.info.get(_ANSWERS)

    def _key(self, session: Session, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        return self._question, session.info.get("actor"), args, tuple(sorted(kwargs.items()))
