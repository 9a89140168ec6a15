"""The compiled renderer prints what docxtpl prints, part by part in canonical XML, and refuses what it refuses."""

from __future__ import annotations

import copy
import hashlib
import io
import pickle
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.core.i18n import in_locale
from app.documents.docx import deflate, package
from app.documents.docx.compiled import compiled
from app.documents.docx.intake import Intake, RenderError, ValueRefused, is_plain
from app.documents.docx.rendering import _print_by_docxtpl, render
from app.documents.language.typography import _RULES, nbsp

from . import penza
from .templates_corpus import FAST, SLOW

HERE = Path(__file__).parents[3] / "document_templates"
SHIPPED = {path.stem: path.read_bytes() for path in sorted(HERE.glob("*.docx"))}
CORPUS = FAST | SLOW
_quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])

REFUSED = ("colspan", "cellbg", "text between paragraphs", "rich run")  # printed, but not found in the text
VALUES: dict[str, Any] = {
    "t": "первый", "u": "Второй А.И.", "n": 2, "yes": True, "none_": [], "day": date(2025, 1, 22),
    "names": ["а", "б", "в"],
    "rows": [{"a": "один", "list": ["x", "y"]}, {"a": "два\tс табуляцией", "list": []}, {"a": "x", "list": [1]}],
}  # fmt: skip

# Signs that mean something to XML, to jinja, to docxtpl or to a word processor.
_ODD = st.text(st.sampled_from("aЯ .&<>\"'{}%_#\n\t№–«»\u00a0😀]/\\;"), max_size=12)
_ANY = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12)
TEXTS = st.one_of(
    _ODD, _ANY, st.sampled_from(["{_{", "}_}", "%_}", "{_", "&amp;", "]]>", "{{ t }}", "x" * 300])
)


def outcome(make: Callable[[], bytes]) -> Any:
    """Each part in canonical XML, or the refusal in words."""
    try:
        data = make()
    except RenderError as refusal:
        with in_locale("en"):
            return type(refusal).__name__, str(refusal)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        parts = {name: file.read(name) for name in file.namelist()}
    assert len(parts) == len(file.namelist())
    return {
        name: package.canonical(content) if name.endswith((".xml", ".rels")) else content
        for name, content in parts.items()
    }


def assert_equal(template: bytes, values: Any) -> Any:
    ready = compiled(template)
    expected = outcome(lambda: _print_by_docxtpl(ready, template, values))
    given_ = outcome(lambda: render(template, values, check=True))
    assert given_ == expected
    return given_


def texts_replaced(value: Any, draw: Callable[[], str]) -> Any:
    """The value with some of its texts replaced; words that choose a form stay."""
    if isinstance(value, dict):
        return {key: item if key == "gender" else texts_replaced(item, draw) for key, item in value.items()}
    if isinstance(value, list):
        return [texts_replaced(item, draw) for item in value]
    return (draw() or value) if isinstance(value, str) else value


@pytest.mark.parametrize("code", SHIPPED)
def test_shipped_templates_are_compiled_and_equal(code: str) -> None:
    assert compiled(SHIPPED[code]).reason == ""
    assert isinstance(assert_equal(SHIPPED[code], getattr(penza, code)()), dict)


@pytest.mark.parametrize("code", SHIPPED)
@_quick
@given(data=st.data())
def test_shipped_templates_with_generated_values(code: str, data: st.DataObject) -> None:
    pool = data.draw(st.lists(TEXTS, min_size=1, max_size=6))
    turns = iter(data.draw(st.lists(st.integers(0, 8), min_size=40, max_size=40)) * 100)
    draw = lambda: pool[turn] if (turn := next(turns)) < len(pool) else ""  # noqa: E731
    values = texts_replaced(copy.deepcopy(getattr(penza, code)()), draw)
    for name in data.draw(st.sets(st.sampled_from(sorted(values)), max_size=2)):
        if isinstance(values[name], list):
            values[name] = values[name] * data.draw(st.integers(0, 3))
        elif data.draw(st.booleans()):
            values[name] = None
    assert_equal(SHIPPED[code], values)


