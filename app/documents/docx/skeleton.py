"""Proof, once per template, that every branch of it gives well-formed XML and every value lands in the text.

The template's statements are put into its XML as elements; when that parses, each branch is balanced by itself.
Whatever docxtpl would mend in the finished paper (tables, line breaks, numbers of pictures) is either settled here
or the template is `NotCovered` and docxtpl goes on rendering it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jinja2 import nodes
from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_BRANCH, _VALUE = "opora.branch", "opora.value"
DOCXTPL_MARKS = ("{_{", "}_}", "{_%", "%_}")  # docxtpl makes tags of these in the finished paper
_FIRST_PICTURE = 1001  # docxtpl counts pictures anew from here


class NotCovered(Exception):
    """Something only docxtpl itself renders; says what."""


def depends(tree: nodes.Template) -> bool:
    """Whether anything in the part comes from values."""
    return any(
        not isinstance(node, nodes.Output)
        or any(not isinstance(child, nodes.TemplateData) for child in node.nodes)
        for node in tree.body
    )


def settle(tree: nodes.Template, *, body: bool) -> Any:
    """Prove the part and complete its tree: what a tabulator becomes at each place, numbers of pictures.

    Answers the part as an element with its statements inside. Raises NotCovered.
    """
    for data in tree.find_all(nodes.TemplateData):
        data.data = re.sub(r"\n<w:p([ >])", r"<w:p\1", data.data)  # the mark docxtpl takes out at the end
    prints: list[nodes.Filter] = []
    source = "".join(_written(tree.body, prints))
    if "<!" in source or any(mark in source for mark in DOCXTPL_MARKS):
        raise NotCovered("comment, CDATA or docxtpl's braces")
    if "<w:sdtPr" in source and re.search(r"<w:r [^>]*/>", source):
        raise NotCovered("an empty run, which docxtpl joins with the next look it finds")
    root = _parsed(source)
    _check_text(root)
    values = list(root.iter(_VALUE))
    if len(values) != len(prints):
        raise NotCovered("a value that is no text")
    for value, call in zip(values, prints, strict=True):
        call.args.append(nodes.Const(_tab(value)))
    if body:
        _check_tables(root)
        _number_pictures(tree, root)
    return root


def _written(body: list[Any], prints: list[nodes.Filter]) -> Iterator[str]:
    for node in body:
        if isinstance(node, nodes.Output):
            for child in node.nodes:
                if isinstance(child, nodes.TemplateData):
                    yield child.data
                elif isinstance(child, nodes.Filter):
                    prints.append(child)
                    yield f"<{_VALUE}/>"
                else:
                    raise NotCovered(type(child).__name__)
        elif isinstance(node, nodes.For):
            for branch in (node.body, node.else_):
                yield from _branch(branch, prints)
        elif isinstance(node, nodes.If):
            for branch in (node.body, *(other.body for other in node.elif_), node.else_):
                yield from _branch(branch, prints)
        else:
            raise NotCovered(type(node).__name__)


def _branch(body: list[Any], prints: list[nodes.Filter]) -> Iterator[str]:
    yield f"<{_BRANCH}>"
    yield from _written(body, prints)
    yield f"</{_BRANCH}>"


def _parsed(source: str) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(source.encode(), parser)
    except etree.XMLSyntaxError as mistake:
        raise NotCovered(f"a branch is not balanced: {mistake.msg}") from mistake
    if not str(root.tag).startswith(W) or root.nsmap.get("w") != W[1:-1]:
        raise NotCovered("other names")
    if any(element.prefix != "w" for element in root.iter(f"{W}*")) or source.count(" xmlns:w=") != 1:
        raise NotCovered("other names")
    return root


def _check_text(root: Any) -> None:
    """Text stands in leaves only, and holds nothing that docxtpl changes after rendering."""
    holders = {_real_parent(element) for element in root.iter() if element.tag not in (_BRANCH, _VALUE)}
    for element in root.iter():
        if not isinstance(element.tag, str):
            raise NotCovered("comment or processing instruction")
        inside = element if element.tag not in (_BRANCH, _VALUE) else _real_parent(element)
        for text, holder in ((element.text, inside), (element.tail, _real_parent(element))):
            if text and (holder in holders or re.search(r"[\n\t\r{}]", text)):
                raise NotCovered("text docxtpl changes")


def _real_parent(element: Any) -> Any:
    parent = element.getparent()
    while parent is not None and parent.tag == _BRANCH:
        parent = parent.getparent()
    return parent


def _tab(value: Any) -> str:
    """What docxtpl puts for a tabulator in this value: the run ends, a tab, a run like it begins."""
    text = _real_parent(value)
    if text is None or text.tag != f"{W}t":
        raise NotCovered("a value outside of the text")
    run = text.getparent()
    if run.tag != f"{W}r":
        raise NotCovered("a text outside of a run")
    paragraphs = list(run.iterancestors(f"{W}p"))
    if len(paragraphs) != 1 or next(run.iterancestors(f"{W}r"), None) is not None:
        raise NotCovered("a value in a text box")
    if next(paragraphs[0].iterdescendants(f"{W}p"), None) is not None:
        raise NotCovered("a value beside a text box")
    if next(run.iterdescendants(f"{W}r"), None) is not None:
        raise NotCovered("a run in a run")
    looks = list(run.iter(f"{W}rPr"))
    if len(looks) > 1 or (looks and looks[0].getparent() is not run):
        raise NotCovered("look of a run in a branch")
    look = ""
    if looks and len(looks[0]) and not looks[0].attrib:
        if next(looks[0].iter(_BRANCH, _VALUE), None) is not None:
            raise NotCovered("look of a run in a branch")
        look = re.sub(
            r' xmlns(?::\w+)?="[^"]*"', "", etree.tostring(looks[0], encoding="unicode", with_tail=False)
        )
    space = ' xml:space="preserve"'
    return f"</w:t></w:r><w:r>{look}<w:tab/></w:r><w:r>{look}<w:t{space}>"


def _check_tables(root: Any) -> None:
    """Each table keeps its columns whatever branches are taken, so that docxtpl has nothing to mend."""
    for table in root.iter(f"{W}tbl"):
        grid = table.find(f"{W}tblGrid")
        if grid is None or any(column.tag == _BRANCH for column in grid):
            raise NotCovered("a table without columns")
        columns = len(grid.findall(f"{W}gridCol"))
        full = False
        for row in table.iter(f"{W}tr"):
            cells = row.findall(f"{W}tc")
            if len(cells) != sum(1 for cell in row.iter(f"{W}tc") if _row_of(cell) is row):
                raise NotCovered("cells that depend on values")
            if len(cells) > columns:
                raise NotCovered("more cells than columns")
            always = not any(above.tag == _BRANCH for above in _between(row, table))
            full = full or (always and sum(_span(cell) for cell in cells) >= columns)
        if not full:
            raise NotCovered("a table that may lose columns")


def _row_of(cell: Any) -> Any:
    return next(cell.iterancestors(f"{W}tr"), None)


def _between(element: Any, above: Any) -> Iterator[Any]:
    parent = element.getparent()
    while parent is not above:
        yield parent
        parent = parent.getparent()


def _span(cell: Any) -> int:
    look = cell.find(f"{W}tcPr")
    if look is None:
        if any(child.tag == f"{W}tcPr" for child in cell.iterdescendants() if _cell_of(child) is cell):
            raise NotCovered("look of a cell in a branch")
        return 1
    spans = list(look.iter(f"{W}gridSpan"))
    if not spans:
        return 1
    if len(spans) > 1 or spans[0].getparent() is not look:
        raise NotCovered("look of a cell in a branch")
    return int(spans[0].get(f"{W}val"))


def _cell_of(element: Any) -> Any:
    return next(element.iterancestors(f"{W}tc"), None)


def _number_pictures(tree: nodes.Template, root: Any) -> None:
    pictures = list(root.iter(_DRAWING))
    if not pictures:
        return
    if any(next(picture.iterancestors(_BRANCH), None) is not None for picture in pictures):
        raise NotCovered("a picture in a branch")
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f'{found[1]}"{_FIRST_PICTURE + count - 1}"'

    for data in tree.find_all(nodes.TemplateData):
        data.data = re.sub(r'(<wp:docPr(?: [\w:.-]+="[^"]*")*? id=)"[^"]*"', number, data.data)
    if count != len(pictures):
        raise NotCovered("pictures under another name")
