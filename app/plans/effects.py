"""What the plan does when something happens to its case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.unit_of_work import Work
from app.plans.service import keep_snapshot

AFTER_TASK: list[Callable[[Work, Any, str], None]] = [keep_snapshot]
