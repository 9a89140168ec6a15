"""The agreement: made ready, numbered and signed by both schools, in force by itself, ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases.models import Case, Programme
from app.cases.queries import lock_case
from app.cases.roles import require
from app.core.errors import Invalid, NotFound, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.curation.journal import revise
from app.curation.models import Agreement, AgreementSide, PlannedVisit
from app.curation.queries import (
    curator_as_supported,
    current_agreement,
    planned_visits,
    signed_sides,
)
from app.curation.rules import (
    DEFAULT_VISITS,
    LIVE_STATES,
    AgreementState,
    Side,
    number_key,
    periods,
    state_after,
)
from app.files.service import keep_scan
from app.schools.queries import signatory_on

CAPABILITY = {Side.curator: "curation.sign_curator", Side.school: "curation.sign_school"}
AGREEMENT_PRINTED = "documents.agreement_in_force"  # effect of another room
ORDER_DATE = "documents.order_date"  # fact of another room; without it nothing is compared


@dataclass(frozen=True)
class AgreementTerms:
    """What the clerk or the methodist fills in; `visits_planned` defaults to the programme's setting."""

    dated: date
    place: str
    since: date
    until: date
    visits_planned: int | None = None
    date_comment: str = ""


@dataclass(frozen=True)
class JournalNumber:
    """The number under which one school registered the agreement in its own journal."""

    number: str
    registered_on: date


@dataclass(frozen=True)
class Signature:
    """Whose signature stands on the paper, and since when; the director of that day when no name is given."""

    signed_on: date
    signed_by: str = ""


def default_visits(programme: Programme) -> int:
    """How many visits a term has [cfg]."""
    setting: Any = (programme.settings or {}).get("visits_planned", DEFAULT_VISITS)
    value = setting.get("value", DEFAULT_VISITS) if isinstance(setting, dict) else setting
    return int(value)


def prepare(
    work: Work, case_id: int, terms: AgreementTerms, expected_version: int | None = None
) -> Agreement:
    """Draw up the agreement, or correct it while nobody has signed.

    Raises Forbidden, Stale, Invalid (a term the wrong way round; a date before the order without a comment),
    Refusal (signed already; the curator school is itself supported in the period).
    """
    case = lock_case(work.session, case_id)
    require(work, "curation.agreement", case)
    agreement = current_agreement(work.session, case_id)
    if agreement is not None and agreement.state not in LIVE_STATES:
        agreement = None  # the one that is over stays as it is, a new one begins
    _check_terms(work, case, terms)
    _check_curator(work, case, terms.since, terms.until)
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
        check_version(agreement, expected_version)
        _check_unsigned(agreement)
        if case.curator_id is not None:  # another curator school may have been named since
            agreement.side(Side.curator).organisation_id = case.curator_id
        revise(work, agreement, values, "agreement:edit", case.id)
    _plan_visits(work, agreement)
    return agreement


def send_to_sign(work: Work, case_id: int, expected_version: int | None = None) -> Agreement:
    """Hand the prepared agreement over to both schools."""
    case, agreement = _live(work, case_id)
    require(work, "curation.agreement", case)
    check_version(agreement, expected_version)
    if agreement.state != AgreementState.draft:
        raise Refusal([Reason(_("The agreement was sent for signature already."))])
    _check_curator(work, case, agreement.since, agreement.until)
    revise(work, agreement, {"state": AgreementState.to_sign.value}, "agreement:to_sign", case.id)
    return agreement


def take_back(work: Work, case_id: int, reason: str, expected_version: int | None = None) -> Agreement:
    """Return the agreement to the draft: signatures and scan no longer count, the history keeps them."""
    case, agreement = _live(work, case_id)
    require(work, "curation.agreement", case)
    check_version(agreement, expected_version)
    if agreement.state not in (AgreementState.to_sign, AgreementState.signed):
        raise Refusal([Reason(_("Only an agreement that is being signed can be taken back."))])
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    for side in agreement.sides:
        blank = {"signed_on": None, "signed_by": "", "signed_entered_by": ""}
        revise(work, side, blank, "agreement:unsign", case.id)
    changes = {"state": AgreementState.draft.value, "scan_id": None}
    revise(work, agreement, changes, "agreement:take_back", case.id)
    audit.record(work, "agreement:reason", agreement, case_id=case.id, values={"reason": reason.strip()})
    return agreement


