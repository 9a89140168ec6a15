"""What random histories promise, said in both languages when it is broken, and how a history is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.engine.actions import Action, Cast, Complete, ContentChanged, Fire, Open, Reopen

# code → (English, Russian), as in `findings`
PROMISES: dict[str, tuple[str, str]] = {
    "goes_on": ("from every state the case can go on", "из любого состояния случай может идти дальше"),
    "ends": ("the case can be finished within {steps} steps", "случай можно завершить не более чем за {steps} шагов"),
    "reason_given": ("a refusal gives a reason", "в каждом отказе названа причина"),
    "reason_whole": ("a reason is a whole sentence", "причина отказа — законченное предложение"),
    "offered_works": ("what is offered works, not {codes}", "предложенный шаг выполним, а здесь отказ: {codes}"),
    "settled_stays": ("a case that has settled stays", "случай, который дальше сам не идёт, остаётся на месте"),
    "can_be_recounted": ("terms can be recounted: {problem}", "сроки можно пересчитать: {problem}"),
    "recounted_stay": ("terms that were recounted stay where they are", "пересчитанные сроки больше не сдвигаются"),
    "ends_on_working_day": ("a term ends on a working day", "срок кончается в рабочий день"),
    "undone_exactly": ("undone to exactly what stood before", "после отмены перевода всё стоит ровно как до него"),
    "notes_whole": ("what is told of a move are whole sentences", "о переводе сказано законченными предложениями"),
    "stay_told": ("a case that cannot move is told why", "о случае, который перевести нельзя, сказано почему"),
    "goes_as_planned": ("the plan says where it goes", "случай переходит туда, куда обещала примерка"),
    "move_legal": ("a planned move is legal: {problem}", "обещанный примеркой перевод допустим: {problem}"),
    "equals_fold": ("the case equals the fold of its events", "случай равен свёртке своих событий"),
    "events_legal": ("every event is legal: {problem}", "каждое событие допустимо: {problem}"),
    "events_survive": ("events survive JSON", "события после записи в JSON остаются прежними"),
    "event_is_version": ("every event counts one version", "каждое событие прибавляет одну версию"),
    "one_event": ("one event for every transition", "на каждый переход приходится одно событие"),
    "alone_last": (
        "what the case takes by itself comes last and is nobody's",
        "то, что случай выполняет сам, идёт последним и ничьё",
    ),
    "versions_go_up": ("versions go up by the events", "номер версии растёт на число событий"),
    "nothing_unsaid": ("nothing changes without an event", "без события ничего не меняется"),
    "term_begins": (
        "a term begins with the step that brings its event",
        "срок начинается с шагом, который приносит его событие",
    ),
}  # fmt: skip
# Those that the procedure itself can break; the others are the engine's own.
OF_THE_PROCEDURE = frozenset({"goes_on", "ends"})

TURNS: dict[str, tuple[str, str]] = {
    "away": ("does not vote any more: {who}", "больше не голосует: {who}"),
    "calendar": ("the calendar is changed", "календарь изменён"),
    "night": ("at night a term begins", "ночью начинается срок"),
    "undone": ("the move to another version is taken back", "перевод в другую версию отменён"),
    "move": ("to version {version}: {fate}", "перевод в версию {version}: {fate}"),
    "stands": (
        "the case stands at “{stage}”, round {round}; against its steps onward: {waits}",
        "случай стоит на этапе «{stage}», круг {round}; шагам дальше мешает: {waits}",
    ),
}
# the day, who acted, and what: his action, or one of TURNS with its words
Turn = tuple[date, str, Action | tuple[str, Mapping[str, Any]]]


class Divergence(AssertionError):
    """A promise was broken; `turns` led there."""

    def __init__(self, code: str, turns: list[Turn], **words: Any) -> None:
        self.code, self.turns = code, turns
        english, russian = (text.format(**words) for text in PROMISES[code])
        self.texts = {"en": english, "ru": russian}
        super().__init__(english)

    @property
    def promise(self) -> str:
        """The broken promise in English."""
        return self.texts["en"]

    @property
    def history(self) -> list[str]:
        """What led there, in English, one line for each turn."""
        return [told(turn)["en"] for turn in self.turns]


def told(turn: Turn) -> dict[str, str]:
    """One line of a history in both languages; what people do as a scenario writes it."""
    day, who, what = turn
    if isinstance(what, tuple):
        english, russian = (text.format(**what[1]) for text in TURNS[what[0]])
        return {"en": f"{day} {english}", "ru": f"{day} {russian}"}
    line = f"{day} {who}: {_as_in_a_scenario(what)}"
    return {"en": line, "ru": line}


def _as_in_a_scenario(action: Action) -> str:
    match action:
        case Open():
            return "open"
        case Complete():
            return f"complete: {action.task}"
        case Reopen():
            return f"reopen: {action.task}"
        case Cast():
            return f"vote: {action.choice}"
        case Fire():
            return f"fire: {action.transition}"
        case ContentChanged():
            return "changed"
    return "settle"
