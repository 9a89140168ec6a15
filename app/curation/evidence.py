"""What curation proves: the agreement (measures), visits (monitoring), recommendations and their fate."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases.models import Case
from app.core.i18n import Text, _
from app.core.ports import EvidenceSource, Exhibit, ExhibitFile
from app.core.unit_of_work import Work
from app.curation.queries import VisitCount, count_visits, current_agreement, visits_of
from app.curation.rules import RECOMMENDATION_STATUSES, REPORT_STATES, SIDES, VISIT_MODES


def exhibits(work: Work, case: Case) -> Sequence[Exhibit]:
    """Visits, plan and fact; recommendations with executor, term and fate; the agreement with both numbers."""
    session, found = work.session, []
    visits = visits_of(session, case.id)
    if visits:
        files = {
            row.file.sha256: ExhibitFile(row.file.sha256, row.file.name, row.file.media_type)
            for visit in visits for row in visit.files
        }  # fmt: skip
        rows = tuple(
            (
                f"{v.held_on:%d.%m.%Y}",
                str(VISIT_MODES[v.mode]),
                v.purpose,
                v.findings,
                str(REPORT_STATES[v.report]),
            )
            for v in sorted(visits, key=lambda v: (v.held_on, v.id))
        )
        columns = (_("Date"), _("How"), _("Purpose"), _("Findings"), _("Report"))
        count = count_visits(session, [case.id], work.today).get(case.id, VisitCount())
        notes: tuple[Text, ...] = ()
        if count.planned:
            notes = (_("Planned visits made: %(done)s of %(all)s", done=count.made, all=count.planned),)
            if count.outside:
                notes += (_("outside the plan: %(n)s", n=count.outside),)
        found.append(
            Exhibit("monitoring", _("Visits of the curator"), columns, rows, notes, tuple(files.values()))
        )
        advice = tuple(
            (f"{v.held_on:%d.%m.%Y}", r.text, r.executor, f"{r.due:%d.%m.%Y}",
             "; ".join(filter(None, (str(RECOMMENDATION_STATUSES[r.status]), r.status_note))))
            for v in sorted(visits, key=lambda v: (v.held_on, v.id)) for r in v.recommendations
        )  # fmt: skip
        if advice:
            heads = (_("Date of the visit"), _("Recommendation"), _("Executor"), _("Term"), _("Fate"))
            found.append(Exhibit("recommendations", _("Recommendations of the curator"), heads, advice))
    agreement = current_agreement(session, case.id)
    if agreement is not None:
        scan = agreement.scan
        sides = tuple(
            (str(SIDES[side.side]), side.organisation.short_name, side.number or "—",
             f"{side.signed_on:%d.%m.%Y}" if side.signed_on else "—")
            for side in agreement.sides
        )  # fmt: skip
        told = _("%(state)s; in force from %(since)s to %(until)s", state=agreement.state_label,
                 since=f"{agreement.since:%d.%m.%Y}", until=f"{agreement.until:%d.%m.%Y}")  # fmt: skip
        kept = (ExhibitFile(scan.sha256, scan.name, scan.media_type),) if scan is not None else ()
        titles = (_("Side"), _("School"), _("Number"), _("Signed on"))
        found.append(Exhibit("measures", _("Cooperation agreement"), titles, sides, (told,), kept))
    return found


EVIDENCE: list[EvidenceSource] = [exhibits]
