"""A paper is exact, repeatable and never code execution."""

# ruff: noqa: E501 -- one template, one line
from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from typing import Any

import pytest
from markupsafe import Markup

from app.documents.docx import rendering
from app.documents.docx.rendering import (
    MissingFields,
    TemplateMistake,
    ValueRefused,
    document_text,
    render,
    template_names,
)
from app.documents.language.names import prefill_person

from .packages import docx, pack, paragraph, parts


def printed(template: str, **values: Any) -> str:
    return document_text(render(docx(template), values)).strip()


HOSTILE = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ x.__class__ }}",
    "{{ x['__class__'] }}",
    "{{ x|attr('__class__') }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum() }}",
    "{{ range(10) }}",
    "{{ dict(a=1) }}",
    "{{ x() }}",
    "{{ x.upper() }}",
    "{{ x.format(1) }}",
    "{{ '%s'|format(x) }}",
    "{{ x|safe }}",
    "{{ [1]|map('upper') }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 9 ** 999999 }}",
    "{{ 5 // 0 }}",
    "{% set a = 'x' %}{{ a }}",
    "{% macro f() %}{% endmacro %}",
    "{% include 'x' %}",
    "{% import 'os' as os %}",
    "{% extends 'x' %}",
    "{% block a %}{% endblock %}",
    "{% filter upper %}a{% endfilter %}",
    "{% call x() %}{% endcall %}",
    "{% with a = 1 %}{{ a }}{% endwith %}",
    "{% for a in x recursive %}{% endfor %}",
    "{% for a in x %}",
    "{{ x",
    "{% raw %}",
    "{{ x is callable }}",
    "{{ rows.append(1) }}",
    "{{ rows|join }}",
    "{{ rows }}",
    "{{ block }}",
    "{{ yes }}",
    "{{ _x }}",
    "{% for a in x %}{{ a }}{% endfor %}",
    "{{ " + "(" * 300 + "x" + ")" * 300 + " }}",
]


@pytest.mark.parametrize("template", HOSTILE)
def test_hostile_template_is_refused(template: str) -> None:
    with pytest.raises((TemplateMistake, MissingFields)):
        render(docx(template), {"x": "text", "rows": [1, 2], "block": {"a": 1}, "yes": True})


def test_loops_are_bounded() -> None:
    nested = "{% for a in r %}{% for b in r %}{% for c in r %}x{% endfor %}{% endfor %}{% endfor %}"
    with pytest.raises(TemplateMistake, match=r"цикл|loops"):
        render(docx(nested), {"r": list(range(1000))})


def test_growth_is_bounded() -> None:
    with pytest.raises(TemplateMistake):
        render(docx("{% for a in r %}{{ t }}{% endfor %}"), {"r": [1] * 2000, "t": "я" * 20_000})


def test_all_missing_names_at_once() -> None:
    template = "{{ a }} {{ b.c }} {% for x in rows %}{{ x.name }}{% endfor %} {{ d|date_short }} {{ empty }} {% if q %}{% endif %}"
    with pytest.raises(MissingFields) as refusal:
        render(docx(template), {"b": {}, "rows": [{"name": "1"}, {}], "empty": None})
    assert set(refusal.value.names) == {"a", "b.c", "rows[2].name", "d", "empty", "q"}


def test_missing_case_form_is_named() -> None:
    person = {
        "surname": "Ткач",
        "given": "Пётр",
        "patronymic": "Ильич",
        "gender": "m",
        "forms": {"nomn": "Ткач"},
    }
    with pytest.raises(MissingFields) as refusal:
        render(docx("{{ head|full_name('gent') }}"), {"head": person})
    assert refusal.value.names == ("head.forms.gent",)


ODD = [
    "A & B",
    "5 < 7 > 3",
    "№ 65/23",
    "«Школа „Опора“»",
    "\"прямые\" 'кавычки'",
    "&amp; &lt;b&gt;",
    "<w:t>x</w:t>",
    "]]>",
    "две\nстроки",
    "таб\tуляция",
    "  пробелы  внутри  ",
    "{x}",
    "{ {x} }",
    "%",
    "école ё й",
    "😀",
    "\u00a0",
    "О'Коннор",
    "a\\b",
    "${x}",
    "100 %",
]


@pytest.mark.parametrize("value", ODD)
def test_odd_value_stays_whole(value: str) -> None:
    assert value in document_text(render(docx("[{{ x }}]"), {"x": value}))


