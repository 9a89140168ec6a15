"""Builds the icon sprite: the few Lucide icons the product uses, in one file.

Needed only when an icon is added. Fetch the package and run from the repository root:

    npm pack lucide-static && tar xzf lucide-static-*.tgz
    python -m app.ui.build_icons package/icons
"""

import re
import sys
from pathlib import Path

SPRITE = Path(__file__).parent / "static" / "ui" / "icons.svg"

NAMES = """
archive arrow-down arrow-left arrow-right arrow-up award ban bell book-open book-text briefcase
building-2 calendar calendar-check calendar-days camera chart-column chart-line check check-check
chevron-down chevron-left chevron-right chevron-up circle circle-alert circle-check circle-dot circle-
help circle-x clipboard-check clipboard-list clock copy download ellipsis external-link eye file-check-2
file-down file-pen-line file-signature file-text file-up filter flag folder gavel globe graduation-cap
handshake history hourglass house id-card inbox info kanban key-round languages layers layout-dashboard
library link list-checks list-todo lock log-in log-out mail map-pin menu message-square minus moon
notebook-pen paperclip pause pen-line phone play plus presentation printer refresh-cw rotate-ccw scale
school scroll-text search send settings shield signature skip-forward sliders-horizontal sparkles square-
pen stamp star sun table target trash-2 trending-up triangle-alert undo-2 upload user user-check user-cog
users vote workflow x
""".split()  # noqa: SIM905 — a list to read


def symbol(source: str, name: str) -> str:
    body = re.sub(r"<!--.*?-->", "", source, flags=re.S)
    inner = body[body.index(">", body.index("<svg")) + 1 : body.rindex("</svg>")]
    inner = re.sub(r"\s+", " ", inner).replace("> <", "><").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>'


def main(folder: Path) -> None:
    missing = [name for name in NAMES if not (folder / f"{name}.svg").exists()]
    if missing:
        raise SystemExit(f"no such icons in {folder}: {', '.join(missing)}")
    symbols = [symbol((folder / f"{name}.svg").read_text("utf-8"), name) for name in sorted(NAMES)]
    SPRITE.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg">'
        "<!-- Lucide, ISC licence, see vendor/VENDORED.md; built by app/ui/build_icons.py -->\n"
        + "\n".join(symbols)
        + "\n</svg>\n",
        "utf-8",
    )
    sys.stdout.write(f"{len(symbols)} icons, {SPRITE.stat().st_size // 1024} KB\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
