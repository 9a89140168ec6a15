"""An order on the plans waits for no school whose plan was sent back, and approves none that nobody adopted."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.admin import verify
from app.audit.models import AuditRecord
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.errors import Refusal
from app.core.unit_of_work import Runtime
from app.demo import approval, beginning
from app.demo.penza import actor
from app.demo.script import Script
from app.demo.story import Story, on
from app.documents import service
from app.documents.models import Document
from app.documents.queues import document_queue
from app.documents.service import RegisterInput, SignatureInput
from tests.integration.documents.test_life import SCAN, look
from tests.people import WebUsers

RETURNED = {"about": "terms"}


def adopted(system: Runtime, *schools: str) -> Story:
    """The group has adopted the plans of these schools on 21.01.2025; the draft of the order speaks of all."""
    assert isinstance(system.clock, FixedClock)
    story = Story(Script(system, system.clock, lambda line: None))
    beginning.open_cases(story)
    beginning.diagnose(story, schools)
    beginning.plan(story, schools)
    approval.vote(story, on(21, 1), schools, "план")
    story.script.play()
    return story


def order_of(system: Runtime) -> int:
    drafts = select(Document.id).where(Document.template == "order_plan")
    return system.read(SYSTEM).session.scalars(drafts).one()


def send_back(story: Story, school: str) -> None:
    story.fire(on(21, 1), 12, "chair", school, "return_plan", "", comment="Сроки", fields=RETURNED)
    story.script.play()


def about(system: Runtime, order: int) -> set[int]:
    return {link.case_id for link in look(system, order).cases}


def test_the_order_leaves_out_a_school_whose_plan_was_sent_back_and_takes_it_in_again(penza: Runtime) -> None:
    story = adopted(penza, "50", "co1")
    order, kept, back = order_of(penza), story.ids["50"], story.ids["co1"]
    send_back(story, "co1")
    assert about(penza, order) == {kept, back}, "it is taken out when the draft is filled anew"
    with pytest.raises(Refusal) as refused, penza.work(actor(penza, "clerk")) as work:
        service.send_to_sign(work, order)
    assert "Школы приказа" in str(refused.value), "the change is told before anybody signs it"
    with penza.work(actor(penza, "clerk")) as work:
        service.refresh(work, order)
    assert about(penza, order) == {kept}
    assert "ЦО № 1" not in str(look(penza, order).values).replace("\u00a0", " ")

    story.done(on(21, 1), 13, "directorco1", "co1", "prepare_plan", "")
    approval.vote(story, date(2025, 1, 22), ["co1"], "план")
    story.script.play()
    assert about(penza, order) == {kept, back}, "adopted anew, it joins the same draft"


def test_an_order_about_nobody_else_waits_until_the_plan_is_adopted_anew(penza: Runtime) -> None:
    story = adopted(penza, "co1")
    order = order_of(penza)
    send_back(story, "co1")
    with penza.work(actor(penza, "clerk")) as work:
        service.refresh(work, order)
    with pytest.raises(Refusal) as refused, penza.work(actor(penza, "clerk")) as work:
        service.send_to_sign(work, order)
    assert "МБОУ ЦО № 1. Приказ подождёт" in str(refused.value).replace("\u00a0", " ")
    assert about(penza, order) == {story.ids["co1"]}


def sign_order(system: Runtime, order: int, *, is_signed: bool = True) -> None:
    with system.work(actor(system, "clerk")) as work:
        service.refresh(work, order)
        service.send_to_sign(work, order)
        if is_signed:
            service.sign(work, order, [SignatureInput("head", work.today)], SCAN)


def asked(system: Runtime, who: str) -> list[str]:
    return [str(item.title).partition(":")[0] for item in document_queue(system.read(actor(system, who)))]


@pytest.mark.parametrize("ends", ["sent back", "terminated"])
def test_a_signed_order_is_not_registered_once_a_plan_in_it_was_sent_back(penza: Runtime, ends: str) -> None:
    story = adopted(penza, "50", "co1")
    order, kept, back = order_of(penza), story.ids["50"], story.ids["co1"]
    sign_order(penza, order)
    assert "Зарегистрировать" in asked(penza, "clerk")
    with pytest.raises(Refusal) as refused, penza.work(actor(penza, "clerk")) as work:
        service.withdraw(work, order, "Опечатка")
    assert "уже есть подпись" in str(refused.value)
    if ends == "sent back":
        send_back(story, "co1")
    else:
        story.fire(on(21, 1), 12, "head", "co1", "terminate", "", comment="Школа закрыта")
        story.script.play()
    with pytest.raises(Refusal) as refused, penza.work(actor(penza, "clerk")) as work:
        service.register(work, order, RegisterInput(work.today))
    told = str(refused.value).replace("\u00a0", " ")
    assert "МБОУ ЦО № 1. Верните приказ в проект" in told
    assert "№ 50" not in told
    [line] = [
        one for one in document_queue(penza.read(actor(penza, "clerk"))) if "приказ" in str(one.title).lower()
    ]
    assert str(line.title).startswith("Вернуть в проект: Приказ")
    assert "ЦО № 1" in str(line.missing[0].text).replace("\u00a0", " ")
    with penza.work(actor(penza, "clerk")) as work:
        service.withdraw(work, order, "План вернули")
    assert about(penza, order) == {kept}
    assert look(penza, order).signatures == []
    noted = select(AuditRecord.data).where(
        AuditRecord.tag == "document:withdraw", AuditRecord.case_id == kept
    )
    [told_of] = penza.read(SYSTEM).session.scalars(noted)
    assert [one["role"] for one in told_of["signatures"]] == ["head"]
    sign_order(penza, order)
    with penza.work(actor(penza, "clerk")) as work:
        assert service.register(work, order, RegisterInput(work.today)).number
    assert back not in about(penza, order)
    assert list(verify.findings(penza)) == []


def test_nobody_is_asked_to_sign_an_order_that_has_to_become_a_draft_again(penza: Runtime) -> None:
    story = adopted(penza, "50", "co1")
    order = order_of(penza)
    sign_order(penza, order, is_signed=False)
    assert "Подпишите" in asked(penza, "head")
    send_back(story, "co1")
    assert "Подпишите" not in asked(penza, "head")
    assert "Вернуть в проект" in asked(penza, "clerk")
    web = WebUsers(penza)
    url = f"/documents/{order}"
    page = web("clerk").get(url).get_data(as_text=True).replace("\u00a0", " ")
    assert "Приказ нужно вернуть в проект" in page
    assert "прекращена: МБОУ ЦО № 1." in page
    assert f'href="{url}/withdraw"' in page
    assert f'href="{url}/sign"' not in page
    assert "ЦО № 1" not in web("director50").get(url).get_data(as_text=True).replace("\u00a0", " ")
    reason = {"reason": "План вернули", "expected_version": str(look(penza, order).version)}
    assert web.post("clerk", f"{url}/withdraw", reason).status_code == 303
    assert about(penza, order) == {story.ids["50"]}
