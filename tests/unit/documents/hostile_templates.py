"""Templates that attack: each an otherwise faultless agreement with one evil thing put in."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from .packages import paragraph

GOOD = (Path(__file__).parents[3] / "document_templates" / "agreement.docx").read_bytes()
_LIST = ", ".join(map(str, range(40)))
_LOOPS = "".join(f"{{% for v{n} in [{_LIST}] %}}" for n in range(6))
_ENDS = "{% endfor %}" * 6
_WIDE = " ~ ".join(["place"] * 39)

# what a paragraph of the template says
TAGS: dict[str, str] = {
    "class": "{{ ''.__class__ }}",
    "mro": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "class by item": "{{ place['__class__'] }}",
    "class by joined text": "{{ place['__cla' ~ 'ss__'] }}",
    "class by attr": "{{ place|attr('__class__') }}",
    "init globals": "{{ place.__init__.__globals__ }}",
    "globals of a group": "{{ curator.__class__.__init__.__globals__['os'] }}",
    "self": "{{ self.__init__ }}",
    "self alone": "{{ self }}",
    "config": "{{ config }}",
    "request": "{{ request.application.__globals__ }}",
    "cycler": "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "lipsum": "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "joiner": "{{ joiner() }}",
    "namespace": "{{ namespace(a=1) }}",
    "dict": "{{ dict(a=1) }}",
    "range": "{{ range(10) }}",
    "huge range": "{% for i in range(999999999) %}x{% endfor %}",
    "call of a method": "{{ place.upper() }}",
    "call of items": "{{ curator.items() }}",
    "format": "{{ '%s'|format(place) }}",
    "format method": "{{ '{0.__class__}'.format(place) }}",
    "format map": "{{ '{a}'.format_map(curator) }}",
    "percent": "{{ '%999999999d' % 1 }}",
    "power": "{{ 9 ** 9 ** 9 }}",
    "product": "{{ 'a' * 999999999 }}",
    "division": "{{ 1 / 0 }}",
    "include": "{% include '/etc/passwd' %}",
    "import": "{% import 'os' as os %}",
    "from import": "{% from 'os' import system %}",
    "extends": "{% extends 'base.html' %}",
    "block": "{% block a %}x{% endblock %}",
    "macro": "{% macro a() %}x{% endmacro %}",
    "call block": "{% call a() %}x{% endcall %}",
    "set": "{% set a = place %}",
    "set block": "{% set a %}x{% endset %}",
    "with": "{% with a = place %}{{ a }}{% endwith %}",
    "raw": "{% raw %}{{ place }}{% endraw %}",
    "filter block": "{% filter upper %}x{% endfilter %}",
    "autoescape off": "{% autoescape false %}{{ place }}{% endautoescape %}",
    "do": "{% do place %}",
    "debug": "{% debug %}",
    "safe": "{{ place|safe }}",
    "map": "{{ risks|map('upper') }}",
    "pprint": "{{ curator|pprint }}",
    "tojson": "{{ curator|tojson }}",
    "xmlattr": "{{ curator|xmlattr }}",
    "recursive loop": "{% for a in risks recursive %}{{ loop(risks) }}{% endfor %}",
    "loop class": "{% for a in risks %}{{ loop.__class__ }}{% endfor %}",
    "loop of nested loops": f"{_LOOPS}{{{{ v0 }}}}{_ENDS}",
    "loop over wide text": f"{_LOOPS}{'текст ' * 2000}{_ENDS}",
    "loop without an end": "{% for a in risks %}x",
    "condition without an end": "{% if place %}x",
    "end without a beginning": "x{% endif %}",
    "crossed": "{% if place %}{% for a in risks %}{% endif %}{% endfor %}",
    "unclosed": "{{ place",
    "unclosed command": "{% if place",
    "empty tag": "{{ }}",
    "deep parentheses": "{{ " + "(" * 3000 + "place" + ")" * 3000 + " }}",
    "deep not": "{{ " + "not " * 3000 + "place }}",
    "wide sum": "{{ " + " ~ ".join(["place"] * 20000) + " }}",
    "sum of sums": "{{ " + " ~ ".join([f"({_WIDE})"] * 39) + " }}",
    "wide list": "{% for a in [" + ", ".join(["1"] * 20000) + "] %}x{% endfor %}",
    "many tags": "{{ place }}" * 30000,
    "huge number": "{{ " + "9" * 10000 + " }}",
    "lambda": "{{ (lambda: 1)() }}",
    "walrus": "{{ (a := place) }}",
    "slice": "{{ place[0:999999999] }}",
    "unknown field": "{{ secret_key }}",
    "environment": "{{ environment }}",
    "docxtpl span": "{% colspan 999999 %}",
    "docxtpl colour": '{% cellbg "x" %}',
    "null": "{{ place\u2028}}{{ \u202e }}",
}  # fmt: skip


def with_paragraph(text: str) -> bytes:
    """The good agreement with one more paragraph."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return with_body(paragraph(escaped))


def with_body(xml: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                head, mark, tail = content.decode().rpartition("<w:sectPr")
                content = (head + xml + mark + tail).encode()
            new.writestr(name, content)
    return out.getvalue()


def replaced(*pairs: tuple[str, str]) -> bytes:
    """The good agreement with other words in its text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "word/document.xml":
                text = content.decode()
                for was, now in pairs:
                    assert was in text, was
                    text = text.replace(was, now, 1)
                content = text.encode()
            new.writestr(name, content)
    return out.getvalue()
