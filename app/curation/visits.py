"""Visits: recorded once, corrected with history until the report is acknowledged, withdrawn when a mistake."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.cases.models import Case
from app.cases.queries import lock_case
from app.cases.roles import require, require_running
from app.core.errors import Invalid, Reason, Refusal
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.curation.checks import check_version
from app.curation.journal import revise
from app.curation.models import PlannedVisit, Visit, VisitFile
from app.curation.queries import current_agreement, get_visit, planned_visits
from app.curation.recommendations import Advice, write_recommendations
from app.curation.rules import AgreementState, ReportState, VisitGround, VisitMode, fitting
from app.files.models import StoredFile
from app.files.service import keep_scan


@dataclass(frozen=True)
class Lesson:
    """A lesson seen: class («5А»), subject, the teacher's surname and initials, what was found."""

    grade: str
    subject: str
    teacher: str
    finding: str = ""


@dataclass(frozen=True)
class VisitInput:
    """What the curator enters about a visit; `send_key` is the form's own mark against double records."""

    send_key: str
    held_on: date
    purpose: str
    curator_people: str
    findings: str
    held_until: date | None = None
    mode: VisitMode = VisitMode.in_person
    ground: VisitGround = VisitGround.agreement
    ground_comment: str = ""
    school_people: str = ""
    plan_item: str = ""
    risk: str = ""
    lessons: Sequence[Lesson] = field(default=())
    recommendations: Sequence[Advice] = field(default=())
    photo: bytes | None = None
    photo_name: str = ""


def record_visit(work: Work, case_id: int, data: VisitInput) -> Visit:
    """Record a visit; the same form sent again gives the visit that is there already.

    Raises Forbidden, Invalid (a date to come, after the agreement's end; a claim of an agreement that is not
    signed yet without a comment), Refusal (the case is not running).
    """
    case = lock_case(work.session, case_id)
    require(work, "curation.visit", case)
    require_running(case)
    if not data.send_key or len(data.send_key) > 64:
        raise Invalid(_("The form is incomplete. Open it once more."))
    again = work.session.scalars(
        select(Visit).where(Visit.case_id == case.id, Visit.send_key == data.send_key)
    ).one_or_none()
    if again is not None:
        return again
    _check(work, case, data)
    values = _values(data)
    visit = Visit(
        case_id=case.id,
        send_key=data.send_key,
        report=ReportState.draft.value,
        created_at=work.now,
        created_by=work.actor.name,
        compiler_id=work.actor.person_id,
        **values,
    )
    work.session.add(visit)
    audit.record(work, "visit:add", visit, case_id=case.id, values=values)
    return _with_the_rest(work, visit, data)


def correct_visit(
    work: Work, case_id: int, visit_id: int, data: VisitInput, expected_version: int | None = None
) -> Visit:
    """Correct a visit that is not acknowledged yet; a report that was out comes back to the curator.

    Raises Forbidden, Stale, Invalid as `record_visit`, Refusal (locked).
    """
    case, visit = own_visit(work, case_id, visit_id, expected_version)
    _check(work, case, data)
    values = _values(data)
    if visit.report != ReportState.draft:
        values["report"] = ReportState.draft.value
    revise(work, visit, values, "visit:edit", case.id)
    return _with_the_rest(work, visit, data)


def withdraw_visit(
    work: Work, case_id: int, visit_id: int, reason: str, expected_version: int | None = None
) -> Visit:
    """Take back a visit entered by mistake: it stays in the history and counts nowhere."""
    case, visit = own_visit(work, case_id, visit_id, expected_version)
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    changes = {"withdrawn_at": work.now, "withdrawn_reason": reason.strip()}
    revise(work, visit, changes, "visit:withdraw", case.id)
    for row in planned_visits(work.session, case.id):
        if row.visit_id == visit.id:
            _count_for(work, row, None)
    return visit


def date_faults(work: Work, case: Case, data: VisitInput) -> dict[str, Text]:
    """What is wrong with the dates of a visit, by field."""
    wrong: dict[str, Text] = {}
    last = data.held_until or data.held_on
    if data.held_on > work.today:
        wrong["held_on"] = _("This date has not come yet. Enter a visit after it took place.")
    elif data.held_on < case.programme.starts:
        wrong["held_on"] = _("The programme began on %(day)s.", day=f"{case.programme.starts:%d.%m.%Y}")
    if data.held_until and data.held_until < data.held_on:
        wrong["held_until"] = _("The visit ends before it begins.")
    elif data.held_until and data.held_until > work.today:
        wrong["held_until"] = _("This date has not come yet. Enter a visit after it took place.")
    agreement = current_agreement(work.session, case.id)
    if agreement is not None and "held_on" not in wrong:
        end = agreement.ended_on or agreement.until
        if last > end:
            wrong["held_until" if data.held_until else "held_on"] = _(
                "The agreement ended on %(day)s.", day=f"{end:%d.%m.%Y}"
            )
    if data.ground == VisitGround.agreement and not data.ground_comment.strip():
        unsigned = agreement is None or agreement.state in (AgreementState.draft, AgreementState.to_sign)
        if unsigned or (agreement is not None and data.held_on < agreement.since):
            wrong["ground_comment"] = _(
                "On this day the agreement was not in force. "
                "Choose the order as the ground, or explain in a few words."
            )
    return wrong


