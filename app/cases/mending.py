"""What stands against a step as a page tells it: where it is mended, and whether by the reader or by others."""

from __future__ import annotations

from collections.abc import Iterable

from app.access.permissions import CAPABILITIES
from app.cases.context import context, page_url
from app.cases.history import in_reader
from app.cases.models import Case
from app.cases.roles import case_roles, may
from app.cases.states import states_now
from app.core.errors import Reason
from app.core.unit_of_work import Work
from app.engine.answers import Reason as EngineReason
from app.engine.definition import Definition
from app.engine.offers import waiting_for

# reasons which only the members of the group can mend
OF_THE_VOTE = frozenset({"approval_open", "votes_void"})
# reasons which only those can mend who do the tasks they name
OF_TASKS = frozenset({"task_open", "voting_not_open"})


def obstacles(work: Work, case: Case, found: Iterable[EngineReason]) -> list[Reason]:
    """What stands against a step in the reader's words, each sentence once: the one that leads somewhere.

    Two conditions may say the same, for a fact's own sentence is said by each that asks for it.
    """
    told: dict[str, Reason] = {}
    for why in found:
        one = _obstacle(work, case, why)
        known = told.get(str(one.text))
        if known is None or (one.link and not known.link):
            told[str(one.text)] = one
    return list(told.values())


def _obstacle(work: Work, case: Case, why: EngineReason) -> Reason:
    """Who has nothing to do on the page it leads to may only look there."""
    link = _page(work, case, why)
    return Reason(in_reader(why.texts), link, may_mend=not link or _may_mend(work, case, why, link))


def _page(work: Work, case: Case, why: EngineReason) -> str | None:
    if why.code in OF_THE_VOTE:
        return f"/cases/{case.id}#h-vote"
    return page_url(work, why.link, case)


def _may_mend(work: Work, case: Case, why: EngineReason, link: str) -> bool:
    definition = work.ports.definitions.of(work.session, case)
    stage = definition.stages[case.stage]
    roles = case_roles(work.actor, case)
    if why.code in OF_THE_VOTE:
        if stage.approval is None or roles.isdisjoint(stage.approval.asked):
            return False
        return why.code != "approval_open" or _is_awaited(work, case, definition)
    # a condition of a task is met by those who do the task
    named = why.items if why.code in OF_TASKS else ()
    tasks = [
        task for task in stage.tasks
        if task.id in named or any(guard.id == why.code for guard in task.when)
    ]  # fmt: skip
    if tasks:
        return any(roles.intersection(task.roles) for task in tasks)
    acts = _acts_of_facts(work, case, definition, why.code) or _acts_of_page(work, case, link)
    return not acts or any(may(work, act, case) for act in acts)


def _acts_of_facts(work: Work, case: Case, definition: Definition, code: str) -> list[str]:
    """The acts that make a condition of a step true, where the rooms name them for each fact it asks."""
    guards = (guard for step in definition.leaving[case.stage] for guard in step.when if guard.id == code)
    asked = {name for guard in guards for atom in guard.expression.atoms() for name in atom.operands()}
    known = [work.ports.mended_by.get(name) for name in asked]
    return [act for act in known if act] if all(known) else []


def _acts_of_page(work: Work, case: Case, link: str) -> list[str]:
    """All acts of the room whose page it is."""
    rooms = [code for code in work.ports.pages if work.ports.pages[code](case.id) == link]
    return [act for act in CAPABILITIES if act.partition(".")[0] in rooms]


def _is_awaited(work: Work, case: Case, definition: Definition) -> bool:
    """Whether the open vote still waits for the reader, in his own seat or another's: who has voted only waits."""
    state = states_now(work, [case]).get(case.id)
    if state is None:
        return False
    ctx = context(work, case, definition, state, ())
    waiting = waiting_for(definition, state, ctx.voters, ctx.authors)
    return any(one.kind == "vote" and one.voter == ctx.actor for one in waiting)
