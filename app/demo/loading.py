"""`python app.py demo`: the reference data of Penza and the year 2025 up to the autumn, each school at another point.

СОШ № 50 has moved to the effective mode; the results of ОШИ № 1 are being voted on; those of ЦО № 1 are being
entered; СОШ № 41 still carries out its plan. So everybody who logs in finds something that waits for him.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from app import wiring
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import load_reference
from app.demo.script import Script
from app.demo.story import Story
from app.demo.tour import BEGINS

# The day on which a training copy begins: the day after the last step of the demo.
TODAY = date(2025, 10, 9)


def load(system: Runtime, say: Callable[[str], None] = lambda line: None) -> bool:
    """Load the demo; False when it is there already, and nothing is changed."""
    clock = FixedClock(BEGINS)
    past = wiring.build(system.settings, clock)
    try:
        with past.work(SYSTEM) as work:
            if load_reference(work) is None:
                return False
        story = Story(Script(past, clock, say))
        story.open_cases()
        story.diagnose()
        story.plan()
        story.approve_plans()
        story.agree()
        story.carry_out(until={"41": date(2025, 9, 12)})
        story.publish()
        story.review(("50", "oshi1"))
        story.begin_review("co1")
        story.close(("50",))
        story.first_vote("oshi1")
        story.script.play()
        return True
    finally:
        past.database.dispose()
