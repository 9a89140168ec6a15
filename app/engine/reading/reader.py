"""Reads YAML keeping line and column of everything, against a closed vocabulary of keys."""

from __future__ import annotations

import re
from typing import Any

import yaml

from app.engine.elements import LANGUAGES
from app.engine.findings import Finding, finding
from app.engine.reading.unreadable import Unreadable, told
from app.engine.reading.vocabulary import VOCABULARY, Vocabulary
from app.engine.wording import PLACEHOLDER, PLACEHOLDERS, unknown_placeholders

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ID = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
# What a value may be, in both languages.
EXPECTED: dict[str, tuple[str, str]] = {
    "map": ("a mapping", "набор «ключ: значение»"),
    "seq": ("a list", "список"),
    "int": ("a whole number", "целое число"),
    "bool": ("true or false", "true или false"),
    "str": ("text", "текст"),
    "null": ("nothing", "ничего"),
    "float": ("a fraction", "дробное число"),
    "timestamp": ("a day", "день"),
}
# signs of a text that nobody sees, and signs no text has: controls, and what turns the reading direction
UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200d\u2060]+")
MISLEADING = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
EMPTY = ("an empty text", "пустой текст")
_TAG = "tag:yaml.org,2002:"
# the tags that may be written before each kind of element
OWN_KIND: dict[type[yaml.Event], frozenset[str]] = {
    yaml.MappingStartEvent: frozenset({"!", f"{_TAG}map"}),
    yaml.SequenceStartEvent: frozenset({"!", f"{_TAG}seq"}),
    yaml.ScalarEvent: frozenset({"!", *(f"{_TAG}{kind}" for kind in EXPECTED if kind not in ("map", "seq"))}),
}
MAX_CHARACTERS = 500_000
MAX_DEPTH = 60
# An element may stand in many places by its anchor: what counts is how often it would be read.
MAX_ELEMENTS = 20_000
MAX_ITEMS = 60_000  # of all lists and mappings together, each as often as it is read
MOST = 100_000  # no term, number of votes or version is larger


