"""The names of a template: what each tag prints, repeats and asks for, compared with the dictionary of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from jinja2 import nodes

from app.core.i18n import _
from app.documents.doctor.fields import LOOP, Shape
from app.documents.doctor.findings import ERROR, Examination
from app.documents.doctor.places import Tag
from app.documents.docx.carried import pack
from app.documents.docx.filters import FILTERS
from app.documents.docx.paper import TESTS
from app.documents.docx.sandbox import ALLOWED, too_long, too_wide

_NUMBERED = Shape("list", item=Shape("group", {
    "no": Shape("number"), "parts": Shape("list", item=Shape("group", {"no": Shape("text"), "text": Shape("text")})),
}))  # fmt: skip


class Reader:
    """Follows the names through loops and conditions; line n of the tree is tag n."""

    def __init__(self, out: Examination, tags: list[Tag]) -> None:
        self.out, self.tags = out, tags
        self.asked: list[str] = []  # names of the conditions around

    def tag(self, node: nodes.Node) -> Tag:
        return self.tags[min(max(node.lineno, 1), len(self.tags)) - 1]

    def body(self, body: list[Any], scope: Mapping[str, Shape], depth: int = 0) -> None:
        if depth > 60:
            return
        for node in body:
            if isinstance(node, nodes.Output):
                for child in node.nodes:
                    if not isinstance(child, nodes.TemplateData):
                        self.printed(child, scope)
            elif isinstance(node, nodes.If):
                self.out.conditions += 1
                self.value(node.test, scope)
                for other in (*node.elif_,):
                    self.value(other.test, scope)
                    self.body(other.body, scope, depth + 1)
                names = [_path(one) for one in (node.test, *node.test.find_all((nodes.Name, nodes.Getattr)))]
                self.asked += names
                self.body(node.body, scope, depth + 1)
                del self.asked[len(self.asked) - len(names) :]
                self.body(node.else_, scope, depth + 1)
            elif isinstance(node, nodes.For):
                self.loop(node, scope, depth)

    def loop(self, node: nodes.For, scope: Mapping[str, Shape], depth: int) -> None:
        source, name = self.value(node.iter, scope), _path(node.iter)
        tag = self.tag(node)
        if source.kind not in ("list", "any"):
            self.out.add(ERROR, "not_a_list", _("“%(name)s” is not a list: there is nothing to repeat.", name=name),
                         tag,
                         _("Print it with {{ %(name)s }}.", name=name))  # fmt: skip
        inner = {**scope, "loop": LOOP}
        if isinstance(node.target, nodes.Name):
            inner[node.target.name] = source.item or Shape()
        else:
            inner |= {one.name: Shape() for one in node.target.find_all(nodes.Name)}
        if node.recursive:
            self.refuse(node, "recursive")
        if node.test is not None:
            self.value(node.test, inner)
        self.out.loops.append({
            "place": pack(tag.place.words), "list": name, "tag": tag.source,
            "fields": sorted((source.item.fields if source.item else {}).keys())[:30],
        })  # fmt: skip
        self.body(node.body, inner, depth + 1)
        self.body(node.else_, scope, depth + 1)

    def printed(self, node: Any, scope: Mapping[str, Shape]) -> None:
        shape, name = self.value(node, scope), _path(node)
        if isinstance(node, nodes.Filter):
            return
        tag = self.tag(node)
        if shape.kind == "group":
            known = ", ".join(f"{name}.{one}" for one in list(shape.fields)[:4])
            self.out.add(ERROR, "group",
                         _("“%(name)s” is a group of fields and cannot be printed whole.", name=name), tag,
                         _("Name one of them: %(names)s.", names=known))  # fmt: skip
        elif shape.kind == "list":
            self.out.add(ERROR, "list", _("“%(name)s” is a list and cannot be printed whole.", name=name), tag,
                         _("Repeat for each: {%% for one in %(name)s %%} … {%% endfor %%}.", name=name))  # fmt: skip
        elif shape.kind == "bool":
            self.out.add(ERROR, "yes_no", _("“%(name)s” is a yes or no and cannot be printed.", name=name), tag,
                         _("Use it as a condition: {%% if %(name)s %%} … {%% endif %%}.", name=name))  # fmt: skip

    def note(self, path: str, tag: Tag) -> None:
        """Remember where a name stands first, and whether anything asks for it before."""
        self.out.paths.setdefault(path, tag)
        if tag.kind == "print" and not any(
            path == name or path.startswith(f"{name}.") for name in self.asked
        ):
            self.out.bare.setdefault(path, tag)

    def refuse(self, node: nodes.Node, what: str) -> Shape:
        self.out.add(ERROR, "not_allowed", _("“%(what)s” is not allowed in a template.", what=what), self.tag(node),
                     _("A template only prints fields, repeats and asks; take it out."))  # fmt: skip
        return Shape()

    def value(self, node: Any, scope: Mapping[str, Shape], depth: int = 0) -> Shape:
        """What an expression gives; every name in it is looked up."""
        if depth == 0 and too_wide(node):
            return self.refuse(node, type(node).__name__)
        if depth > 60 or not isinstance(node, ALLOWED) or too_long(node):
            return self.refuse(node, type(node).__name__)
        if isinstance(node, nodes.Name):
            return self.name(node, scope)
        if isinstance(node, (nodes.Getattr, nodes.Getitem)):
            return self.attribute(node, scope, depth)
        if isinstance(node, nodes.Filter):
            return self.filter(node, scope, depth)
        if isinstance(node, nodes.Test) and node.name not in TESTS:
            near = next(iter(get_close_matches(node.name, TESTS, 1, 0.6)), "")
            self.out.add(ERROR, "unknown_test", _("The question “is %(name)s” is unknown.", name=node.name),
                         self.tag(node), _("Did you mean “%(name)s”?", name=near) if near
                         else _("Known are: %(names)s.", names=", ".join(TESTS)))  # fmt: skip
        for child in node.iter_child_nodes():
            self.value(child, scope, depth + 1)
        if isinstance(node, nodes.Const):
            return Shape("text")
        return Shape()

    def name(self, node: nodes.Name, scope: Mapping[str, Shape]) -> Shape:
        if node.name.startswith("_"):
            return self.refuse(node, node.name[:60])
        if node.name in scope:
            return scope[node.name]
        found = self.out.fields.fields.get(node.name)
        tag = self.tag(node)
        if found is None:
            everything = Shape("group", {**self.out.fields.fields, **scope})
            self.unknown(node, node.name, everything.nearest(node.name))
            return Shape()
        self.out.used.setdefault(node.name, []).append(tag.source)
        self.note(node.name, tag)
        return found

    def attribute(self, node: Any, scope: Mapping[str, Shape], depth: int) -> Shape:
        base = self.value(node.node, scope, depth + 1)
        if isinstance(node, nodes.Getattr):
            key: Any = node.attr
        elif isinstance(node.arg, nodes.Const):
            key = node.arg.value
        else:
            self.value(node.arg, scope, depth + 1)
            return base.item or Shape()
        path = f"{_path(node.node)}.{key}"
        if isinstance(key, str) and key.startswith("_"):
            return self.refuse(node, key[:60])
        self.note(path, self.tag(node))
        if base.kind == "any":
            return Shape()
        if base.kind == "list":
            if isinstance(key, int):
                return base.item or Shape()
            self.out.add(ERROR, "list",
                         _("“%(name)s” is a list: nothing stands behind its dot.", name=_path(node.node)),
                         self.tag(node), _("Repeat for each: {%% for one in %(name)s %%} … {%% endfor %%}.",
                                           name=_path(node.node)))  # fmt: skip
            return Shape()
        found = base.fields.get(str(key))
        if found is not None:
            return found
        if base.kind != "group":
            self.out.add(ERROR, "no_group", _("“%(name)s” is a single value: nothing stands behind its dot.",
                                              name=_path(node.node)), self.tag(node),
                         _("Print it with {{ %(name)s }}.", name=_path(node.node)))  # fmt: skip
            return Shape()
        near = base.nearest(str(key))
        self.unknown(node, path, f"{_path(node.node)}.{near}" if near else "", base)
        return Shape()

    def unknown(self, node: nodes.Node, name: str, near: str, base: Shape | None = None) -> None:
        if near:
            todo = _("Did you mean “%(name)s”?", name=near)
        elif base is not None and base.fields:
            todo = _("There are: %(names)s.", names=", ".join(list(base.fields)[:12]))
        else:
            todo = _("Look for it in the dictionary of the fields of this kind.")
        self.out.add(
            ERROR, "unknown_field", _("There is no field “%(name)s”.", name=name), self.tag(node), todo
        )

    def filter(self, node: nodes.Filter, scope: Mapping[str, Shape], depth: int) -> Shape:
        inner = self.value(node.node, scope, depth + 1) if node.node is not None else Shape()
        for argument in (*node.args, *node.kwargs):
            self.value(argument, scope, depth + 1)
        if node.name not in FILTERS:
            near = next(iter(get_close_matches(node.name, FILTERS, 1, 0.6)), "")
            self.out.add(ERROR, "unknown_filter", _("The filter “%(name)s” is unknown.", name=node.name),
                         self.tag(node),
                         _("Did you mean “%(name)s”?", name=near) if near
                         else _("Known are: %(names)s.", names=", ".join(FILTERS)))  # fmt: skip
        if node.name == "numbered" and inner.item is not None:
            numbered = Shape("list", item=Shape("group"))
            assert numbered.item is not None  # noqa: S101 -- made above
            numbered.item.merge(_NUMBERED.item or Shape())
            numbered.item.merge(inner.item)
            numbered.item.fields["parts"] = (_NUMBERED.item or Shape()).fields["parts"]
            return numbered
        return Shape()


def _path(node: Any) -> str:
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        inner = str(node.arg.value)[:40] if isinstance(node.arg, nodes.Const) else "…"
        return f"{_path(node.node)}[{inner}]"
    if isinstance(node, nodes.Filter) and node.node is not None:
        return _path(node.node)
    return "…"
