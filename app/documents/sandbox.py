"""The closed world a template runs in: our filters, a handful of tests, no calls, no macros, no assignments.

Everything a template prints is written down, everything it misses is collected, every loop is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from app.core.i18n import _
from app.documents.intake import Intake, TemplateMistake
from app.documents.language import FILTERS, date_short

MAX_LOOPS = 100_000  # passes of all loops together
MAX_PRINTED = 3_000_000  # signs printed into one paper

_NODES: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.NSRef,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Getattr,
    nodes.Getitem,
    nodes.For,
    nodes.If,
    nodes.CondExpr,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.Concat,
    nodes.Keyword,
)
_TESTS = ("defined", "none", "odd", "even", "in")
_LOOP = ("index", "index0", "first", "last", "length", "revindex")


class _Missing(jinja2.StrictUndefined):
    """A value nobody gave: any use of it is written down and rendering goes on to find the others.

    Strict all the same: `render` refuses the paper at the end. (To jinja these methods never return.)
    """

    sandbox: Sandbox  # set on a subclass made for each sandbox

    def _note(self) -> str:
        self.sandbox.note_missing(self)
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


class Sandbox(ImmutableSandboxedEnvironment):
    """The closed world one paper is rendered in; made anew for each paper."""

    def __init__(self, intake: Intake) -> None:
        super().__init__(
            undefined=type("_MissingHere", (_Missing,), {"sandbox": self}),
            autoescape=True,
            optimized=False,
            keep_trailing_newline=True,
        )
        self.intake = intake
        self.missing: list[str] = []
        self.printed: set[str] = set()
        self.printed_signs = 0
        self.passes = 0
        self.globals.clear()
        self.filters.clear()
        self.filters.update({name: self._careful(name, function) for name, function in FILTERS.items()})
        self.filters.update(_printed=self._print, _looped=self._loop)
        self.tests = {name: self.tests[name] for name in _TESTS}

    # Dicts answer with their keys only (`plan.items` is the list, never the method), loops with counters.
    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, _Missing):
            self.note_missing(obj, str(argument))
            return ""
        if type(obj) is dict and isinstance(argument, str):
            if argument in obj:
                return obj[argument]
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

    def note_missing(self, value: _Missing, further: str = "") -> None:
        name = str(value._undefined_name or "?")
        parent = value._undefined_obj
        path = self.intake.paths.get(id(parent), "") if isinstance(parent, (dict, list)) else ""
        self.missing.append(".".join(filter(None, (path, name, further))))

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def _careful(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def apply(value: Any, *args: Any) -> Any:
            if isinstance(value, _Missing):
                value._note()
                return ""
            if value is None or value == "":
                return value
            try:
                return function(value, *args)
            except KeyError as lost:  # a stored form of a name: «control.forms.accs»
                path = self.intake.paths.get(id(value), "")
                self.missing.append(".".join(filter(None, (path, str(lost.args[0])))))
                return ""
            except (TypeError, ValueError, AttributeError, IndexError) as mistake:
                detail = f"|{name}: {type(mistake).__name__}"
                raise TemplateMistake(
                    _("the filter cannot take this value (%(detail)s)", detail=detail)
                ) from mistake

        return apply

    def _print(self, value: Any, name: str, dot_follows: bool) -> str:
        if isinstance(value, _Missing):
            value._note()
            return ""
        if value is None:
            self.missing.append(name)
            return ""
        if type(value) is date:
            value = date_short(value)
        elif type(value) is int:
            value = str(value)
        if isinstance(value, Markup) or not isinstance(value, str):
            kind = type(value).__name__
            raise TemplateMistake(_("%(name)s is a %(kind)s and cannot be printed", name=name, kind=kind))
        if dot_follows and value.endswith(".") and not value.endswith(".."):
            value = value[:-1]  # «Примеров А.И.» before the template's own dot
        self.printed_signs += len(value) + 1
        if self.printed_signs > MAX_PRINTED:
            raise TemplateMistake(_("the paper grows too large"))
        self.printed.add(value)
        return value

    def _loop(self, value: Any, name: str) -> list[Any]:
        if isinstance(value, _Missing):
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
        return value

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        self._check(tree)
        for loop in list(tree.find_all(nodes.For)):
            title = _spell(loop.iter)
            loop.iter = nodes.Filter(
                loop.iter, "_looped", [nodes.Const(title)], [], None, None, lineno=loop.lineno
            )
        for output in list(tree.find_all(nodes.Output)):
            for index, child in enumerate(output.nodes):
                if isinstance(child, nodes.TemplateData):
                    continue
                after = output.nodes[index + 1] if index + 1 < len(output.nodes) else None
                dot = isinstance(after, nodes.TemplateData) and _starts_with_dot(after.data)
                arguments: list[nodes.Expr] = [nodes.Const(_spell(child)), nodes.Const(dot)]
                output.nodes[index] = nodes.Filter(
                    child, "_printed", arguments, [], None, None, lineno=child.lineno
                )
        return tree

    def _check(self, tree: nodes.Template) -> None:
        stack: list[tuple[nodes.Node, int]] = [(tree, 0)]
        while stack:
            node, depth = stack.pop()
            if not isinstance(node, _NODES) or depth > 60:
                raise TemplateMistake(_("%(what)s is not allowed", what=type(node).__name__))
            if isinstance(node, nodes.Filter) and node.name not in FILTERS:
                raise TemplateMistake(_("unknown filter %(name)s", name=node.name))
            if isinstance(node, nodes.Test) and node.name not in _TESTS:
                raise TemplateMistake(_("unknown test %(name)s", name=node.name))
            if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
                raise TemplateMistake(_("%(what)s is not allowed", what=node.attr[:60]))
            if isinstance(node, nodes.Name) and node.name.startswith("_"):
                raise TemplateMistake(_("%(what)s is not allowed", what=node.name[:60]))
            if isinstance(node, nodes.For) and node.recursive:
                raise TemplateMistake(_("%(what)s is not allowed", what="recursive"))
            stack.extend((child, depth + 1) for child in node.iter_child_nodes())


def _spell(node: nodes.Node) -> str:
    """The expression as the template wrote it, near enough to name it to a person."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_spell(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{_spell(node.node)}[{_spell(node.arg)}]"
    if isinstance(node, nodes.Filter) and node.node is not None:
        return _spell(node.node)
    if isinstance(node, nodes.Const):
        return str(node.value)[:40]
    return type(node).__name__


def _starts_with_dot(data: str) -> bool:
    """Whether the next visible sign of the same paragraph is a single dot."""
    while data.startswith("<"):
        tag, _sep, data = data.partition(">")
        if tag.startswith(("</w:p", "<w:br", "<w:tab", "<w:p ", "<w:p>")) and not tag.startswith("<w:pPr"):
            return False
    return data.startswith(".") and not data.startswith("..")
