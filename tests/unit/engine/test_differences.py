"""Nothing of a procedure changes unseen: each kind of leaf is changed, left out, put in another order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from app.engine import Definition
from app.engine.comparing.comparison import Change, compare
from app.engine.comparing.words import RoomNames
from app.engine.reading.loader import parse_text
from tests.unit.engine.test_migration import PROCEDURE

THIRD = (PROCEDURE / "v3.yaml").read_text(encoding="utf-8")
OTHER = {  # what a word of a closed list may be instead
    "found": "group", "comment": "optional", "votes": "void", "terms": "recount", "since": "opened",
    "if": "plans.has_items", "quorum": "{share: 2/3}",
}  # fmt: skip
KINDS = {"forward": "skip", "return": "forward", "choice": "text", "text": "date", "date": "bool", "bool": "text",
         "cancel": "forward", "suspend": "resume", "resume": "suspend", "reopen": "forward"}  # fmt: skip
ELEMENTS = ("roles", "outcomes", "stages", "tasks", "transitions", "choices", "fields", "when", "migrations")
# read by whoever reads the file, and by nobody else; the number of a version is told by who compares
UNTOLD = re.compile(r"\.notes$|^version$")


def changed(text: str, base: Definition) -> tuple[Definition, list[Change]] | None:
    """The other definition and how it differs; None when it cannot be read at all."""
    other = parse_text(text, "other")[0]
    return None if other is None else (other, compare(base, other))


def kinds_of_nodes() -> Iterator[tuple[str, Any, Any]]:
    """One node for each kind of place and each set of keys: where it stands, the node, the file it stands in."""
    root = yaml.compose(THIRD, Loader=yaml.SafeLoader)
    met: set[str] = set()
    front = [("", root)]
    while front:
        path, node = front.pop()
        kind = re.sub(rf"(?<![a-z])({'|'.join(ELEMENTS)})\.[a-z0-9_]+", r"\1.*", path)
        if isinstance(node, yaml.MappingNode):
            kind += " " + " ".join(key.value for key, _value in node.value)
        if kind not in met:
            yield path, node, root
        met.add(kind)
        if isinstance(node, yaml.MappingNode):
            front += [(f"{path}.{key.value}".strip("."), value) for key, value in reversed(node.value)]
        elif isinstance(node, yaml.SequenceNode):
            front += [(f"{path}.{number}", value) for number, value in reversed([*enumerate(node.value)])]


def written(root: Any) -> str:
    return str(yaml.serialize(root, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), allow_unicode=True))


def another(path: str, node: Any) -> str:
    key, tag = path.rpartition(".")[2], node.tag.rpartition(":")[2]
    if tag == "int":
        return str(int(node.value) + 1)
    if tag == "bool":
        return "false" if node.value == "true" else "true"
    return KINDS.get(node.value, "x") if key == "kind" else OTHER.get(key, "other_one")


def judge(what: str, base: Definition, found: tuple[Definition, list[Change]]) -> None:
    """The hash and the words agree: a change of structure is told as one, any other as a change of words."""
    other, told = found
    assert (other.hash != base.hash) is any(one.structural for one in told), (
        what,
        [one.texts for one in told],
    )
    for one in told:
        assert set(one.texts) == {"ru", "en"}
        assert re.search("[а-яё]", one.texts["ru"]), one.texts
        assert not re.search("[а-яё]", re.sub("“[^”]*”", "", one.texts["en"])), one.texts


@pytest.fixture(scope="module")
def third() -> Definition:
    found = parse_text(THIRD, "v3")[0]
    assert found is not None
    return found


def test_a_change_of_any_leaf_is_told(third: Definition) -> None:
    tried = 0
    for path, node, _root in kinds_of_nodes():
        if isinstance(node, yaml.CollectionNode) or UNTOLD.search(path):
            continue
        text = THIRD[: node.start_mark.index] + another(path, node) + THIRD[node.end_mark.index :]
        found = changed(text, third)
        if found is None:
            assert path.endswith("automatic"), path  # without it somebody must take the step
            continue
        tried += 1
        assert found[1], path
        judge(path, third, found)
    assert tried > 90, tried


def test_what_is_left_out_is_told_there_and_back(third: Definition) -> None:
    for path, node, root in kinds_of_nodes():
        if not isinstance(node, yaml.MappingNode):
            continue
        whole = list(node.value)
        for number, (key, _value) in enumerate(whole):
            node.value = whole[:number] + whole[number + 1 :]
            found = changed(written(root), third)
            node.value = whole
            if found is not None and not UNTOLD.search(f".{key.value}"):
                judge(f"without {path}.{key.value}", third, found)
                back = compare(found[0], third)
                assert (found[0].hash != third.hash) is any(one.structural for one in back), (path, key.value)


def test_another_order_is_told_where_it_is_another_version(third: Definition) -> None:
    for path, node, root in kinds_of_nodes():
        if isinstance(node, yaml.CollectionNode) and len(node.value) > 1:
            node.value.reverse()
            found = changed(written(root), third)
            node.value.reverse()
            if found is not None:
                judge(f"{path} in another order", third, found)


def test_another_title_of_a_role_is_told_where_the_role_is_and_is_no_change_of_a_vote(
    third: Definition,
) -> None:
    text = THIRD.replace("ru: Председатель координационной группы,", "ru: Глава группы,")
    found = changed(text, third)
    assert found is not None
    assert [one.texts["ru"] for one in found[1]] == [
        "Роль «Глава группы»: название: «Председатель координационной группы» → «Глава группы»"
    ]


@pytest.mark.parametrize(
    ("old", "new", "ru", "en"),
    [
        ("remind: [5, 1]", "remind: [1]",
         "Срок этапа «Диагностика»: напоминания: за 5, 1 рабочий день → за 1 рабочий день",
         "Term of the stage “Diagnosis”: reminders: 5, 1 working day before → 1 working day before"),
        ("escalate: {after: 3, to: [head]}", "escalate: {after: 2, to: [head, clerk]}",
         "Срок этапа «Диагностика»: при просрочке: через 3 рабочих дня — Руководитель → "
         "через 2 рабочих дня — Руководитель, Делопроизводитель",
         "Term of the stage “Diagnosis”: when it has passed: after 3 working days: Head → "
         "after 2 working days: Head, Clerk"),
        ("    votes: keep\n    terms: recount", "    votes: void\n    terms: recount",
         "Перевод случаев с версии 1: голоса: сохраняются → аннулируются",
         "Move of cases from version 1: votes: are kept → become void"),
        ("    tasks: {report_progress: report_measures}\n", "",
         "Перевод случаев с версии 1: задачи: убрано — report_progress → Отчитаться о выполнении мероприятий за месяц",
         "Move of cases from version 1: tasks: removed: report_progress → Report on the measures of the month"),
        ("found: authority", "found: group",
         "Роль «Руководитель»: где ищут: в органе управления образованием → в координационной группе",
         "Role “Head”: where people are looked for: in the authority → in the coordination group"),
        ("ru: Мероприятия, en: Measures}", "ru: Меры, en: Measures}",
         "Переход «Вернуть план на доработку»: вопрос «К чему относится замечание»: ответ «Меры»: название: "
         "«Мероприятия» → «Меры»",
         "Transition “Return the plan for revision”: question “What the remark is about”: answer “Measures”: title "
         "(in the other language)"),
        ("tie: chair", "majority: {share: 2/3}",
         "Голосование «Решение координационной группы по плану»: для решения — голосов «за»: больше, чем против → "
         "не меньше 2/3",
         "Vote “Decision of the coordination group on the plan”: votes “for” needed to adopt: more than against → "
         "at least 2/3"),
        ("workflow: school_support", "workflow: school_help", "Код процедуры: school_support → school_help",
         "Code of the procedure: school_support → school_help"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_was_and_what_is(
    third: Definition, old: str, new: str, ru: str, en: str
) -> None:
    assert old in THIRD
    found = changed(THIRD.replace(old, new, 1), third)
    assert found is not None
    told = [
        {language: text.replace("\u00a0", " ") for language, text in one.texts.items()} for one in found[1]
    ]
    assert {"ru": ru, "en": en} in told


def test_a_new_stage_is_told_with_its_vote_and_a_new_step_with_its_way(third: Definition) -> None:
    stage, step = r"(?s)  results_review:\n.*?(?=  closed:\n)", r"(?s)  close:\n.*?(?=  terminate:\n)"
    short = parse_text(re.sub(stage, "", re.sub(step, "", THIRD)), "short")[0]
    assert short is not None
    told = [one.texts["ru"].replace("\u00a0", " ") for one in compare(short, third)]
    for sentence in (
        "Этап «Рассмотрение результатов» добавлен",
        "Срок этапа «Рассмотрение результатов»: нет → 20 рабочих дней",
        "Этап «Рассмотрение результатов»: добавлено голосование «Решение координационной группы по результатам»",
        "Голосование «Решение координационной группы по результатам»: автор не голосует: нет → да",
        "Переход «Завершить поддержку» добавлен: вперёд, Рассмотрение результатов → Завершено; "
        "выполняет Председатель координационной группы, Руководитель",
        "Переход «Завершить поддержку»: добавлено условие «Исход поддержки не определён»",
    ):
        assert sentence in told, sentence


def test_of_a_split_what_keeps_its_id_is_not_new(third: Definition) -> None:
    """Cases of «events» go on in a new stage and with a new task, and both that they come from are still there."""
    stage = re.search(r"(?s)\n  events:\n.*?(?=\n  \w+:\n)", THIRD)
    assert stage is not None
    new = "\n  split_off:\n    titles: {ru: Отдельно, en: Apart}\n    tasks:\n      parted:\n"
    new += "        titles: {ru: Отделить, en: Part}\n        roles: [methodist]"
    rule = "migrations:\n  - {from: 3, stages: {events: split_off}, tasks: {log_visits: parted}}\n"
    text = THIRD.replace(stage.group(), stage.group() + new).replace("version: 3", "version: 4", 1)
    fourth = parse_text(text.replace("migrations:\n", rule, 1), "v4")[0]
    assert fourth is not None
    told = [one.texts["ru"] for one in compare(third, fourth)]
    assert [one for one in told if "добавлен" in one and "ереход" not in one and "еревод" not in one] == [
        "Этап «Отдельно» добавлен",
        "Этап «Отдельно»: добавлена обязательная задача «Отделить» (Методист центра)",
    ]
    assert [one for one in told if "убран" in one or "заменен" in one] == []
    assert "Перевод случаев с версии 3: этапы: добавлено — events → Отдельно" in told


@pytest.mark.parametrize(
    ("step", "ru", "en"),
    [
        ("terminate", "Переход «Прекратить поддержку» добавлен: прекращение, с любого этапа в работе; "
         "выполняет Руководитель; комментарий обязателен",
         "Transition “Terminate the support” is added: cancel, from any stage under way; taken by Head; "
         "a comment is required"),
        ("reinstate", "Переход «Отменить прекращение» добавлен: отмена прекращения, с любого этапа в работе; "
         "выполняет Руководитель; комментарий обязателен",
         "Transition “Undo the termination” is added: undoing a termination, from any stage under way; taken by Head; "
         "a comment is required"),
        ("start_events", "Переход «Реализация плана началась» добавлен: вперёд, Договор о сотрудничестве школ → "
         "Реализация плана; выполняет случай сам, автоматически",
         "Transition “The implementation has started” is added: forward, Cooperation agreement of the schools → "
         "Implementation of the plan; taken by itself, automatically"),
    ],
)  # fmt: skip
def test_a_new_step_is_told_in_one_sentence_and_nothing_of_it_as_a_change(
    third: Definition, step: str, ru: str, en: str
) -> None:
    short = parse_text(
        re.sub(rf"(?s)  {step}:\n.*?(?=\n  \w+:\n|\nmigrations)", "", THIRD, count=1), "short"
    )[0]
    assert short is not None
    told = [one.texts for one in compare(short, third)]
    assert {"ru": ru, "en": en} == told[0]
    name = ru.partition("» ")[0]
    for one in told[1:]:
        assert one["ru"].startswith(name)
        assert "→" not in one["ru"] or ": исход:" in one["ru"], one["ru"]


def test_an_outcome_is_told_by_its_title(third: Definition) -> None:
    found = changed(THIRD.replace("    outcome: terminated\n", "    outcome: negative\n", 1), third)
    assert found is not None
    assert [one.texts["ru"] for one in found[1]] == [
        "Переход «Прекратить поддержку»: исход: Поддержка прекращена → Отрицательная динамика"
    ]


@pytest.mark.parametrize("is_first", [True, False])
def test_of_several_that_became_one_it_is_compared_with_that_of_its_title(
    third: Definition, is_first: bool
) -> None:
    """Nothing about the task is new but its id: what the other one asked for is no difference of this one."""
    merged = re.sub(r"(?s)      interim_report:\n.*?(?=\n  results_review:)", "", THIRD).replace(
        "publish_plan", "put_out"
    )
    rules = ["publish_plan: put_out", "interim_report: put_out"]
    rule = f"migrations:\n  - {{from: 3, tasks: {{{', '.join(rules if is_first else rules[::-1])}}}}}\n"
    text = merged.replace(", interim_report", "").replace("version: 3", "version: 4", 1)
    fourth = parse_text(text.replace("migrations:\n", rule, 1), "v4")[0]
    assert fourth is not None
    told = [one.texts["ru"] for one in compare(third, fourth) if "еревод случаев" not in one.texts["ru"]]
    assert sorted(told) == [
        "Задача «Опубликовать план на сайте школы»: код publish_plan → put_out",
        "Задача «Составить промежуточную справку» заменена задачей «Опубликовать план на сайте школы»",
        # the report was kept there, this one is done again
        "Переход «Вернуть для изменения плана»: сохраняется: убрано — Опубликовать план на сайте школы",
    ]


def test_a_paper_that_is_drafted_is_called_by_its_title(third: Definition) -> None:
    assert "template: protocol}" in THIRD
    other = parse_text(THIRD.replace("template: protocol}", "template: minutes}", 1), "other")[0]
    assert other is not None
    names = RoomNames(papers={"protocol": {"ru": "Протокол заседания", "en": "Minutes"}})
    said = [(one.what, one.texts["ru"], one.texts["en"]) for one in compare(third, other, names)]
    assert [(what, ru.partition("действие")[2], en.rpartition("documents.")[2]) for what, ru, en in said] == [
        ("removed", " при принятии: documents.draft «Протокол заседания»", "draft “Minutes”"),
        ("added", " при принятии: documents.draft template=minutes", "draft template=minutes"),
    ]
