"""What a stage, task, vote or step would be that asks nothing and sets nothing going.

What a newer version has added is compared with it, so that everything it brings is told as any other change.
"""

from __future__ import annotations

from dataclasses import replace

from app.engine.elements import Approval, Form, Portion, Stage, Task, Transition


def plain_stage(stage: Stage) -> Stage:
    return replace(stage, final=False, outcome=None, tasks=(), approval=None, due=None)


def plain_task(task: Task) -> Task:
    """Who does it and whether it is required is told with its name."""
    return replace(task, repeatable=False, when=(), due=None, reopens_with=(), form=None, document=None)


def plain_vote(vote: Approval) -> Approval:
    return replace(
        vote, voters=(), quorum=Portion(), majority=None, tie=None, veto=(), four_eyes=False, binds=None,
        opens_after=(), on_no_voters="refuse", on_pass=(), on_fail=(), source={},
    )  # fmt: skip


def plain_step(step: Transition) -> Transition:
    """What kind it is, its way, who takes it and whether he must say why is told with its name."""
    return replace(
        step, when=(), form=Form(step.form.comment), keeps=(), voids=(), effects=(), outcome=None, outcome_from=None,
    )  # fmt: skip
