"""The history of a case in sentences: one per event, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app.access.substitutions import Names
from app.audit.models import AuditRecord
from app.cases.models import CaseEvent
from app.core.i18n import LOCALES, Text, _, current_locale
from app.core.unit_of_work import Work
from app.engine import events as engine_events
from app.engine.answers import Accepted
from app.engine.automatic import is_alone
from app.engine.definition import Definition
from app.engine.elements import Field, Task, Transition
from app.engine.evolution import in_force
from app.engine.wording import printed


@dataclass(frozen=True)
class Line:
    """One event in the words of the version it happened in: what happened, and what was answered in its form."""

    event: CaseEvent
    definition: Definition
    sentence: Text
    answers: list[str]


_CHOICES = {"for": _("in favour"), "against": _("against"), "abstain": _("abstained")}


def in_reader(texts: Mapping[str, str]) -> str:
    """The title of a definition's element in the reader's language."""
    return texts.get(current_locale()) or texts.get("ru") or next(iter(texts.values()), "")


def title(definition: Definition, thing: str, key: str) -> str:
    """What a stage, task or transition of the definition is called in the reader's language.

    One that only another version has (the case moved since) is called as there; the newest that has it counts.
    """
    editions = sorted(definition.editions.values(), key=lambda one: -one.version)
    for one in (definition, *editions):
        found = _titles(one, thing, key)
        if found is not None:
            return in_reader(found) or key
    return key


def named(titles: Mapping[str, str], *, is_stage: bool = False) -> dict[str, str]:
    """What a notice calls a task or a stage, in both languages."""
    found = {}
    for locale in LOCALES:
        name = titles.get(locale) or titles.get("ru") or ""
        told = _("stage “%(name)s”", name=name) if is_stage else _("“%(name)s”", name=name)
        found[locale] = told.in_(locale)
    return found


def went_to(definition: Definition, done: Accepted) -> str:
    """The stage the case went on to with a step, as the reader calls it; empty when it stays where it was."""
    has_moved = any(isinstance(e, engine_events.Moved) and e.source != e.target for e in done.events)
    return title(definition, "stage", done.state.stage) if has_moved else ""


def edition_with(definition: Definition, stage: str) -> Definition:
    """This version, or the newest other one that has the stage (the case moved to another version since)."""
    editions = sorted(definition.editions.values(), key=lambda one: -one.version)
    return next((one for one in (definition, *editions) if stage in one.stages), definition)


def _titles(definition: Definition, thing: str, key: str) -> Mapping[str, str] | None:
    if thing == "task":
        task = definition.task(key)
        return task.titles if task else None
    one: Any = (definition.stages if thing == "stage" else definition.transitions).get(key)
    return one.titles if one else None


STANDING = {  # what happened to the case as a whole; the round of a stage has no part in it
    "suspend": _("The case is suspended"),
    "resume": _("The case is resumed"),
    "cancel": _("The support was terminated"),
}


def sentence(definition: Definition, event: CaseEvent) -> Text:
    """What happened, without who and when (the page prints those beside it)."""
    data = event.data
    match event.type:
        case "case_opened":
            return _("The case was opened")
        case "task_completed":
            return _("Done: %(task)s", task=title(definition, "task", data["task"]))
        case "task_reopened":
            return _("To be done again: %(task)s", task=title(definition, "task", data["task"]))
        case "approval_opened":
            return _("Voting was opened")
        case "vote_cast":
            return _("Voted: %(choice)s", choice=_CHOICES.get(data["choice"], data["choice"]))
        case "votes_voided":
            return _("The content changed: votes given before no longer count")
        case "approval_decided":
            count = {
                "for": data["votes_for"],
                "against": data["votes_against"],
                "abstained": data["abstained"],
            }
            if data["result"] == "passed":
                return _("Approved: %(for)s in favour, %(against)s against, %(abstained)s abstained", **count)
            return _("Not approved: %(for)s in favour, %(against)s against, %(abstained)s abstained", **count)
        case "moved" if data.get("kind") in STANDING:
            return STANDING[data["kind"]]
        case "moved" if data.get("kind") == "reopen" and data["from"] == data["to"]:
            return _("The termination was taken back")  # it goes on in the round it stood in
        case "moved" if is_alone(data):
            return _(
                "Automatically: %(transition)s → “%(stage)s”",
                transition=title(definition, "transition", data["transition"]),
                stage=title(definition, "stage", data["to"]),
            )
        case "moved":
            name = title(definition, "transition", data["transition"])
            if data["from"] == data["to"]:
                return _("%(transition)s, round %(round)s", transition=name, round=data["round"])
            return _(
                "%(transition)s → “%(stage)s”", transition=name, stage=title(definition, "stage", data["to"])
            )
        case "migrated":
            words = {"old": data["former_version"], "new": data["definition_version"]}
            if data["from"] == data["to"]:
                return _("Moved from version %(old)s of the procedure to version %(new)s", **words)
            stage = title(definition, "stage", data["to"])
            words["stage"] = stage
            return _("Moved from version %(old)s of the procedure to version %(new)s → “%(stage)s”", **words)
        case "undone":
            version = data["definition_version"]
            return _("The move was taken back: version %(version)s of the procedure again", version=version)
        case "terms_recounted":
            return recounted(definition, data)
        case "terms_started":
            return _("Terms have begun: %(terms)s", terms=_moved_terms(definition, data))
    return _("Event %(type)s", type=event.type)


def doer(event: CaseEvent) -> str:
    """Who did it; nobody is named for what the system or the case did by itself."""
    return "" if event.actor_id is None else event.actor_name


class Doers:
    """Who did what in the history of a case, in whose place and by which order; `records` are journal records.

    The journal keeps by which substitution an event was done: two orders may name the same people at once.
    """

    def __init__(self, work: Work, events: Sequence[CaseEvent], records: Iterable[AuditRecord] = ()) -> None:
        acted = [event for event in events if event.on_behalf_of]
        self._used: dict[int | None, int | None] = {}
        if acted:
            query = select(AuditRecord.subject_id, AuditRecord.data).where(
                AuditRecord.case_id == acted[0].case_id,
                AuditRecord.subject_type == CaseEvent.__tablename__,
                AuditRecord.subject_id.in_([event.id for event in acted]),
            )
            for event_id, data in work.session.execute(query):
                self._used[event_id] = data.get("substitution")
        others = [record.data.get("substitution") for record in records]
        self._names = Names(work.session, [*self._used.values(), *others])

    def of(self, event: CaseEvent) -> Text | str:
        return self._names.of(doer(event), self._used.get(event.id))

    def of_record(self, record: AuditRecord, name: str) -> Text | str:
        return self._names.of(name, record.data.get("substitution"))


def recounted(definition: Definition, data: Mapping[str, Any]) -> Text:
    """«Сроки пересчитаны по изменённому календарю: …»: each moved term with its new day."""
    return _(
        "Terms were recounted by the changed working calendar: %(terms)s",
        terms=_moved_terms(definition, data),
    )


def _moved_terms(definition: Definition, data: Mapping[str, Any]) -> str:
    days = {key: f"{date.fromisoformat(term['due']):%d.%m.%Y}" for key, term in data.get("terms", {}).items()}
    parts = [f"{_('“%(name)s”', name=title(definition, 'task', key))} – {day}" for key, day in days.items()]
    if own := data.get("term"):
        parts.insert(0, str(_("the stage – %(day)s", day=f"{date.fromisoformat(own['due']):%d.%m.%Y}")))
    return "; ".join(parts)


def kind(event: CaseEvent) -> str:
    """The look of the event in the history: stage, return, vote, start or edit."""
    if event.type == "moved":
        return "return" if event.data.get("kind") == "return" else "stage"
    if event.type in ("migrated", "undone"):
        return "edit"
    if event.type in ("approval_decided", "vote_cast", "votes_voided", "approval_opened"):
        return "vote"
    if event.type in ("terms_recounted", "terms_started"):
        return "overdue"
    return "start" if event.type == "case_opened" else "done"


def lines(definition: Definition, events: Iterable[CaseEvent]) -> Iterator[Line]:
    """The events in words; `definition` is any version that knows the others.

    `events` begin with the opening of the case: only they say which version was in force at each of them.
    """
    for event in events:
        if "definition_hash" in event.data:
            definition = in_force(definition, engine_events.from_dict(event.data))
        yield Line(event, definition, sentence(definition, event), _answers(definition, event))


def _answers(definition: Definition, event: CaseEvent) -> list[str]:
    """What was filled into the form of a transition or a task, as «name: value» in the reader's language."""
    return [
        f"{in_reader(asked.titles)}: {_answer(asked, event.fields[asked.id])}"
        for asked in _questions(definition, event)
        if event.fields.get(asked.id) not in (None, "")
    ]


def _questions(definition: Definition, event: CaseEvent) -> Sequence[Field]:
    """The fields of the form that was filled in, in the version it was filled in by."""
    step: Transition | Task | None = None
    if event.fields and event.type == "moved":
        step = definition.transitions.get(event.data["transition"])
    elif event.fields and event.type == "task_completed":
        step = definition.task(event.data["task"])
    return step.form.fields if step is not None and step.form is not None else ()


def _answer(asked: Field, value: Any) -> str:
    """An answer in words; what is not of the field's kind is told as it was kept: a history is always readable."""
    if asked.kind == "date":
        with suppress(TypeError, ValueError):
            value = date.fromisoformat(value)
    value = next((in_reader(one.titles) for one in asked.choices if one.id == value), value)
    return printed(value, current_locale())
