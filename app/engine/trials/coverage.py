"""What of a procedure its scenarios have seen: stages, edges, tasks, guards both ways, ends of each vote."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.engine.actions import Action, Complete, Fire
from app.engine.automatic import SYSTEM
from app.engine.checking.names import guards_of
from app.engine.context import Context
from app.engine.definition import Definition
from app.engine.elements import Approval, Guard
from app.engine.events import ApprovalDecided, CaseOpened, Event, Moved, TaskCompleted, VotesVoided
from app.engine.explaining import standing_reasons
from app.engine.findings import Finding, finding
from app.engine.guards import Facts
from app.engine.machine import evolve, guard_reader, is_stale
from app.engine.state import State

KINDS = ("stage", "transition", "task", "guard", "approval")
SIDES = {
    "holds": ("hold", "не выполнено"),
    "fails": ("fail", "не нарушено"),
    "passed": ("pass", "не принимает решения «за»"),
    "failed": ("fail", "не отклоняет"),
    "tie": ("end in a tie", "не заканчивается равенством"),
    "void": (
        "lose votes (the content changed, or a task was taken back)",
        "не теряет голосов (изменилось содержание или вернули задачу)",
    ),
    "veto": ("stopped by a veto", "не останавливается правом вето"),
}


@dataclass(frozen=True)
class Target:
    """One thing a scenario must show; `side` is what of it: for an edge its source, for a guard its result."""

    kind: str
    id: str
    side: str
    path: str = field(compare=False)


def targets_of(definition: Definition) -> list[Target]:
    """Everything the scenarios of this definition must show."""
    found = [Target("stage", stage, "", f"stages.{stage}") for stage in definition.stages]
    for step in definition.transitions.values():
        found += [Target("transition", step.id, source, f"transitions.{step.id}") for source in step.sources]
    for stage in definition.stages.values():
        found += [Target("task", task.id, "", f"stages.{stage.id}.tasks.{task.id}") for task in stage.tasks]
    for path, guard in guards_of(definition):
        found += [Target("guard", named(path, guard), side, path) for side in ("holds", "fails")]
    for stage in definition.stages.values():
        if stage.approval:
            path = f"stages.{stage.id}.approval"
            found += [Target("approval", stage.approval.id, end, path) for end in _ends(stage.approval)]
    return found


def named(path: str, guard: Guard) -> str:
    """A guard's id is its own only inside one step: `start_diagnosis.curator_assigned`."""
    return f"{path.split('.')[-3]}.{guard.id}"


def _ends(approval: Approval) -> Iterator[str]:
    yield from ("passed", "failed") if approval.majority else ("passed", "failed", "tie")
    if approval.binds or approval.opens_after:
        yield "void"
    if approval.veto:
        yield "veto"


@dataclass
class Coverage:
    """What has been seen of one definition."""

    definition: Definition
    seen: set[Target] = field(default_factory=set)

    def note(self, kind: str, ident: str, side: str = "") -> None:
        """Something was seen."""
        self.seen.add(Target(kind, ident, side, ""))

    def asked(self, state: State, action: Action, ctx: Context) -> None:
        """The guards that were asked about this action, and what each answered."""
        stage = self.definition.stages[state.stage]
        if isinstance(action, Fire):
            step = self.definition.transitions[action.transition]
            if standing_reasons(self.definition, state, step):
                return
            guards, path, stale = step.when, step.id, is_stale(self.definition, state, ctx)
        elif isinstance(action, Complete):
            task = stage.task(action.task)
            if task is None or not state.is_active or (state.is_done(task.id) and not task.repeatable):
                return
            guards, path, stale = task.when, task.id, False
        else:
            return
        self._noted(path, guards, guard_reader(state, ctx, stale))

    def happened(self, before: State | None, events: Iterable[Event], after: State, ctx: Context) -> None:
        """The events of an accepted step."""
        events = list(events)
        if self.definition.automatic:
            self._waited(before, events, ctx)
        for event in events:
            if isinstance(event, CaseOpened):
                self.note("stage", event.stage)
            elif isinstance(event, Moved):
                self.note("stage", event.target)
                self.note("transition", event.transition, event.source)
            elif isinstance(event, TaskCompleted):
                self.note("task", event.task)
            elif isinstance(event, VotesVoided) and event.voters:
                self.note("approval", event.approval, "void")
            elif isinstance(event, ApprovalDecided):
                self._decided(event, after, ctx)
        approval = self.definition.stages[after.stage].approval
        lost = {vote.voter for vote in after.votes if vote.void}
        if approval and before and lost - {vote.voter for vote in before.votes if vote.void}:
            self.note("approval", approval.id, "void")

    def _waited(self, before: State | None, events: list[Event], ctx: Context) -> None:
        """The guards of the steps the case takes by itself, asked wherever it came to a stand or went on alone."""
        state = before
        for event in (*events, None):
            if (
                state is not None
                and state.is_active
                and (event is None or (isinstance(event, Moved) and event.actor == SYSTEM))
            ):
                stale = is_stale(self.definition, state, ctx)
                for step in self.definition.automatic.get(state.stage, ()):
                    self._noted(step.id, step.when, guard_reader(state, ctx, stale))
            if event is not None:
                state = evolve(self.definition, state, event)

    def _noted(self, path: str, guards: Iterable[Guard], read: Facts) -> None:
        for guard in guards:
            side = "holds" if guard.expression.truth(read) is True else "fails"
            self.note("guard", f"{path}.{guard.id}", side)

    def _decided(self, event: ApprovalDecided, after: State, ctx: Context) -> None:
        self.note("approval", event.approval, event.result)
        if event.votes_for == event.votes_against:
            self.note("approval", event.approval, "tie")
        approval = self.definition.stages[after.stage].approval
        against = {vote.voter for vote in after.votes if vote.choice == "against" and not vote.void}
        if approval and any(v.role in approval.veto and v.id in against for v in ctx.voters):
            self.note("approval", event.approval, "veto")

    def missing(self) -> list[Finding]:
        """What no scenario has shown, with its place in the definition."""
        found = []
        for target in targets_of(self.definition):
            if target not in self.seen:
                side, side_ru = SIDES.get(target.side, ("", ""))
                place = self.definition.place(target.path)
                found.append(
                    finding(
                        f"uncovered_{target.kind}",
                        place,
                        id=target.id,
                        source=target.side,
                        side=side,
                        side_ru=side_ru,
                    )
                )
        return sorted(found, key=lambda one: (one.line, one.column, one.code, one.message))

    def counts(self) -> dict[str, tuple[int, int]]:
        """Seen and existing, by kind."""
        targets = targets_of(self.definition)
        return {
            kind: (
                sum(target.kind == kind and target in self.seen for target in targets),
                sum(target.kind == kind for target in targets),
            )
            for kind in KINDS
        }

    @property
    def percent(self) -> float:
        """Share of everything there is to see, 0…100; 100 only when nothing is missing."""
        seen, total = (sum(figures) for figures in zip(*self.counts().values(), strict=True))
        return 100.0 * seen / total if total else 100.0
