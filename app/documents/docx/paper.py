"""What one paper prints, lacks and repeats while its template runs: everything is written down and counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

import jinja2
from jinja2.defaults import DEFAULT_TESTS
from jinja2.runtime import LoopContext
from markupsafe import Markup, escape

from app.core.i18n import _
from app.documents.docx.filters import FILTERS
from app.documents.docx.intake import TemplateMistake
from app.documents.language.dates import date_short

MAX_LOOPS = 100_000  # passes of all loops together
MAX_PRINTED = 3_000_000  # signs printed into one paper
MAX_GROWN = 40_000_000  # signs of the template's own text its loops repeat
_JINJAS: Mapping[str, Any] = DEFAULT_TESTS
TESTS: Mapping[str, Callable[..., Any]] = {
    name: _JINJAS[name] for name in ("defined", "none", "odd", "even", "in")
}
_LOOP = ("index", "index0", "first", "last", "length", "revindex")


class Missing(jinja2.StrictUndefined):
    """A value nobody gave: any use of it is written down and rendering goes on to find the others.

    Strict all the same: `render` refuses the paper at the end. (To jinja these methods never return.)
    """

    paper: Paper  # set on a subclass made for each paper

    def _note(self) -> str:
        self.paper.note_missing(self)
        return ""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._note()

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        self._note()
        return iter(())

    def __str__(self) -> str:  # type: ignore[override]
        return self._note()

    def __bool__(self) -> bool:  # type: ignore[override]
        self._note()
        return False

    def __len__(self) -> int:  # type: ignore[override]
        self._note()
        return 0

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        self._note()
        return False

    def __ne__(self, other: object) -> bool:  # type: ignore[override]
        self._note()
        return True

    __hash__ = None  # type: ignore[assignment]


class OddValue(Exception):
    """A value the fast way does not print just as docxtpl does; the paper goes the long way."""


def _hasty(function: Callable[..., Any]) -> Callable[..., Any]:
    """As `Paper.careful`, without words for what goes wrong: the paper is then printed once more with them."""

    def apply(value: Any, *args: Any) -> Any:
        if type(value) is str:
            if not value:
                return value
        elif value is None:
            return None
        elif isinstance(value, Missing):
            return value._note()
        return function(value, *args)

    return apply


_HASTY: Mapping[str, Callable[..., Any]] = {name: _hasty(function) for name, function in FILTERS.items()}


class _Filters(dict[str, Callable[..., Any]]):
    """Filters made for a paper when its template asks for them."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper

    def __missing__(self, name: str) -> Callable[..., Any]:
        function = self[name] = self._paper.careful(name, FILTERS[name])
        return function


