"""Versions of a procedure on real databases: from draft to retirement; live cases move, go on, are taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.admin import verify
from app.cases import service
from app.cases.models import Case, CaseTask
from app.cases.procedures import migration, version_uploads, versions
from app.cases.procedures.migration import Order
from app.cases.procedures.version_uploads import Upload
from app.cases.writing import writer
from app.core.actor import SYSTEM
from app.core.errors import Forbidden, Invalid, NotFound, OporaError, Refusal
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Cast, Complete, Fire
from tests.integration.admin.conftest import let_pass
from tests.people import open_cases

PROCEDURE = Path(__file__).parents[3] / "workflows" / "school_support"
SECOND = (PROCEDURE / "v2.yaml").read_text(encoding="utf-8")
THERE = Order(service.PROCESS, 1, 2)
BACK = Order(service.PROCESS, 2, 1)
Step = tuple[str, Any]
YEAR: tuple[Step, ...] = (
    ("methodist", Fire("start_diagnosis")),
    ("director41", Complete("fill_diagnosis")),
    ("curator66", Complete("verify_risks")),
    ("methodist", Complete("check_diagnosis")),
    ("methodist", Fire("submit_diagnosis")),
    ("methodist", Complete("prepare_plan")),
    ("secretary", Cast("for")),
    ("chair", Cast("for")),
    ("member1", Cast("for")),
    ("clerk", Fire("adopt_plan")),
    ("methodist", Fire("start_events")),
    ("curator66", Complete("log_visits")),
    ("methodist", Fire("start_review")),
    ("methodist", Complete("enter_results")),
    ("methodist", Complete("analyse_results")),
    ("chair", Cast("for")),
    ("secretary", Cast("for")),
    ("member1", Cast("for")),
    ("head", Fire("close")),
)
NEW_TASKS: tuple[Step, ...] = (
    ("deputy41", Complete("publish_plan")),
    ("methodist", Complete("interim_report")),
)


def ready(system: Runtime) -> int:
    """The second version published; the case of № 41 just opened in the first."""
    cases = open_cases(system)
    let_pass(system)
    from app.core.ports import Fact

    system.ports.facts["results.decided_outcome"] = lambda _session, _case: Fact("effective")
    with system.work(actor(system, "admin")) as work:
        versions.publish(work, service.PROCESS, 2)
    return cases["41"]


def take(system: Runtime, case_id: int, who: str, action: Any) -> None:
    with system.work(actor(system, who)) as work:
        service.act(work, case_id, action, work.session.get(Case, case_id).version)


def move(system: Runtime, case_id: int, order: Order = THERE) -> Any:
    with system.work(actor(system, "admin")) as work:
        return migration.move(work, case_id, order)


def stands(system: Runtime, case_id: int) -> dict[str, Any]:
    """Everything the row of the case says, but its version."""
    system.database.session.remove()
    work = system.read(SYSTEM)
    case = work.session.get(Case, case_id)
    columns = {column.key: getattr(case, column.key) for column in Case.__mapper__.columns}
    return {key: value for key, value in columns.items() if key != "version"}


def code_of(system: Runtime, case_id: int) -> str:
    return str(stands(system, case_id)["code"])


def is_sound(system: Runtime) -> bool:
    assert [str(one) for one in verify.findings(system)] == []
    return True


def test_a_case_moves_at_each_step_of_its_year_is_taken_back_moves_again_and_goes_on_to_the_end(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    case_id = ready(system)
    for number, (who, action) in enumerate(YEAR[:-1]):
        take(system, case_id, who, action)
        before = stands(system, case_id)
        plan = move(system, case_id)
        assert plan.fate == "moves", (number, plan.codes)
        moved = stands(system, case_id)
        assert (moved["definition_version"], moved["stage"]) == (2, plan.target)
        with system.work(actor(system, "admin")) as work:
            assert migration.undo(work, code_of(system, case_id)).definition_version == 1
        assert stands(system, case_id) == before
        if number % 6 == 0:
            assert is_sound(system)
    assert is_sound(system)
    take(system, case_id, *YEAR[-1])
    assert stands(system, case_id)["outcome"] == "effective"
    assert is_sound(system)


@pytest.mark.parametrize("steps", [0, 3, 7, 10, 11, 14, 16])
def test_a_case_moved_in_the_middle_goes_on_by_the_new_version_to_the_end(penza: Runtime, steps: int) -> None:
    goes_on(penza, steps)


def test_a_case_moved_during_the_vote_goes_on_to_the_end_on_both_databases(penza_on_both: Runtime) -> None:
    goes_on(penza_on_both, 8)


def goes_on(system: Runtime, steps: int) -> None:
    case_id = ready(system)
    for who, action in YEAR[:steps]:
        take(system, case_id, who, action)
    move(system, case_id)
    review = next(index for index, (_who, action) in enumerate(YEAR) if action == Fire("start_review"))
    for index, (who, action) in enumerate(YEAR):
        if index < steps:
            continue
        if index == review and steps <= review:
            with pytest.raises(Refusal):
                take(system, case_id, who, action)
            for extra in NEW_TASKS:
                take(system, case_id, *extra)
        take(system, case_id, who, action)
    row = stands(system, case_id)
    assert (row["status"], row["outcome"], row["definition_version"]) == ("closed", "effective", 2)
    assert is_sound(system)


def test_votes_and_terms_follow_the_rule_of_the_procedure(penza: Runtime) -> None:
    case_id = ready(penza)
    for step in YEAR[:8]:
        take(penza, case_id, *step)
    move(penza, case_id)
    with penza.work(actor(penza, "member1")) as work:
        result = service.act(work, case_id, Cast("for"), work.session.get(Case, case_id).version)
    assert result.what == "approved", "the votes given before the move count"
    other = open_other(penza)
    take(penza, other, "methodist", Fire("start_diagnosis"))
    was = stands(penza, other)["due"]
    plan = move(penza, other)
    assert "term_moved" in plan.codes
    assert stands(penza, other)["due"] > was


def open_other(system: Runtime) -> int:
    work = system.read(SYSTEM)
    return int(work.session.scalars(select(Case.id).where(Case.stage == "identified")).first())


def test_a_move_is_taken_back_only_until_the_next_event(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = ready(system)
    move(system, case_id)
    take(system, case_id, "methodist", Complete("confirm_list"))
    with pytest.raises(Refusal), system.work(actor(system, "admin")) as work:
        migration.undo(work, code_of(system, case_id))
    assert stands(system, case_id)["definition_version"] == 2
    assert is_sound(system)


def test_a_forged_record_of_what_stood_before_an_undone_move_is_found(penza: Runtime) -> None:
    """What the undo carries is compared with what really stood there, however well everything else agrees."""
    case_id = ready(penza)
    take(penza, case_id, "methodist", Fire("start_diagnosis"))
    move(penza, case_id)
    with penza.work(actor(penza, "admin")) as work:
        migration.undo(work, code_of(penza, case_id))
    assert is_sound(penza)
    with penza.database.engine.begin() as connection:
        changed = connection.execute(
            text(
                "UPDATE case_events SET data = json_set(data, '$.state.tasks.fill_diagnosis.times', 7) "
                "WHERE type = 'undone' AND json_extract(data, '$.state.tasks.fill_diagnosis.times') = 0"
            )
        )
        assert changed.rowcount == 1
    said = [str(one) for one in verify.findings(penza)]
    assert any("undone to another state" in one for one in said), said


def test_of_two_who_move_a_case_at_once_one_does_and_the_other_is_told(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = ready(system)
    told = at_once(lambda: move(system, case_id).fate, 2, system)
    assert sorted(told) == ["moves", "told"]
    assert stands(system, case_id)["definition_version"] == 2
    assert is_sound(system)


def at_once(do: Callable[[], str], times: int, system: Runtime) -> list[str]:
    answers: list[str] = []
    start = threading.Barrier(times)

    def run() -> None:
        start.wait()
        try:
            answers.append(do())
        except OporaError:
            answers.append("told")
        finally:
            system.database.session.remove()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_failure_in_the_middle_leaves_nothing_of_the_move(
    penza_on_both: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = penza_on_both
    case_id = ready(system)
    before = stands(system, case_id)

    def falls(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("the machine fell")

    monkeypatch.setattr(writer, "refresh", falls)
    with pytest.raises(RuntimeError):
        move(system, case_id)
    monkeypatch.undo()
    assert stands(system, case_id) == before
    assert is_sound(system)


def test_all_live_cases_move_one_by_one_and_back_by_the_same_rule(penza: Runtime) -> None:
    case_id = ready(penza)
    for step in YEAR[:11]:
        take(penza, case_id, *step)
    admin = actor(penza, "admin")
    fated = migration.rehearse(penza.read(admin), THERE)
    assert [one.plan.fate for one in fated] == ["moves"] * 4
    results = migration.carry_out(lambda: penza.work(admin), THERE)
    assert all(one.moved for one in results)
    work = penza.read(SYSTEM)
    tasks = {
        t.task: t.status for t in work.session.scalars(select(CaseTask).where(CaseTask.case_id == case_id))
    }
    assert tasks["report_progress"] == "not_needed"
    assert tasks["publish_plan"] == "open"
    assert migration.carry_out(lambda: penza.work(admin), THERE) == []
    drops = Order(service.PROCESS, 2, 1, {"publish_plan": "report_progress", "interim_report": "log_visits"})
    assert {one.plan.fate for one in migration.rehearse(penza.read(admin), drops)} == {"moves"}
    asked = migration.rehearse(penza.read(admin), BACK)
    assert sorted(one.plan.fate for one in asked) == ["moves"] * 3 + ["needs_mapping"]
    assert is_sound(penza)


# ── the life of a version ─────────────────────────────────────────────────────────────────────────


def test_a_new_system_works_by_the_first_version_and_the_second_waits(penza_on_both: Runtime) -> None:
    rows = versions.listing(penza_on_both.read(SYSTEM))
    assert [(row.version, row.status) for row in rows] == [(3, "checked"), (2, "checked"), (1, "published")]
    definitions = penza_on_both.ports.definitions
    assert definitions.latest(penza_on_both.read(SYSTEM).session, service.PROCESS).version == 1


def test_a_draft_is_uploaded_checked_published_and_retired(penza_on_both: Runtime) -> None:
    system = penza_on_both
    third = SECOND.replace("version: 2\n", "version: 9\n")
    broken = third.replace("initial: identified", "initial: nowhere")
    admin = actor(system, "admin")
    with system.work(admin) as work:
        assert version_uploads.upload(work, Upload(broken)).status == "draft"
    with pytest.raises(Refusal), system.work(admin) as work:
        versions.publish(work, service.PROCESS, 9)
    with system.work(admin) as work:
        assert version_uploads.upload(work, Upload(third.encode())).status == "checked"
        versions.publish(work, service.PROCESS, 9)
    with pytest.raises(Invalid), system.work(admin) as work:
        version_uploads.upload(work, Upload(third))
    cases = open_cases(system)
    assert stands(system, cases["41"])["definition_version"] == 9
    with pytest.raises(Refusal) as refused, system.work(admin) as work:
        versions.retire(work, service.PROCESS, 9)
    assert code_of(system, cases["41"]) in str(refused.value)
    with system.work(admin) as work:
        assert versions.retire(work, service.PROCESS, 1).status == "retired"
    assert is_sound(system)


def test_corrected_texts_reach_live_cases_on_every_machine_and_nothing_else_does(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    first = versions.get(system.read(SYSTEM), service.PROCESS, 1).source
    corrected = first.replace("ru: Школа выявлена", "ru: Школа включена в перечень", 1)
    admin = actor(system, "admin")
    from app.cases.procedures.definitions import Definitions

    elsewhere = Definitions()
    elsewhere.look_every = 0.0
    session = system.read(SYSTEM).session
    case = session.get(Case, case_id)
    assert elsewhere.of(session, case).stages["identified"].titles["ru"] == "Школа выявлена"
    with pytest.raises(Invalid), system.work(admin) as work:
        version_uploads.revise(
            work, service.PROCESS, 1, first.replace("working_days: 5", "working_days: 6", 1)
        )
    with system.work(admin) as work:
        assert version_uploads.revise(work, service.PROCESS, 1, corrected).revision == 2
    session = system.read(SYSTEM).session
    case = session.get(Case, case_id)
    for definitions in (system.ports.definitions, elsewhere):
        assert definitions.of(session, case).stages["identified"].titles["ru"] == "Школа включена в перечень"
    kept = versions.revisions(system.read(SYSTEM), versions.get(system.read(SYSTEM), service.PROCESS, 1))
    assert [(one.revision, one.source) for one in kept] == [(1, first)]
    assert is_sound(system)


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\xff\xfe\x00",
        b"[" * 200_000,
        b"a" * 3_000_000,
        "workflow: x",
        "workflow: school_support\nversion: 1\n",
        "?",
    ],
)
def test_what_is_no_draft_is_refused_with_a_sentence(penza: Runtime, source: Any) -> None:
    with pytest.raises(Invalid) as refused, penza.work(actor(penza, "admin")) as work:
        version_uploads.upload(work, Upload(source))
    assert str(refused.value.fields["source"])


def test_only_the_administrator_leads_versions(penza: Runtime) -> None:
    for role in ("head", "methodist", "clerk"):
        with pytest.raises(Forbidden), penza.work(actor(penza, role)) as work:
            versions.publish(work, service.PROCESS, 2)
        with pytest.raises(Forbidden):
            migration.rehearse(penza.read(actor(penza, role)), THERE)


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (Order(service.PROCESS, 1, 1), Invalid),
        (Order(service.PROCESS, 1, 7), NotFound),
        (Order("nothing", 1, 2), NotFound),
        (Order(service.PROCESS, 1, 2, {"heaven": "hell"}), Invalid),
        (Order(service.PROCESS, 1, 2, cases=("X-1",)), NotFound),
    ],
)
def test_a_wrong_order_is_refused_with_a_sentence(
    penza: Runtime, order: Order, error: type[OporaError]
) -> None:
    with pytest.raises(error):
        migration.carry_out(lambda: penza.work(actor(penza, "admin")), order)


# ── who votes when nobody may ─────────────────────────────────────────────────────────────────────


def test_when_nobody_of_the_group_may_vote_the_named_role_does(penza: Runtime) -> None:
    """`on_no_voters: head`, and the whole group is the head's: his vote decides, and his queue shows it."""
    alone = SECOND.replace("version: 2\n", "version: 9\n").replace(
        "voters: [chair, secretary, member]", "voters: [deputy]"
    )
    alone = alone.replace("on_no_voters: refuse", "on_no_voters: head").replace("tie: chair", "tie: deputy")
    admin = actor(penza, "admin")
    with penza.work(admin) as work:
        row = version_uploads.upload(work, Upload(alone))
        assert row.status == "checked", [str(one) for one in versions.examine(work, row).findings]
        versions.publish(work, service.PROCESS, 9)
    case_id = open_cases(penza)["41"]
    let_pass(penza)
    for step in YEAR[:6]:
        take(penza, case_id, *step)
    from app.cases.queues import case_queue

    assert [
        item.kind for item in case_queue(penza.read(actor(penza, "head"))) if item.case_id == case_id
    ] == ["vote"]
    with penza.work(actor(penza, "head")) as work:
        result = service.act(work, case_id, Cast("for"), work.session.get(Case, case_id).version)
    assert result.what == "approved"
