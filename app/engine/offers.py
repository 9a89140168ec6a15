"""What a person may do with a case now, why it does not work yet, and for whom the case waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.engine import approvals, settling
from app.engine.anchors import is_pending
from app.engine.answers import Reason
from app.engine.compiling import WORKS_WHEN
from app.engine.context import Context, Voter
from app.engine.definition import Definition
from app.engine.elements import Form, Stage, Titles
from app.engine.explaining import standing_reasons
from app.engine.machine import (
    is_stale,
    step_reasons,
    task_reasons,
    vote_reasons,
)
from app.engine.state import State

OfferKind = Literal["task", "vote", "transition", "automatic"]


@dataclass(frozen=True, eq=False)
class Offer:
    """A step this person may see. It works when `reasons` is empty; `form` says what to ask."""

    kind: OfferKind
    id: str
    titles: Titles
    allowed_roles: tuple[str, ...]
    reasons: tuple[Reason, ...]
    form: Form | None = None
    step_kind: str | None = None
    page: str | None = None
    due: date | None = None
    optional: bool = False

    @property
    def works(self) -> bool:
        """Whether nothing stands against it (the form is still to be filled in)."""
        return not self.reasons


@dataclass(frozen=True, eq=False)
class Waiting:
    """Something the case waits for: from any holder of one of `roles`, or from the person `voter`."""

    kind: OfferKind
    id: str
    titles: Titles
    roles: tuple[str, ...]
    voter: str | None = None
    due: date | None = None
    optional: bool = False
    page: str | None = None


def offers(definition: Definition, state: State, ctx: Context, everyone: bool = False) -> list[Offer]:
    """Steps this person may see, with every reason against each; with `everyone`, also of other roles."""
    stage = definition.stages[state.stage]
    result: list[Offer] = []
    if state.status == "active":
        for task in stage.tasks:
            if state.is_done(task.id) and not task.repeatable:
                continue
            if everyone or ctx.roles.intersection(task.roles):
                why = tuple(task_reasons(definition, state, task.id, ctx))
                due = state.tasks[task.id].due
                result.append(
                    Offer(
                        "task",
                        task.id,
                        task.titles,
                        task.roles,
                        why,
                        task.form,
                        None,
                        task.page,
                        due,
                        task.optional,
                    )
                )
        vote = _vote_offer(definition, stage, state, ctx, everyone)
        if vote:
            result.append(vote)
    for step in definition.leaving[state.stage]:
        if step.automatic or standing_reasons(definition, state, step):
            continue
        if not (everyone or ctx.roles.intersection(step.by)):
            continue
        found = tuple(step_reasons(definition, state, step, ctx))
        result.append(
            Offer("transition", step.id, step.titles, step.by, found, step.form, step.kind, stage.page)
        )
    return result


def by_itself(definition: Definition, state: State, ctx: Context) -> list[Offer]:
    """Steps the case will take by itself from where it stands, with everything it still waits for."""
    alone = settling.by_itself(ctx)
    return [
        Offer(
            "automatic", step.id, step.titles, (), tuple(step_reasons(definition, state, step, alone)), None, step.kind
        )
        for step in definition.automatic.get(state.stage, ())
        if not standing_reasons(definition, state, step)
    ]  # fmt: skip


def _vote_offer(
    definition: Definition, stage: Stage, state: State, ctx: Context, everyone: bool
) -> Offer | None:
    """The vote, for members of the group while it is not decided, or decided about what has changed since."""
    approval = stage.approval
    if approval is None or (state.approval in ("passed", "failed") and not is_stale(definition, state, ctx)):
        return None
    eligible, barred = approvals.electorate(approval, ctx.voters, ctx.authors)
    if not everyone and all(voter.id != ctx.actor for voter in (*eligible, *barred)):
        return None
    why = tuple(vote_reasons(definition, state, ctx))
    return Offer(
        "vote", approval.id, approval.titles, approval.voters, why, None, None, stage.page, state.due
    )


def waiting_for(
    definition: Definition, state: State, voters: Iterable[Voter] = (), authors: frozenset[str] = frozenset()
) -> list[Waiting]:
    """What the case waits for: open tasks, missing votes, and the step forward once nothing of these is left.

    The rooms are not asked: a step whose papers are missing still waits for the one who takes it.
    """
    stage = definition.stages[state.stage]
    if state.status == "suspended":
        return _steps(definition, state, {"resume"})
    if state.status != "active":
        return []
    result: list[Waiting] = []
    for task in stage.tasks:
        standing = state.tasks.get(task.id)
        if standing and standing.status == "open":
            due = None if is_pending(task.due, standing.due) else standing.due or state.due
            result.append(
                Waiting("task", task.id, task.titles, task.roles, None, due, task.optional, task.page)
            )
    approval = stage.approval
    if approval and state.approval == "open":
        count = approvals.tally(approval, state.votes, voters, authors, state.content_hash)
        for voter in () if count.result else count.missing:  # once it can be decided nobody is waited for
            result.append(
                Waiting(
                    "vote", approval.id, approval.titles, (voter.role,), voter.id, state.due, page=stage.page
                )
            )
    if all(waiting.kind == "task" and waiting.optional for waiting in result):
        if approval and state.approval == "failed":
            result += _steps(definition, state, {"forward", "return"})
        elif approval is None or state.approval == "passed":
            result += _steps(definition, state, {"forward"})
    return result


def _steps(definition: Definition, state: State, kinds: set[str]) -> list[Waiting]:
    """Steps of these kinds, but for those that the result of the vote has ruled out («refuse» once it has passed)."""
    stage = definition.stages[state.stage]
    own = {
        "approval.passed": state.approval == "passed",
        "approval.failed": state.approval == "failed",
        "stage.round": state.round,
    }
    return [
        Waiting(
            "automatic" if step.automatic else "transition",
            step.id, step.titles, step.by, None, state.due, page=stage.page,
        )
        for step in definition.leaving[state.stage]
        if step.kind in kinds and state.status in WORKS_WHEN[step.kind]
        and not any(guard.expression.truth(own.get) is False for guard in step.when)
    ]  # fmt: skip
