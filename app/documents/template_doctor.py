"""The doctor of templates: what is wrong with an uploaded DOCX, where it stands, and what to do about it.

Every tag is read on its own (so that all mistakes are told at once), then all together with the dictionary of the
kind; whatever no reading finds, printing test papers does. Runs in a limited child process (`template_doctor_run`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import jinja2
from jinja2 import nodes

from app.core.i18n import Text, _
from app.documents.carried import pack
from app.documents.language import FILTERS
from app.documents.paper import TESTS
from app.documents.sandbox import ALLOWED, too_long, too_wide
from app.documents.template_doctor_fields import Shape
from app.documents.template_doctor_places import PartTags, Tag, Trouble, read_parts

ERROR, WARNING, INFO = "error", "warning", "info"
_ORDER = {ERROR: 0, WARNING: 1, INFO: 2}
MAX_FINDINGS = 200
_LOOP = Shape("group", {n: Shape("number") for n in ("index", "index0", "length", "revindex")}
              | {n: Shape("bool") for n in ("first", "last")})  # fmt: skip
_BLOCKS = {"if": "endif", "for": "endfor"}
_COMMANDS = ("if", "elif", "else", "endif", "for", "endfor")
_LIKE = {"include": "", "import": "", "from": "", "extends": "", "macro": "", "call": "", "set": "", "block": "",
         "elseif": "elif", "elsif": "elif", "end": "endif", "foreach": "for", "endforeach": "endfor"}  # fmt: skip
_NUMBERED = Shape("list", item=Shape("group", {
    "no": Shape("number"), "parts": Shape("list", item=Shape("group", {"no": Shape("text"), "text": Shape("text")})),
}))  # fmt: skip


@dataclass
class Finding:
    """One thing to mend: how bad, what, where, the words around it, what to do."""

    severity: str
    code: str
    text: Text
    todo: Text | None = None
    place: Text | None = None
    quote: tuple[str, str, str] | None = None
    order: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "severity": self.severity, "code": self.code, "text": pack(self.text), "todo": pack(self.todo),
            "place": pack(self.place), "quote": list(self.quote) if self.quote else None,
        }  # fmt: skip


@dataclass
class Examination:
    """What the reading of one template found."""

    fields: Shape
    findings: list[Finding] = field(default_factory=list)
    used: dict[str, list[str]] = field(default_factory=dict)  # top-level name → places
    paths: dict[str, Tag] = field(default_factory=dict)  # full name → first tag that prints it
    bare: dict[str, Tag] = field(default_factory=dict)  # names printed without asking whether they are there
    loops: list[dict[str, Any]] = field(default_factory=list)
    conditions: int = 0
    tags: int = 0

    def add(
        self, severity: str, code: str, text: Text, tag: Tag | Trouble | None = None, todo: Text | None = None
    ) -> None:
        same = (code, tag.quote if tag else str(text), str(text))
        if any((f.code, f.quote if tag else str(f.text), str(f.text)) == same for f in self.findings):
            return
        if len(self.findings) < MAX_FINDINGS:
            place = tag.place.words if tag else None
            self.findings.append(
                Finding(severity, code, text, todo, place, tag.quote if tag else None, len(self.findings))
            )

    @property
    def has_errors(self) -> bool:
        return any(f.severity == ERROR for f in self.findings)

    def sorted(self) -> list[Finding]:
        return sorted(self.findings, key=lambda f: (_ORDER[f.severity], f.order))


def examine(template: bytes, fields: Shape) -> Examination:
    """Read all tags of a template that passed the gate."""
    out = Examination(fields)
    for part in read_parts(template):
        for trouble in part.troubles:
            _tell(out, trouble)
        if part.part == "unfilled":
            for tag in part.tags:
                out.add(WARNING, "unfilled", _("Comments and endnotes are not filled in."), tag,
                        _("Move the tag into the text or into a footnote."))  # fmt: skip
            continue
        out.tags += len(part.tags)
        _read_part(out, part)
    for name, shape in fields.fields.items():
        if shape.is_required and name not in out.used:
            out.add(ERROR, "missing_field",
                    _("The required field “%(label)s” (%(name)s) is printed nowhere.", label=shape.label, name=name),
                    todo=_("Put {{ %(name)s }} where it belongs, or use it in a condition.", name=name))  # fmt: skip
    return out


def _tell(out: Examination, trouble: Trouble) -> None:
    code, mark = trouble.code, trouble.mark
    if code == "unclosed":
        close = {"{{": "}}", "{%": "%}", "{#": "#}"}[mark]
        out.add(ERROR, code, _("A tag is opened with %(mark)s and not closed in its paragraph.", mark=mark), trouble,
                _("Write %(mark)s at its end, in the same paragraph.", mark=close))  # fmt: skip
    elif code == "unopened":
        out.add(ERROR, code, _("%(mark)s closes a tag that was never opened.", mark=mark), trouble,
                _("Write the opening braces, or take %(mark)s out.", mark=mark))  # fmt: skip
    elif code == "single_brace":
        out.add(WARNING, code, _("Single braces print nothing: they stay in the paper as they are."), trouble,
                _("Write {{ %(name)s }} with two braces on each side.", name=mark))  # fmt: skip
    elif code == "hidden":
        out.add(ERROR, code, _("A tag stands where it is not seen: in a field or in the description of a picture."),
                trouble, _("Write it in the text of the paper."))  # fmt: skip
    else:
        what = {
            "lost_p": _("paragraph"),
            "lost_tr": _("row of the table"),
            "lost_tc": _("cell of the table"),
        }[code]
        out.add(ERROR, code,
                _("This tag takes its whole %(what)s with it: the words beside it would vanish.", what=what),
                trouble, _("Leave the tag alone there, or write it without p, tr, tc."))  # fmt: skip


def _read_part(out: Examination, part: PartTags) -> None:
    tags = [tag for tag in part.tags if tag.kind != "comment"]
    sound = [tag for tag in tags if _is_sound(out, tag)]
    is_balanced = _check_blocks(out, sound)
    environment = jinja2.Environment()  # noqa: S701 -- only parsed here, never rendered
    if is_balanced and len(sound) == len(tags):
        lines = "\n".join(tag.jinja for tag in sound)
        try:
            tree = environment.parse(lines)
        except jinja2.TemplateSyntaxError as mistake:
            tag = sound[min(mistake.lineno, len(sound)) - 1] if sound else None
            _tell_syntax(out, tag, mistake)
            return
        _Reader(out, sound).body(tree.body, {})
        return
    loose: dict[str, Shape] = {"loop": _LOOP}
    for tag in sound:  # blocks are broken: at least each name by itself
        if tag.word == "for":
            names = tag.inner[3:].partition(" in ")[0]
            loose |= {name.strip(): Shape() for name in names.split(",")}
    for tag in sound:
        if (alone := _alone(tag)) is not None:
            _Reader(out, [tag]).body(environment.parse(alone).body, dict(loose))


def _alone(tag: Tag) -> str | None:
    if tag.kind == "print":
        return tag.jinja
    if tag.word == "if":
        return tag.jinja + "{% endif %}"
    if tag.word == "for":
        return tag.jinja + "{% endfor %}"
    return "{% if 1 %}" + tag.jinja + "{% endif %}" if tag.word in ("elif", "else") else None


def _is_sound(out: Examination, tag: Tag) -> bool:
    """Whether jinja can read the tag by itself; says what is wrong otherwise."""
    if not tag.inner:
        out.add(
            ERROR, "empty", _("The tag is empty."), tag, _("Write the name of a field in it, or take it out.")
        )
        return False
    if tag.kind == "command" and tag.word in ("colspan", "cellbg", "hm", "vm"):
        out.add(ERROR, "not_allowed", _("The command “%(name)s” is not allowed.", name=tag.word), tag,
                _("Join the cells in Word itself."))  # fmt: skip
        return False
    if tag.kind == "command" and tag.word not in _COMMANDS:
        near = _LIKE.get(tag.word) or next(iter(get_close_matches(tag.word, _COMMANDS, 1, 0.6)), "")
        todo = (
            _("Did you mean “%(name)s”?", name=near)
            if near
            else _("Only these are allowed: if, elif, else, endif, for, endfor.")
        )
        out.add(
            ERROR,
            "not_allowed",
            _("The command “%(name)s” is not allowed.", name=tag.word or tag.inner[:20]),
            tag,
            todo,
        )
        return False
    if tag.word in ("endif", "endfor", "else"):
        return True
    try:
        jinja2.Environment().parse(_alone(tag) or "")  # noqa: S701 -- only parsed
    except jinja2.TemplateSyntaxError as mistake:
        _tell_syntax(out, tag, mistake)
        return False
    except (RecursionError, ValueError, OverflowError, MemoryError):
        out.add(
            ERROR, "too_deep", _("The tag is too long or too deep to be read."), tag, _("Write it in parts.")
        )
        return False
    return True


def _tell_syntax(out: Examination, tag: Tag | None, mistake: jinja2.TemplateSyntaxError) -> None:
    message = mistake.message or ""
    if "unexpected char" in message:
        sign = message.rpartition("char ")[2].partition(" at ")[0].strip("'\"")
        todo = _("The sign %(sign)s cannot stand in a tag; text is put between straight quotes.", sign=sign)
    elif "unexpected '}'" in message or "end of print statement" in message:
        todo = _(
            "One tag prints one field: {{ name }} or {{ name|filter }}; other words stand outside of it."
        )
    else:
        todo = _(
            "Compare it with the examples on this page: {{ name }}, {% if name %}, {% for one in names %}."
        )
    out.add(ERROR, "syntax", _("The tag cannot be read."), tag, todo)


def _check_blocks(out: Examination, tags: list[Tag]) -> bool:
    """Each {% if %} and {% for %} with its end, none crossing another."""
    open_: list[Tag] = []
    before = len(out.findings)
    for tag in tags:
        if tag.word in _BLOCKS:
            open_.append(tag)
        elif tag.word in ("elif", "else"):
            if not open_:
                out.add(ERROR, "unbalanced", _("%(tag)s stands outside of any {%% if %%}.", tag=tag.source), tag,
                        _("Put {% if … %} before it or take it out."))  # fmt: skip
        elif tag.word in ("endif", "endfor"):
            wanted = "if" if tag.word == "endif" else "for"
            if not open_:
                out.add(ERROR, "unbalanced",
                        _("%(tag)s ends what never began: there is no {%% %(begin)s … %%} before it.", tag=tag.source,
                          begin=wanted), tag, _("Put the beginning before it or take it out."))  # fmt: skip
            elif open_[-1].word != wanted:
                opened = open_.pop()
                out.add(ERROR, "unbalanced",
                        _("%(tag)s stands where %(begin)s (%(place)s) waits for its own end.", tag=tag.source,
                          begin=opened.source, place=opened.place.words), tag,
                        _("Write {%% %(end)s %%} first.", end=_BLOCKS[opened.word]))  # fmt: skip
            else:
                open_.pop()
    for tag in open_:
        out.add(ERROR, "unbalanced", _("%(tag)s has no end.", tag=tag.source), tag,
                _("Write {%% %(end)s %%} after what it covers.", end=_BLOCKS[tag.word]))  # fmt: skip
    return len(out.findings) == before


class _Reader:
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
        inner = {**scope, "loop": _LOOP}
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
                self.body(node.body, {**scope, target: source.item, "loop": _LOOP})
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
