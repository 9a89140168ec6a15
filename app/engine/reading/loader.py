"""Reads a workflow file into a Definition; every fault is found at once, with file, line and column."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, cast

from app.engine import papers
from app.engine.checking import checks
from app.engine.definition import Definition, frozen
from app.engine.elements import (
    KINDS,
    Approval,
    Kind,
    Migration,
    Outcome,
    Portion,
    Role,
    Stage,
    Task,
    Transition,
)
from app.engine.findings import DefinitionError, Finding
from app.engine.reading.parts import (
    optional_word,
    read_due,
    read_effects,
    read_form,
    read_guards,
    read_portion,
)
from app.engine.reading.reader import Reader

FOUND = ("authority", "group", "curator_school", "supported_school")
VOTES_RULES = ("keep", "void", "refuse")
TERMS_RULES = ("keep", "recount")
# A word for all stages that are not final: `from: working`.
WORKING = "working"
# Texts a process keeps as read; they differ by version, and few are in use.
_KEPT = 64


def load(path: Path) -> Definition:
    """The definition in a file. Raises DefinitionError with every fault."""
    return loads(Path(path).read_text(encoding="utf-8"), str(path))


@functools.lru_cache(_KEPT)
def loads(text: str, name: str = "<text>") -> Definition:
    """The definition in a text; the same text is read once per process. Raises DefinitionError."""
    definition, findings = parse_text(text, name)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors or definition is None:
        raise DefinitionError(errors)
    return definition


@functools.lru_cache(_KEPT)
def released(text: str, name: str = "<text>") -> Definition | None:
    """The definition in a text once published, whatever a later check finds in it; None when it is none any more.

    The same text is read once per process.
    """
    return parse_text(text, name)[0]


def parse_text(text: str, name: str = "<text>") -> tuple[Definition | None, list[Finding]]:
    """The definition, if its shape could be read, and the findings that need no knowledge of rooms."""
    reader = Reader(text, name)
    if reader.root is None:
        return None, reader.findings
    definition = _workflow(reader)
    if reader.findings:
        found = [*reader.findings, *reader.beside]
        return None, sorted(found, key=lambda finding: (finding.line, finding.column))
    return definition, checks.check(definition)


def identity(text: str) -> tuple[str, int] | None:
    """Code and version a text says it is, however faulty the rest; None when it does not say."""
    reader = Reader(text, "<text>")
    if reader.root is None or not reader.root.tag.endswith(":map"):
        return None
    named = {key: node for key, _, node in reader.pairs(reader.root, "workflow")}
    reader.findings.clear()
    code = reader.identifier(named.get("workflow"), "workflow")
    version = reader.number(named.get("version"), "version", 1)
    return (code, version) if code and version >= 1 and not reader.findings else None


def _workflow(reader: Reader) -> Definition:
    parts = reader.element(reader.root, "workflow", "workflow")
    stages = {
        key: _stage(reader, key, path, node)
        for key, path, node in reader.named(parts.get("stages"), "stages")
    }
    working = tuple(stage.id for stage in stages.values() if not stage.final)
    transitions = {
        key: _transition(reader, key, path, node, working)
        for key, path, node in reader.named(parts.get("transitions"), "transitions")
    }
    roles = {}
    for key, path, node in reader.named(parts.get("roles"), "roles"):
        role = reader.element(node, "role", path)
        found = reader.one_of(role.get("found"), f"{path}.found", FOUND, FOUND[0])
        if "notes" in role:
            reader.notes(role["notes"], f"{path}.notes")
        roles[key] = Role(key, reader.titles(role.get("titles"), f"{path}.titles"), found)
    outcomes = {}
    for key, path, node in reader.named(parts.get("outcomes"), "outcomes"):
        outcome = reader.element(node, "outcome", path)
        if "notes" in outcome:
            reader.notes(outcome["notes"], f"{path}.notes")
        outcomes[key] = Outcome(key, reader.titles(outcome.get("titles"), f"{path}.titles"))
    if "notes" in parts:  # for whoever reads the file
        reader.notes(parts["notes"], "notes")
    return Definition(
        code=reader.identifier(parts.get("workflow"), "workflow"),
        version=reader.number(parts.get("version"), "version", 1),
        titles=reader.titles(parts.get("titles"), "titles"),
        initial=reader.word(parts.get("initial"), "initial"),
        roles=frozen(roles),
        outcomes=frozen(outcomes),
        stages=frozen(stages),
        transitions=frozen(transitions),
        migrations=tuple(
            _migration(reader, path, node)
            for path, node in reader.items(parts.get("migrations"), "migrations")
        ),
        name=reader.name,
        places=frozen(reader.places),
        beside=tuple(reader.beside),
    )


def _stage(reader: Reader, key: str, path: str, node: Any) -> Stage:
    parts = reader.element(node, "stage", path)
    tasks = tuple(
        _task(reader, task_id, task_path, task_node)
        for task_id, task_path, task_node in reader.named(parts.get("tasks"), f"{path}.tasks")
    )
    return Stage(
        id=key,
        titles=reader.titles(parts.get("titles"), f"{path}.titles"),
        final=reader.flag(parts.get("final"), f"{path}.final"),
        outcome=optional_word(reader, parts, "outcome", path),
        tasks=tasks,
        approval=_approval(reader, f"{path}.approval", parts["approval"]) if "approval" in parts else None,
        due=read_due(reader, f"{path}.due", parts.get("due")),
        page=optional_word(reader, parts, "page", path),
        notes=optional_word(reader, parts, "notes", path) or "",
    )


def _task(reader: Reader, key: str, path: str, node: Any) -> Task:
    parts = reader.element(node, "task", path)
    document = reader.identifier(parts["document"], f"{path}.document") if "document" in parts else None
    paper = papers.registered(document) if document else None
    guards = read_guards(reader, f"{path}.when", parts.get("when"), paper)
    if document:
        reader.keep(f"{path}.when.{len(guards) - 1}", parts["document"])
    return Task(
        id=key,
        titles=reader.titles(parts.get("titles"), f"{path}.titles"),
        roles=reader.texts(parts.get("roles"), f"{path}.roles"),
        optional=reader.flag(parts.get("optional"), f"{path}.optional"),
        repeatable=reader.flag(parts.get("repeatable"), f"{path}.repeatable"),
        when=guards,
        due=read_due(reader, f"{path}.due", parts.get("due")),
        page=optional_word(reader, parts, "page", path) or (papers.PAGE if document else None),
        reopens_with=reader.texts(parts.get("reopens_with"), f"{path}.reopens_with"),
        notes=optional_word(reader, parts, "notes", path) or "",
        form=read_form(reader, f"{path}.form", parts["form"]) if "form" in parts else None,
        document=document,
    )


def _approval(reader: Reader, path: str, node: Any) -> Approval:
    parts = reader.element(node, "approval", path)
    return Approval(
        id=reader.identifier(parts.get("id"), f"{path}.id"),
        titles=reader.titles(parts.get("titles"), f"{path}.titles"),
        voters=reader.texts(parts.get("voters"), f"{path}.voters"),
        quorum=read_portion(reader, path, "quorum", parts.get("quorum")) or Portion(),
        majority=read_portion(reader, path, "majority", parts.get("majority")),
        tie=optional_word(reader, parts, "tie", path),
        veto=reader.texts(parts.get("veto"), f"{path}.veto"),
        four_eyes=reader.flag(parts.get("four_eyes"), f"{path}.four_eyes"),
        binds=optional_word(reader, parts, "binds", path),
        opens_after=reader.texts(parts.get("opens_after"), f"{path}.opens_after"),
        on_no_voters=reader.word(parts.get("on_no_voters"), f"{path}.on_no_voters") or "refuse",
        on_pass=read_effects(reader, f"{path}.on_pass", parts.get("on_pass")),
        on_fail=read_effects(reader, f"{path}.on_fail", parts.get("on_fail")),
        source=reader.citation(parts.get("source"), f"{path}.source"),
    )


def _transition(reader: Reader, key: str, path: str, node: Any, working: tuple[str, ...]) -> Transition:
    parts = reader.element(node, "transition", path)
    sources = reader.texts(parts.get("from"), f"{path}.from")
    kind = reader.one_of(parts.get("kind"), f"{path}.kind", KINDS, "forward")
    target = optional_word(reader, parts, "to", path)
    keeps = tuple(dict.fromkeys(reader.texts(parts.get("keeps"), f"{path}.keeps")))
    automatic = reader.flag(parts.get("automatic"), f"{path}.automatic")
    if ("by" in parts) == automatic:
        reader.report("by_or_automatic", node, id=key)
    return Transition(
        id=key,
        titles=reader.titles(parts.get("titles"), f"{path}.titles"),
        kind=cast(Kind, kind),
        sources=working if sources == (WORKING,) else sources,
        target=target,
        by=reader.texts(parts.get("by"), f"{path}.by"),
        when=read_guards(reader, f"{path}.when", parts.get("when")),
        form=read_form(reader, f"{path}.form", parts.get("form")),
        keeps=keeps,
        voids=reader.texts(parts.get("voids"), f"{path}.voids"),
        effects=read_effects(reader, f"{path}.effects", parts.get("effects")),
        outcome=optional_word(reader, parts, "outcome", path),
        outcome_from=optional_word(reader, parts, "outcome_from", path),
        notes=optional_word(reader, parts, "notes", path) or "",
        automatic=automatic,
    )


def _migration(reader: Reader, path: str, node: Any) -> Migration:
    parts = reader.element(node, "migration", path)
    maps: dict[str, dict[str, str]] = {"stages": {}, "tasks": {}, "transitions": {}}
    for key, found in maps.items():
        for old, old_node, new in reader.pairs(parts.get(key), f"{path}.{key}"):
            reader.check_id(old, old_node)
            reader.keep(f"{path}.{key}.{old}", old_node)
            found[old] = reader.word(new, f"{path}.{key}.{old}")
    votes = reader.one_of(parts.get("votes"), f"{path}.votes", VOTES_RULES, "keep")
    terms = reader.one_of(parts.get("terms"), f"{path}.terms", TERMS_RULES, "keep")
    return Migration(
        source=reader.number(parts.get("from"), f"{path}.from", 1, 1),
        stages=frozen(maps["stages"]),
        tasks=frozen(maps["tasks"]),
        transitions=frozen(maps["transitions"]),
        drops=reader.texts(parts.get("drops"), f"{path}.drops"),
        reopens=reader.texts(parts.get("reopens"), f"{path}.reopens"),
        votes=cast(Any, votes),
        terms=cast(Any, terms),
        notes=optional_word(reader, parts, "notes", path) or "",
    )


__all__ = ["identity", "load", "loads", "parse_text"]
