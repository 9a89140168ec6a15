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
from app.documents import facts, service
from app.documents.models import Document
from app.documents.queues import document_queue
from app.documents.service import RegisterInput, SignatureInput
from app.plans import queries as plan_queries
from app.plans import service as plans
from app.plans.rules import Level
from app.plans.service import ItemInput
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


def reword(system: Runtime, case_id: int, words: str) -> None:
    """The first measure of the plan says something else."""
    with system.work(actor(system, "methodist")) as work:
        item = plan_queries.items_of(work.session, case_id)[0]
        fields = ("term", "direction", "owner", "expected_result", "participants", "risk", "risk_code")
        kept = {name: getattr(item, name) for name in fields}
        plans.edit_item(work, case_id, item.id, ItemInput(action=words, level=Level(item.level), **kept))


def revised(system: Runtime) -> tuple[Story, int]:
    """One order approved two plans, that of № 1 as it was corrected during the vote; both are revised since. The group
    has adopted that of № 50 anew: the order that changes the first one."""
    assert isinstance(system.clock, FixedClock)
    schools = ("50", "co1")
    story = Story(Script(system, system.clock, lambda line: None))
    beginning.open_cases(story)
    beginning.diagnose(story, schools)
    beginning.plan(story, schools)
    story.script.play()
    reword(system, story.ids["co1"], "В силе")
    approval.approve_plans(story, schools)
    for school in schools:
        story.fire(on(23, 1), 10, "chair", school, "change_plan", "", comment="Сроки", fields=RETURNED)
    story.script.play()
    reword(system, story.ids["co1"], "Ещё никем не принято")
    reword(system, story.ids["50"], "Принято заново")
    story.done(on(23, 1), 13, "director50", "50", "prepare_plan", "")
    approval.vote(story, on(24, 1), ["50"], "план")
    story.script.play()
    return story, change_of(system)


def change_of(system: Runtime) -> int:
    changes = select(Document.id).where(Document.template == "order_change_plan").order_by(Document.id.desc())
    return system.read(SYSTEM).session.scalars(changes.limit(1)).one()


def says(system: Runtime, order: int) -> tuple[bool, bool, bool]:
    """Whether the order prints the plan of № 50 adopted anew, that of № 1 in force, and its one under revision."""
    values = str(look(system, order).values)
    return "Принято заново" in values, "В силе" in values, "Ещё никем не принято" in values


def test_a_change_of_the_plans_prints_nothing_that_is_still_being_revised(penza: Runtime) -> None:
    story, change = revised(penza)
    assert says(penza, change) == (True, True, False)
    sign_order(penza, change)
    with penza.work(actor(penza, "clerk")) as work:
        service.register(work, change, RegisterInput(work.today))
    registered = facts.FACTS["documents.order_registered"]
    session = penza.read(SYSTEM).session
    assert registered(session, story.ids["50"]).value is True
    assert registered(session, story.ids["co1"]).value is False, "its own plan has still to be approved"
    story.done(on(27, 1), 13, "directorco1", "co1", "prepare_plan", "")
    approval.vote(story, on(28, 1), ["co1"], "план")
    story.script.play()
    assert change_of(penza) != change
    assert says(penza, change_of(penza)) == (True, False, True)
    assert list(verify.findings(penza)) == []


def test_a_change_of_the_plans_is_taken_back_when_the_new_plan_is_sent_back(penza: Runtime) -> None:
    story, change = revised(penza)
    sign_order(penza, change)
    story.fire(on(27, 1), 10, "chair", "50", "return_plan", "", comment="Сроки", fields=RETURNED)
    story.script.play()
    with pytest.raises(Refusal) as refused, penza.work(actor(penza, "clerk")) as work:
        service.register(work, change, RegisterInput(work.today))
    assert "СОШ № 50. Верните приказ в проект" in str(refused.value).replace("\u00a0", " ")
    with penza.work(actor(penza, "clerk")) as work:
        service.withdraw(work, change, "План вернули")
    assert about(penza, change) == {story.ids["50"], story.ids["co1"]}, "it is about the whole appendix"
    assert says(penza, change) == (False, True, False)
    with pytest.raises(Refusal) as refused, penza.work(actor(penza, "clerk")) as work:
        service.send_to_sign(work, change)
    assert "Приказ подождёт" in str(refused.value)
    story.done(on(28, 1), 13, "director50", "50", "prepare_plan", "")
    approval.vote(story, on(29, 1), ["50"], "план")
    story.script.play()
    assert change_of(penza) == change
    assert says(penza, change) == (True, True, False)
    sign_order(penza, change)
