"""Pictures «before» and «after»: one test paper printed with the edition in effect and with the uploaded one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select

from app.core.errors import OporaError
from app.core.unit_of_work import Runtime, Work
from app.documents import pdf
from app.documents.doctor.run import samples
from app.documents.docx.frozen import thaw
from app.documents.docx.pool import shared
from app.documents.docx.rendering import document_text
from app.documents.template_models import TemplatePictures
from app.documents.template_versions import PICTURES
from app.documents.templates import manifest

SIDES = ("before", "after")
MAX_CHANGES = 60  # lines shown
MAX_LINE = 600


class PicturesJob:
    """The outbox handler: prints, converts and paints before the unit of work begins."""

    def __init__(self) -> None:
        self._made: dict[int, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def outside(self, runtime: Runtime, payload: Mapping[str, Any]) -> None:
        """Make files and pages without holding the database; the storage names them by hash."""
        shown = _make(runtime, payload)
        with self._lock:
            self._made[int(payload["version"])] = shown

    def __call__(self, work: Work, payload: Mapping[str, Any]) -> None:
        with self._lock:
            shown = self._made.pop(int(payload["version"]), None)
        row = work.session.scalars(
            select(TemplatePictures).where(TemplatePictures.version_id == payload["version"])
        ).one_or_none()
        if row is not None and shown is not None:  # a draft thrown away meanwhile has none
            row.shown, row.rendered_at = shown, work.now


def _make(runtime: Runtime, payload: Mapping[str, Any]) -> dict[str, Any]:
    code, storage = str(payload["code"]), runtime.ports.storage
    examples = samples(code)
    if not examples:
        return {"trouble": "no_samples"}
    name, values = examples[0]
    shown: dict[str, Any] = {"sample": name, "trouble": ""}
    papers: dict[str, bytes] = {}
    for side in SIDES:
        template_hash = str(payload[side])
        if not template_hash:
            continue
        shipped = next((t.content for t in manifest().editions if t.hash == template_hash), None)
        try:
            papers[side] = shared().render(shipped or storage.get(template_hash), thaw(values))
        except OporaError:
            continue  # the edition in effect may not know these values; the other side is shown alone
        shown[side] = {"template": template_hash, "docx": storage.put(papers[side]), "pages": [], "pdf": ""}
    if len(papers) == len(SIDES):
        shown["changes"] = _changes(papers["before"], papers["after"])
    made = pdf.convert(list(papers.values()))
    for side, result in zip(papers, made, strict=True):
        if isinstance(result, str):
            shown["trouble"] = result
            continue
        shown[side]["pdf"] = storage.put(result)
        shown[side]["pages"] = [storage.put(page) for page in pdf.pages(result)]
    return shown


def _changes(before: bytes, after: bytes) -> list[list[str]]:
    """Lines of the paper that go («-») and come («+»), the first of them."""
    old, new = (
        [line.strip() for line in document_text(paper).split("\n") if line.strip()]
        for paper in (before, after)
    )
    found: list[list[str]] = []
    for _kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if _kind != "equal":
            found += [["-", line[:MAX_LINE]] for line in old[i:j]] + [
                ["+", line[:MAX_LINE]] for line in new[k:m]
            ]
    return found[:MAX_CHANGES]


HANDLERS = {PICTURES: PicturesJob()}
