"""People and positions in the six Russian cases: a library or a table fills in, a person checks.

Forms are stored with the person or the position; nothing here overrides what a human has written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")
NBSP = "\u00a0"

_GENDERS = {"m": "masc", "f": "femn", "n": "neut", "p": "plur"}
_SPACES = re.compile(r"\s+")


def gender_of(value: str | None) -> str:
    """The grammatical gender as masc, femn, neut or plur, from any common spelling of it."""
    letter = (value or "").strip().lower()[:1]
    if letter not in _GENDERS:
        raise ValueError(f"Unknown gender {value!r}; allowed: masc, femn, neut, plur")
    return _GENDERS[letter]


# --- people -----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _library() -> Any:
    from pytrovich.maker import PetrovichDeclinationMaker  # 40 ms, only when somebody is added

    return PetrovichDeclinationMaker()


def _calm(word: str) -> str:
    """One name part in ordinary capitals: the library breaks on ТКАЧ and on ткач."""
    word = _SPACES.sub(" ", word).strip()
    if len(word) > 1 and word in (word.upper(), word.lower()):
        return "-".join(_capital(part) for part in word.split("-"))
    return word


def _capital(part: str) -> str:
    low = part.lower()
    return low if low in ("оглы", "кызы", "угли", "гызы") else low[:1].upper() + low[1:]


def _decline(part: str, word: str, gender: str, case: str) -> str:
    from pytrovich.enums import Case, Gender, NamePart

    cases = {
        "gent": Case.GENITIVE,
        "datv": Case.DATIVE,
        "accs": Case.ACCUSATIVE,
        "ablt": Case.INSTRUMENTAL,
        "loct": Case.PREPOSITIONAL,
    }
    if not word or case == "nomn":
        return word
    sex = Gender.MALE if gender == "masc" else Gender.FEMALE
    form = str(_library().make(getattr(NamePart, part), sex, cases[case], word))
    if part == "LASTNAME" and case == "ablt" and form.endswith("ачем"):
        return form[:-2] + "ом"  # Ткачом, Грачом: the library says «Ткачем»
    if form.endswith("ем") and word.endswith("ь") and word.lower() in _STRESSED_SOFT:
        return form[:-2] + "ём"
    return form


# Surnames whose instrumental is stressed on the ending (Королём), where the library writes «е».
_STRESSED_SOFT = {
    "король",
    "пень",
    "рубль",
    "кремень",
    "огонь",
    "кисель",
    "журавль",
    "конь",
    "царь",
    "пономарь",
}


def prefill_person(surname: str, given: str, patronymic: str | None, gender: str) -> dict[str, str]:
    """Full name in six cases («Ткача Ивана Петровича»), to be checked by a person.

    Raises ValueError for a gender other than masc or femn.
    """
    sex = gender_of(gender)
    if sex not in ("masc", "femn"):
        raise ValueError(f"A person is masc or femn, not {gender!r}")
    words = [
        ("LASTNAME", _calm(surname)),
        ("FIRSTNAME", _calm(given)),
        ("MIDDLENAME", _calm(patronymic or "")),
    ]
    return {
        case: " ".join(filter(None, (_decline(part, word, sex, case) for part, word in words)))
        for case in CASES
    }


def full_name(person: Mapping[str, Any], case: str = "nomn") -> str:
    """«Ткача Ивана Петровича»: the stored form of the case.

    Raises KeyError when the person has no such form: better a refusal than a guess on paper.
    """
    _known_case(case)
    forms = person.get("forms") or {}
    if forms.get(case):
        return str(forms[case])
    if case == "nomn":
        parts = (person.get("surname"), person.get("given"), person.get("patronymic"))
        return " ".join(str(part) for part in parts if part)
    raise KeyError(f"forms.{case}")


def surname_in(person: Mapping[str, Any], case: str = "nomn") -> str:
    """The surname in a case: the stored full form without as many words as given name and patronymic have."""
    tail = len(f"{person.get('given') or ''} {person.get('patronymic') or ''}".split())
    words = full_name(person, case).split()
    return " ".join(words[: len(words) - tail] or words[:1])


def initials(person: Mapping[str, Any]) -> str:
    """«И.О.»; double names give both letters («А.-М.»), a missing patronymic gives one."""
    letters = []
    for part in (person.get("given"), person.get("patronymic")):
        if part:
            first = str(part).split()[0]
            letters.append("-".join(piece[:1].upper() + "." for piece in first.split("-") if piece))
    return "".join(letters)


def initials_first(person: Mapping[str, Any], case: str = "nomn") -> str:
    """«И.О. Фамилия», the order of signatures."""
    return NBSP.join(filter(None, (initials(person), surname_in(person, case))))


def initials_last(person: Mapping[str, Any], case: str = "nomn") -> str:
    """«Фамилия И.О.», the order of running text."""
    return NBSP.join(filter(None, (surname_in(person, case), initials(person))))


def form(thing: Mapping[str, Any], case: str) -> str:
    """The stored form of a position or an organisation in a case.

    Raises KeyError when it is not stored.
    """
    _known_case(case)
    value = (thing.get("forms") or {}).get(case)
    if not value:
        raise KeyError(f"forms.{case}")
    return str(value)


def _known_case(case: str) -> None:
    if case not in CASES:
        raise ValueError(f"Unknown case {case!r}; allowed: {', '.join(CASES)}")


# --- positions --------------------------------------------------------------------------------

# Endings after the stem, in the order of CASES; "|" separates the cut from the endings.
_HARD = (0, ("", "а", "у", "а", "ом", "е"))
_SOFT = (1, ("ь", "я", "ю", "я", "ем", "е"))
_SOFT_STRESSED = (1, ("ь", "я", "ю", "я", "ём", "е"))
_FEM_A = (1, ("а", "ы", "е", "у", "ой", "е"))
_FEM_TSA = (1, ("а", "ы", "е", "у", "ей", "е"))
_ADJ_HARD = (2, ("ый", "ого", "ому", "ого", "ым", "ом"))
_ADJ_SOFT = (2, ("ий", "его", "ему", "его", "им", "ем"))
_ADJ_KG = (2, ("ий", "ого", "ому", "ого", "им", "ом"))
_ADJ_FEM = (2, ("ая", "ой", "ой", "ую", "ой", "ой"))
_ADJ_FEM_SOFT = (2, ("ая", "ей", "ей", "ую", "ей", "ей"))
_ADJ_FEM_YAYA = (2, ("яя", "ей", "ей", "юю", "ей", "ей"))

_NOUNS: dict[str, tuple[int, tuple[str, ...]]] = {}
for _paradigm, _words in (
    (
        _HARD,
        """директор ректор проректор инспектор куратор координатор тьютор логопед психолог педагог
        методист специалист эксперт бухгалтер консультант советник начальник организатор инструктор
        юрисконсульт экономист инженер программист администратор менеджер диспетчер документовед архивист
        тренер дефектолог социолог концертмейстер член референт помощник комендант лаборант техник""",
    ),
    (
        _SOFT,
        """учитель преподаватель воспитатель заместитель руководитель председатель сопредседатель
        делопроизводитель представитель исполнитель библиотекарь""",
    ),
    (_SOFT_STRESSED, "секретарь"),
    (_FEM_A, "глава"),
    (_FEM_TSA, "учительница"),
    (_ADJ_SOFT, "заведующий управляющий"),
    (_ADJ_FEM_SOFT, "заведующая управляющая"),
    (_ADJ_HARD, "вожатый"),
    (_ADJ_FEM, "вожатая"),
):
    _NOUNS.update(dict.fromkeys(_words.split(), _paradigm))
_ACTING = re.compile(r"^(и\.\s?о\.|врио|вр\.\s?и\.\s?о\.|врип)\s", re.IGNORECASE)
_PARTICIPLE = {"исполняющий": _ADJ_SOFT, "исполняющая": _ADJ_FEM_SOFT}


def _apply(word: str, paradigm: tuple[int, tuple[str, ...]]) -> dict[str, str]:
    cut, endings = paradigm
    stem = word[: len(word) - cut]
    return dict(zip(CASES, (stem + ending for ending in endings), strict=True))


def _noun(word: str) -> dict[str, str] | None:
    """Six forms of «директор», «педагог-психолог», «Учитель»; None for a word not in the table."""
    parts = []
    for piece in word.split("-"):
        paradigm = _NOUNS.get(piece.lower())
        if paradigm is None:
            return None
        parts.append(_apply(piece, paradigm))
    return {case: "-".join(part[case] for part in parts) for case in CASES}


def _adjective(word: str) -> dict[str, str] | None:
    """Six forms of «главный», «старший», «ведущая»."""
    low = word.lower()
    if low.endswith(("ый", "ой")):
        return {**_apply(word, _ADJ_HARD), "nomn": word}
    if low.endswith("ий"):
        return _apply(word, _ADJ_SOFT if low[-3] in "жшщчн" else _ADJ_KG)
    if low.endswith("ая"):
        return _apply(word, _ADJ_FEM_SOFT if low[-3] in "жшщч" else _ADJ_FEM)
    if low.endswith("яя"):
        return _apply(word, _ADJ_FEM_YAYA)
    return None


def _position_head(title: str) -> tuple[dict[str, str], int] | None:
    words = title.split(" ")
    if words[0].lower() in _PARTICIPLE:
        return _apply(words[0], _PARTICIPLE[words[0].lower()]), 1
    if words[0].lower() == "временно" and len(words) > 1 and words[1].lower() in _PARTICIPLE:
        declined = _apply(words[1], _PARTICIPLE[words[1].lower()])
        return {case: f"{words[0]} {declined[case]}" for case in CASES}, 2
    adjectives: list[dict[str, str]] = []
    for index, word in enumerate(words[:4]):
        bare = word.rstrip(",")
        noun = _noun(bare)
        if noun is not None:
            tail = word[len(bare) :]
            joined = {c: " ".join([a[c] for a in adjectives] + [noun[c]]) + tail for c in CASES}
            return joined, index + 1
        adjective = _adjective(bare)
        if adjective is None:
            return None
        adjectives.append(adjective)
    return None


def prefill_position(title: str) -> dict[str, str]:
    """A position in six cases: the head noun is declined, what it governs stays.

    «и.о.» and «врио» are not declined. An unknown position keeps its nominative everywhere.
    """
    title = _SPACES.sub(" ", title).strip()
    if not title or _ACTING.match(title + " "):
        return dict.fromkeys(CASES, title)
    first, comma, second = title.partition(
        ", "
    )  # «заместитель директора, учитель математики»: both are declined
    if comma and _position_head(second) is not None:
        one, other = prefill_position(first), prefill_position(second)
        return {case: f"{one[case]}, {other[case]}" for case in CASES}
    head = _position_head(title)
    if head is None:
        return dict.fromkeys(CASES, title)
    forms, used = head
    rest = title.split(" ")[used:]
    return {case: " ".join([forms[case], *rest]) for case in CASES}


def acting_position(title: str, forms: Mapping[str, str] | None = None) -> dict[str, str]:
    """The position of somebody who stands in: «и.о. начальника …» in all six cases."""
    genitive = (forms or prefill_position(title))["gent"]
    return dict.fromkeys(CASES, f"и.о.{NBSP}{genitive}")
