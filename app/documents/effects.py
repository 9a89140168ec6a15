"""What decisions do to papers: `documents.draft` from a workflow, and the agreement that came into force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.cases.models import Case
from app.core.ports import EffectHandler
from app.core.unit_of_work import Work
from app.documents.service import end_agreement, settle_agreement
from app.documents.starting import draft_decided


def draft(work: Work, case: Case, params: Mapping[str, Any]) -> None:
    """Add the case to the open draft of `template`, or begin one; an agreement is one per case, and a plan that an
    order in force approved is worded anew by an order that changes it."""
    draft_decided(work, str(params["template"]), case, str(params.get("subject", "")))


def agreement_in_force(work: Work, case: Case, params: Mapping[str, Any]) -> None:
    """Print the agreement as the schools signed and numbered it.

    Params: `signed` {curator: date, supported: date}, `numbers` {curator, supported}, `dated`, `scan` (file id).
    """
    signed: Mapping[str, date] = params["signed"]
    settle_agreement(
        work, case, signed=signed, file_id=int(params["scan"]), dated=params["dated"], numbers=params["numbers"],
        comment=str(params.get("comment", "")),
    )  # fmt: skip


def agreement_over(work: Work, case: Case, params: Mapping[str, Any]) -> None:
    """The schools ended their agreement: its paper is no longer in force. Params: `ended_on`, `reason`."""
    end_agreement(work, case, reason=str(params.get("reason", "")))


# What a step of a procedure may set going, with its parameters (name → must it be given); the other effects are
# called by rooms with values that no definition can hold.
STEP_EFFECTS: dict[str, dict[str, bool]] = {"documents.draft": {"template": True, "subject": False}}
EFFECTS: dict[str, EffectHandler] = {
    "documents.draft": draft,
    "documents.agreement_in_force": agreement_in_force,
    "documents.agreement_over": agreement_over,
}
