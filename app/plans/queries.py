"""Reading a plan: its measures with their occurrences, its fulfilment and its rounds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from app.cases.models import Case, CaseStatus
from app.cases.queries import SHORT_NAMES, WITH_NAMES
from app.core.asked_once import asked_once
from app.core.errors import NotFound
from app.plans.models import PlanItem, PlanReport, PlanSnapshot
from app.plans.rules import (
    CONTENT,
    Change,
    Fulfilment,
    Occurrence,
    ReportStatus,
    compare,
    fulfilment,
    is_reported,
)
from app.schools.models import Organisation, Position

NBSP = "\u00a0"
_WITH_REPORTS = select(PlanItem).options(selectinload(PlanItem.reports).joinedload(PlanReport.file))


@dataclass(frozen=True)
class Due:
    """One occurrence of a measure with the report on it, if there is one."""

    item: PlanItem
    occurrence: date
    report: PlanReport | None

    @property
    def due(self) -> date:
        return self.report.due if self.report else self.occurrence

    @property
    def status(self) -> ReportStatus:
        return ReportStatus(self.report.status) if self.report else ReportStatus.planned

    @property
    def is_reported(self) -> bool:
        return self.report is not None and is_reported(
            self.status, self.report.has_evidence, self.report.reason
        )

    @property
    def counted(self) -> Occurrence:
        return Occurrence(self.due, self.status, self.report.done_on if self.report else None)


@asked_once
def items_of(session: Session, case_id: int) -> Sequence[PlanItem]:
    """The measures of the case's plan by number, with their reports."""
    return _items_of_all(session, [case_id])[case_id]


def look_at_items(session: Session, case_ids: Sequence[int]) -> None:
    """Read at once what `items_of` is asked about each of these cases."""
    items_of.look_ahead(session, case_ids, lambda some: _items_of_all(session, some))


def _items_of_all(session: Session, case_ids: Sequence[int]) -> dict[int, list[PlanItem]]:
    found: dict[int, list[PlanItem]] = {case_id: [] for case_id in case_ids}
    query = _WITH_REPORTS.where(PlanItem.case_id.in_(case_ids)).order_by(PlanItem.number, PlanItem.id)
    for item in session.scalars(query):
        found[item.case_id].append(item)
    return found


def item_of(session: Session, case_id: int, item_id: int) -> PlanItem:
    """One measure of the case's plan. Raises NotFound for another case's."""
    found = session.scalars(
        _WITH_REPORTS.where(PlanItem.id == item_id, PlanItem.case_id == case_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def report_of(session: Session, case_id: int, report_id: int) -> PlanReport:
    found = session.scalars(
        select(PlanReport)
        .options(joinedload(PlanReport.item))
        .where(PlanReport.id == report_id, PlanReport.case_id == case_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def owned_by_office(day: date) -> ColumnElement[bool]:
    """Measures the authority or the centre answers for: it is named itself, or somebody who works there on the day."""
    office = aliased(Organisation)  # not the school whose measure it is
    is_office = office.kind.in_(("authority", "centre"))
    names = (_plain(office.short_name), _plain(office.full_name))
    is_named = select(office.id).where(is_office, _plain(PlanItem.owner).in_(names))
    works_there = select(Position.id).where(
        Position.organisation_id == office.id, is_office, Position.person_id == PlanItem.owner_id,
        Position.since <= day, or_(Position.until.is_(None), Position.until >= day),
    )  # fmt: skip
    return or_(is_named.correlate(PlanItem).exists(), works_there.correlate(PlanItem).exists())


def _plain(name: Any) -> Any:
    """A name as it is typed: with spaces and quotes of one kind."""
    return func.replace(func.replace(func.replace(name, NBSP, " "), "«", '"'), "»", '"')


def items_begun(session: Session, day: date, which: ColumnElement[bool]) -> dict[Case, list[PlanItem]]:
    """Those of these measures that begin by the day, in cases that are worked on, with their reports; by school."""
    rows = session.execute(
        select(Case, PlanItem)
        .join(PlanItem, PlanItem.case_id == Case.id)
        .join(Organisation, Organisation.id == Case.school_id)
        .options(*WITH_NAMES, selectinload(PlanItem.reports).joinedload(PlanReport.file))
        .where(Case.status == CaseStatus.active, PlanItem.starts <= day, which)
        .order_by(Organisation.sort_key, Case.id)
    )
    found: dict[Case, list[PlanItem]] = {}
    for case, item in rows:
        found.setdefault(case, []).append(item)
    return found


def moves_to_approve(session: Session, asker: int | None) -> Sequence[tuple[Case, PlanReport]]:
    """New terms that wait for approval in cases that are worked on, without those this person asked for."""
    rows = session.execute(
        select(Case, PlanReport)
        .join(PlanReport, PlanReport.case_id == Case.id)
        .options(*SHORT_NAMES, joinedload(PlanReport.item))
        .where(
            PlanReport.status == ReportStatus.moved,
            Case.status == CaseStatus.active,
            or_(PlanReport.reported_by.is_(None), PlanReport.reported_by != asker),
        )
        .order_by(PlanReport.case_id, PlanReport.occurrence)
    )
    return [(case, report) for case, report in rows]


def dues_of(item: PlanItem) -> list[Due]:
    """The occurrences of a measure in order; none while its term is not known."""
    reports = {report.occurrence: report for report in item.reports}
    return [Due(item, day, reports.get(day)) for day in (item.span.occurrences() if item.span else ())]


def all_dues(items: Iterable[PlanItem]) -> list[Due]:
    return sorted((due for item in items for due in dues_of(item)), key=lambda d: (d.due, d.item.number))


def fulfilment_on(session: Session, case_id: int, on: date) -> Fulfilment:
    """How much of what the plan wanted by `on` is done."""
    return fulfilment((due.counted for due in all_dues(items_of(session, case_id))), on)


def content(items: Iterable[PlanItem]) -> list[dict[str, Any]]:
    """What the group votes on: the measures without their execution, as plain values."""
    rows = []
    for item in items:
        row: dict[str, Any] = {"id": item.id, "number": item.number}
        for name in CONTENT:
            value = getattr(item, name)
            row[name] = value.isoformat() if isinstance(value, date) else value
        rows.append(row)
    return rows


@asked_once
def snapshots_of(session: Session, case_id: int) -> Sequence[PlanSnapshot]:
    return session.scalars(
        select(PlanSnapshot).where(PlanSnapshot.case_id == case_id).order_by(PlanSnapshot.id)
    ).all()


def changes_since(
    session: Session, case: Case, *, is_voted: bool
) -> tuple[PlanSnapshot, list[Change]] | None:
    """What differs from the previous round: (the plan submitted then, changes); None when there was no round before.

    `is_voted`: the case stands where the plan is put to the vote.
    """
    taken = snapshots_of(session, case.id)
    if not taken:
        return None
    present = case.round if is_voted else taken[-1].round
    before = next((s for s in reversed(taken) if s.round < present), None)
    if before is None:
        return None
    return before, compare(before.content, content(items_of(session, case.id)))