@pytest.mark.parametrize("value", ["{{ x }}", "{% if %}", "{# a #}"])
def test_a_value_is_never_a_template(value: str) -> None:
    assert value in document_text(render(docx("[{{ x }}]"), {"x": value}))


@pytest.mark.parametrize("value", ["{_{", "}_}", "%_}"])
def test_a_value_changed_on_the_way_is_refused(value: str) -> None:
    with pytest.raises(TemplateMistake):
        render(docx("[{{ x }}]"), {"x": value})


@pytest.mark.parametrize(
    "sign",
    ["\x00", "\x07", "\x0b", "\x0c", "\r", "\x1b", "\x85", "\u2028", "\u202e", "\u2066", "\ufffe", "\ud800"],
)
def test_control_signs_are_refused_by_name(sign: str) -> None:
    with pytest.raises(ValueRefused) as refusal:
        render(docx("{{ a.b }}"), {"a": {"b": ["ok", f"x{sign}y"]}})
    assert refusal.value.name == "a.b[2]"


class _Text(str):
    pass


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        object(),
        {1},
        b"x",
        Markup("<b>"),
        _Text("x"),
        dt.datetime(2025, 1, 1),
        10**20,
        "я" * 20_001,
        {"__x": 1},
        {1: 2},
    ],
)
def test_only_plain_values(value: Any) -> None:
    with pytest.raises(ValueRefused):
        render(docx("{{ x }}"), {"x": value})


def test_deep_and_many_values_are_refused() -> None:
    deep: Any = "x"
    for _ in range(12):
        deep = [deep]
    with pytest.raises(ValueRefused):
        render(docx("x"), {"x": deep})
    with pytest.raises(ValueRefused):
        render(docx("x"), {"x": [0] * 60_000})


def test_dicts_answer_with_keys_only() -> None:
    assert printed("{% for i in plan.items %}{{ i }};{% endfor %}", plan={"items": ["a", "b"]}) == "a;b;"
    with pytest.raises(MissingFields):
        printed("{{ plan.keys }}", plan={})


def test_name_before_a_dot_has_one_dot() -> None:
    assert printed("на {{ x }}.", x="Примерова А.И.") == "на Примерова А.И."
    assert printed("на {{ x }}…", x="А.И.") == "на А.И.…"
    assert printed("на {{ x }}. Ещё", x="слово") == "на слово. Ещё"
    split = paragraph("{{ x }}") + paragraph(".")
    assert "А.И.\n." in document_text(render(pack(parts(split)), {"x": "А.И."}))


def test_dates_and_numbers() -> None:
    values = {"d": dt.date(2025, 1, 22), "n": 21}
    text = printed(
        "{{ d }} / {{ d|date_long }} / {{ n }} {{ n|plural('выезд', 'выезда', 'выездов') }}", **values
    )
    assert text == "22.01.2025 / 22\u00a0января\u00a02025\u00a0г. / 21 выезд"


def test_equal_input_gives_equal_bytes() -> None:
    template = docx("{{ a }} {% for b in c %}{{ b }}{% endfor %}")
    hashes = {hashlib.sha256(render(template, {"a": "1", "c": ["x"]})).hexdigest() for _ in range(3)}
    assert len(hashes) == 1


def test_no_moment_of_making_is_left_in_the_file() -> None:
    year = str(dt.datetime.now(tz=dt.UTC).year)
    with zipfile.ZipFile(io.BytesIO(render(docx("x"), {}))) as package:
        assert not [name for name in package.namelist() if f"{year}-".encode() in package.read(name)]
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_input_is_not_changed() -> None:
    values = {"head": {"forms": prefill_person("Ткач", "Пётр", "Ильич", "m")}, "rows": [1]}
    before = repr(values)
    render(docx("{{ head.forms.gent }}"), values)
    assert repr(values) == before


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"%PDF-1.4", b"x" * 100, pack({"a": "b"}), pack(parts("<w:p>"))]
)
def test_a_broken_file_is_a_refusal(data: bytes) -> None:
    with pytest.raises(TemplateMistake):
        render(data, {})


def test_too_large_a_file_is_a_refusal() -> None:
    with pytest.raises(TemplateMistake):
        render(b"x" * (rendering.MAX_TEMPLATE + 1), {})


def test_names_of_a_template() -> None:
    template = "{{ a.b }}{% if c %}{{ d }}{% endif %}{% for x in rows %}{{ x.y }}{% endfor %}"
    assert template_names(docx(template)) == {"a", "c", "d", "rows"}
