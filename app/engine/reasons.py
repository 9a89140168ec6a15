"""Why a step does not work, in both languages: the engine's own refusals and the guards' sentences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.engine.answers import Draft, Reason, Tally, reason
from app.engine.approvals import AUTHOR
from app.engine.context import FactValue, Voter
from app.engine.definition import Definition
from app.engine.elements import Field, Guard, Task
from app.engine.guards import Atom, Facts, Value
from app.engine.state import State
from app.engine.wording import (
    asks_for_count,
    asks_for_names,
    both,
    both_filling,
    is_constant,
    plural,
    quoted,
)

APPROVAL_PASSED = "approval.passed"

TEXTS: dict[str, tuple[str, str]] = {
    "already_open": ("Случай уже открыт", "The case is open already"),
    "not_open": ("Случай ещё не открыт", "The case is not open yet"),
    "unknown_step": ("В этой процедуре нет шага «{id}»", "This procedure has no step “{id}”"),
    "wrong_stage": (
        "Случай уже не здесь: он на этапе «{stage}»",
        "The case is not there: it is at the stage “{stage}”",
    ),
    "case_suspended": ("Случай приостановлен", "The case is suspended"),
    "case_closed": ("Случай завершён", "The case is closed"),
    "case_cancelled": ("Случай прекращён", "The case is terminated"),
    "case_active": ("Случай в работе", "The case is being worked on"),
    "role": ("Этот шаг выполняет: {roles}", "This step is taken by: {roles}"),
    "automatic": (
        "Этот шаг никто не выполняет: случай перейдёт сам, когда выполнены все условия",
        "Nobody takes this step: the case takes it by itself once everything holds",
    ),
    "task_done": ("Задача «{task}» уже выполнена", "The task “{task}” is done already"),
    "task_not_done": ("Задача «{task}» ещё не выполнена", "The task “{task}” is not done yet"),
    "task_open": ("Не выполнена задача «{task}» ({roles})", "The task “{task}” is not done ({roles})"),
    "approval_over": (
        "Решение группы уже принято; чтобы вернуться к задаче, нужен возврат на доработку",
        "The group has decided; to work on the task again the case must be returned",
    ),
    "no_approval": ("На этапе «{stage}» нет голосования", "There is no vote at the stage “{stage}”"),
    "voting_not_open": (
        "Голосование ещё не открыто, сначала нужно выполнить {tasks}",
        "The vote is not open yet, to be done first: {tasks}",
    ),
    "voting_waits": ("Голосование ещё не открыто", "The vote is not open yet"),
    "voting_over": ("Голосование завершено: решение уже принято", "The vote is over: the decision is made"),
    "not_a_voter": ("Вы не входите в состав голосующих", "You are not one of the voters"),
    "excluded": ("Вы не голосуете: {why}", "You do not vote: {why}"),
    "no_voters": (
        "Голосовать некому: все участники группы исключены из голосования",
        "Nobody is left to vote",
    ),
    "bad_choice": ("Выберите: за, против или воздержался", "Choose: for, against or abstain"),
    "already_voted": ("Ваш голос уже учтён", "Your vote is counted already"),
    "comment_required": ("Укажите причину", "Give the reason"),
    "field_required": ("Заполните поле «{field}»", "Fill in the field “{field}”"),
    "tick_required": ("Поставьте отметку «{field}»", "Tick “{field}”"),
    "field_wrong": (
        "Поле «{field}»: недопустимое значение",
        "The field “{field}”: this value is not allowed",
    ),
    "field_future": ("Поле «{field}»: эта дата в будущем", "The field “{field}”: this date is in the future"),
    "field_past": ("Поле «{field}»: эта дата уже прошла", "The field “{field}”: this date is in the past"),
    "field_unknown": ("Поля «{id}» в этой форме нет", "This form has no field “{id}”"),
    "outcome_unknown": ("Исход случая не определён", "The outcome of the case is not decided"),
}


def refusal(
    code: str, link: str | None = None, items: tuple[str, ...] = (), **words: str | Mapping[str, str]
) -> Reason:
    """One of the engine's own refusals; a word may be one text or a text per language."""
    if not words:
        return _without_words(code, link, items)
    texts = {}
    for language, template in zip(("ru", "en"), TEXTS[code], strict=True):
        texts[language] = template.format(
            **{key: word if isinstance(word, str) else word[language] for key, word in words.items()}
        )
    return Reason(code, texts, link, items)


@lru_cache(maxsize=1024)
def _without_words(code: str, link: str | None, items: tuple[str, ...]) -> Reason:
    return Reason(code, dict(zip(("ru", "en"), TEXTS[code], strict=True)), link, items)


def role_titles(definition: Definition, roles: Iterable[str]) -> dict[str, str]:
    """Titles of roles in a row, in both languages."""
    known = [definition.roles[role].titles for role in roles if role in definition.roles]
    return {language: ", ".join(titles[language] for titles in known) for language in ("ru", "en")}


