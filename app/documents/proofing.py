"""A paper as it would be printed now, for whoever drafts it: where each value comes from, what nobody has checked.

The same compiled template prints it; marks nobody can type stand around every value until the page is drawn. What
is missing leaves a named gap instead of a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import select

from app.access.scopes import as_system
from app.core.unit_of_work import Work
from app.documents.docx.compiled import compiled
from app.documents.docx.intake import Intake, RenderError
from app.documents.docx.page_html import Mark, page_html
from app.documents.docx.paper import OddValue, XmlPaper
from app.documents.docx.rendering import render
from app.documents.language.dates import date_short
from app.documents.language.names import CASES
from app.documents.templates import Template
from app.schools.models import Organisation, Person, Position

OPEN, PART, CLOSE = "\ue010", "\ue011", "\ue012"  # private signs; taken out of what people typed
_NO_MARKS = {ord(sign): None for sign in (OPEN, PART, CLOSE)}
_MODELS: dict[str, Any] = {"person": Person, "position": Position, "organisation": Organisation}


@dataclass(frozen=True)
class Unverified:
    """A name in a paper whose case forms nobody has checked."""

    kind: str  # person | position | organisation
    key: int
    name: str


@dataclass
class Proof:
    """The page, what it lacks, what nobody has checked, and what each field became in it."""

    html: Markup = field(default_factory=Markup)
    unverified: list[Unverified] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    shown: dict[str, list[str]] = field(default_factory=dict)  # field → what it became on the paper
    trouble: str = ""


def proof(
    work: Work, template: Template, content: bytes, values: Mapping[str, Any], typed: Mapping[str, Any],
    link: Callable[[Unverified], str],
) -> Proof:  # fmt: skip
    """The paper with these values. `typed` paths are a person's own words; `link`: where a name is checked."""
    clean = _clean(values)
    found = Proof()
    waiting = unverified_cards(work, clean)
    labels = {f.name: f.label for f in template.fields}
    empty = {f.name for f in template.fields if f.required and clean.get(f.name) in (None, "", [], {})}
    ready = compiled(content)
    try:
        if ready.reason:
            return _plain(found, content, clean)
        intake = Intake()
        plain: Any = intake.take(clean, "")
        paper = _ProofPaper(intake.paths, labels, empty, waiting, typed)
        data = ready.render(plain, paper)
    except OddValue:
        return _plain(found, content, clean)
    except RenderError as error:
        found.trouble = str(error)
        return found
    except Exception as mistake:  # a template that breaks on what is missing
        found.trouble = type(mistake).__name__
        return found
    found.unverified = list(dict.fromkeys(one for mark in paper.marks for one in mark.sources))
    found.lacking = list(dict.fromkeys([labels[name] for name in labels if name in empty] + paper.gaps))
    found.shown = paper.shown
    marks = [
        Mark(mark.name, mark.gap, link(mark.sources[0]) if mark.sources else "", mark.label)
        for mark in paper.marks
    ]
    found.html = page_html(data, marks, (OPEN, PART, CLOSE))
    return found


def unverified_cards(work: Work, values: Mapping[str, Any]) -> dict[str, Unverified]:
    """Path in the values → the card behind it, of all whose case forms nobody has checked."""
    cards = list(_cards(values, ""))
    waiting: dict[tuple[str, int], Unverified] = {}
    if not cards:
        return {}
    with as_system(work.session):  # a paper is the same whoever drafts it
        for kind, model in _MODELS.items():
            keys = {key for _path, of, key in cards if of == kind}
            if not keys:
                continue
            query = select(model).where(model.id.in_(keys), model.forms_checked_at.is_(None))
            for row in work.session.scalars(query):
                name = row.title if kind == "position" else row.full_name
                waiting[kind, row.id] = Unverified(kind, row.id, name)
    return {path: waiting[kind, key] for path, kind, key in cards if (kind, key) in waiting}


