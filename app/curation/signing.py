"""Each school's part of the agreement: its number, its signature, the scan; and their correction once in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases.models import Case
from app.cases.roles import require, require_running
from app.core.errors import Invalid, Reason, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.curation.checks import check_being_signed, check_curator, check_version, live
from app.curation.journal import revise
from app.curation.models import Agreement, AgreementSide
from app.curation.queries import signed_sides
from app.curation.rules import AgreementState, Side, number_key, state_after
from app.files.service import keep_scan
from app.schools.queries import signatory_on

CAPABILITY = {Side.curator: "curation.sign_curator", Side.school: "curation.sign_school"}
AGREEMENT_PRINTED = "documents.agreement_in_force"  # effect of another room
PAPER_REGISTERED = "documents.agreement_registered"  # fact of another room: the paper bears both numbers


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


@dataclass(frozen=True)
class SideInput:
    """All a form says about one side; what is absent from it was not given yet."""

    number: str = ""
    registered_on: date | None = None
    signed_on: date | None = None
    signed_by: str = ""
    scan: bytes | None = None
    scan_name: str = ""


def register_number(
    work: Work, case_id: int, side: Side, entry: JournalNumber, expected_version: int | None = None
) -> Agreement:
    """Enter or correct the number of one school's own journal; it never stands there twice a year.

    Raises Forbidden, Stale, Invalid (`number`, `registered_on`), Refusal (not sent for signature, in force).
    """
    case, agreement = _of_side(work, case_id, side, expected_version)
    _set_number(work, agreement.side(side), entry)
    _settle(work, case, agreement)
    return agreement


def sign(
    work: Work, case_id: int, side: Side, signature: Signature, expected_version: int | None = None
) -> Agreement:
    """Record that one side has signed the paper; the signature counts once a scan shows it.

    Raises Forbidden, Stale, Invalid (`signed_on`, `signed_by`), Refusal (not sent for signature, in force).
    """
    case, agreement = _of_side(work, case_id, side, expected_version)
    _set_signature(work, agreement.side(side), signature)
    _settle(work, case, agreement)
    return agreement


def enter_side(
    work: Work, case_id: int, side: Side, data: SideInput, expected_version: int | None = None
) -> Agreement:
    """Save one school's form: number, signature and scan, as far as they are there.

    Raises Forbidden, Stale, Invalid at the fields, Refusal (not sent for signature, in force).
    """
    case, agreement = _of_side(work, case_id, side, expected_version)
    if not (data.number.strip() or data.signed_on or data.scan):
        raise Invalid(fields={"number": _("Enter the number, the signature or the scan.")})
    _fill_side(work, agreement, agreement.side(side), data)
    _settle(work, case, agreement)
    return agreement


def attach_scan(
    work: Work, case_id: int, data: bytes, name: str, expected_version: int | None = None
) -> Agreement:
    """Keep the scan of the signed paper; either school, the clerk or the methodist may bring it.

    Raises Forbidden, Stale, Invalid (`scan`), Refusal (not sent for signature, in force).
    """
    case, agreement = live(work, case_id)
    require(work, "curation.scan", case)
    require_running(case)
    check_version(agreement.revision, expected_version)
    check_being_signed(agreement)
    _keep_scan(work, agreement, data, name)
    _settle(work, case, agreement)
    return agreement


def correct_in_force(
    work: Work, case_id: int, side: Side, data: SideInput, reason: str, expected_version: int | None = None
) -> Agreement:
    """Mend what was entered wrongly about one side of an agreement in force; the old values stay in the history.

    A number that the registered paper bears is not corrected: such an agreement is terminated and prepared anew.
    Raises Forbidden (only the clerk and the methodist may), Stale, Invalid at the fields, Refusal (not in force).
    """
    case, agreement = live(work, case_id)
    require(work, "curation.agreement", case)
    require_running(case)
    row = agreement.side(side)
    check_version(row.revision, expected_version)
    if agreement.state != AgreementState.in_force:
        raise Refusal([Reason(_("Only an agreement in force is corrected this way."))])
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    if data.number.strip() and _spelled(data.number) != row.number and _is_registered(work, case):
        told = _("The registered paper bears number %(number)s: terminate the agreement and prepare it anew.",
                 number=row.number)  # fmt: skip
        raise Invalid(fields={"number": told})
    before = agreement.revision
    _fill_side(work, agreement, row, data, "_corrected")
    work.session.flush()
    if agreement.revision == before:
        raise Invalid(_("Nothing was changed."))
    values = {"note": reason.strip()}
    audit.record(
        work, "agreement:correct", agreement, case_id=case.id, data={"side": side.value}, values=values
    )
    _have_it_printed(work, case, agreement)  # a paper that could not follow before follows now
    return agreement


def _of_side(work: Work, case_id: int, side: Side, expected_version: int | None) -> tuple[Case, Agreement]:
    """The agreement for this side to sign. Raises Forbidden, Stale, Refusal."""
    case, agreement = live(work, case_id)
    require(work, CAPABILITY[side], case)
    require_running(case)
    check_version(agreement.side(side).revision, expected_version)
    check_being_signed(agreement)
    return case, agreement


def _fill_side(work: Work, agreement: Agreement, row: AgreementSide, data: SideInput, how: str = "") -> None:
    """Write what the form says over the row; what was given is corrected, never taken away."""
    number = data.number.strip()
    wrong = {}
    if bool(number) != bool(data.registered_on):
        wrong["number" if data.registered_on else "registered_on"] = _("Give both the number and its date.")
    if row.number and not number:
        wrong["number"] = _("A number that was given is corrected, not removed.")
    if row.signed_on and not data.signed_on:
        wrong["signed_on"] = _("A signature that was given is corrected, not removed.")
    if wrong:
        raise Invalid(fields=wrong)
    if data.registered_on and (number, data.registered_on) != (row.number, row.registered_on):
        _set_number(work, row, JournalNumber(number, data.registered_on), how)
    signed_by = data.signed_by.strip()
    if data.signed_on and (data.signed_on, signed_by) != (row.signed_on, row.signed_by):
        _set_signature(work, row, Signature(data.signed_on, signed_by), how)
    if data.scan:
        _keep_scan(work, agreement, data.scan, data.scan_name, how)


def _set_number(work: Work, row: AgreementSide, entry: JournalNumber, how: str = "") -> None:
    key = number_key(entry.number)
    if not any(char.isdigit() for char in key) or len(key) > 40:
        raise Invalid(
            fields={"number": _("Give the number as it stands in the journal, for example 14 or 7/2025.")}
        )
    if entry.registered_on > work.today:
        raise Invalid(fields={"registered_on": _("This date has not come yet.")})
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
        "number": _spelled(entry.number),
        "number_key": key,
        "number_year": year,
        "registered_on": entry.registered_on,
        "registered_by": work.actor.name,
    }
    try:
        with work.session.begin_nested():  # somebody may enter the same number at this very moment
            revise(work, row, changes, f"agreement:number{how}", row.case_id)
    except IntegrityError as error:
        raise taken from error


def _set_signature(work: Work, row: AgreementSide, signature: Signature, how: str = "") -> None:
    if signature.signed_on > work.today:
        raise Invalid(fields={"signed_on": _("This date has not come yet.")})
    name = signature.signed_by.strip()
    if not name:
        position = signatory_on(work.session, row.organisation_id, signature.signed_on)
        if position is None:
            raise Invalid(fields={"signed_by": _("No director is known on this date: give the name.")})
        name = position.person.short
    changes = {"signed_on": signature.signed_on, "signed_by": name, "signed_entered_by": work.actor.name}
    revise(work, row, changes, f"agreement:sign{how}", row.case_id)


def _keep_scan(work: Work, agreement: Agreement, data: bytes, name: str, how: str = "") -> None:
    stored = keep_scan(work, data, name, case_id=agreement.case_id)
    work.session.flush()  # the agreement points to the file's key
    revise(work, agreement, {"scan_id": stored.id}, f"agreement:scan{how}", agreement.case_id)


def _settle(work: Work, case: Case, agreement: Agreement) -> None:
    """Let the agreement step to «signed» and «in force» as soon as all is there."""
    state = state_after(
        AgreementState(agreement.state), signed_sides(agreement), agreement.scan_id is not None
    )
    if state == agreement.state:
        return
    changes: dict[str, Any] = {"state": state.value}
    if state == AgreementState.in_force:
        check_curator(work, case, agreement.since, agreement.until)
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


def _spelled(number: str) -> str:
    """The number as its journal writes it, without the sign before it."""
    return " ".join(number.replace("№", " ").split())


def _is_registered(work: Work, case: Case) -> bool:
    """True once the printed paper is registered under both numbers, as far as the room of documents knows."""
    source = work.ports.facts.get(PAPER_REGISTERED)
    if source is None:
        return False
    with as_system(work.session):  # a fact is true whoever asks
        return source(work.session, case.id).value is True
