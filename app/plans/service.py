"""Writing the plan: measures, reports on their execution, and the submission to the coordination group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from app.access.scopes import get_visible
from app.audit import service as audit
from app.cases.models import Case
from app.cases.queries import lock_case
from app.cases.roles import require
from app.cases.service import complete_task, content_changed
from app.core.errors import Forbidden, Invalid, Reason, Refusal, Stale
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.files import service as files
from app.files.models import StoredFile
from app.plans import queries
from app.plans.models import PlanItem, PlanReport, PlanSnapshot
from app.plans.rules import EDITABLE_STAGES, PLAN_STAGE, Direction, Level, ReportStatus, content_hash, spoken
from app.plans.terms import Recurrence, Term, parse_term
from app.plans.texts import FIELD_TITLES
from app.schools.models import Person

SUBMIT = "prepare_plan"


@dataclass(frozen=True)
class ItemInput:
    """A measure as it is typed. The dates are read from `term` unless they are given.

    Everything but `action` may stay empty in a draft; a plan with gaps cannot be submitted.
    `owner` is a text, or follows from `owner_id`; `risk` likewise from `risk_code`.
    """

    action: str
    term: str = ""
    direction: Direction | str = ""
    owner: str = ""
    expected_result: str = ""
    indicator: str = ""
    participants: str = ""
    risk: str = ""
    risk_code: str = ""
    level: Level = Level.municipal
    owner_id: int | None = None
    starts: date | None = None
    ends: date | None = None
    recurrence: Recurrence | None = None
    number: int | None = None


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


# ── measures ──────────────────────────────────────────────────────────────────────────────────────


def add_item(work: Work, case_id: int, data: ItemInput) -> PlanItem:
    """Add a measure at `data.number`, or at the end.

    Raises Forbidden, Invalid at the fields, Refusal when the plan is adopted already.
    """
    case = _open_plan(work, case_id)
    values = _checked(work, case, data)
    others = list(queries.items_of(work.session, case_id))
    item = PlanItem(case_id=case_id, number=len(others) + 1, **values)
    item.reports = []
    work.session.add(item)
    work.session.flush()  # the measure's key goes into the content the votes are bound to
    _place(others, item, data.number)
    audit.record(
        work,
        "plan:add",
        item,
        case_id=case_id,
        data={"number": item.number},
        values={"about": _about(item), **values},
    )
    content_changed(work, case_id)
    return item


def add_items(work: Work, case_id: int, data: Sequence[ItemInput]) -> list[PlanItem]:
    """Add several measures in their order."""
    return [add_item(work, case_id, one) for one in data]


def edit_item(
    work: Work, case_id: int, item_id: int, data: ItemInput, expected_version: int | None = None
) -> PlanItem:
    """Correct a measure; the old values stay in the history and votes for the old plan become void.

    Raises Forbidden, Invalid at the fields, Stale, Refusal when the plan is adopted already.
    """
    case = _open_plan(work, case_id)
    item = queries.item_of(work.session, case_id, item_id)
    _check_version(item, expected_version)
    values = _checked(work, case, data)
    _keep_reports(item, values)
    _revise(work, item, item, values, "plan:edit")
    if data.number is not None and data.number != item.number:
        others = [other for other in queries.items_of(work.session, case_id) if other.id != item.id]
        audit.record(work, "plan:edit", item, case_id=case_id, data={"from": item.number, "to": data.number})
        _place(others, item, data.number)
    work.session.flush()  # the engine reads the new content
    content_changed(work, case_id)
    return item


def delete_item(work: Work, case_id: int, item_id: int, expected_version: int | None = None) -> None:
    """Take a measure out of the plan. Raises Refusal once its execution has been reported."""
    _open_plan(work, case_id)
    item = queries.item_of(work.session, case_id, item_id)
    _check_version(item, expected_version)
    if item.reports:
        raise Refusal([Reason(_("There are reports on this measure, so it stays in the plan."))])
    values = {"about": _about(item), **queries.content([item])[0]}
    audit.record(work, "plan:delete", item, case_id=case_id, data={"number": item.number}, values=values)
    others = [other for other in queries.items_of(work.session, case_id) if other.id != item.id]
    work.session.delete(item)
    for number, other in enumerate(others, start=1):
        other.number = number
    work.session.flush()  # the engine reads the new content
    content_changed(work, case_id)


def submit_plan(work: Work, case_id: int, expected_version: int, comment: str = "") -> PlanSnapshot:
    """Submit the plan to the coordination group and keep it as it stands now, for comparing with later rounds.

    Raises Refusal with every gap of the plan.
    """
    case = lock_case(work.session, case_id)
    require(work, "plans.edit", case)
    complete_task(work, case_id, SUBMIT, expected_version, comment)
    return queries.snapshots_of(work.session, case_id)[-1]


def keep_snapshot(work: Work, case: Case) -> None:
    """Keep the plan as it was submitted; called when the task is closed, from whichever page."""
    content = queries.content(queries.items_of(work.session, case.id))
    snapshot = PlanSnapshot(
        case_id=case.id, round=case.round, content=content, hash=content_hash(content),
        submitted_by=work.actor.user_id, submitted_name=work.actor.name, at=work.now,
    )  # fmt: skip
    work.session.add(snapshot)
    audit.record(
        work, "plan:submit", snapshot, case_id=case.id, data={"round": case.round, "hash": snapshot.hash}
    )


# ── execution ─────────────────────────────────────────────────────────────────────────────────────


def report_item(
    work: Work, case_id: int, item_id: int, data: ReportInput, expected_version: int | None = None
) -> list[PlanReport]:
    """Report what became of a measure, for the named occurrences or all that are not accounted for yet.

    Raises Forbidden, Invalid at the fields (done needs a day and evidence, not done a reason, moved a new day).
    """
    case = lock_case(work.session, case_id)
    require(work, "plans.report", case)
    if case.status != "active":
        raise Refusal([Reason(_("The case is not being worked on now: nothing in it can be changed."))])
    if why_closed(case) is None:
        raise Refusal([Reason(_("The plan is not adopted yet: its execution is reported afterwards."))])
    item = queries.item_of(work.session, case_id, item_id)
    _check_version(item, expected_version)
    dues = queries.dues_of(item)
    if not dues:
        raise Refusal([Reason(_("This measure has no term yet, so there is nothing to report on."))])
    days = {due.occurrence for due in dues}
    wanted = data.occurrences or tuple(due.occurrence for due in dues if not due.is_reported)
    if not wanted:
        raise Invalid(fields={"occurrences": _("Choose what the report is about.")})
    if not days.issuperset(wanted):
        raise Invalid(fields={"occurrences": _("Choose from the list only.")})
    _check_report(work, data)
    values: dict[str, Any] = {
        "status": data.status.value,
        "done_on": data.done_on if data.status is ReportStatus.done else None,
        "evidence": data.evidence.strip(), "link": data.link.strip(),
        "reason": data.reason.strip() if data.status in (ReportStatus.not_done, ReportStatus.moved) else "",
    }  # fmt: skip
    if file_id := _evidence_file(work, case_id, data):
        values["file_id"] = file_id
    if data.status is ReportStatus.moved:
        values |= {"moved_to": data.moved_to, "move_approved_by": None, "move_approved_at": None}
    known = {report.occurrence: report for report in item.reports}
    return [_report(work, item, day, known.get(day), values) for day in sorted(wanted)]


def approve_move(work: Work, case_id: int, report_id: int, expected_version: int | None = None) -> PlanReport:
    """Approve a new term, so that the occurrence is counted by it. Raises Forbidden for whoever asked for it."""
    case = lock_case(work.session, case_id)
    require(work, "plans.approve_move", case)
    report = queries.report_of(work.session, case_id, report_id)
    _check_version(report, expected_version)
    if report.reported_by is not None and report.reported_by == work.actor.user_id:
        raise Forbidden(_("Whoever asked for a new term does not approve it."))
    if report.status != ReportStatus.moved:
        raise Refusal([Reason(_("There is no new term to approve here."))])
    changes = {"status": ReportStatus.planned.value, "move_approved_by": work.actor.user_id,
               "move_approved_at": work.now}  # fmt: skip
    _revise(work, report, report.item, changes, "plan:move_approved")
    return report


def _report(
    work: Work, item: PlanItem, day: date, report: PlanReport | None, values: dict[str, Any]
) -> PlanReport:
    if report is not None:
        if _revise(work, report, item, values, "plan:report_edit"):
            report.reported_by, report.reported_at = work.actor.user_id, work.now
        return report
    report = PlanReport(
        case_id=item.case_id, occurrence=day, reported_by=work.actor.user_id, reported_at=work.now,
        move_approved_at=values.get("move_approved_at"), **{k: v for k, v in values.items() if k != "move_approved_at"},
    )  # fmt: skip
    item.reports.append(report)
    audit.record(work, "plan:report", report, case_id=item.case_id, values={"about": _about(item), **values},
                 data={"item": item.id, "occurrence": day.isoformat(), "status": values["status"]})  # fmt: skip
    return report


def _check_report(work: Work, data: ReportInput) -> None:
    faults: dict[str, Text] = {}
    match data.status:
        case ReportStatus.done:
            if data.done_on is None:
                faults["done_on"] = _("Give the day it was done.")
            elif data.done_on > work.today:
                faults["done_on"] = _("This day has not come yet.")
            if not (data.evidence.strip() or data.link.strip() or data.upload or data.file_id):
                faults["evidence"] = _("Say what proves it: a text, a link or a file.")
        case ReportStatus.not_done:
            if len(data.reason.strip()) < 3:
                faults["reason"] = _("Say why it was not done.")
        case ReportStatus.moved:
            if data.moved_to is None:
                faults["moved_to"] = _("Give the new day.")
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


def _revise(
    work: Work, row: PlanItem | PlanReport, item: PlanItem, changes: dict[str, Any], tag: str
) -> bool:
    """Set what differs and tell it in the history in words; keys and instants stay in the record's codes."""
    changed = {name: (getattr(row, name), new) for name, new in changes.items() if getattr(row, name) != new}
    for name, (_old, new) in changed.items():
        setattr(row, name, new)
    if not changed:
        return False
    told = {
        name: {"old": _told(name, old), "new": _told(name, new)}
        for name, (old, new) in changed.items()
        if name in FIELD_TITLES
    }
    keys = {name: [old, new] for name, (old, new) in changed.items() if name.endswith("_id")}
    audit.record(work, tag, row, case_id=item.case_id, data={"fields": sorted(changed), "keys": keys},
                 values={"about": _about(item), **told})  # fmt: skip
    return True


