"""Databases of earlier releases with live cases go up to this one, and people work on in them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from app import wiring
from app.admin.archive import Archive
from app.admin.backup import restore
from app.admin.bootstrap import bootstrap
from app.admin.verify import findings
from app.cases.queries import list_cases
from app.cases.service import act
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
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


def test_the_archives_are_of_revisions_this_release_knows() -> None:
    scripts = ScriptDirectory.from_config(alembic_config(TestDatabase("sqlite://", "sqlite://")))
    known = {script.revision for script in scripts.walk_revisions()}
    assert RELEASES
    for release in RELEASES:
        with Archive(release) as archive:
            assert archive.manifest.revision == release.stem
            assert archive.manifest.revision in known
