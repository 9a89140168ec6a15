"""What is wrong with a definition, said in both languages with file, line and column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

from app.engine.finding_texts import TEXTS
from app.engine.scenario_texts import SCENARIO_TEXTS

Severity = Literal["error", "warning"]
FEW = 20  # names a sentence may list


@dataclass(frozen=True)
class Finding:
    """One fault of a definition and the place to mend it; lines and columns count from 1."""

    code: str
    message: str
    message_ru: str
    file: str
    line: int
    column: int
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code}: {self.message}"

    @property
    def texts(self) -> dict[str, str]:
        """The same sentence in both languages."""
        return {"en": self.message, "ru": self.message_ru}


class DefinitionError(ValueError):
    """A definition is not fit to run; `findings` lists every fault at once."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(str(finding) for finding in findings))


def finding(
    code: str,
    place: tuple[str, int, int],
    severity: Severity = "error",
    *,
    among: Iterable[str] = (),
    **words: Any,
) -> Finding:
    """Phrase one finding; `place` is file, line, column, `among` what could have been meant instead of its `id`."""
    english, russian = TEXTS.get(code) or SCENARIO_TEXTS[code]
    file, line, column = place
    words["hint"], words["hint_ru"] = _meant(str(words.get("id", "")), among)
    return Finding(code, english.format(**words), russian.format(**words), file, line, column, severity)


def _meant(given: str, among: Iterable[str]) -> tuple[str, str]:
    """What looks like it; otherwise all there is, of a fact all its room tells, if that can be read in one line."""
    known = sorted(among)
    alike = get_close_matches(given, known, 3, 0.7)
    if alike:
        return f"; perhaps {', '.join(alike)}", f"; возможно, {', '.join(alike)}"
    room = given.partition(".")[0] + "."
    some = [one for one in known if one.startswith(room)] or known
    if not 0 < len(some) <= FEW:
        return "", ""
    return f"; choose from: {', '.join(some)}", f"; можно: {', '.join(some)}"
