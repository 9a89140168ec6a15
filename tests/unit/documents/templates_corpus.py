"""Small templates, one for each kind of tag and place; `FAST` are compiled, `SLOW` go through docxtpl."""

# ruff: noqa: E501 -- one template, one line
from __future__ import annotations

from .packages import R, W, pack, paragraph, parts, relations, types

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_CORE_KIND = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
P = paragraph


def run(text: str, look: str = "<w:b/>") -> str:
    return f'<w:r w:rsidR="00A1"><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r>'


def table(*rows: str, columns: int = 2) -> str:
    grid = "".join('<w:gridCol w:w="4000"/>' for _ in range(columns))
    return f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'


def row(*cells: str, look: str = "") -> str:
    return "<w:tr>" + "".join(f"<w:tc><w:tcPr>{look}</w:tcPr>{P(cell)}</w:tc>" for cell in cells) + "</w:tr>"


def with_parts(body: str, header: str = "", footer: str = "", notes: str = "", title: str = "") -> bytes:
    """A template with further parts."""
    extra, rows, more = "", [], {}
    for kind, content, root in (
        ("header", header, "hdr"),
        ("footer", footer, "ftr"),
        ("footnotes", notes, "footnotes"),
    ):
        if content:
            name = kind if kind == "footnotes" else f"{kind}1"
            extra += f'<Override PartName="/word/{name}.xml" ContentType="{_WORD}{kind}+xml"/>'
            rows.append((kind, f"{name}.xml", ""))
            if kind == "footnotes":
                content = f'<w:footnote w:id="1">{content}</w:footnote>'
            more[f"word/{name}.xml"] = (
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:{root} xmlns:w="{W}" xmlns:r="{R}">{content}</w:{root}>'
            )
    top = [("officeDocument", "word/document.xml", "")]
    if title:
        extra += '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        top.append((_CORE_KIND, "docProps/core.xml", ""))
        more["docProps/core.xml"] = (
            f'<cp:coreProperties xmlns:cp="{_CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title>'
            "<dc:subject>{{ n }}</dc:subject></cp:coreProperties>"
        )
    more["[Content_Types].xml"] = types(extra)
    more["_rels/.rels"] = relations(*top)
    more["word/_rels/document.xml.rels"] = relations(*rows)
    return pack(parts(body, **more))


def plain(body: str) -> bytes:
    return pack(parts(body))


_PICTURE = f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{_WP}"><wp:docPr id="7" name="a"/></wp:inline></w:drawing></w:r></w:p>'

