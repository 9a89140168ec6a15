"""Reads a workflow file into a Definition; every fault is found at once, with file, line and column."""

from __future__ import annotations

import hashlib
import re
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from app.engine import anchors, checks, papers
from app.engine.definition import (
    KINDS,
    Approval,
    Choice,
    CommentRule,
    Definition,
    Due,
    Effect,
    Escalation,
    Field,
    Form,
    Guard,
    Kind,
    Migration,
    Outcome,
    Portion,
    Role,
    Stage,
    Task,
    Transition,
    frozen,
)
from app.engine.findings import DefinitionError, Finding
from app.engine.guard_parsing import GuardError, parse
from app.engine.guards import Expression, Holds, Name
from app.engine.reading import Reader

FOUND = ("authority", "group", "curator_school", "supported_school")
FIELD_DAYS = ("today",)
FIELD_KINDS = ("choice", "text", "number", "date", "bool")
COMMENT_RULES = ("required", "optional", "none")
VOTES_RULES = ("keep", "void", "refuse")
TERMS_RULES = ("keep", "recount")
# A word for all stages that are not final: `from: working`.
WORKING = "working"
UNREADABLE = Holds(Name("unreadable"))
SHARE = re.compile(r"[0-9]{1,9}/[0-9]{1,9}|(?=[0-9.])[0-9]{0,9}(\.[0-9]{1,9})?")
_loaded: dict[str, Definition] = {}


def load(path: Path) -> Definition:
    """The definition in a file. Raises DefinitionError with every fault."""
    return loads(Path(path).read_text(encoding="utf-8"), str(path))


def loads(text: str, name: str = "<text>") -> Definition:
    """The definition in a text; the same text is read once per process. Raises DefinitionError."""
    key = hashlib.sha256(f"{name}\0{text}".encode()).hexdigest()
    if key not in _loaded:
        definition, findings = parse_text(text, name)
        errors = [finding for finding in findings if finding.severity == "error"]
        if errors or definition is None:
            raise DefinitionError(errors)
        _loaded[key] = definition
    return _loaded[key]


def parse_text(text: str, name: str = "<text>") -> tuple[Definition | None, list[Finding]]:
    """The definition, if its shape could be read, and the findings that need no knowledge of rooms."""
    reader = Reader(text, name)
    if reader.root is None:
        return None, reader.findings
    definition = _workflow(reader)
    if reader.findings:
        return None, sorted(reader.findings, key=lambda finding: (finding.line, finding.column))
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
        roles[key] = Role(key, reader.titles(role.get("titles"), f"{path}.titles"), found)
    outcomes = {}
    for key, path, node in reader.named(parts.get("outcomes"), "outcomes"):
        outcome = reader.element(node, "outcome", path)
        outcomes[key] = Outcome(key, reader.titles(outcome.get("titles"), f"{path}.titles"))
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
        outcome=_optional(reader, parts, "outcome", path),
        tasks=tasks,
        approval=_approval(reader, f"{path}.approval", parts["approval"]) if "approval" in parts else None,
        due=_due(reader, f"{path}.due", parts.get("due")),
        page=_optional(reader, parts, "page", path),
        notes=_optional(reader, parts, "notes", path) or "",
    )


def _task(reader: Reader, key: str, path: str, node: Any) -> Task:
    parts = reader.element(node, "task", path)
    document = reader.identifier(parts["document"], f"{path}.document") if "document" in parts else None
    paper = papers.registered(document) if document else None
    guards = _guards(reader, f"{path}.when", parts.get("when"), paper)
    if document:
        reader.keep(f"{path}.when.{len(guards) - 1}", parts["document"])
    return Task(
        id=key,
        titles=reader.titles(parts.get("titles"), f"{path}.titles"),
        roles=reader.texts(parts.get("roles"), f"{path}.roles"),
        optional=reader.flag(parts.get("optional"), f"{path}.optional"),
        repeatable=reader.flag(parts.get("repeatable"), f"{path}.repeatable"),
        when=guards,
        due=_due(reader, f"{path}.due", parts.get("due")),
        page=_optional(reader, parts, "page", path) or (papers.PAGE if document else None),
        reopens_with=reader.texts(parts.get("reopens_with"), f"{path}.reopens_with"),
        notes=_optional(reader, parts, "notes", path) or "",
        form=_form(reader, f"{path}.form", parts["form"]) if "form" in parts else None,
        document=document,
    )


