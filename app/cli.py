"""The command line: every command, its arguments, and what it answers."""

from __future__ import annotations

import argparse
import getpass
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from app import config, template_commands, wiring, workflow_commands
from app.core import logs
from app.core.engines import is_busy
from app.core.errors import Busy, OporaError
from app.core.i18n import _, in_locale
from app.core.outage import is_away
from app.core.unit_of_work import Runtime

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit status (0 done, 1 found faults, 2 wrong input)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a console without a sign for a dash still says the rest
            stream.reconfigure(errors="replace")
    arguments = parser().parse_args(argv)
    with in_locale(getattr(arguments, "language", "ru")):
        return _answer(arguments)


def _answer(arguments: argparse.Namespace) -> int:
    try:
        run: Command = arguments.run
        status = run(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read has read enough: `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OporaError as error:
        print(error, file=sys.stderr)
        for name, fault in getattr(error, "fields", {}).items():
            print(f"  {name}: {fault}", file=sys.stderr)
        return 2
    except UnicodeEncodeError as error:  # a code or a name typed in another encoding: nothing is called so
        text = ascii(error.object)[:60]
        print(_("Not text in UTF-8: %(text)s", text=text), file=sys.stderr)
        return 2
    except Exception as error:
        if not (isinstance(error, DatabaseError) or is_away(error)):
            raise
        if is_busy(error):
            print(Busy().message, file=sys.stderr)
            return 2
        # no address, no password, no tables, a file that is none: what the driver says first, and what to do
        told = isinstance(error, OperationalError | ProgrammingError) or type(error) is DatabaseError
        if not (told or is_away(error)):
            raise  # a row that does not fit is our fault, not the address's
        reason = next(iter(str(getattr(error, "orig", error)).strip().splitlines()), type(error).__name__)
        print(_("The database cannot be used: %(reason)s. Check DATABASE_URL; then: python app.py bootstrap",
                reason=reason), file=sys.stderr)  # fmt: skip
        return 2
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python app.py", description="Опора: support of schools.")
    commands = top.add_subparsers(dest="command", required=True, metavar="command")

    def add(name: str, run: Command, sentence: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=sentence, description=sentence)
        one.set_defaults(run=run)
        return one

    add("run", run_demo, "set up and serve the Penza demo on this machine")
    add("bootstrap", bootstrap, "tables, roles, definitions and the first administrator")
    add("migrate", migrate, "bring the tables to the newest revision")
    add("demo", demo, "load the Penza demo into DATABASE_URL (twice without harm)")
    add("serve", serve, "serve the web pages")
    add("worker", worker, "do the jobs of the outbox")
    add("scheduler", scheduler, "start periodic jobs in time")
    add("verify", verify, "prove that the database is whole")
    tour = add("tour", run_tour, "walk the four cases of Penza from start to end, without a browser")
    tour.add_argument("--out", type=Path, required=True, help="folder for the documents")
    tour.add_argument(
        "--database-url", default="", help="run there (an empty database) instead of a temporary one"
    )
    backup = add("backup", run_backup, "write database and files into one archive")
    backup.add_argument("file", type=Path)
    restore = add("restore", run_restore, "restore an archive into an empty place and verify it")
    restore.add_argument("file", type=Path)
    template_commands.add_to(commands)
    workflow_commands.add_to(commands, _system)
    return top


def _system(demo: bool | None = None) -> Runtime:
    settings = config.load(demo=demo)
    logs.configure(settings.log_level)
    return wiring.build(settings)


def run_demo(_arguments: argparse.Namespace) -> int:
    """Everything for the first look: SQLite, migrations, demo data, web and workers in one process."""
    from app.admin.bootstrap import bootstrap as prepare
    from app.admin.bootstrap import migrate as to_head
    from app.demo.loading import TODAY, load
    from app.demo.penza import LOGINS, PASSWORD
    from app.server import serve as serve_web

    day = os.environ.setdefault("CLOCK", TODAY.isoformat())
    # a copy that begins on another day is another year of practice, with a database of its own
    apart = day != TODAY.isoformat() and re.fullmatch(r"[0-9-]{1,20}", day)
    if apart and not os.environ.get("OPORA_VAR"):
        os.environ["OPORA_VAR"] = str(config.ROOT / "var" / f"training-{day}")
    settings = config.load(demo=True)
    config.check_for_serving(settings)
    logs.configure(os.environ.get("LOG_LEVEL", "WARNING"))
    to_head(settings)
    system = wiring.build(settings)
    prepare(system)
    load(system, until=settings.clock)

    def greet() -> None:
        print(f"\nОпора: http://{settings.host}:{settings.port}/\n")
        print(f"Учебные учётные записи, пароль у всех один: {PASSWORD}\n")
        for username, who in LOGINS:
            print(f"  {username:<12} {who}")
        print("\nОстановить: Ctrl+C", flush=True)

    return serve_web(system, on_start=greet)


def bootstrap(_arguments: argparse.Namespace) -> int:
    from app.admin.bootstrap import add_first_administrator, has_administrator
    from app.admin.bootstrap import bootstrap as prepare
    from app.admin.bootstrap import migrate as to_head

    system = _system()
    to_head(system.settings)
    for name in prepare(system):
        print(f"workflow: {name}")
    if has_administrator(system):
        print("bootstrap: done")
        return 0
    username = os.environ.get("ADMIN_USERNAME") or input("First administrator, account name: ").strip()
    password = os.environ.get("ADMIN_PASSWORD") or getpass.getpass("Password: ")
    organisation = os.environ.get("AUTHORITY_NAME") or input("Name of the authority: ").strip()
    add_first_administrator(system, username=username, password=password, authority=organisation)
    print(f"bootstrap: done, log in as {username}")
    return 0


def migrate(_arguments: argparse.Namespace) -> int:
    from app.admin.bootstrap import migrate as to_head

    to_head(config.load())
    return 0


def demo(_arguments: argparse.Namespace) -> int:
    from app.admin.bootstrap import bootstrap as prepare
    from app.admin.bootstrap import migrate as to_head
    from app.demo.loading import load

    system = _system(demo=True)
    to_head(system.settings)
    prepare(system)
    print(
        "loaded"
        if load(system, until=system.settings.clock)
        else "the demo is already there; nothing was changed"
    )
    return 0


def serve(_arguments: argparse.Namespace) -> int:
    from app.server import serve as serve_web

    system = _system()
    config.check_for_serving(system.settings)
    return serve_web(system)


def worker(_arguments: argparse.Namespace) -> int:
    from app.worker import run_worker

    run_worker(_system())
    return 0


def scheduler(_arguments: argparse.Namespace) -> int:
    from app.worker import run_scheduler

    run_scheduler(_system())
    return 0


def verify(_arguments: argparse.Namespace) -> int:
    from app.admin.verify import report

    return report(_system(), print)


def run_tour(arguments: argparse.Namespace) -> int:
    from app.demo.tour import main as walk

    logs.configure("WARNING")
    return walk(arguments.out, arguments.database_url, print)


def run_backup(arguments: argparse.Namespace) -> int:
    from app.admin.backup import backup

    print(backup(_system(), arguments.file))
    return 0


def run_restore(arguments: argparse.Namespace) -> int:
    from app.admin.backup import restore
    from app.admin.verify import report

    settings = config.load()
    restore(settings, arguments.file)
    return report(_system(), print)
