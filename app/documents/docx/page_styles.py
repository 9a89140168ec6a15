"""How the text of a DOCX looks, as CSS: the defaults of the file, the chain of styles, the place itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALIGN = {
    "center": "center",
    "right": "right",
    "end": "right",
    "both": "justify",
    "left": "left",
    "start": "left",
}
_SWITCHES = (
    ("b", "font-weight:700"),
    ("i", "font-style:italic"),
    ("caps", "text-transform:uppercase"),
    ("smallCaps", "font-variant:small-caps"),
    ("strike", "text-decoration:line-through"),
)


def val(element: Any, name: str = "val") -> str:
    return str(element.get(f"{W}{name}") or "") if element is not None else ""


def number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def is_on(element: Any) -> bool:
    return element is not None and val(element) not in ("0", "false", "none")


class Styles:
    """Formatting as the styles give it: the defaults, the chain of styles, the element itself."""

    def __init__(self, root: Any) -> None:
        self._styles: dict[str, Any] = {}
        self._defaults: list[Any] = []
        self._normal = ""
        self._known: dict[tuple[str, ...], str] = {}  # formatting met before → its CSS
        if root is None:
            return
        self._defaults = list(root.iter(f"{W}pPrDefault", f"{W}rPrDefault"))
        for style in root.iter(f"{W}style"):
            self._styles[val(style, "styleId")] = style
            if val(style, "type") == "paragraph" and val(style, "default") == "1":
                self._normal = val(style, "styleId")

    def _chain(self, style_id: str) -> list[Any]:
        found: list[Any] = []
        while style_id in self._styles and len(found) < 12:
            style = self._styles[style_id]
            found.insert(0, style)
            style_id = val(style.find(f"{W}basedOn"))
        return found

    def _properties(self, kind: str, style_id: str, own: Any) -> list[Any]:
        """Every `pPr` or `rPr` that counts, the last one strongest."""
        holders = [*self._defaults, *self._chain(style_id or self._normal)]
        found = [one for holder in holders if (one := holder.find(f"{W}{kind}")) is not None]
        return [*found, own] if own is not None else found

    def has_borders(self, style_id: str) -> bool:
        return any(style.find(f".//{W}tblBorders") is not None for style in self._chain(style_id))

    def paragraph(self, style: str, own: Any) -> tuple[str, bool]:
        """CSS of a paragraph, and whether its last tab stop is at the right."""
        key = ("p", style, etree.tostring(own, encoding="unicode") if own is not None else "")
        found = self._known.get(key)
        if found is None:
            sources = self._properties("pPr", style, own)
            tabs = [tab for source in sources for tab in source.iterfind(f"{W}tabs/{W}tab")]
            is_split = bool(tabs) and val(tabs[-1]) in ("right", "end")
            found = self._remember(key, f"{'|' if is_split else ''}{_paragraph_css(sources)}")
        return found.removeprefix("|"), found.startswith("|")

    def run(self, paragraph_style: str, own: Any) -> str:
        """CSS of a run in a paragraph of that style."""
        key = ("r", paragraph_style, etree.tostring(own, encoding="unicode") if own is not None else "")
        found = self._known.get(key)
        if found is None:
            sources = self._properties("rPr", paragraph_style, None)
            if own is not None:
                sources += [
                    one
                    for holder in self._chain(val(own.find(f"{W}rStyle")))
                    if (one := holder.find(f"{W}rPr")) is not None
                ]
                sources.append(own)
            found = self._remember(key, _run_css(sources))
        return found

    def _remember(self, key: tuple[str, ...], css: str) -> str:
        if len(self._known) < 2_000:
            self._known[key] = css
        return css


def _last(sources: Sequence[Any], name: str) -> Any:
    found = None
    for source in sources:
        one = source.find(f"{W}{name}")
        found = one if one is not None else found
    return found


def _attribute(sources: Sequence[Any], element: str, name: str) -> str:
    value = ""
    for source in sources:
        one = source.find(f"{W}{element}")
        if one is not None and one.get(f"{W}{name}") is not None:
            value = val(one, name)
    return value


def _paragraph_css(sources: Sequence[Any]) -> str:
    css = [f"text-align:{_ALIGN.get(_attribute(sources, 'jc', 'val'), 'left')}"]
    before = number(_attribute(sources, "spacing", "before")) / 20
    after = number(_attribute(sources, "spacing", "after")) / 20
    css.append(f"margin:{before:.1f}pt 0 {after:.1f}pt")
    line = number(_attribute(sources, "spacing", "line"))
    if line and _attribute(sources, "spacing", "lineRule") in ("", "auto"):
        css.append(f"line-height:{1.15 * line / 240:.2f}")
    for side, name in (("left", "left"), ("right", "right")):
        indent = number(_attribute(sources, "ind", name)) / 20
        if indent:
            css.append(f"padding-{side}:{indent:.1f}pt")
    first = number(_attribute(sources, "ind", "firstLine")) - number(_attribute(sources, "ind", "hanging"))
    if first:
        css.append(f"text-indent:{first / 20:.1f}pt")
    return ";".join(css)


def _run_css(sources: Sequence[Any]) -> str:
    css = []
    size = number(_attribute(sources, "sz", "val"))
    if size:
        css.append(f"font-size:{size / 2:.1f}pt")
    for name, rule in _SWITCHES:
        if is_on(_last(sources, name)):
            css.append(rule)
    if val(_last(sources, "u")) not in ("", "none"):
        css.append("text-decoration:underline")
    wide = number(_attribute(sources, "spacing", "val"))
    if wide:
        css.append(f"letter-spacing:{wide / 20:.1f}pt")
    if (place := _attribute(sources, "vertAlign", "val")) in ("superscript", "subscript"):
        css.append(f"vertical-align:{'super' if place == 'superscript' else 'sub'}")
    return ";".join(css)
