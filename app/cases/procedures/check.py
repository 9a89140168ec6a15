"""`python app.py workflow check`: is each definition fit to run with the facts, effects and papers there are?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from app.cases.procedures.scenario_files import text_of, uncovered_edges
from app.config import ROOT
from app.core.facts import TypedFact
from app.core.i18n import Text, _, current_locale
from app.core.ports import FactSource
from app.engine.checking import checks
from app.engine.checking.fact_kinds import FactKind
from app.engine.checking.names import effects_named
from app.engine.definition import Definition
from app.engine.findings import Finding, finding
from app.engine.reading import loader

PAPERS = ROOT / "document_templates"


def check_files(
    files: Sequence[Path],
    say: Callable[[str], None],
    *,
    facts: Mapping[str, FactSource] | None = None,
    effects: Collection[str] | None = None,
    pages: Collection[str] | None = None,
    templates: Collection[str] | None = None,
    dates: Collection[str] | None = None,
    roles: Mapping[str, str] | None = None,
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
            source = text_of(path)
        except (OSError, UnicodeDecodeError) as error:
            say(not_readable(path, error))
            errors += 1
            continue
        definition, found = loader.parse_text(source, shown(path))
        if definition is not None:
            asked = None if facts is None else kinds_of(facts)
            earlier = earlier_beside(path, definition)
            found = checks.check(definition, asked, effects, known, pages, earlier, dates, roles)
            found += [*effect_faults(definition, effects), *paper_faults(definition)]
            if all(one.severity != "error" for one in found):  # what is broken need not be played
                found += uncovered_edges(definition, path, shown)
        for one in found:
            say(finding_line(one))
        errors += sum(one.severity == "error" for one in found)
        warnings += sum(one.severity != "error" for one in found)
    say(str(_("Definitions checked: %(files)s, errors: %(errors)s, warnings: %(warnings)s.",
              files=len(paths), errors=errors, warnings=warnings)))  # fmt: skip
    return 1 if errors else 0


def kinds_of(facts: Mapping[str, FactSource]) -> dict[str, FactKind | None]:
    """What kind of answer each fact gives; None where whoever answers has not said."""
    return {
        name: FactKind(source.kind, source.choices, source.least) if isinstance(source, TypedFact) else None
        for name, source in facts.items()
    }


def effect_faults(definition: Definition, effects: Collection[str] | None) -> list[Finding]:
    """Parameters that an effect does not read, and those it cannot do without; nothing where they are not known."""
    found: list[Finding] = []
    known = effects if isinstance(effects, Mapping) else {}
    for path, name, given in effects_named(definition):
        typed = known.get(name)
        if not isinstance(typed, Mapping):
            continue
        place, allowed = definition.place(path), ", ".join(typed)
        for key in given:
            if key not in typed:
                where = definition.place(f"{path}.params")
                found.append(finding("unknown_key", where, key=key, element=name, allowed=allowed))
        for key, required in typed.items():
            if required and key not in given:
                found.append(finding("missing_key", place, path=f"{path}.params", key=key))
    return found


def paper_faults(definition: Definition) -> list[Finding]:
    """Warnings of papers that are drafted for another stage than the one that needs them: there they do not count.

    An agreement counts wherever it was drafted; and whatever nobody drafts is left to the clerk.
    """
    made: dict[str, set[str]] = {}
    for path, _name, given in effects_named(definition):
        where, owner, *_rest = path.split(".")
        stages: Sequence[str] = (owner,)
        if where == "transitions":
            step = definition.transitions[owner]
            stages = (step.target,) if step.target else step.sources
        made.setdefault(given.get("template", ""), set()).update(stages)
    papers = _papers(PAPERS)
    found = []
    for stage in definition.stages.values():
        for task in stage.tasks:
            kind = papers.get(task.document or "", {}).get("kind")
            others = made.get(task.document or "", set())
            if others and stage.id not in others and kind != "agreement":
                place = definition.place(f"stages.{stage.id}.tasks.{task.id}.when.{len(task.when) - 1}")
                told = ", ".join(sorted(others))
                found.append(
                    finding(
                        "paper_elsewhere", place, "warning", id=task.document, stages=told, stage=stage.id
                    )
                )
    return found


def earlier_beside(path: Path, definition: Definition) -> dict[int, Definition]:
    """Earlier versions of the same procedure in the same folder, as far as they can be read."""
    return {one.version: one for one in versions_beside(path, definition) if one.version < definition.version}


def versions_beside(path: Path, definition: Definition) -> list[Definition]:
    """The other versions of the same procedure in the same folder, as far as they can be read."""
    found = []
    for other in sorted(path.absolute().parent.glob("v*.yaml")):
        try:
            one = loader.parse_text(text_of(other), shown(other))[0]
        except (OSError, UnicodeDecodeError):
            continue
        if one is not None and one.code == definition.code and one.version != definition.version:
            found.append(one)
    return found


def shipped() -> list[Path]:
    """The definitions that come with the product, by procedure and version."""
    return sorted((ROOT / "workflows").glob("*/v*.yaml"))


def template_codes(folder: Path = PAPERS) -> frozenset[str]:
    """Codes of the papers that can be drafted."""
    return frozenset(_papers(folder))


def paper_titles(folder: Path = PAPERS) -> dict[str, dict[str, str]]:
    """The papers that can be drafted, as the manifest calls them in both languages."""
    return {code: paper["title"] for code, paper in _papers(folder).items()}


def _papers(folder: Path) -> Mapping[str, Any]:
    manifest = folder / "manifest.yaml"
    return _manifest(manifest, manifest.stat().st_mtime_ns)


@lru_cache(maxsize=4)  # reading it takes longer than the whole check of a procedure
def _manifest(path: Path, _written: int) -> Mapping[str, Any]:
    papers: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["documents"]
    return papers


def finding_line(one: Finding) -> str:
    """`file:line:column: code: sentence` in the reader's language."""
    sentence = one.texts["en" if current_locale() == "en" else "ru"]
    kind = "" if one.severity == "error" else f" {_('warning')}:"
    return f"{one.file}:{one.line}:{one.column}:{kind} {one.code}: {sentence}"


def shown(path: Path) -> str:
    """Short, as from the project's folder, so that an editor can jump there."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError, RuntimeError):  # elsewhere, or a link that leads to itself
        return str(path)


def not_readable(path: Path, error: Exception) -> str:
    """The line that says why a file could not be read at all."""
    return f"{shown(path)}:1:1: not_readable: {why_unreadable(error)}"


def why_unreadable(error: Exception) -> Text:
    """What stands in the way of reading a file, as far as it is ours to say."""
    if isinstance(error, FileNotFoundError):
        return _("there is no such file")
    if isinstance(error, IsADirectoryError):
        return _("this is a folder, not a file")
    return _("the file cannot be read as text")
