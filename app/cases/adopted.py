"""What the group adopted last: the content that stands while a case is sent back and another one is worked on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.cases.models import Case, StageRound
from app.cases.queries import events_of_all, look_at_rounds, rounds_of
from app.cases.stages import deciding_on
from app.core.unit_of_work import Work
from app.engine.definition import Definition
from app.engine.events import ApprovalDecided


@dataclass(frozen=True)
class Adopted:
    """The fingerprint of a content the group adopted, and when."""

    hash: str | None
    round: int
    at: datetime


def adopted(work: Work, cases: Sequence[Case], content: str) -> dict[int, Adopted]:
    """What the group adopted last of this content, by case; what was sent back out of its own stage counts no more."""
    ids = [case.id for case in cases]
    look_at_rounds(work.session, ids)
    decided = events_of_all(work.session, ids, [ApprovalDecided.type])
    found: dict[int, Adopted] = {}
    for case in cases:
        definition = work.ports.definitions.of(work.session, case)
        stages = deciding_on(definition, content)
        stays = rounds_of(work.session, case.id)
        for event in decided[case.id]:
            stay = next((one for one in reversed(stays) if one.opened_seq <= event.seq), None)
            if stay is None or stay.stage not in stages or event.data["result"] != "passed":
                continue
            if not is_sent_back(definition, stay):
                found[case.id] = Adopted(event.data["content_hash"], stay.round, event.at)
    return found


def is_sent_back(definition: Definition, stay: StageRound) -> bool:
    """Whether the stay ended with a return."""
    versions = (definition, *definition.editions.values())  # the stay may have ended by a former one
    steps = (one.transitions.get(stay.left_by or "") for one in versions)
    return any(step is not None and step.kind == "return" for step in steps)
