"""`python app.py verify`: proves on the present database that nothing was lost, altered or left undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.audit import verify as audit_proof
from app.audit.models import AuditRecord
from app.calendar.queries import missing_years
from app.cases import verify as case_proof
from app.core.actor import SYSTEM
from app.core.clock import local_date
from app.core.i18n import Text, _
from app.core.unit_of_work import Runtime
from app.files import verify as file_proof
from app.jobs import verify as job_proof

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Finding:
    """A fault, or (not `is_fault`) something worth telling that is no fault."""

    text: Text | str
    is_fault: bool = True

    def __str__(self) -> str:
        return str(self.text)


def findings(system: Runtime) -> Iterator[str]:
    """One sentence per fault, in the reader's language; none when all holds."""
    for finding in _walk(system, Counter()):
        if finding.is_fault:
            yield str(finding)


def report(system: Runtime, say: Callable[[str], None]) -> int:
    """Say every fault and warning, then what was looked at; 0 when all holds, else 1."""
    counts: Counter[str] = Counter()
    faults = 0
    for finding in _walk(system, counts):
        faults += finding.is_fault
        say(f"{_('FAULT') if finding.is_fault else _('note')}: {finding}")
    say(str(_(
        "Checked – cases: %(cases)s, events: %(events)s, journal records: %(records)s, files: %(files)s, "
        "definitions: %(definitions)s, jobs: %(jobs)s.",
        **{name: counts[name] for name in ("cases", "events", "records", "files", "definitions", "jobs")},
    )))  # fmt: skip
    say(str(_("Everything holds.") if not faults else _("Faults found: %(n)s.", n=faults)))
    return 1 if faults else 0


@contextmanager
def snapshot(system: Runtime) -> Iterator[Session]:
    """One unchanging view of the database as the system sees it, from which nothing can be written."""
    with system.database.sessions(info={"actor": SYSTEM}, autoflush=False) as session:
        if system.database.is_sqlite:
            connection = session.connection()
            connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                yield session
            finally:
                session.connection().exec_driver_sql("PRAGMA query_only=OFF")
            return
        session.connection(
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        yield session


def _guards(session: Session) -> Iterator[Text]:
    """The database itself refuses to change the journal: its triggers are there and switched on."""
    if session.get_bind().dialect.name == "sqlite":
        wanted = {"audit_records_no_update", "audit_records_no_delete"}
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        wanted = {"audit_records_append_only", "audit_records_no_truncate"}
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
    for name in sorted(wanted - set(session.execute(text(query)).scalars())):
        yield _(
            "The database no longer guards the journal: the trigger %(name)s is missing or off", name=name
        )


def _walk(system: Runtime, counts: Counter[str]) -> Iterator[Finding]:
    ports = system.ports
    parts: tuple[tuple[str, Callable[[Session], Iterator[Text | str]]], ...] = (
        ("cases", lambda session: case_proof.findings(session, counts)),
        ("audit", audit_proof.findings),
        ("guards", _guards),
        ("files", lambda session: file_proof.findings(session, ports.storage, counts)),
        *((name, lambda session, p=proof: p(session, ports.storage)) for name, proof in ports.proofs.items()),
        ("outbox", lambda session: job_proof.findings(session, counts)),
    )
    now = system.clock.now()
    for name, proof in parts:
        try:
            with snapshot(system) as session:
                if name == "audit":
                    counts["records"] += session.scalar(select(func.count()).select_from(AuditRecord)) or 0
                for sentence in proof(session):
                    yield Finding(sentence)
        except Exception as error:
            # A row that cannot even be read is a fault like others; the remaining proofs go on.
            log.warning("verify.broken_off", part=name, error=type(error).__name__)
            yield Finding(_("The check “%(part)s” was broken off: %(problem)s", part=name,
                            problem=f"{type(error).__name__}"))  # fmt: skip
    with snapshot(system) as session:
        try:
            notes = [*job_proof.warnings(session, now, ports.handlers.keys()), *job_proof.pending(session)]
            notes += [
                _(
                    "The working calendar of %(year)s is not filled: terms in it are counted by weekends only",
                    year=year,
                )
                for year in missing_years(session, local_date(now, ports.zone))
            ]
        except Exception as error:  # named above already, where the outbox itself was read
            log.warning("verify.broken_off", part="outbox notes", error=type(error).__name__)
            notes = []
    for note in notes:
        yield Finding(note, is_fault=False)
