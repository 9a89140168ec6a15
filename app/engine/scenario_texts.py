"""What is said of scenarios, in both languages: faults of theirs, what they did not expect, what none has shown."""

from __future__ import annotations

# code → (English, Russian), as in `findings`
SCENARIO_TEXTS: dict[str, tuple[str, str]] = {
    "other_workflow": (
        "The scenarios are of “{id}”, the definition beside them is “{definition}”",
        "Сценарии написаны для «{id}», а рядом лежит процедура «{definition}»",
    ),
    "duplicate_scenario": (
        "The scenario “{id}” is written twice, also in {first}",
        "Сценарий «{id}» записан дважды, ещё в {first}",
    ),
    "unknown_scenario": (
        "There is no scenario “{id}” to go on from{hint}",
        "Нет сценария «{id}», который надо продолжить{hint_ru}",
    ),
    "scenario_circle": ("The scenario “{id}” goes on from itself", "Сценарий «{id}» продолжает сам себя"),
    "fact_unasked": (
        "“{path}”: this version of the procedure does not ask for the fact “{id}”{hint}",
        "«{path}»: о факте «{id}» эта версия порядка не спрашивает{hint_ru}",
    ),
    "unknown_person": (
        "“{id}” is neither one of the people of the scenario nor a role{hint}",
        "«{id}» — не участник сценария и не роль{hint_ru}",
    ),
    "not_one_action": (
        "A step is one action: {allowed}; here: {value}",
        "Шаг — это одно действие: {allowed}; здесь: {value}",
    ),
    "clock_back": (
        "The day {value} is before {today}: time does not go back",
        "День {value} раньше {today}: время назад не идёт",
    ),
    "not_opened": ("The case is not open yet: begin with “open”", "Случай ещё не открыт: начните с «open»"),
    "base_failed": (
        "Not tried: the scenario “{id}” it goes on from has failed",
        "Не проверялся: не прошёл сценарий «{id}», который он продолжает",
    ),
    "step_refused": (
        "{who} was to get through, but was refused: {reasons}",
        "{who}: шаг должен был пройти, но получен отказ: {reasons_ru}",
    ),
    "step_accepted": (
        "{who} was to be refused ({wanted}), but got through",
        "{who}: ожидался отказ ({wanted}), но шаг прошёл",
    ),
    "expected_other": (
        "“{what}”: expected {wanted}, got {got}{more}",
        "«{what}»: ожидалось {wanted}, получено {got}{more_ru}",
    ),
    "uncovered_stage": (
        "No scenario enters the stage “{id}”",
        "Ни один сценарий не доходит до этапа «{id}»",
    ),
    "uncovered_transition": (
        "No scenario takes “{id}” from “{source}”",
        "Ни один сценарий не выполняет переход «{id}» с этапа «{source}»",
    ),
    "uncovered_task": ("No scenario does the task “{id}”", "Ни один сценарий не выполняет задачу «{id}»"),
    "uncovered_guard": (
        "No scenario sees the guard “{id}” {side}",
        "Ни в одном сценарии условие «{id}» {side_ru}",
    ),
    "uncovered_approval": (
        "No scenario sees the vote “{id}” {side}",
        "Ни в одном сценарии голосование «{id}» {side_ru}",
    ),
    "no_scenarios": (
        "There are no scenarios beside the definition: nothing shows that it runs as it was meant",
        "Рядом с процедурой нет сценариев: ничто не показывает, что она работает как задумано",
    ),
}
