"""What happened to a case: plain immutable records that go to JSON and back.

`comment` and `fields` are people's words; whoever stores an event may keep them apart and give them back
empty: the state never depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar

from app.engine.deadlines import Term

Terms = Mapping[str, Term]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Event:
    """One step of a case's history: when, and by whom (an opaque id)."""

    at: datetime
    actor: str
    type: ClassVar[str] = ""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((self.type, self.at, self.actor))

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self.__dict__.items())})"
        )

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON; `from_dict` gives an equal event."""
        return {
            "type": self.type,
            **{
                NAMES.get(k, k): v if v is None or type(v) in AS_IS else plain(v)
                for k, v in self.__dict__.items()
            },
        }


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CaseOpened(Event):
    """The case began in the initial stage; `terms` are those of its tasks."""

    type = "case_opened"
    definition: str
    definition_version: int
    definition_hash: str
    stage: str
    term: Term | None = None
    terms: Terms = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TaskCompleted(Event):
    """A task of the current stage was done; `fields` are the answers to its form."""

    type = "task_completed"
    task: str
    comment: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TaskReopened(Event):
    """A task is to be done again; `also` are the tasks reopened with it."""

    type = "task_reopened"
    task: str
    also: tuple[str, ...] = ()
    comment: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ApprovalOpened(Event):
    """The vote of the stage began on the content with this hash."""

    type = "approval_opened"
    approval: str
    content_hash: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class VoteCast(Event):
    """A voter voted, or changed his vote, on the content with this hash."""

    type = "vote_cast"
    approval: str
    choice: str
    content_hash: str | None = None
    comment: str = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class VotesVoided(Event):
    """What was voted on has changed: votes given for the old content no longer count."""

    type = "votes_voided"
    approval: str
    content_hash: str | None
    voters: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ApprovalDecided(Event):
    """The group decided; the figures are those of the vote."""

    type = "approval_decided"
    approval: str
    result: str
    content_hash: str | None
    eligible: int
    votes_for: int
    votes_against: int
    abstained: int


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Moved(Event):
    """A transition was taken. `round` is that of the target stage; one that stays has target == source.
    `on` is the day of the step where the authority is.

    JSON keys are `from` and `to`. `term` is the stage's, `terms` those of its tasks.
    """

    type = "moved"
    transition: str
    kind: str
    source: str
    target: str
    round: int
    on: date
    term: Term | None = None
    terms: Terms = field(default_factory=dict)
    outcome: str | None = None
    comment: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def due(self) -> date | None:
        """The stage's new term, or None."""
        return self.term.due if self.term else None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TermsStarted(Event):
    """The event these terms of the current stage and its tasks are counted from has happened, or is known now."""

    type = "terms_started"
    term: Term | None = None
    terms: Terms = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TermsRecounted(Event):
    """The working calendar was changed: these terms of the current stage and its tasks have moved."""

    type = "terms_recounted"
    term: Term | None = None
    terms: Terms = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Migrated(Event):
    """The case moved to another version of the procedure, whose number and hash these are.

    `stages` and `tasks` say what each became (one that is not named has no successor), `transitions` under which
    code a step taken before is known now, `reopened` which tasks are to be done again, `votes` whether those in
    progress are kept or void; `approval` and `content_hash` are how the vote stands now. `term` and `terms` were
    counted anew, `lost` names what has a term no more ("" is the stage); `gone` are tasks of the stage that the new
    version does not know.
    """

    type = "migrated"
    definition: str
    definition_version: int
    definition_hash: str
    former_version: int
    former_hash: str
    source: str
    target: str
    stages: Mapping[str, str]
    tasks: Mapping[str, str]
    reopened: tuple[str, ...] = ()
    votes: str = "keep"
    approval: str | None = None
    content_hash: str | None = None
    term: Term | None = None
    terms: Terms = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    comment: str = ""
    transitions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Undone(Event):
    """The last migration was taken back: the case stands as before it, in the version named here.

    `state` is how it stood (`state.to_record`); `gone` are tasks of the stage that version does not know.
    """

    type = "undone"
    definition: str
    definition_version: int
    definition_hash: str
    state: Mapping[str, Any]
    gone: tuple[str, ...] = ()
    comment: str = ""


AS_IS = frozenset({str, int, bool})  # what JSON keeps as it is
NAMES = {"source": "from", "target": "to"}
BACK = {name: attribute for attribute, name in NAMES.items()}
TYPES: dict[str, type[Event]] = {
    kind.type: kind
    for kind in (
        CaseOpened,
        TaskCompleted,
        TaskReopened,
        ApprovalOpened,
        VoteCast,
        VotesVoided,
        ApprovalDecided,
        Moved,
        TermsStarted,
        TermsRecounted,
        Migrated,
        Undone,
    )
}


def plain(value: Any) -> Any:
    """A value of an event as JSON keeps it."""
    if isinstance(value, Term):
        return value.to_dict()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value


def from_dict(data: Mapping[str, Any]) -> Event:
    """The event written by `to_dict`. Raises ValueError if the record is not an event."""
    kind = TYPES.get(str(data.get("type")))
    if kind is None:
        raise ValueError(f"unknown event type {data.get('type')!r}")
    values: dict[str, Any] = {BACK.get(key, key): value for key, value in data.items() if key != "type"}
    try:
        values["at"] = datetime.fromisoformat(values["at"])
        if "on" in values:
            values["on"] = date.fromisoformat(values["on"])
        if values.get("term") is not None:
            values["term"] = Term.from_dict(values["term"])
        if "terms" in values:
            values["terms"] = {key: Term.from_dict(item) for key, item in values["terms"].items()}
        for key in ("also", "voters", "reopened", "lost", "gone"):
            if key in values:
                values[key] = tuple(values[key])
        return kind(**values)
    except (KeyError, TypeError, AttributeError) as exc:
        raise ValueError(f"not a {kind.type} event: {exc}") from exc
