"""Lines registered by mistake: they stay, their numbers are spent, their papers wait for registration again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.access.scopes import as_system, get_visible
from app.audit import service as audit
from app.core.errors import Invalid, Reason, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.journal import gaps_of, lines_of, lock_series, require_keeper
from app.documents.links import take_back
from app.documents.models import Document, NumberGap, Registration, Series
from app.documents.numbering import GapReason, SeriesKey
from app.documents.rules import STANDING, DocumentKind, DocumentState
from app.documents.steps import locked, note


def annul(
    work: Work,
    registration_id: int,
    reason: str,
    expected_version: int | None = None,
    *,
    was_slip: bool = False,
) -> Registration:
    """Mark a line as registered by mistake: it stays visible, the number is spent, the paper is only signed again.

    `was_slip`: the number itself was mistyped and the numbers it leapt over were given to nobody. Then the
    counter returns to where it stood before the leap, if nothing was entered since; the annulled number is
    stepped over when the counter comes to it. Without it the counter stays: the numbers were given on paper.

    Raises NotFound, Forbidden, Stale (the paper's version), Invalid without a reason, Refusal when it is annulled
    already, its paper has moved on, or the leap cannot be taken back.
    """
    row = get_visible(work.session, Registration, registration_id)
    # the paper first, then its series: the order in which a registration locks them
    document = locked(work, row.document_id, expected_version) if row.document_id is not None else None
    series = lock_series(
        work, SeriesKey(row.series.organisation_id, row.series.kind, row.series.prefix, row.series.year)
    )
    require_keeper(work, series)
    work.session.refresh(row)  # another clerk may have been faster
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    if row.annulled_at is not None:
        raise Refusal([Reason(_("This line is annulled already."))])
    if document is not None and document.in_state not in STANDING:
        raise Refusal([Reason(_("The paper has moved on; this step is not possible any more."))])
    leap = leap_of(work, row) if was_slip else None
    if was_slip and leap is None:
        raise Refusal([Reason(_("Other entries followed this number: the counter does not go back."))])
    changes: Mapping[str, Any] = {
        "annulled_at": work.now, "annulled_by": work.actor.user_id, "annulled_because": reason.strip(),
    }  # fmt: skip
    audit.revise(work, row, changes, "journal:annul")
    if leap is not None:
        _take_back(work, series, row, leap)
    if document is not None:
        _unnumber(work, document, row)
    return row


def leap_of(work: Work, row: Registration) -> NumberGap | None:
    """The numbers the line leapt over, when it is the last entry of its series: then a slip can be taken back."""
    series = row.series
    if not (row.by_hand and series.kept_here) or row.annulled_at is not None or row.number != series.counter:
        return None
    gaps = gaps_of(work, series)
    leap = next((gap for gap in gaps if gap.last == row.number - 1 and gap.noted_at == row.registered_at
                 and gap.reason == GapReason.not_entered), None)  # fmt: skip
    with as_system(work.session):  # what followed counts, seen or not
        followed = any(line.id > row.id for line in lines_of(work, series))
    if leap is None or followed or any(gap.id > leap.id for gap in gaps):
        return None
    return leap


def _take_back(work: Work, series: Series, row: Registration, leap: NumberGap) -> None:
    """The counter as before the leap; the row of the leap now explains the one number that is lost."""
    series.counter = leap.first - 1
    changes = {"first": row.number, "last": row.number, "reason": GapReason.annulled.value}
    audit.revise(work, leap, changes, "journal:take_back")


def _unnumber(work: Work, document: Document, row: Registration) -> None:
    take_back(work, document)
    was = document.number
    document.state, document.number, document.registered_at = DocumentState.signed.value, "", None
    if document.kind != DocumentKind.protocol:  # minutes keep the day of their meeting
        document.dated = None
    note(
        work, document, "document:annul", data={"number": was, "line": row.id},
        values={"reason": row.annulled_because},
    )  # fmt: skip
