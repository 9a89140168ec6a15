"""What is looked at before an agreement is touched: the live one, the form's version, the curator school, the order."""

from __future__ import annotations

from datetime import date

from app.access.scopes import as_system
from app.cases.models import Case
from app.cases.queries import lock_case
from app.core.errors import NotFound, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.curation.models import Agreement
from app.curation.queries import curator_as_supported, current_agreement
from app.curation.rules import LIVE_STATES, AgreementState

ORDER_DATE = "documents.order_date"  # fact of another room; without it nothing is compared


def live(work: Work, case_id: int) -> tuple[Case, Agreement]:
    """The locked case with its agreement that is not over. Raises NotFound."""
    case = lock_case(work.session, case_id)
    agreement = current_agreement(work.session, case_id)
    if agreement is None or agreement.state not in LIVE_STATES:
        raise NotFound(_("There is no agreement yet."))
    return case, agreement


def check_version(present: int, expected: int | None) -> None:
    """Raises Stale when the form was filled from another version; None: the caller has no form."""
    if expected is not None and present != expected:
        raise Stale


def check_curator(work: Work, case: Case, since: date, until: date) -> None:
    """Raises Refusal unless the case has a curator school that is not itself supported meanwhile."""
    if case.curator is None or case.curator_id is None:
        raise Refusal([Reason(_("No curator school is assigned to this school."), f"/cases/{case.id}")])
    if curator_as_supported(work.session, case, since, until):
        raise Refusal(
            [
                Reason(
                    _(
                        "%(school)s is itself supported in this period and cannot be a curator.",
                        school=case.curator.short_name,
                    )
                )
            ]
        )


def check_being_signed(agreement: Agreement) -> None:
    """Raises Refusal unless the agreement is out for signature: a draft is not signed, what is in force stays."""
    if reason := why_not_signed(agreement):
        raise Refusal([reason])


def why_not_signed(agreement: Agreement) -> Reason | None:
    """Why no signature, number or scan of the agreement is entered now; None when it is."""
    if agreement.state == AgreementState.draft:
        return Reason(_("The agreement is still a draft: it was not sent for signature."))
    if agreement.state == AgreementState.in_force:
        return Reason(_("The agreement is in force: what was signed is not changed."))
    return None


def order_date(work: Work, case_id: int) -> date | None:
    """The date of the order that approved the plan, if the room of documents knows one."""
    source = work.ports.facts.get(ORDER_DATE)
    if source is None:
        return None
    with as_system(work.session):  # a fact is true whoever asks
        value = source(work.session, case_id).value
    return value if isinstance(value, date) else None
