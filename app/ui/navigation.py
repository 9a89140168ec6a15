"""The main menu as this person sees it: FAB's menu, the place he is at marked once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g, request

from app.core.i18n import gettext

# icons of FAB's stock entries, until the entry is named in app/menu.py
_FA = {
    "fa-user": "user", "fa-users": "users", "fa-group": "users", "fa-cogs": "shield", "fa-key": "key-round",
    "fa-lock": "lock", "fa-list": "list-checks", "fa-bar-chart-o": "chart-column", "fa-id-card": "id-card",
}  # fmt: skip


@dataclass
class Entry:
    name: str
    label: str
    url: str
    icon: str
    current: bool = False
    is_open: bool = False  # a group that lies unfolded
    children: list[Entry] = field(default_factory=list)


def _entry(raw: dict[str, Any]) -> Entry:
    icon = str(raw.get("icon") or "")
    return Entry(
        name=raw["name"],
        label=gettext(str(raw["label"])),
        url=raw.get("url", ""),
        icon=_FA.get(icon, "circle-dot") if icon.startswith("fa") or not icon else icon,
        children=[_entry(child) for child in raw.get("childs", ()) if isinstance(child, dict)],
    )


def _depth(url: str, path: str) -> int:
    """How much of the path the entry covers; 0 means: not here."""
    base = url.removesuffix("list/").rstrip("/")
    if not base:
        return 1 if path == "/" else 0
    return len(base) if path == base or path.startswith(base + "/") else 0


def _unfold(tree: list[Entry]) -> None:
    """Papers lie open where a person keeps the journal: they are most of his day."""
    for entry in tree:
        names = {child.name for child in entry.children}
        entry.is_open = any(child.current for child in entry.children) or "Journal" in names


def menu_tree() -> list[Entry]:
    """Entries this person may open, groups (of two lines and more) after single pages; one query a request."""
    if "opora_menu" not in g:
        raws = [raw for raw in current_app.appbuilder.menu.get_data() if isinstance(raw, dict)]  # type: ignore[attr-defined]
        groups = [e for e in map(_entry, raws) if e.url or e.children]
        tree = [e.children[0] if len(e.children) == 1 else e for e in groups]
        leaves = [leaf for e in tree for leaf in (e.children or [e])]
        best = max(leaves, key=lambda leaf: _depth(leaf.url, request.path), default=None)
        if best is not None and _depth(best.url, request.path):
            best.current = True
        _unfold(tree)
        g.opora_menu = sorted(tree, key=lambda e: bool(e.children))
    tree_of_request: list[Entry] = g.opora_menu
    return tree_of_request
