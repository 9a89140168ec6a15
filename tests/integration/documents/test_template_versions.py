"""Editions of templates: chosen by the date of the paper, never two on one day, old papers keep theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.models import AuditRecord
from app.cases.models import Programme
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Forbidden, Invalid, Refusal, Stale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import pdf, service, template_versions
from app.documents.doctor.run import digest_of
from app.documents.queries import file_of, get_document
from app.documents.template_versions import PublishInput, UploadInput
from app.documents.templates import edition_for, registry
from app.jobs.runner import drain
from tests.people import open_cases
from tests.unit.documents.hostile_templates import GOOD, replaced
from tests.unit.documents.penza import order_plan

NEW = replaced(("ДОГОВОР", "ДОГОВОР СОТРУДНИЧЕСТВА"))
NEWER = replaced(("ДОГОВОР", "НОВЫЙ ДОГОВОР"))
JANUARY, JULY = date(2025, 1, 1), date(2025, 7, 1)


def report(ok: bool = True) -> dict[str, Any]:
    """What the doctor would say; its own work is tried in test_template_doctor."""
    return {"ok": ok, "findings": [], "dictionary": digest_of("agreement")}


def upload(system: Runtime, data: bytes = NEW, *, who: str = "clerk", ok: bool = True) -> int:
    with system.work(actor(system, who)) as work:
        return template_versions.upload(work, UploadInput("agreement", data, "договор.docx"), report(ok)).id


def publish(
    system: Runtime, version_id: int, *days: Any, end_earlier: bool = False, sure_of: date | None = None
) -> None:
    with system.work(actor(system, "clerk")) as work:
        template_versions.publish(
            work, version_id, PublishInput(*days, end_earlier=end_earlier, sure_of=sure_of)
        )


def printed_on(system: Runtime, day: date) -> bytes:
    work = system.read(actor(system, "clerk"))
    authority = work.session.query(Programme).first()
    assert authority is not None
    return registry(work).on("agreement", day, authority.authority_id).content


def test_the_date_of_the_paper_chooses_the_edition(penza_on_both: Runtime) -> None:
    system = penza_on_both
    version = upload(system)
    assert printed_on(system, JULY) == GOOD  # a draft prints nothing
    publish(system, version, JULY)
    assert printed_on(system, date(2025, 6, 30)) == GOOD
    assert printed_on(system, JULY) == NEW


def test_one_day_never_has_two_editions(penza_on_both: Runtime) -> None:
    system = penza_on_both
    publish(system, upload(system), JANUARY)
    second = upload(system, NEWER)
    with pytest.raises(Refusal) as refused:
        publish(system, second, JULY)
    assert "договор.docx" in str(refused.value.reasons[0])
    publish(system, second, JULY, end_earlier=True)
    assert printed_on(system, date(2025, 6, 30)) == NEW
    assert printed_on(system, JULY) == NEWER
    third = upload(system, replaced(("ДОГОВОР", "ТРЕТИЙ")))
    with pytest.raises(Refusal):  # it would begin before the second, which stays
        publish(system, third, date(2025, 6, 1), end_earlier=True)
    publish(system, third, date(2024, 1, 1), date(2024, 12, 31), sure_of=date(2024, 1, 1))
    assert printed_on(system, date(2024, 5, 1)) != GOOD


def test_a_bounded_edition_does_not_leave_later_days_bare(penza_on_both: Runtime) -> None:
    system = penza_on_both
    publish(system, upload(system), JANUARY)
    with pytest.raises(Refusal):
        publish(system, upload(system, NEWER), JULY, date(2025, 7, 31), end_earlier=True)


def test_a_withdrawn_edition_gives_way(penza_on_both: Runtime) -> None:
    system = penza_on_both
    version = upload(system)
    publish(system, version, JANUARY)
    with system.work(actor(system, "clerk")) as work, pytest.raises(Invalid):
        template_versions.retire(work, version, " ")
    with system.work(actor(system, "clerk")) as work:
        template_versions.retire(work, version, "ошибка в заголовке")
    assert printed_on(system, JULY) == GOOD
    publish(system, upload(system), JULY)  # the same file may come back
    assert printed_on(system, JULY) == NEW


def test_what_may_not_be_published(penza_on_both: Runtime) -> None:
    system = penza_on_both
    faulty = upload(system, ok=False)
    with pytest.raises(Refusal):
        publish(system, faulty, JULY)
    with pytest.raises(Invalid):  # the very same file once more
        upload(system)
    sound = upload(system, NEWER)
    with pytest.raises(Invalid):
        publish(system, sound, JULY, JANUARY)
    with pytest.raises(Invalid):
        publish(system, sound, date(1999, 1, 1))
    with system.work(actor(system, "clerk")) as work, pytest.raises(Stale):
        template_versions.publish(work, sound, PublishInput(JULY), 99)
    with pytest.raises(Forbidden):
        upload(system, NEWER, who="methodist")
    with pytest.raises(Forbidden):
        upload(system, NEWER, who="head")
    with system.work(actor(system, "clerk")) as work:
        assert template_versions.discard(work, faulty) == "agreement"


def test_a_sent_paper_keeps_its_edition(penza_on_both: Runtime) -> None:
    system = penza_on_both
    assert isinstance(system.clock, FixedClock)
    system.clock.move(datetime(2025, 1, 22, 9, tzinfo=UTC))
    cases = open_cases(system)
    with system.work(SYSTEM) as work:
        order = service.ensure_draft(work, "order_plan", get_case(work.session, cases["41"])).id
    with system.work(actor(system, "clerk")) as work:
        service.edit(work, order, {"plan": order_plan()["plan"]})
        service.send_to_sign(work, order)
        before = get_document(work.session, order).template_hash
        content = registry(work).of("order_plan", before).content.replace(b"", b"")
    from tests.unit.documents.packages import docx

    with system.work(actor(system, "clerk")) as work:
        entry = UploadInput("order_plan", docx("{{ heading }}"), "приказ.docx")
        version = template_versions.upload(
            work, entry, {"ok": True, "dictionary": digest_of("order_plan")}
        ).id
        template_versions.publish(work, version, PublishInput(date(2024, 1, 1), sure_of=date(2024, 1, 1)))
    with system.work(actor(system, "clerk")) as work:
        document = get_document(work.session, order)
        assert document.template_hash == before
        assert registry(work).of("order_plan", document.template_hash).content == content
        assert edition_for(work, document).hash != before  # a draft of that day would take the new one
    drain(system)
    with system.work(actor(system, "clerk")) as work:
        paper = file_of(get_document(work.session, order), "paper")
        assert paper is not None
        assert paper.file is not None


def test_pictures_are_made_or_their_absence_explained(
    penza: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import select

    from app.documents.template_models import TemplatePictures

    monkeypatch.setattr(pdf, "office", lambda: None)
    upload(penza)
    drain(penza)
    work = penza.read(actor(penza, "clerk"))
    shown = work.session.scalars(select(TemplatePictures)).one().shown
    assert shown["trouble"] == "absent"
    assert shown["before"]["docx"] != shown["after"]["docx"]
    assert ["+", "ДОГОВОР СОТРУДНИЧЕСТВА"] in shown["changes"]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2015, 7, 1), "01.07.2015 — больше года назад"), (date(2024, 1, 8), "08.01.2024 — больше года назад"),
        (date(2052, 7, 1), "01.07.2052 — больше чем через год"),
    ],
)  # fmt: skip
def test_a_day_years_away_must_be_confirmed_itself(penza: Runtime, day: date, said: str) -> None:
    """Today is 09.01.2025: «2015» is usually a slip of the finger for «2025»."""
    version = upload(penza)
    for unsure in (None, date(2014, 7, 1), date(2025, 1, 9)):
        with pytest.raises(Invalid) as refused:
            publish(penza, version, day, sure_of=unsure)
        assert str(refused.value.fields["is_sure"]).startswith(said)
        assert set(refused.value.fields) == {"is_sure"}
        penza.database.session.remove()
    assert printed_on(penza, max(day, JULY)) == GOOD, "nothing was published"
    publish(penza, version, day, sure_of=day)
    assert printed_on(penza, day) == NEW
    session = penza.read(SYSTEM).session
    record = session.scalars(select(AuditRecord).where(AuditRecord.tag == "template:publish")).one()
    assert record.data["confirmed"] is True


@pytest.mark.parametrize("day", [date(2024, 1, 9), date(2025, 1, 9), date(2026, 1, 10)])
def test_a_day_within_a_year_needs_no_confirmation(penza: Runtime, day: date) -> None:
    publish(penza, upload(penza), day)
    assert printed_on(penza, day) == NEW


def test_an_impossible_day_is_told_before_a_doubtful_one(penza: Runtime) -> None:
    with pytest.raises(Invalid) as refused:
        publish(penza, upload(penza), date(1925, 1, 9))
    assert set(refused.value.fields) == {"effective_from"}
