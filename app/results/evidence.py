"""What the results prove: two years side by side, risks before and after, the decision; the analysis behind it."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import EvidenceSource, Exhibit
from app.core.unit_of_work import Work
from app.results.queries import notices_of
from app.results.values import results_values


def exhibits(work: Work, case: Case) -> Sequence[Exhibit]:
    """Shares of low results always with N, risks, the outcome with its justification."""
    values, found, year = results_values(work, [case]), [], case.programme.year
    rows = tuple(
        tuple(
            str(row[name]) for name in ("title", "before_n", "before_share", "now_n", "now_share", "change")
        )
        for row in values["procedures"]
    )
    if rows:
        columns = (
            _("Procedure"), _("N in %(year)s", year=year - 1), _("Share of low in %(year)s", year=year - 1),
            _("N in %(year)s", year=year), _("Share of low in %(year)s", year=year), _("Change, percentage points"),
        )  # fmt: skip
        found.append(Exhibit("effect", _("Results of assessment procedures"), columns, rows))
    risks = tuple((r["title"], r["before"], r["after"]) for r in values["risks"])
    if risks:
        found.append(
            Exhibit("effect", _("Risks before and after"), (_("Risk factor"), _("Before"), _("After")), risks)
        )
    if values["outcome"]:
        notes = (values["outcome"], *([values["justification"]] if values["justification"] else []))
        found.append(Exhibit("effect", _("Decision of the coordination group"), notes=notes))
    if values["conclusions"]:
        found.append(Exhibit("analysis", _("Analysis of the results"), notes=tuple(values["conclusions"])))
    notices = tuple(
        (str(n.year), str(_("included")) if n.included else str(_("not included")), f"№ {n.number}",
         f"{n.issued_on:%d.%m.%Y}", n.issuer)
        for n in notices_of(work.session, case.id)
    )  # fmt: skip
    if notices:
        heads = (_("Year"), _("Official list"), _("No."), _("Date"), _("Issued by"))
        found.append(Exhibit("monitoring", _("Official list of schools"), heads, notices))
    return found


EVIDENCE: list[EvidenceSource] = [exhibits]
