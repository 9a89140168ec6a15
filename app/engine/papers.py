"""The paper a task needs: a condition like any other, which the room of papers answers."""

from __future__ import annotations

from app.engine.elements import Guard
from app.engine.guards import Holds, Name

PAGE = "documents"
REGISTERED = f"{PAGE}.registered."


def registered(template: str) -> Guard:
    """What a task's `document` means: the case has this paper, registered. The room says which one and why not."""
    return Guard(
        id=f"{template}_registered",
        expression=Holds(Name(REGISTERED + template)),
        text={
            "ru": "Не зарегистрирован документ, который нужен для этой задачи: {names}",
            "en": "The paper this task needs is not registered: {names}",
        },
        link=PAGE,
    )
