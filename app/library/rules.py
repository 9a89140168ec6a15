"""Addresses as people type them: checked, shown in their own alphabet, linked in the alphabet of the network."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit

MAX_LENGTH = 1000
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_KEPT = "/%:=&?~+!$,;'@()*[]#-._"


class Alive(StrEnum):
    yes = "yes"
    no = "no"
    unknown = "unknown"


class Wrong(StrEnum):
    """What is wrong with an address."""

    empty = "empty"
    long = "long"
    space = "space"
    scheme = "scheme"
    login = "login"
    host = "host"
    port = "port"


class WrongAddress(ValueError):
    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong)
        self.wrong = wrong


@dataclass(frozen=True)
class Address:
    """`typed` is kept; `href` goes into the link (IDNA, percent-encoded); `shown` is what a person reads."""

    typed: str
    href: str
    shown: str
    host: str


def parse(typed: str) -> Address:
    """Understand an http(s) address, Cyrillic ones too. Raises WrongAddress."""
    text = unicodedata.normalize("NFC", typed.strip())
    if not text:
        raise WrongAddress(Wrong.empty)
    if len(text) > MAX_LENGTH:
        raise WrongAddress(Wrong.long)
    if _SPACE.search(text) or "\\" in text:
        raise WrongAddress(Wrong.space)
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise WrongAddress(Wrong.host) from error
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        raise WrongAddress(Wrong.scheme)
    if "@" in parts.netloc:
        raise WrongAddress(Wrong.login)
    try:
        port = parts.port
    except ValueError as error:
        raise WrongAddress(Wrong.port) from error
    host = ascii_host(parts.hostname or "")
    netloc = f"{host}:{port}" if port else host
    tail = "".join((
        quote(parts.path, safe=_KEPT),
        "?" + quote(parts.query, safe=_KEPT) if parts.query else "",
        "#" + quote(parts.fragment, safe=_KEPT) if parts.fragment else "",
    ))  # fmt: skip
    shown_tail = _readable(parts.path) + ("?" + _readable(parts.query) if parts.query else "")
    if parts.fragment:
        shown_tail += "#" + _readable(parts.fragment)
    shown_host = _unicode_host(host) + (f":{port}" if port else "")
    scheme = parts.scheme.lower()
    return Address(typed.strip(), f"{scheme}://{netloc}{tail}", f"{scheme}://{shown_host}{shown_tail}", host)


def ascii_host(host: str) -> str:
    """The host in the letters of the network («xn--…»). Raises WrongAddress."""
    try:
        plain = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise WrongAddress(Wrong.host) from error
    labels = plain.split(".")
    if len(labels) < 2 or len(plain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise WrongAddress(Wrong.host)
    if labels[-1].isdigit():  # an address of a machine, not of a public site
        raise WrongAddress(Wrong.host)
    return plain


def _unicode_host(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _readable(part: str) -> str:
    """Percent signs turned into letters, as far as they are text; signs that would mislead stay encoded."""
    try:
        text = unquote(part, errors="strict")
    except UnicodeDecodeError:
        return part
    odd = any(unicodedata.category(c)[0] in "CZ" or c in '<>"' for c in text)
    return part if odd else text
