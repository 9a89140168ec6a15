"""What the page of a rehearsal says of the fates of the cases, and what it asks for: successors of stages and tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.cases.history import in_reader
from app.cases.procedures import migration
from app.cases.procedures.migration import Fated, fate_in_words
from app.core.i18n import Text, _
from app.engine.definition import Definition
from app.engine.migrating.notes import titles_of

FATE_PILLS = {"moves": "ok", "loses_term": "warn", "needs_mapping": "warn", "refused": "bad"}


def mapping_of(source: Mapping[str, str]) -> dict[str, str]:
    """Successors an administrator has chosen: fields `map.<old>` of the address or the form."""
    return {key[4:64]: value[:60] for key, value in source.items() if key.startswith("map.") and value}


def unmapped(fated: Sequence[Fated], old: Definition, new: Definition) -> list[dict[str, Any]]:
    """What still needs a successor, with what may take its place."""
    found: dict[str, dict[str, Any]] = {}
    for one in fated:
        for note in one.plan.notes if one.plan.fate == "needs_mapping" else ():
            stage = note.code == "stage_unmapped"
            choices = (
                [(key, in_reader(s.titles)) for key, s in new.stages.items() if not s.final]
                if stage
                else [(task.id, in_reader(task.titles)) for s in new.stages.values() for task in s.tasks]
            )
            titles = old.stages[note.id].titles if stage else titles_of(old, note.id)
            found.setdefault(
                note.id, {"id": note.id, "title": in_reader(titles), "stage": stage, "choices": choices}
            )
    return list(found.values())


def names(old: Definition, new: Definition) -> Any:
    """What an id of either version is called, for the line that tells the chosen mapping."""

    def name(key: str) -> str:
        if key == migration.NO_SUCCESSOR:
            return str(_("is needed no more"))
        for one in (old, new):
            if key in one.stages:
                return in_reader(one.stages[key].titles)
            if (task := one.task(key)) is not None:
                return in_reader(task.titles)
        return key

    return name


def counts(fated: Sequence[Fated]) -> list[tuple[Text, str, int]]:
    """Words, look and number for each fate there is, as the rows below say it."""
    found = Counter((fate_in_words(one.plan), one.plan.fate) for one in fated)
    return [(words, FATE_PILLS[fate], count) for (words, fate), count in found.items()]
