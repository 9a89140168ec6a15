"""Reads scenario files: who does what when in a procedure, and what must follow; faults have their place.

A file holds the people, facts and days its scenarios begin with. A scenario may go on `after` another one,
also of another file of the same folder: then it begins where that one ended.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.engine.actions import Action, Cast, Complete, ContentChanged, Fire, Open, Reopen, Settle
from app.engine.context import FactValue
from app.engine.elements import Titles
from app.engine.findings import Finding
from app.engine.reading.reader import EXPECTED, Reader
from app.engine.reading.vocabulary import Vocabulary

Place = tuple[str, int, int]
ACTIONS = ("open", "complete", "reopen", "vote", "fire", "changed", "settle")
# Nobody need be named: something happened outside the procedure.
OUTSIDE = (["changed"], ["settle"])

VOCABULARY: Vocabulary = {
    "file": {
        "workflow": True,
        "versions": False,
        "today": True,
        "people": False,
        "facts": False,
        "holidays": False,
        "workdays": False,
        "notes": False,
        "scenarios": True,
    },
    "person": {"roles": True, "name": False, "excluded": False},
    "fact": {"value": True, "items": False, "link": False, "text": False},
    "scenario": {
        "titles": True,
        "after": False,
        "today": False,
        "people": False,
        "facts": False,
        "steps": True,
        "notes": False,
    },
    "step": {
        "by": False,
        **dict.fromkeys(ACTIONS, False),
        "comment": False,
        "fields": False,
        "day": False,
        "later": False,
        "facts": False,
        "expect": False,
        "notes": False,
    },
    "expect": {
        "refused": False,
        "says": False,
        "link": False,
        "events": False,
        "effects": False,
        "stage": False,
        "round": False,
        "status": False,
        "outcome": False,
        "approval": False,
        "tasks": False,
        "tally": False,
        "waits": False,
        "due": False,
        "due_in": False,
        "task_due": False,
        "task_due_in": False,
    },
    "tally": dict.fromkeys(("for", "against", "abstain", "void", "eligible", "needed", "missing"), False),
    "text": {"ru": False, "en": False},
}
LISTS = ("refused", "events", "effects", "waits")
MAPS = ("tasks", "task_due", "task_due_in")
DECIMAL = re.compile(r"[+-]?[0-9][0-9_]{0,19}")
ONE_VALUE = ("one value", "одно значение")
EARLIEST, LATEST = 1900, 2200


@dataclass(frozen=True)
class Person:
    """Somebody of the scenario: roles in the case, and why he may not vote, if so."""

    id: str
    roles: tuple[str, ...]
    name: str
    excluded: str | None = None


@dataclass(frozen=True)
class Days:
    """The working calendar of a scenario: a plain week, its holidays and working weekend days."""

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether people work on this day."""
        return day in self.workdays or (day.weekday() < 5 and day not in self.holidays)


@dataclass(frozen=True)
class Expectation:
    """One thing that must be so after a step."""

    key: str
    wanted: Any
    place: Place


@dataclass(frozen=True)
class Step:
    """The day and the facts change first, then somebody acts, then the expectations are compared."""

    place: Place
    by: str | None
    action: Action | None
    day: date | None
    later: int
    facts: Mapping[str, FactValue]
    expect: tuple[Expectation, ...]
    places: Mapping[str, Place]

    @property
    def refused(self) -> tuple[str, ...] | None:
        """Codes of the refusal that must follow; None = the step must get through."""
        return next((tuple(e.wanted) for e in self.expect if e.key == "refused"), None)


@dataclass(frozen=True)
class Scenario:
    """A story about a case, told in steps; `versions` empty = for every version of the procedure."""

    id: str
    titles: Titles
    workflow: str
    versions: tuple[int, ...]
    after: str | None
    today: date | None
    people: Mapping[str, Person]
    facts: Mapping[str, FactValue]
    calendar: Days
    steps: tuple[Step, ...]
    place: Place
    workflow_place: Place
    places: Mapping[str, Place] = field(default_factory=dict, repr=False)


