"""A case moves to a version whose steps have other codes: nothing it did is lost from sight, no form is a 404."""

from __future__ import annotations

import html
import re

from app.cases.case_map import journey, moves_in
from app.cases.procedures import migration
from app.cases.procedures.migration import Order
from app.cases.queries import events_of, get_case
from app.cases.turns import turn_of
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Complete, Fire
from tests.integration.cases.test_moves_in_the_past import FIRST, is_sound
from tests.integration.cases.test_moves_in_the_past import opened as opened_first
from tests.integration.cases.test_versions import code_of, move, take
from tests.people import WebUsers

CODES = {"again": "once_more", "finish": "close_it"}
SECOND = FIRST.replace("version: 1\n", "version: 2\n")
for _before, _after in CODES.items():
    SECOND = SECOND.replace(f"  {_before}:\n", f"  {_after}:\n")
SECOND += "migrations:\n  - {from: 1, transitions: {again: once_more, finish: close_it}}\n"
HIDDEN = re.compile(r'name="(\w+)"(?: type="hidden")? value="([^"]*)"')
THERE = Order("letters", 1, 2)


def opened(system: Runtime) -> int:
    case_id = opened_first(system, SECOND)
    take(system, case_id, "methodist", Complete("write"))
    take(system, case_id, "methodist", Fire("again", "Перечитать"))
    return case_id


def walked(system: Runtime, case_id: int) -> set[tuple[str, str]]:
    system.database.session.remove()
    work = system.read(SYSTEM)
    case = get_case(work.session, case_id)
    definition = work.ports.definitions.of(work.session, case)
    return set(journey(definition, case, moves_in(definition, events_of(work.session, case_id))).taken)


def test_the_way_behind_it_stays_on_the_map(penza: Runtime) -> None:
    case_id = opened(penza)
    assert walked(penza, case_id) == {("again", "work")}
    move(penza, case_id, THERE)
    assert walked(penza, case_id) == {("once_more", "work")}
    page = WebUsers(penza)("methodist").get(f"/cases/{case_id}/map").get_data(as_text=True)
    assert "d-line d-path" in page
    with penza.work(actor(penza, "admin")) as work:
        migration.undo(work, code_of(penza, case_id))
    assert walked(penza, case_id) == {("again", "work")}
    move(penza, case_id, THERE)
    move(penza, case_id, Order("letters", 2, 1))  # back by the same rule
    assert walked(penza, case_id) == {("again", "work")}
    assert is_sound(penza)


def test_history_remarks_and_rounds_speak_as_they_did(penza: Runtime) -> None:
    case_id = opened(penza)
    move(penza, case_id, THERE)
    work = penza.read(actor(penza, "methodist"))
    turn = turn_of(work, get_case(work.session, case_id))
    assert turn is not None
    assert turn.notes == ("Перечитать",)
    page = WebUsers(penza)("methodist").get(f"/cases/{case_id}").get_data(as_text=True)
    assert "Ещё раз" in re.sub(r"\s+", " ", page)
    rounds = WebUsers(penza)("methodist").get(f"/cases/{case_id}/rounds?stage=work").get_data(as_text=True)
    assert "Ещё раз" in rounds
    take(penza, case_id, "methodist", Complete("write"))
    take(penza, case_id, "methodist", Fire("close_it"))
    assert is_sound(penza)


def test_a_form_opened_before_the_move_is_told_of_it_with_what_was_typed(penza: Runtime) -> None:
    case_id = opened(penza)
    web = WebUsers(penza)
    form = web("methodist").get(f"/cases/{case_id}/step/again").get_data(as_text=True)
    given = {name: html.unescape(value) for name, value in HIDDEN.findall(form)}
    move(penza, case_id, THERE)
    given["comment"] = "Написанное перед переводом"
    answer = web("methodist").post(f"/cases/{case_id}/step/again", data=given)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Написанное перед переводом" in page
    assert "версии 1" in page
    shown = web("methodist").get(f"/cases/{case_id}/step/again")
    assert (shown.status_code, shown.headers["Location"]) == (303, f"/cases/{case_id}")
    assert web("methodist").get(f"/cases/{case_id}/step/sing").status_code == 404
