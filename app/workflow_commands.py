"""`python app.py workflow …`: definitions in files, and the versions a database knows."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app import wiring
from app.cases.procedures import version_commands as commands
from app.cases.procedures.check import check_files
from app.cases.procedures.names import say_names
from app.cases.procedures.rehearsal import draw_file, play_files, simulate_files
from app.cases.roles import FOUND
from app.core.i18n import LOCALES
from app.core.unit_of_work import Runtime


def add_to(top: Any, system: Callable[[], Runtime]) -> None:
    """The group `workflow` of the command line; `system` is made when a command needs the database."""
    definitions = top.add_parser("workflow", help="workflow definitions")
    definitions.add_argument(
        "--lang", dest="language", choices=LOCALES, default="ru", help="of what is answered"
    )
    workflow = definitions.add_subparsers(required=True, metavar="what")
    check = workflow.add_parser("check", help="check the definitions; faults with file, line and column")
    check.add_argument("files", nargs="*", type=Path)
    check.set_defaults(run=_check)
    names = workflow.add_parser(
        "names", help="what a definition may name: facts, dates, papers, effects, pages, roles"
    )
    names.set_defaults(run=_names)
    test = workflow.add_parser(
        "test", help="play the scenarios beside the definitions, report their coverage"
    )
    test.add_argument("files", nargs="*", type=Path, help="definitions, or files of scenarios")
    test.set_defaults(run=_test)
    walk = workflow.add_parser("simulate", help="try random histories against the promises")
    walk.add_argument("files", nargs="*", type=Path)
    walk.add_argument("--runs", type=_at_least_one, default=500)
    walk.add_argument("--seed", type=int, default=1, help="the same seed gives the same histories")
    walk.set_defaults(run=_simulate)
    diagram = workflow.add_parser("diagram", help="draw a definition as SVG")
    diagram.add_argument("file", nargs="?", type=Path, help="the newest of ours when left out")
    diagram.add_argument("--lang", choices=LOCALES, help="of the drawing; that of the answers when left out")
    diagram.add_argument("--out", type=Path, help="a file instead of the standard output")
    diagram.set_defaults(run=_diagram)
    _versions(workflow, system)


def _versions(workflow: Any, system: Callable[[], Runtime]) -> None:
    """Commands that lead the versions in the database."""

    def add(name: str, sentence: str, run: Callable[..., int], *arguments: str) -> argparse.ArgumentParser:
        one: argparse.ArgumentParser = workflow.add_parser(name, help=sentence, description=sentence)
        for argument in arguments:
            one.add_argument(argument, type=int if argument in ("version", "source", "target") else str)
        one.set_defaults(run=lambda given: run(system(), given, print))
        return one

    add("versions", "list the versions in the database", commands.versions)
    add(
        "import",
        "take in a definition file as a draft, with the scenarios beside it",
        commands.take_in,
        "file",
    )
    add("check-version", "check a version of the database", commands.check, "code", "version")
    add(
        "publish",
        "publish a checked version: new cases are opened in it",
        commands.publish,
        "code",
        "version",
    )
    add(
        "retire",
        "take a version out of use; refused while live cases run by it",
        commands.retire,
        "code",
        "version",
    )
    add(
        "revise",
        "correct the texts of a published version from a file",
        commands.revise,
        "code",
        "version",
        "file",
    )
    out = add("export", "write a version of the database as YAML", commands.export, "code", "version")
    out.set_defaults(run=lambda given: commands.export(system(), given, _print_document))
    out.add_argument("--out", type=Path, help="a file instead of the standard output")
    diff = workflow.add_parser("diff", help="the difference of two versions in words")
    diff.add_argument("old", help="a file, or CODE:VERSION of the database")
    diff.add_argument("new", help="a file, or CODE:VERSION of the database")
    diff.set_defaults(run=lambda given: commands.difference(system, given, print, wiring.DATES))
    for name, run, sentence in (
        ("rehearse", commands.rehearse, "what would become of every live case; nothing changes"),
        ("migrate", commands.migrate, "move live cases to another version, one by one"),
    ):
        one = add(name, sentence, run, "code", "source", "target")
        one.add_argument("--case", nargs="+", default=[], metavar="CODE", help="only these cases")
        told = "a stage or task and its successor; TASK=- drops a task"
        one.add_argument("--map", nargs="+", default=[], metavar="OLD=NEW", help=told)
        if name == "migrate":
            one.add_argument("--losing", action="store_true", help="also cases that lose a term")
    add("undo", "take back the last migration of a case", commands.undo, "case")


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _check(arguments: argparse.Namespace) -> int:
    return check_files(
        arguments.files,
        print,
        facts=wiring.FACTS,
        effects=wiring.STEP_EFFECTS,
        pages=_pages(),
        dates=wiring.DATES,
        roles=FOUND,
    )


def _names(arguments: argparse.Namespace) -> int:
    return say_names(
        print, facts=wiring.FACTS, dates=wiring.DATES, effects=wiring.STEP_EFFECTS, pages=_pages()
    )


def _pages() -> set[str]:
    return {*wiring.PAGES_OF_A_CASE, *(tab.code for tab in wiring.TABS)}


def _test(arguments: argparse.Namespace) -> int:
    return play_files(arguments.files, print)


def _simulate(arguments: argparse.Namespace) -> int:
    return simulate_files(arguments.files, arguments.runs, arguments.seed, print)


def _diagram(arguments: argparse.Namespace) -> int:
    language = arguments.lang or arguments.language
    return draw_file(arguments.file, language, arguments.out, _print_document, wiring.DATES)


def _print_document(text: object) -> None:
    """A drawing or a definition sent into a file is in UTF-8, whatever the console speaks."""
    if isinstance(sys.stdout, io.TextIOWrapper) and not sys.stdout.isatty():
        sys.stdout.reconfigure(encoding="utf-8")
    print(text)
