"""When a term is worth a word, and how a person wants to hear of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Groups of notices a person chooses a way for."""

    reminder = "reminder"
    overdue = "overdue"
    terms = "terms"
    calendar = "calendar"
    moves = "moves"
    votes = "votes"
    substitutions = "substitutions"


class Way(StrEnum):
    """How a notice reaches a person besides the page in the product."""

    product = "product"
    at_once = "at_once"
    daily = "daily"


DEFAULTS: dict[Kind, Way] = {
    Kind.reminder: Way.daily,
    Kind.overdue: Way.at_once,
    Kind.terms: Way.daily,
    Kind.calendar: Way.at_once,
    Kind.moves: Way.at_once,
    Kind.votes: Way.daily,
    Kind.substitutions: Way.at_once,
}


class Word(StrEnum):
    """What is said about a term."""

    remind = "remind"
    overdue = "overdue"
    escalate = "escalate"


@dataclass(frozen=True)
class Told:
    """One thing to say; `step` are the working days of the definition that made it due."""

    word: Word
    step: int


def to_say(left: int, remind: Sequence[int], escalate_after: int | None) -> list[Told]:
    """What is to be said of a term with so many working days left (below zero: overdue).

    Of several reminders whose day has come only the nearest counts: the others were missed and would be wrong now.
    Whoever asks again on a later day gets the same answers until the next step, so a run that was skipped loses
    nothing and a key per step says each thing once.
    """
    if left >= 0:
        come = [days for days in remind if days >= left]
        return [Told(Word.remind, min(come))] if come else []
    said = [Told(Word.overdue, 0)]
    if escalate_after is not None and -left >= escalate_after:
        said.append(Told(Word.escalate, escalate_after))
    return said
