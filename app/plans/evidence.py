"""What the plan proves: its indicators, and its measures with what was done and by which file."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import EvidenceSource, Exhibit, ExhibitFile
from app.core.unit_of_work import Work
from app.plans.models import PlanItem
from app.plans.queries import all_dues, dues_of, items_of
from app.plans.rules import DIRECTION_LABELS, STATUS_LABELS, Direction, fulfilment


def exhibits(work: Work, case: Case) -> Sequence[Exhibit]:
    """Indicators of the measures, then the measures with their execution and evidence."""
    items = items_of(work.session, case.id)
    if not items:
        return []
    figure = fulfilment((due.counted for due in all_dues(items)), work.today)
    indicators = tuple(
        (f"№ {item.number}", item.action, item.indicator, item.expected_result)
        for item in items
        if item.indicator
    )
    files: dict[str, ExhibitFile] = {}
    for item in items:
        for report in item.reports:
            if report.file is not None:
                files[report.file.sha256] = ExhibitFile(
                    report.file.sha256, report.file.name, report.file.media_type
                )
    rows = tuple(
        (f"№ {item.number}", str(DIRECTION_LABELS[Direction(item.direction)]), item.action, item.term, item.owner,
         _execution(item))
        for item in items
    )  # fmt: skip
    columns = (_("No."), _("Direction"), _("Measure"), _("Term"), _("Responsible"), _("Execution"))
    told = _("Done by the term: %(done)s of %(due)s", done=figure.done, due=figure.due)
    found = [Exhibit("measures", _("Plan (road map)"), columns, rows, (told,), tuple(files.values()))]
    if indicators:
        heads = (_("No."), _("Measure"), _("Indicator"), _("Expected result, document"))
        found.append(Exhibit("indicators", _("Indicators of the plan"), heads, indicators))
    return found


def _execution(item: PlanItem) -> str:
    told = []
    for due in dues_of(item):
        text = f"{due.due:%d.%m.%Y}: {STATUS_LABELS[due.status]}"
        report = due.report
        if report is not None:
            text += "".join(f"; {part}" for part in (report.evidence, report.reason, report.link) if part)
            if report.is_move_refused:
                day = f"{report.moved_to:%d.%m.%Y}"
                text += (
                    f"; {_('not moved to %(day)s, refused: %(why)s', day=day, why=report.refused_because)}"
                )
        told.append(text)
    return "\n".join(told) or "—"


EVIDENCE: list[EvidenceSource] = [exhibits]
