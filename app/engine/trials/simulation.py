"""Random histories of a procedure: whatever people try, the promises hold, and the case can still be finished.

Everything follows from the seed: run `n` of seed `s` is the same on every machine.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.engine.definition import Definition, akin
from app.engine.events import Migrated, Moved, Undone
from app.engine.trials.promises import Divergence
from app.engine.trials.walks import Walk
from app.engine.trials.worlds import World


@dataclass
class Report:
    """What many runs have seen."""

    runs: int = 0
    accepted: int = 0
    refused: int = 0
    events: int = 0
    longest: int = 0
    finished_alone: int = 0
    led_to_the_end: int = 0
    stages: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    migrated: int = 0
    undone: int = 0
    divergences: list[tuple[int, Divergence]] = field(default_factory=list)


def simulate(definition: Definition, runs: int, seed: int, others: Iterable[Definition] = ()) -> Report:
    """Try so many histories; a broken promise ends its run and is reported with the number of the run.

    With `others`, versions of the same procedure, cases also move between the versions, and back.
    """
    report = Report()
    worlds = [World(one) for one in akin([definition, *others])]
    for number in range(runs):
        chance, weather = random.Random(f"{seed}/{number}"), random.Random(f"{seed}/{number}/calendar")  # noqa: S311
        fortune = random.Random(f"{seed}/{number}/versions")  # noqa: S311
        walk = Walk(worlds, chance, weather, fortune)
        report.runs += 1
        try:
            walk.wander()
            report.finished_alone += walk.is_over
            walk.compare()
            walk.finish()
            report.led_to_the_end += 1
            walk.compare()
        except Divergence as broken:
            report.divergences.append((number, broken))
        report.accepted += walk.accepted
        report.refused += walk.refused
        report.events += len(walk.events)
        report.longest = max(report.longest, len(walk.events))
        moves = [event for event in walk.events if isinstance(event, Moved)]
        report.stages.update({definition.initial, *(move.target for move in moves)})
        report.steps.update(move.transition for move in moves)
        report.migrated += sum(isinstance(event, Migrated) for event in walk.events)
        report.undone += sum(isinstance(event, Undone) for event in walk.events)
    return report
