"""Databases of earlier releases with live cases go up to this one, and people work on in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, text

from app import wiring
from app.admin.archive import Archive
from app.admin.backup import restore
from app.admin.bootstrap import bootstrap
from app.admin.verify import findings
from app.cases.queries import list_cases
from app.cases.service import act
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.engines import normalise_url
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine import Cast, Fire
from app.jobs.runner import drain
from tests.conftest import BOTH_DATABASES
from tests.integration.admin.conftest import settings_for
from tests.servers.databases import ROOT, TestDatabase, alembic_config

RELEASES = sorted((ROOT / "tests" / "data" / "releases").glob("*.zip"))
AFTER_THE_DEMO = datetime(2025, 10, 9, 7, 0, tzinfo=UTC)


@pytest.fixture(params=BOTH_DATABASES)
def empty_place(request: pytest.FixtureRequest, tmp_path: Path) -> TestDatabase:
    """A database without tables."""
    if request.param == "postgresql":
        database: TestDatabase = request.getfixturevalue("empty_postgres")
        return database
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    return TestDatabase(url, url)


Earlier = Callable[[str], tuple[Config, Engine]]


@pytest.fixture
def at_revision(empty_place: TestDatabase, tmp_path: Path) -> Iterator[Earlier]:
    """The last release taken back to a revision: what alembic needs to go on from it, and the owner's connections."""
    owner = create_engine(normalise_url(empty_place.owner_url))

    def earlier(revision: str) -> tuple[Config, Engine]:
        restore(settings_for(empty_place, tmp_path), RELEASES[-1])
        config = alembic_config(empty_place)
        command.downgrade(config, revision)
        return config, owner

    yield earlier
    owner.dispose()


def _stages(system: Runtime) -> dict[str, tuple[str, int, str]]:
    cases = list_cases(system.read(SYSTEM).session)
    found = {case.school.code: (case.stage, case.version, case.status) for case in cases}
    system.database.session.remove()
    return found


@pytest.mark.parametrize("release", RELEASES, ids=lambda file: file.stem)
def test_live_cases_of_a_release_go_on(release: Path, empty_place: TestDatabase, tmp_path: Path) -> None:
    with Archive(release) as archive:
        cases = archive.manifest.tables["cases"].rows
    settings = settings_for(empty_place, tmp_path)
    restore(settings, release)
    system = wiring.build(settings, FixedClock(AFTER_THE_DEMO))
    try:
        bootstrap(system)
        before = _stages(system)
        assert len(before) == cases == 4
        assert [str(finding) for finding in findings(system)] == []
        ids = {case.school.code: case.id for case in list_cases(system.read(SYSTEM).session)}
        system.database.session.remove()
        # the vote on the results of ОШИ № 1 is open, and the case of № 41 is carried out: both go on
        with system.work(actor(system, "member2")) as work:
            act(work, ids["oshi1"], Cast("for"), before["oshi1"][1])
        with system.work(actor(system, "methodist")) as work:
            act(work, ids["41"], Fire("suspend", "Школа закрыта на карантин"), before["41"][1])
        drain(system)
        after = _stages(system)
        assert after["oshi1"][1] > before["oshi1"][1]
        assert after["41"][2] == "suspended"
        assert (after["50"], after["co1"]) == (before["50"], before["co1"])
        assert [str(finding) for finding in findings(system)] == []
    finally:
        system.database.dispose()


def test_new_terms_approved_before_revision_0013_count_after_it(at_revision: Earlier) -> None:
    config, owner = at_revision("0012")
    approved, asked = "move_approved_at = reported_at", "move_approved_at = NULL"
    with owner.begin() as connection:
        ids = connection.scalars(text("SELECT id FROM plan_reports ORDER BY id LIMIT 2")).all()
        for key, decided in zip(ids, (approved, asked), strict=True):
            connection.execute(
                text(f"UPDATE plan_reports SET moved_to = '2025-11-20', {decided} WHERE id = :id"),
                {"id": key},
            )
    command.upgrade(config, "head")
    with owner.connect() as connection:
        told = connection.execute(text("SELECT id, approved_to FROM plan_reports WHERE moved_to IS NOT NULL"))
        assert {key: day and str(day) for key, day in told} == {ids[0]: "2025-11-20", ids[1]: None}


