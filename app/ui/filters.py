"""How values look on a page: dates, numbers, names, yes and no — in the reader's language.

Jinja filters and the few globals the templates need; `register(app)` hangs them all in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask, current_app, url_for
from markupsafe import Markup
from werkzeug.local import LocalProxy

from app.access.roles import ROLE_TITLES
from app.access.security import runtime
from app.core.i18n import Text, current_locale, n_, ngettext, numbered
from app.core.i18n import _ as text
from app.engine.wording import inner
from app.ui.fab_texts import permission_title
from app.ui.navigation import menu_tree

NBSP = "\u00a0"
DASH = "—"
STATIC = Path(__file__).parent / "static"

_NUMBER_SIGN = re.compile(r"№\s*(?=[\w«])")
_NUMBER_WORD = re.compile(r"\b(No\.)\s+(?=\w)")
_BEFORE_SIGN = re.compile(r"(?<=\d)\s+(?=[%‰°₽])")
_INITIALS = re.compile(r"\b([А-ЯЁA-Z])\.\s*(?:([А-ЯЁA-Z])\.\s*)?(?=[А-ЯЁA-Z][а-яёa-z])")
_SHORT_WORD = re.compile(
    r"(?<![\w-])([авикосуяАВИКОСУЯ]|во|ко|со|на|по|за|до|от|из|не|ул\.|д\.|г\.|пр\.)\s+(?=\w)"
)
_UNTIL = re.compile(r"\b([Uu]ntil)\s+(?=\d)")
_COUNTED = re.compile(r"(?<=\d)\s+(рабочи[йх]|working)\s+(?=д[не]|day)")
_DAY_MONTH = re.compile(r"(?<=\d)\s+(?=(?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-яё]*)")


def nb(value: Any) -> str:
    """Keep «№ 41», «30 %», «2 рабочих дня», «Е. В. Карпова», “until 15” and short prepositions on one line."""
    if value is None:
        return ""
    was = str(value)
    now = _NUMBER_SIGN.sub(f"№{NBSP}", was)
    now = _NUMBER_WORD.sub(lambda m: m.group(1) + NBSP, now)
    now = _BEFORE_SIGN.sub(NBSP, now)
    now = _INITIALS.sub(lambda m: NBSP.join(f"{x}." for x in m.groups() if x) + NBSP, now)
    now = _SHORT_WORD.sub(lambda m: m.group(1) + NBSP, now)
    now = _UNTIL.sub(lambda m: m.group(1) + NBSP, now)
    now = _COUNTED.sub(lambda m: NBSP + m.group(1) + NBSP, now)
    now = _DAY_MONTH.sub(NBSP, now)
    return Markup(now) if isinstance(value, Markup) else now  # noqa: S704 — it was markup before


def local(value: datetime) -> datetime:
    """The instant on the clock of the authority; a naive one (FAB's own columns) is local already."""
    zone: ZoneInfo = current_app.extensions["opora_zone"]
    return value.astimezone(zone) if value.tzinfo else value


def _day(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def dm(value: date | datetime | None) -> str:
    """22 января; 18 февраля 2026, when that is not the present year."""
    if value is None:
        return DASH
    day = _day(value)
    form = "d MMMM" if day.year == local(runtime().clock.now()).year else "d MMMM y"
    return format_date(day, form, current_locale()).replace(" ", NBSP)


def dmy(value: date | datetime | None) -> str:
    """22.01.2025."""
    return DASH if value is None else f"{_day(value):%d.%m.%Y}"


def dlong(value: date | datetime | None) -> str:
    """22 января 2025 г."""
    if value is None:
        return DASH
    locale = current_locale()
    return format_date(_day(value), "d MMMM y 'г'." if locale == "ru" else "d MMMM y", locale).replace(
        " ", NBSP
    )


def dmt(value: datetime | None) -> str:
    """22 января 2025, 10:05 — where the authority sits."""
    if value is None:
        return DASH
    moment = local(value)
    return format_date(moment.date(), "d MMMM y", current_locale()).replace(" ", NBSP) + f", {moment:%H:%M}"


def num(value: float | Decimal | None, digits: int = 1) -> str:
    """12,5 in Russian and 12.5 in English; whole numbers without a fraction, thousands apart."""
    if value is None:
        return DASH
    rounded = round(Decimal(str(value)), digits)
    shown = f"{rounded:,.{digits}f}"
    if digits:
        shown = shown.rstrip("0").rstrip(".")
    if current_locale() == "ru":
        shown = shown.replace(",", NBSP).replace(".", ",")
    return shown.replace("-", "−")


def v(value: Any) -> str:
    """Any value of a list or a record, as a person writes it."""
    if value is None or value == "" or value == []:
        return DASH
    if isinstance(value, bool):
        return str(text("Yes") if value else text("No"))
    if isinstance(value, Markup):
        return value
    if isinstance(value, datetime):
        return f"{local(value):%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, (float, Decimal)):
        return num(value, 2)
    if isinstance(value, (Text, int)):
        return str(value)
    if isinstance(value, Enum):
        return str(
            getattr(value, "title", None) if not callable(getattr(value, "title", None)) else value.value
        )
    if hasattr(value, "view_menu") and hasattr(value, "permission"):
        return permission_title(value.permission.name, value.view_menu.name)
    if type(value).__name__ == "Role":
        return role_title(value.name)
    if not isinstance(value, str) and isinstance(value, Iterable):
        return ", ".join(v(item) for item in value) or DASH
    return str(value)


def role_title(code: Any) -> str:
    name = str(getattr(code, "name", code))
    return str(ROLE_TITLES.get(name.lower(), name))


def initials(name: str) -> str:
    """Up to two capitals for the round badge of a person."""
    return "".join(word[0] for word in re.findall(r"\w+", str(name))[:2]).upper()


def hue(name: str) -> int:
    """A colour 0…4 that stays with the name."""
    return crc32(str(name).encode()) % 5


def plural(n: int, singular: str, many: str) -> str:
    """The word for this number: plural(3, 'day', 'days') → дня."""
    return ngettext(singular, many, n)


def width(value: float, of: float) -> str:
    """A CSS width for a bar: never over 100 %, zero stays zero."""
    share = 0.0 if not of else max(0.0, min(100.0, 100 * float(value) / float(of)))
    return f"{share:.1f}".rstrip("0").rstrip(".") + "%"


@lru_cache(maxsize=64)
def _stamp(filename: str, changed: int) -> str:
    return f"{crc32((STATIC / filename).read_bytes()):08x}"


def asset(filename: str) -> str:
    """Address of a static file that changes when the file does, so browsers may keep it for long."""
    path = STATIC / filename
    stamp = _stamp(filename, path.stat().st_mtime_ns) if path.exists() else "0"
    return url_for("static", filename=filename, v=stamp)


def logout_by_post() -> bool:
    """Whether leaving is a POST with a token (our login view); FAB's stock one knows GET only."""
    return any(
        "POST" in (r.methods or ())
        for r in current_app.url_map.iter_rules()
        if r.endpoint.endswith(".logout")
    )


FILTERS = {
    "nb": nb, "inner": inner, "dm": dm, "dmy": dmy, "dlong": dlong, "dmt": dmt, "num": num, "v": v,
    "role_title": role_title, "initials": initials, "hue": hue, "width": width,
}  # fmt: skip


def register(app: Flask, zone: ZoneInfo | None = None) -> None:
    """Hang filters and globals into Jinja; `zone` is where the authority sits."""
    app.extensions["opora_zone"] = zone or ZoneInfo("Europe/Moscow")
    app.jinja_env.filters.update(FILTERS)
    for name, function in {
        "plural": plural,
        "n_": n_,
        "numbered": numbered,
        "asset": asset,
        "ui_locale": current_locale,
        "ui_menu": menu_tree,
        "logout_by_post": logout_by_post,
        "appbuilder": LocalProxy(lambda: current_app.appbuilder),  # type: ignore[attr-defined]
    }.items():
        app.jinja_env.globals.setdefault(name, function)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
