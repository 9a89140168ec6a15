"""What the doctor of templates has to say: each finding with its place, and all that one reading gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.core.i18n import Text
from app.documents.doctor.fields import Shape
from app.documents.doctor.places import Tag, Trouble
from app.documents.docx.carried import pack

ERROR, WARNING, INFO = "error", "warning", "info"
_ORDER = {ERROR: 0, WARNING: 1, INFO: 2}
MAX_FINDINGS = 200


@dataclass
class Finding:
    """One thing to mend: how bad, what, where, the words around it, what to do."""

    severity: str
    code: str
    text: Text
    todo: Text | None = None
    place: Text | None = None
    quote: tuple[str, str, str] | None = None
    order: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "severity": self.severity, "code": self.code, "text": pack(self.text), "todo": pack(self.todo),
            "place": pack(self.place), "quote": list(self.quote) if self.quote else None,
        }  # fmt: skip


@dataclass
class Examination:
    """What the reading of one template found."""

    fields: Shape
    findings: list[Finding] = field(default_factory=list)
    used: dict[str, list[str]] = field(default_factory=dict)  # top-level name → places
    paths: dict[str, Tag] = field(default_factory=dict)  # full name → first tag that prints it
    bare: dict[str, Tag] = field(default_factory=dict)  # names printed without asking whether they are there
    loops: list[dict[str, Any]] = field(default_factory=list)
    conditions: int = 0
    tags: int = 0

    def add(
        self, severity: str, code: str, text: Text, tag: Tag | Trouble | None = None, todo: Text | None = None
    ) -> None:
        same = (code, tag.quote if tag else str(text), str(text))
        if any((f.code, f.quote if tag else str(f.text), str(f.text)) == same for f in self.findings):
            return
        if len(self.findings) < MAX_FINDINGS:
            place = tag.place.words if tag else None
            self.findings.append(
                Finding(severity, code, text, todo, place, tag.quote if tag else None, len(self.findings))
            )

    @property
    def has_errors(self) -> bool:
        return any(f.severity == ERROR for f in self.findings)

    def sorted(self) -> list[Finding]:
        return sorted(self.findings, key=lambda f: (_ORDER[f.severity], f.order))
