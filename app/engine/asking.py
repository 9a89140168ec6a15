"""The form of a transition or a task: what is required (of a tick: that it is set), what each field may hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.engine import reasons
from app.engine.actions import Complete, Fire
from app.engine.answers import Reason
from app.engine.elements import Field, Form
from app.engine.wording import is_blank

LARGEST = 1_000_000_000  # a number in a form is a count


def form_reasons(form: Form, action: Fire | Complete, today: date) -> tuple[list[Reason], dict[str, Any]]:
    """What is wrong with the form, and its values as JSON keeps them."""
    found: list[Reason] = []
    values: dict[str, Any] = {}
    if form.comment == "required" and is_blank(action.comment):
        found.append(reasons.refusal("comment_required", items=("comment",)))
    known = {field.id for field in form.fields}
    found += [
        reasons.refusal("field_unknown", items=(key,), id=key) for key in action.fields if key not in known
    ]
    for field in form.fields:
        value = action.fields.get(field.id)
        if isinstance(value, str):
            value = "" if is_blank(value) else value.strip()
        must_tick = field.required and field.kind == "bool"
        if value is None or value == "" or (must_tick and value is False):
            if field.required:
                code = "tick_required" if must_tick else "field_required"
                found.append(reasons.field_reason(code, field))
            continue
        try:
            values[field.id] = _field_value(field.kind, value, [choice.id for choice in field.choices])
        except ValueError:
            found.append(reasons.field_reason("field_wrong", field))
            continue
        if field.not_before or field.not_after:
            found += _day_reasons(field, date.fromisoformat(values[field.id]), today)
    return found, values


def _day_reasons(field: Field, day: date, today: date) -> list[Reason]:
    """That the day is too early or too late, told from the day on which the answer is given."""
    if field.not_after and day > today:
        return [reasons.field_reason("field_future", field)]
    return [reasons.field_reason("field_past", field)] if field.not_before and day < today else []


def _field_value(kind: str, value: Any, choices: list[str]) -> Any:
    """The value of a field as JSON keeps it. Raises ValueError if it does not fit the kind."""
    if kind == "date":
        return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "number":  # as whoever asked in the page has read it already, or as it is typed
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
            return value
    if isinstance(value, str) and (kind == "text" or (kind == "choice" and value in choices)):
        return value
    raise ValueError(kind)
