"""`python app.py workflow check`: is each definition fit to run with the facts, effects and papers there are?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import yaml

from app.cases.scenario_files import uncovered_edges
from app.config import ROOT
from app.core.i18n import Text, _, current_locale
from app.engine import checks, loader
from app.engine.definition import Definition
from app.engine.findings import Finding


def check_files(
    files: Sequence[Path],
    say: Callable[[str], None],
    *,
    facts: Collection[str] | None = None,
    effects: Collection[str] | None = None,
    pages: Collection[str] | None = None,
    templates: Collection[str] | None = None,
) -> int:
    """Say `file:line:column: code: sentence` for each fault; 1 when there is an error, 0 for warnings only.

    Without files all published ones are checked. What is None is not checked against, except the templates,
    which are read from their manifest.
    """
    paths = list(files) or shipped()
    if not paths:
        say(str(_("There are no workflow definitions to check.")))
        return 1
    known = template_codes() if templates is None else templates
    errors = warnings = 0
    for path in paths:
        try:
            source = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            say(f"{shown(path)}:1:1: not_readable: {_why(error)}")
            errors += 1
            continue
        definition, found = loader.parse_text(source, shown(path))
        if definition is not None:
            found = checks.check(definition, facts, effects, known, pages, earlier_beside(path, definition))
            if all(finding.severity != "error" for finding in found):  # what is broken need not be played
                found += uncovered_edges(definition, path, shown)
        for finding in found:
            say(finding_line(finding))
        errors += sum(finding.severity == "error" for finding in found)
        warnings += sum(finding.severity != "error" for finding in found)
    say(str(_("Definitions checked: %(files)s, errors: %(errors)s, warnings: %(warnings)s.",
              files=len(paths), errors=errors, warnings=warnings)))  # fmt: skip
    return 1 if errors else 0


def earlier_beside(path: Path, definition: Definition) -> dict[int, Definition]:
    """Earlier versions of the same procedure in the same folder, as far as they can be read."""
    return {one.version: one for one in versions_beside(path, definition) if one.version < definition.version}


def versions_beside(path: Path, definition: Definition) -> list[Definition]:
    """The other versions of the same procedure in the same folder, as far as they can be read."""
    found = []
    for other in sorted(path.resolve().parent.glob("v*.yaml")):
        try:
            one = loader.parse_text(other.read_text(encoding="utf-8"), shown(other))[0]
        except (OSError, UnicodeDecodeError):
            continue
        if one is not None and one.code == definition.code and one.version != definition.version:
            found.append(one)
    return found


def shipped() -> list[Path]:
    """The definitions that come with the product, by procedure and version."""
    return sorted((ROOT / "workflows").glob("*/v*.yaml"))


def template_codes(folder: Path = ROOT / "document_templates") -> frozenset[str]:
    """Codes of the papers that can be drafted."""
    manifest = yaml.safe_load((folder / "manifest.yaml").read_text(encoding="utf-8"))
    return frozenset(manifest["documents"])


def finding_line(finding: Finding) -> str:
    """`file:line:column: code: sentence` in the reader's language."""
    sentence = finding.texts["en" if current_locale() == "en" else "ru"]
    kind = "" if finding.severity == "error" else f" {_('warning')}:"
    return f"{finding.file}:{finding.line}:{finding.column}:{kind} {finding.code}: {sentence}"


def shown(path: Path) -> str:
    """Short, as from the project's folder, so that an editor can jump there."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _why(error: Exception) -> Text:
    if isinstance(error, FileNotFoundError):
        return _("there is no such file")
    return _("the file cannot be read as text")
