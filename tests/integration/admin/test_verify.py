"""`verify` passes on an honest database and names each way of tampering with it."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app.admin.verify import findings, report
from tests.integration.admin.conftest import PDF, World

SCAN = hashlib.sha256(PDF).hexdigest()
CASE = "(SELECT case_id FROM case_votes LIMIT 1)"


def test_an_honest_database_passes_and_says_what_was_counted(world: World) -> None:
    said: list[str] = []
    assert report(world.system, said.append) == 0, said
    assert "случаев: 4" in said[-2]
    assert "файлов: 1" in said[-2]
    assert said[-1] == "Всё в порядке."
    assert any("ожидает 1 задание" in line for line in said)
    assert list(findings(world.system)) == []


CASE_ROWS = {
    "stage": (f"UPDATE cases SET stage = 'closed' WHERE id = {CASE}", "cases.stage"),
    "round": (f"UPDATE cases SET round = 2 WHERE id = {CASE}", "cases.round"),
    "version": (f"UPDATE cases SET version = version + 1 WHERE id = {CASE}", "cases.version"),
    "outcome": (f"UPDATE cases SET outcome = 'effective' WHERE id = {CASE}", "cases.outcome"),
    "due": (f"UPDATE cases SET due = '2030-01-01' WHERE id = {CASE}", "cases.due"),
    "curator": (f"UPDATE cases SET curator_id = school_id WHERE id = {CASE}", "cases.curator_id"),
    "pin": (f"UPDATE cases SET definition_hash = '{'0' * 64}' WHERE id = {CASE}", "изменено или утрачено"),
    "vote flipped": ("UPDATE case_votes SET choice = 'for' WHERE choice = 'against'", "case_votes.choice"),
    "vote deleted": ("DELETE FROM case_votes WHERE choice = 'against'", "case_votes: нет строки"),
    "vote added": (
        "INSERT INTO case_votes (case_id, stage, round, voter, choice, at, void) "
        "SELECT case_id, stage, round, '999', 'for', at, void FROM case_votes LIMIT 1",
        "ни одним событием",
    ),
    "task undone": ("UPDATE case_tasks SET status = 'open' WHERE task = 'prepare_plan'", "case_tasks.status"),
    "task's author": ("UPDATE case_tasks SET done_by = '1' WHERE task = 'prepare_plan'", "case_tasks.done_by"),
    "round's end": (
        "UPDATE stage_rounds SET left_by = 'other' WHERE left_by = 'submit_diagnosis'", "stage_rounds.left_by",
    ),
    "event deleted": (
        "DELETE FROM case_events WHERE type = 'vote_cast' AND comment = ''", "нет события",
    ),
    "last event deleted": ("DELETE FROM case_events WHERE comment = 'Нет сроков'", "а в случае его нет"),
    "event's columns": ("UPDATE case_events SET actor_id = 1 WHERE comment = 'Нет сроков'", "не то, что записано"),
    "comment": ("UPDATE case_events SET comment = 'Есть сроки' WHERE comment = 'Нет сроков'", "слова события"),
    "comment added": (
        "UPDATE case_events SET comment = 'Срочно' WHERE type = 'moved' AND seq = 2", "слова события",
    ),
    "case deleted": (f"DELETE FROM cases WHERE id <> {CASE} AND code LIKE '%01'", "удалён"),
    "audit record altered": (
        "UPDATE audit_records SET actor_id = 1 WHERE tag = 'case:moved' AND actor_id <> 1", "case:",
    ),
    "audit record deleted": ("DELETE FROM audit_records WHERE tag = 'case:vote_cast'", "нет в журнале"),
    "audit head cut": ("UPDATE audit_heads SET seq = seq - 1 WHERE stream LIKE 'case:%'", "case:"),
    "audit head deleted": ("DELETE FROM audit_heads WHERE stream LIKE 'case:%'", "case:"),
    "definition": (
        "UPDATE process_versions SET source = replace(source, 'tie: chair', 'tie: secretary')", "хеш",
    ),
    "definition broken": ("UPDATE process_versions SET source = 'no: [yaml'", "не является"),
    "job stuck": ("UPDATE outbox_jobs SET state = 'stuck', attempts = 5", "остановлено"),
    "job lost": ("UPDATE outbox_jobs SET state = 'forgotten'", "потеряно"),
    "file's size": ("UPDATE stored_files SET size = size + 1", "размер"),
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(CASE_ROWS))
def test_a_tampered_row_is_found_and_named(world: World, kind: str) -> None:
    statement, words = CASE_ROWS[kind]
    if kind == "case deleted" and not world.system.database.is_sqlite:
        pytest.skip("PostgreSQL's foreign keys refuse this even to the owner")
    if "audit" in kind and "head" not in kind and not world.system.database.is_sqlite and "deleted" in kind:
        world.tamper("DELETE FROM audit_details")
    assert world.tamper(statement) > 0
    said: list[str] = []
    assert report(world.system, said.append) == 1
    assert any(words in line for line in said), said


def test_the_content_of_an_event_is_compared_with_the_journal(world: World) -> None:
    if world.system.database.is_sqlite:
        change = (
            "UPDATE case_events SET data = json_set(data, '$.choice', 'for') WHERE comment = 'Нет сроков'"
        )
    else:
        new = '(data::jsonb || \'{"choice": "for"}\')::json'
        change = f"UPDATE case_events SET data = {new} WHERE comment = 'Нет сроков'"
    # the projection is changed along with it, so only the journal can tell
    assert world.tamper("UPDATE case_votes SET choice = 'for'", change) == 1
    assert any("не то, что записано" in line for line in findings(world.system))


def test_a_flipped_byte_and_a_deleted_file_are_found(world: World) -> None:
    path = world.file_of(SCAN)
    path.chmod(0o600)
    path.write_bytes(PDF.replace(b"scan", b"sc\x00n"))
    assert [line for line in findings(world.system) if "изменено" in line]
    path.unlink()
    assert [line for line in findings(world.system) if "нет в хранилище" in line]


def test_an_unreadable_row_is_a_fault_and_stops_nothing_else(world: World) -> None:
    if not world.system.database.is_sqlite:
        pytest.skip("PostgreSQL keeps no broken JSON")
    world.tamper("UPDATE case_events SET data = '{' WHERE seq = 1")
    world.tamper("UPDATE outbox_jobs SET state = 'stuck'")
    lines = list(findings(world.system))
    assert any("прервана" in line for line in lines)
    assert any("остановлено" in line for line in lines)


def test_a_late_job_is_a_note_and_no_fault(world: World) -> None:
    world.system.clock.advance(hours=2)
    said: list[str] = []
    assert report(world.system, said.append) == 0
    assert any("опаздывает" in line for line in said)


def test_the_database_itself_refuses_to_change_the_journal(world: World) -> None:
    for statement in (
        "UPDATE audit_records SET tag = 'x'", "DELETE FROM audit_records", "UPDATE audit_records SET actor_id = NULL",
    ):  # fmt: skip
        with world.system.database.engine.connect() as connection, pytest.raises(DatabaseError):
            connection.execute(text(statement))
    assert list(findings(world.system)) == []


def test_a_journal_without_its_guards_is_a_fault(world: World) -> None:
    world.tamper(
        "UPDATE outbox_jobs SET attempts = 0"
    )  # takes the triggers away and changes nothing of interest
    assert all("триггер" in line for line in findings(world.system))
    assert len(list(findings(world.system))) == 2


def test_verify_writes_nothing(world: World) -> None:
    from app.admin.verify import snapshot

    with snapshot(world.system) as session, pytest.raises(DatabaseError):
        session.execute(text("UPDATE cases SET round = 9"))
    with world.system.database.engine.begin() as connection:  # and leaves the connection as it was
        connection.execute(text("UPDATE outbox_jobs SET attempts = 0"))
