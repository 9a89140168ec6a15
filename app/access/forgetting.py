"""What nobody needs any more is thrown away at night: marks of forms, sessions that are over, counts of attempts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.access import sent_forms, sessions
from app.core.ports import JobHandler
from app.core.unit_of_work import Work

FORGET = "access.forms.forget"


def forget(work: Work, payload: Mapping[str, Any]) -> None:
    """All of it at once: each part is one statement, and a night that is missed is made up for by the next."""
    sent_forms.forget_old(work.session, work.now)
    sessions.forget_old(work.session, work.now)


HANDLERS: dict[str, JobHandler] = {FORGET: forget}
