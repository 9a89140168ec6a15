"""An order on the plans waits for no school whose plan was sent back, and approves none that nobody adopted."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

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
from tests.integration.documents.test_life import look

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
