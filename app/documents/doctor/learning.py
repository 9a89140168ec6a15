"""What the edition that comes with Opora teaches the dictionary: every name a working template prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jinja2
from jinja2 import nodes

from app.documents.doctor.fields import LOOP, Shape
from app.documents.doctor.places import read_parts


def learn(fields: Shape, template: bytes) -> None:
    """Add to the dictionary what an edition that works prints beyond the examples."""
    for part in read_parts(template):
        tags = [tag for tag in part.tags if tag.kind != "comment"]
        tree = jinja2.Environment().parse("\n".join(tag.jinja for tag in tags))  # noqa: S701 -- only parsed
        _Learner(fields).body(tree.body, {})


class _Learner:
    """Writes every name a working edition uses into the dictionary."""

    def __init__(self, fields: Shape) -> None:
        self.fields = fields

    def body(self, body: list[Any], scope: Mapping[str, Shape]) -> None:
        for node in body:
            if isinstance(node, nodes.For):
                source = self.shape(node.iter, scope)
                source.kind = "list" if source.kind == "any" else source.kind
                source.item = source.item or Shape()
                target = node.target.name if isinstance(node.target, nodes.Name) else ""
                self.body(node.body, {**scope, target: source.item, "loop": LOOP})
                self.body(node.else_, scope)
                continue
            if isinstance(node, nodes.If):
                for expression in (node.test, *(other.test for other in node.elif_)):
                    self.everything(expression, scope)
                for inner in (node.body, *(other.body for other in node.elif_), node.else_):
                    self.body(inner, scope)
            else:
                self.everything(node, scope)

    def everything(self, node: Any, scope: Mapping[str, Shape]) -> None:
        for one in (node, *node.find_all((nodes.Name, nodes.Getattr))):
            if isinstance(one, (nodes.Name, nodes.Getattr)):
                self.shape(one, scope)

    def shape(self, node: Any, scope: Mapping[str, Shape]) -> Shape:
        if isinstance(node, nodes.Name):
            return scope.get(node.name) or self.fields.fields.get(node.name) or Shape()
        if isinstance(node, nodes.Getattr):
            base = self.shape(node.node, scope)
            if base.kind == "any":
                base.kind = "group"
            return base.fields.setdefault(node.attr, Shape()) if base.kind == "group" else Shape()
        if isinstance(node, nodes.Filter) and node.node is not None:
            inner = self.shape(node.node, scope)
            return inner if node.name == "numbered" else Shape()
        return Shape()
