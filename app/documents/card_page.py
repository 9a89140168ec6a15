"""What the card of a paper shows: where it stands, what to do now, files, signatures, its lines and its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.access.scopes import as_system
from app.access.substitutions import Names
from app.audit.models import AuditDetail, AuditRecord
from app.cases.models import Case
from app.cases.roles import may_in_programme
from app.cases.stages import PLAN, deciding_on
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.documents import draft_page, facts, life_page, paper_tasks, service, starting
from app.documents.docx.frozen import thaw
from app.documents.inputs import labels_of
from app.documents.models import Document
from app.documents.queries import file_of, lines_of_document
from app.documents.rules import (
    KIND_LABELS,
    PRINTED_REPORT,
    SIGNED_REPORT,
    STANDING,
    STATE_LABELS,
    DocumentKind,
    DocumentState,
    missing_signers,
)
from app.documents.sent_back import why_taken_back
from app.documents.signers import ROLE_LABELS, names_others
from app.documents.templates import Template, edition_of
from app.documents.texts import TAGS
from app.documents.values import missing

TONES: Mapping[str, str] = {
    "draft": "", "to_sign": "warn", "signed": "info", "registered": "ok", "in_force": "ok", "changed": "info",
    "cancelled": "bad", "repealed": "bad", "expired": "", "terminated": "bad", "archived": "",
}  # fmt: skip
_ICONS = {"document:send": "send", "document:sign": "file-signature", "document:register": "stamp",
          "document:withdraw": "undo-2", "document:edit": "pen-line", "document:annul": "ban",
          "document:refresh": "refresh-cw"}  # fmt: skip


def context(work: Work, document: Document) -> dict[str, Any]:
    template = edition_of(document)
    values = thaw(document.values)

    def can(capability: str) -> bool:
        return may_in_programme(work, capability, document.programme)

    lacking = missing_signers(document.of_kind, [s.role for s in document.signatures])
    may_print = service.may_report(work, document)
    office = may_print if document.subject else can("documents.draft")
    tasks = paper_tasks.tasks_of(work, document)
    return {
        "document": document, "kind": KIND_LABELS[document.of_kind],
        "state": document.state_label, "tone": TONES, "steps": steps(document),
        "missing": missing(template, values) if document.is_draft else [],
        "changed": service.changed_sources(work, document) if document.is_draft and office else [],
        "typed": labels_of(template, values, document.typed),
        "i_sign": not work.actor.roles.isdisjoint(lacking), "lacking": [ROLE_LABELS[role] for role in lacking],
        "names_others": names_others(work, document, lacking, document.dated or work.today)
        if document.in_state == DocumentState.to_sign else [],
        "roles": ROLE_LABELS, "paper": file_of(document, "paper"), "copy": file_of(document, "registered"),
        "lines": lines_of_document(work.session, document.id), "printed": service.printed,
        "history": history(work, document), "can": can, "may_print": may_print, "about": _about(work, document),
        "curation": _curation(work, document),
        "taken_back": why_taken_back(work, document) if can("documents.draft") else None,
        "successors": starting.successors(work, document) if can("documents.draft") else [],
        "is_rendering": _is_rendering(document, template, values),
        "checks": _checks(work, document) if document.is_draft and not document.subject and office else [],
        "tasks": tasks, "tasks_sent": ",".join(f"{one.case.id}:{one.task}:{one.case.version}" for one in tasks),
        **life_page.context(work, document),
    }  # fmt: skip


def _checks(work: Work, document: Document) -> list[tuple[Any, str]]:
    """Names in the draft whose case forms nobody has checked, with the page where each is checked."""
    here = url_for("DocumentView.show", document_id=document.id)
    found = draft_page.prove(work, document, None, here).unverified
    return [(one, draft_page.check_url(one, here)) for one in found]


def steps(document: Document) -> list[dict[str, Any]]:
    """The way of the paper for the stepper; a report is printed, then signed."""
    if document.kind == DocumentKind.report:
        is_signed = not document.is_draft
        return [
            {"title": PRINTED_REPORT, "state": "done" if is_signed else "now"},
            {"title": SIGNED_REPORT, "state": "done" if is_signed else "todo"},
        ]
    way = [DocumentState.draft, DocumentState.to_sign, DocumentState.signed, DocumentState.registered]
    if document.kind not in (DocumentKind.protocol, DocumentKind.act):
        way.append(DocumentState.in_force)
    now = document.in_state
    if now not in way:
        way.append(now)
    here = way.index(now)
    is_last = here == len(way) - 1
    return [
        {"title": STATE_LABELS[state], "note": life_page.step_note(document, state),
         "state": "done" if i < here or (i == here and is_last) else "now" if i == here else "todo"}
        for i, state in enumerate(way)
    ]  # fmt: skip


def history(work: Work, document: Document) -> list[dict[str, Any]]:
    """Acts on the paper, the latest first; one act on a paper of several cases is one line."""
    with as_system(work.session):  # whoever sees the paper sees what became of it
        rows = work.session.execute(
            select(AuditRecord, AuditDetail)
            .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
            .where(AuditRecord.subject_type == "documents", AuditRecord.subject_id == document.id)
            .order_by(AuditRecord.id.desc())
        ).all()
        ids = {record.actor_id for record, _detail in rows if record.actor_id}
        names = {u.id: u.get_full_name() for u in work.session.scalars(select(User).where(User.id.in_(ids)))}
    behalf = Names(work.session, [record.data.get("substitution") for record, _detail in rows])
    seen: set[tuple[Any, ...]] = set()
    found = []
    sees_readers = may_in_programme(work, "documents.draft", document.programme)
    for record, detail in rows:
        if record.tag.startswith("document:read") and not sees_readers:
            continue  # a school does not learn from here who else has read
        key = (record.tag, record.at, record.actor_id, record.data.get("role"))
        if key in seen:
            continue
        seen.add(key)
        note: dict[str, Any] = getattr(detail, "values", None) or {}  # an act without values has no detail
        found.append(
            {
                "title": _sentence(record),
                "kind": "document",
                "icon": _ICONS.get(record.tag, "file-text"),
                "at": record.at,
                "who": behalf.of(names.get(record.actor_id or 0, ""), record.data.get("substitution")),
                "note": note.get("reason") or note.get("comment") or "",
            }
        )
    return found


def _sentence(record: AuditRecord) -> Text | str:
    if record.tag == "document:sign" and record.data.get("role") in ROLE_LABELS:
        return _("Signature noted: %(role)s", role=ROLE_LABELS[record.data["role"]])
    if record.tag == "document:register":
        return _("Registered: No. %(number)s", number=record.data.get("number", ""))
    return TAGS.get(record.tag, record.tag)


def guards(work: Work, case: Case) -> list[dict[str, Any]]:
    """What the papers of the case's present round still lack."""
    if case.stage not in deciding_on(work.ports.definitions.of(work.session, case), PLAN):
        return []
    with as_system(work.session):  # as the guard of the transition asks
        signed, registered = (source(work.session, case.id) for source in
                              (facts.protocol_signed, facts.order_registered))  # fmt: skip
    return [
        {"text": _("The minutes are signed by chair and secretary"), "ok": bool(signed.value), "link": None},
        {"text": _("The order is registered"), "ok": bool(registered.value), "link": None},
    ]


def _curation(work: Work, document: Document) -> Any:
    """The page where both schools sign and number their agreement, until it is in force there."""
    if document.template != "agreement" or not document.cases:
        return None
    in_force = work.ports.facts.get("curation.agreement_in_force")
    with as_system(work.session):  # whoever looks
        is_over = in_force is not None and in_force(work.session, document.cases[0].case_id).value is True
    return None if is_over else work.ports.pages.get("curation")


def _about(work: Work, document: Document) -> str | None:
    """The page of what a report is about, where it is corrected and printed anew."""
    kind, _sep, key = document.subject.partition(":")
    if not document.subject or not document.cases:
        return None
    case_id = document.cases[0].case_id
    if kind == "visit":
        return f"/cases/{case_id}/curation/visits/{key}"
    page = work.ports.pages.get(kind)
    return page(case_id) if page else None


def _is_rendering(document: Document, template: Template, values: Mapping[str, Any]) -> bool:
    if document.is_draft and missing(template, values):
        return False
    numbered = document.in_state in STANDING
    return file_of(document, "paper") is None or (numbered and file_of(document, "registered") is None)
