"""The year 2025 of the four schools of Penza: who they are, and how a step of the way is put into the script.

The steps themselves stand by season: `beginning`, `approval`, `carrying_out`, `outcome`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from app.cases import queries, service
from app.cases.models import Case
from app.core.unit_of_work import Work
from app.demo.penza import PAIRS
from app.demo.script import Script
from app.engine.actions import Cast, Complete, Fire

ALL: tuple[str, ...] = ("oshi1", "50", "co1", "41")
NAMES = {"oshi1": "ОШИ № 1", "50": "СОШ № 50", "co1": "ЦО № 1", "41": "СОШ № 41"}
DIRECTORS = {"oshi1": "director1", "50": "director50", "co1": "directorco1", "41": "director41"}
CURATORS = {"27": "curator27", "51": "curator51", "65-23": "curator65", "66": "curator66"}
GROUP = ("chair", "secretary", "member1")  # who is there: three of four, a quorum
OUTCOMES = {"effective": "переход в эффективный режим", "no_change": "сопоставимо с прошлым годом"}


def on(day: int, month: int) -> date:
    return date(2025, month, day)


def curator_of(school: str) -> str:
    return CURATORS[PAIRS[school]]


class Story:
    """The script of the year with the cases it is about: what every stage of the way needs."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.ids: dict[str, int] = {}

    def case(self, work: Work, school: str) -> Case:
        return queries.get_case(work.session, self.ids[school])

    def act(self, work: Work, school: str, action: Complete | Cast | Fire) -> None:
        service.act(work, self.ids[school], action, self.case(work, school).version)

    def fire(
        self, day: date, hour: float, who: str, school: str, step: str, says: str, *,
        comment: str = "", fields: Mapping[str, str] | None = None, refused: bool = False,
    ) -> None:  # fmt: skip
        """A step of the procedure; `refused`: the system must not allow it."""
        self.script.at(
            day, hour, who, f"{NAMES[school]}: {says}",
            lambda work: self.act(work, school, Fire(step, comment, fields or {})),
            is_refused=refused,
        )  # fmt: skip

    def done(self, day: date, hour: float, who: str, school: str, task: str, says: str) -> None:
        """A task of the procedure is closed."""
        self.script.at(
            day, hour, who, f"{NAMES[school]}: {says}",
            lambda work: self.act(work, school, Complete(task)),
        )  # fmt: skip
