"""What papers do to curation: an additional agreement sets another last day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.access.scopes import as_system
from app.cases.models import Case
from app.core.ports import EffectHandler
from app.core.unit_of_work import Work
from app.curation.journal import revise
from app.curation.queries import current_agreement
from app.curation.rules import AgreementState


def agreement_prolonged(work: Work, case: Case, params: Mapping[str, Any]) -> None:
    """The agreement in force lasts until another day; its own paper stays as signed. Params: `until`."""
    until: date = params["until"]
    with as_system(work.session):  # the clerk registers the paper, the agreement is the schools'
        agreement = current_agreement(work.session, case.id)
        if agreement is not None and agreement.state == AgreementState.in_force:
            revise(work, agreement, {"until": until}, "agreement:prolong", case.id)


EFFECTS: dict[str, EffectHandler] = {"curation.agreement_prolonged": agreement_prolonged}
