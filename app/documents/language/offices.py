"""Full names of organisations in the six cases: what stands in the nominative is declined, what it governs stays.

«Муниципальное бюджетное общеобразовательное учреждение средняя общеобразовательная школа № 41 города Пензы» is two
phrases side by side, each declined; what stands in « » or after № never changes. A person checks the result.
"""

from __future__ import annotations

import re

from app.documents.language.names import CASES

Forms = tuple[str, str, str, str, str, str]  # endings in the order of CASES

# head noun → what is cut from it, endings
_NEUTER_IE: tuple[int, Forms] = (1, ("е", "я", "ю", "е", "ем", "и"))
_NEUTER_O: tuple[int, Forms] = (1, ("о", "а", "у", "о", "ом", "е"))
_MASCULINE: tuple[int, Forms] = (0, ("", "а", "у", "", "ом", "е"))
_MASCULINE_J: tuple[int, Forms] = (1, ("й", "я", "ю", "й", "ем", "е"))
_FEMININE_A: tuple[int, Forms] = (1, ("а", "ы", "е", "у", "ой", "е"))
_FEMININE_KGH: tuple[int, Forms] = (1, ("а", "и", "е", "у", "ой", "е"))
_FEMININE_IA: tuple[int, Forms] = (1, ("я", "и", "и", "ю", "ей", "и"))
_FEMININE_SOFT: tuple[int, Forms] = (1, ("ь", "и", "и", "ь", "ью", "и"))
_NOUNS: dict[str, tuple[int, Forms]] = {}
for _paradigm, _words in (
    (_NEUTER_IE, "учреждение управление объединение предприятие отделение училище"),
    (_NEUTER_O, "министерство агентство общество"),
    (
        _MASCULINE,
        "центр лицей интернат отдел комитет департамент институт детсад колледж техникум сад комплекс",
    ),
    (_FEMININE_A, "школа служба"),
    (_FEMININE_KGH, "библиотека"),
    (_FEMININE_IA, "гимназия администрация организация академия"),
    (_FEMININE_SOFT, "часть"),
):
    _NOUNS.update(dict.fromkeys(_words.split(), _paradigm))
_NOUNS["лицей"] = _MASCULINE_J
_NOUNS["училище"] = (1, ("е", "а", "у", "е", "ем", "е"))

_ADJECTIVES: tuple[tuple[str, Forms], ...] = (
    ("ое", ("ое", "ого", "ому", "ое", "ым", "ом")),
    ("ее", ("ее", "его", "ему", "ее", "им", "ем")),
    ("ая", ("ая", "ой", "ой", "ую", "ой", "ой")),
    ("яя", ("яя", "ей", "ей", "юю", "ей", "ей")),
    ("ый", ("ый", "ого", "ому", "ый", "ым", "ом")),
    ("ой", ("ой", "ого", "ому", "ой", "ым", "ом")),
    ("ий", ("ий", "его", "ему", "ий", "им", "ем")),
)
_HARD_IY: Forms = ("ий", "ого", "ому", "ий", "им", "ом")  # городской → «городской», детский → «детского»
_WORD = re.compile(r"[А-ЯЁа-яё]+(?:-[А-ЯЁа-яё]+)*")


def prefill_organisation(name: str) -> dict[str, str]:
    """The full name in six cases; a name that begins with an unknown word keeps its nominative everywhere."""
    words = " ".join(name.split()).split(" ")
    forms: dict[str, list[str]] = {case: [] for case in CASES}
    at = 0
    while at < len(words):
        phrase = _phrase(words, at)
        if phrase is None:
            break
        declined, at = phrase
        for case in CASES:
            forms[case] += declined[case]
    rest = words[at:]
    return {case: " ".join([*forms[case], *rest]) for case in CASES}


def _phrase(words: list[str], at: int) -> tuple[dict[str, list[str]], int] | None:
    """Adjectives and the noun they belong to, from here on: («средняя», «общеобразовательная», «школа»)."""
    found: list[dict[str, str]] = []
    for index in range(at, min(at + 8, len(words))):
        noun = _noun(words[index])
        if noun is not None:
            found.append(noun)
            return {case: [one[case] for one in found] for case in CASES}, index + 1
        adjective = _adjective(words[index])
        if adjective is None:
            return None
        found.append(adjective)
    return None


def _noun(word: str) -> dict[str, str] | None:
    if not _WORD.fullmatch(word):
        return None
    pieces = []
    for piece in word.split("-"):
        paradigm = _NOUNS.get(piece.lower())
        if paradigm is None:
            return None
        cut, endings = paradigm
        stem = piece[: len(piece) - cut]
        pieces.append([stem + ending for ending in endings])
    return {case: "-".join(piece[no] for piece in pieces) for no, case in enumerate(CASES)}


def _adjective(word: str) -> dict[str, str] | None:
    if not _WORD.fullmatch(word):
        return None
    low = word.lower()
    for ending, forms in _ADJECTIVES:
        if not low.endswith(ending) or len(low) < 5:
            continue
        before = low[-3]
        if ending == "ий" and before in "кгх":
            forms = _HARD_IY
        elif ending in ("ое", "ой") and before in "кгх":
            forms = (forms[0], "ого", "ому", forms[3], "им", "ом")
        return {case: word[:-2] + form for case, form in zip(CASES, forms, strict=True)}
    return None
