"""Statements that are sent ahead of their answers: nothing is seen too early, and no error is lost."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, InternalError, ProgrammingError

from app.admin import verify
from app.cases import service
from app.cases.models import Case
from app.cases.writing import writer
from app.core.actor import SYSTEM
from app.core.errors import Busy
from app.core.pipelined import PipelinedConnection
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Fire
from app.engine.events import TaskCompleted, TaskReopened
from app.jobs.outbox import Promise
from tests.integration.core.lines import ADD, COUNT, kept, line_of, owner_dsn
from tests.people import open_cases


def test_what_was_told_is_done_before_anything_else_and_kept_by_the_commit(system: Runtime) -> None:
    given: list[Any] = []
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("one",), given.extend)
        assert given == []  # nobody waited
        assert work.session.execute(COUNT).scalar_one() == 1
        assert len(given) == 1
        line_of(work).tell(ADD, ("two",), given.extend)
        assert kept(system) == 0
    assert (kept(system), len(given)) == (2, 2)


def test_a_step_takes_two_ways_to_the_server(penza_on_both: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    system = penza_on_both
    if system.database.is_sqlite:
        pytest.skip("SQLite is no server")
    case_id = open_cases(system)["41"]
    methodist = actor(system, "methodist")
    with system.work(methodist) as work:
        definition = work.ports.definitions.latest(work.session, "school_support")
    ways: list[int] = []
    read = PipelinedConnection._read

    def counted(line: PipelinedConnection, number: int | None = None) -> Any:
        results = read(line, number)
        ways.append(len(results))
        return results

    monkeypatch.setattr(PipelinedConnection, "_read", counted)
    for number, happened in enumerate((TaskCompleted, TaskReopened, TaskCompleted)):
        ways.clear()
        with system.work(methodist) as work:
            standing = writer.lock(work, case_id)
            before = standing.state(work, definition)
            event = happened(at=work.now, actor="1", task="confirm_list", comment="Слова")
            writer.write(
                work, standing, definition, [event], before, promises=[Promise("test", str(number), {})]
            )
        assert len(ways) == 2, "the locking read, then the writing statements with the end of the transaction"
        assert len(work.outbox_ids) == 1
    assert ways == [1, 2], "no BEGIN, no COMMIT, nothing prepared anew"
    assert list(verify.findings(system)) == []


@pytest.mark.parametrize("next_thing", ["commit", "question", "statement"])
def test_the_error_of_what_was_told_is_raised_by_the_next_thing(system: Runtime, next_thing: str) -> None:
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("one",))
    with (
        pytest.raises((psycopg.errors.UniqueViolation, IntegrityError)) as caught,
        system.work(SYSTEM) as work,
    ):
        line_of(work).tell(ADD, ("two",))
        line_of(work).tell(ADD, ("one",))
        line_of(work).tell(ADD, ("three",))
        if next_thing == "question":
            line_of(work).ask("SELECT 1")
        if next_thing == "statement":
            work.session.execute(COUNT)
        if next_thing != "commit":
            raise AssertionError("the error came too late")
    assert "uq_outbox_jobs_kind_key" in str(caught.value)
    assert kept(system) == 1
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("two",))
    assert kept(system) == 2


@pytest.mark.parametrize("next_thing", ["commit", "question", "statement", "told"])
@pytest.mark.parametrize("noticed_by", ["question", "session"])
def test_who_goes_on_after_an_error_keeps_nothing(system: Runtime, noticed_by: str, next_thing: str) -> None:
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("one",))
    with (
        pytest.raises((psycopg.errors.InFailedSqlTransaction, InternalError)),
        system.work(SYSTEM) as work,
    ):
        line = line_of(work)
        line.tell(ADD, ("two",))
        line.tell(ADD, ("one",))
        with pytest.raises((psycopg.errors.UniqueViolation, IntegrityError)):
            if noticed_by == "question":
                line.ask("SELECT 1")
            else:
                work.session.execute(COUNT)
        if next_thing == "question":
            line.ask("SELECT 1")
        elif next_thing == "statement":
            work.session.connection().exec_driver_sql("SELECT 1")
        elif next_thing == "told":
            line.tell(ADD, ("three",))
        else:
            line.commit()
        raise AssertionError("the transaction was over")
    assert kept(system) == 1
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("two",))
    assert kept(system) == 2


def test_what_is_checked_only_at_the_end_is_an_error_of_the_commit(system: Runtime) -> None:
    with system.work(SYSTEM) as work:
        line = line_of(work)
        line.ask(
            "CREATE TEMPORARY TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT PRESERVE ROWS"
        )
        line.tell("INSERT INTO late VALUES (1)")
    with pytest.raises(psycopg.errors.UniqueViolation), system.work(SYSTEM) as work:
        assert line_of(work) is line
        line.tell(ADD, ("one",))
        line.ask("INSERT INTO late VALUES (1) RETURNING n")
    with system.work(SYSTEM) as work:
        assert line_of(work).ask("SELECT n FROM late") == [(1,)]
        line_of(work).tell(ADD, ("two",))
    assert kept(system) == 1


def test_ending_a_transaction_that_only_looked_leaves_no_warning(system: Runtime) -> None:
    heard: list[str] = []
    for end in (LookupError, psycopg.errors.UniqueViolation, None):
        with suppress(Exception), system.work(SYSTEM) as work:
            line = line_of(work)
            line.add_notice_handler(lambda notice: heard.append(str(notice.message_primary)))
            assert line.ask("SELECT 1") == [(1,)]
            if end:
                raise end
        assert line.info.transaction_status == TransactionStatus.IDLE
        with system.work(SYSTEM) as work:
            line_of(work).ask("SELECT txid_current()")
            work.session.execute(COUNT)  # BEGIN takes in what has been done
            line_of(work).tell(ADD, (f"{end}",))
    assert (heard, kept(system)) == ([], 3)


def test_a_session_that_joins_later_carries_its_own_and_what_was_told(system: Runtime) -> None:
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("one",))
        with work.session.begin_nested() as point:
            work.session.execute(text("SELECT 1"))
            line_of(work).tell(ADD, ("two",))
            point.rollback()
        assert line_of(work).ask("SELECT count(*) FROM outbox_jobs WHERE kind = 'test'") == [(1,)]
        line_of(work).tell(ADD, ("three",))
    assert kept(system) == 2
    with pytest.raises(RuntimeError, match="on purpose"), system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("four",))
        work.session.execute(COUNT)
        line_of(work).tell(ADD, ("five",))
        raise RuntimeError("on purpose")
    assert kept(system) == 2


def test_what_is_prepared_outlives_a_rollback_and_a_savepoint_rolled_back(system: Runtime) -> None:
    for _ in range(3):
        with pytest.raises(RuntimeError, match="on purpose"), system.work(SYSTEM) as work:
            for _ in range(7):  # psycopg prepares what it has seen five times
                work.session.execute(COUNT)
            line = line_of(work)
            line.ask("SELECT 1")
            with work.session.begin_nested() as point:
                point.rollback()
            line.ask("SELECT 1")
            work.session.execute(COUNT)
            line.ask("SELECT 1")
            raise RuntimeError("on purpose")
    with system.work(SYSTEM) as work:
        (prepared,) = line_of(work).ask(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 1'"
        )
        assert prepared == (1,)


def test_a_unit_of_work_is_rolled_back_whatever_the_driver_has_forgotten(system: Runtime) -> None:
    """After a savepoint was rolled back psycopg deallocates everything: ending a transaction needs nothing prepared."""
    for _ in range(3):
        with pytest.raises(LookupError), system.work(SYSTEM) as work:
            work.session.connection().exec_driver_sql("DEALLOCATE ALL")
            raise LookupError
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("kept",))
    assert kept(system) == 1


def test_a_lock_that_is_not_given_is_a_busy_system(system: Runtime) -> None:
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("one",))
    with system.database.engine.connect() as other:
        other.execute(text("SELECT id FROM outbox_jobs FOR UPDATE"))
        with pytest.raises(Busy), system.work(SYSTEM) as work:
            line_of(work).ask("SET LOCAL lock_timeout = 200")
            line_of(work).ask("SELECT id FROM outbox_jobs FOR UPDATE")
        with pytest.raises(Busy), system.work(SYSTEM) as work:
            line_of(work).ask("SET LOCAL lock_timeout = 200")
            line_of(work).tell("UPDATE outbox_jobs SET attempts = 1")
        other.rollback()
    with system.work(SYSTEM) as work:
        assert line_of(work).ask("SELECT attempts FROM outbox_jobs") == [(0,)]


@pytest.mark.parametrize("when", ["resting", "before the commit", "while the session is in it"])
def test_a_connection_the_server_ends_is_replaced(system: Runtime, when: str) -> None:
    def end(line: PipelinedConnection) -> None:
        with psycopg.connect(owner_dsn(system.database, line), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (line.info.backend_pid,))

    with system.work(SYSTEM) as work:
        line = line_of(work)
        line.tell(ADD, ("one",))
    if when == "resting":
        end(line)
    else:
        with pytest.raises(Exception, match=r"terminat|lost|closed"), system.work(SYSTEM) as work:
            assert line_of(work) is line
            line.ask("SELECT 1")
            if when == "while the session is in it":
                work.session.execute(COUNT)
            end(line)
            line.tell(ADD, ("two",))
    with system.work(SYSTEM) as work:
        assert line_of(work) is not line
        line_of(work).tell(ADD, ("three",))
    assert kept(system) == 2


@pytest.mark.parametrize("joined", [False, True])
def test_who_is_interrupted_while_he_waits_leaves_no_half_answer_behind(
    system: Runtime, joined: bool
) -> None:
    class Enough(BaseException):
        pass

    def enough(*_args: Any) -> None:
        raise Enough

    before = signal.signal(signal.SIGALRM, enough)
    try:
        with pytest.raises(Enough), system.work(SYSTEM) as work:
            line_of(work).tell(ADD, ("one",))
            if joined:
                work.session.execute(COUNT)
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            line_of(work).ask("SELECT pg_sleep(20)")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    with system.work(SYSTEM) as work:
        assert line_of(work).ask("SELECT 7") == [(7,)]
        line_of(work).tell(ADD, ("two",))
    assert kept(system) == 1


@pytest.mark.parametrize("begun", [False, True])
def test_a_value_no_text_can_hold_is_refused_before_it_is_sent(system: Runtime, begun: bool) -> None:
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("one",))
    with pytest.raises(psycopg.DataError), system.work(SYSTEM) as work:
        if begun:
            work.session.execute(COUNT)
        line_of(work).tell(ADD, ("tw\x00",))
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("three",))
        assert work.session.execute(COUNT).scalar_one() == 2
    assert kept(system) == 2


def test_who_deallocates_everything_is_noticed(system: Runtime) -> None:
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("one",))
    with pytest.raises(ProgrammingError, match="does not exist"), system.work(SYSTEM) as work:
        work.session.execute(text("DEALLOCATE ALL"))
        line_of(work).tell(ADD, ("two",))
    with system.work(SYSTEM) as work:
        line_of(work).tell(ADD, ("three",))
    assert kept(system) == 2


def test_a_transaction_of_another_kind_begins_as_it_was_asked(system: Runtime) -> None:
    with system.database.sessions(info={"actor": SYSTEM}) as session:
        session.connection(
            execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        ask = session.line().ask
        assert (ask("SHOW transaction_isolation"), ask("SHOW transaction_read_only")) == (
            [("repeatable read",)], [("on",)],
        )  # fmt: skip
    with system.work(SYSTEM) as work:
        assert line_of(work).ask("SHOW transaction_isolation") == [("read committed",)]
        line_of(work).tell(ADD, ("one",))
    assert kept(system) == 1


def test_more_than_the_wire_holds_is_sent_and_answered(system: Runtime) -> None:
    answers: list[Any] = []
    with system.work(SYSTEM) as work:
        for number in range(300):
            line_of(work).tell("SELECT $1::text || $2::text", (str(number), "я" * 100_000), answers.extend)
    assert [len(row[0]) for row in answers] == [100_000 + len(str(number)) for number in range(300)]


def test_objects_loaded_and_changed_go_out_before_what_is_told(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    with system.work(actor(system, "methodist")) as work:
        case = work.session.scalars(select(Case).where(Case.id == case_id)).one()
        case.code = "ANOTHER"
        assert writer.lock(work, case_id).columns["code"] == "ANOTHER"
        service.act(work, case_id, Fire("start_diagnosis"), 1)
        assert case.stage == "diagnosis"
    with system.work(SYSTEM) as work:
        found = work.session.scalars(select(Case).where(Case.id == case_id)).one()
        assert (found.code, found.stage) == ("ANOTHER", "diagnosis")
