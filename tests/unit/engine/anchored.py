"""A procedure whose terms are counted from everything a term can be counted from, and a desk to walk it at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from app.engine import (
    Accepted,
    Action,
    Cast,
    Complete,
    Context,
    FactValue,
    Fire,
    Open,
    Refused,
    State,
    Voter,
    decide,
)
from app.engine.anchors import STAGE
from app.engine.deadlines import Calendar, PlainWeek, add_working_days
from app.engine.definition import Definition
from app.engine.events import Event
from app.engine.evolution import evolve
from app.engine.migrating.migration import Plan
from app.engine.reading.loader import loads
from app.engine.starting import started

ANCHORED = """\
workflow: anchored
version: 1
titles: {ru: Сроки от событий, en: Terms from events}
initial: draft
roles:
  author: {titles: {ru: Автор, en: Author}, found: authority}
  chair: {titles: {ru: Председатель, en: Chair}, found: group}
stages:
  draft:
    titles: {ru: Черновик, en: Draft}
    due: {working_days: 20, since: opened}
    tasks:
      write:
        titles: {ru: Написать, en: Write}
        roles: [author]
        due: {working_days: 3}
      check:
        titles: {ru: Проверить, en: Check}
        roles: [author]
        due: {working_days: 5, remind: [1], since: done:write}
      invite:
        titles: {ru: Пригласить, en: Invite}
        roles: [author]
        optional: true
        due: {working_days: 2, since: vote_opened}
      publish:
        titles: {ru: Опубликовать, en: Publish}
        roles: [author]
        due: {working_days: 4, since: vote_passed}
    approval:
      id: vote
      titles: {ru: Голосование, en: Vote}
      voters: [chair]
      tie: chair
      binds: paper.hash
      opens_after: [write]
      on_no_voters: refuse
  print:
    titles: {ru: Печать, en: Print}
    due: {working_days: 15, since: paper.ordered_on}
    tasks:
      bind:
        titles: {ru: Переплести, en: Bind}
        roles: [author]
        due: {working_days: 7, since: done:write}
      send:
        titles: {ru: Отправить, en: Send}
        roles: [author]
        due: {working_days: 1, since: done:bind}
  done:
    titles: {ru: Готово, en: Done}
    final: true
transitions:
  adopt:
    titles: {ru: Принять, en: Adopt}
    kind: forward
    from: draft
    to: print
    by: [author]
    when:
      - {id: passed, if: approval.passed, text: {ru: Не принято, en: Not passed}}
  finish:
    titles: {ru: Закончить, en: Finish}
    kind: forward
    from: print
    to: done
    by: [author]
  again:
    titles: {ru: Ещё раз, en: Once more}
    kind: return
    from: draft
    to: draft
    by: [author]
    when:
      - {id: passed, if: approval.passed, text: {ru: Не принято, en: Not passed}}
    keeps: [write, votes]
    form: {comment: required}
  redo:
    titles: {ru: Заново, en: Anew}
    kind: return
    from: draft
    to: draft
    by: [author]
    voids: [write, votes]
    form: {comment: required}
  send_back:
    titles: {ru: Вернуть, en: Send back}
    kind: return
    from: print
    to: draft
    by: [author]
    keeps: [write]
    form: {comment: required}
  pause:
    titles: {ru: Приостановить, en: Pause}
    kind: suspend
    from: working
    by: [author]
  go_on:
    titles: {ru: Возобновить, en: Go on}
    kind: resume
    from: working
    by: [author]
  stop:
    titles: {ru: Прекратить, en: Stop}
    kind: cancel
    from: working
    by: [author]
    form: {comment: required}
  take_up:
    titles: {ru: Взять снова, en: Take up}
    kind: reopen
    from: working
    by: [author]
    form: {comment: required}
"""
ORDER = {"ru": "приказа № 12-оп", "en": "order No. 12-оп"}
PREPARED: tuple[Action, ...] = (Complete("write"), Complete("check"), Cast("for"), Complete("publish"))


def counted(start: date, days: int) -> date:
    return add_working_days(start, days, PlainWeek()).due


@dataclass
class AnchoredDesk:
    """One case at which everybody may do everything; days and facts are set by the test."""

    definition: Definition = field(default_factory=lambda: loads(ANCHORED, "anchored.yaml"))
    today: date = date(2025, 1, 9)
    facts: dict[str, Any] = field(default_factory=lambda: {"paper.hash": "first"})
    calendar: Calendar = field(default_factory=PlainWeek)
    state: State | None = None
    events: list[Event] = field(default_factory=list)

    def ctx(self) -> Context:
        given = {
            name: value if isinstance(value, FactValue) else FactValue(value)
            for name, value in self.facts.items()
        }
        return Context(
            "1", frozenset(self.definition.roles), datetime.combine(self.today, time(9), UTC), self.today, given,
            (Voter("1", "Образцова", "chair"),), calendar=self.calendar,
        )  # fmt: skip

    def act(self, action: Action, on: date | None = None) -> Accepted:
        self.today = on or self.today
        result = decide(self.definition, self.state, action, self.ctx())
        assert isinstance(result, Accepted), result.codes
        self.events += result.events
        self.state = result.state
        return result

    def refused(self, action: Action) -> tuple[str, ...]:
        result = decide(self.definition, self.state, action, self.ctx())
        assert isinstance(result, Refused)
        return result.codes

    def take(self, event: Event) -> None:
        self.events.append(event)
        self.state = evolve(self.definition, self.state, event)

    def take_over(self, there: Definition, found: Plan) -> None:
        """The case moves to another version as planned."""
        assert found.event is not None
        self.definition = there
        self.take(found.event)

    def night(self, on: date | None = None) -> bool:
        """What the job of the night does; whether a term began."""
        self.today = on or self.today
        event = started(self.definition, self.now(), self.ctx())
        if event is not None:
            self.take(event)
        return event is not None

    def now(self) -> State:
        assert self.state is not None
        return self.state

    def due(self, key: str = STAGE) -> date | None:
        return self.now().due if key == STAGE else self.now().tasks[key].due

    def text(self, key: str = STAGE, language: str = "ru") -> str:
        term = self.now().term if key == STAGE else self.now().tasks[key].term
        assert term is not None
        return term.texts[language].replace("\u00a0", " ")

    def printing(self, on: date, ordered: date | None = None) -> AnchoredDesk:
        """A case that enters «print» on this day; the vote was on the day before the last."""
        if ordered is not None:
            self.facts["paper.ordered_on"] = FactValue(ordered, of=ORDER)
        self.act(Open())
        for action in PREPARED:
            self.act(action)
        self.act(Fire("adopt"), on)
        return self
