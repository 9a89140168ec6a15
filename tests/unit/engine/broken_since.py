"""Definitions whose terms are counted from what is not there, no date, or too late; each with what must be said."""

from __future__ import annotations

CHECK = "due: {working_days: 5, remind: [1], since: done:write}"
INVITE = "due: {working_days: 2, since: vote_opened}"
BIND = "due: {working_days: 7, since: done:write}"
WRITE = "due: {working_days: 3}"

# name: (what stands in ANCHORED, what is put there, the code)
BROKEN_SINCE: dict[str, tuple[str, str, str]] = {
    "an event nobody knows": (CHECK, "due: {working_days: 5, since: yesterday}", "bad_value"),
    "an event that is no word": (CHECK, "due: {working_days: 5, since: 5}", "bad_value"),
    "a task without a name": (CHECK, "due: {working_days: 5, since: 'done:'}", "bad_value"),
    "a task named badly": (CHECK, "due: {working_days: 5, since: 'done:Write it'}", "bad_value"),
    "a fact without a room": (CHECK, "due: {working_days: 5, since: ordered_on}", "bad_value"),
    "a task there is not": (CHECK, "due: {working_days: 5, since: done:sing}", "unknown_task"),
    "a task of a later stage": (CHECK, "due: {working_days: 5, since: done:bind}", "since_elsewhere"),
    "a task that waits for itself": (CHECK, "due: {working_days: 5, since: done:check}", "since_circle"),
    "tasks that wait for one another": (WRITE, "due: {working_days: 3, since: done:check}", "since_circle"),
    "a vote where there is none": (BIND, "due: {working_days: 7, since: vote_passed}", "since_no_vote"),
    "a vote that opens after the task": (
        WRITE,
        "due: {working_days: 3, since: vote_opened}",
        "since_after_vote",
    ),
    "a task that may be left undone": (BIND, "due: {working_days: 7, since: done:invite}", "since_may_never"),
    "a task beside it that may be left undone": (
        CHECK,
        CHECK.replace("done:write", "done:invite"),
        "since_may_never",
    ),
    "a fact nobody provides": (BIND, "due: {working_days: 7, since: paper.lost_on}", "unknown_fact"),
    "a fact that is no date": (BIND, "due: {working_days: 7, since: paper.hash}", "since_no_date"),
    "a fact of the engine": (BIND, "due: {working_days: 7, since: approval.passed}", "since_no_date"),
    "the round of the stage": (
        "due: {working_days: 15, since: paper.ordered_on}",
        "due: {working_days: 15, since: stage.round}",
        "since_no_date",
    ),
}
