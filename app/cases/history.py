"""The history of a case in sentences: one per event, in the reader's language."""

from __future__ import annotations

from app.cases.models import CaseEvent
from app.core.i18n import Text, _, current_locale
from app.engine.definition import Definition

_CHOICES = {"for": _("in favour"), "against": _("against"), "abstain": _("abstained")}


def title(definition: Definition, thing: str, key: str) -> str:
    """What a stage, task or transition of the definition is called in the reader's language."""
    locale = current_locale()
    if thing == "stage":
        titles = definition.stages[key].titles
    elif thing == "transition":
        titles = definition.transitions[key].titles
    else:
        titles = next((t.titles for s in definition.stages.values() for t in s.tasks if t.id == key), {})
    return titles.get(locale) or titles.get("ru") or key


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
        case "moved":
            name = title(definition, "transition", data["transition"])
            if data["from"] == data["to"]:
                return _("%(transition)s, round %(round)s", transition=name, round=data["round"])
            return _(
                "%(transition)s → «%(stage)s»", transition=name, stage=title(definition, "stage", data["to"])
            )
    return _("Event %(type)s", type=event.type)


def kind(event: CaseEvent) -> str:
    """The look of the event in the history: stage, return, vote, start or edit."""
    if event.type == "moved":
        return "return" if event.data.get("kind") == "return" else "stage"
    if event.type in ("approval_decided", "vote_cast", "votes_voided", "approval_opened"):
        return "vote"
    return "start" if event.type == "case_opened" else "done"


def field_sentences(definition: Definition, event: CaseEvent) -> list[str]:
    """What was filled into the transition's form, as «name: value» in the reader's language."""
    if event.type != "moved" or not event.fields:
        return []
    form = definition.transitions[event.data["transition"]].form
    locale, lines = current_locale(), []
    for known in form.fields:
        value = event.fields.get(known.id)
        if value in (None, ""):
            continue
        value = next((c.titles.get(locale) or c.id for c in known.choices if c.id == value), value)
        lines.append(f"{known.titles.get(locale) or known.titles.get('ru')}: {value}")
    return lines
