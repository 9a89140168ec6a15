"""The demo: loaded once, left alone the second time, half a load told; the first administrator of a real system."""

from __future__ import annotations

import json
import logging
from itertools import product
from pathlib import Path

import pytest
import structlog

from app import wiring
from app.admin import verify
from app.admin.bootstrap import add_first_administrator, bootstrap, has_administrator
from app.cases.procedures.check import kinds_of
from app.cases.queries import list_cases
from app.core import logs
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Invalid, OporaError
from app.core.unit_of_work import Runtime
from app.demo.loading import load
from app.demo.penza import PROGRAMME
from app.engine.guards import kind_of
from tests.conftest import _settings
from tests.people import START
from tests.servers.databases import TestDatabase

STAGES = {"41": "events", "50": "closed", "co1": "results_review", "oshi1": "results_review"}


@pytest.mark.slow
def test_the_demo_is_loaded_twice_without_harm_and_is_whole(
    sqlite_database: TestDatabase, tmp_path: Path
) -> None:
    system = wiring.build(_settings(sqlite_database, tmp_path), FixedClock(START))
    bootstrap(system)
    assert load(system) is True
    assert load(system) is False
    cases = list_cases(system.read(SYSTEM).session)
    assert {case.school.code: case.stage for case in cases} == STAGES
    assert {case.programme.code for case in cases} == {PROGRAMME}
    assert _facts_that_spoke(system, [case.id for case in cases]) == set(wiring.FACTS)
    system.database.session.remove()
    assert [str(finding) for finding in verify.findings(system)] == []
    system.database.dispose()


def _facts_that_spoke(system: Runtime, cases: list[int]) -> set[str]:
    """The facts that are known of some case; what each says is of the kind it promises."""
    session, kinds = system.read(SYSTEM).session, kinds_of(wiring.FACTS)
    spoke = set()
    for case_id, (name, source) in product(cases, wiring.FACTS.items()):
        value, promised = source(session, case_id).value, kinds[name]
        assert promised is not None, name
        if value is not None:
            spoke.add(name)
            assert kind_of(value) == {"yes_no": "bool"}.get(promised.kind, promised.kind), (name, value)
            assert not promised.choices or value in promised.choices, (name, value)
    return spoke


def test_a_load_that_was_interrupted_is_told(penza: Runtime) -> None:
    # the fixture holds the reference data only, as an interrupted load would leave it
    with pytest.raises(OporaError, match="не до конца"):
        load(penza)


def test_a_real_system_begins_with_one_administrator(sqlite_database: TestDatabase, tmp_path: Path) -> None:
    system = wiring.build(_settings(sqlite_database, tmp_path), FixedClock(START))
    bootstrap(system)
    assert not has_administrator(system)
    system.database.session.remove()
    with pytest.raises(Invalid):
        add_first_administrator(system, username="boss", password="short", authority="Управление")
    assert not has_administrator(system)
    system.database.session.remove()
    add_first_administrator(system, username="boss", password="Long-enough-2025", authority="Управление")
    assert has_administrator(system)
    system.database.dispose()


def test_a_log_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO")
    logging.getLogger("app.test").warning("refused", extra={"status": 409})
    line = capsys.readouterr().err.strip().splitlines()[-1]
    told = json.loads(line)
    assert told["event"] == "refused"
    assert told["level"] == "warning"
    assert "timestamp" in told


def test_a_log_tells_where_an_error_arose_and_nothing_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    """What an error says may repeat what was typed, a row or an address with its password."""
    logs.configure("INFO")
    try:
        try:
            int("Иванова Мария")
        except ValueError as error:
            raise RuntimeError("postgresql://opora:pa55@db") from error
    except RuntimeError:
        logging.getLogger("app.test").exception("unhandled error")
        structlog.get_logger("app.test").exception("unhandled error")
    lines = capsys.readouterr().err.strip().splitlines()[-2:]
    for line in lines:
        trace = json.loads(line)["exception"]
        assert trace.index("builtins.ValueError") < trace.index("builtins.RuntimeError")
        assert "test_loading.py" in trace
        assert "Иванова" not in trace.replace('int("Иванова Мария")', "")
        assert "pa55" not in trace.replace('"postgresql://opora:pa55@db"', "")
