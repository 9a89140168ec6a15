"""The Russian of official papers: names, positions, lists, dates, agreement."""

# ruff: noqa: E501 -- official names are long

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.documents.docx.filters import FILTERS
from app.documents.language.dates import date_full, date_long, date_quoted, date_short, period
from app.documents.language.names import (
    CASES,
    acting_position,
    full_name,
    initials_first,
    initials_last,
    prefill_person,
    prefill_position,
)
from app.documents.language.offices import prefill_organisation
from app.documents.language.typography import ends, lines, nbsp, no_dot, quotes
from app.documents.language.words import (
    acting,
    agree,
    approved,
    counted,
    join_and,
    named,
    plural,
    school_list,
    school_number_key,
)

FOLDER = Path(__file__).parent
Row = tuple[str, tuple[str, ...], frozenset[str]]


def golden(name: str) -> list[Row]:
    """(section, six forms, the cases our proposal gets wrong) of every line of a golden list."""
    rows: list[Row] = []
    section = ""
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            parts = [part.strip() for part in line.split("|")]
            wrong = (
                frozenset(parts.pop().lstrip("! ").split()) if parts[-1].startswith("!") else frozenset[str]()
            )
            rows.append((section, tuple(parts), wrong))
    return rows


NAMES, POSITIONS = golden("golden_names.txt"), golden("golden_positions.txt")


def spelled(rows: list[Row]) -> list[str]:
    return [forms[0] for _section, forms, _wrong in rows]


@pytest.mark.parametrize(("gender", "expected", "wrong"), NAMES, ids=spelled(NAMES))
def test_golden_names(gender: str, expected: tuple[str, ...], wrong: frozenset[str]) -> None:
    surname, given, *patronymic = expected[0].split()
    forms = prefill_person(surname, given, " ".join(patronymic), gender)
    assert tuple(forms) == CASES
    differing = {case for case, form in zip(CASES, expected, strict=True) if forms[case] != form}
    assert differing == wrong, forms  # the day a mistake goes away, its mark may go too


@pytest.mark.parametrize(("gender", "expected", "wrong"), NAMES[::7], ids=spelled(NAMES[::7]))
def test_golden_names_in_capitals(gender: str, expected: tuple[str, ...], wrong: frozenset[str]) -> None:
    surname, given, *patronymic = expected[0].split()
    forms = prefill_person(surname, given, " ".join(patronymic), gender)
    shouted = prefill_person(surname.upper(), given.upper(), " ".join(patronymic).upper(), gender)
    assert shouted == forms


def test_the_lists_are_long_enough() -> None:
    assert len(set(spelled(NAMES))) >= 120
    assert len(set(spelled(POSITIONS))) >= 40
    assert all(len(forms) == len(CASES) for _s, forms, _w in NAMES + POSITIONS)
    assert 0 < sum(bool(wrong) for *_rest, wrong in NAMES) <= len(NAMES) // 8


def test_mistakes_of_the_library_that_we_know() -> None:
    """Pinned: the day one of these fails, the correction beside it in names.py may go."""
    from pytrovich.enums import Case, Gender, NamePart
    from pytrovich.maker import PetrovichDeclinationMaker

    maker = PetrovichDeclinationMaker()
    assert maker.make(NamePart.LASTNAME, Gender.MALE, Case.INSTRUMENTAL, "Ткач") == "Ткачем"
    assert maker.make(NamePart.LASTNAME, Gender.MALE, Case.INSTRUMENTAL, "Король") == "Королем"
    assert maker.make(NamePart.LASTNAME, Gender.MALE, Case.GENITIVE, "Стрелец") == "Стрелеца"  # not corrected


def test_capitals_and_spaces_are_calmed() -> None:
    assert prefill_person(" ТКАЧ ", "ПЁТР", "ИЛЬИЧ", "m")["gent"] == "Ткача Петра Ильича"
    assert prefill_person("римский-корсаков", "Юрий", "", "m")["nomn"] == "Римский-Корсаков Юрий"
    assert prefill_person("Ли", "Анна", None, "f")["datv"] == "Ли Анне"


def test_a_person_is_a_man_or_a_woman() -> None:
    for gender in ("neuter", "x", ""):
        with pytest.raises(ValueError):
            prefill_person("Ткач", "Пётр", "Ильич", gender)


@pytest.mark.parametrize(("_section", "expected", "wrong"), POSITIONS, ids=spelled(POSITIONS))
def test_golden_positions(_section: str, expected: tuple[str, ...], wrong: frozenset[str]) -> None:
    forms = prefill_position(expected[0])
    differing = {case for case, form in zip(CASES, expected, strict=True) if forms[case] != form}
    assert differing == wrong, forms


