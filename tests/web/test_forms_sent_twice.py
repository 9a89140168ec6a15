"""A form that adds something, sent twice (a second press without a script, a lost answer), adds it once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access.forgetting import FORGET
from app.access.models import Membership, SentForm, Substitution
from app.cases.curators import assign_curator
from app.cases.models import Case
from app.cases.queries import programmes
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.db import Base
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.diagnostics.models import RiskEntry
from app.documents.models import Document, Incoming
from app.library.models import Material, Publication
from app.plans.models import PlanItem
from app.results.models import ListNotice, RiskChange
from app.schools.models import Person, Position
from app.schools.queries import organisations
from tests.people import WebUsers
from tests.web.plans.test_pages import ITEM
from tests.web.test_accounts import role, user_id
from tests.web.test_reference import card
from tests.web.test_reference import person as person_of
from tests.web.test_substitution_pages import form as substitution

PAGE = {"url": "https://школа41.рф/новости", "what": "План поддержки", "alive": "unknown"}
MATERIAL = {"title": "Учёт рисков", "kind": "method", "audience": "teachers"}
NOTICE = {
    "included": "in",
    "year": "2025",
    "number": "уч-2",
    "issued_on": "2025-01-15",
    "issuer": "Министерство",
}
LETTER = {
    "kind": "letter", "sender": "Школа № 5", "subject": "О сроках", "received_on": "2025-01-22", "way": "next",
}  # fmt: skip

# who, the page of the form, what he types, what is made
FORMS: list[tuple[str, str, Mapping[str, str], type[Base]]] = [
    ("director41", "/cases/{case}/plans/add", ITEM, PlanItem),
    ("director41", "/cases/{case}/publications/add", PAGE, Publication),
    ("methodist", "/publications/add", PAGE | {"organisation": "{centre}"}, Publication),
    ("methodist", "/library/add", MATERIAL, Material),
    ("methodist", "/cases/{case}/results/risks/add", {"title": "Риск", "before": "high", "after": "low"}, RiskChange),
    ("methodist", "/cases/{case}/results/list/add", NOTICE, ListNotice),
    ("methodist", "/people/add", card(), Person),
    ("methodist", "/positions/add?person={person}",
     {"organisation": "школа 41", "title": "завуч", "since": "2025-01-09"}, Position),
    ("methodist", "/cases/{case}/diagnostics/risks/add",
     {"factor": "competence", "significance": "high", "is_actual": "yes", "evidence": "Дефицит"}, RiskEntry),
    ("methodist", "/programmes/{programme}/cases/add", {"school": "{school27}", "curator": "{school66}"}, Case),
    ("admin", "/memberships/add/{user}", role(), Membership),
    ("admin", "/substitutions/add", substitution(since="2025-01-22", until="2025-01-24"), Substitution),
    ("clerk", "/incoming/add?case={case}", LETTER, Incoming),
    ("clerk", "/documents/new/destruction_act", {}, Document),
]  # fmt: skip


def count(system: Runtime, model: type[Base]) -> int:
    system.database.session.remove()
    return system.read(SYSTEM).session.scalar(select(func.count()).select_from(model)) or 0


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form that adds, as the browser sends them."""
    form = next((one for one in page.split("<form ") if 'name="send_key"' in one), "")
    tags = re.findall(r"<input[^>]*>", form.partition("</form>")[0])
    found = [tag for tag in tags if 'type="hidden"' in tag]
    values = {
        re.search(r'name="([^"]+)"', tag).group(1): re.search(r'value="([^"]*)"', tag)  # type: ignore[union-attr]
        for tag in found
    }
    return {name: unescape(value.group(1)) if value else "" for name, value in values.items()}


@pytest.mark.parametrize(
    ("who", "url", "typed", "made"), FORMS, ids=lambda one: one if isinstance(one, str) else ""
)
def test_it_adds_one(
    penza: Runtime, cases: dict[str, int], web: WebUsers, who: str, url: str, typed: Mapping[str, str],
    made: type[Base],
) -> None:  # fmt: skip
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 22, 9, tzinfo=UTC))
    places: dict[str, Any] = {
        "case": cases["41"], "user": user_id(penza, "member1"), "person": person_of(penza, "Условный").id,
        "centre": "",
    }  # fmt: skip
    with penza.work(SYSTEM) as work:
        places["programme"] = programmes(work.session)[0].id
        schools = {one.code: one for one in organisations(work.session)}
        places |= {f"school{code}": one.id for code, one in schools.items()}
    with penza.work(actor(penza, "methodist")) as work:  # who curates nobody may be supported
        assign_curator(work, cases["oshi1"], schools["51"])
    page = web(who).get(url.format(**places)).get_data(as_text=True)
    if option := re.search(r'<select[^>]*name="organisation".*?<option value="(\d+)"', page, re.S):
        places["centre"] = option.group(1)
    sent = {**hidden(page), **{name: value.format(**places) for name, value in typed.items()}}
    assert sent["send_key"]
    before = count(penza, made)
    answers = [web(who).post(url.format(**places), data=sent) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303], answers[-1].get_data(as_text=True)[:3000]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert count(penza, made) == before + 1
    another = web(who).get(url.format(**places)).get_data(as_text=True)
    assert hidden(another)["send_key"] != sent["send_key"]


def test_a_form_that_was_refused_is_mended_and_adds_one(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    url = f"/cases/{cases['41']}/plans/add"
    sent = {**hidden(web("director41").get(url).get_data(as_text=True)), **ITEM}
    refused = web("director41").post(url, data={**sent, "term": "когда-нибудь"})
    assert refused.status_code == 422
    assert hidden(refused.get_data(as_text=True))["send_key"] == sent["send_key"]
    assert web("director41").post(url, data=sent).status_code == 303
    assert count(penza, PlanItem) == 1


def test_nobody_is_led_by_the_mark_of_another_person(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    url = f"/cases/{cases['41']}/plans/add"
    sent = {**hidden(web("director41").get(url).get_data(as_text=True)), **ITEM}
    assert web("director41").post(url, data=sent).status_code == 303
    answer = web.post("deputy41", url, {**ITEM, "send_key": sent["send_key"]})
    assert answer.status_code == 422
    assert "Форма неполная" in unescape(answer.get_data(as_text=True))
    assert web.post("deputy41", url, {**ITEM, "send_key": "x" * 65}).status_code == 422
    assert count(penza, PlanItem) == 1


def test_marks_are_forgotten_after_a_month(penza: Runtime, cases: dict[str, int], web: WebUsers) -> None:
    assert isinstance(penza.clock, FixedClock)
    url = f"/cases/{cases['41']}/plans/add"
    sent = {**hidden(web("director41").get(url).get_data(as_text=True)), **ITEM}
    assert web("director41").post(url, data=sent).status_code == 303
    kept = []
    for days in (30, 1):
        penza.clock.advance(days=days)
        with penza.work(SYSTEM) as work:
            work.ports.handlers[FORGET](work, {})
        kept.append(count(penza, SentForm))
    assert kept == [1, 0]
