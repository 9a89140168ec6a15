"""Writing the plan: its measures, and the submission to the coordination group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.access.scopes import get_visible
from app.audit import service as audit
from app.cases.models import Case
from app.cases.queries import lock_case
from app.cases.roles import require
from app.cases.service import complete_task, content_changed
from app.cases.stages import PLAN, deciding_on, is_behind, submitting
from app.core.errors import Invalid, Reason, Refusal, check_version
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.plans import queries
from app.plans.adoption import keep_adopted
from app.plans.history import about, revise
from app.plans.models import PlanItem, PlanSnapshot
from app.plans.rules import Direction, Level, content_hash
from app.plans.terms import Recurrence, Term, parse_term
from app.schools.models import Person


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


# ── measures ──────────────────────────────────────────────────────────────────────────────────────


def add_item(work: Work, case_id: int, data: ItemInput) -> PlanItem:
    """Add a measure at `data.number`, or at the end.

    Raises Forbidden, Invalid at the fields, Refusal when the plan is adopted already.
    """
    (item,) = add_items(work, case_id, [data])
    return item


def add_items(work: Work, case_id: int, data: Sequence[ItemInput]) -> list[PlanItem]:
    """Add several measures in their order, as `add_item` adds one; a plan may have hundreds."""
    case = _open_plan(work, case_id)
    checked = [_checked(work, case, one) for one in data]
    all_of_them, added, told = list(queries.items_of(work.session, case_id)), [], []
    for one, values in zip(data, checked, strict=True):
        item = PlanItem(case_id=case_id, number=len(all_of_them) + 1, **values)
        item.reports = []
        all_of_them = _placed(all_of_them, item, one.number)
        added.append(item)
        told.append(audit.Act(item, {"number": item.number}, {"about": about(item), **values}))
    work.session.add_all(added)
    work.session.flush()  # the measures' keys go into the content the votes are bound to
    audit.record_all(work, "plan:add", told, case_id=case_id)
    content_changed(work, case_id)
    return added


def edit_item(
    work: Work, case_id: int, item_id: int, data: ItemInput, expected_version: int | None = None
) -> PlanItem:
    """Correct a measure; the old values stay in the history and votes for the old plan become void.

    Raises Forbidden, Invalid at the fields, Stale, Refusal when the plan is adopted already.
    """
    case = _open_plan(work, case_id)
    item = queries.item_of(work.session, case_id, item_id)
    check_version(item.version, expected_version)
    values = _checked(work, case, data)
    _keep_reports(item, values)
    revise(work, item, item, values, "plan:edit")
    if data.number is not None and data.number != item.number:
        others = [other for other in queries.items_of(work.session, case_id) if other.id != item.id]
        audit.record(work, "plan:edit", item, case_id=case_id, data={"from": item.number, "to": data.number})
        _placed(others, item, data.number)
    work.session.flush()  # the engine reads the new content
    content_changed(work, case_id)
    return item


def delete_item(work: Work, case_id: int, item_id: int, expected_version: int | None = None) -> None:
    """Take a measure out of the plan. Raises Refusal once its execution has been reported."""
    _open_plan(work, case_id)
    item = queries.item_of(work.session, case_id, item_id)
    check_version(item.version, expected_version)
    if item.reports:
        raise Refusal([Reason(_("There are reports on this measure, so it stays in the plan."))])
    values = {"about": about(item), **queries.content([item])[0]}
    audit.record(work, "plan:delete", item, case_id=case_id, data={"number": item.number}, values=values)
    others = [other for other in queries.items_of(work.session, case_id) if other.id != item.id]
    work.session.delete(item)
    for number, other in enumerate(others, start=1):
        other.number = number
    work.session.flush()  # the engine reads the new content
    content_changed(work, case_id)


def submit_plan(
    work: Work, case_id: int, expected_version: int, comment: str = "", *, seen: str | None = None
) -> PlanSnapshot:
    """Submit the plan to the coordination group and keep it as it stands now, for comparing with later rounds.

    `seen` is the content the page showed (cases.seen): nobody submits what he has not looked at.
    Raises Stale, Refusal with every gap of the plan.
    """
    case = lock_case(work.session, case_id)
    require(work, "plans.edit", case)
    task = submits(work, case)
    if task is None:
        raise Refusal([Reason(_("The plan is not put to the vote at this stage."))])
    complete_task(work, case_id, task, expected_version, comment, seen)
    return queries.snapshots_of(work.session, case_id)[-1]


def submits(work: Work, case: Case) -> str | None:
    """The task with which the plan is put to the vote in the present stage of the case."""
    definition = work.ports.definitions.of(work.session, case)
    named = submitting(definition, case.stage, PLAN)
    there = definition.stages[case.stage].tasks if named else ()
    own = [task for task in there if task.id in named]
    # several may have to be done before the vote: the one of the plan is done on its page
    return next((task.id for task in own if task.page == "plans"), own[0].id if own else None)


def keep_snapshot(work: Work, case: Case, task: str) -> None:
    """Keep the plan as it was submitted; called when a task is closed, from whichever page."""
    if task != submits(work, case):
        return
    content = queries.content(queries.items_of(work.session, case.id))
    snapshot = PlanSnapshot(
        case_id=case.id, round=case.round, content=content, hash=content_hash(content),
        submitted_by=work.actor.user_id, submitted_name=work.actor.name, at=work.now,
    )  # fmt: skip
    work.session.add(snapshot)
    audit.record(
        work, "plan:submit", snapshot, case_id=case.id, data={"round": case.round, "hash": snapshot.hash}
    )


# ── checks ────────────────────────────────────────────────────────────────────────────────────────


def why_closed(work: Work, case: Case) -> Reason | None:
    """Why the plan cannot be edited now; None when it can.

    It is open while it is made and voted on; later it changes only by returning the case to that stage. A procedure
    that does not vote on a plan leaves it open.
    """
    if case.status != "active":
        return Reason(_("The case is not being worked on now: nothing in it can be changed."))
    definition = work.ports.definitions.of(work.session, case)
    voted = deciding_on(definition, PLAN)
    if is_behind(definition, case.stage, voted):
        return Reason(
            _("The plan is approved by order. To change it the chair returns the case to the plan.")
        )
    if case.stage in voted and case.approval == "passed":
        return Reason(_("The group has adopted this plan. To change it the chair returns it for revision."))
    return None


def _open_plan(work: Work, case_id: int) -> Case:
    """The case under a lock, if the plan is the actor's to edit and still open."""
    case = lock_case(work.session, case_id)
    require(work, "plans.edit", case)
    if reason := why_closed(work, case):
        raise Refusal([reason])
    keep_adopted(work, case)
    return case


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
    """The dates that were given, else those the text says; some day of them is a day of the programme."""
    term, programme = _dates(case, data, faults), case.programme
    at = "ends" if data.ends else "term"
    if term is not None and term.ends < programme.starts:
        faults[at] = _("The programme began on %(day)s.", day=f"{programme.starts:%d.%m.%Y}")
    elif term is not None and term.starts > programme.ends:
        faults[at] = _("The programme ends on %(day)s.", day=f"{programme.ends:%d.%m.%Y}")
    return term


def _dates(case: Case, data: ItemInput, faults: dict[str, Text]) -> Term | None:
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


def _placed(others: list[PlanItem], item: PlanItem, wanted: int | None) -> list[PlanItem]:
    """The measures with `item` at the wanted place, or at the end, numbered from 1."""
    at = len(others) if wanted is None else max(0, min(len(others), wanted - 1))
    placed = [*others[:at], item, *others[at:]]
    for number, one in enumerate(placed, start=1):
        if one.number != number:
            one.number = number
    return placed
