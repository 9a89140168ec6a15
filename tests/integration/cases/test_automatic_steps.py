"""A case goes on by itself: at once, after an act of a room, or at the hourly look; once, by nobody, and proved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from app.access.scopes import as_system
from app.audit import service as audit
from app.audit.models import AuditRecord
from app.cases import curators, queries, service, settling
from app.cases.history import doer, sentence
from app.cases.models import Case, CaseEvent, CaseTask
from app.cases.procedures import migration, version_uploads, versions
from app.cases.procedures.migration import Order
from app.config import ROOT
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Invalid
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime, Work
from app.demo.penza import actor
from app.engine.actions import Fire
from app.engine.reading import loader
from app.jobs import schedule
from app.jobs.execution import looking
from app.jobs.models import OutboxJob
from app.jobs.runner import drain
from app.schools.models import Organisation
from app.schools.queries import organisations
from tests.integration.cases.test_concurrency import take, together, whole

V2 = (ROOT / "workflows" / "school_support" / "v2.yaml").read_text(encoding="utf-8")
HAND = "    from: identified\n    to: diagnosis\n    by: [methodist]\n"


def automatic_version() -> str:
    """The shipped procedure in which the diagnosis begins by itself once there is a curator school."""
    assert V2.count(HAND) == 1
    return V2.replace("version: 2\n", "version: 9\n").replace(
        HAND, HAND.replace("by: [methodist]", "automatic: true")
    )


@pytest.fixture
def running(penza_on_both: Runtime) -> Runtime:
    publish(penza_on_both)
    return penza_on_both


def publish(system: Runtime) -> None:
    with system.work(SYSTEM) as work:
        row = version_uploads.keep_draft(work, automatic_version(), {})
        versions.take_as_checked(work, row)
        versions.release(work, row)


def school(work: Work, code: str) -> Organisation:
    return next(one for one in organisations(work.session) if one.code == code)


def opened(system: Runtime, code: str, curator: str | None = None) -> int:
    with system.work(actor(system, "methodist")) as work:
        return service.open_case(
            work, programme=queries.programmes(work.session)[0], school=school(work, code),
            curator=school(work, curator) if curator else None,
        ).id  # fmt: skip


def assign(system: Runtime, case_id: int, curator: str) -> None:
    with system.work(actor(system, "methodist")) as work:
        curators.assign_curator(work, case_id, school(work, curator))


@contextmanager
def seen(system: Runtime) -> Iterator[Work]:
    work = system.read(SYSTEM)
    try:
        yield work
    finally:
        system.database.session.remove()


def moves(system: Runtime, case_id: int) -> list[tuple[str, int | None, str]]:
    """Moves of the case: the step, the account that took it, as whom the engine knows it."""
    with seen(system) as work:
        return [
            (row.data["transition"], row.actor_id, row.data["actor"])
            for row in queries.events_of(work.session, case_id)
            if row.type == "moved"
        ]


def jobs(system: Runtime, kind: str) -> list[str]:
    with looking(system) as session:
        return list(
            session.scalars(select(OutboxJob.key).where(OutboxJob.kind == kind).order_by(OutboxJob.id))
        )


ONCE = [("start_diagnosis", None, "system")]


def test_what_can_go_on_goes_on_with_the_act_itself(running: Runtime) -> None:
    case_id = opened(running, "41", "66")
    assert moves(running, case_id) == ONCE
    with seen(running) as work:
        case = queries.get_case(work.session, case_id)
        assert (case.stage, case.version) == ("diagnosis", 2)
        tasks = work.session.scalars(
            select(CaseTask).where(CaseTask.case_id == case_id, CaseTask.stage == "diagnosis")
        )
        assert {task.status for task in tasks} == {"open"}
        opening, moved = queries.events_of(work.session, case_id)
        assert opening.actor_id == actor(running, "methodist").user_id
        records = work.session.scalars(
            select(AuditRecord).where(AuditRecord.case_id == case_id, AuditRecord.tag == "case:moved")
        ).all()
        assert [(one.actor_id, one.data["event"]["actor"]) for one in records] == [(None, "system")]
        assert doer(moved) == ""
        definition = running.ports.definitions.of(work.session, case)
        for locale, words in (
            ("ru", "Автоматически: Начать диагностику → «Диагностика»"),
            ("en", "Automatically: Start the diagnosis → “Diagnosis”"),
        ):
            with in_locale(locale):
                assert str(sentence(definition, moved)) == words
    assert whole(running)


def test_an_act_of_a_room_lets_the_case_go_on_right_after_it(running: Runtime) -> None:
    case_id = opened(running, "41")
    drain(running)
    assert moves(running, case_id) == []
    assign(running, case_id, "66")
    assert moves(running, case_id) == []  # the act itself stays short
    drain(running)
    assert moves(running, case_id) == ONCE
    promised = jobs(running, settling.ONE)
    drain(running)
    assert moves(running, case_id) == ONCE
    assert jobs(running, settling.ONE) == promised
    assert whole(running)


def held_up(running: Runtime) -> tuple[int, int]:
    """A case whose curator school is supported itself, as an earlier release let it come to be, and that school's."""
    case_id, other = opened(running, "41"), opened(running, "66")
    with running.work(actor(running, "methodist")) as work:
        case, curator = queries.get_case(work.session, case_id), school(work, "66")
        values = {"curator_id": {"old": None, "new": curator.id}, "about": curator.short_name}
        case.curator_id = curator.id
        audit.record(work, "case:curator", case, case_id=case.id, values=values)
    drain(running)
    assert moves(running, case_id) == []
    return case_id, other


