"""The package itself: an index to read and print, the files, a manifest of hashes, the chained events, a checker.

Nothing in it depends on the machine: equal content and an equal day give an equal file.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from app.core.canonical import canonical_json
from app.core.ports import Exhibit, ExhibitFile, Storage
from app.evidence.rules import TITLES, Section, safe_name, unique_name
from app.ui.filters import nb

FORMAT = "opora-evidence/1"
MANIFEST, EVENTS, INDEX, CHECKER = "manifest.json", "events.json", "index.html", "verify.html"
_TEMPLATES = Path(__file__).parent / "templates" / "evidence" / "package"


@dataclass(frozen=True)
class Happened:
    """One event of a case in a sentence."""

    at: str
    what: str
    who: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chain:
    """The journal of a case, link by link: `canonical` is exactly what was hashed."""

    stream: str
    head: str
    records: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class CasePart:
    """What a package tells of one case."""

    school: str
    facts: tuple[tuple[str, str], ...]
    exhibits: tuple[Exhibit, ...]
    happened: tuple[Happened, ...]
    chain: Chain


@dataclass(frozen=True)
class Content:
    """Everything a package is made of."""

    title: str
    authority: str
    as_of: date
    parts: tuple[CasePart, ...]
    is_demo: bool = False


@dataclass(frozen=True)
class Made:
    """The finished package."""

    data: bytes
    manifest_hash: str
    files: int


@dataclass
class _Placed:
    """Files by their path in the package; a content that stands twice in a part is kept once."""

    storage: Storage
    files: dict[str, bytes] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    _known: dict[tuple[int, str], str] = field(default_factory=dict)
    _taken: dict[str, set[str]] = field(default_factory=dict)

    def place(self, part: int, folder: str, file: ExhibitFile) -> dict[str, str]:
        """Where the file stands, for the link in the index."""
        key = (part, file.sha256)
        if key in self._known:
            path = self._known[key]
            return {"path": path, "name": file.name, "sha256": file.sha256}
        try:
            data = self.storage.get(file.sha256)
        except FileNotFoundError:
            self.missing.append(file.name)
            return {"path": "", "name": file.name, "sha256": file.sha256}
        name = unique_name(safe_name(file.name), self._taken.setdefault(folder, set()))
        path = f"{folder}/{name}"
        self.files[path], self.titles[path], self._known[key] = data, file.name, path
        return {"path": path, "name": file.name, "sha256": hashlib.sha256(data).hexdigest()}


def compose(content: Content, storage: Storage) -> Made:
    """Lay the package out and close it with the manifest of its hashes."""
    placed = _Placed(storage)
    parts = [
        _part(placed, number, part, len(content.parts)) for number, part in enumerate(content.parts, start=1)
    ]
    events = _json(
        {
            "format": FORMAT,
            "streams": [
                {"stream": p.chain.stream, "head": p.chain.head, "records": list(p.chain.records)}
                for p in content.parts
            ],
        }
    )  # fmt: skip
    listed = [
        {"path": path, "name": placed.titles[path], "sha256": _hash(data), "size": len(data)}
        for path, data in sorted(placed.files.items())
    ]
    index = _environment().get_template("index.html").render(
        content=content, parts=parts, titles=TITLES, sections=list(Section), files=listed, missing=placed.missing,
        events_hash=_hash(events), checker=CHECKER,
    )  # fmt: skip
    members = {
        **placed.files, INDEX: index.encode(), EVENTS: events, CHECKER: (_TEMPLATES / "verify.html").read_bytes(),
    }  # fmt: skip
    manifest = _json(
        {
            "format": FORMAT, "title": content.title, "authority": content.authority,
            "as_of": content.as_of.isoformat(), "schools": [part.school for part in content.parts],
            "files": [{"path": path, "sha256": _hash(data), "size": len(data)}
                      for path, data in sorted(members.items())],
            "missing": placed.missing,
            "journal": [{"stream": p.chain.stream, "records": len(p.chain.records), "head": p.chain.head}
                        for p in content.parts],
        }
    )  # fmt: skip
    members[MANIFEST] = manifest
    return Made(_zip(members), _hash(manifest), len(placed.files))


def _part(placed: _Placed, number: int, part: CasePart, count: int) -> dict[str, Any]:
    root = "files" if count == 1 else f"files/{number:02d} {safe_name(part.school)}"
    sections = []
    for no, section in enumerate(Section, start=1):
        shown = []
        for exhibit in part.exhibits:
            if exhibit.section == section:
                links = [placed.place(number, f"{root}/{no}-{section}", file) for file in exhibit.files]
                shown.append(
                    {"title": str(exhibit.title), "columns": [str(c) for c in exhibit.columns], "rows": exhibit.rows,
                     "notes": [str(note) for note in exhibit.notes], "files": links}
                )  # fmt: skip
        sections.append({"no": no, "code": section.value, "title": TITLES[section], "exhibits": shown})
    return {"no": number, "school": part.school, "facts": part.facts, "sections": sections, "happened": part.happened,
            "records": len(part.chain.records), "head": part.chain.head}  # fmt: skip


def canonical_record(record: Any) -> str:
    """What the journal hashed of a record, letter by letter."""
    return canonical_json(
        {
            "stream": record.stream, "seq": record.seq, "at": record.at.isoformat(), "actor": record.actor_id,
            "tag": record.tag, "subject": [record.subject_type, record.subject_id], "case": record.case_id,
            "data": record.data, "details": record.details_hash,
        }
    )  # fmt: skip


def chain_of(stream: str, records: Sequence[Any], words: Any) -> Chain:
    """The links of a stream with the sentence of each act."""
    links = tuple(
        {
            "seq": r.seq,
            "prev": r.prev_hash,
            "hash": r.hash,
            "canonical": canonical_record(r),
            "text": words(r.tag),
        }
        for r in records
    )
    return Chain(stream, records[-1].hash if records else "", links)


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _zip(members: dict[str, bytes]) -> bytes:
    """Stored, not packed: packing differs from machine to machine, and what is inside is packed already."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, data in sorted(members.items()):
            info = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            info.external_attr, info.create_system = 0o644 << 16, 3
            archive.writestr(info, data)
    return buffer.getvalue()


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["nb"] = nb
    return made
