"""The Python jinja writes for a compiled template, without the steps our papers never need.

Only for templates the sandbox has passed: it changes how a value is reached, never which values may be.
"""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

BOUND, PRINTED = "_bound_and_printed", "_printed"


class PaperCode(CodeGenerator):
    """Fields of plain dicts are read in place; what is printed is text already."""

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """`pair.school`: from the dict itself where it is one and has the field, else by `Paper.getitem`."""
        if not isinstance(node.node, nodes.Name):
            super().visit_Getattr(node, frame)
            return
        held, field = frame.symbols.ref(node.node.name), repr(node.attr)
        self.write(f"({held}[{field}] if {held}.__class__ is dict and {field} in {held} else ")
        super().visit_Getattr(node, frame)
        self.write(")")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if isinstance(node, nodes.Filter) and node.name in (BOUND, PRINTED):
            self.write("(")
        else:
            super()._output_child_pre(node, frame, finalize)


def bind(tree: nodes.Template) -> None:
    """Make `{{ value|nbsp }}`, what most places of a paper say, one step instead of two."""
    for printed in tree.find_all(nodes.Filter):
        inner = printed.node
        if (
            printed.name == PRINTED
            and isinstance(inner, nodes.Filter)
            and inner.name == "nbsp"
            and not inner.args
        ):
            printed.name, printed.node = BOUND, inner.node