class Reader:
    """One definition file being read: collects findings and the place of every element."""

    def __init__(self, text: str, name: str, vocabulary: Vocabulary | None = None) -> None:
        self.name = name
        self.vocabulary = VOCABULARY if vocabulary is None else vocabulary
        self.findings: list[Finding] = []
        # faults of the words alone: a version published before they were looked for can still be read
        self.beside: list[Finding] = []
        self.places: dict[str, tuple[int, int]] = {}
        self.root: Any = None
        self._left, self._items_left = MAX_ELEMENTS, MAX_ITEMS
        try:
            if len(text) > MAX_CHARACTERS:
                raise Unreadable(
                    f"longer than {MAX_CHARACTERS} characters", f"длиннее {MAX_CHARACTERS} знаков"
                )
            _refuse_odd(text)
            self.root = yaml.compose(text, Loader=Loader)
        except (yaml.YAMLError, RecursionError, UnicodeEncodeError) as error:
            line, column, words = told(error, text)
            self.findings.append(finding("not_yaml", (name, line, column), **words))
        if self.root is None and not self.findings:
            self.findings.append(
                finding("not_yaml", (name, 1, 1), problem="the file is empty", problem_ru="файл пуст")
            )

    def at(self, node: Any) -> tuple[str, int, int]:
        """File, line and column of a node."""
        return self.name, node.start_mark.line + 1, node.start_mark.column + 1

    def report(self, code: str, node: Any, **words: Any) -> None:
        """Note a fault at a node."""
        self.findings.append(finding(code, self.at(node), "error", **words))

    def remark(self, code: str, node: Any, **words: Any) -> None:
        """Note a fault of words: the definition can be read all the same."""
        self.beside.append(finding(code, self.at(node), "error", **words))

    def notes(self, node: Any, path: str) -> None:
        """Look at what is written for whoever reads the file."""
        known = len(self.findings)
        self.text(node, path)
        self.beside += self.findings[known:]
        del self.findings[known:]

    def keep(self, path: str, node: Any) -> None:
        """Remember where an element stands, for checks that come later."""
        self.places[path] = self.at(node)[1:]

    def is_a(self, node: Any, kind: str, path: str) -> bool:
        """Whether the node is a map, seq, int, bool or str; reports when it is not."""
        got = node.tag.rpartition(":")[2]
        if got == kind:
            return True
        self.mismatch(node, path, EXPECTED[kind], EXPECTED.get(got, (got, got)))
        return False

    def mismatch(self, node: Any, path: str, expected: tuple[str, str], got: tuple[str, str]) -> None:
        """Report a value of another kind; both are told in both languages."""
        words = {"expected": expected[0], "expected_ru": expected[1], "got": got[0], "got_ru": got[1]}
        self.report("wrong_type", node, path=path, **words)

    def pairs(self, node: Any, path: str) -> list[tuple[str, Any, Any]]:
        """Key, key node and value node of a mapping; a key written twice is reported and ignored."""
        if node is None or not self.is_a(node, "map", path):
            return []
        result: dict[str, tuple[str, Any, Any]] = {}
        for key_node, value_node in self._afforded(node):
            key = key_node.value if isinstance(key_node.value, str) else "?"
            if key in result:
                self.report("duplicate_key", key_node, key=key)
            else:
                result[key] = (key, key_node, value_node)
        return list(result.values())

    def element(self, node: Any, kind: str, path: str) -> dict[str, Any]:
        """The parts of an element by key; unknown and missing keys are reported."""
        allowed = self.vocabulary[kind]
        parts: dict[str, Any] = {}
        if node is None or self._left < 0:
            return parts
        self._left -= 1
        if self._left < 0:
            self.report("too_large", node, most=MAX_ELEMENTS)
            return parts
        for key, key_node, value in self.pairs(node, path):
            if key in allowed:
                parts[key] = value
                self.keep(f"{path}.{key}", value)
            else:
                self.report("unknown_key", key_node, key=key, element=kind, allowed=", ".join(allowed))
        self.keep(path, node)
        if node.tag.endswith(":map"):
            for key, required in allowed.items():
                if required and key not in parts and kind != "text":
                    self.report("missing_key", node, path=path, key=key)
        return parts

    def items(self, node: Any, path: str) -> list[tuple[str, Any]]:
        """Path and node of each item of a list; a single value stands for a list of one."""
        if node is None:
            return []
        if node.tag.endswith(":seq"):
            return [(f"{path}.{number}", item) for number, item in enumerate(self._afforded(node))]
        return [(path, node)]

    def _afforded(self, node: Any) -> list[Any]:
        """What a list or mapping holds; nothing more once too much has been read over and over."""
        if self._items_left < 0:
            return []
        self._items_left -= len(node.value)
        if self._items_left < 0:
            self.report("too_large", node, most=MAX_ITEMS)
            return []
        held: list[Any] = node.value
        return held

    def named(self, node: Any, path: str) -> list[tuple[str, str, Any]]:
        """Id, path and node of each element of a mapping by id."""
        result = []
        for key, key_node, value in self.pairs(node, path) if node is not None else []:
            self.check_id(key, key_node)
            self.keep(f"{path}.{key}", key_node)
            result.append((key, f"{path}.{key}", value))
        return result

    def check_id(self, value: str, node: Any) -> None:
        """An id is for machines: short, Latin, never changed."""
        if not ID.match(value):
            self.report("bad_id", node, id=value)

    def text(self, node: Any, path: str) -> str:
        """A text, or '' when it is something else."""
        return str(node.value) if node is not None and self.is_a(node, "str", path) else ""

    def word(self, node: Any, path: str) -> str:
        """A text that says something: an empty one names nothing and is reported."""
        value = self.text(node, path)
        if not value and node is not None and node.tag.endswith(":str"):
            self.mismatch(node, path, EXPECTED["str"], EMPTY)
        return value

    def texts(self, node: Any, path: str) -> tuple[str, ...]:
        """A list of texts, none of them empty."""
        return tuple(
            value for item_path, item in self.items(node, path) if (value := self.word(item, item_path))
        )

    def identifier(self, node: Any, path: str) -> str:
        """An id written as a value."""
        value = self.word(node, path)
        if value:
            self.check_id(value, node)
        return value

    def number(self, node: Any, path: str, least: int, default: int = 0) -> int:
        """A whole number not below `least`."""
        if node is None or not self.is_a(node, "int", path):
            return default
        text = node.value.replace("_", "").lstrip("+")
        if not (
            (text.removeprefix("-").isdecimal() and len(text) < 12 and not text.startswith("0"))
            or text == "0"
        ):
            got = node.value[:20]  # 0x10, 0o7, 1:30 and hundreds of digits are numbers to YAML only
            self.mismatch(node, path, EXPECTED["int"], (got, got))
            return default
        value = int(text)
        if value < least:
            self.report("bad_number", node, path=path, value=value, least=least)
        elif value > MOST:
            self.report("large_number", node, path=path, value=value, most=MOST)
            return default
        return value

    def flag(self, node: Any, path: str) -> bool:
        """A yes/no value; false when it is not written."""
        return (
            node is not None and self.is_a(node, "bool", path) and node.value.lower() in ("true", "yes", "on")
        )

    def one_of(self, node: Any, path: str, allowed: tuple[str, ...], default: str) -> str:
        """One of the listed words."""
        if node is None:
            return default
        value = str(node.value) if isinstance(node.value, str) else "?"
        if value not in allowed:
            self.report("bad_value", node, path=path, value=value, allowed=", ".join(allowed))
            return default
        return value

    def titles(self, node: Any, path: str, placeholders: bool = False) -> dict[str, str]:
        """A text in every language; a missing one is reported and stands as an empty text."""
        parts = self.element(node, "text", path)
        result = dict.fromkeys(LANGUAGES, "")
        for language in LANGUAGES:
            if language in parts:
                result[language] = self.text(parts[language], f"{path}.{language}").strip()
            if not result[language] and node is not None:
                self.report("missing_title", node, path=path, language=language)
            elif result[language] and not UNSEEN.sub("", result[language]):
                self.remark("missing_title", parts.get(language), path=path, language=language)
            elif MISLEADING.search(result[language]):
                self.remark("misleading_sign", parts[language], path=f"{path}.{language}")
            if language in parts:
                self._placeholders(parts[language], path, result[language], language, placeholders)
        return result

    def _placeholders(self, node: Any, path: str, text: str, language: str, are_filled: bool) -> None:
        """Nothing may be left between braces when the text is read: a title is never filled."""
        if are_filled:
            allowed = ", ".join("{" + name + "}" for name in PLACEHOLDERS)
            for placeholder in unknown_placeholders(text, language):
                self.report("bad_placeholder", node, path=path, placeholder=placeholder, allowed=allowed)
        else:
            for inner in re.findall(PLACEHOLDER, text):
                self.report("placeholder_in_title", node, path=path, placeholder="{" + inner + "}")

    def citation(self, node: Any, path: str) -> dict[str, str]:
        """What is cited: in every language, or as it stands in the act, which is in Russian; empty: nothing."""
        if node is not None and node.tag.endswith(":map"):
            return self.titles(node, path)
        text = self.text(node, path)
        return {"ru": text} if text else {}


def _refuse_odd(text: str) -> None:
    """What no procedure needs is never composed. Raises YAMLError.

    Nested too deep, the reader would run out of stack; a tag that says a text is a mapping would mislead it.
    """
    depth = 0
    event: Any
    for event in yaml.parse(text, Loader=Loader):
        kind = OWN_KIND.get(type(event))
        if kind is not None and event.tag is not None and event.tag not in kind:
            raise Unreadable(
                f"the tag {event.tag} does not fit", f"метка {event.tag} здесь не подходит", event.start_mark
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise Unreadable(
                    f"nested deeper than {MAX_DEPTH} levels",
                    f"вложенность больше {MAX_DEPTH} уровней",
                    event.start_mark,
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
