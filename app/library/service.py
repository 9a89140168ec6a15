"""Keeping the bank of materials and the publications. Never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.access.permissions import CAPABILITIES
from app.access.scopes import get_visible
from app.access.substitutions import use
from app.audit import service as audit
from app.cases.models import Case
from app.cases.queries import get_case
from app.cases.roles import may, require
from app.core.errors import Forbidden, Invalid, Stale
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.library.models import Material, Publication
from app.library.rules import Alive, WrongAddress, parse
from app.library.texts import AUDIENCES, KINDS, RISKS, SUBJECTS, WRONG
from app.schools.models import Organisation
from app.schools.rules import search_key, sort_key


@dataclass(frozen=True)
class MaterialData:
    """`kind`, `audience`, `risks` and `subject` are codes of library.texts; an empty `url` means «no address»."""

    title: str
    kind: str
    authors: str = ""
    year: int | None = None
    url: str = ""
    audience: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    subject: str = ""
    annotation: str = ""


@dataclass(frozen=True)
class PublicationData:
    url: str
    what: str
    published_on: date | None = None
    alive: str = "unknown"
    checked_on: date | None = None


# ── the bank ──────────────────────────────────────────────────────────────────────────────────────


def may_edit_materials(work: Work) -> bool:
    """The bank is of all programmes: a substitution for one of them does not open it."""
    return work.actor.is_system or bool(work.actor.organisation_ids(*CAPABILITIES["library.edit"]))


def add_material(work: Work, data: MaterialData, *, is_demo: bool = False) -> Material:
    """Put a material into the bank. Raises Invalid at a field."""
    _require_library(work)
    values = _material_values(work, data)
    material = Material(**values, is_demo=is_demo, added_at=work.now)
    work.session.add(material)
    audit.record(work, "material:add", material, values={"title": material.title})
    return material


def edit_material(
    work: Work, material_id: int, data: MaterialData, expected_version: int | None = None
) -> Material:
    """Correct a material; the old values stay in the history."""
    _require_library(work)
    material = get_visible(work.session, Material, material_id)
    _fresh(material.version, expected_version)
    audit.revise(work, material, _material_values(work, data), "material:edit")
    return material


def _require_library(work: Work) -> None:
    if not may_edit_materials(work):
        raise Forbidden
    use(work, *CAPABILITIES["library.edit"])


def _material_values(work: Work, data: MaterialData) -> dict[str, Any]:
    wrong: dict[str, Text | str] = {}
    title = " ".join(data.title.split())
    if not title:
        wrong["title"] = _("This field is required.")
    if data.kind not in KINDS:
        wrong["kind"] = _("Choose one of the list.")
    if data.subject and data.subject not in SUBJECTS:
        wrong["subject"] = _("Choose one of the list.")
    if data.year is not None and not 1900 <= data.year <= work.today.year:
        wrong["year"] = _("Check the year: %(year)s.", year=data.year)
    if not set(data.audience) <= set(AUDIENCES) or not set(data.risks) <= set(RISKS):
        wrong["audience"] = _("Choose from the list only.")
    if data.url.strip():
        _check_address(data.url, wrong)
    if wrong:
        raise Invalid(fields=wrong)
    subject = SUBJECTS[data.subject].in_("ru") if data.subject else ""
    risks = " ".join(RISKS[code] for code in data.risks)
    return {
        "title": title, "kind": data.kind, "authors": " ".join(data.authors.split()), "year": data.year,
        "url": data.url.strip(), "audience": list(data.audience), "risks": list(data.risks),
        "subject": data.subject, "annotation": data.annotation.strip(),
        "search_key": search_key(title, data.authors, data.annotation, subject, risks, str(data.year or "")),
        "sort_key": sort_key(title.lstrip("«„\" "))[:500],
    }  # fmt: skip


# ── publications ──────────────────────────────────────────────────────────────────────────────────


def may_edit_publication(work: Work, case: Case | None) -> bool:
    """A school edits its own case's publications; the centre's are kept by the methodist."""
    return may_edit_materials(work) if case is None else may(work, "publications.edit", case)


def add_publication(
    work: Work, case_id: int | None, data: PublicationData, *, organisation_id: int | None = None,
    is_demo: bool = False,
) -> Publication:  # fmt: skip
    """Add a link of a case's school (by default) or, without a case, of another organisation.

    Raises Invalid at «url» with what is wrong with the address, also when it is there already.
    """
    case = _publication_case(work, case_id)
    owner = organisation_id or (case.school_id if case else None)
    organisation = work.session.get(Organisation, owner) if owner else None
    if organisation is None:
        raise Invalid(fields={"organisation": _("Choose the organisation.")})
    values = _publication_values(work, data)
    publication = Publication(case_id=case.id if case else None, organisation_id=organisation.id, is_demo=is_demo,
                              **values)  # fmt: skip
    work.session.add(publication)
    audit.record(work, "publication:add", publication, case_id=publication.case_id,
                 values={name: {"old": None, "new": values[name]} for name in ("what", "url")})  # fmt: skip
    return publication


def edit_publication(
    work: Work, publication_id: int, data: PublicationData, expected_version: int | None = None
) -> Publication:
    """Correct a link; the old values stay in the history."""
    publication = _own_publication(work, publication_id, expected_version)
    values = _publication_values(work, data)
    audit.revise(work, publication, values, "publication:edit", case_id=publication.case_id)
    return publication


def check_publication(
    work: Work, publication_id: int, alive: str, expected_version: int | None = None
) -> Publication:
    """Note that somebody opened the link today, and whether it opened."""
    if alive not in (Alive.yes, Alive.no):
        raise Invalid(fields={"alive": _("Choose one of the list.")})
    publication = _own_publication(work, publication_id, expected_version)
    changes = {"alive": alive, "checked_on": work.today}
    audit.revise(work, publication, changes, "publication:check", case_id=publication.case_id)
    return publication


def remove_publication(work: Work, publication_id: int, expected_version: int | None = None) -> None:
    """Take out a link added by mistake; it stays in the history."""
    publication = _own_publication(work, publication_id, expected_version)
    audit.record(work, "publication:remove", publication, case_id=publication.case_id,
                 values={"url": publication.url, "what": publication.what})  # fmt: skip
    work.session.delete(publication)
    work.session.flush()


def _publication_case(work: Work, case_id: int | None) -> Case | None:
    if case_id is None:
        _require_library(work)
        return None
    case = get_case(work.session, case_id)
    require(work, "publications.edit", case)
    return case


def _own_publication(work: Work, publication_id: int, expected_version: int | None) -> Publication:
    publication = get_visible(work.session, Publication, publication_id)
    _publication_case(work, publication.case_id)
    _fresh(publication.version, expected_version)
    return publication


def _publication_values(work: Work, data: PublicationData) -> dict[str, Any]:
    wrong: dict[str, Text | str] = {}
    _check_address(data.url, wrong)
    if not data.what.strip():
        wrong["what"] = _("This field is required.")
    if data.published_on and data.published_on > work.today:
        wrong["published_on"] = _("This date is in the future.")
    if data.checked_on and data.checked_on > work.today:
        wrong["checked_on"] = _("This date is in the future.")
    if data.alive not in set(Alive):
        wrong["alive"] = _("Choose one of the list.")
    if wrong:
        raise Invalid(fields=wrong)
    checked_on = data.checked_on
    if data.alive == Alive.unknown:
        checked_on = None
    elif checked_on is None:
        checked_on = work.today
    return {
        "url": data.url.strip(), "what": " ".join(data.what.split()), "published_on": data.published_on,
        "alive": data.alive, "checked_on": checked_on,
    }  # fmt: skip


def _check_address(url: str, wrong: dict[str, Text | str]) -> None:
    try:
        parse(url)
    except WrongAddress as error:
        wrong["url"] = WRONG[error.wrong]


def _fresh(version: int, expected: int | None) -> None:
    if expected is not None and version != expected:
        raise Stale
