"""The plain rows of a case, computed from its events: what the tables must say, no more and no less."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from app.engine.deadlines import Term, kept_term
from app.engine.definition import Definition
from app.engine.events import Event, Migrated, Moved, Undone, plain
from app.engine.evolution import evolve, in_force
from app.engine.state import State, TaskState, VoteState, made

TaskKey = tuple[str, int, str]  # stage, round, task
VoteKey = tuple[str, int, str]  # stage, round, voter

# Fields of the state that are columns of `cases`; votes are rows; few votes and the rest stand in `cases.snapshot`.
COLUMNS = ("stage", "round", "status", "version", "entered_at", "due", "approval", "outcome", "content_hash")
_columns_of = itemgetter(*COLUMNS, "opened_at")
_new = object.__new__
_OWN_PLACE = frozenset({*COLUMNS, "votes", "tasks", "opened_at"})
_REST = tuple(one.name for one in fields(State) if one.name not in _OWN_PLACE)
_TASK = tuple(one.name for one in fields(TaskState))
_VOTE = tuple(one.name for one in fields(VoteState))
# Votes of so many people at most stand in the snapshot too, so that the next step need not ask for their rows; of a
# larger group it would be written anew, and longer, with each vote.
FEW = 16
# A snapshot written before a field was added is not read: the case is folded from its events instead.
LAYOUT = f"{zlib.crc32(repr((3, _REST, _TASK, _VOTE, [one.name for one in fields(Term)])).encode()):08x}"


@dataclass
class RoundRow:
    stage: str
    round: int
    opened_seq: int
    entered_at: datetime
    left_at: datetime | None = None
    left_by: str | None = None


@dataclass
class Projection:
    """State of the case and the rows of its rounds, tasks and votes.

    After `project` all of them; in what a step writes only those it changes: then `left` says when and by what
    the round that was open before has ended. `gone` are rows of tasks that a move had brought and its undoing took.
    """

    state: State
    rounds: list[RoundRow] = field(default_factory=list)
    tasks: dict[TaskKey, dict[str, Any]] = field(default_factory=dict)
    votes: dict[VoteKey, dict[str, Any]] = field(default_factory=dict)
    left: tuple[datetime, str] | None = None
    gone: set[TaskKey] = field(default_factory=set)

    def note(self, definition: Definition, before: State | None, event: Event, after: State) -> None:
        """Add what one more event changes in the rows."""
        self.state = after
        place = (after.stage, after.round)
        entered = before is None or (before.stage, before.round) != place
        if entered:
            if before is not None:
                how = event.transition if isinstance(event, Moved) else event.type
                if self.rounds:
                    self.rounds[-1].left_at, self.rounds[-1].left_by = event.at, how
                else:
                    self.left = (event.at, how)
            self.rounds.append(RoundRow(*place, after.version, after.entered_at))
        anew = entered or before is None or isinstance(event, Migrated | Undone)
        stood = {} if anew or before is None else before.tasks
        if after.tasks is not stood:
            for task in definition.stages[after.stage].tasks:
                now = after.tasks.get(task.id)
                if now is not None and now != stood.get(task.id):
                    self.gone.discard((*place, task.id))
                    self.tasks[(*place, task.id)] = {
                        "status": now.status, "due": now.due, "done_by": now.done_by, "done_at": now.done_at,
                    }  # fmt: skip
            if isinstance(event, Migrated | Undone) and not entered and before is not None:
                for task_id in event.gone:  # the stage stayed, but this task of it is no more
                    key, was = (*place, task_id), before.tasks[task_id]
                    if isinstance(event, Undone):  # as if the move that brought it had never been
                        self.tasks.pop(key, None)
                        self.gone.add(key)
                        continue
                    self.tasks[key] = {
                        "status": "not_needed", "due": was.due, "done_by": was.done_by, "done_at": was.done_at,
                    }  # fmt: skip
        given = () if anew or before is None else before.votes
        if after.votes is not given:
            known = {vote.voter: vote for vote in given}
            for vote in after.votes:
                if vote is not known.get(vote.voter):
                    self.votes[(*place, vote.voter)] = {
                        "choice": vote.choice, "content_hash": vote.content_hash, "at": vote.at, "void": vote.void,
                    }  # fmt: skip


def project(definition: Definition, events: Sequence[Event]) -> Projection:
    """Fold the events and keep what each round left behind.

    Raises engine.state.IllegalHistory if an event cannot have happened in the definition.
    """
    found = changes(definition, None, events)
    if found is None:
        raise ValueError("a case without events")
    return found


def changes(
    definition: Definition, before: State | None, events: Iterable[Event], last: State | None = None
) -> Projection | None:
    """The rows these further events change, or None without any; `last`, if known, is the state after them."""
    found: Projection | None = None
    for event in (events := tuple(events)):
        definition = in_force(definition, event)
        after = last if last is not None and event is events[-1] else evolve(definition, before, event)
        if found is None:
            found = Projection(after)
        found.note(definition, before, event, after)
        before = after
    return found


def case_fields(state: State, before: State | None = None) -> dict[str, Any]:
    """The columns of `cases` that repeat the state; `before` is the state it came from, if it is known."""
    values = state.__dict__
    return {**{name: values[name] for name in COLUMNS}, "snapshot": snapshot(state, before)}


def snapshot(state: State, before: State | None = None) -> dict[str, Any]:
    """What the next step reads beside the columns, ready for JSON; what `before` was read from is not made anew."""
    tasks = state.tasks
    rest: Mapping[str, Any] = {}
    if before is not None and isinstance(before.tasks, StoredTasks):
        old, new = before.__dict__, state.__dict__
        rest = {name: kept for name, kept in before.tasks.rest.items() if new[name] is old[name]}
    return {
        "layout": LAYOUT,
        "votes": _kept_votes(state),
        "done": sorted(state.done),
        "tasks": tasks.kept()
        if isinstance(tasks, StoredTasks)
        else {key: _kept_task(task) for key, task in tasks.items()},
        "rest": {name: rest[name] if name in rest else _kept(getattr(state, name)) for name in _REST},
    }  # fmt: skip


def is_readable(kept: Any) -> bool:
    """Whether a state can be read back from this snapshot: it is there, and of the present layout."""
    return isinstance(kept, Mapping) and kept.get("layout") == LAYOUT


def asks_for_votes(kept: Mapping[str, Any]) -> bool:
    """Whether this snapshot holds only the number of votes: the rows tell them."""
    return isinstance(kept["votes"], int)


def state_from_rows(
    columns: Mapping[str, Any], kept: Mapping[str, Any], votes: Iterable[VoteState] = ()
) -> State:
    """The state as its rows say it: equal to the fold of the case's events, which `verify` proves.

    `columns` are those of `cases`, `kept` its snapshot, `votes` those of the present round in their order, where the
    snapshot asks for them.
    """
    state = _new(State)  # as `engine.state.replace` does: the frozen class has nothing to check
    values = state.__dict__
    (  # one by one: a third of the time of a loop, and every step of every case passes here
        values["stage"], values["round"], values["status"], values["version"], values["entered_at"], values["due"],
        values["approval"], values["outcome"], values["content_hash"], values["opened_at"],
    ) = _columns_of(columns)  # fmt: skip
    given = kept["votes"]
    values["votes"] = _votes(given, columns, votes) if given else ()
    values["tasks"] = tasks = StoredTasks()
    tasks._kept, tasks.rest = kept["tasks"], kept["rest"]
    values["done"] = frozenset(kept["done"])
    values.update(kept["rest"])
    if values["term"] is not None:
        values["term"] = kept_term(values["term"])
    if values["paused_on"] is not None:
        values["paused_on"] = date.fromisoformat(values["paused_on"])
    return state


class StoredTasks(MutableMapping[str, TaskState]):
    """Tasks as a snapshot keeps them; each is read when somebody asks for it.

    Of a state nobody changes them: the next state gets a copy, in which what nobody has read stays as it was kept.
    """

    __slots__ = ("_kept", "_read", "rest")

    rest: Mapping[str, Any]  # what else the snapshot holds, as it is kept; nothing in a copy
    _kept: dict[str, Any]  # None: changed since, see _read
    _read: dict[str, TaskState]

    def __getitem__(self, key: str) -> TaskState:
        try:
            read = self._read
        except AttributeError:  # the first one asked for
            read = self._read = {}
        task = read.get(key)
        if task is None:
            task = read[key] = _task(self._kept[key])
        return task

    def __setitem__(self, key: str, task: TaskState) -> None:
        """Only of a copy."""
        self._kept[key] = None
        self._read[key] = task

    def __delitem__(self, key: str) -> None:
        """Only of a copy."""
        del self._kept[key]
        self._read.pop(key, None)

    def copy(self) -> StoredTasks:
        """The same tasks, to be changed."""
        other = StoredTasks()
        other._kept, other.rest = {**self._kept}, {}
        other._read = {**getattr(self, "_read", {})}
        return other

    def kept(self) -> dict[str, Any]:
        """As a snapshot keeps them: what has not changed, as it was."""
        return {key: kept or _kept_task(self._read[key]) for key, kept in self._kept.items()}

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        return repr(dict(self))


def _kept_votes(state: State) -> int | list[list[Any]]:
    """Nearly every vote is for the content the case is bound to: then `True` stands for its hash."""
    if len(state.votes) > FEW:
        return len(state.votes)
    bound = state.content_hash
    return [
        [one.voter, one.choice, one.content_hash == bound or one.content_hash, one.at.isoformat(), one.void]
        for one in state.votes
    ]


def _votes(
    given: int | list[list[Any]], columns: Mapping[str, Any], rows: Iterable[VoteState]
) -> tuple[VoteState, ...]:
    return tuple(rows if isinstance(given, int) else [_vote(one, columns) for one in given])


def _vote(values: Sequence[Any], columns: Mapping[str, Any]) -> VoteState:
    voter, choice, content, at, void = values
    return made(VoteState, {
        "voter": voter, "choice": choice, "content_hash": columns["content_hash"] if content is True else content,
        "at": datetime.fromisoformat(at), "void": void,
    })  # fmt: skip


def _kept(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else plain(value)


def _kept_task(task: TaskState) -> list[Any]:
    return [
        task.status, task.done_by, task.done_at and task.done_at.isoformat(), task.due and task.due.isoformat(),
        task.times, task.term and task.term.to_dict(),
    ]  # fmt: skip


def _task(values: Sequence[Any]) -> TaskState:
    status, done_by, done_at, due, times, term = values
    return made(TaskState, {
        "status": status, "done_by": done_by, "done_at": datetime.fromisoformat(done_at) if done_at else None,
        "due": date.fromisoformat(due) if due else None, "times": times, "term": kept_term(term) if term else None,
    })  # fmt: skip


for _state, _fields, _wanted in (
    (TaskState, _TASK, ("status", "done_by", "done_at", "due", "times", "term")),
    (VoteState, _VOTE, ("voter", "choice", "content_hash", "at", "void")),
):
    if _fields != _wanted:
        raise ImportError(
            f"{_state.__name__} has changed: let what keeps and reads it keep its new fields too"
        )
