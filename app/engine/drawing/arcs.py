"""Where the arcs of a drawing run: their lanes beside the boxes, the heights of their ends, their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from app.engine.definition import Definition
from app.engine.elements import Transition

Edge = tuple[str, str]  # id of the transition, stage it leads from
# pixels at the side of a box
CORNERS = 17  # without an end
APART = 6  # between ends
GAP = 20  # from those that come in to those that leave
_CLEAR = 12  # pixels between the middle of a number and a line that is not its own


@dataclass(frozen=True)
class Box:
    """The place of a stage on the sheet."""

    top: int
    bottom: int
    corner: int  # radius

    def dent(self, y: int) -> int:
        """How far left of its side the border is at this height."""
        off = max(self.top + self.corner - y, y - self.bottom + self.corner, 0)
        return round(self.corner - sqrt(max(self.corner**2 - off**2, 0)))


@dataclass(frozen=True)
class Way:
    """A step drawn as an arc from one of its stages, on its lane (from 1)."""

    step: Transition
    source: str
    lane: int

    @property
    def target(self) -> str:
        """The stage it leads to."""
        return self.step.target or self.source


def ways_of(definition: Definition, arcs: Sequence[tuple[Transition, str]]) -> list[Way]:
    """Each arc on the nearest lane on which it meets no other; short arcs stay near the boxes."""
    spans = []
    for step, source in arcs:
        ends = sorted((definition.rank[source], definition.rank[step.target or source]))
        spans.append((ends[1] - ends[0], ends[0], ends[1], (step.id, source)))
    lanes: dict[Edge, int] = {}
    taken: list[list[tuple[int, int]]] = []
    for _, first, last, edge in sorted(spans):
        lane = next(
            (n for n, used in enumerate(taken) if all(last < a or b < first for a, b in used)), len(taken)
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append((first, last))
        lanes[edge] = lane + 1
    return [Way(step, source, lanes[step.id, source]) for step, source in arcs]


def least_height(stage: str, arcs: Sequence[tuple[Transition, str]]) -> int:
    """How high its box must be for the ends of its arcs and the number of one that leads back to it."""
    ends = sum((stage == step.target) + (stage == source) for step, source in arcs)
    return CORNERS + ends * APART + GAP if ends > 1 else 0


def ends_of(ways: Sequence[Way], boxes: Mapping[str, Box]) -> dict[Way, tuple[int, int]]:
    """The heights at which each arc leaves its box and comes in: no two are the same at one box.

    Arrows come in at the upper half and leave from the lower one, those of outer lanes nearer to the middle.
    """
    into: dict[str, list[Way]] = {}
    out: dict[str, list[Way]] = {}
    for way in sorted(ways, key=lambda one: one.lane):
        into.setdefault(way.target, []).append(way)
        out.setdefault(way.source, []).append(way)
    start: dict[Way, int] = {}
    end: dict[Way, int] = {}
    for stage, box in boxes.items():
        end.update({way: box.top + 9 + number * APART for number, way in enumerate(into.get(stage, ()))})
        start.update({way: box.bottom - 8 - number * APART for number, way in enumerate(out.get(stage, ()))})
    return {way: (start[way], end[way]) for way in ways}


def place_of_mark(way: Way, ends: Mapping[Way, tuple[int, int]]) -> int:
    """The height of its number: where no line of another crosses, as near to the middle as can be."""
    low, high = sorted(ends[way])
    middle = (low + high) // 2
    crossed = [y for other, heights in ends.items() if other.lane > way.lane for y in heights]
    places = range(low + 10, high - 9) or [middle]

    def room(y: int) -> int:
        return min((abs(y - one) for one in crossed), default=_CLEAR)

    return min(places, key=lambda y: (-min(room(y), _CLEAR), abs(y - middle)))
