"""A play of dated steps: each is one person's act in one unit of work, under a clock that only moves on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from app.core.clock import FixedClock
from app.core.errors import OporaError, Refusal
from app.core.unit_of_work import Runtime, Work
from app.demo.penza import LOGINS, actor
from app.jobs.runner import drain

Act = Callable[[Work], str | None]
TITLES = dict(LOGINS)


@dataclass(order=True)
class Step:
    at: datetime
    order: int
    username: str = field(compare=False)
    says: str = field(compare=False)
    act: Act = field(compare=False)
    is_refused: bool = field(compare=False, default=False)


class UnexpectedTurn(AssertionError):
    """A step that the play says is refused went through, or the other way round."""


class Script:
    """Collects steps in any order, plays them by date; jobs of the outbox are done after every step."""

    def __init__(self, system: Runtime, clock: FixedClock, say: Callable[[str], None]) -> None:
        self.system, self.clock, self.say = system, clock, say
        self.steps: list[Step] = []
        self._last: date | None = None

    def at(
        self, day: date, hour: float, username: str, says: str, act: Act, *, is_refused: bool = False
    ) -> None:
        """`username` acts on `day` at `hour` (Moscow); `says` tells it in Russian, the act may add an ending."""
        minutes = round(hour * 60)
        instant = datetime.combine(day, time(minutes // 60, minutes % 60), self.system.ports.zone).astimezone(
            UTC
        )
        self.steps.append(Step(instant, len(self.steps), username, says, act, is_refused))

    def play(self, until: datetime | None = None) -> None:
        """Carry out every step in the order of dates, those before `until` when it is given.

        Raises UnexpectedTurn, or what a step raises.
        """
        for step in sorted(self.steps):
            if until is not None and step.at >= until:
                break
            self.clock.move(step.at)
            ending = self._perform(step)
            drain(self.system)
            self._tell(step, ending)
        self.steps.clear()

    def _perform(self, step: Step) -> str | None:
        try:
            with self.system.work(actor(self.system, step.username)) as work:
                ending = step.act(work)
        except OporaError as error:
            if not step.is_refused:
                raise
            reasons = "; ".join(map(str, error.reasons)) if isinstance(error, Refusal) else str(error)
            return f"— отказано: {reasons}"
        finally:
            self.system.database.session.remove()
        if step.is_refused:
            raise UnexpectedTurn(f"{step.says}: this was to be refused")
        return ending

    def _tell(self, step: Step, ending: str | None) -> None:
        if not step.says:
            return
        day = step.at.astimezone(self.system.ports.zone).date()
        if day != self._last:
            self.say(f"\n{day:%d.%m.%Y}")
            self._last = day
        self.say(f"  {step.username:<11} {step.says}{' ' + ending if ending else ''}")