def read_scenarios(text: str, name: str) -> tuple[list[Scenario], list[Finding]]:
    """The scenarios of a file; none when anything in it could not be read."""
    reader = Reader(text, name, VOCABULARY)
    if reader.root is None:
        return [], reader.findings
    parts = reader.element(reader.root, "file", "file")
    code = reader.text(parts.get("workflow"), "workflow")
    versions = tuple(
        reader.number(node, path, 1) for path, node in reader.items(parts.get("versions"), "versions")
    )
    today = _day(reader, parts.get("today"), "today")
    people = _people(reader, parts.get("people"), "people")
    facts = _facts(reader, parts.get("facts"), "facts")[0]
    days = Days(*(frozenset(_days(reader, parts.get(key), key)) for key in ("holidays", "workdays")))
    found = []
    for key, path, node in reader.named(parts.get("scenarios"), "scenarios"):
        own = reader.element(node, "scenario", path)
        after = reader.text(own["after"], f"{path}.after") if "after" in own else None
        own_people = _people(reader, own.get("people"), f"{path}.people")
        own_facts = _facts(reader, own.get("facts"), f"{path}.facts")[0]
        found.append(
            Scenario(
                id=key,
                titles=reader.titles(own.get("titles"), f"{path}.titles"),
                workflow=code,
                versions=versions,
                after=after,
                today=_day(reader, own["today"], f"{path}.today")
                if "today" in own
                else None
                if after
                else today,
                people=own_people if after else {**people, **own_people},
                facts=own_facts if after else {**facts, **own_facts},
                calendar=days,
                steps=tuple(_step(reader, p, n) for p, n in reader.items(own.get("steps"), f"{path}.steps")),
                place=reader.at(own["after"]) if after else (name, *reader.places[path]),
                workflow_place=(name, *reader.places.get("file.workflow", (1, 1))),
            )
        )
    return ([] if reader.findings else found), reader.findings


def _step(reader: Reader, path: str, node: Any) -> Step:
    parts = reader.element(node, "step", path)
    named = [key for key in ACTIONS if key in parts]
    if len(named) > 1 or (named and named not in OUTSIDE and "by" not in parts):
        got = ", ".join(named) if len(named) > 1 else f"{named[0]} (by?)"
        reader.report("not_one_action", node, value=got, allowed=", ".join(ACTIONS))
    facts, places = _facts(reader, parts.get("facts"), f"{path}.facts")
    for key in (*named, "by"):
        if key in parts:
            places[key] = reader.at(parts[key])
    return Step(
        place=reader.at(node),
        by=reader.text(parts["by"], f"{path}.by") if "by" in parts else None,
        action=_action(reader, named[0], parts, path) if named else None,
        day=_day(reader, parts["day"], f"{path}.day") if "day" in parts else None,
        later=reader.number(parts.get("later"), f"{path}.later", 1, 0),
        facts=facts,
        expect=_expectations(reader, f"{path}.expect", parts.get("expect")),
        places=places,
    )


def _action(reader: Reader, key: str, parts: dict[str, Any], path: str) -> Action:
    comment = reader.text(parts["comment"], f"{path}.comment") if "comment" in parts else ""
    if key in ("open", "changed", "settle"):
        if not reader.flag(parts[key], f"{path}.{key}"):
            reader.one_of(parts[key], f"{path}.{key}", ("true",), "true")
        return Open() if key == "open" else ContentChanged() if key == "changed" else Settle()
    value = reader.text(parts[key], f"{path}.{key}")
    if key == "vote":
        return Cast(value, comment)
    if key == "reopen":
        return Reopen(value, comment)
    fields = _values(reader, parts.get("fields"), f"{path}.fields")
    return Fire(value, comment, fields) if key == "fire" else Complete(value, comment, fields)


