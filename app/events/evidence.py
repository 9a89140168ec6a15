"""What the events prove: in which of them the school took part, with how many teachers; nobody by name."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import EvidenceSource, Exhibit, ExhibitFile
from app.core.unit_of_work import Work
from app.events.queries import counts_of_case, of_case
from app.events.rules import EVENT_KINDS


def exhibits(work: Work, case: Case) -> Sequence[Exhibit]:
    """Events held, the school's teachers at each, and the files that prove it."""
    held = [
        (event, row)
        for event, _invited, row in of_case(work.session, case)
        if event.cancelled_at is None and row
    ]
    if not held:
        return []
    rows = tuple(
        (f"{event.starts:%d.%m.%Y}", str(EVENT_KINDS[event.kind]), event.title, str(row.teachers),
         "; ".join(filter(None, (row.note, row.evidence_link))))
        for event, row in sorted(held, key=lambda pair: (pair[0].starts, pair[0].id))
    )  # fmt: skip
    files = {
        row.evidence.sha256: ExhibitFile(row.evidence.sha256, row.evidence.name, row.evidence.media_type)
        for _event, row in held
        if row.evidence is not None
    }
    counts = counts_of_case(work.session, case.id)
    told = _("Events: %(events)s; teachers: %(persons)s; participations: %(visits)s", events=counts.events,
             persons=counts.persons, visits=counts.visits)  # fmt: skip
    columns = (_("Date"), _("Kind"), _("Event"), _("Teachers"), _("Evidence"))
    return [Exhibit("measures", _("Methodical events"), columns, rows, (told,), tuple(files.values()))]


EVIDENCE: list[EvidenceSource] = [exhibits]