@lru_cache(maxsize=1024)
def wrong_role(definition: Definition, roles: tuple[str, ...]) -> Reason:
    """The actor has none of the roles that take this step."""
    return refusal("role", items=roles, roles=role_titles(definition, roles))


@lru_cache(maxsize=1024)
def open_task(definition: Definition, task: Task) -> Reason:
    """A required task stands in the way; the link leads to the page where it is done."""
    return refusal(
        "task_open", task.page, (task.id,), task=task.titles, roles=role_titles(definition, task.roles)
    )


@lru_cache(maxsize=1024)
def wrong_stage(definition: Definition, stage: str) -> Reason:
    """The case is at another stage than the step begins at."""
    return refusal("wrong_stage", stage=definition.stages[stage].titles)


def tasks_first(definition: Definition, state: State, told: Collection[str] = ()) -> Reason:
    """The vote waits for tasks; those that are `told` of already are not named once more."""
    stage = definition.stages[state.stage]
    after = stage.approval.opens_after if stage.approval else ()
    tasks = [
        task
        for task in stage.tasks
        if task.id in after and task.id not in told and not state.is_done(task.id)
    ]
    if not tasks:
        return refusal("voting_waits")
    titles = {
        language: ", ".join(quoted(task.titles[language], language) for task in tasks)
        for language in ("ru", "en")
    }
    titles["ru"] = f"{'задачу' if len(tasks) == 1 else 'задачи'} {titles['ru']}"
    return refusal(
        "voting_not_open", tasks[0].page if tasks else None, tuple(t.id for t in tasks), tasks=titles
    )


def excluded(voter: Voter) -> Reason:
    """A member who may not vote on this case, and why."""
    why: str | Mapping[str, str] = AUTHOR if voter.excluded == "author" else voter.excluded or ""
    return refusal("excluded", why=why)


def field_reason(code: str, field: Field) -> Reason:
    """Something is wrong with one field of the form; `items` holds its id."""
    return refusal(code, items=(field.id,), field=field.titles)


def of_guards(
    guards: tuple[Guard, ...],
    read: Facts,
    facts: Mapping[str, FactValue],
    definition: Definition,
    state: State,
    count: Tally | None = None,
    stale: bool = False,
    told: Collection[str] = (),
) -> list[Reason]:
    """Sentences of every guard that does not hold, in the order of the definition.

    `told`: open tasks that are said beside them to stand in the way.
    """
    reasons = []
    for guard in guards:
        if guard.expression.truth(read) is True:
            continue
        blamed = guard.expression.failing(read)
        asks_to_pass = any(APPROVAL_PASSED in atom.operands() for atom in blamed)
        # a vote that has passed and is asked for stands in the way because it has
        if asks_to_pass and read(APPROVAL_PASSED) is not True:
            said = _with_names(guard, blamed, facts)
            reasons.append(_of_approval(guard, said, definition, state, count, stale, told))
        else:
            reasons.append(_of_facts(guard, blamed, read, facts))
    return reasons


def _of_facts(guard: Guard, blamed: tuple[Atom, ...], read: Facts, facts: Mapping[str, FactValue]) -> Reason:
    """The guard's sentence filled from the facts to blame; a fact's own sentence is more exact and wins."""
    names = list(dict.fromkeys([name for atom in blamed for name in atom.operands()]))
    known = [facts[name] for name in names if name in facts]
    items: tuple[str, ...] = ()
    link, own = None, None
    for fact in known:
        items += fact.items
        link, own = link or fact.link, own or fact.text
    value = read(names[0]) if names else None
    return teller(guard)(FactValue(value, items, link, own))


def _with_names(guard: Guard, blamed: tuple[Atom, ...], facts: Mapping[str, FactValue]) -> dict[str, str]:
    """The guard's sentence with what the facts beside the vote name."""
    names = dict.fromkeys(name for atom in blamed for name in atom.operands() if name in facts)
    items = tuple(dict.fromkeys(item for name in names for item in facts[name].items))
    if items:
        return both(guard.text, items=items)
    text = guard.text if guard.unknown is None or not _wants_items(guard.text) else guard.unknown
    return both(_true_of_nothing(text, False))


# Said of a fact without names where the guard's own sentence counts or lists them: «0 листов» would not be true.
NOT_KNOWN = {
    "ru": "Пока неизвестно, выполнено ли условие этого шага",
    "en": "It is not known yet whether a condition of this step holds",
}
NOT_MET = {"ru": "Условие этого шага не выполнено", "en": "A condition of this step does not hold"}
_NUMBERS = (int, float, Decimal)


def _true_of_nothing(said: Mapping[str, str], value: Value) -> Mapping[str, str]:
    """The sentence for a fact that names nothing: the guard's own, unless names or their count stand in it.

    Only a number that is known may be told without names: none of them is really 0.
    """
    counts = type(value) not in _NUMBERS and any(map(asks_for_count, said.values()))
    if counts or any(map(asks_for_names, said.values())):
        return NOT_KNOWN if value is None else NOT_MET
    return said


Teller = Callable[[FactValue | None], Reason]