def _expectations(reader: Reader, path: str, node: Any) -> tuple[Expectation, ...]:
    result = []
    for key, inner in reader.element(node, "expect", path).items():
        where = f"{path}.{key}"
        wanted: Any
        if key in LISTS:
            wanted = reader.texts(inner, where)
        elif key in MAPS:
            wanted = _values(reader, inner, where)
        elif key == "says":
            wanted = {lang: reader.text(t, where) for lang, t in reader.element(inner, "text", where).items()}
        elif key == "tally":
            wanted = {
                name: (reader.texts(value, f"{where}.{name}") if name == "missing"
                       else _value(reader, value, f"{where}.{name}"))
                for name, value in reader.element(inner, "tally", where).items()
            }  # fmt: skip
        else:
            wanted = _value(reader, inner, where)
        result.append(Expectation(key, wanted, reader.at(inner)))
    return tuple(result)


def _people(reader: Reader, node: Any, path: str) -> dict[str, Person]:
    people = {}
    for key, where, inner in reader.named(node, path):
        parts = reader.element(inner, "person", where)
        roles = reader.texts(parts.get("roles"), f"{where}.roles")
        name = reader.text(parts.get("name"), f"{where}.name") or key
        excluded = reader.text(parts["excluded"], f"{where}.excluded") if "excluded" in parts else None
        people[key] = Person(key, roles, name, excluded)
    return people


def _facts(reader: Reader, node: Any, path: str) -> tuple[dict[str, FactValue], dict[str, Place]]:
    """Facts by name, and where each stands."""
    facts, places = {}, {}
    for name, key_node, inner in reader.pairs(node, path):
        places[name] = reader.at(key_node)
        if inner.tag.endswith(":map"):
            where = f"{path}.{name}"
            parts = reader.element(inner, "fact", where)
            texts = {
                k: reader.text(v, where) for k, v in reader.element(parts.get("text"), "text", where).items()
            }
            facts[name] = FactValue(
                _value(reader, parts["value"], f"{where}.value") if "value" in parts else None,
                reader.texts(parts.get("items"), f"{where}.items"),
                reader.text(parts["link"], f"{where}.link") if "link" in parts else None,
                texts or None,
            )
        else:
            facts[name] = FactValue(_value(reader, inner, f"{path}.{name}"))
    return facts, places


def _values(reader: Reader, node: Any, path: str) -> dict[str, Any]:
    return {name: _value(reader, value, f"{path}.{name}") for name, _, value in reader.pairs(node, path)}


def _value(reader: Reader, node: Any, path: str) -> Any:
    """A scalar as Python knows it: yes/no, whole number, day, text or nothing."""
    kind = node.tag.rpartition(":")[2]
    if not isinstance(node.value, str):
        reader.mismatch(node, path, ONE_VALUE, EXPECTED.get(kind, (kind, kind)))
        return None
    if kind == "bool":
        return node.value.lower() in ("true", "yes", "on")
    if kind == "int":
        # 0x10 and 1:30 are numbers to YAML only: kept as text, they equal nothing
        return int(node.value.replace("_", "")) if DECIMAL.fullmatch(node.value) else node.value
    if kind == "null":
        return None
    if kind == "timestamp":
        return _day_of(node.value)
    return node.value


def _day_of(text: str) -> date | str:
    """The day; the text itself when there is no such day, or none a calendar can count from."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return text
    return day if EARLIEST <= day.year <= LATEST else text


def _day(reader: Reader, node: Any, path: str) -> date | None:
    if node is None:
        return None
    value = _value(reader, node, path)
    if isinstance(value, date):
        return value
    if isinstance(node.value, str):  # else it is told already
        reader.mismatch(node, path, ("2025-01-22", "2025-01-22"), (str(value), str(value)))
    return None


def _days(reader: Reader, node: Any, path: str) -> list[date]:
    days = (_day(reader, item, where) for where, item in reader.items(node, path))
    return [day for day in days if day]
