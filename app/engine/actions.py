"""The words in which people act on a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

VoteChoice = Literal["for", "against", "abstain"]
CHOICES: tuple[VoteChoice, ...] = ("for", "against", "abstain")


@dataclass(frozen=True)
class Open:
    """Begin the case."""


@dataclass(frozen=True)
class Complete:
    """Say that a task is done, with what its form asks."""

    task: str
    comment: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reopen:
    """Take a task back, with the reason."""

    task: str
    comment: str = ""


@dataclass(frozen=True)
class Cast:
    """Vote, or change one's vote."""

    choice: str
    comment: str = ""


@dataclass(frozen=True)
class Fire:
    """Take a transition."""

    transition: str
    comment: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ContentChanged:
    """The application reports that what is voted on may have changed; harmless when it has not."""


@dataclass(frozen=True)
class Settle:
    """Something outside may have changed: take what the case takes by itself; harmless when that is nothing."""


Action = Open | Complete | Reopen | Cast | Fire | ContentChanged | Settle