def register_number(work: Work, case_id: int, side: Side, entry: JournalNumber) -> Agreement:
    """Enter or correct the number of one school's own journal; it never stands there twice a year.

    Raises Forbidden, Invalid (`number`, `registered_on`), Refusal (not sent for signature yet).
    """
    case, agreement = _live(work, case_id)
    require(work, CAPABILITY[side], case)
    _check_sent(agreement)
    key = number_key(entry.number)
    if not any(char.isdigit() for char in key) or len(key) > 40:
        raise Invalid(
            fields={"number": _("Give the number as it stands in the journal, for example 14 or 7/2025.")}
        )
    if entry.registered_on > work.today:
        raise Invalid(fields={"registered_on": _("This date has not come yet.")})
    row = agreement.side(side)
    year = entry.registered_on.year
    taken = Invalid(
        fields={
            "number": _(
                "Number %(number)s is already taken in this school's journal in %(year)s.",
                number=entry.number.strip(),
                year=year,
            )
        }
    )
    with as_system(work.session):  # a curator school's other pairs are hidden here, but share its journal
        used = work.session.scalars(
            select(AgreementSide.id).where(
                AgreementSide.organisation_id == row.organisation_id,
                AgreementSide.number_year == year,
                AgreementSide.number_key == key,
                AgreementSide.id != row.id,
            )
        ).first()
    if used is not None:
        raise taken
    changes = {
        "number": " ".join(entry.number.replace("№", " ").split()),
        "number_key": key,
        "number_year": year,
        "registered_on": entry.registered_on,
        "registered_by": work.actor.name,
    }
    try:
        with work.session.begin_nested():  # somebody may enter the same number at this very moment
            revise(work, row, changes, "agreement:number", case.id)
    except IntegrityError as error:
        raise taken from error
    _settle(work, case, agreement)
    return agreement


def sign(work: Work, case_id: int, side: Side, signature: Signature) -> Agreement:
    """Record that one side has signed the paper; the signature counts once a scan shows it.

    Raises Forbidden, Invalid (`signed_on`, `signed_by`), Refusal (not sent for signature yet).
    """
    case, agreement = _live(work, case_id)
    require(work, CAPABILITY[side], case)
    _check_sent(agreement)
    if signature.signed_on > work.today:
        raise Invalid(fields={"signed_on": _("This date has not come yet.")})
    row = agreement.side(side)
    name = signature.signed_by.strip()
    if not name:
        position = signatory_on(work.session, row.organisation_id, signature.signed_on)
        if position is None:
            raise Invalid(fields={"signed_by": _("No director is known on this date: give the name.")})
        name = position.person.short
    changes = {"signed_on": signature.signed_on, "signed_by": name, "signed_entered_by": work.actor.name}
    revise(work, row, changes, "agreement:sign", case.id)
    _settle(work, case, agreement)
    return agreement


def attach_scan(work: Work, case_id: int, data: bytes, name: str) -> Agreement:
    """Keep the scan of the signed paper; either school, the clerk or the methodist may bring it.

    Raises Forbidden, Invalid (`scan`), Refusal (not sent for signature yet).
    """
    case, agreement = _live(work, case_id)
    require(work, "curation.scan", case)
    _check_sent(agreement)
    stored = keep_scan(work, data, name, case_id=case.id)
    work.session.flush()  # the agreement points to the file's key
    revise(work, agreement, {"scan_id": stored.id}, "agreement:scan", case.id)
    _settle(work, case, agreement)
    return agreement