@lru_cache(maxsize=1024)
def teller(guard: Guard) -> Teller:
    """Says the guard's sentence about the fact to blame (None: nobody gave it). What no fact changes is made here."""
    code, page = guard.id, guard.link
    unknown = guard.text if guard.unknown is None else guard.unknown
    bare = unknown if _wants_items(guard.text) else guard.text
    # of what is unknown, of a number, of anything else; without names
    bare_texts = _true_of_nothing(unknown, None), _true_of_nothing(bare, 0), _true_of_nothing(bare, False)
    of_unknown, of_number, of_other = (_said_of_nothing(guard, said) for said in bare_texts)
    bare_unknown, bare_number, bare_other = (
        both_filling(said["ru"], said["en"], False) for said in bare_texts
    )
    named, unknown_named = (both_filling(said["ru"], said["en"], True) for said in (guard.text, unknown))

    def tell(fact: FactValue | None) -> Reason:
        value: Value = None
        items: tuple[str, ...] = ()
        link = page
        if fact is not None:
            value, items, link = fact.value, fact.items, fact.link or page
            if len(items) > 1 and (len(items) > 2 or items[0] == items[1]):
                items = tuple(dict.fromkeys(items))
            own = fact.text
            if own is not None:
                return reason(code, {"ru": own, "en": own} if isinstance(own, str) else own, link, items)
        if items:
            fill = unknown_named if value is None else named
        else:
            if value is None:
                found, fill = of_unknown, bare_unknown
            elif type(value) in _NUMBERS:
                found, fill = of_number, bare_number
            else:
                found, fill = of_other, bare_other
            if found is not None and link == page:
                return found
        said: Any = Draft()  # as `reason` does, without the call: of a refusal most reasons come from here
        said.code = code
        said.texts = fill(value, len(items), ", ".join(items))
        said.link = link
        said.items = items
        said.__class__ = Reason
        filled: Reason = said
        return filled

    return tell


def _said_of_nothing(guard: Guard, said: Mapping[str, str]) -> Reason | None:
    """The reason when the fact names nothing, if it is then always the same."""
    if not (is_constant(said["ru"]) and is_constant(said["en"])):
        return None
    return Reason(guard.id, both(said), guard.link)


def _wants_items(template: Mapping[str, str]) -> bool:
    return any("{count" in text or "{names" in text for text in template.values())


def _of_approval(
    guard: Guard,
    said: Mapping[str, str],
    definition: Definition,
    state: State,
    count: Tally | None,
    stale: bool,
    told: Collection[str],
) -> Reason:
    """The guard's sentence and how the vote stands: what comes first, who has not voted, or how it ended."""
    items: tuple[str, ...] = ()
    link = guard.link
    if stale:
        detail = {
            "ru": "после голосования содержание изменилось, голоса аннулированы",
            "en": "the content has changed since the vote, the votes are void",
        }
        code = "votes_void"
    elif state.approval == "failed":
        code, detail = (
            "approval_failed",
            {
                "ru": "голосование завершено, решение не принято",
                "en": "the vote is over, nothing was adopted",
            },
        )
    elif state.approval is None:
        first = tasks_first(definition, state, told)
        code, items = "voting_not_open", first.items
        link = first.link or link if items else None  # what is told beside it leads to where it is mended
        detail = {language: text[0].lower() + text[1:] for language, text in first.texts.items()}
    elif count is None:
        code, detail = "approval_open", {"ru": "голосование не завершено", "en": "the vote is not over"}
    elif not count.eligible:
        code, detail = "no_voters", {"ru": "голосовать некому", "en": "nobody is left to vote"}
    else:
        code = "approval_open"
        items = () if count.result else tuple(voter.name for voter in count.missing)
        waits_ru, waits_en = f"не проголосовали: {', '.join(items)}", f"have not voted: {', '.join(items)}"
        if count.result:  # nobody is waited for any more
            waits_ru = "состав группы изменился, итог подводится заново"
            waits_en = "the group has changed, the result is being counted anew"
        russian = f"за — {count.votes_for}, против — {count.votes_against}, воздержались — {count.abstained}"
        english = f"for {count.votes_for}, against {count.votes_against}, abstained {count.abstained}"
        needs_ru = plural("ru", count.needed, "голос", "голоса", "голосов")
        needs_en = plural("en", count.needed, "vote", "votes")
        if count.majority is not None:
            needs_ru += f"; для решения — {plural('ru', count.majority, 'голос', 'голоса', 'голосов')} «за»"
            needs_en += f"; {plural('en', count.majority, 'vote', 'votes')} for needed to adopt"
        void_ru = f"; аннулировано из-за изменений: {count.void}" if count.void else ""
        void_en = f"; void because of changes: {count.void}" if count.void else ""
        detail = {
            "ru": f"{waits_ru} ({russian}; кворум — {needs_ru}{void_ru})",
            "en": f"{waits_en} ({english}; quorum {needs_en}{void_en})",
        }
    return Reason(code, {lang: f"{said[lang]}: {detail[lang]}" for lang in ("ru", "en")}, link, items)
