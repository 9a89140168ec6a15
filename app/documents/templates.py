"""The registry of templates: which file prints a kind of paper on a day, and every variable it needs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from app.core.errors import OporaError
from app.core.i18n import _, current_locale
from app.documents.rules import DocumentKind

if TYPE_CHECKING:
    from app.core.unit_of_work import Work

FOLDER = Path(__file__).resolve().parents[2] / "document_templates"


@dataclass(frozen=True)
class Field:
    """A variable of a template: what it is, where it comes from, in which cases it is printed."""

    name: str
    type: str
    source: str
    required: bool
    cases: tuple[str, ...]
    labels: Mapping[str, str]

    @property
    def label(self) -> str:
        return self.labels.get(current_locale()) or self.labels["ru"]


@dataclass(frozen=True)
class Template:
    """One edition of a template; `hash` is the SHA-256 of its file."""

    code: str
    titles: Mapping[str, str]
    file: str
    kind: DocumentKind
    series: str
    scope: str  # programme | order | authority | pair | meeting | subject | sheet
    signers: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    fields: tuple[Field, ...]
    hash: str
    content: bytes
    standard: str = ""  # «ГОСТ Р 7.0.97-2025»: the edition of the standard it follows
    abouts: Mapping[str, str] = field(default_factory=dict)
    link: str = ""  # what it does to the paper it names: changes | cancels | repeals
    after_closing: bool = False  # closed cases too may be in it
    repeats: bool = False  # several may stand side by side

    @property
    def about(self) -> str:
        """One sentence for whoever chooses what to begin."""
        return self.abouts.get(current_locale()) or self.abouts.get("ru", "")

    @property
    def is_begun(self) -> bool:
        """A person begins it; the others are printed from the page of what they are about."""
        return self.scope not in ("subject", "sheet")

    @property
    def title(self) -> str:
        return self.titles.get(current_locale()) or self.titles["ru"]

    @property
    def is_of_a_case(self) -> bool:
        """It is drawn up for cases, not for an authority or about another paper."""
        return self.scope in ("programme", "pair", "meeting", "subject") and not self.link

    @property
    def has_subject(self) -> bool:
        """It is about one thing of a case, entered elsewhere: a visit, the results."""
        return not self.is_begun

    def is_effective(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)


@dataclass(frozen=True)
class Published:
    """An edition an authority uploaded and put into effect; it prints the fields the kind of paper has."""

    code: str
    hash: str
    file: str
    authority_id: int
    effective_from: date
    effective_until: date | None
    is_retired: bool  # chosen no more; papers printed with it keep it
    read: Callable[[], bytes]

    def is_effective(self, day: date) -> bool:
        return (
            not self.is_retired
            and self.effective_from <= day
            and (self.effective_until is None or day <= self.effective_until)
        )


class Templates:
    """All editions of all templates: those of the manifest and, before them, those an authority published."""

    def __init__(self, editions: tuple[Template, ...], published: Sequence[Published] = ()) -> None:
        self.editions = editions
        self.published = tuple(published)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t.code for t in self.editions))

    def on(self, code: str, day: date, authority_id: int | None = None) -> Template:
        """The edition of `code` in effect on `day`: the authority's own, otherwise the one that comes with Opora.

        Raises OporaError when there is none.
        """
        for own in self.published:
            if own.code == code and own.authority_id == authority_id and own.is_effective(day):
                return self._own(own)
        for template in self.editions:
            if template.code == code and template.is_effective(day):
                return template
        raise OporaError(
            _("No template “%(code)s” is in effect on %(day)s.", code=code, day=f"{day:%d.%m.%Y}")
        )

    def of(self, code: str, file_hash: str) -> Template:
        """The edition a paper was made with; a newer one of the same code stands in for its field list."""
        same = [t for t in self.editions if t.code == code]
        if not same:
            raise OporaError(_("The template “%(code)s” is unknown.", code=code))
        shipped = next((t for t in same if t.hash == file_hash), None)
        if shipped is None:
            own = next((p for p in self.published if p.code == code and p.hash == file_hash), None)
            if own is not None:
                return self._own(own)
        return shipped or same[-1]

    def shipped(self, code: str, day: date) -> Template | None:
        """The edition of the manifest for `day`; the last one when none is in effect then."""
        same = [t for t in self.editions if t.code == code]
        return next((t for t in same if t.is_effective(day)), same[-1] if same else None)

    def _own(self, own: Published) -> Template:
        base = self.shipped(own.code, own.effective_from)
        assert base is not None  # noqa: S101 -- only kinds of the manifest are uploaded
        return replace(
            base, file=own.file, hash=own.hash, content=own.read(), effective_from=own.effective_from,
            effective_until=own.effective_until,
        )  # fmt: skip


def load(folder: Path) -> Templates:
    """Read a manifest; an entry may list further `editions` that differ in file, dates or fields."""
    manifest = yaml.safe_load((folder / "manifest.yaml").read_text(encoding="utf-8"))
    editions: list[Template] = []
    for code, entry in manifest["documents"].items():
        base = {key: value for key, value in entry.items() if key != "editions"}
        for edition in entry.get("editions") or [{}]:
            editions.append(_template(folder, code, base | edition))
    return Templates(tuple(editions))


def _template(folder: Path, code: str, entry: Mapping[str, Any]) -> Template:
    content = (folder / entry["file"]).read_bytes()
    fields = tuple(
        Field(f["name"], f["type"], f["source"], bool(f["required"]), tuple(f.get("case", ())), f["label"])
        for f in entry["fields"]
    )
    return Template(
        code=code, titles=entry["title"], file=entry["file"], kind=DocumentKind(entry["kind"]),
        series=entry["series"] or "", scope=entry["scope"], signers=tuple(entry["signers"]),
        effective_from=entry["effective_from"], effective_until=entry.get("effective_until"), fields=fields,
        hash=hashlib.sha256(content).hexdigest(), content=content, standard=entry.get("standard") or "",
        abouts=entry.get("about") or {}, link=entry.get("link") or "", repeats=bool(entry.get("repeats")),
        after_closing=bool(entry.get("after_closing")),
    )  # fmt: skip


@cache
def manifest() -> Templates:
    """The templates this installation ships."""
    return load(FOLDER)


def edition_of(document: Any) -> Template:
    """The edition a paper was made with, for its list of fields."""
    return manifest().of(document.template, document.template_hash)


def edition_for(work: Work, document: Any) -> Template:
    """The edition a draft is printed with: the one in effect on the paper's own date, today while it has none."""
    held = document.meeting.held_on if document.meeting is not None else None
    day = document.dated or held or work.today
    return registry(work).on(document.template, day, document.programme.authority_id)


def registry(work: Work | None = None) -> Templates:
    """The templates in use: with `work` the authorities' own editions too, without only those shipped."""
    if work is None:
        return manifest()
    from app.documents.template_versions import published  # models, which a renderer never needs

    return Templates(manifest().editions, published(work.session, work.ports.storage))