@pytest.mark.parametrize("name", CORPUS)
def test_corpus_is_equal(name: str) -> None:
    assert bool(compiled(CORPUS[name]).reason) == (name in SLOW), compiled(CORPUS[name]).reason
    result = assert_equal(CORPUS[name], VALUES)
    assert isinstance(result, dict) or name in REFUSED, result
    assert_equal(CORPUS[name], {**VALUES, "yes": False, "rows": [], "n": 1})
    assert_equal(CORPUS[name], {})
    assert_equal(CORPUS[name], {**VALUES, "t": None, "rows": None})


@pytest.mark.parametrize("name", FAST)
@_quick
@given(t=TEXTS, u=TEXTS, a=TEXTS, yes=st.booleans(), n=st.integers(0, 3))
@example(t="A & B\tв\nг", u="{_", a="{ _%}", yes=True, n=2)
@example(t="{", u="_{", a="%_}", yes=True, n=1)
def test_corpus_with_odd_strings(name: str, t: str, u: str, a: str, yes: bool, n: int) -> None:
    rows = [{"a": a, "list": [t, u]}] * n
    assert_equal(FAST[name], {**VALUES, "t": t, "u": u, "yes": yes, "n": n, "rows": rows})


@pytest.mark.parametrize("code", SHIPPED)
def test_missing_values_are_named_alike(code: str) -> None:
    whole = getattr(penza, code)()
    for name in whole:
        assert_equal(SHIPPED[code], {key: value for key, value in whole.items() if key != name})


ELSEWHERE = """
import hashlib, pickle, sys, zlib
ours = zlib.compressobj
zlib.compressobj = lambda *_: ours(1, zlib.DEFLATED, -15, 1)  # another machine packs differently
from app.documents.docx.rendering import render
for template, values in pickle.load(open(sys.argv[1], "rb")):
    print(hashlib.sha256(render(template, values)).hexdigest())
"""


def test_hashes_do_not_depend_on_the_machine(tmp_path: Path) -> None:
    """Neither the packing library nor the order of sets nor an earlier paper leaves a trace, on both ways."""
    papers = [
        (SHIPPED["agreement"], penza.agreement()),
        (SHIPPED["order_plan"], penza.order_plan()),
        (SLOW["cell for"], VALUES),
        (FAST["title"], VALUES | {"u": "a\tb"}),
        (FAST["title"], VALUES),
    ]
    (tmp_path / "papers").write_bytes(pickle.dumps(papers))
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, tmp_path / "papers"], capture_output=True, text=True, check=False,
        cwd=HERE.parent, env={"PYTHONHASHSEED": "7", "PATH": ""},
    )  # fmt: skip
    here = [hashlib.sha256(render(template, values)).hexdigest() for template, values in papers]
    assert done.stdout.split() == here, done.stderr


@given(st.lists(st.tuples(st.binary(max_size=400), st.text("ab<>/", max_size=600)), max_size=6))
def test_packed_text_unpacks(pieces: list[tuple[bytes, str]]) -> None:
    stream, content = [deflate.OPEN], []
    for loose, text in pieces:
        stream += [deflate.plain(loose), deflate.pack(text.encode())]
        content += [loose, text.encode()]
    stream += [deflate.NOTHING, deflate.CLOSE]
    assert zlib.decompress(b"".join(stream), -15) == b"".join(content)


@pytest.mark.parametrize("size", [0, 1, 3, 257, 258, 259, 511, 512, 65_535, 65_536, 200_000])
def test_long_runs_unpack(size: int) -> None:
    for data in (b"a" * size, bytes(range(256)) * (size // 256), b"ab" * size):
        assert zlib.decompress(deflate.whole(data), -15) == data
        assert zlib.decompress(deflate.OPEN + deflate.plain(data) + deflate.CLOSE, -15) == data


_LEAVES = st.one_of(st.none(), TEXTS, st.text(max_size=3), st.integers(), st.floats(), st.dates())
_NAMES = st.sampled_from(["a", "b1", "_x", "и", 1])
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=12,
)


@given(_TREES)
def test_the_quick_look_at_values_lets_in_nothing_more(value: Any) -> None:
    try:
        Intake().take({"x": value}, "")
    except ValueRefused:
        assert not is_plain({"x": value})
    else:
        assert is_plain({"x": value})


@given(TEXTS | st.text(st.sampled_from("аяАЯ .№–—12гулдпиот%"), max_size=30))
def test_nbsp_is_all_its_rules(text: str) -> None:
    bound = text
    for _needs, pattern, replacement in _RULES:
        bound = pattern.sub(replacement, bound)
    assert nbsp(text) == bound