def _about(item: PlanItem) -> str:
    return f"№\u00a0{item.number}. {item.action}"


def _told(name: str, value: Any) -> str:
    shown = spoken(name, value)
    return shown.in_("ru") if isinstance(shown, Text) else str(shown)


# ── checks ────────────────────────────────────────────────────────────────────────────────────────


def why_closed(case: Case) -> Reason | None:
    """Why the plan cannot be edited now; None when it can."""
    if case.status != "active":
        return Reason(_("The case is not being worked on now: nothing in it can be changed."))
    if case.stage not in EDITABLE_STAGES:
        return Reason(
            _("The plan is approved by order. To change it the chair returns the case to the plan.")
        )
    if case.stage == PLAN_STAGE and case.approval == "passed":
        return Reason(_("The group has adopted this plan. To change it the chair returns it for revision."))
    return None


def _open_plan(work: Work, case_id: int) -> Case:
    """The case under a lock, if the plan is the actor's to edit and still open."""
    case = lock_case(work.session, case_id)
    require(work, "plans.edit", case)
    if reason := why_closed(case):
        raise Refusal([reason])
    return case


def _check_version(row: PlanItem | PlanReport, expected: int | None) -> None:
    if expected is not None and row.version != expected:
        raise Stale


def _checked(work: Work, case: Case, data: ItemInput) -> dict[str, Any]:
    """The columns of a measure. Raises Invalid with every fault at its field."""
    faults: dict[str, Text] = {}
    if not data.action.strip():
        faults["action"] = _("This field is required.")
    term = _term(case, data, faults)
    owner = data.owner.strip()
    if data.owner_id is not None and not owner:
        owner = get_visible(work.session, Person, data.owner_id).short
    risk = data.risk.strip()
    if data.risk_code:
        source = work.ports.choices.get("risks")
        titles = dict(source(work.session, case.id)) if source else {}
        if data.risk_code in titles:
            risk = titles[data.risk_code]
        elif not risk:
            faults["risk_code"] = _("Choose one of the list.")
    if faults:
        raise Invalid(fields=faults)
    return {
        "direction": Direction(data.direction).value if data.direction else "",
        "action": data.action.strip(), "term": data.term.strip() or (_term_text(term) if term else ""),
        "starts": term.starts if term else None, "ends": term.ends if term else None,
        "recurrence": (term.recurrence if term else Recurrence.once).value,
        "owner_id": data.owner_id, "owner": owner, "expected_result": data.expected_result.strip(),
        "indicator": data.indicator.strip(), "participants": data.participants.strip(),
        "risk_code": data.risk_code, "risk": risk, "level": Level(data.level).value,
    }  # fmt: skip


