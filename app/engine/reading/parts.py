"""Reads what stands in several elements of a workflow file: guards, forms, effects, terms, portions of a vote."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any, cast

from app.engine import anchors
from app.engine.definition import frozen
from app.engine.elements import Choice, CommentRule, Due, Effect, Escalation, Field, Form, Guard, Portion
from app.engine.guards import Expression, Holds, Name
from app.engine.reading.conditions import GuardError, parse
from app.engine.reading.reader import Reader

FIELD_DAYS = ("today",)
FIELD_KINDS = ("choice", "text", "number", "date", "bool")
COMMENT_RULES = ("required", "optional", "none")
UNREADABLE = Holds(Name("unreadable"))
SHARE = re.compile(r"[0-9]{1,9}/[0-9]{1,9}|(?=[0-9.])[0-9]{0,9}(\.[0-9]{1,9})?")


def read_guards(reader: Reader, path: str, node: Any, paper: Guard | None = None) -> tuple[Guard, ...]:
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
            link=optional_word(reader, parts, "link", item_path),
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


def read_form(reader: Reader, path: str, node: Any) -> Form:
    """What is asked of whoever takes the step; nothing but an optional comment when nothing is said."""
    if node is None:
        return Form()
    parts = reader.element(node, "form", path)
    fields: dict[str, Field] = {}
    for item_path, item in reader.items(parts.get("fields"), f"{path}.fields"):
        inner = reader.element(item, "field", item_path)
        field = _field(reader, item_path, item, inner)
        if field.id and field.id in fields:
            reader.report("duplicate_id", inner["id"], id=field.id, first=f"{path}.fields", second=item_path)
        fields[field.id] = field
    comment = reader.one_of(parts.get("comment"), f"{path}.comment", COMMENT_RULES, "optional")
    return Form(cast(CommentRule, comment), tuple(fields.values()))


def _field(reader: Reader, path: str, node: Any, parts: dict[str, Any]) -> Field:
    field_id = reader.identifier(parts.get("id"), f"{path}.id")
    choices = []
    for key, choice_path, choice_node in reader.named(parts.get("choices"), f"{path}.choices"):
        choice = reader.element(choice_node, "choice", choice_path)
        choices.append(Choice(key, reader.titles(choice.get("titles"), f"{choice_path}.titles")))
    kind = reader.one_of(parts.get("kind"), f"{path}.kind", FIELD_KINDS, "text")
    if kind == "choice" and not choices:
        reader.report("choices_missing", node, id=field_id)
    titles = reader.titles(parts.get("titles"), f"{path}.titles")
    required = reader.flag(parts.get("required"), f"{path}.required")
    days = {
        key: reader.one_of(parts[key], f"{path}.{key}", FIELD_DAYS, "today")
        for key in ("not_before", "not_after")
        if key in parts
    }
    if days and kind != "date":
        reader.report("days_of_no_date", parts[next(iter(days))], id=field_id)
    return Field(field_id, cast(Any, kind), titles, required, tuple(choices), **cast(Any, days))


def read_effects(reader: Reader, path: str, node: Any) -> tuple[Effect, ...]:
    """What the application is to do, by name and with its parameters; whether it can is asked by `checking.names`."""
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


def read_due(reader: Reader, path: str, node: Any) -> Due | None:
    """A term with its reminders and escalation; None when nothing is said."""
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


def read_portion(reader: Reader, path: str, key: str, node: Any) -> Portion | None:
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


def optional_word(reader: Reader, parts: dict[str, Any], key: str, path: str) -> str | None:
    """A text that may be left out; only what is written for people (notes) may stand there empty."""
    if key not in parts:
        return None
    read = reader.text if key == "notes" else reader.word
    return read(parts[key], f"{path}.{key}")
