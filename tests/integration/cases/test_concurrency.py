"""Many people at one case at once, and faults in the middle of a step: one wins, the others are told."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import event, select, text

from app.access.models import Membership
from app.admin import verify
from app.cases import queries, service
from app.core.actor import SYSTEM, Actor, Held
from app.core.db import Base
from app.core.errors import Busy, OporaError, Refusal, Stale
from app.core.pipelined import PipelinedConnection
from app.core.ports import Fact
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Action, Cast, Complete, Fire
from app.plans import queries as plan_queries
from app.plans import service as plans
from app.plans.rules import Direction
from app.plans.service import ItemInput
from tests.people import open_cases

FULL = ItemInput("Практикум", "до 15.02.2025", Direction.growth, "Директор", "Справка", risk="Дефицит кадров")
BACK = Fire("return_plan", "Уточнить сроки", {"about": "terms"})
VOTERS = 1000
THREADS = 16


def take(system: Runtime, who: Actor, case_id: int, action: Action, version: int | None = None) -> str:
    """One step in its own unit of work; the answer is what followed."""
    with system.work(who) as work:
        if version is None:
            version = queries.get_case(work.session, case_id).version
        return service.act(work, case_id, action, version).what


def to_the_vote(system: Runtime, case_id: int, *, open_vote: bool = True) -> int:
    """Bring a case to the vote on its plan; the diagnosis is taken as done. The answer is its version."""
    true: dict[str, Any] = {
        f"diagnostics.{name}": lambda session, case: Fact(True)
        for name in ("studies_complete", "risks_verified", "analysis_written")
    }
    system.ports.facts = (
        system.ports.facts | true | {"diagnostics.actual_risks": lambda session, case: Fact(1)}
    )
    methodist = actor(system, "methodist")
    take(system, methodist, case_id, Fire("start_diagnosis"))
    for task in ("fill_diagnosis", "verify_risks", "check_diagnosis"):
        with system.work(SYSTEM) as work:
            case = queries.get_case(work.session, case_id)
            role = {"fill_diagnosis": "director", "verify_risks": "curator"}.get(task, "methodist")
            place = {"director": case.school_id, "curator": case.curator_id}.get(
                role, case.programme.centre_id
            )
        assert place is not None
        take(system, Actor(methodist.user_id, "…", memberships=(Held(role, place),)), case_id, Complete(task))
    take(system, methodist, case_id, Fire("submit_diagnosis"))
    with system.work(methodist) as work:
        plans.add_items(work, case_id, [FULL, FULL])
    if open_vote:
        take(system, methodist, case_id, Complete("prepare_plan"))
    with system.work(SYSTEM) as work:
        return queries.get_case(work.session, case_id).version


def together(system: Runtime, *acts: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment, each in its own thread; the answers, or how it was refused, in their order."""
    start, answers = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, do: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers[place] = do()
        except OporaError as error:
            answers[place] = error  # type: ignore[call-overload]
        finally:
            system.database.session.remove()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def whole(system: Runtime) -> bool:
    """Whether verify finds nothing; what it finds is printed."""
    found = list(map(str, verify.findings(system)))
    print(*found, sep="\n")
    return not found


def test_approving_returning_and_editing_at_once(penza_on_both: Runtime) -> None:
    system = penza_on_both
    people = {name: actor(system, name) for name in ("chair", "secretary", "member1", "methodist")}
    wins: Counter[str] = Counter()
    for school, case_id in open_cases(system).items():
        version = to_the_vote(system, case_id)
        take(system, people["secretary"], case_id, Cast("for"))
        version += 1
        with system.work(people["methodist"]) as work:
            item = plan_queries.items_of(work.session, case_id)[0]
            item_id, item_version = item.id, item.version
        changed = ItemInput(**{**vars(FULL), "indicator": f"80 % ({school})"})

        def edit(
            case_id: int = case_id, item_id: int = item_id, old: int = item_version, new: Any = changed
        ) -> str:
            with system.work(people["methodist"]) as work:
                plans.edit_item(work, case_id, item_id, new, old)
            return "edited"

        answers = together(
            system,
            lambda: take(system, people["member1"], case_id, Cast("for"), version),  # noqa: B023
            lambda: take(system, people["chair"], case_id, BACK, version),  # noqa: B023
            lambda: take(system, people["secretary"], case_id, BACK, version),  # noqa: B023
            edit,
        )
        told = [answer for answer in answers if isinstance(answer, OporaError)]
        assert len(told) < len(answers), "somebody wins"
        assert [answers[1], answers[2]].count("moved") <= 1, "a plan is returned once"
        for answer in told:
            assert isinstance(answer, Stale | Refusal), repr(answer)
            assert str(answer)
            assert not isinstance(answer, Stale) or answer.changes, "the other is told what happened"
        wins.update(answer for answer in answers if isinstance(answer, str))
        with system.work(SYSTEM) as work:
            case = queries.get_case(work.session, case_id)
            assert case.version == len(queries.events_of(work.session, case_id))
            assert case.version > version or answers == [*told, "edited"]
    assert sum(wins.values()) >= 4
    assert whole(system)


