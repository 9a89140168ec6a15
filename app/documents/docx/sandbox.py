"""The closed world a template runs in: our filters, a handful of tests, no calls, no macros, no assignments.

What may stand in a template is decided here; what happens while a paper is made is written down in `paper`.
"""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core.i18n import _
from app.documents.docx.filters import FILTERS
from app.documents.docx.intake import Intake, TemplateMistake
from app.documents.docx.paper import TESTS, Missing, Paper

ALLOWED: tuple[type[nodes.Node], ...] = (
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


MAX_EXPRESSION = 300  # names, filters and constants of one tag
MAX_JOINED = 40  # values joined with ~, and things in a list written out


def too_long(node: nodes.Node) -> bool:
    """Whether the template writes a sum or a list out so long that a small file could fill the memory."""
    return isinstance(node, (nodes.Concat, nodes.List, nodes.Tuple)) and (
        len(node.nodes if isinstance(node, nodes.Concat) else node.items) > MAX_JOINED
    )


def too_wide(expression: nodes.Node) -> bool:
    """Whether one expression names so many values that printing them together could fill the memory."""
    return sum(1 for _node in expression.find_all(nodes.Node)) > MAX_EXPRESSION


class Sandbox(ImmutableSandboxedEnvironment):
    """The closed world one paper is rendered in; made anew for each paper."""

    def __init__(self, intake: Intake) -> None:
        self.paper = Paper(intake.paths)
        super().__init__(
            undefined=type("_MissingHere", (Missing,), {"paper": self.paper}),
            autoescape=True,
            optimized=False,
            keep_trailing_newline=True,
        )
        self.globals.clear()
        self.filters = {name: self.paper.filters[name] for name in (*FILTERS, "_printed", "_looped")}
        self.tests = dict(TESTS)

    # Dicts answer with their keys only (`plan.items` is the list, never the method), loops with counters.
    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.paper.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self.paper.getitem(obj, argument)

    def is_safe_callable(self, obj: Any) -> bool:
        return False

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        self._check(tree)
        for loop in list(tree.find_all(nodes.For)):
            title = _spell(loop.iter)
            arguments: list[nodes.Expr] = [nodes.Const(title), nodes.Const(_text_inside(loop))]
            loop.iter = nodes.Filter(loop.iter, "_looped", arguments, [], None, None, lineno=loop.lineno)
        for output in list(tree.find_all(nodes.Output)):
            for index, child in enumerate(output.nodes):
                if isinstance(child, nodes.TemplateData):
                    continue
                after = output.nodes[index + 1] if index + 1 < len(output.nodes) else None
                dot = isinstance(after, nodes.TemplateData) and _starts_with_dot(after.data)
                arguments = [nodes.Const(_spell(child)), nodes.Const(dot)]
                output.nodes[index] = nodes.Filter(
                    child, "_printed", arguments, [], None, None, lineno=child.lineno
                )
        return tree

    def _check(self, tree: nodes.Template) -> None:
        stack: list[tuple[nodes.Node, int]] = [(tree, 0)]
        while stack:
            node, depth = stack.pop()
            if not isinstance(node, ALLOWED) or depth > 60:
                raise TemplateMistake(_("%(what)s is not allowed", what=type(node).__name__))
            expressions = _expressions(node)
            if too_long(node) or any(map(too_wide, expressions)):
                raise TemplateMistake(_("the paper grows too large"))
            if isinstance(node, nodes.Filter) and node.name not in FILTERS:
                raise TemplateMistake(_("unknown filter %(name)s", name=node.name))
            if isinstance(node, nodes.Test) and node.name not in TESTS:
                raise TemplateMistake(_("unknown test %(name)s", name=node.name))
            if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
                raise TemplateMistake(_("%(what)s is not allowed", what=node.attr[:60]))
            if isinstance(node, nodes.Name) and node.name.startswith("_"):
                raise TemplateMistake(_("%(what)s is not allowed", what=node.name[:60]))
            if isinstance(node, nodes.For) and node.recursive:
                raise TemplateMistake(_("%(what)s is not allowed", what="recursive"))
            stack.extend((child, depth + 1) for child in node.iter_child_nodes())


def _expressions(node: nodes.Node) -> list[nodes.Node]:
    """What a statement prints or asks, each once."""
    if isinstance(node, nodes.Output):
        return [child for child in node.nodes if not isinstance(child, nodes.TemplateData)]
    if isinstance(node, nodes.If):
        return [node.test]
    return [node.iter] if isinstance(node, nodes.For) else []


def _text_inside(loop: nodes.For) -> int:
    """Signs of the template's own text one pass of the loop prints at most; a loop inside counts its own."""
    signs = 0
    stack: list[nodes.Node] = [*loop.body]
    while stack:
        node = stack.pop()
        if isinstance(node, nodes.TemplateData):
            signs += len(node.data)
        elif not isinstance(node, nodes.For):
            stack.extend(node.iter_child_nodes())
    return signs


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