def test_what_changed_elsewhere_is_found_at_the_hour_even_if_one_was_missed(running: Runtime) -> None:
    case_id, other = held_up(running)
    schedule.tick(running)
    drain(running)
    assert moves(running, case_id) == []
    take(running, actor(running, "head"), other, Fire("terminate", "Школа закрыта"))
    drain(running)
    assert moves(running, case_id) == []  # nothing was done about this case
    assert isinstance(running.clock, FixedClock)
    running.clock.advance(hours=5)  # nobody kept the clock meanwhile
    assert schedule.tick(running) >= 1
    drain(running)
    assert moves(running, case_id) == ONCE
    schedule.tick(running)
    drain(running)
    assert moves(running, case_id) == ONCE
    assert whole(running)


def test_two_schedulers_and_two_workers_move_it_once(running: Runtime) -> None:
    case_id, other = held_up(running)
    take(running, actor(running, "head"), other, Fire("terminate", "Школа закрыта"))
    turn = {"turn": "2025-01-09T06:00:00+00:00"}

    def sweep(name: str) -> None:
        schedule.tick(running)
        with running.work(SYSTEM) as work:  # the same look, by a worker that lost its lease meanwhile
            settling.find_cases(work, turn)
        drain(running, worker=name)
        with running.work(SYSTEM) as work:
            service.settle(work, case_id)

    answers = together(running, lambda: sweep("one"), lambda: sweep("other"))
    drain(running)
    assert [one for one in answers if one is not None] == []
    assert moves(running, case_id) == ONCE
    assert whole(running)


def test_a_look_asks_only_for_cases_that_would_go_on(running: Runtime) -> None:
    waiting, going = opened(running, "41"), opened(running, "50", "51")
    drain(running)
    before = jobs(running, settling.ONE)
    with running.work(SYSTEM) as work:
        settling.find_cases(work, {"turn": "t"})
    drain(running)
    assert jobs(running, settling.PART)[-1:] == [f"t/{waiting}"]
    assert jobs(running, settling.ONE) == before
    assert moves(running, going) == ONCE


def test_procedures_without_automatic_steps_promise_nothing(penza: Runtime) -> None:
    case_id = opened(penza, "41")
    assign(penza, case_id, "66")
    assert jobs(penza, settling.ONE) == []
    with penza.work(SYSTEM) as work:
        assert service.settle(work, case_id) is None
        settling.find_cases(work, {"turn": "t"})
    assert jobs(penza, settling.PART) == []
    with penza.work(SYSTEM) as work, as_system(work.session):
        assert work.session.scalars(select(Case.stage)).all() == ["identified"]
        assert work.session.scalars(select(CaseEvent.type)).all() == ["case_opened"]


def test_the_rehearsal_says_that_the_case_goes_on_by_itself_after_the_move(penza: Runtime) -> None:
    ready, waiting = opened(penza, "41", "66"), opened(penza, "50")
    publish(penza)
    there = Order(service.PROCESS, 1, 9)
    with penza.work(actor(penza, "admin")) as work:
        told = {one.case_id: one.plan for one in migration.rehearse(work, there)}
    assert told[waiting].codes == ()
    assert told[ready].codes == ("goes_on",)
    assert "«Начать диагностику»; тогда перевод уже не отменить" in told[ready].notes[0].texts["ru"]
    for case_id in (ready, waiting):
        with penza.work(actor(penza, "admin")) as work:
            migration.move(work, case_id, there)
    drain(penza)
    assert (moves(penza, ready), moves(penza, waiting)) == (ONCE, [])


def test_cases_of_a_published_version_go_on_though_a_later_check_finds_a_fault_in_it(penza: Runtime) -> None:
    trapped = V2.replace("version: 2\n", "version: 9\n").replace(
        "when:\n      - id: curator_assigned\n        if: case.curator_assigned\n",
        "when:\n      - id: curator_assigned\n        if: case.curator_assigned and not case.curator_assigned\n",
    )
    definition, findings = loader.parse_text(trapped)
    assert definition is not None
    assert {one.code for one in findings if one.severity == "error"} == {"step_never"}
    with penza.work(SYSTEM) as work:
        row = version_uploads.keep_draft(work, trapped, {})
        row.hash = definition.hash
        versions.release(work, row)
    case_id = opened(penza, "41", "66")
    with penza.work(actor(penza, "head")) as work:
        service.act(work, case_id, Fire("suspend", "школа на карантине"), 1)
    with seen(penza) as work:
        assert queries.get_case(work.session, case_id).status == "suspended"
    assert whole(penza)
    said = trapped.replace("ru: Начать диагностику", "ru: Приступить к диагностике")
    with penza.work(actor(penza, "admin")) as work:
        assert version_uploads.revise(work, service.PROCESS, 9, said).revision == 2, (
            "its texts can be corrected"
        )
    with pytest.raises(Invalid), penza.work(actor(penza, "admin")) as work:
        version_uploads.revise(
            work, service.PROCESS, 9, said.replace("ru: Школе не назначена", "ru: '{nobody} не назначена")
        )
