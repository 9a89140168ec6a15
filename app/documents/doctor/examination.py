"""The doctor of templates: what is wrong with an uploaded DOCX, where it stands, and what to do about it.

Every tag is read on its own (so that all mistakes are told at once), then all together with the dictionary of the
kind; whatever no reading finds, printing test papers does. Runs in a limited child process (`run`).
"""

from __future__ import annotations

from difflib import get_close_matches

import jinja2

from app.core.i18n import _
from app.documents.doctor.fields import LOOP, Shape
from app.documents.doctor.findings import ERROR, WARNING, Examination
from app.documents.doctor.names import Reader
from app.documents.doctor.places import PartTags, Tag, Trouble, read_parts

_BLOCKS = {"if": "endif", "for": "endfor"}
_COMMANDS = ("if", "elif", "else", "endif", "for", "endfor")
_LIKE = {"include": "", "import": "", "from": "", "extends": "", "macro": "", "call": "", "set": "", "block": "",
         "elseif": "elif", "elsif": "elif", "end": "endif", "foreach": "for", "endforeach": "endfor"}  # fmt: skip


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
        Reader(out, sound).body(tree.body, {})
        return
    loose: dict[str, Shape] = {"loop": LOOP}
    for tag in sound:  # blocks are broken: at least each name by itself
        if tag.word == "for":
            names = tag.inner[3:].partition(" in ")[0]
            loose |= {name.strip(): Shape() for name in names.split(",")}
    for tag in sound:
        if (alone := _alone(tag)) is not None:
            Reader(out, [tag]).body(environment.parse(alone).body, dict(loose))


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
