"""`python app.py template …`: the editions there are, and the doctor of templates without a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.core.errors import OporaError
from app.core.i18n import LOCALES, _
from app.documents.doctor.run import examine_template
from app.documents.docx.carried import unpack
from app.documents.docx.gate import MAX_DOCX, HostileFile
from app.documents.templates import manifest

Print = Callable[[str], Any]
DONE, FAULTS, WRONG_INPUT = 0, 1, 2
_SIGNS = {"error": "×", "warning": "!", "info": "i"}


def add_to(commands: Any) -> None:
    """The group `template` of the command line."""
    templates = commands.add_parser("template", help="templates of papers")
    templates.add_argument(
        "--lang", dest="language", choices=LOCALES, default="ru", help="of what is answered"
    )
    group = templates.add_subparsers(required=True, metavar="what")
    check = group.add_parser(
        "check", help="examine a DOCX as a template: mistakes with their place and what to do"
    )
    check.add_argument("file", type=Path)
    check.add_argument(
        "--code", default="", help="the kind of paper, see “template list”; the file's name when left out"
    )
    check.set_defaults(run=lambda arguments: check_file(arguments.file, arguments.code, print))
    listing = group.add_parser("list", help="kinds of papers and the editions that come with Опора")
    listing.set_defaults(run=lambda _arguments: list_kinds(print))


def list_kinds(say: Print) -> int:
    """One line for each edition: kind, days, file."""
    today = datetime.now(UTC).date()
    for one in manifest().editions:
        until = f"{one.effective_until:%d.%m.%Y}" if one.effective_until else "…"
        mark = "*" if one.is_effective(today) else " "
        say(f"{mark} {one.code:<20} {one.effective_from:%d.%m.%Y} – {until:<10}  {one.file:<26} {one.title}")
    return DONE


def check_file(path: Path, code: str, say: Print) -> int:
    """0: it can be published; 1: it has errors or is refused; 2: wrong input."""
    code = code or path.stem
    known = manifest().codes
    if code not in known:
        raise OporaError(
            _(
                "There is no kind of paper “%(code)s”. Known are: %(names)s.",
                code=code,
                names=", ".join(known),
            )
        )
    try:
        if path.stat().st_size > MAX_DOCX:
            raise HostileFile(_("it is larger than %(n)s MB", n=MAX_DOCX // 1_000_000))
        data = path.read_bytes()
    except OSError as error:
        raise OporaError(
            _("The file %(path)s cannot be read: %(reason)s.", path=path, reason=error.strerror)
        ) from error
    try:
        report = examine_template(data, code)
    except HostileFile as refused:
        say(str(refused))
        return FAULTS
    tell(report, say)
    return DONE if report["ok"] else FAULTS


def tell(report: dict[str, Any], say: Print) -> None:
    """The report as lines: what, where, the words around it, what to do."""
    for one in report["findings"]:
        place = f" ({unpack(one['place'])})" if one["place"] else ""
        say(f"{_SIGNS[one['severity']]} {unpack(one['text'])}{place}")
        if one["quote"]:
            before, tag, after = one["quote"]
            say(f"    {before}[{tag}]{after}")
        if one["todo"]:
            say(f"    → {unpack(one['todo'])}")
    counts = {s: sum(f["severity"] == s for f in report["findings"]) for s in _SIGNS}
    say(str(_(
        "Tags: %(tags)s, test papers: %(trials)s, errors: %(errors)s, remarks: %(warnings)s; "
        "%(seconds)s s, %(peak)s MB.",
              tags=report["tags"], trials=len(report["trials"]), errors=counts["error"], warnings=counts["warning"],
              seconds=report["seconds"], peak=report["peak"])))  # fmt: skip
    say(str(_("It can be published.") if report["ok"] else _("It cannot be published yet.")))


__all__ = ["add_to", "check_file", "list_kinds", "tell"]
