"""What the papers prove: goals from the order, each paper with its files, incoming papers."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases.models import Case
from app.core.i18n import _
from app.core.ports import EvidenceSource, Exhibit, ExhibitFile
from app.core.unit_of_work import Work
from app.documents.docx.frozen import thaw
from app.documents.incoming import list_incoming
from app.documents.links import marks_of
from app.documents.models import Document, DocumentSignature
from app.documents.queries import file_of, list_documents
from app.documents.rules import INCOMING_LABELS, DocumentKind, DocumentState, IncomingKind
from app.files.models import StoredFile

# where a paper stands in the order of the index; an order about results is their effect, a report its findings
_SECTIONS = {
    DocumentKind.order: "measures", DocumentKind.agreement: "measures", DocumentKind.protocol: "measures",
    DocumentKind.report: "analysis", DocumentKind.act: "measures",
}  # fmt: skip
_OWN = {"order_results": "effect", "order_finish": "effect", "visit_report": "recommendations"}


def exhibits(work: Work, case: Case) -> Sequence[Exhibit]:
    """The goals the order names, then papers in the order of their dates, then what came from others."""
    papers = [
        paper for paper in list_documents(work.session, case_id=case.id)
        if paper.in_state != DocumentState.draft or paper.kind == DocumentKind.report
    ]  # fmt: skip
    papers.sort(key=lambda paper: (paper.dated is None, paper.dated, paper.id))
    marks = marks_of(work.session, [paper.id for paper in papers])
    found = []
    for paper in papers:
        if paper.template == "order_plan" and (goal := thaw(paper.values).get("preamble")):
            found.append(Exhibit("goals", _("Goals from the order"), notes=(str(goal),)))
            break
    for paper in papers:
        section = _OWN.get(paper.template, _SECTIONS[paper.of_kind])
        number = f", № {paper.number}" if paper.number else ""
        day = f" от {paper.dated:%d.%m.%Y}" if paper.number and paper.dated else ""
        told = [str(paper.state_label), *(mark.text for mark in marks.get(paper.id, ()) if mark.is_applied)]
        found.append(Exhibit(section, f"{paper.title}{number}{day}", notes=tuple(told), files=_files(paper)))
    return [*found, *_incoming(work, case)]


def _files(paper: Document) -> tuple[ExhibitFile, ...]:
    kept = [
        row.file for copy in ("registered", "paper") if (row := file_of(paper, copy)) and row.file is not None
    ]
    kept = kept[:1]  # the registered copy says what the text for signing says
    # a school sees no scan of a paper it does not see
    kept += [file for signature in paper.signatures if (file := _scan(signature)) is not None]
    return tuple(_taken(file) for file in {file.sha256: file for file in kept}.values())


def _scan(signature: DocumentSignature) -> StoredFile | None:
    """The scan, None where the reader may not see it."""
    return signature.file


def _incoming(work: Work, case: Case) -> list[Exhibit]:
    rows = sorted(
        (row for row in list_incoming(work, case_id=case.id) if row.registration.annulled_at is None),
        key=lambda row: (row.registration.dated, row.id),
    )
    if not rows:
        return []
    table = tuple(
        (f"вх. № {row.registration.number}{row.registration.suffix}", f"{row.registration.dated:%d.%m.%Y}",
         row.registration.signed_by, f"{INCOMING_LABELS[IncomingKind(row.kind)]}. {row.subject}",
         f"{row.answered_on:%d.%m.%Y} {row.answer}".strip() if row.answered_on else "—")
        for row in rows
    )  # fmt: skip
    scans = {
        row.registration.scan.sha256: _taken(row.registration.scan) for row in rows if row.registration.scan
    }
    columns = (_("Incoming No."), _("Date"), _("Sender"), _("Subject of the paper"), _("Answer"))
    return [Exhibit("monitoring", _("Incoming documents"), columns, table, files=tuple(scans.values()))]


def _taken(file: StoredFile) -> ExhibitFile:
    return ExhibitFile(file.sha256, file.name, file.media_type)


EVIDENCE: list[EvidenceSource] = [exhibits]
