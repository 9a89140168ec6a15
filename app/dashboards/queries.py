"""One queue per person from all rooms, the most urgent first."""

from __future__ import annotations

from datetime import date

from app.core.ports import QueueItem
from app.core.unit_of_work import Work


def my_tasks(work: Work) -> list[QueueItem]:
    """Everything that waits for the actor, by term, things without a term last."""
    items = [item for source in work.ports.queues for item in source(work)]
    return sorted(items, key=lambda item: (item.due or date.max, item.where, str(item.title)))
