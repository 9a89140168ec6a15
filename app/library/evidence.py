"""What the publications prove: what the school told on its site, and whether the page opens."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import EvidenceSource, Exhibit
from app.core.unit_of_work import Work
from app.library.queries import publications
from app.library.texts import ALIVE


def exhibits(work: Work, case: Case) -> Sequence[Exhibit]:
    """Publications of the case with address, date and liveness."""
    rows = tuple(
        (
            row.what,
            row.url,
            f"{row.published_on:%d.%m.%Y}" if row.published_on else "—",
            str(ALIVE[row.alive]),
        )
        for row in sorted(publications(work.session, case_id=case.id), key=lambda row: row.id)
    )
    if not rows:
        return []
    columns = (_("What is published"), _("Address"), _("Date"), _("The page"))
    return [Exhibit("measures", _("Publications"), columns, rows)]


EVIDENCE: list[EvidenceSource] = [exhibits]
