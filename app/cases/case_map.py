"""The map of the procedure with the way one case has taken through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.cases.models import Case, CaseEvent
from app.cases.queries import events_of
from app.core.i18n import current_locale
from app.core.unit_of_work import Work
from app.engine import diagram
from app.engine.definition import Definition, Titles


@dataclass(frozen=True)
class Turn:
    """A step of the procedure beside the drawing: its number there, who takes it, how often it was taken."""

    number: int | None
    titles: Titles
    roles: tuple[str, ...]
    times: int
    last: datetime | None


@dataclass(frozen=True)
class CaseMap:
    """The drawing for a desk and for a telephone, and the steps that are only numbers on it."""

    wide: Markup
    slim: Markup
    arcs: list[Turn]
    staying: list[Turn]


def case_map(work: Work, case: Case) -> CaseMap:
    """The case's way through its own version of the procedure, in the reader's language."""
    definition = work.ports.definitions.of(work.session, case)
    events = [event for event in events_of(work.session, case.id) if event.type == "moved"]
    numbers = diagram.numbered_steps(definition)
    walked = journey(definition, case, events)
    language = "en" if current_locale() == "en" else "ru"

    def drawn(sheet: diagram.Sheet) -> Markup:
        # the engine escapes every word of the definition itself
        return Markup(diagram.draw(definition, language, walked, sheet=sheet, legend=False))  # noqa: S704

    times = Counter(event.data["transition"] for event in events)
    last = {event.data["transition"]: event.at for event in events}
    turns = [
        Turn(numbers.get(step.id), step.titles, step.by, times[step.id], last.get(step.id))
        for step in definition.transitions.values()
    ]
    return CaseMap(
        wide=drawn(diagram.WIDE),
        slim=drawn(diagram.SLIM),
        arcs=sorted((turn for turn in turns if turn.number), key=lambda turn: turn.number or 0),
        staying=[
            t for t, step in zip(turns, definition.transitions.values(), strict=True) if step.target is None
        ],
    )


def journey(definition: Definition, case: Case, moves: Sequence[CaseEvent]) -> diagram.Journey:
    """Stages passed and edges taken, read from the moves of the case."""
    edges = {(move.data["transition"], move.data["from"]) for move in moves}
    passed = {
        definition.initial,
        *(move.data["from"] for move in moves),
        *(move.data["to"] for move in moves),
    }
    rounds = {definition.initial: 1}
    for move in moves:
        rounds[move.data["to"]] = max(rounds.get(move.data["to"], 0), move.data["round"])
    return diagram.Journey(passed - {case.stage}, case.stage, edges, rounds)