def test_why_a_term_was_refused_before_revision_0015_is_kept_as_that_after_it(at_revision: Earlier) -> None:
    config, owner = at_revision("0014")
    refused, asked = "status = 'planned'", "status = 'moved'"
    with owner.begin() as connection:
        ids = connection.scalars(text("SELECT id FROM plan_reports ORDER BY id LIMIT 2")).all()
        for key, state in zip(ids, (refused, asked), strict=True):
            told = f"moved_to = '2025-11-20', reason = 'Слово', {state}"
            connection.execute(text(f"UPDATE plan_reports SET {told} WHERE id = :id"), {"id": key})
    words = text("SELECT reason, refused_because FROM plan_reports WHERE reason || refused_because = 'Слово'")
    command.upgrade(config, "head")
    with owner.connect() as connection:
        assert sorted(tuple(row) for row in connection.execute(words)) == [("", "Слово"), ("Слово", "")]
    command.downgrade(config, "0014")
    with owner.connect() as connection:
        kept = connection.scalars(
            text("SELECT id FROM plan_reports WHERE reason = 'Слово' ORDER BY id")
        ).all()
        assert kept == ids


def test_notices_of_papers_to_be_read_sent_before_revision_0016_end_with_the_reading_after_it(
    at_revision: Earlier,
) -> None:
    config, owner = at_revision("0015")
    sent = """INSERT INTO document_acknowledgements (id, document_id, addressee, sent_at, reader, capacity, on_paper)
              SELECT :id, min(id), :to, :at, '', '', false FROM documents"""
    told = """INSERT INTO notifications (id, user_id, key, kind, code, params, link, created_at, mail)
              SELECT :id, min(ab_user.id), 'document:' || :paper || ':org:1:2025-01-22', 'reminder', 'document.read',
                     '{}', '/', :at, 'product' FROM ab_user"""
    with owner.begin() as connection:
        at = {"at": AFTER_THE_DEMO}
        for key, addressee in ((901, "org:1"), (902, "org:11")):
            connection.execute(text(sent), {"id": key, "to": addressee} | at)
        paper = connection.scalar(text("SELECT min(id) FROM documents"))
        connection.execute(text(told), {"id": 901, "paper": str(paper)} | at)
    command.upgrade(config, "head")
    with owner.connect() as connection:
        kept = connection.execute(
            text('SELECT kind, name, "row" FROM notice_matters WHERE notification_id = 901')
        )
        assert [tuple(one) for one in kept] == [("paper", "", 901)]


def test_notices_told_before_revision_0017_know_after_it_of_which_thing_they_speak(
    at_revision: Earlier,
) -> None:
    config, owner = at_revision("0016")
    told = """INSERT INTO notifications (id, user_id, key, kind, code, params, link, created_at, mail)
              SELECT :id, min(ab_user.id), :key, 'reminder', :code, '{}', '/', :at, 'product' FROM ab_user"""
    keys = {
        901: (
            "terms.remind",
            "1/diagnosis/1/fill_diagnosis/remind/2/2025-01-21",
            "1/diagnosis/1/fill_diagnosis/2025-01-21",
        ),
        902: ("terms.overdue", "1/diagnosis/1//overdue/0/2025-01-30", "1/diagnosis/1//2025-01-30"),
        903: ("document.read", "document:7:org:1:2025-01-22", "document:7:org:1"),
        904: ("terms.moved", "moved/1/9/fill_diagnosis", None),
    }
    with owner.begin() as connection:
        for number, (code, key, _about) in keys.items():
            connection.execute(text(told), {"id": number, "code": code, "key": key, "at": AFTER_THE_DEMO})
    command.upgrade(config, "head")
    with owner.connect() as connection:
        found = connection.execute(text("SELECT id, about FROM notifications WHERE id > 900"))
        abouts = {number: about for number, (_code, _key, about) in keys.items()}
        assert {row.id: row.about for row in found} == abouts


def test_the_archives_are_of_revisions_this_release_knows() -> None:
    scripts = ScriptDirectory.from_config(alembic_config(TestDatabase("sqlite://", "sqlite://")))
    known = {script.revision for script in scripts.walk_revisions()}
    assert RELEASES
    for release in RELEASES:
        with Archive(release) as archive:
            assert archive.manifest.revision == release.stem
            assert archive.manifest.revision in known
