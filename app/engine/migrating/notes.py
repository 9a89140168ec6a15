"""What is told of a case that would move to another version: one sentence in both languages for each thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.engine.definition import Definition
from app.engine.elements import Titles

# code → (Russian, English); «{id}» is the title of what it is about.
TEXTS: dict[str, tuple[str, str]] = {
    "closed": (
        "случай не в работе, он остаётся в своей версии",
        "the case is not live, it stays in its version",
    ),
    "stage_unmapped": (
        "этапа «{id}» в новой версии нет: укажите, чем он заменён",
        "the stage “{id}” is gone: name its successor",
    ),
    "task_unmapped": (
        "задачи «{id}» в новой версии нет: укажите, чем она заменена",
        "the task “{id}” is gone: name its successor",
    ),
    "stage_final": (
        "этап «{id}» в новой версии завершающий: перенос не завершает случай",
        "the stage “{id}” is final in the new version: a move does not close a case",
    ),
    "votes_in_progress": (
        "идёт голосование, а порядок переноса велит его дождаться",
        "a vote is in progress, and the rule of the migration is to wait for it",
    ),
    "no_resume": (
        "случай приостановлен, а на этапе «{id}» новой версии возобновить его нельзя: возобновите до перевода",
        "the case stands still, and nothing resumes it at the stage “{id}” of the new version: resume it first",
    ),
    "term_lost": ("у «{id}» больше нет срока", "“{id}” has no term any more"),
    "term_moved": ("срок «{id}»: {old} → {new}", "the term of “{id}”: {old} → {new}"),
    "term_waits": (
        "срок «{id}» начнётся, когда {ru}",
        "the term of “{id}” begins when {en}",
    ),
    "term_added": ("срок «{id}»: {new}", "the term of “{id}”: {new}"),
    "stage_becomes": ("этап «{old}» становится этапом «{id}»", "the stage “{old}” becomes “{id}”"),
    "task_becomes": ("задача «{old}» становится задачей «{id}»", "the task “{old}” becomes “{id}”"),
    "task_added": ("новая задача «{id}»", "a new task “{id}”"),
    "task_elsewhere": (
        "задача «{id}» теперь на этапе «{stage}»",
        "the task “{id}” is now at the stage “{stage}”",
    ),
    "term_off": ("идущий срок «{id}» снимается", "the running term of “{id}” is taken off"),
    "task_dropped": ("задача «{id}» больше не нужна", "the task “{id}” is needed no more"),
    "task_reopened": ("задачу «{id}» нужно выполнить заново", "the task “{id}” is to be done again"),
    "votes_void": ("поданные голоса аннулируются", "the votes given so far become void"),
    "vote_waits": ("голосование откроется после новых задач", "the vote opens after the new tasks"),
    "vote_opens": ("открывается голосование", "the vote opens"),
    "goes_on": (
        "сразу после перевода случай перейдёт сам: «{id}»; тогда перевод уже не отменить",
        "right after the move the case goes on by itself: “{id}”; then the move cannot be undone",
    ),
}


@dataclass(frozen=True)
class Note:
    """One thing that would happen to the case, or that stands in the way, in both languages."""

    code: str
    texts: Mapping[str, str]
    id: str = ""


def titles_of(definition: Definition, task_id: str) -> Titles:
    """What a task is called; its id when this version does not know it."""
    task = definition.task(task_id)
    return task.titles if task else {"ru": task_id, "en": task_id}


def note(code: str, titles: Titles | None = None, *, id: str = "", **words: Titles | str) -> Note:
    """Phrase one note."""
    texts = {}
    for language, template in zip(("ru", "en"), TEXTS[code], strict=True):
        filled = {key: word if isinstance(word, str) else word[language] for key, word in words.items()}
        texts[language] = template.format(id=(titles or {}).get(language, id), **filled)
    return Note(code, texts, id)
