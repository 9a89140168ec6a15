"""How a case stands, as its own row keeps it: the columns of `cases`, and in the snapshot what has no column.

The next step reads its state from them instead of folding all events; `verify` proves that both say the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from app.engine.deadlines import Term, kept_term
from app.engine.events import plain
from app.engine.records import made
from app.engine.state import State, TaskState, VoteState

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
    state = _new(State)  # as `engine.records.replace` does: the frozen class has nothing to check
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
