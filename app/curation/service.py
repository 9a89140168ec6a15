"""The agreement: made ready and sent to both schools (`signing` is their part), taken back, ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.cases.models import Case, Programme
from app.cases.queries import lock_case
from app.cases.roles import require, require_running
from app.core.errors import Invalid, Reason, Refusal
from app.core.i18n import _
from app.core.sourced import setting
from app.core.unit_of_work import Work
from app.curation.checks import check_curator, check_version, live, order_date
from app.curation.journal import revise
from app.curation.models import Agreement, AgreementSide, PlannedVisit
from app.curation.queries import current_agreement, planned_visits
from app.curation.rules import BEING_SIGNED, DEFAULT_VISITS, LIVE_STATES, AgreementState, Side, periods

AGREEMENT_OVER = "documents.agreement_over"  # effect of another room: its paper is over too


@dataclass(frozen=True)
class AgreementTerms:
    """What the clerk or the methodist fills in; `visits_planned` defaults to the programme's setting."""

    dated: date
    place: str
    since: date
    until: date
    visits_planned: int | None = None
    date_comment: str = ""


def default_visits(programme: Programme) -> int:
    """How many visits a term has [cfg]."""
    return int(setting(programme.settings, "visits_planned", DEFAULT_VISITS))


def prepare(
    work: Work, case_id: int, terms: AgreementTerms, expected_version: int | None = None
) -> Agreement:
    """Draw up the agreement, or correct it while nobody has signed.

    Raises Forbidden, Stale, Invalid (a term the wrong way round; a date before the order without a comment),
    Refusal (the case is not running; signed already; the curator school is itself supported in the period).
    """
    case = lock_case(work.session, case_id)
    require(work, "curation.agreement", case)
    require_running(case)
    agreement = current_agreement(work.session, case_id)
    if agreement is not None and agreement.state not in LIVE_STATES:
        agreement = None  # the one that is over stays as it is, a new one begins
    check_version(agreement.revision if agreement else 0, expected_version)
    _check_terms(work, case, terms)
    check_curator(work, case, terms.since, terms.until)
    planned = terms.visits_planned or default_visits(case.programme)
    values: dict[str, Any] = {
        "dated": terms.dated,
        "place": terms.place.strip(),
        "since": terms.since,
        "until": terms.until,
        "visits_planned": planned,
        "date_comment": terms.date_comment.strip(),
    }
    if agreement is None:
        agreement = Agreement(
            case_id=case.id, state=AgreementState.draft.value, created_at=work.now, **values
        )
        agreement.sides = [
            AgreementSide(case_id=case.id, side=Side.curator.value, organisation_id=case.curator_id),
            AgreementSide(case_id=case.id, side=Side.school.value, organisation_id=case.school_id),
        ]
        work.session.add(agreement)
        audit.record(work, "agreement:add", agreement, case_id=case.id, values=values)
    else:
        if reason := why_not_corrected(agreement):
            raise Refusal([reason])
        _follow_curator(work, case, agreement.side(Side.curator))
        revise(work, agreement, values, "agreement:edit", case.id)
    _plan_visits(work, agreement)
    return agreement


def send_to_sign(work: Work, case_id: int, expected_version: int | None = None) -> Agreement:
    """Hand the prepared agreement over to both schools."""
    case, agreement = live(work, case_id)
    require(work, "curation.agreement", case)
    require_running(case)
    check_version(agreement.revision, expected_version)
    if agreement.state != AgreementState.draft:
        raise Refusal([Reason(_("The agreement was sent for signature already."))])
    check_curator(work, case, agreement.since, agreement.until)
    revise(work, agreement, {"state": AgreementState.to_sign.value}, "agreement:to_sign", case.id)
    return agreement


def take_back(work: Work, case_id: int, reason: str, expected_version: int | None = None) -> Agreement:
    """Return the agreement to the draft: signatures and scan no longer count, the history keeps them."""
    case, agreement = live(work, case_id)
    require(work, "curation.agreement", case)
    require_running(case)
    check_version(agreement.revision, expected_version)
    if obstacle := why_not_taken_back(agreement):
        raise Refusal([obstacle])
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    for side in agreement.sides:
        blank = {"signed_on": None, "signed_by": "", "signed_entered_by": ""}
        revise(work, side, blank, "agreement:unsign", case.id)
    changes = {"state": AgreementState.draft.value, "scan_id": None}
    revise(work, agreement, changes, "agreement:take_back", case.id)
    audit.record(work, "agreement:reason", agreement, case_id=case.id, values={"reason": reason.strip()})
    return agreement


