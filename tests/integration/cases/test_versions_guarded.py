"""What keeps the life of a version honest: each act journalled, nothing moved on an old page, no way to a dead end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from app.audit.models import AuditRecord
from app.cases import service
from app.cases.models import Case
from app.cases.procedures import migration, version_uploads, versions
from app.cases.procedures.definitions import import_shipped
from app.cases.procedures.version_uploads import Upload
from app.config import ROOT
from app.core.actor import SYSTEM
from app.core.errors import OporaError, Refusal, Stale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Complete, Fire
from tests.integration.cases.test_versions import SECOND, THERE, code_of, is_sound, move, ready, stands, take

PROCESS = service.PROCESS


def journalled(system: Runtime) -> list[tuple[str, int]]:
    """What the administrator did with versions: tag and version, in order."""
    system.database.session.remove()
    admin = actor(system, "admin").user_id
    query = select(AuditRecord).where(
        AuditRecord.tag.like("procedure:%"), AuditRecord.actor_id == admin
    ).order_by(AuditRecord.id)  # fmt: skip
    return [(row.tag, row.data["version"]) for row in system.read(SYSTEM).session.scalars(query)]


def test_every_act_with_a_version_stands_in_the_journal(penza_on_both: Runtime) -> None:
    system = penza_on_both
    admin = actor(system, "admin")
    third = SECOND.replace("version: 2\n", "version: 9\n")
    with system.work(admin) as work:
        version_uploads.upload(work, Upload(third))
        versions.publish(work, PROCESS, 9)
        version_uploads.revise(work, PROCESS, 9, third.replace("ru: Школа выявлена", "ru: Школа найдена", 1))
        versions.retire(work, PROCESS, 1)
        version_uploads.drop_draft(work, PROCESS, 2)
    assert journalled(system) == [
        ("procedure:import", 9), ("procedure:check", 9), ("procedure:publish", 9), ("procedure:revise", 9),
        ("procedure:retire", 1), ("procedure:drop", 2),
    ]  # fmt: skip
    assert is_sound(system)


def test_the_only_published_version_is_not_retired(penza_on_both: Runtime) -> None:
    with pytest.raises(Refusal) as refused, penza_on_both.work(actor(penza_on_both, "admin")) as work:
        versions.retire(work, PROCESS, 1)
    assert [reason.link for reason in refused.value.reasons] == [None]
    row = versions.get(penza_on_both.read(SYSTEM), PROCESS, 1)
    assert row.status == "published"


def test_a_case_that_went_on_since_the_rehearsal_does_not_move(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = ready(system)
    admin = actor(system, "admin")
    shown = next(one for one in migration.rehearse(system.read(admin), THERE) if one.case_id == case_id)
    take(system, case_id, "methodist", Fire("start_diagnosis"))
    with pytest.raises(Stale) as told, system.work(admin) as work:
        migration.move(work, case_id, THERE, shown.version)
    assert str(told.value)
    assert stands(system, case_id)["definition_version"] == 1
    assert is_sound(system)


def test_no_live_case_goes_back_to_a_retired_version(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = ready(system)
    admin = actor(system, "admin")
    assert all(one.moved for one in migration.carry_out(lambda: system.work(admin), THERE))
    with system.work(admin) as work:
        versions.retire(work, PROCESS, 1)
    with pytest.raises(Refusal) as refused, system.work(admin) as work:
        migration.undo(work, code_of(system, case_id))
    assert "v1" in str(refused.value)
    assert stands(system, case_id)["definition_version"] == 2
    take(system, case_id, "methodist", Complete("confirm_list"))
    assert is_sound(system)


def test_a_case_in_its_new_version_is_not_moved_there_again(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = ready(system)
    move(system, case_id)
    version = system.read(SYSTEM).session.get_one(Case, case_id).version
    with pytest.raises(Refusal):
        move(system, case_id)
    system.database.session.remove()
    assert system.read(SYSTEM).session.get_one(Case, case_id).version == version


def test_a_release_takes_nobodys_own_version_away(penza_on_both: Runtime, tmp_path: Path) -> None:
    """What somebody here has written under a number that a release ships too stays, as a draft and published."""
    folder = shutil.copytree(ROOT / "workflows", tmp_path / "workflows")
    shipped = folder / "school_support/v3.yaml"
    own = shipped.read_text(encoding="utf-8").replace("working_days: 10", "working_days: 11", 1)
    with penza_on_both.work(actor(penza_on_both, "admin")) as work:
        version_uploads.upload(work, Upload(own))
    for is_published in (False, True):
        with penza_on_both.work(SYSTEM) as work:
            (told,) = import_shipped(work, folder)
            assert told.startswith("school_support v3 (an own version stays")
            assert versions.get(work, PROCESS, 3).source == own
        if not is_published:
            with penza_on_both.work(actor(penza_on_both, "admin")) as work:
                versions.publish(work, PROCESS, 3)


def test_a_published_version_of_the_product_is_not_altered_by_a_file(
    penza_on_both: Runtime, tmp_path: Path
) -> None:
    folder = shutil.copytree(ROOT / "workflows", tmp_path / "workflows")
    first = folder / "school_support/v1.yaml"
    text = first.read_text(encoding="utf-8")
    first.write_text(text.replace("working_days: 10", "working_days: 11", 1), encoding="utf-8")
    assert first.read_text(encoding="utf-8") != text
    with pytest.raises(OporaError, match=r"v1\.yaml"), penza_on_both.work(SYSTEM) as work:
        import_shipped(work, folder)
