"""Reports: papers without a number about one thing of a case, printed by the room that knows it.

A visit, the results of a case. What they say is entered and corrected in that room; here it is printed,
and signed once somebody brings the scan. From then on the paper is frozen like any other.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app.access.scopes import as_system
from app.cases.models import Case
from app.cases.queries import get_case
from app.cases.roles import may, require
from app.core.errors import Invalid, NotFound, Reason, Refusal
from app.core.i18n import _
from app.core.ports import Paper
from app.core.unit_of_work import Work
from app.documents.docx.frozen import digest, thaw
from app.documents.drafting import changed_sources, ensure_draft
from app.documents.models import Document
from app.documents.printing import try_paper
from app.documents.proofs import Proof, keep_proof
from app.documents.rules import DocumentState, report_right
from app.documents.signing import SignatureInput, settle_signatures, sign_one
from app.documents.steps import locked, must_be_draft, note
from app.documents.templates import edition_of
from app.documents.values import missing

COMPILER = "compiler"


def print_report(work: Work, case: Case, template: str, subject: str, compiler_id: int | None) -> int:
    """The key of the paper about the subject, printed anew when what it says has changed; twice is as good as once.

    A signed paper stays; what was added after it goes into a new one. Raises Forbidden.
    """
    require(work, report_right(template), case)
    with as_system(work.session):  # what a paper says does not depend on who prints it
        last = _latest(work, subject)
        if last is not None and not last.is_draft and not changed_sources(work, last):
            return last.id
        revision = last.revision if last is not None and last.is_draft else 0
        document = ensure_draft(work, template, case, subject, compiler_id)
        if document.revision != revision:
            note(work, document, "document:report", data={"revision": document.revision})
        return document.id


def find_report(work: Work, subject: str) -> Paper | None:
    """The paper about the subject as its room shows it; None when there is none, or the actor does not see it."""
    found = _latest(work, subject)
    if found is None:
        return None
    return Paper(found.id, found.title, found.state_label, found.in_state == DocumentState.signed)


def attach_scan(
    work: Work, document_id: int, proof: Proof, signed_on: date, expected_version: int | None = None
) -> Document:  # fmt: skip
    """Keep the scan of the signed report; the compiler's signature makes it signed, and it no longer changes.

    Raises NotFound, Forbidden, Stale, Refusal (signed already, changed since it was printed), Invalid.
    """
    document = locked(work, document_id, expected_version)
    require_report(work, document)
    must_be_draft(document)
    if changed := changed_sources(work, document):
        told = _("Changed since it was printed: %(names)s. Print it again and have that signed.",
                 names=", ".join(changed))  # fmt: skip
        raise Refusal([Reason(told, f"/documents/{document.id}")])
    template = edition_of(document)
    if empty := missing(template, thaw(document.values)):
        raise Invalid(_("The paper lacks: %(names)s", names=", ".join(f.label for f in empty)))
    try_paper(work, document)
    stored = keep_proof(work, proof, programme_id=document.programme_id)
    work.session.flush()
    document.values_hash, document.sent_at = digest(document.values), work.now
    sign_one(work, document, SignatureInput(COMPILER, signed_on), stored.id)
    settle_signatures(work, document)
    return document


def may_report(work: Work, document: Document) -> bool:
    """True for whoever may print this report and bring its scan."""
    return bool(document.subject and document.cases) and may(
        work, report_right(document.template), case_of(work, document)
    )


def require_report(work: Work, document: Document) -> None:
    """Raises NotFound for a paper that is no report, Forbidden unless it is the actor's to print."""
    if not document.subject:
        raise NotFound
    require(work, report_right(document.template), case_of(work, document))


def case_of(work: Work, document: Document) -> Case:
    return get_case(work.session, document.cases[0].case_id)


def _latest(work: Work, subject: str) -> Document | None:
    return work.session.scalars(
        select(Document).where(Document.subject == subject).order_by(Document.id.desc()).limit(1)
    ).one_or_none()


class ReportPress:
    """The port through which other rooms have their reports printed."""

    def print_report(
        self, work: Work, case: Case, template: str, subject: str, compiler_id: int | None
    ) -> int:
        return print_report(work, case, template, subject, compiler_id)

    def find_report(self, work: Work, subject: str) -> Paper | None:
        return find_report(work, subject)
