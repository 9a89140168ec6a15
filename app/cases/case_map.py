"""The map of the procedure with the way one case has taken through it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from app.cases.context import date_names
from app.cases.models import Case, CaseEvent
from app.cases.queries import events_of
from app.core.i18n import current_locale
from app.core.unit_of_work import Work
from app.engine.definition import Definition
from app.engine.drawing import diagram
from app.engine.drawing.staying import staying_steps
from app.engine.elements import Titles


@dataclass(frozen=True)
class Turn:
    """A step of the procedure beside the drawing: its number there, who takes it, how often it was taken."""

    number: int | None
    titles: Titles
    roles: tuple[str, ...]
    times: int
    last: datetime | None


@dataclass(frozen=True)
class Move:
    """A step the case has taken between two stages (or within one)."""

    transition: str
    source: str
    target: str
    round: int
    at: datetime


@dataclass(frozen=True)
class CaseMap:
    """The drawing for a desk and for a telephone, and the steps that are only numbers on it."""

    wide: Markup
    slim: Markup
    arcs: list[Turn]
    staying: list[tuple[Titles, list[Turn]]]  # from where, and what


def case_map(work: Work, case: Case) -> CaseMap:
    """The case's way through its own version of the procedure, in the reader's language."""
    definition = work.ports.definitions.of(work.session, case)
    events = moves_in(definition, events_of(work.session, case.id))
    numbers = diagram.numbered_steps(definition)
    walked = journey(definition, case, events)
    language = "en" if current_locale() == "en" else "ru"
    dates = date_names(work.ports.dates)

    def drawn(sheet: diagram.Sheet) -> Markup:
        # the engine escapes every word of the definition itself
        return Markup(diagram.draw(definition, language, walked, sheet=sheet, legend=False, dates=dates))  # noqa: S704

    times = Counter(move.transition for move in events)
    last = {move.transition: move.at for move in events}
    turns = {
        step.id: Turn(numbers.get(step.id), step.titles, step.by, times[step.id], last.get(step.id))
        for step in definition.transitions.values()
    }
    return CaseMap(
        wide=drawn(diagram.WIDE),
        slim=drawn(diagram.SLIM),
        arcs=sorted((turn for turn in turns.values() if turn.number), key=lambda turn: turn.number or 0),
        staying=[
            (heading, [turns[step.id] for step in steps]) for heading, steps in staying_steps(definition)
        ],
    )


def moves_in(definition: Definition, events: Sequence[CaseEvent]) -> list[Move]:
    """The moves of the case that still count, in the names of its present version."""
    found: list[Move] = []
    before: list[Move] = []
    for event in events:
        data = event.data
        if event.type == "moved":
            found.append(Move(data["transition"], data["from"], data["to"], data["round"], event.at))
        elif event.type == "migrated":
            before, stages, steps = found, data["stages"], data.get("transitions", {})
            found = [
                replace(
                    move,
                    transition=steps.get(move.transition, move.transition),
                    source=stages.get(move.source, ""),
                    target=stages.get(move.target, ""),
                )
                for move in found
            ]
        elif event.type == "undone":
            found = before
    return found


def journey(definition: Definition, case: Case, moves: Sequence[Move]) -> diagram.Journey:
    """Stages passed and edges taken, read from the moves of the case."""
    edges = {(move.transition, move.source) for move in moves if move.transition in definition.transitions}
    ends = {stage for move in moves for stage in (move.source, move.target)}
    passed = {definition.initial, *(stage for stage in ends if stage in definition.stages)}
    rounds = {definition.initial: 1}
    for move in moves:
        if move.target in definition.stages:
            rounds[move.target] = max(rounds.get(move.target, 0), move.round)
    return diagram.Journey(passed - {case.stage}, case.stage, edges, rounds)