def terminate(
    work: Work, case_id: int, ended_on: date, reason: str, expected_version: int | None = None
) -> Agreement:
    """End the agreement before its term, with the reason; also when the case itself has stopped running.

    One that both have not signed yet is given up: it was never concluded.
    """
    case, agreement = live(work, case_id)
    require(work, "curation.agreement", case)
    check_version(agreement.revision, expected_version)
    wrong = {}
    if not reason.strip():
        wrong["reason"] = _("Say why.")
    if ended_on > work.today:
        wrong["ended_on"] = _("This date has not come yet.")
    if wrong:
        raise Invalid(fields=wrong)
    changes = {"state": AgreementState.terminated.value, "ended_on": ended_on, "end_reason": reason.strip()}
    tag = "agreement:terminate" if agreement.is_signed else "agreement:give_up"
    revise(work, agreement, changes, tag, case.id)
    if (effect := work.ports.effects.get(AGREEMENT_OVER)) is not None:
        effect(work, case, {"ended_on": ended_on, "reason": reason.strip()})
    return agreement


def expire_due(work: Work, _params: Any = None) -> int:
    """Mark agreements whose last day has passed; a daily job of the system. The answer counts them."""
    query = select(Agreement).where(
        Agreement.state == AgreementState.in_force.value, Agreement.until < work.today
    )
    over = work.session.scalars(query).all()
    for agreement in over:
        changes = {"state": AgreementState.expired.value, "ended_on": agreement.until}
        revise(work, agreement, changes, "agreement:expire", agreement.case_id)
    return len(over)


def expire_job(work: Work, _params: Mapping[str, Any]) -> None:
    """The daily turn of `expire_due`."""
    expire_due(work)


def _check_terms(work: Work, case: Case, terms: AgreementTerms) -> None:
    wrong = {}
    if not terms.place.strip():
        wrong["place"] = _("This field is required.")
    if terms.until < terms.since:
        wrong["until"] = _("The term ends before it begins.")
    if terms.visits_planned is not None and not 1 <= terms.visits_planned <= 50:
        wrong["visits_planned"] = _("Between 1 and 50 visits.")
    ordered = order_date(work, case.id)
    if ordered and terms.dated < ordered and not terms.date_comment.strip():
        wrong["date_comment"] = _(
            "The agreement is dated before the order of %(day)s. If that is so, explain it in a few words.",
            day=f"{ordered:%d.%m.%Y}",
        )
    if wrong:
        raise Invalid(fields=wrong)


def why_not_taken_back(agreement: Agreement) -> Reason | None:
    """Why the agreement does not become a draft again; None when it can."""
    if agreement.state not in BEING_SIGNED:
        return Reason(_("Only an agreement that is being signed can be taken back."))
    return None


def why_not_corrected(agreement: Agreement) -> Reason | None:
    """Why the terms of the agreement no longer change; None when they do."""
    if agreement.state == AgreementState.in_force:
        return Reason(_("The agreement is in force: what was signed is not changed."))
    if any(side.signed_on for side in agreement.sides) or agreement.scan_id:
        return Reason(
            _("A signature or a scan is there already. Take the agreement back to the draft first.")
        )
    return None


def _follow_curator(work: Work, case: Case, side: AgreementSide) -> None:
    """Another curator school may have been named since: its journal has given no number yet."""
    if case.curator_id is None or case.curator_id == side.organisation_id:
        return
    blank: dict[str, Any] = {"number": None, "number_key": None, "number_year": None, "registered_on": None}
    changes = {"organisation_id": case.curator_id, **blank, "registered_by": ""}
    revise(work, side, changes, "agreement:curator", case.id)


def _plan_visits(work: Work, agreement: Agreement) -> None:
    """One visit due in each part of the term; a plan that has begun to be fulfilled stays.

    Of the plan of an agreement that is over stays what was made; what was not is due no more.
    """
    all_of_case = select(Agreement.id).where(Agreement.case_id == agreement.case_id)
    is_first = len(work.session.scalars(all_of_case).all()) == 1
    rows = [
        row for row in planned_visits(work.session, agreement.case_id)
        if is_first or row.visit_id is None or row.since >= agreement.since
    ]  # fmt: skip
    wanted = periods(agreement.since, agreement.until, agreement.visits_planned)
    if [(row.since, row.until) for row in rows] == wanted or any(row.visit_id for row in rows):
        return
    for row in rows:
        work.session.delete(row)
    for since, until in wanted:
        work.session.add(PlannedVisit(case_id=agreement.case_id, since=since, until=until, visit_id=None))
    work.session.flush()
