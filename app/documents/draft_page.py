"""What the draft form shows beside its inputs: where a value comes from, what it became on the paper, what is kept."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from app.core.canonical import canonical_json
from app.core.i18n import Text
from app.core.unit_of_work import Work
from app.documents import kept, proofing
from app.documents.docx.frozen import freeze, overlay, read, thaw
from app.documents.forms import DraftForm, draft_form, office_key
from app.documents.inputs import SOURCE_LABELS, Input, inputs, labels_of
from app.documents.models import Document, DraftInput
from app.documents.people import card, staff
from app.documents.proofing import Proof, Unverified
from app.documents.templates import Field, Template, edition_of
from app.documents.values import missing
from app.schools.queries import signatory_on


@dataclass
class Source:
    """Where a value comes from, with the page to correct it at."""

    text: Text | str
    url: str = ""
    detail: str = ""


@dataclass
class Row:
    """One variable of the template in the form."""

    name: str
    title: str
    required: bool
    inputs: Sequence[str]
    source: Source
    typed: list[tuple[str, str]] = field(
        default_factory=list
    )  # paths typed over the source, with their labels
    shown: list[str] = field(default_factory=list)  # what it became on the paper
    is_empty: bool = False


@dataclass
class DraftPage:
    """A draft open in its form: what is saved, with the person's unsaved typing over it."""

    document: Document
    template: Template
    saved: dict[str, Any]  # as it stood when the form was opened
    form: DraftForm
    asked: list[Input]
    cards: dict[int, Any]
    unsaved: DraftInput | None

    def changes(self) -> dict[str, Any]:
        """What the form says otherwise than the saved draft."""
        return self.form.changes(self.asked, self.saved, self.cards)


def open_draft(work: Work, document: Document, *, fresh: bool = True) -> DraftPage:
    """The form of the draft. `fresh`: unsaved typing is shown in it, unless the form itself was sent."""
    template = edition_of(document)
    saved = thaw(document.values)
    cards = _people(work, document)
    row = kept.unsaved(work, document)
    shown = overlay(saved, thaw(row.fields)) if row is not None and fresh else saved
    for _field, places in inputs(template, shown):
        for place in places:  # whoever stands in the draft stays offered, with or without a position today
            for values in (saved, shown) if place.kind == "person" else ():
                if key := office_key(read(values, place.path)):
                    cards.setdefault(key, read(values, place.path))
    form, asked = draft_form(template, shown, cards)
    form.expected_version.data = form.expected_version.data or str(document.version)
    form.base.data = form.base.data or canonical_json(
        {one.path: freeze(read(saved, one.path)) for one in asked}
    )
    opened_on = saved
    if form.expected_version.data != str(document.version):
        opened_on = overlay(saved, _base(form.base.data, {one.path for one in asked}))
    return DraftPage(document, template, opened_on, form, asked, cards, row)


def _people(work: Work, document: Document) -> dict[int, Any]:
    """Who can be named: the staff of both offices, and the acting head of the day by a substitution."""
    held = list(staff(work.session, _offices(document), work.today))
    head = signatory_on(work.session, document.programme.authority_id, work.today)
    if head is not None and head.id is None:
        held.append(head)
    cards = [card(position.person, position) for position in held]
    return {office_key(one): one for one in cards}


def _base(sent: str, paths: set[str]) -> dict[str, Any]:
    """What the person saw when the form was opened, as the form brought it back."""
    try:
        found = json.loads(sent)
    except ValueError:
        return {}
    return {path: thaw(found[path]) for path in paths & found.keys()} if isinstance(found, dict) else {}


def _offices(document: Document) -> tuple[int, int]:
    return (document.programme.authority_id, document.programme.centre_id)


def prove(work: Work, document: Document, changes: Mapping[str, Any] | None = None, back: str = "") -> Proof:
    """The paper as it would be printed with these changes over the saved draft."""
    template = edition_of(document)
    given = {path: value for path, value in (changes or {}).items() if value is not None}
    values = overlay(thaw(document.values), given)
    content = work.ports.storage.get(document.template_hash)
    typed = {**document.typed, **given}
    return proofing.proof(work, template, content, values, typed, lambda one: check_url(one, back))


def check_url(one: Unverified, back: str) -> str:
    """Where the case forms of the name are checked, on the spot and back again."""
    return url_for("NameFormsView.show", kind=one.kind, key=one.key, back=back or None)


def rows(page: DraftPage, proof: Proof) -> list[Row]:
    """Every variable with inputs, in the order of the template."""
    found: list[Row] = []
    lacking = {one.name for one in missing(page.template, page.saved)}
    names = {one.name: one.path.partition(".")[0] for one in page.asked}
    labels = labels_of(page.template, page.saved, page.document.typed)
    for variable in page.template.fields:
        inputs = [name for name, root in names.items() if root == variable.name]
        if not inputs:
            continue
        typed = [one for one in labels if one[0].partition(".")[0] == variable.name]
        found.append(
            Row(
                variable.name, variable.label, variable.required, inputs,
                _source(page.document, variable, page.saved.get(variable.name)), typed,
                proof.shown.get(variable.name, []), variable.name in lacking,
            )
        )  # fmt: skip
    return found


def _source(document: Document, variable: Field, value: Any) -> Source:
    source = Source(SOURCE_LABELS[variable.source])
    case_id = document.cases[0].case_id if len(document.cases) == 1 else None
    if isinstance(value, Mapping) and isinstance(value.get("organisation_id"), int):
        source.url = url_for("OrganisationView.show", pk=value["organisation_id"])
        source.detail = str(value.get("short_name") or "")
    elif isinstance(value, Mapping) and "surname" in value and isinstance(value.get("id"), int):
        source.url = url_for("PersonView.show", pk=value["id"])
        source.detail = (
            f"{value['surname']} {value.get('given') or ''} {value.get('patronymic') or ''}".strip()
        )
    elif variable.source == "authority":
        source.url = url_for("OrganisationView.show", pk=document.programme.authority_id)
        source.detail = document.programme.authority.short_name
    elif variable.source == "meeting" and document.meeting_id:
        source.url = url_for("MeetingView.show", meeting_id=document.meeting_id)
    elif variable.source == "register":
        source.url = url_for("JournalView.index")
    elif variable.source in ("case", "plan") and case_id:
        endpoint = "CaseView.show" if variable.source == "case" else "PlanView.show"
        source.url = url_for(endpoint, case_id=case_id)
    return source
