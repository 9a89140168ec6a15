"""Why a text is no YAML, in both languages and with its place; the library says it in English and in its own terms."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.reader import Reader as PlainReader

# what a person can put right; the rest (directives, tags) no definition uses
RUSSIAN = {
    "mapping values are not allowed in this context": (
        "двоеточие с пробелом здесь не на месте: текст с двоеточием берут в кавычки"
    ),
    "mapping keys are not allowed in this context": "ключ здесь не на месте: проверьте отступ",
    "block sequence entries are not allowed in this context": "пункт списка здесь не на месте: проверьте отступ",
    "could not find expected ':'": "после ключа нет двоеточия",
    "found unexpected ':'": "двоеточие здесь не на месте: текст с двоеточием берут в кавычки",
    "did not find expected key": "здесь должен быть ключ: проверьте отступ и кавычки",
    "did not find expected '-' indicator": "здесь должен быть пункт списка: проверьте отступ",
    "did not find expected ',' or ']'": "в списке в скобках нет запятой или закрывающей ]",
    "did not find expected ',' or '}'": "в наборе в скобках нет запятой или закрывающей }",
    "did not find expected node content": "здесь должно быть значение",
    "did not find expected <document start>": "после конца процедуры есть что-то ещё",
    "but found another document": "в файле больше одного документа: черта --- начинает второй",
    "found incompatible YAML document": "файл назван записью другой версии YAML",
    "found character that cannot start any token": (
        "с этого знака ничего не начинается: вместо табуляции ставят пробелы, текст с таким знаком берут в кавычки"
    ),
    "found a tab character that violates indentation": "отступ сделан табуляцией: нужны пробелы",
    "found a tab character where an indentation space is expected": "отступ сделан табуляцией: нужны пробелы",
    "found unexpected end of stream": "кавычки не закрыты до конца файла",
    "found unexpected document indicator": "кавычки не закрыты до конца документа",
    "found unknown escape character": "в двойных кавычках после \\ стоит непонятный знак",
    "did not find expected hexdecimal number": "после \\x или \\u нет шестнадцатеричного числа",
    "found invalid Unicode character escape code": "такого знака Юникода нет",
    "did not find expected comment or line break": "после этого знака должна кончиться строка",
    "did not find expected alphabetic or numeric character": "после & или * должно стоять имя",
    "found undefined alias": "ссылка * на имя, которого выше нет",
    "found duplicate anchor; first occurrence": "имя после & занято",
}


class Unreadable(yaml.YAMLError):
    """Text that would cost too much to read, or mislead; why, in both languages, and where if one place is to blame."""

    def __init__(self, problem: str, problem_ru: str, mark: Any = None) -> None:
        self.problem, self.problem_ru, self.problem_mark = problem, problem_ru, mark
        super().__init__(problem)


def told(error: Exception, text: str) -> tuple[int, int, dict[str, Any]]:
    """Line, column and the words of a finding."""
    mark = getattr(error, "problem_mark", None)
    if isinstance(error, Unreadable):
        words = {"problem": error.problem, "problem_ru": error.problem_ru}
        return (mark.line + 1, mark.column + 1, words) if mark else (1, 1, words)
    if mark is not None:
        problem = str(getattr(error, "problem", None) or "it cannot be understood")
        russian = RUSSIAN.get(problem, f"запись не по правилам ({problem})")
        return mark.line + 1, mark.column + 1, {"problem": problem, "problem_ru": russian}
    odd = PlainReader.NON_PRINTABLE.search(text)
    if odd is None:
        return 1, 1, {"problem": "it cannot be understood", "problem_ru": "запись не по правилам"}
    before = text[: odd.start()].replace("\r\n", "\n").replace("\r", "\n")
    sign = f"U+{ord(odd[0]):04X}"
    words = {"problem": f"the sign {sign} is not allowed", "problem_ru": f"недопустимый знак {sign}"}
    return before.count("\n") + 1, len(before) - before.rfind("\n"), words
