"""`python app.py demo`: the reference data of Penza and the year 2025 up to the autumn, each school at another point.

A training copy that begins on an earlier day holds what had happened before that day, and nothing of what came after.

СОШ № 50 has moved to the effective mode; the results of ОШИ № 1 are being voted on; those of ЦО № 1 are being
entered; СОШ № 41 still carries out its plan. So everybody who logs in finds something that waits for him.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import make_url, select

from app import wiring
from app.audit import service as audit
from app.audit.models import AuditRecord
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import OporaError
from app.core.i18n import _
from app.core.unit_of_work import Runtime, Work
from app.demo import approval, beginning, carrying_out, outcome
from app.demo.office import keep_office
from app.demo.penza import load_reference
from app.demo.script import Script
from app.demo.story import Story
from app.demo.tour import BEGINS

# The day on which a training copy begins: the day after the last step of the demo.
TODAY = date(2025, 10, 9)


LOADED = "demo:loaded"  # the last record of a load that came to its end


def _is_whole(work: Work) -> bool:
    return work.session.scalars(select(AuditRecord).where(AuditRecord.tag == LOADED)).first() is not None


def load(
    system: Runtime, say: Callable[[str], None] = lambda line: None, *, until: datetime | None = None
) -> bool:
    """Load the demo, as far as the instant `until`; False when it is there already, and nothing is changed."""
    clock = FixedClock(BEGINS)
    past = wiring.build(system.settings, clock)
    try:
        with past.work(SYSTEM) as work:
            if load_reference(work) is None:
                if not _is_whole(work):
                    raise OporaError(
                        _("The demo was loaded only in part, the last time was interrupted. Remove the database "
                          "(%(database)s) and start again.", database=make_url(system.settings.database_url).database)
                    )  # fmt: skip
                return False
        story = Story(Script(past, clock, say))
        beginning.open_cases(story)
        beginning.diagnose(story)
        beginning.plan(story)
        approval.approve_plans(story)
        approval.agree(story)
        carrying_out.carry_out(story, until={"41": date(2025, 9, 12)})
        carrying_out.publish(story)
        outcome.review(story, ("50", "oshi1"))
        outcome.begin_review(story, "co1")
        outcome.close(story, ("50",))
        outcome.first_vote(story, "oshi1")
        outcome.on_leave(story, "co1")
        keep_office(story)
        story.script.play(until)
        with past.work(SYSTEM) as work:
            audit.record(work, LOADED, ("programmes", None))
        return True
    finally:
        past.database.dispose()