def _check(work: Work, case: Case, data: VisitInput) -> None:
    wrong = date_faults(work, case, data)
    for name in ("purpose", "curator_people", "findings"):
        if not getattr(data, name).strip():
            wrong[name] = _("This field is required.")
    for n, advice in enumerate(data.recommendations):
        if not advice.text.strip():
            wrong[f"recommendations-{n}-text"] = _("This field is required.")
        if not advice.executor.strip():
            wrong[f"recommendations-{n}-executor"] = _("This field is required.")
        if advice.due < data.held_on:
            wrong[f"recommendations-{n}-due"] = _("The term is before the visit.")
    if wrong:
        raise Invalid(fields=wrong)


def _values(data: VisitInput) -> dict[str, Any]:
    plain = {
        name: getattr(data, name).strip()
        for name in (
            "purpose",
            "curator_people",
            "school_people",
            "findings",
            "plan_item",
            "risk",
            "ground_comment",
        )
    }
    return {
        **plain,
        "held_on": data.held_on,
        "held_until": data.held_until if data.held_until != data.held_on else None,
        "mode": data.mode.value,
        "ground": data.ground.value,
        "lessons": [asdict(lesson) for lesson in data.lessons],
    }


def _with_the_rest(work: Work, visit: Visit, data: VisitInput) -> Visit:
    """What stands in rows of its own: the recommendations, the planned period, the photo."""
    write_recommendations(work, visit, data.recommendations)
    _match_plan(work, visit)
    _keep_photo(work, visit, data)
    return visit


def _match_plan(work: Work, visit: Visit) -> None:
    """Count the visit for the planned period it falls into."""
    rows = planned_visits(work.session, visit.case_id)
    free = [(row.id, row.since, row.until) for row in rows if row.visit_id in (None, visit.id)]
    place = fitting(free, visit.held_on)
    for row in rows:
        if row.visit_id == visit.id and row.id != place:
            _count_for(work, row, None)
    for row in rows:
        if row.id == place:
            _count_for(work, row, visit.id)


def _count_for(work: Work, row: PlannedVisit, visit_id: int | None) -> None:
    revise(work, row, {"visit_id": visit_id}, "visit:planned", row.case_id)
    work.session.flush()


def _keep_photo(work: Work, visit: Visit, data: VisitInput) -> None:
    """A photo or a scan beside the visit; the same file again is kept once."""
    if not data.photo:
        return
    again = work.session.scalars(
        select(VisitFile.id)
        .join(StoredFile, StoredFile.id == VisitFile.file_id)
        .where(VisitFile.visit_id == visit.id, StoredFile.sha256 == hashlib.sha256(data.photo).hexdigest())
    ).first()
    if again is not None:
        return
    stored = keep_scan(work, data.photo, data.photo_name, case_id=visit.case_id, field="photo")
    work.session.flush()  # the row points to the file's key
    work.session.add(VisitFile(case_id=visit.case_id, visit_id=visit.id, file_id=stored.id))
    told = {"file": stored.id, "sha256": stored.sha256}
    audit.record(work, "visit:photo", visit, case_id=visit.case_id, data=told, values={"note": stored.name})
    work.session.expire(visit, ["files"])


def own_visit(
    work: Work, case_id: int, visit_id: int, expected_version: int | None = None
) -> tuple[Case, Visit]:
    """The visit for its curator to change. Raises Forbidden, Stale, Refusal (locked; the case is not running)."""
    case = lock_case(work.session, case_id)
    require(work, "curation.visit", case)
    require_running(case)
    visit = get_visit(work.session, case_id, visit_id)
    check_version(visit.version, expected_version)
    if visit.is_locked:
        raise Refusal([locked_reason(visit)])
    return case, visit


def locked_reason(visit: Visit) -> Reason:
    """Why a visit can no longer be changed."""
    if visit.withdrawn_at is not None:
        return Reason(_("This visit was withdrawn."))
    return Reason(_("The director has acknowledged the report: it is locked. Write an addition."))