FAST: dict[str, bytes] = {
    "no tag": plain(P("текст") + "<w:p/>"),
    "value": plain(P("[{{ t }}] и {{ u }}.")),
    "value in a bold run": plain(f"<w:p><w:pPr><w:jc w:val='both'/></w:pPr>{run('{{ t }}')}{run('{{ u }}', '')}</w:p>"),
    "look of two": plain(f"<w:p>{run('{{ t }}', '<w:b/><w:sz w:val=&quot;20&quot;/>'.replace('&quot;', chr(34)))}</w:p>"),
    "tag over runs": plain('<w:p><w:r><w:t>{</w:t></w:r><w:r><w:t>{ t</w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t xml:space="preserve"> }} b</w:t></w:r></w:p>'),
    "paragraph if": plain(P("{%p if yes %}") + P("да {{ t }}") + P("{%p else %}") + P("нет {{ u }}") + P("{%p endif %}") + P("конец")),
    "paragraph for": plain(P("{%p for r in rows %}") + P("{{ loop.index }}. {{ r.a }}{% if not loop.last %};{% else %}.{% endif %}") + P("{%p endfor %}")),
    "elif": plain(P("{% if n == 1 %}один{% elif n == 2 %}два {{ t }}{% else %}много{% endif %}")),
    "for else": plain(P("{% for r in none_ %}{{ r }}{% else %}пусто {{ t }}{% endfor %}")),
    "for if": plain(P("{% for r in rows if r.a != 'x' %}{{ r.a }},{% endfor %}")),
    "nested for": plain(P("{%p for r in rows %}") + P("{% for i in r.list %}{{ i }}{% if loop.first %} {% endif %}{% endfor %}") + P("{%p endfor %}")),
    "row for": plain(table(row("№", "Имя"), row("{%tr for r in rows %}", ""), row("{{ loop.index }}", "{{ r.a }}"), row("{%tr endfor %}", ""))),
    "row if": plain(table(row("а", "б"), row("{%tr if yes %}", ""), row("{{ t }}", "в"), row("{%tr endif %}", ""))),
    "row for with a span": plain(table(row("а", "б"), row("{%tr for r in rows %}", ""), row("{{ r.a }}", look='<w:gridSpan w:val="2"/>'), row("{%tr endfor %}", ""))),
    "table in a branch": plain(P("{%p if yes %}") + table(row("{{ t }}", "б")) + P("{%p endif %}") + P("")),
    "table in a table": plain(table("<w:tr><w:tc>" + table(row("{{ t }}"), columns=1) + P("") + "</w:tc></w:tr>", columns=1)),
    "merged paragraphs": plain(P("до ") + P("{%- if yes -%}") + P("внутри {{ t }}") + P("{%- endif -%}") + P("конец")),
    "comment": plain(P("а{# не печатается #}б {{ t }}") + P("{#p и это #}")),
    "quotes of a word processor": plain(P("{{ n|plural(“день”, ‘дня’, ’дней’) }} {% if n &gt; 1 %}много{% endif %}")),
    "filters": plain(P("{{ day|date_long }} {{ t|nbsp }} {{ names|join_and }} {{ 'а' ~ u }} {{ n + 1 }} {{ day }}")),
    "run in a link": plain(f'<w:p><w:hyperlink w:anchor="a">{run("{{ t }}")}</w:hyperlink><w:ins w:id="1">{run("{{ u }}", "<w:i/>")}</w:ins></w:p>'),
    "content control": plain(f"<w:sdt><w:sdtPr/><w:sdtContent>{P('{{ t }}')}</w:sdtContent></w:sdt>"),
    "empty paragraphs with marks": plain('<w:p w:rsidR="00B1"/><w:p w:rsidR="00B2"><w:r w:rsidR="00B3"/><w:r w:rsidR="00B4"><w:t>{{ t }}</w:t></w:r></w:p>'),
    "pictures": plain(_PICTURE + P("{{ t }}") + _PICTURE),
    "two values side by side": plain(P("{{ t }}{{ u }}{{ t }}")),
    "header and footer": with_parts(P("{{ t }}"), header=P("{{ u }}") + P("{%p if yes %}") + P("да") + P("{%p endif %}"), footer=P("{% for r in rows %}{{ r.a }}{% endfor %}")),
    "header without tags": with_parts(P("{{ t }}"), header=P("шапка")),
    "notes": with_parts(P("{{ t }}"), notes=P("сноска {{ u }}")),
    "notes without tags": with_parts(P("{{ t }}"), notes=P("сноска")),
    "title": with_parts(P("{{ t }}"), title="Дело {{ u }}"),
    "blank text": plain('<w:p><w:r><w:t xml:space="preserve">  </w:t></w:r><w:r><w:t> {{ t }}</w:t></w:r></w:p>'),
}  # fmt: skip

SLOW: dict[str, bytes] = {
    "cell for": plain(table("<w:tr>" + "".join(f"<w:tc>{P(t)}</w:tc>" for t in ("{%tc for r in rows %}", "{{ r.a }}", "{%tc endfor %}")) + "</w:tr>", columns=1)),
    "cell if": plain(table("<w:tr>" + "".join(f"<w:tc>{P(t)}</w:tc>" for t in ("а", "{%tc if yes %}", "{{ t }}", "{%tc endif %}")) + "</w:tr>")),
    "colspan": plain(table(row("{% colspan n %}{{ n }}"), row("а", "б"))),
    "cellbg": plain(table(row("{% cellbg t %}{{ t }}", "б"))),
    "vertical merge": plain(table(row("{%tr for r in rows %}", ""), row("{% vm %}{{ t }}", "{{ r.a }}", look='<w:tcW w:w="9"/>'), row("{%tr endfor %}", ""))),
    "rich run": plain(P("а {{r t }} б")),
    "branch over paragraphs": plain(P("{% if yes %}а") + P("{{ t }}{% endif %} б")),
    "only rows in branches": plain(table(row("{%tr for r in rows %}", ""), row("{{ r.a }}", "б"), row("{%tr endfor %}", ""))),
    "value in a text box": plain(f"<w:p><w:r><w:pict><w:txbxContent>{P('{{ t }}')}</w:txbxContent></w:pict></w:r></w:p>"),
    "line break in the template": plain(P("а\nб {{ t }}")),
    "braces for braces": plain(P("{_{ x }_} {{ t }}")),
    "more cells than columns": plain(table(row("{{ t }}", "б", "в"))),
    "picture in a branch": plain(P("{%p for r in rows %}") + _PICTURE + P("{%p endfor %}") + P("{{ t }}")),
    "text between paragraphs": plain(P("{%p if yes %}") + P("{{p t }}") + P("{%p endif %}") + P("{{ t }}")),
    "notes in two sections": with_parts("<w:p><w:pPr><w:sectPr/></w:pPr></w:p>" + P("{{ n }}"), notes=P("сноска")),
    "look in a branch": plain("<w:p><w:r><w:rPr>{% if yes %}<w:b/>{% endif %}</w:rPr><w:t>{{ t }}</w:t></w:r></w:p>"),
}  # fmt: skip