def _approval(reader: Reader, path: str, node: Any) -> Approval:
    parts = reader.element(node, "approval", path)
    return Approval(
        id=reader.identifier(parts.get("id"), f"{path}.id"),
        titles=reader.titles(parts.get("titles"), f"{path}.titles"),
        voters=reader.texts(parts.get("voters"), f"{path}.voters"),
        quorum=_portion(reader, path, "quorum", parts.get("quorum")) or Portion(),
        majority=_portion(reader, path, "majority", parts.get("majority")),
        tie=_optional(reader, parts, "tie", path),
        veto=reader.texts(parts.get("veto"), f"{path}.veto"),
        four_eyes=reader.flag(parts.get("four_eyes"), f"{path}.four_eyes"),
        binds=_optional(reader, parts, "binds", path),
        opens_after=reader.texts(parts.get("opens_after"), f"{path}.opens_after"),
        on_no_voters=reader.word(parts.get("on_no_voters"), f"{path}.on_no_voters") or "refuse",
        on_pass=_effects(reader, f"{path}.on_pass", parts.get("on_pass")),
        on_fail=_effects(reader, f"{path}.on_fail", parts.get("on_fail")),
        source=reader.citation(parts.get("source"), f"{path}.source"),
    )


def _portion(reader: Reader, path: str, key: str, node: Any) -> Portion | None:
    """`more_than_half`, `{share: 2/3}` (at least) or `{count: 3}` (at least); None when nothing is said."""
    path = f"{path}.{key}"
    if node is None:
        return None
    if not node.tag.endswith(":map"):
        reader.one_of(node, path, ("more_than_half",), "more_than_half")
        return Portion()
    parts = reader.element(node, "portion", path)
    if len(parts) != 1:
        words = {"problem": "give either share or count", "problem_ru": "укажите либо share, либо count"}
        reader.report(f"{key}_nonsense", node, value=" + ".join(parts) or "{}", **words)
        return Portion()
    if "count" in parts:
        return Portion("count", count=reader.number(parts["count"], f"{path}.count", 1, 1))
    value = str(parts["share"].value)
    try:
        share = Fraction(value if SHARE.fullmatch(value) else "0")
    except ZeroDivisionError:
        share = Fraction(0)
    if not 0 < share <= 1:
        words = {"problem": "a share is above 0 and not above 1", "problem_ru": "доля больше 0 и не больше 1"}
        reader.report(f"{key}_nonsense", parts["share"], value=value, **words)
        return Portion()
    return Portion("share", share.numerator, share.denominator)


def _due(reader: Reader, path: str, node: Any) -> Due | None:
    if node is None:
        return None
    parts = reader.element(node, "due", path)
    escalate = None
    if "escalate" in parts:
        inner = reader.element(parts["escalate"], "escalation", f"{path}.escalate")
        after = reader.number(inner.get("after"), f"{path}.escalate.after", 1, 1)
        escalate = Escalation(after, reader.texts(inner.get("to"), f"{path}.escalate.to"))
    return Due(
        working_days=reader.number(parts.get("working_days"), f"{path}.working_days", 1, 1),
        since=_since(reader, f"{path}.since", parts.get("since")),
        remind=tuple(
            reader.number(item, item_path, 0)
            for item_path, item in reader.items(parts.get("remind"), f"{path}.remind")
        ),
        escalate=escalate,
        source=reader.citation(parts.get("source"), f"{path}.source"),
    )


def _since(reader: Reader, path: str, node: Any) -> str:
    """The event a term is counted from: a word, `done:<task>` or a fact that is a date."""
    if node is None:
        return anchors.ENTERED
    value = str(node.value) if isinstance(node.value, str) else "?"
    if not (node.tag.endswith(":str") and anchors.is_written(value)):
        reader.report("bad_value", node, path=path, value=value, allowed=", ".join(anchors.FORMS))
        return anchors.ENTERED
    return value


def _transition(reader: Reader, key: str, path: str, node: Any, working: tuple[str, ...]) -> Transition:
    parts = reader.element(node, "transition", path)
    sources = reader.texts(parts.get("from"), f"{path}.from")
    kind = reader.one_of(parts.get("kind"), f"{path}.kind", KINDS, "forward")
    target = _optional(reader, parts, "to", path)
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
        when=_guards(reader, f"{path}.when", parts.get("when")),
        form=_form(reader, f"{path}.form", parts.get("form")),
        keeps=keeps,
        voids=reader.texts(parts.get("voids"), f"{path}.voids"),
        effects=_effects(reader, f"{path}.effects", parts.get("effects")),
        outcome=_optional(reader, parts, "outcome", path),
        outcome_from=_optional(reader, parts, "outcome_from", path),
        notes=_optional(reader, parts, "notes", path) or "",
        automatic=automatic,
    )