def terminate(work: Work, case_id: int, ended_on: date, reason: str) -> Agreement:
    """End the agreement before its term, with the reason."""
    case, agreement = _live(work, case_id)
    require(work, "curation.agreement", case)
    wrong = {}
    if not reason.strip():
        wrong["reason"] = _("Say why.")
    if ended_on > work.today:
        wrong["ended_on"] = _("This date has not come yet.")
    if wrong:
        raise Invalid(fields=wrong)
    changes = {"state": AgreementState.terminated.value, "ended_on": ended_on, "end_reason": reason.strip()}
    revise(work, agreement, changes, "agreement:terminate", case.id)
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


def check_version(row: Any, expected: int | None) -> None:
    """Raises Stale when the row was changed since the person's form was filled."""
    if expected is not None and row.version != expected:
        raise Stale


def order_date(work: Work, case_id: int) -> date | None:
    """The date of the order that approved the plan, if the room of documents knows one."""
    source = work.ports.facts.get(ORDER_DATE)
    if source is None:
        return None
    with as_system(work.session):  # a fact is true whoever asks
        value = source(work.session, case_id).value
    return value if isinstance(value, date) else None


def _live(work: Work, case_id: int) -> tuple[Case, Agreement]:
    case = lock_case(work.session, case_id)
    agreement = current_agreement(work.session, case_id)
    if agreement is None or agreement.state not in LIVE_STATES:
        raise NotFound(_("There is no agreement yet."))
    return case, agreement


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


def _check_curator(work: Work, case: Case, since: date, until: date) -> None:
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


def _check_unsigned(agreement: Agreement) -> None:
    if agreement.state == AgreementState.in_force:
        raise Refusal([Reason(_("The agreement is in force: what was signed is not changed."))])
    if any(side.signed_on for side in agreement.sides) or agreement.scan_id:
        raise Refusal(
            [Reason(_("A signature or a scan is there already. Take the agreement back to the draft first."))]
        )


def _check_sent(agreement: Agreement) -> None:
    if agreement.state == AgreementState.draft:
        raise Refusal([Reason(_("The agreement is still a draft: it was not sent for signature."))])


def _settle(work: Work, case: Case, agreement: Agreement) -> None:
    """Let the agreement step to «signed» and «in force» as soon as all is there."""
    state = state_after(
        AgreementState(agreement.state), signed_sides(agreement), agreement.scan_id is not None
    )
    if state == agreement.state:
        return
    changes: dict[str, Any] = {"state": state.value}
    if state == AgreementState.in_force:
        _check_curator(work, case, agreement.since, agreement.until)
        changes["in_force_at"] = work.now
    revise(work, agreement, changes, f"agreement:{state.value}", case.id)
    if state == AgreementState.in_force:
        _have_it_printed(work, case, agreement)


def _have_it_printed(work: Work, case: Case, agreement: Agreement) -> None:
    """Let the room of documents print the agreement as it was signed and numbered, if there is one."""
    effect = work.ports.effects.get(AGREEMENT_PRINTED)
    if effect is None:
        return
    curator, school = agreement.side(Side.curator), agreement.side(Side.school)
    effect(work, case, {
        "signed": {"curator": curator.signed_on, "supported": school.signed_on},
        "numbers": {"curator": curator.number, "supported": school.number},
        "dated": agreement.dated, "scan": agreement.scan_id, "comment": agreement.date_comment,
    })  # fmt: skip


def _plan_visits(work: Work, agreement: Agreement) -> None:
    """One visit due in each part of the term; a plan that has begun to be fulfilled stays."""
    rows = planned_visits(work.session, agreement.case_id)
    wanted = periods(agreement.since, agreement.until, agreement.visits_planned)
    if [(row.since, row.until) for row in rows] == wanted or any(row.visit_id for row in rows):
        return
    for row in rows:
        work.session.delete(row)
    for since, until in wanted:
        work.session.add(PlannedVisit(case_id=agreement.case_id, since=since, until=until, visit_id=None))
    work.session.flush()


__all__ = [
    "AgreementTerms",
    "JournalNumber",
    "Signature",
    "attach_scan",
    "default_visits",
    "expire_due",
    "prepare",
    "register_number",
    "send_to_sign",
    "sign",
    "take_back",
    "terminate",
]