def _cards(value: Any, path: str) -> Iterator[tuple[str, str, int]]:
    """(path, kind, key) of every card of a person, a position, an organisation in the values."""
    if isinstance(value, Mapping):
        if "forms" in value:
            if "surname" in value and isinstance(value.get("id"), int):
                yield path, "person", value["id"]
                if isinstance(value.get("position_id"), int):
                    yield f"{path}.position", "position", value["position_id"]
            elif isinstance(value.get("organisation_id"), int):
                yield path, "organisation", value["organisation_id"]
        for key, item in value.items():
            yield from _cards(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for no, item in enumerate(value, start=1):
            yield from _cards(item, f"{path}[{no}]")


@dataclass
class _Printed:
    name: str
    label: str
    gap: str
    sources: list[Unverified]


class _ProofPaper(XmlPaper):
    """Prints as the paper does; writes down which field and which case form every value came from."""

    def __init__(
        self, paths: Mapping[int, str], labels: Mapping[str, str], empty: set[str], waiting: Mapping[str, Unverified],
        typed: Mapping[str, Any],
    ) -> None:  # fmt: skip
        self.marks: list[_Printed] = []
        self.gaps: list[str] = []
        self.shown: dict[str, list[str]] = {}
        self._labels, self._empty, self._waiting, self._typed = labels, empty, waiting, typed
        self._used: list[Unverified] = []
        self._loop = ""
        self._counted = 0
        super().__init__(paths)

    def careful(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        apply = super().careful(name, function)
        if name not in ("full_name", "form", "initials_first", "initials_last"):
            return apply

        def noting(value: Any, *args: Any) -> Any:
            case = args[0] if args else "nomn"
            if isinstance(value, dict):
                self._note_form(self.paths.get(id(value), ""), str(case))
            return apply(value, *args)

        return noting

    def _note_form(self, path: str, case: str) -> None:
        # the nominative is the name itself; what was typed into this very paper is somebody's own word
        if case != "nomn" and path in self._waiting and f"{path}.forms.{case}" not in self._typed:
            self._used.append(self._waiting[path])

    def loop(self, value: Any, name: str, *more: Any) -> list[Any]:
        root = name.partition(".")[0]
        if root in self._labels:
            self._loop = root
        return super().loop(value, name, *more)

    def write_bound(self, value: Any, name: str, dot_follows: bool, tab: str | None) -> str:
        return self.write(
            self._bind(value), name, dot_follows, tab
        )  # nothing from memory: marks stand around it

    def write(self, value: Any, name: str, dot_follows: bool, tab: str | None) -> str:
        path, _dot, case = name.rpartition(".")
        if path.endswith(".forms") and case in CASES:  # read in place, without a filter
            self._note_form(path.removesuffix(".forms"), case)
        text = super().write(value, name, dot_follows, tab)
        used, self._used = self._used, []
        lacks = len(self.missing) > self._counted
        self._counted = len(self.missing)
        if tab is None:
            return text  # the properties of the file
        root = name.partition(".")[0].partition("[")[0]
        root = root if root in self._labels else self._loop
        label = self._labels.get(root, name)
        gap = ""
        if not text and (lacks or root in self._empty):
            gap = label
            if label not in self.gaps:
                self.gaps.append(label)
        elif not text:
            return text
        if value and isinstance(value, (str, int, date)):
            plain = date_short(value) if isinstance(value, date) else str(value)
            kept = self.shown.setdefault(root, [])
            if plain not in kept and len(kept) < 6:
                kept.append(plain)
        self.marks.append(_Printed(root, label, gap, used))
        return f"{OPEN}{len(self.marks) - 1}{PART}{text or escape(gap)}{CLOSE}"


def _plain(found: Proof, content: bytes, values: dict[str, Any]) -> Proof:
    """A template only docxtpl prints: the page without marks, or what it lacks."""
    try:
        found.html = page_html(render(content, values), [], (OPEN, PART, CLOSE))
    except RenderError as error:
        found.trouble = str(error)
    return found


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_NO_MARKS)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value