def test_an_unknown_position_is_left_to_a_person() -> None:
    assert set(prefill_position("завуч").values()) == {"завуч"}
    assert set(prefill_position("").values()) == {""}


def test_acting_position_takes_the_genitive_everywhere() -> None:
    assert set(acting_position("начальник Управления").values()) == {"и.о.\u00a0начальника Управления"}


def person(gender: str = "m") -> dict[str, object]:
    forms = prefill_person("Ткач", "Пётр", "Ильич", gender)
    return {"surname": "Ткач", "given": "Пётр", "patronymic": "Ильич", "gender": gender, "forms": forms}


def test_initials_in_both_orders() -> None:
    assert initials_first(person()) == "П.И.\u00a0Ткач"
    assert initials_last(person(), "datv") == "Ткачу\u00a0П.И."
    double = {
        "surname": "Цой",
        "given": "Анна-Мария",
        "patronymic": None,
        "forms": {"gent": "Цой Анны-Марии"},
    }
    assert initials_last(double, "gent") == "Цой\u00a0А.-М."
    assert full_name(double) == "Цой Анна-Мария"
    with pytest.raises(KeyError):
        full_name(double, "ablt")
    with pytest.raises(ValueError):
        full_name(person(), "genitive")


def test_an_edited_form_wins() -> None:
    edited = {**person(), "forms": {"ablt": "Ткачём Петром Ильичом"}}
    assert initials_last(edited, "ablt") == "Ткачём\u00a0П.И."


def test_dates() -> None:
    assert date_short(date(2025, 1, 2)) == "02.01.2025"
    assert date_long(date(2025, 1, 22)) == "22\u00a0января\u00a02025\u00a0г."
    assert date_full(date(2025, 1, 22)) == "22\u00a0января\u00a02025\u00a0года"
    assert date_quoted(date(2025, 2, 3)) == "«03»\u00a0февраля\u00a02025\u00a0г."
    one_year = period(date(2025, 1, 27), date(2025, 12, 31)).replace("\u00a0", " ")
    assert one_year == "с 27 января по 31 декабря 2025 г."
    two_years = period(date(2025, 9, 1), date(2026, 5, 31)).replace("\u00a0", " ")
    assert two_years == "с 1 сентября 2025 г. по 31 мая 2026 г."


def test_a_number_with_its_word_does_not_break() -> None:
    assert [counted(n, "выезд", "выезда", "выездов") for n in (1, 3, 11)] == [
        "1\u00a0выезд",
        "3\u00a0выезда",
        "11\u00a0выездов",
    ]


def test_capitals_of_an_eastern_patronymic() -> None:
    assert prefill_person("АЛИЕВ", "РУСТАМ", "МАМЕД-ОГЛЫ", "m")["datv"] == "Алиеву Рустаму Мамед-оглы"


OFFICES = {
    "Управление образования города Пензы": ("Управления образования города Пензы", "Управлением образования города Пензы"),
    "Муниципальное бюджетное общеобразовательное учреждение средняя общеобразовательная школа № 65/23 города Пензы": (
        "Муниципального бюджетного общеобразовательного учреждения средней общеобразовательной школы № 65/23 города Пензы",
        "Муниципальным бюджетным общеобразовательным учреждением средней общеобразовательной школой № 65/23 города Пензы",
    ),
    "Муниципальное казённое учреждение «Центр оценки и развития» города Пензы": (
        "Муниципального казённого учреждения «Центр оценки и развития» города Пензы",
        "Муниципальным казённым учреждением «Центр оценки и развития» города Пензы",
    ),
    "Общеобразовательная школа-интернат № 1": ("Общеобразовательной школы-интерната № 1", "Общеобразовательной школой-интернатом № 1"),
    "Лингвистическая гимназия № 6": ("Лингвистической гимназии № 6", "Лингвистической гимназией № 6"),
    "Детский сад № 5": ("Детского сада № 5", "Детским садом № 5"),
    "Администрация города Пензы": ("Администрации города Пензы", "Администрацией города Пензы"),
    "Росток": ("Росток", "Росток"),
}  # fmt: skip


@pytest.mark.parametrize("name", OFFICES)
def test_organisations_in_the_cases(name: str) -> None:
    forms = prefill_organisation(name)
    assert (forms["nomn"], forms["gent"], forms["ablt"]) == (name, *OFFICES[name])


@pytest.mark.parametrize(
    ("number", "word"),
    [(0, "выездов"), (1, "выезд"), (2, "выезда"), (4, "выезда"), (5, "выездов"), (11, "выездов"), (12, "выездов"),
     (14, "выездов"), (21, "выезд"), (22, "выезда"), (111, "выездов"), (101, "выезд"), (-1, "выезд")],
)  # fmt: skip
def test_plural(number: int, word: str) -> None:
    assert plural(number, "выезд", "выезда", "выездов") == word


