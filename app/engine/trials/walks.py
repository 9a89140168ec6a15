"""One random history: people of all roles try what they may and may not; each promise is held against every try."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from app.engine.actions import CHOICES, Action, Cast, Complete, Fire, Open, Settle
from app.engine.answers import Accepted, Refused
from app.engine.automatic import SYSTEM
from app.engine.context import Context
from app.engine.deadlines import Calendar, PlainWeek
from app.engine.definition import Definition
from app.engine.elements import Form
from app.engine.events import Event, Moved, from_dict
from app.engine.evolution import evolve, fold
from app.engine.illegal_history import IllegalHistory
from app.engine.machine import decide, is_stale, tally_of
from app.engine.migrating.migration import plan, undo, undoable
from app.engine.offers import by_itself, offers
from app.engine.recounting import counted_anew, recount
from app.engine.settling import is_entered_again
from app.engine.starting import started
from app.engine.state import State
from app.engine.trials.promises import Divergence, Turn
from app.engine.trials.worlds import START, Holidays, World, completed, fired

LENGTH = 120
# A case that is led on by willing people must be over by then.
ENOUGH_STEPS = 200
# How often each kind of step is tried, so that histories get far and still turn back.
WEIGHTS = {"forward": 40, "skip": 10, "task": 20, "vote": 12, "resume": 10, "reopen": 6, "return": 3}


class Walk:
    """One random history."""

    def __init__(
        self, worlds: list[World], chance: random.Random, weather: random.Random, fortune: random.Random
    ) -> None:
        self.worlds, self.chance, self.weather, self.fortune = worlds, chance, weather, fortune
        world = self.world = worlds[0]
        self.calendar: Calendar = PlainWeek()
        self.definition = world.definition
        self.facts = {name: value for one in reversed(worlds) for name, value in one.good.items()}
        self.today = START
        self.state: State | None = None
        self.events: list[Event] = []
        self.history: list[Turn] = []
        self.barred: str | None = None
        self.accepted = self.refused = 0

    @property
    def is_over(self) -> bool:
        """Whether the case is closed."""
        return self.state is not None and self.state.status == "closed"

    def wander(self, length: int = LENGTH) -> None:
        """Try things, mostly sensible ones, in a world whose facts come and go."""
        mess = self.chance.randrange(4)
        for _ in range(self.chance.randrange(1, length)):
            self.today += timedelta(days=self.chance.randrange(3))
            if self.weather.randrange(12) == 0:
                self.change_calendar()
            if self.weather.randrange(15) == 0:  # one of the group leaves it, or is back
                self.barred = self.weather.choice([None, *self.world.doubled])
                self._note("away", who=self.barred or "—")
            often = 2 if undoable(self.events) else 15  # a move can be taken back only at once
            if len(self.worlds) > 1 and self.fortune.randrange(often) == 0:
                self.change_version()
            if self.definition.anchored:
                self.night()
            if self.chance.randrange(10) < mess and self.facts:
                name = self.chance.choice(sorted(self.facts))
                known = next((one for one in (self.world, *self.worlds) if name in one.good), self.world)
                self.facts[name] = self.chance.choice([known.good[name], *known.values[name], None])
            likely = self._likely() if self.chance.random() < 0.7 else []
            if likely:
                weights = [WEIGHTS.get(_kind(self.definition, action), 1) for _, action in likely]
                self.attempt(*self.chance.choices(likely, weights)[0], offered=True)
            else:
                person = self.chance.choice(sorted(self.world.people))
                self.attempt(person, self.chance.choice(self.world.actions))

    def context(self, person: str) -> Context:
        """What the engine is told when this person acts now."""
        return self.world.context(
            person, self.today, self.facts, self.state, self.calendar, self.barred, self.events
        )

    def attempt(self, person: str, action: Action, offered: bool = False) -> bool:
        """One action of one person; whether it got through. Raises Divergence for a broken promise."""
        before = self.state
        ctx = self.context(person)
        self.history.append((self.today, person, action))
        result = decide(self.definition, before, action, ctx)
        if isinstance(result, Refused):
            self.refused += 1
            self._must(bool(result.reasons), "reason_given")
            texts = [text for reason in result.reasons for text in (reason.texts["ru"], reason.texts["en"])]
            self._must(all(text and "{" not in text for text in texts), "reason_whole")
            again = isinstance(action, Cast) and result.codes == ("already_voted",)
            self._must(not offered or again, "offered_works", codes=", ".join(result.codes))
            self.history.pop()  # nothing came of it, and whoever reads looks for what did
            return False
        self.accepted += 1
        self._legal(before, result, ctx)
        if self.definition.automatic and isinstance(action, Settle) and not is_entered_again(result.events):
            more = decide(self.definition, result.state, action, ctx)
            self._must(isinstance(more, Accepted) and not more.events, "settled_stays")
        self.state = result.state
        self.events += result.events
        return True

    def change_calendar(self) -> None:
        """Somebody declares or takes back holidays, and running terms move with them. Raises Divergence."""
        near = [self.today + timedelta(days=number) for number in range(-30, 30)]
        self.calendar = Holidays(frozenset(self.weather.sample(near, self.weather.randrange(12))))
        if self.state is None:
            return
        at = datetime.combine(self.today, time(9), UTC)
        event = recount(self.definition, self.events, self.calendar, at, "admin")
        self._note("calendar")
        if event is None:
            return
        self.events.append(event)
        try:
            self.state = fold(self.definition, self.events)
        except IllegalHistory as error:
            raise Divergence("can_be_recounted", self.history, problem=error) from error
        self._must(
            recount(self.definition, self.events, self.calendar, at, "admin") is None,
            "recounted_stay",
        )
        anew = counted_anew(self.definition, self.events, self.calendar)
        self._must(
            all(self.calendar.is_working(term.due) for term in anew.values() if term.working_days),
            "ends_on_working_day",
        )

    def night(self) -> None:
        """Nobody acts, yet a term begins whose event has become known. Raises Divergence."""
        begins = started(self.definition, self.state, self.context("system")) if self.state else None
        if begins is None:
            return
        self._note("night")
        self._take(self.world, begins)

    def change_version(self) -> None:
        """The administrator moves the case to another version, or takes the last move back. Raises Divergence."""
        before = self.state
        if before is None:
            return
        ctx = self.context("admin")
        last = undoable(self.events)
        if last is not None and self.fortune.random() < 0.5:
            stood = fold(self.definition, self.events[:-1])
            there = next(one for one in self.worlds if one.definition.hash == last.former_hash)
            back = undo(there.definition, self.definition, stood, before, ctx)
            self._note("undone")
            self._take(there, back)
            self._must(
                self.state == replace(stood, version=before.version + 1),
                "undone_exactly",
            )
            return
        there = self.fortune.choice([one for one in self.worlds if one is not self.world])
        planned = plan(self.definition, there.definition, before, ctx)
        self._note("move", version=there.definition.version, fate=" ".join((planned.fate, *planned.codes)))
        self._must(
            all("{" not in text for note in planned.notes for text in note.texts.values()), "notes_whole"
        )
        if planned.event is None:
            self._must(bool(planned.notes), "stay_told")
            return
        self._take(there, planned.event)
        self._must(self.state is not None and self.state.stage == planned.target, "goes_as_planned")

    def _take(self, there: World, event: Event) -> None:
        """The case runs by another version from this event on."""
        before = self.state
        self.events.append(event)
        self.world, self.definition = there, there.definition
        try:
            self.state = evolve(there.definition, before, event)
            self._must(fold(self.definition, self.events) == self.state, "equals_fold")
        except IllegalHistory as error:
            raise Divergence("move_legal", self.history, problem=error) from error

    def compare(self) -> None:
        """The case equals the fold of its events, also after they have been to JSON and back."""
        if self.state is None:
            return
        try:
            again = [from_dict(event.to_dict()) for event in self.events]
            folded = fold(self.definition, again)
        except (IllegalHistory, ValueError) as error:
            raise Divergence("events_legal", self.history, problem=error) from error
        self._must(again == self.events, "events_survive")
        self._must(folded == self.state, "equals_fold")
        self._must(self.state.version == len(self.events), "event_is_version")

    def finish(self) -> None:
        """Willing people with every paper in order bring the case to its end, wherever it stands."""
        self.facts = {**self.facts, **self.world.good}
        for _ in range(ENOUGH_STEPS):
            self._settle()
            if self.is_over:
                return
            moves = self._likely(willing=True)
            if not moves and self.state is not None:
                if self.state.status == "cancelled":  # where nobody may take that back, it is an end too
                    return
                self._note("stands", stage=self.state.stage, round=self.state.round, waits=self._obstacles())
            self._must(bool(moves), "goes_on")
            self.attempt(*moves[0], offered=True)
        self._must(False, "ends", steps=ENOUGH_STEPS)

    def _settle(self) -> None:
        """Let the case go on by itself as far as it does: into a stage entered anew only with another look."""
        while self.definition.automatic and self.state is not None:
            before = self.state.version
            self.attempt(SYSTEM, Settle())
            if self.state.version == before:
                return

    def _likely(self, willing: bool = False) -> list[tuple[str, Action]]:
        """Steps that would work now; willing people take only those that lead to the end, the nearest first."""
        if self.state is None:
            return [(next(iter(self.world.people)), Open())]
        found: list[tuple[int, str, Action]] = []
        for person in self.world.people:
            ctx = self.context(person)
            for offer in offers(self.definition, self.state, ctx):
                if not offer.works:
                    continue
                if offer.kind == "task":
                    if not willing or self._is_wanted(offer.id):
                        found.append((1, person, completed(offer.id, offer.form)))
                elif offer.kind == "vote":
                    mine = self.state.vote_of(person)
                    count = tally_of(self.definition, self.state, ctx)
                    due = is_stale(self.definition, self.state, ctx) or (count is not None and count.result)
                    if not willing:
                        found.append((2, person, Cast(self.chance.choice(("for", "for", *CHOICES)))))
                    elif mine is None or mine.void or mine.choice != "for" or due:
                        found.append((2, person, Cast("for")))
                else:
                    order = _order(offer.step_kind or "", self.state)
                    if not willing or order:
                        found.append((order or 9, person, fired(offer.id, offer.form or Form())))
        if willing:
            found.sort(key=lambda one: one[0])
        return [(person, action) for _, person, action in found]

    def _obstacles(self) -> str:
        """Each step onward with the codes of what stands against it, whoever takes it."""
        if self.state is None:
            return ""
        ctx = self.context(SYSTEM)
        steps = offers(self.definition, self.state, ctx, everyone=True)
        steps += by_itself(self.definition, self.state, ctx)
        onward = [step for step in steps if step.step_kind in (None, "forward", "skip", "resume")]
        told = {
            step.id: dict.fromkeys(one.code for one in step.reasons if one.code != "role") for step in onward
        }
        return "; ".join(f"{step}: {', '.join(codes) or '—'}" for step, codes in told.items()) or "—"

    def _is_wanted(self, task_id: str) -> bool:
        """Whether the way to the end asks for the task: what may be left undone is done when the vote waits for it."""
        if self.state is None or self.state.is_done(task_id):
            return False
        stage = self.definition.stages[self.state.stage]
        task = stage.task(task_id)
        opens = (
            self.state.approval is None
            and stage.approval is not None
            and task_id in stage.approval.opens_after
        )
        return task is not None and (not task.optional or opens)

    def _legal(self, before: State | None, result: Accepted, ctx: Context) -> None:
        """No transition without its event and none without a transition."""
        if before is None:
            return
        moved = [event for event in result.events if isinstance(event, Moved)]
        alone = [event for event in moved if self.definition.transitions[event.transition].automatic]
        after = result.state
        changed = (before.stage, before.round, before.status) != (after.stage, after.round, after.status)
        self._must(changed == bool(moved) and len(moved) - len(alone) <= 1, "one_event")
        self._must(
            moved[len(moved) - len(alone) :] == alone and all(event.actor == SYSTEM for event in alone),
            "alone_last",
        )
        self._must(after.version == before.version + len(result.events), "versions_go_up")
        self._must(bool(result.events) or after == before, "nothing_unsaid")
        again = any(event.round > 1 for event in moved)  # then the rooms are asked anew first
        # where nothing happens no term begins: that is for the night
        late = (
            bool(result.events)
            and not again
            and after.status == "active"
            and started(self.definition, after, ctx)
        )
        self._must(not late, "term_begins")

    def _note(self, turn: str, **words: Any) -> None:
        self.history.append((self.today, "", (turn, words)))

    def _must(self, holds: bool, promise: str, **words: Any) -> None:
        if not holds:
            raise Divergence(promise, self.history, **words)


def _order(kind: str, state: State) -> int:
    """How willing people rank a transition; 0 = they do not take it."""
    if kind in ("forward", "skip"):
        return 1
    if kind == "resume" or (kind == "reopen" and state.status == "cancelled"):
        return 3
    return 4 if kind == "return" and state.approval == "failed" else 0


def _kind(definition: Definition, action: Action) -> str:
    if isinstance(action, Fire):
        return definition.transitions[action.transition].kind
    return "task" if isinstance(action, Complete) else "vote"
