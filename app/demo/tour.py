"""`python app.py tour`: the four cases of Penza from start to end through the services, by role, without a browser."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import inspect, select

from app import config, wiring
from app.admin.bootstrap import bootstrap, migrate
from app.admin.verify import report
from app.cases.queries import list_cases
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import OporaError
from app.core.i18n import _
from app.core.unit_of_work import Runtime
from app.demo import approval, beginning, carrying_out, outcome
from app.demo.penza import load_reference
from app.demo.script import Script
from app.demo.story import OUTCOMES, Story
from app.documents.models import DocumentFile
from app.files.models import StoredFile

BEGINS = datetime(2025, 1, 9, 5, 0, tzinfo=UTC)
Say = Callable[[str], None]


def main(out: Path, database_url: str, say: Say) -> int:
    """Walk the year, write every paper into `out`, verify; 0 only if all of it holds.

    Raises OporaError when `out` is a file or the database is not empty.
    """
    if out.exists() and not out.is_dir():
        raise OporaError(_("%(path)s is not a folder.", path=out))
    with tempfile.TemporaryDirectory(prefix="opora-tour-") as folder:
        var = Path(folder)
        environ = {"STORAGE_URL": f"file:{var / 'files'}"} | (
            {"DATABASE_URL": database_url} if database_url else {}
        )
        settings = config.load(environ, demo=True, var=var)
        clock = FixedClock(BEGINS)
        system = wiring.build(settings, clock)
        try:
            if inspect(system.database.engine).has_table("cases"):
                raise OporaError(_("The tour needs an empty database of its own."))
            migrate(settings)
            bootstrap(system)
            walk(system, clock, say)
            written = write_papers(system, out)
            say(f"\nДокументы ({len(written)}) — {out}:")
            for name in written:
                say(f"  {name}")
            say("")
            return report(system, say)
        finally:
            system.database.dispose()


def walk(system: Runtime, clock: FixedClock, say: Say) -> Story:
    """The whole year 2025, four cases to their real outcomes."""
    with system.work(SYSTEM) as work:
        load_reference(work)
    say("Равенство образовательных возможностей, 2025 год, г. Пенза. Школы настоящие, люди и цифры учебные.")
    story = Story(Script(system, clock, say))
    beginning.open_cases(story)
    beginning.diagnose(story)
    beginning.plan(story)
    approval.approve_plans(story)
    approval.agree(story)
    carrying_out.carry_out(story)
    carrying_out.publish(story)
    outcome.review(story)
    outcome.close(story)
    story.script.play()
    say("\nИсходы:")
    for case in list_cases(system.read(SYSTEM).session):
        say(f"  {case.school.short_name}: {OUTCOMES.get(str(case.outcome), case.outcome)}")
    return story


def write_papers(system: Runtime, out: Path) -> list[str]:
    """Every paper of the system as it stands now, under its own name: the registered copy, else the last printing."""
    out.mkdir(parents=True, exist_ok=True)
    work, names = system.read(SYSTEM), []
    rows = work.session.scalars(
        select(DocumentFile).where(DocumentFile.file_id.is_not(None))
        .order_by(DocumentFile.document_id, DocumentFile.copy == "registered", DocumentFile.revision)
    )  # fmt: skip
    last = {row.document_id: row for row in rows}
    for row in last.values():
        stored = work.session.get_one(StoredFile, row.file_id)
        name, n = stored.name, 1
        while name in names:
            n += 1
            name = f"{Path(stored.name).stem} ({n}).docx"
        (out / name).write_bytes(system.ports.storage.get(stored.sha256))
        names.append(name)
    return sorted(names)