@contextmanager
def somebody_holds(system: Runtime, case_id: int) -> Iterator[None]:
    """Another transaction that took the case and does not let go; and people who do not wait ten seconds for it."""
    engine = system.database.engine
    wait = "PRAGMA busy_timeout=300" if system.database.is_sqlite else "SET lock_timeout = '300ms'"

    def impatient(connection: Any, _record: Any, _proxy: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(wait)
        cursor.close()
        connection.commit()

    with engine.connect() as other:
        event.listen(engine, "checkout", impatient)
        if system.database.is_sqlite:
            other = other.execution_options(writes=True)
        held = "" if system.database.is_sqlite else " FOR UPDATE"
        other.execute(text(f"SELECT id FROM cases WHERE id = :id{held}"), {"id": case_id})
        yield
        other.rollback()
        event.remove(engine, "checkout", impatient)


def test_whoever_waits_too_long_is_told_and_may_try_again(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    methodist = actor(system, "methodist")
    system.database.session.remove()
    with somebody_holds(system, case_id):
        begun = time.monotonic()
        with pytest.raises(Busy) as busy:
            take(system, methodist, case_id, Fire("start_diagnosis"), 1)
        assert time.monotonic() - begun < 5
        assert busy.value.status == 503
        assert "Повторите" in str(busy.value)
        system.database.session.remove()
    assert take(system, methodist, case_id, Fire("start_diagnosis"), 1) == "moved"
    assert whole(system)


def test_two_who_need_what_the_other_holds_do_not_wait_for_ever(penza_on_both: Runtime) -> None:
    system = penza_on_both
    if system.database.is_sqlite:
        pytest.skip("SQLite has one writer: nobody can hold what another needs")
    ids = open_cases(system)
    methodist, start = actor(system, "methodist"), threading.Barrier(2)

    def both(first: str, second: str) -> str:
        with system.work(methodist) as work:
            service.act(work, ids[first], Fire("start_diagnosis"), 1)
            start.wait()
            service.act(work, ids[second], Fire("start_diagnosis"), 1)
        return "moved"

    answers = together(system, lambda: both("41", "50"), lambda: both("50", "41"))
    assert answers.count("moved") == 1
    assert any(isinstance(answer, Busy) for answer in answers)
    assert whole(system)


def test_a_thousand_simultaneous_votes_leave_the_exact_tally(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    with system.work(SYSTEM) as work:
        office = queries.get_case(work.session, case_id).programme.authority_id
        users = [
            User(
                first_name="Член",
                last_name=str(number),
                username=f"v{number}",
                email=f"v{number}@x.ru",
                active=True,
            )
            for number in range(VOTERS)
        ]
        work.session.add_all(users)
        work.session.flush()
        work.session.add_all(
            Membership(user_id=user.id, organisation_id=office, role="member", since=work.today)
            for user in users
        )
        people = [Actor(user.id, user.username, memberships=(Held("member", office),)) for user in users]
    version = to_the_vote(system, case_id)  # the page everyone has before him
    wanted = Counter({"for": 334, "against": 333, "abstain": 333})
    waiting = list(
        zip(people, [("for", "against", "abstain")[number % 3] for number in range(VOTERS)], strict=True)
    )
    answers: Counter[str] = Counter()
    lock = threading.Lock()

    def vote_on() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                person, choice = waiting.pop()
            try:
                what = take(system, person, case_id, Cast(choice), version)
            except Busy:  # on a machine with much else to do he is told to repeat, and repeats
                what = "told to repeat"
            with lock:
                answers[what] += 1
                if what == "told to repeat":
                    waiting.append((person, choice))

    assert together(system, *[vote_on] * THREADS) == [None] * THREADS
    assert answers.pop("told to repeat", 0) < VOTERS / 10
    assert answers == {"vote_counted": VOTERS}
    with system.work(SYSTEM) as work:
        case = queries.get_case(work.session, case_id)
        events = [one for one in queries.events_of(work.session, case_id) if one.seq > version]
        votes = queries.votes_of(work.session, case)
        assert (case.approval, case.version) == ("open", version + VOTERS)
        assert [one.type for one in events] == ["vote_cast"] * VOTERS
        assert len({one.actor_id for one in events}) == VOTERS
        assert Counter(vote.choice for vote in votes) == wanted
        assert not any(vote.void for vote in votes)
    assert whole(system)


# ── a fault in the middle ─────────────────────────────────────────────────────────────────────────


class Fuse:
    """Lets so many statements pass and then fails, once; on the driver's side, below SQLAlchemy."""

    def __init__(self, system: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None
        if system.database.is_sqlite:
            event.listen(system.database.engine, "before_cursor_execute", lambda *_all: self.pass_on())
            event.listen(system.database.engine, "commit", lambda _connection: self.pass_on())
            self.error: type[Exception] = sqlite3.OperationalError
            return
        self.error = psycopg.OperationalError
        for owner, name in (
            (psycopg.Cursor, "execute"),
            (psycopg.Cursor, "executemany"),
            (PipelinedConnection, "ask"),
            (PipelinedConnection, "tell"),
            (PipelinedConnection, "commit"),
        ):
            monkeypatch.setattr(owner, name, self.wired(getattr(owner, name)))

    def wired(self, real: Any) -> Any:
        def call(this: Any, *args: Any, **options: Any) -> Any:
            self.pass_on()
            return real(this, *args, **options)

        return call

    def pass_on(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left == 0:
            self.left = None
            raise self.error("the fuse has blown")


def everything(system: Runtime) -> str:
    """A digest of all rows of all tables."""
    digest = hashlib.sha256()
    with system.database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = sorted(map(repr, connection.execute(select(table))))
            digest.update(f"{table.name}: {rows}\n".encode())
    return digest.hexdigest()


@pytest.mark.parametrize("what", ["returned", "submitted", "decided", "edited"])
def test_a_fault_at_any_statement_of_a_step_leaves_no_half_state(
    penza_on_both: Runtime, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    version = to_the_vote(system, case_id, open_vote=what != "submitted")
    chair, methodist = actor(system, "chair"), actor(system, "methodist")
    if what in ("decided", "edited"):
        names = ("secretary", "member1", "member2")[: 2 if what == "decided" else 1]
        for name in names:
            take(system, actor(system, name), case_id, Cast("for", "Согласен"))
            version += 1
        if what == "decided":  # the vote that decides comes last
            with system.work(SYSTEM) as work:
                assert queries.get_case(work.session, case_id).approval == "open"

    def step() -> None:
        if what == "edited":
            with system.work(methodist) as work:
                item = plan_queries.items_of(work.session, case_id)[0]
                plans.edit_item(
                    work, case_id, item.id, ItemInput(**{**vars(FULL), "indicator": "80 %"}), item.version
                )
            return
        if what == "submitted":
            with system.work(methodist) as work:
                plans.submit_plan(work, case_id, version)
            return
        take(system, chair, case_id, BACK if what == "returned" else Cast("for"), version)

    before = everything(system)
    fuse = Fuse(system, monkeypatch)
    for number in range(1, 200):
        fuse.left = number
        try:
            step()
        except Exception as error:
            if "the fuse has blown" not in f"{error} {error.__cause__}":
                raise
            assert everything(system) == before, f"half a state after a fault at statement {number}"
        else:
            break
    fuse.left = None
    assert number > 10, "the fuse is in the way of the statements"
    assert everything(system) != before
    assert whole(system)