def test_lists_of_schools() -> None:
    names = ["МБОУ СОШ № 50", "МБОУ ОШИ № 1", "МБОУ СОШ № 41"]
    assert school_list(names, "datv").replace("\u00a0", " ") == "школам № 41, № 50 и ОШИ № 1"
    assert school_list(["СОШ № 41"], "gent").replace("\u00a0", " ") == "школы № 41"
    assert school_list(["МБОУ ЦО № 1"]).replace("\u00a0", " ") == "ЦО № 1"
    assert school_list([]) == ""
    mixed = school_list(["МБОУ гимназия № 42", "МБОУ СОШ № 41"], "datv").replace("\u00a0", " ")
    assert mixed == "школе № 41 и гимназии № 42"
    assert join_and(["а"]) == "а"
    assert join_and(["а", "б"]) == "а и б"


def test_schools_sort_by_number() -> None:
    names = ["СОШ № 65/23", "СОШ № 41", "СОШ № 9", "ОШИ № 1", "Лицей", "СОШ №\u00a065"]
    expected = ["ОШИ № 1", "СОШ № 9", "СОШ № 41", "СОШ №\u00a065", "СОШ № 65/23", "Лицей"]
    assert sorted(names, key=school_number_key) == expected


@pytest.mark.parametrize(
    ("plain", "bound"),
    [
        ("СОШ № 41", "СОШ~№~41"),
        ("в МБОУ СОШ № 65/23 — 2", "в МБОУ~СОШ~№~65/23~– 2"),
        ("№41", "№~41"),
        ("И.О. Фамилия и Фамилия И.О.", "И.О.~Фамилия и Фамилия~И.О."),
        ("А. И. Примеров", "А.~И.~Примеров"),
        ("22 января 2025 г.", "22~января~2025~г."),
        ("22 января 2025\u202fг.", "22~января~2025~г."),
        ("30 % работ", "30~% работ"),
        ("2025 год", "2025~год"),
        ("г. Пенза, ул. Мира, д. 5", "г.~Пенза, ул.~Мира, д.~5"),
        ("план – карта", "план~– карта"),
        ("и т. д.", "и т.~д."),
        ("1 000 000 руб.", "1~000~000~руб."),
        ("и. о. начальника", "и.о.~начальника"),
        ("обычный текст без сюрпризов.", "обычный текст без сюрпризов."),
    ],
)
def test_nbsp(plain: str, bound: str) -> None:
    assert nbsp(plain).replace("\u00a0", "~") == bound
    assert nbsp(nbsp(plain)) == nbsp(plain)


@pytest.mark.parametrize(
    ("plain", "good"),
    [
        ('школа "Опора"', "школа «Опора»"),
        ('"Школа "Опора""', "«Школа „Опора“»"),
        ('«Школа "Опора"»', "«Школа „Опора“»"),
        ("«уже „верно“»", "«уже „верно“»"),
        ('("а")', "(«а»)"),
    ],
)
def test_quotes(plain: str, good: str) -> None:
    assert quotes(plain) == good


def test_agreement_in_gender() -> None:
    assert acting({"gender": "feminine"}) == "действующей"
    assert acting({"gender": "masculine"}) == "действующего"
    genders = ("neuter", "masculine", "feminine", "plural")
    assert [named({"gender": g}) for g in genders] == [
        "именуемое",
        "именуемый",
        "именуемая",
        "именуемые",
    ]
    assert [approved({"gender": g}) for g in genders] == [
        "УТВЕРЖДЕНО",
        "УТВЕРЖДЁН",
        "УТВЕРЖДЕНА",
        "УТВЕРЖДЕНЫ",
    ]
    assert agree("m", "он", "она") == "он"
    with pytest.raises(ValueError):
        agree("?", "он", "она")


def test_lines_are_even_and_lose_nothing() -> None:
    title = "И.о. начальника Управления образования города Пензы"
    rows = lines(title, 34).split("\n")
    assert " ".join(rows) == title
    assert max(map(len, rows)) <= 34
    assert lines("Директор", 34) == "Директор"


def test_every_filter_is_documented() -> None:
    assert all(function.__doc__ for function in FILTERS.values())


def test_the_dot_of_a_sentence() -> None:
    assert no_dot("Утвердить план.") == "Утвердить план"
    assert no_dot("до 2025 г.") == "до 2025 г."
    assert no_dot("и так далее...") == "и так далее..."
    assert ends("поручить Примерову А.И.", ".") == "поручить Примерову А.И."
    assert ends("поручить Примерову А.И.", ";") == "поручить Примерову А.И.;"
    assert ends("обеспечить контроль.", ";") == "обеспечить контроль;"
    assert ends("обеспечить контроль", ".") == "обеспечить контроль."
