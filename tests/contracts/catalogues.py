"""Every sentence of the product, found in code and templates, and what has no Russian yet."""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.core.i18n import catalogue_files

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"

# `_("…")` and `n_("…", "…", n)` in code; the same names and gettext's own in templates.
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None, "n_": (1, 2), "gettext": None, "ngettext": (1, 2), "lazy_gettext": None,
}  # fmt: skip
# Sentences of libraries: no line of ours says them.
OF_LIBRARIES = frozenset({"fab_ru.po", "wtforms_ru.po"})
METHODS = [("**/translations/**", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]

Message = tuple[str, int, str, bool]


@functools.cache
def messages() -> tuple[Message, ...]:
    """All of `_messages`, looked for once."""
    return tuple(_messages())


def _messages() -> Iterator[Message]:
    """(file, line, message id, whether it has plural forms), for each place where a sentence stands."""
    options = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}
    found = extract_from_dir(APP, METHODS, options, KEYWORDS)
    for file, line, message, _comments, _context in found:
        first = message[0] if isinstance(message, tuple) else message
        if first:
            yield f"app/{file}", line, first, isinstance(message, tuple)
    for path in sorted(APP.rglob("*.py")):
        for line, first, plural in _within_texts(path):
            yield str(path.relative_to(ROOT)), line, first, plural


def _within_texts(path: Path) -> Iterator[tuple[int, str, bool]]:
    """(line, message id, whether it has plural forms) of what stands within f-strings, where Babel does not look."""
    texts = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.JoinedStr))
    for node in (inner for text in texts for inner in ast.walk(text)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in KEYWORDS
            and node.args
        ):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value, KEYWORDS[node.func.id] is not None


def translated() -> Iterator[tuple[Path, str, tuple[str, ...]]]:
    """(catalogue, message id, its Russian forms), of all rooms."""
    for path in catalogue_files("ru"):
        with path.open("rb") as handle:
            for message in read_po(handle, locale="ru"):
                if not message.id or message.fuzzy:
                    continue
                key = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
                forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
                if all(forms):
                    yield path, key, tuple(forms)


def russian() -> dict[str, tuple[str, ...]]:
    """Message id → its Russian forms."""
    return {key: forms for _path, key, forms in translated()}


def clashing() -> list[str]:
    """Sentences that two rooms say differently in Russian: readers would meet whichever was read last."""
    first: dict[str, tuple[Path, tuple[str, ...]]] = {}
    wrong = []
    for path, key, forms in translated():
        known, said = first.setdefault(key, (path, forms))
        if said != forms:
            rooms = f"{known.relative_to(ROOT)}: {said[0]!r}, {path.relative_to(ROOT)}: {forms[0]!r}"
            wrong.append(f"{key!r} is told in two ways: {rooms}")
    return wrong


def repeated() -> list[str]:
    """Sentences that stand twice in one catalogue: whoever mends the first of them changes nothing."""
    entry = re.compile(r'^msgid ((?:".*"\s*)+)', re.MULTILINE)
    wrong = []
    for path in catalogue_files("ru"):
        ids = Counter("".join(re.findall(r'"(.*)"', one)) for one in entry.findall(path.read_text("utf-8")))
        wrong += [
            f"{path.relative_to(ROOT)}: {key!r} stands there {n} times" for key, n in ids.items() if n > 1
        ]
    return wrong


def lacking() -> list[str]:
    """One line per sentence that a Russian reader would meet in English, or with a wrong number."""
    known = russian()
    wrong: dict[str, str] = {}
    for file, line, msgid, plural in messages():
        forms = known.get(msgid)
        if forms is None:
            wrong.setdefault(msgid, f"{file}:{line}: no Russian for {msgid!r}")
        elif plural and len(forms) < 3:
            wrong.setdefault(msgid, f"{file}:{line}: Russian needs three plural forms of {msgid!r}")
    return list(wrong.values())


def unused() -> list[str]:
    """Sentences of our catalogues that nothing says any more."""
    said = {msgid for _file, _line, msgid, _plural in messages()}
    return [
        f"{path.relative_to(ROOT)}: nothing says {key!r}"
        for path, key, _forms in translated()
        if path.name not in OF_LIBRARIES and key not in said
    ]


def unreadable() -> list[str]:
    """Russian sentences whose placeholders differ from those of their English message."""
    names = re.compile(r"%\((\w+)\)")
    return [
        f"{msgid!r}: placeholders differ in {form!r}"
        for msgid, forms in russian().items()
        for form in forms
        if not set(names.findall(form)) <= set(names.findall(msgid)) | {"n", "num"}
    ]
