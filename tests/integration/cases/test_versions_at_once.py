"""Two people lead versions and cases at once: one wins, the other is told, and no case is left in a retired version."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.cases import service
from app.cases.models import Case, ProcessVersion
from app.cases.procedures import migration, version_uploads, versions
from app.cases.procedures.version_uploads import Upload
from app.core.actor import SYSTEM
from app.core.errors import Invalid, OporaError, Refusal, Stale
from app.core.unit_of_work import Runtime, Work
from app.demo.penza import actor
from tests.integration.cases.test_versions import PROCEDURE, SECOND, THERE, code_of, move, ready, stands
from tests.people import open_cases

CHANGED = SECOND.replace("working_days: 20", "working_days: 19")
FIRST = (PROCEDURE / "v1.yaml").read_text(encoding="utf-8")
Act = Callable[[Work], object]


def meanwhile(system: Runtime, first: Act, second: Callable[[], object]) -> object:
    """What `second` says that begins while `first` has acted and not committed yet."""
    acted, go_on = threading.Event(), threading.Event()
    said: list[object] = []

    def begin() -> None:
        try:
            with system.work(actor(system, "admin")) as work:
                first(work)
                acted.set()
                go_on.wait(20)
        finally:
            acted.set()
            system.database.session.remove()

    def meet() -> None:
        try:
            said.append(second())
        except OporaError as error:
            said.append(error)
        finally:
            system.database.session.remove()

    one, other = threading.Thread(target=begin), threading.Thread(target=meet)
    one.start()
    assert acted.wait(20)
    other.start()
    other.join(0.7)  # it waits for the first, or is done already
    go_on.set()
    one.join()
    other.join()
    system.database.session.remove()
    return said[0]


def led(system: Runtime, act: Callable[..., Any], *given: Any) -> Callable[[], object]:
    def do() -> object:
        with system.work(actor(system, "admin")) as work:
            return act(work, service.PROCESS, *given)

    return do


def status_of(system: Runtime, version: int) -> str:
    query = select(ProcessVersion.status).where(ProcessVersion.version == version)
    return str(system.read(SYSTEM).session.scalars(query).one())


def published(system: Runtime) -> None:
    with system.work(actor(system, "admin")) as work:
        versions.publish(work, service.PROCESS, 2)


def test_no_case_moves_to_a_version_that_is_being_retired(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = ready(system)
    said = meanwhile(
        system, lambda work: versions.retire(work, service.PROCESS, 2), lambda: move(system, case_id)
    )
    assert isinstance(said, Invalid), said
    assert (stands(system, case_id)["definition_version"], status_of(system, 2)) == (1, "retired")


def test_a_version_a_case_is_moving_to_is_not_retired(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = ready(system)
    said = meanwhile(
        system, lambda work: migration.move(work, case_id, THERE), led(system, versions.retire, 2)
    )
    assert isinstance(said, Refusal), said
    assert (stands(system, case_id)["definition_version"], status_of(system, 2)) == (2, "published")


def test_no_move_is_taken_back_to_a_version_that_is_being_retired(penza_on_both: Runtime) -> None:
    system = penza_on_both
    moved = {case: move(system, case) for case in _all_cases(system, ready(system))}
    one = next(iter(moved))

    def undo() -> object:
        with system.work(actor(system, "admin")) as work:
            return migration.undo(work, code_of(system, one))

    said = meanwhile(system, lambda work: versions.retire(work, service.PROCESS, 1), undo)
    assert isinstance(said, Refusal), said
    assert (stands(system, one)["definition_version"], status_of(system, 1)) == (2, "retired")


def _all_cases(system: Runtime, _one: int) -> list[int]:
    return list(system.read(SYSTEM).session.scalars(select(Case.id).order_by(Case.id)))


def test_no_case_is_opened_in_a_version_that_is_being_retired(penza_on_both: Runtime) -> None:
    system = penza_on_both
    published(system)
    meanwhile(system, lambda work: versions.retire(work, service.PROCESS, 2), lambda: open_cases(system))
    assert status_of(system, 2) == "retired"
    assert set(system.read(SYSTEM).session.scalars(select(Case.definition_version))) == {1}


def test_the_last_two_versions_are_not_retired_at_once(penza_on_both: Runtime) -> None:
    system = penza_on_both
    published(system)
    said = meanwhile(
        system, lambda work: versions.retire(work, service.PROCESS, 1), led(system, versions.retire, 2)
    )
    assert isinstance(said, Refusal), said
    assert status_of(system, 2) == "published"


def test_a_draft_that_is_being_published_takes_no_other_text(penza_on_both: Runtime) -> None:
    system = penza_on_both

    def upload() -> object:
        with system.work(actor(system, "admin")) as work:
            return version_uploads.upload(work, Upload(CHANGED))

    said = meanwhile(system, lambda work: versions.publish(work, service.PROCESS, 2), upload)
    assert isinstance(said, Invalid), said
    assert status_of(system, 2) == "published"
    with system.work(SYSTEM) as work:
        assert versions.get(work, service.PROCESS, 2).source == SECOND


def test_of_two_who_upload_a_new_version_one_is_told(penza_on_both: Runtime) -> None:
    system = penza_on_both
    first, second = (
        Upload(CHANGED.replace("version: 2\n", f"version: 9  # the {which}\n"))
        for which in ("first", "second")
    )

    def upload() -> object:
        with system.work(actor(system, "admin")) as work:
            return version_uploads.upload(work, second)

    said = meanwhile(system, lambda work: version_uploads.upload(work, first), upload)
    kept = versions.get(system.read(SYSTEM), service.PROCESS, 9).source
    if system.database.is_sqlite:  # one writer after the other: the later text replaces the draft
        assert kept == second.source
    else:
        assert isinstance(said, Stale), said
        assert kept == first.source


def test_what_was_not_looked_at_is_not_published(penza_on_both: Runtime) -> None:
    system = penza_on_both
    seen = versions.get(system.read(SYSTEM), service.PROCESS, 2).hash
    said = meanwhile(
        system,
        lambda work: version_uploads.upload(work, Upload(CHANGED)),
        led(system, versions.publish, 2, seen),
    )
    assert isinstance(said, Stale), said
    assert status_of(system, 2) == "checked"


@pytest.mark.parametrize("seen", [1, 7])
def test_of_two_corrections_of_one_text_the_second_is_told(penza: Runtime, seen: int) -> None:
    first, second = (FIRST.replace("en: Diagnosis}", f"en: Diagnosis {n}}}") for n in (1, 2))
    with penza.work(actor(penza, "admin")) as work:
        version_uploads.revise(work, service.PROCESS, 1, first, 1)
    with pytest.raises(Stale), penza.work(actor(penza, "admin")) as work:
        version_uploads.revise(work, service.PROCESS, 1, second, seen)
    assert versions.get(penza.read(SYSTEM), service.PROCESS, 1).source == first
