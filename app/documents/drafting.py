"""Drafts: begun by a decision or by a person, filled from the sources, typed over, frozen and sent for signing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases.meetings import add_item, close_meeting, open_meeting
from app.cases.models import Case, MeetingStatus, Programme
from app.cases.queries import get_case, lock_cases, lock_programme
from app.cases.roles import require, require_in_programme, require_running
from app.core.errors import Invalid, Reason, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.docx.frozen import changed, digest, freeze, overlay, thaw
from app.documents.models import Document, DocumentCase
from app.documents.printing import request_paper, try_paper
from app.documents.rules import DocumentKind, DocumentState, Move, report_right
from app.documents.sent_back import goes_on, leave_out, names_of, sent_back, to_take_back
from app.documents.steps import locked, move, must_be_draft, note, why_not
from app.documents.templates import Template, edition_for, edition_of, registry
from app.documents.values import drafter, gather, missing
from app.engine.wording import inner

SIDES = ("curator", "supported")
OVER = frozenset(
    {DocumentState.expired, DocumentState.terminated, DocumentState.cancelled, DocumentState.archived}
)


def draft(work: Work, template: str, case_ids: Sequence[int]) -> Document:
    """A draft about these cases, or the open draft of that template with them added.

    Raises NotFound, Forbidden, Refusal (a case is closed or suspended: what closing needs are reports, and those
    are printed by their rooms), Invalid (no case, more than one for an agreement, a report).
    """
    cases = lock_cases(work.session, case_ids)  # none is suspended or closed at this very moment
    if not cases:
        raise Invalid(_("Choose at least one case."))
    programme = cases[0].programme
    require_in_programme(work, "documents.draft", programme)
    edition = registry(work).on(template, work.today, programme.authority_id)
    if edition.has_subject:
        raise Invalid(_("A report is printed from the page of what it is about."))
    if edition.link or edition.scope == "authority":
        raise Invalid(_("This paper is begun on the page “Create a document”."))
    if edition.scope == "pair" and len(cases) > 1:
        raise Invalid(_("An agreement is about one pair of schools."))
    if any(case.programme_id != programme.id for case in cases):
        raise Invalid(_("A paper is about cases of one programme."))
    for case in cases:
        require_running(case)
    return cover(work, edition, cases)


def ensure_draft(
    work: Work, template: str, case: Case, subject: str = "", executor_id: int | None = None
) -> Document:  # fmt: skip
    """As `cover`, for one case and the edition of the template in effect today."""
    edition = registry(work).on(template, work.today, case.programme.authority_id)
    return cover(work, edition, [case], subject, executor_id)


def cover(
    work: Work, edition: Template, cases: Sequence[Case], subject: str = "", executor_id: int | None = None
) -> Document:  # fmt: skip
    """The open draft of the template with the cases in it; made when there is none. Twice is as good as once.

    `subject` is what a report is about («visit:12»): one open paper for each; `executor_id` is who compiled it.
    """
    with as_system(work.session):  # an effect of a decision, whoever took it
        lock_programme(work.session, cases[0].programme_id)  # two cases decided at once share one draft
        document = _open_draft(work, edition, cases[0], subject)
        if document is None:
            document = _new(work, edition, cases[0], subject, executor_id)
        links = {row.case_id: row for row in document.cases}
        for case in cases:
            link = links.get(case.id)
            if link is None:
                links[case.id] = DocumentCase(case_id=case.id, stage=case.stage, round=case.round)
                document.cases.append(links[case.id])
                work.session.flush()
                note(work, document, "document:cover", only=case.id)
            elif document.is_draft:
                link.stage, link.round = case.stage, case.round
        if edition.scope == "meeting":
            meeting = open_meeting(work, cases[0].programme)
            for case in cases:
                add_item(work, meeting, case)
            work.session.flush()
        fill(work, document, edition)
    return document


def edit(
    work: Work, document_id: int, values: Mapping[str, Any], expected_version: int | None = None
) -> Document:
    """Type values over what the sources say; keys are names or dotted paths («executor.phone»), None takes back.

    Raises NotFound, Forbidden, Stale, Refusal when the paper is no draft, Invalid for a name the template lacks.
    """
    document = locked(work, document_id, expected_version)
    require_in_programme(work, "documents.draft", document.programme)
    must_be_draft(document)
    if document.subject:
        raise Refusal(
            [Reason(_("A report repeats what was entered: correct it there, then print it again."))]
        )
    template = edition_of(document)
    known = {f.name for f in template.fields}
    unknown = sorted(path for path in values if path.partition(".")[0] not in known)
    if unknown:
        raise Invalid(_("The template has no field %(name)s.", name=", ".join(unknown)))
    typed = {**document.typed, **{path: freeze(value) for path, value in values.items()}}
    typed = {path: value for path, value in typed.items() if not (path in values and values[path] is None)}
    if typed != document.typed:
        old = {
            path: document.typed.get(path) for path in values if document.typed.get(path) != typed.get(path)
        }
        changes = {path.replace(".", "_"): {"old": was, "new": typed.get(path)} for path, was in old.items()}
        document.typed = typed
        audit.record(work, "document:edit", document, stream=f"document:{document.id}",
                     data={"fields": sorted(old)}, values=changes)  # fmt: skip
    fill(work, document, edition_for(work, document))
    return document


def refresh(work: Work, document_id: int, expected_version: int | None = None) -> Document:
    """Read the sources anew into a draft; what was typed stays. Raises NotFound, Forbidden, Stale, Refusal."""
    document = locked(work, document_id, expected_version)
    if document.subject:  # a report is refreshed by whoever prints it
        require(work, report_right(document.template), get_case(work.session, document.cases[0].case_id))
    else:
        require_in_programme(work, "documents.draft", document.programme)
    must_be_draft(document)
    fill(work, document, edition_for(work, document))
    return document


def changed_sources(work: Work, document: Document) -> list[str]:
    """Labels of the fields whose source says something else since the draft was filled."""
    template = edition_of(document)
    fresh = freeze(overlay(gather(work, document, template), thaw(document.typed)))
    changed_fields = [f.label for f in template.fields if fresh.get(f.name) != document.values.get(f.name)]
    if (gone := sent_back(work, document)) and goes_on(work, document, gone):
        return [str(_("Schools of the order")), *changed_fields]
    return changed_fields


def send_to_sign(work: Work, document_id: int, expected_version: int | None = None) -> Document:
    """Freeze the values and hand the paper over for signing; the minutes close their meeting.

    Raises NotFound, Forbidden, Stale, Refusal (no draft, sources changed since), Invalid with every empty
    required field by its name.
    """
    document = locked(work, document_id, expected_version)
    require_in_programme(work, "documents.draft", document.programme)
    must_be_draft(document)
    template = edition_of(document)
    gone = sent_back(work, document)
    if gone and not goes_on(work, document, gone):
        raise Refusal([Reason(_("The plan was sent back or the support has ended: %(names)s. The order waits until "
                                "the group adopts the plan anew.", names=names_of(gone)))])  # fmt: skip
    if changed := changed_sources(work, document):
        raise Refusal([
            Reason(_("Changed since the draft was filled: %(names)s. Refresh the draft and look at it once more.",
                     names=", ".join(changed)), f"/documents/{document.id}")
        ])  # fmt: skip
    values = thaw(document.values)
    empty = missing(template, values)
    if empty:
        raise Invalid(
            _("The paper lacks: %(names)s", names=", ".join(f.label for f in empty)),
            {f.name: _("Fill in: %(label)s", label=f.label) for f in empty},
        )
    try_paper(work, document)  # a form of a name may still be missing deep inside
    if document.meeting is not None and document.meeting.status != MeetingStatus.held:
        close_meeting(work, document.meeting)
    freeze_and_send(work, document)
    return document


def freeze_and_send(work: Work, document: Document) -> None:
    """From here on the values stand as they are; what is printed from them is what was shown to the signers."""
    move(document, Move.send)
    document.values_hash = digest(document.values)
    document.sent_at = work.now
    if document.kind == DocumentKind.protocol:
        document.dated = thaw(document.values)["date"]
    note(
        work, document, "document:send", data={"values": document.values_hash, "file": document.template_hash}
    )
    request_paper(work, document)


def withdraw(work: Work, document_id: int, reason: str, expected_version: int | None = None) -> Document:
    """Take a paper nobody has signed back to the draft, or an order on a plan that was sent back: its signature then
    counts no longer, the history keeps it. Raises NotFound, Forbidden, Stale, Invalid, Refusal."""
    document = locked(work, document_id, expected_version)
    require_in_programme(work, "documents.draft", document.programme)
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    if obstacle := why_not_withdrawn(work, document):
        raise Refusal([obstacle])
    given = [
        {"role": one.role, "person": one.person_id, "on": one.signed_on.isoformat(), "file": one.file_id}
        for one in document.signatures
    ]
    for one in list(document.signatures):
        document.signatures.remove(one)
        work.session.delete(one)
    move(document, Move.withdraw)
    document.values_hash, document.sent_at = None, None
    if document.kind == DocumentKind.order:
        document.dated = None
    data = {"signatures": given} if given else None
    note(work, document, "document:withdraw", data=data, values={"reason": reason.strip()})
    fill(work, document, edition_for(work, document))
    return document


def why_not_withdrawn(work: Work, document: Document) -> Reason | None:
    """Why the paper does not become a draft again; None when it may."""
    if document.signatures and not to_take_back(work, document):
        return Reason(_("The paper already bears a signature."))
    return why_not(document, Move.withdraw)


def _open_draft(work: Work, template: Template, case: Case, subject: str) -> Document | None:
    query = select(Document).where(
        Document.programme_id == case.programme_id, Document.template == template.code, Document.subject == subject,
    )  # fmt: skip
    if template.scope == "pair":
        live = [state.value for state in DocumentState if state not in OVER]
        query = query.join(DocumentCase).where(DocumentCase.case_id == case.id, Document.state.in_(live))
    else:
        query = query.where(Document.state == DocumentState.draft.value)
    if template.scope == "meeting":
        query = query.where(Document.meeting_id == open_meeting(work, case.programme).id)
    return work.session.scalars(
        query.order_by(Document.id.desc()).limit(1).with_for_update(of=Document)
        .execution_options(populate_existing=True)
    ).one_or_none()  # fmt: skip


def _new(work: Work, template: Template, case: Case, subject: str, executor_id: int | None) -> Document:
    document = blank(work, template, case.programme, subject, executor_id)
    document.cases.append(DocumentCase(case_id=case.id, stage=case.stage, round=case.round))
    work.session.flush()
    if not subject:
        note(work, document, "document:draft", data={"template": template.code})
    return document


def blank(
    work: Work, template: Template, programme: Programme, subject: str = "", executor_id: int | None = None
) -> Document:
    """A new draft with nothing in it yet; who draws it up is its executor."""
    if executor_id is None:
        executor_id = drafter(work, programme)
    meeting = open_meeting(work, programme) if template.scope == "meeting" else None
    if meeting is not None:
        work.session.flush()
    document = Document(
        programme_id=programme.id, template=template.code, template_hash=template.hash, kind=template.kind.value,
        title=template.titles["ru"], subject=subject, state=DocumentState.draft.value, values={}, typed={}, revision=0,
        number="", meeting_id=meeting.id if meeting else None, executor_id=executor_id,
        created_at=work.now, created_by=work.actor.user_id, cases=[], signatures=[], files=[],
    )  # fmt: skip
    work.session.add(document)
    work.session.flush()
    return document


def fill(work: Work, document: Document, template: Template) -> None:
    """Read the sources into the draft, what was typed over them; a changed draft gets a new revision to print.

    What an existing draft said before is kept in the history, path by path.
    """
    if not document.is_draft:
        return
    leave_out(work, document)
    before = {"title": document.title, "values": document.values, "file": document.template_hash}
    fresh = overlay(gather(work, document, template), thaw(document.typed))
    frozen = freeze(fresh)
    if frozen == document.values and template.hash == document.template_hash and document.revision:
        return
    document.values, document.template_hash = frozen, work.ports.storage.put(template.content)
    document.title = _title(document, template, fresh)[:400]
    if template.has_subject:
        document.dated = fresh.get("date") or fresh.get("as_of")
    document.revision += 1
    work.session.flush()
    if document.revision > 1:
        _note_refilled(work, document, before)
    if not missing(template, fresh):
        request_paper(work, document)


def _note_refilled(work: Work, document: Document, before: Mapping[str, Any]) -> None:
    differs = changed(before["values"], document.values, "values") | changed(
        before["title"], document.title, "title"
    )
    data: dict[str, Any] = {"revision": document.revision, "fields": sorted(differs)}
    if before["file"] != document.template_hash:
        data["file"] = {"old": before["file"], "new": document.template_hash}
    audit.record(
        work, "document:refresh", document, stream=f"document:{document.id}", data=data,
        values={path.replace(".", "_"): {"old": old, "new": new} for path, (old, new) in differs.items()},
    )  # fmt: skip


def _title(document: Document, template: Template, values: Mapping[str, Any]) -> str:
    if template.kind == DocumentKind.order and values.get("heading"):
        return f"Приказ «{inner(str(values['heading']))}»"
    if template.kind == DocumentKind.agreement:
        names = [str((values.get(side) or {}).get("short_name") or "") for side in SIDES]
        if all(names):
            kind = "Дополнительное соглашение" if template.repeats else "Договор о сотрудничестве"
            return f"{kind}: {names[0]} – {names[1]}"
    if template.kind == DocumentKind.protocol and values.get("date"):
        return f"Протокол заседания координационной группы {values['date']:%d.%m.%Y}"
    if template.code == "visit_report" and values.get("dates"):
        days = " – ".join(f"{day:%d.%m.%Y}" for day in values["dates"])
        return f"Справка о выезде {days} в {values['supported']['short_name']}"
    if template.code == "results_report" and values.get("years"):
        return f"Аналитическая справка по итогам {values['years']['now']} года, {values['supported']['short_name']}"
    return template.titles["ru"]