class Paper:
    """The book of one paper. To the code jinja compiled for a template it is the whole environment."""

    concat = "".join
    tests = TESTS

    def __init__(self, paths: Mapping[int, str]) -> None:
        self.paths = paths
        self.missing: list[str] = []
        self.printed: dict[str, None] = {}  # in the order of their first place
        self.printed_signs = 0
        self.passes = 0
        self.grown = 0
        self.filters: dict[str, Callable[..., Any]] = _Filters(self)
        self.filters["_printed"] = self.print
        self.filters["_looped"] = self.loop

    def undefined(
        self, hint: Any = None, obj: Any = jinja2.utils.missing, name: str | None = None
    ) -> Missing:
        kind: type[Missing] = type("_MissingHere", (Missing,), {"paper": self})
        return kind(hint, obj, name)

    # Dicts answer with their keys only (`plan.items` is the list, never the method), loops with counters.
    def getitem(self, obj: Any, argument: Any) -> Any:
        if type(obj) is dict and type(argument) is str:
            if argument in obj:
                return obj[argument]
        elif isinstance(obj, Missing):
            self.note_missing(obj, str(argument))
            return ""
        elif type(obj) is list and type(argument) is int:
            if -len(obj) <= argument < len(obj):
                return obj[argument]
        elif isinstance(obj, LoopContext) and argument in _LOOP:
            return getattr(obj, argument)
        elif (
            obj is None or obj == ""
        ):  # an optional block the template reads without asking whether it is there
            self.missing.append(str(argument))
            return ""
        else:
            raise TemplateMistake(_("the field %(name)s cannot be read here", name=str(argument)[:60]))
        return self.undefined(obj=obj, name=str(argument))

    getattr = getitem

    def note_missing(self, value: Missing, further: str = "") -> None:
        name = str(value._undefined_name or "?")
        parent = value._undefined_obj
        path = self.paths.get(id(parent), "") if isinstance(parent, (dict, list)) else ""
        self.missing.append(".".join(filter(None, (path, name, further))))

    def careful(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def apply(value: Any, *args: Any) -> Any:
            if type(value) is str:
                if not value:
                    return value
            elif value is None:
                return None
            elif isinstance(value, Missing):
                return value._note()
            try:
                return function(value, *args)
            except KeyError as lost:  # a stored form of a name: «control.forms.accs»
                path = self.paths.get(id(value), "")
                self.missing.append(".".join(filter(None, (path, str(lost.args[0])))))
                return ""
            except (TypeError, ValueError, AttributeError, IndexError) as mistake:
                detail = f"|{name}: {type(mistake).__name__}"
                raise TemplateMistake(
                    _("the filter cannot take this value (%(detail)s)", detail=detail)
                ) from mistake

        return apply

    def print(self, value: Any, name: str, dot_follows: bool) -> str:
        """The value as it stands in the paper, written down."""
        if type(value) is not str:
            value = self._spelled(value, name)
        if dot_follows and value[-1:] == "." and value[-2:] != "..":
            value = value[:-1]  # «Примеров А.И.» before the template's own dot
        self.printed_signs += len(value) + 1
        if self.printed_signs > MAX_PRINTED:
            raise TemplateMistake(_("the paper grows too large"))
        self.printed[value] = None
        return value

    def _spelled(self, value: Any, name: str) -> str:
        if isinstance(value, Missing):
            return value._note()
        if value is None:
            self.missing.append(name)
            return ""
        if type(value) is date:
            return date_short(value)
        if type(value) is int:
            return str(value)
        if isinstance(value, Markup) or not isinstance(value, str):
            kind = type(value).__name__
            raise TemplateMistake(_("%(name)s is a %(kind)s and cannot be printed", name=name, kind=kind))
        return value

    def loop(self, value: Any, name: str, weight: int = 0) -> list[Any]:
        """The list a template repeats something for, counted; `weight`: the template's own signs in each pass."""
        if isinstance(value, Missing):
            value._note()
            return []
        if value is None:
            self.missing.append(name)
            return []
        if type(value) is not list:
            if value == "" and self.missing:
                return []
            raise TemplateMistake(_("%(name)s is not a list", name=name))
        self.passes += len(value) + 1
        if self.passes > MAX_LOOPS:
            raise TemplateMistake(_("the loops run too long"))
        self.grown += len(value) * weight
        if self.grown > MAX_GROWN:
            raise TemplateMistake(_("the paper grows too large"))
        return value


_is_odd = re.compile(r"[&<>\"'\n\t{}]").search
# Names, titles and lines of a plan come again within a paper and in the next: texts that need no escaping, as
# `nbsp` leaves them, for whatever paper asks.
_BOUND: dict[str, str] = {}
_REMEMBERED, _SHORT = 4096, 300  # texts, signs
_LINE = '</w:t><w:br/><w:t xml:space="preserve">'


class XmlPaper(Paper):
    """A paper whose printed values are XML at once, escaped and with line breaks and tabs as Word writes them."""

    def __init__(self, paths: Mapping[int, str], *, hasty: bool = False) -> None:
        super().__init__(paths)
        self.braces = False  # docxtpl gives `{_{` a meaning; such papers go its way
        if hasty:
            self.filters = {**_HASTY, "_looped": self.loop}
        self.filters["_printed"] = self.write
        self.filters["_bound_and_printed"] = self.write_bound
        self._bind = self.filters["nbsp"]

    def write_bound(self, value: Any, name: str, dot_follows: bool, tab: str | None) -> str:
        """`{{ value|nbsp }}`, what most places of a paper say: both steps at once for a text seen before."""
        known = _BOUND.get(value) if type(value) is str else None
        if known is None or (dot_follows and known[-1] == "."):
            return self._write_new(value, name, dot_follows, tab)
        self.printed_signs += len(known) + 1
        if self.printed_signs > MAX_PRINTED:
            raise TemplateMistake(_("the paper grows too large"))
        self.printed[known] = None
        return known

    def _write_new(self, value: Any, name: str, dot_follows: bool, tab: str | None) -> str:
        bound = self._bind(value)
        if type(value) is str and type(bound) is str and 0 < len(value) <= _SHORT and _is_odd(bound) is None:
            if len(_BOUND) >= _REMEMBERED:
                _BOUND.clear()
            _BOUND[value] = bound
        return self.write(bound, name, dot_follows, tab)

    def write(self, value: Any, name: str, dot_follows: bool, tab: str | None) -> str:
        """`tab`: what a tabulator becomes at this place; None in the properties, where no markup is."""
        text = value if type(value) is str else self._spelled(value, name)  # `print`, without the way there
        if dot_follows and text[-1:] == "." and text[-2:] != "..":
            text = text[:-1]
        self.printed_signs += len(text) + 1
        if self.printed_signs > MAX_PRINTED:
            raise TemplateMistake(_("the paper grows too large"))
        self.printed[text] = None
        if _is_odd(text) is None:
            return text
        if tab is None:
            raise OddValue
        if "{" in text or "}" in text:
            self.braces = True
        return str(escape(text)).replace("\t", tab).replace("\n", _LINE)
