"""`python app.py workflow names`: everything a procedure may name that is not its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from app.cases.context import date_names
from app.cases.procedures.check import kinds_of, paper_titles
from app.cases.roles import FOUND
from app.core.i18n import Text, _, current_locale
from app.core.ports import DateWords, FactSource
from app.engine.checking.fact_kinds import BUILT_IN_KINDS, FactKind
from app.engine.comparing.words import RoomNames
from app.engine.papers import REGISTERED

KINDS: dict[str, Text] = {
    "yes_no": _("yes or no"),
    "number": _("a number"),
    "day": _("a day"),
    "text": _("a text"),
}


def say_names(
    say: Callable[[str], None],
    *,
    facts: Mapping[str, FactSource],
    dates: Mapping[str, DateWords],
    effects: Mapping[str, Mapping[str, bool]],
    pages: Collection[str],
) -> int:
    """Facts with what each says, effects with their parameters, papers, pages, roles; always 0."""
    needed = {name.removeprefix(REGISTERED) for name in facts if name.startswith(REGISTERED)}
    asked = {name: kind for name, kind in kinds_of(facts).items() if not name.startswith(REGISTERED)}
    for heading, lines in (
        (_("Facts (if, binds, outcome_from)"), _facts({**BUILT_IN_KINDS, **asked}, dates)),
        (_("Effects (effects, on_pass, on_fail) and their parameters"), _effects(effects)),
        (_("Papers an effect may draft (template), and a task may need (document)"), _papers(needed)),
        (_("Pages (page, link)"), iter(sorted(pages))),
        (_("Roles and where they are found (found)"), (f"{role}: {found}" for role, found in FOUND.items())),
    ):
        say(str(heading))
        for line in lines:
            say(f"  {line}")
    return 0


def room_names(dates: Mapping[str, DateWords]) -> RoomNames:
    """What a difference of two versions calls the rooms' dates and the papers."""
    return RoomNames(date_names(dates), paper_titles())


def _facts(kinds: Mapping[str, FactKind | None], dates: Mapping[str, DateWords]) -> Iterator[str]:
    for name, kind in sorted(kinds.items()):
        said = "" if kind is None else str(KINDS[kind.kind])
        if kind is not None and kind.choices:
            said = ", ".join(kind.choices)
        since = f" · since ({dates[name].of})" if name in dates else ""
        yield f"{name}: {said}{since}"


def _papers(needed: Collection[str]) -> Iterator[str]:
    language = "en" if current_locale() == "en" else "ru"
    for code, titles in sorted(paper_titles().items()):
        yield f"{code}: {titles[language]}{' · document' if code in needed else ''}"


def _effects(effects: Mapping[str, Mapping[str, bool]]) -> Iterator[str]:
    for name, params in sorted(effects.items()):
        yield f"{name}: {', '.join(key if needed else f'[{key}]' for key, needed in params.items())}"
