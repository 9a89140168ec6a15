"""The rows of a case say what its events say: for every history, written step by step or all at once."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from sqlalchemy import text

from app.admin import verify
from app.cases import queries, service
from app.cases.writing import rows, snapshots, writer
from app.cases.writing.projection import Projection, changes, project
from app.cases.writing.snapshots import asks_for_votes, case_fields, snapshot, state_from_rows
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Complete, Fire
from app.engine.definition import Definition, akin
from app.engine.evolution import fold, in_force
from app.engine.reading import loader
from app.engine.state import VoteState
from app.engine.trials.walks import Walk
from app.engine.trials.worlds import World
from app.jobs.outbox import Promise
from tests.people import open_cases

FOLDER = Path(__file__).resolve().parents[3] / "workflows/school_support"


@pytest.fixture(scope="module")
def versions() -> list[Definition]:
    """All shipped versions: cases of these histories also move between them."""
    return akin([loader.load(path) for path in sorted(FOLDER.glob("v*.yaml"))])


def _random_walk(versions: list[Definition], number: int) -> Walk:
    chances = (random.Random(f"rows/{number}/{what}") for what in range(3))
    walk = Walk([World(one) for one in versions], *chances)
    walk.wander()
    return walk


@pytest.mark.parametrize("few", [snapshots.FEW, 1], ids=["votes in the snapshot", "votes in rows"])
@pytest.mark.parametrize("block", range(10))
def test_what_each_step_writes_adds_up_to_what_the_events_say(
    versions: list[Definition], block: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "FEW", few)
    for number in range(block * 10, block * 10 + 10):
        events = _random_walk(versions, number).events
        state, kept, definition = None, None, versions[0]
        for end, event in enumerate(events, start=1):
            definition = in_force(definition, event)
            changed = changes(definition, state, [event])
            assert changed is not None
            kept = _written(kept, changed)
            columns = {**case_fields(changed.state), "opened_at": changed.state.opened_at}
            stored = json.loads(json.dumps(snapshot(changed.state)))  # as the database gives it back
            place = (changed.state.stage, changed.state.round)
            votes = [VoteState(key[2], **values) for key, values in kept.votes.items() if key[:2] == place]
            whole = fold(versions[0], events[:end])
            if not asks_for_votes(stored):
                votes = []
            elif (
                len(votes) != stored["votes"]
            ):  # rows of an earlier stay under the same name: the writer folds
                state = whole
                continue
            here = {
                key[2]
                for key, row in kept.tasks.items()
                if key[:2] == place and row["status"] != "not_needed"
            }
            assert here <= whole.tasks.keys(), (
                f"history {number}, event {end}: rows of tasks that are not there"
            )
            state = state_from_rows(columns, stored, votes)
            assert state == whole, f"history {number}, event {end}: {event}"
        if events:
            everything = project(versions[0], events)
            assert kept is not None
            assert (everything.rounds, everything.tasks, everything.votes) == (
                kept.rounds,
                kept.tasks,
                kept.votes,
            )


def _written(rows: Projection | None, changed: Projection) -> Projection:
    """The rows after these were written over them, as the statements of the writer do it."""
    if rows is None:
        return changed
    if changed.left is not None:
        rows.rounds[-1].left_at, rows.rounds[-1].left_by = changed.left
    rows.rounds += changed.rounds
    rows.tasks = {key: row for key, row in rows.tasks.items() if key not in changed.gone} | changed.tasks
    rows.votes |= changed.votes
    return rows


def test_a_case_of_an_earlier_release_is_folded_once_and_goes_on(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    with system.work(actor(system, "methodist")) as work:
        service.act(work, case_id, Fire("start_diagnosis"), 1)
    with system.database.engine.begin() as connection:
        connection.execute(text("UPDATE cases SET snapshot = NULL"))
    assert list(verify.findings(system)) == []
    with system.work(actor(system, "methodist")) as work:
        service.act(work, case_id, Fire("suspend", "Ремонт в школе"), 2)
        standing = writer.lock(work, case_id)
        case = queries.get_case(work.session, case_id)
        definition = work.ports.definitions.of(work.session, case)
        assert standing.columns["snapshot"]["layout"]
        assert standing.state(work, definition) == fold(definition, service.stored_events(work, case))
    assert list(verify.findings(system)) == []


def test_verify_finds_a_snapshot_that_was_tampered_with(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        case = queries.get_case(work.session, cases["41"])
        case.snapshot = {**(case.snapshot or {}), "rest": {"rounds": {"identified": 2}}}
    assert any("cases.snapshot" in str(finding) for finding in verify.findings(penza))


def test_what_was_loaded_before_a_step_says_afterwards_what_the_step_did(
    penza: Runtime, cases: dict[str, int]
) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        case = queries.get_case(work.session, cases["41"])
        tasks = queries.tasks_of(work.session, case)
        assert [(task.task, task.status) for task in tasks] == [("confirm_list", "open")]
        service.act(work, case.id, Complete("confirm_list"), 1)
        assert (case.version, tasks[0].status) == (2, "done")
        service.act(work, case.id, Fire("start_diagnosis"), 2)
        assert (case.version, case.stage, queries.rounds_of(work.session, case.id)[-1].stage) == (
            3,
            *["diagnosis"] * 2,
        )


def test_a_whole_history_written_at_once_is_the_same_case(
    penza_on_both: Runtime, versions: list[Definition]
) -> None:
    """More rows of each table than one statement takes: the others follow it."""
    system = penza_on_both
    case_id = open_cases(system)["41"]
    walks = (_random_walk(versions[:1], seed) for seed in range(60))
    events = max((walk.events for walk in walks), key=len)
    with system.work(actor(system, "methodist")) as work:
        case = queries.get_case(work.session, case_id)
        definition = work.ports.definitions.of(work.session, case)
        assert (definition.hash, len(events) > 12) == (versions[0].hash, True)
        standing = writer.lock(work, case_id)
        before = standing.state(work, definition)
        promises = [Promise("test", f"{case_id}:{key}", {"number": key}) for key in range(9)]
        further = events[1:]  # the case is opened already
        columns = writer.write(work, standing, definition, further, before, promises=promises)
        writer.refresh(work.session, case, columns)
        assert (standing.version, case.version) == (len(events), len(events))
        stored = service.stored_events(work, case)[1:]
        assert [rows.told(one)[0] for one in stored] == [rows.told(one)[0] for one in further]
    assert len(work.outbox_ids) == len(promises)
    faults = [str(finding) for finding in verify.findings(system)]
    # the events are of people and moments of the history, written by one person at one moment: nothing else is found
    assert [one for one in faults if not one.startswith("Случай ROV-2025-04: столбцы события")] == []
