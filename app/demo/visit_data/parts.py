"""What the demo tells of a visit: the visit itself, its report's days, the director's words, what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.curation.rules import RecommendationStatus
from app.curation.visits import VisitInput

DONE = RecommendationStatus.done
DROPPED = RecommendationStatus.not_relevant


@dataclass(frozen=True)
class Fate:
    """What became of a visit's recommendation (counted from 1), told on a day."""

    position: int
    status: RecommendationStatus
    note: str
    told_on: date


@dataclass(frozen=True)
class DemoVisit:
    """A visit, the days its report was submitted and acknowledged, the fate of its recommendations.

    `answer` is what the director wrote when he acknowledged the report.
    """

    visit: VisitInput
    submitted_on: date
    acknowledged_on: date
    fates: tuple[Fate, ...] = ()
    answer: str = ""
