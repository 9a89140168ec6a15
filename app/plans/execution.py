"""Reporting what became of the measures of a plan, and deciding on new terms."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from app.access.memberships import accounts_holding, actor_for
from app.access.permissions import CAPABILITIES
from app.access.roles import SCHOOL
from app.access.scopes import get_visible
from app.audit import service as audit
from app.cases.models import Case
from app.cases.queries import lock_case
from app.cases.roles import case_roles, require
from app.cases.stages import PLAN, deciding_on
from app.core.errors import Forbidden, Invalid, Reason, Refusal, check_version
from app.core.i18n import Text, _
from app.core.ports import Message
from app.core.unit_of_work import Work
from app.files import service as files
from app.files.models import StoredFile
from app.plans import queries
from app.plans.history import about, revise
from app.plans.models import PlanItem, PlanReport
from app.plans.rules import ReportStatus
from app.plans.service import why_closed


@dataclass(frozen=True)
class Upload:
    name: str
    data: bytes


@dataclass(frozen=True)
class ReportInput:
    """What became of a measure. Without `occurrences` it holds for all that are not accounted for yet."""

    status: ReportStatus
    done_on: date | None = None
    evidence: str = ""
    link: str = ""
    upload: Upload | None = None
    file_id: int | None = None  # a file already kept in the case, as evidence of this measure too
    reason: str = ""
    moved_to: date | None = None
    occurrences: tuple[date, ...] = ()


def report_item(
    work: Work, case_id: int, item_id: int, data: ReportInput, expected_version: int | None = None
) -> list[PlanReport]:
    """Report what became of a measure, for the named occurrences or all that are not accounted for yet.

    Raises Forbidden, Invalid at the fields (done needs a day and evidence, not done a reason, moved a new day).
    """
    case = lock_case(work.session, case_id)
    require(work, "plans.report", case)
    if reason := why_not_reported(work, case):
        raise Refusal([reason])
    item = queries.item_of(work.session, case_id, item_id)
    check_version(item.version, expected_version)
    dues = queries.dues_of(item)
    if not dues:
        raise Refusal([Reason(_("This measure has no term yet, so there is nothing to report on."))])
    days = {due.occurrence for due in dues}
    wanted = data.occurrences or tuple(due.occurrence for due in dues if not due.is_reported)
    if not wanted:
        raise Invalid(fields={"occurrences": _("Choose what the report is about.")})
    if not days.issuperset(wanted):
        raise Invalid(fields={"occurrences": _("Choose from the list only.")})
    since = min(item.starts or case.programme.starts, case.programme.starts)
    known = {report.occurrence: report for report in item.reports}
    approved = {known[day].approved_to for day in wanted if day in known}
    _check_report(work, data, since, max(wanted), approved)
    values: dict[str, Any] = {
        "status": data.status.value,
        "done_on": data.done_on if data.status is ReportStatus.done else None,
        "evidence": data.evidence.strip(), "link": data.link.strip(),
        "reason": data.reason.strip() if data.status in (ReportStatus.not_done, ReportStatus.moved) else "",
    }  # fmt: skip
    if file_id := _evidence_file(work, case_id, data):
        values["file_id"] = file_id
    if data.status is ReportStatus.moved:
        values |= {"moved_to": data.moved_to, "refused_because": ""}
    return [_report(work, item, day, known.get(day), values) for day in sorted(wanted)]


def why_not_reported(work: Work, case: Case) -> Reason | None:
    """Why the execution of the plan cannot be reported now; None when it can."""
    if case.status != "active":
        return Reason(_("The case is not being worked on now: nothing in it can be changed."))
    if deciding_on(work.ports.definitions.of(work.session, case), PLAN) and why_closed(work, case) is None:
        return Reason(_("The plan is not adopted yet: its execution is reported afterwards."))
    return None


def approve_move(work: Work, case_id: int, report_id: int, expected_version: int | None = None) -> PlanReport:
    """Approve a new term, so that the occurrence is counted by it. Raises Forbidden for whoever asked for it."""
    case, report = _asked_move(work, case_id, report_id, expected_version)
    changes = {"status": ReportStatus.planned.value, "approved_to": report.moved_to,
               "move_approved_by": work.actor.user_id, "move_approved_at": work.now}  # fmt: skip
    revise(work, report, report.item, changes, "plan:move_approved")
    _tell_asker(work, case, report, "plan.move_approved")
    return report


def refuse_move(
    work: Work, case_id: int, report_id: int, why: str, expected_version: int | None = None
) -> PlanReport:
    """Refuse a new term with a reason: the measure stays due as it was, also on a day approved before.

    Raises Forbidden for whoever asked for it, Invalid at `reason`.
    """
    case, report = _asked_move(work, case_id, report_id, expected_version)
    if len(why.strip()) < 3:
        raise Invalid(fields={"reason": _("Say why.")})
    changes = {"status": ReportStatus.planned.value, "refused_because": why.strip()}
    revise(work, report, report.item, changes, "plan:move_refused")
    _tell_asker(work, case, report, "plan.move_refused", who=work.actor.name, why=why.strip())
    return report


def _asked_move(
    work: Work, case_id: int, report_id: int, expected_version: int | None
) -> tuple[Case, PlanReport]:
    """The case and the new term somebody else has asked for in it. Raises Forbidden, Stale, Refusal."""
    case = lock_case(work.session, case_id)
    require(work, "plans.approve_move", case)
    report = queries.report_of(work.session, case_id, report_id)
    check_version(report.version, expected_version)
    if report.reported_by is not None and report.reported_by == work.actor.user_id:
        raise Forbidden(_("Whoever asked for a new term does not decide on it."))
    if reason := why_no_move(report):
        raise Refusal([reason])
    return case, report


def why_no_move(report: PlanReport) -> Reason | None:
    """Why nothing is decided on a new term here; None when one is asked for."""
    if report.status != ReportStatus.moved:
        return Reason(_("There is no new term to decide on here."))
    return None


def _tell_asker(work: Work, case: Case, report: PlanReport, code: str, **said: str) -> None:
    """Whoever asked for the new term is told what became of it, with the day that counts now.

    Once he reports on this plan no more, those of the school who do are told.
    """
    if work.ports.notify is None or report.reported_by is None:
        return
    people = {report.reported_by}
    asker = actor_for(work.session, report.reported_by, "", work.today)
    if not case_roles(asker, case) & CAPABILITIES["plans.report"]:
        people = {held.user_id for held in accounts_holding(work.session, SCHOOL, work.today, case.school_id)}
    params = {
        "school": case.school.short_name, "number": report.item.number, "day": report.due.isoformat(), **said,
    }  # fmt: skip
    key = f"plan-report/{report.id}/{code}/{work.now.isoformat()}"
    link = f"/cases/{case.id}/plans#item-{report.item_id}"
    work.ports.notify(work, people, Message(code, params, link, key, case.id))


def _report(
    work: Work, item: PlanItem, day: date, report: PlanReport | None, values: dict[str, Any]
) -> PlanReport:
    if report is not None:
        if revise(work, report, item, values, "plan:report_edit"):
            report.reported_by, report.reported_at = work.actor.user_id, work.now
        return report
    report = PlanReport(
        case_id=item.case_id, occurrence=day, reported_by=work.actor.user_id, reported_at=work.now, **values
    )
    item.reports.append(report)
    audit.record(work, "plan:report", report, case_id=item.case_id, values={"about": about(item, report), **values},
                 data={"item": item.id, "occurrence": day.isoformat(), "status": values["status"]})  # fmt: skip
    return report


def _check_report(
    work: Work, data: ReportInput, since: date, term: date, approved: Collection[date | None]
) -> None:
    """Raises Invalid; `since` is the first day on which anything of the plan can have been done, `term` the last of
    the terms that are reported on, `approved` the new terms of theirs that count already.
    """
    faults: dict[str, Text] = {}
    match data.status:
        case ReportStatus.done:
            if data.done_on is None:
                faults["done_on"] = _("Give the day it was done.")
            elif data.done_on > work.today:
                faults["done_on"] = _("This day has not come yet.")
            elif data.done_on < since:
                faults["done_on"] = _(
                    "Work on the plan began on %(day)s: check the year.", day=f"{since:%d.%m.%Y}"
                )
            if not (data.evidence.strip() or data.link.strip() or data.upload or data.file_id):
                faults["evidence"] = _("Say what proves it: a text, a link or a file.")
        case ReportStatus.not_done:
            if len(data.reason.strip()) < 3:
                faults["reason"] = _("Say why it was not done.")
        case ReportStatus.moved:
            if data.moved_to is None:
                faults["moved_to"] = _("Give the new day.")
            elif data.moved_to <= term:
                faults["moved_to"] = _("The new term is not later than the planned one, %(day)s.",
                                       day=f"{term:%d.%m.%Y}")  # fmt: skip
            elif data.moved_to in approved:
                faults["moved_to"] = _("This new term is approved already.")
            elif data.moved_to < work.today:
                faults["moved_to"] = _("This day has passed already.")
            if len(data.reason.strip()) < 3:
                faults["reason"] = _("Say why the term is moved.")
    if data.link.strip() and not _is_web_address(data.link.strip()):
        faults["link"] = _("Give the whole address, beginning with https://")
    if faults:
        raise Invalid(fields=faults)


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(text) <= 500 and " " not in text


def _evidence_file(work: Work, case_id: int, data: ReportInput) -> int | None:
    if data.upload is not None:
        kept = files.keep_scan(work, data.upload.data, data.upload.name, case_id=case_id, field="upload")
        work.session.flush()  # the report names the file by its key
        return kept.id
    if data.file_id is not None and get_visible(work.session, StoredFile, data.file_id).case_id != case_id:
        raise Invalid(fields={"file_id": _("Choose from the list only.")})
    return data.file_id