def _term(case: Case, data: ItemInput, faults: dict[str, Text]) -> Term | None:
    """The dates that were given, else those the text says; asks for dates when it is not understood."""
    programme = case.programme
    if data.starts or data.ends:
        ends = data.ends
        if ends is None:
            faults["ends"] = _("Give the last day.")
            return None
        starts = data.starts or min(programme.starts, ends)
        if starts > ends:
            faults["ends"] = _("The last day is before the first.")
            return None
        return Term(starts, ends, data.recurrence or Recurrence.once)
    if not data.term.strip():
        return None
    understood = parse_term(data.term, programme.starts, programme.ends)
    if understood is None:
        faults["term"] = _("This term is not understood. Give the first and the last day below.")
        return None
    if data.recurrence is not None:
        understood = Term(understood.starts, understood.ends, data.recurrence)
    return understood


def _term_text(term: Term) -> str:
    first, last = f"{term.starts:%d.%m.%Y}", f"{term.ends:%d.%m.%Y}"
    return last if first == last else f"{first} – {last}"


def _keep_reports(item: PlanItem, values: dict[str, Any]) -> None:
    """A new term must not lose what was reported: a single report follows the day, several refuse the change."""
    if not item.reports:
        return
    if values["starts"] is None:
        raise Invalid(fields={"term": _("There are reports on this measure: its term cannot be taken away.")})
    days = Term(values["starts"], values["ends"], Recurrence(values["recurrence"])).occurrences()
    lost = [report for report in item.reports if report.occurrence not in days]
    if not lost:
        return
    if len(item.reports) == 1 and len(days) == 1:
        item.reports[0].occurrence = days[0]
        return
    shown = ", ".join(f"{report.occurrence:%d.%m.%Y}" for report in lost)
    raise Invalid(fields={"term": _("With this term the reports for %(days)s would be lost.", days=shown)})


def _place(others: list[PlanItem], item: PlanItem, wanted: int | None) -> None:
    """Number the measures from 1 with `item` at the wanted place, or at the end."""
    at = len(others) if wanted is None else max(0, min(len(others), wanted - 1))
    for number, one in enumerate([*others[:at], item, *others[at:]], start=1):
        if one.number != number:
            one.number = number
