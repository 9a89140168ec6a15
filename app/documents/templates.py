"""The registry of templates: which file prints a kind of paper on a day, and every variable it needs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.core.errors import OporaError
from app.core.i18n import _, current_locale
from app.documents.rules import DocumentKind

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
    scope: str  # programme | pair | meeting | subject
    signers: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    fields: tuple[Field, ...]
    hash: str
    content: bytes

    @property
    def title(self) -> str:
        return self.titles.get(current_locale()) or self.titles["ru"]

    @property
    def has_subject(self) -> bool:
        """It is about one thing of a case, entered elsewhere: a visit, the results."""
        return self.scope == "subject"

    def is_effective(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)


class Templates:
    """All editions of all templates, from one manifest."""

    def __init__(self, editions: tuple[Template, ...]) -> None:
        self.editions = editions

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t.code for t in self.editions))

    def on(self, code: str, day: date) -> Template:
        """The edition of `code` in effect on `day`. Raises OporaError when there is none."""
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
        return next((t for t in same if t.hash == file_hash), same[-1])


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
        hash=hashlib.sha256(content).hexdigest(), content=content,
    )  # fmt: skip


@cache
def registry() -> Templates:
    """The templates this installation ships."""
    return load(FOLDER)
