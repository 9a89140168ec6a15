"""`python app.py workflow versions, import, publish, rehearse, migrate …`: versions led from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from app.cases.history import in_reader
from app.cases.procedures import migration, version_uploads
from app.cases.procedures import versions as life
from app.cases.procedures.check import finding_line, why_unreadable
from app.cases.procedures.migration import Fated, Order, fate_in_words
from app.cases.procedures.names import room_names
from app.cases.procedures.scenario_files import texts_beside
from app.cases.texts import STATUS_TITLES
from app.core.actor import SYSTEM
from app.core.errors import Invalid
from app.core.i18n import _
from app.core.ports import DateWords
from app.core.unit_of_work import Runtime
from app.engine.comparing import comparison
from app.engine.definition import Definition
from app.engine.findings import DefinitionError
from app.engine.reading import loader

Say = Callable[[str], None]
Given = argparse.Namespace


def versions(system: Runtime, _given: Given, say: Say) -> int:
    """One line per version: code, number, status, revision, live cases, hash."""
    work = system.read(SYSTEM)
    live = life.counts_of_live(work)
    for row in life.listing(work):
        count = live.get((row.code, row.version), 0)
        status = STATUS_TITLES[row.status]
        say(str(_("%(name)s: %(status)s, revision %(revision)s, live cases: %(count)s, %(hash)s", name=str(row),
                  status=status, revision=row.revision, count=count, hash=row.hash[:12] or "—")))  # fmt: skip
    return 0


def take_in(system: Runtime, given: Given, say: Say) -> int:
    """1 when the draft has errors; it is kept and can be imported again."""
    path = Path(given.file)
    data = version_uploads.Upload(_read(path), texts_beside(path))
    with system.work(SYSTEM) as work:
        row = version_uploads.upload(work, data)
        result = life.examine(work, row)
        say(f"{row}: {STATUS_TITLES[row.status]}")
    return _say_findings(result, say)


def check(system: Runtime, given: Given, say: Say) -> int:
    with system.work(SYSTEM) as work:
        result = life.check(work, given.code, given.version)
        say(
            f"{given.code} v{given.version}: {STATUS_TITLES[life.get(work, given.code, given.version).status]}"
        )
    return _say_findings(result, say)


def publish(system: Runtime, given: Given, say: Say) -> int:
    with system.work(SYSTEM) as work:
        row = life.publish(work, given.code, given.version)
        say(str(_("%(name)s is published.", name=str(row))))
    return 0


def retire(system: Runtime, given: Given, say: Say) -> int:
    with system.work(SYSTEM) as work:
        row = life.retire(work, given.code, given.version)
        say(str(_("%(name)s is retired.", name=str(row))))
    return 0


def revise(system: Runtime, given: Given, say: Say) -> int:
    with system.work(SYSTEM) as work:
        row = version_uploads.revise(work, given.code, given.version, _read(Path(given.file)))
        say(str(_("%(name)s: revision %(revision)s.", name=str(row), revision=row.revision)))
    return 0


def export(system: Runtime, given: Given, say: Say) -> int:
    row = life.get(system.read(SYSTEM), given.code, given.version)
    if given.out is None:
        say(row.source.rstrip("\n"))
        return 0
    try:
        given.out.write_text(row.source, encoding="utf-8")
    except OSError as error:
        raise Invalid(_("%(file)s cannot be written.", file=given.out)) from error
    return 0


def difference(system: Callable[[], Runtime], given: Given, say: Say, dates: Mapping[str, DateWords]) -> int:
    """The difference in words; 0 also when there is none, then a sentence says so."""
    old, new = (_named(system, text) for text in (given.old, given.new))
    found = comparison.compare(old, new, room_names(dates))
    for change in found:
        say(in_reader(change.texts))
    if not found:
        say(str(_("Nothing differs.")))
    return 0


def rehearse(system: Runtime, given: Given, say: Say) -> int:
    """1 when a case could not move."""
    found = migration.rehearse(system.read(SYSTEM), _order(given))
    for one in found:
        say(fate_line(one))
    if not found:
        say(str(_("No live case is in this version.")))
    return int(any(one.plan.event is None for one in found))


def migrate(system: Runtime, given: Given, say: Say) -> int:
    """1 when a case did not move."""
    results = migration.carry_out(lambda: system.work(SYSTEM), _order(given))
    for one in results:
        say(f"{one.code}: {one.text}")
        for note in one.notes:
            say(f"    {in_reader(note)}")
    say(str(_("Moved: %(moved)s of %(all)s.", moved=sum(one.moved for one in results), all=len(results))))
    return int(any(not one.moved for one in results))


def undo(system: Runtime, given: Given, say: Say) -> int:
    with system.work(SYSTEM) as work:
        case = migration.undo(work, given.case)
        say(
            str(
                _("%(code)s is back in version %(version)s.", code=case.code, version=case.definition_version)
            )
        )
    return 0


def fate_line(one: Fated) -> str:
    """«Р-01: переносится как есть — этап …»."""
    notes = "; ".join(in_reader(note.texts) for note in one.plan.notes)
    return f"{one.code}: {fate_in_words(one.plan)}" + (f" — {notes}" if notes else "")


def _order(given: Given) -> Order:
    mapping = migration.parse_mapping(given.map)
    losing = getattr(given, "losing", False)
    return Order(given.code, given.source, given.target, mapping, tuple(given.case), losing)


def _named(system: Callable[[], Runtime], text: str) -> Definition:
    """A definition by its file, or by `code:version` in the database. Raises Invalid, NotFound."""
    code, colon, number = text.partition(":")
    if colon and number.isascii() and number.isdigit() and not Path(text).exists():
        row = life.get(system().read(SYSTEM), code, int(number))
        source, name = row.source, str(row)
    else:
        source, name = version_uploads.readable(_read(Path(text)), text), text
    try:
        return loader.loads(source, name)
    except DefinitionError as error:
        raise Invalid(
            _("%(name)s has faults: %(fault)s", name=name, fault=finding_line(error.findings[0]))
        ) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:  # some files (devices, pipes) have no size to look at beforehand
            data = file.read(version_uploads.MAX_BYTES + 1)
    except OSError as error:
        raise Invalid(_("%(file)s: %(why)s.", file=path, why=why_unreadable(error))) from error
    if len(data) > version_uploads.MAX_BYTES:
        raise Invalid(_("%(file)s is too large.", file=path))
    return data


def _say_findings(result: life.Examined, say: Say) -> int:
    for found in result.findings:
        say(finding_line(found))
    if result.coverage is not None:
        say(
            str(
                _(
                    "Scenarios: %(count)s, coverage %(percent)s%%.",
                    count=result.scenarios,
                    percent=result.coverage,
                )
            )
        )
    return int(bool(result.errors))