def _migration(reader: Reader, path: str, node: Any) -> Migration:
    parts = reader.element(node, "migration", path)
    maps: dict[str, dict[str, str]] = {"stages": {}, "tasks": {}}
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
        drops=reader.texts(parts.get("drops"), f"{path}.drops"),
        reopens=reader.texts(parts.get("reopens"), f"{path}.reopens"),
        votes=cast(Any, votes),
        terms=cast(Any, terms),
        notes=_optional(reader, parts, "notes", path) or "",
    )


def _guards(reader: Reader, path: str, node: Any, paper: Guard | None = None) -> tuple[Guard, ...]:
    """The guards as written, then that of the `paper` a task needs; no two share an id."""
    result: dict[str, Guard] = {}
    for item_path, item in reader.items(node, path):
        parts = reader.element(item, "guard", item_path)
        guard_id = reader.identifier(parts.get("id"), f"{item_path}.id")
        guard = Guard(
            id=guard_id,
            expression=_condition(reader, f"{item_path}.if", parts.get("if")),
            text=reader.titles(parts.get("text"), f"{item_path}.text", placeholders=True),
            unknown=reader.titles(parts["unknown"], f"{item_path}.unknown", True)
            if "unknown" in parts
            else None,
            link=_optional(reader, parts, "link", item_path),
        )
        if guard_id and (guard_id in result or (paper and guard_id == paper.id)):
            first = path if guard_id in result else f"{path.removesuffix('when')}document"
            reader.report("duplicate_id", parts["id"], id=guard_id, first=first, second=item_path)
        result[guard_id] = guard
    return (*result.values(), paper) if paper else tuple(result.values())


def _condition(reader: Reader, path: str, node: Any) -> Expression:
    text = reader.text(node, path)
    if not text:
        if node is not None and node.tag.endswith(":str"):
            words = {"problem": "the condition is empty", "problem_ru": "условие пустое"}
            reader.report("bad_guard", node, **words)
        return UNREADABLE
    try:
        return parse(text)
    except GuardError as exc:
        words = {
            "problem": f"{exc} (character {exc.column} of “{text}”)",
            "problem_ru": f"{exc.problem_ru} (знак {exc.column} в «{text}»)",
        }
        reader.report("bad_guard", node, **words)
        return UNREADABLE


def _form(reader: Reader, path: str, node: Any) -> Form:
    if node is None:
        return Form()
    parts = reader.element(node, "form", path)
    fields: dict[str, Field] = {}
    for item_path, item in reader.items(parts.get("fields"), f"{path}.fields"):
        inner = reader.element(item, "field", item_path)
        field_id = reader.identifier(inner.get("id"), f"{item_path}.id")
        choices = []
        for key, choice_path, choice_node in reader.named(inner.get("choices"), f"{item_path}.choices"):
            choice = reader.element(choice_node, "choice", choice_path)
            choices.append(Choice(key, reader.titles(choice.get("titles"), f"{choice_path}.titles")))
        kind = reader.one_of(inner.get("kind"), f"{item_path}.kind", FIELD_KINDS, "text")
        if kind == "choice" and not choices:
            reader.report("choices_missing", item, id=field_id)
        if field_id and field_id in fields:
            reader.report("duplicate_id", inner["id"], id=field_id, first=f"{path}.fields", second=item_path)
        titles = reader.titles(inner.get("titles"), f"{item_path}.titles")
        required = reader.flag(inner.get("required"), f"{item_path}.required")
        days = {
            key: reader.one_of(inner[key], f"{item_path}.{key}", FIELD_DAYS, "today")
            for key in ("not_before", "not_after")
            if key in inner
        }
        if days and kind != "date":
            reader.report("days_of_no_date", inner[next(iter(days))], id=field_id)
        fields[field_id] = Field(
            field_id, cast(Any, kind), titles, required, tuple(choices), **cast(Any, days)
        )
    comment = reader.one_of(parts.get("comment"), f"{path}.comment", COMMENT_RULES, "optional")
    return Form(cast(CommentRule, comment), tuple(fields.values()))


def _effects(reader: Reader, path: str, node: Any) -> tuple[Effect, ...]:
    result = []
    for item_path, item in reader.items(node, path):
        parts = reader.element(item, "effect", item_path)
        params = {
            key: reader.text(value, f"{item_path}.params.{key}")
            for key, _, value in (
                reader.pairs(parts["params"], f"{item_path}.params") if "params" in parts else []
            )
        }
        result.append(Effect(reader.word(parts.get("name"), f"{item_path}.name"), frozen(params)))
    return tuple(result)


def _optional(reader: Reader, parts: dict[str, Any], key: str, path: str) -> str | None:
    """A text that may be left out; only what is written for people (notes) may stand there empty."""
    if key not in parts:
        return None
    read = reader.text if key == "notes" else reader.word
    return read(parts[key], f"{path}.{key}")


__all__ = ["identity", "load", "loads", "parse_text"]
