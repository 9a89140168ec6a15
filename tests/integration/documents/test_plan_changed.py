"""A plan adopted anew while its order is in force: an order that changes it is drafted, and counts for the case."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.cases.models import Case
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.errors import Refusal
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import facts
from app.documents.effects import draft
from app.documents.models import Document
from app.documents.service import RegisterInput
from app.engine.papers import REGISTERED
from tests.people import open_cases

from .test_kinds import begun, order_12, through, typed
from .test_life import DAY, PLAN, drafted, later, look, registered, signed_order

LATER = date(2025, 4, 7)
ORDER_TASK = REGISTERED + "order_plan"


@pytest.fixture
def both(penza_on_both: Runtime) -> tuple[Runtime, dict[str, int]]:
    return penza_on_both, open_cases(penza_on_both)


def stands_at(system: Runtime, stage: str, round_: int, *case_ids: int) -> None:
    with system.work(SYSTEM) as work:
        for case_id in case_ids:
            case = get_case(work.session, case_id)
            case.stage, case.round = stage, round_


def approved(system: Runtime, cases: dict[str, int]) -> int:
    """One order approved the plans of all four schools; the plan of № 50 went back from the implementation."""
    stands_at(system, "plan_approval", 1, *cases.values())
    order = order_12(system, cases)
    stands_at(system, "events", 1, *cases.values())
    return order


def adopted(system: Runtime, case_id: int) -> Document:
    """The last vote, cast by somebody who draws up no papers."""
    with system.work(actor(system, "chair")) as work:
        draft(work, work.session.get_one(Case, case_id), {"template": "order_plan"})
    session = system.read(SYSTEM).session
    return session.scalars(select(Document).order_by(Document.id.desc())).first()  # type: ignore[return-value]


def told(system: Runtime, name: str, case_id: int) -> tuple[object, str]:
    fact = facts.FACTS[name](system.read(SYSTEM).session, case_id)
    with in_locale("ru"):
        return fact.value, str(fact.text or "")


def test_the_changing_order_is_drafted_and_approves_the_plan_of_its_round(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    order = approved(system, cases)
    stands_at(system, "plan_approval", 2, cases["50"])
    later(system, LATER)
    assert told(system, "documents.order_registered", cases["50"])[0] is False
    change = adopted(system, cases["50"])
    assert change.template == "order_change_plan"
    assert {link.case_id for link in change.cases} == set(cases.values()), "the whole appendix is worded anew"
    assert adopted(system, cases["50"]).id == change.id, "twice is as good as once"
    assert begun(system, "order_change_plan", target_id=order) == change.id
    assert told(system, "documents.order_plan_registered_on", cases["50"])[0] is None, "of a former round"
    assert told(system, ORDER_TASK, cases["50"]) == (
        False, "Документ «Приказ о внесении изменений в план» ещё не зарегистрирован (сейчас: проект)",
    )  # fmt: skip
    typed(system, change.id, plan=PLAN)
    through(system, change.id, LATER)
    assert look(system, order).state == "changed"
    for name in ("documents.order_registered", ORDER_TASK):
        assert told(system, name, cases["50"])[0] is True
    assert told(system, "documents.order_date", cases["50"])[0] == DAY, (
        "an agreement rests on the first order"
    )
    stands_at(system, "cooperation", 2, cases["50"])
    assert told(system, "documents.order_plan_registered_on", cases["50"])[0] == LATER
    assert told(system, "documents.order_plan_registered_on", cases["41"])[0] == DAY, (
        "its plan was not adopted anew"
    )


def test_a_change_of_one_schools_plan_takes_nothing_from_the_others_under_the_same_order(
    penza: Runtime, cases: dict[str, int]
) -> None:
    """№ 1 still waits at the approval with its order registered when the plan of № 50 is adopted anew."""
    approved(penza, cases)
    stands_at(penza, "plan_approval", 1, cases["co1"])
    stands_at(penza, "plan_approval", 2, cases["50"])
    later(penza, LATER)
    change = adopted(penza, cases["50"]).id
    for name in ("documents.order_registered", ORDER_TASK):
        assert told(penza, name, cases["co1"])[0] is True, "the draft of a change takes no order back"
    typed(penza, change, plan=PLAN)
    through(penza, change, LATER)
    stands_at(penza, "cooperation", 1, cases["co1"])
    assert told(penza, "documents.order_plan_registered_on", cases["co1"])[0] == DAY
    assert told(penza, ORDER_TASK, cases["50"])[0] is True


def test_a_change_begun_by_hand_before_counts_from_the_decision_on(
    penza: Runtime, cases: dict[str, int]
) -> None:
    order = approved(penza, cases)
    later(penza, LATER)
    change = begun(penza, "order_change_plan", target_id=order)
    stands_at(penza, "plan_approval", 2, cases["50"])
    assert told(penza, ORDER_TASK, cases["50"]) == (
        False,
        "Не оформлен документ «Приказ об утверждении плана»",
    )
    assert adopted(penza, cases["50"]).id == change
    typed(penza, change, plan=PLAN)
    through(penza, change, LATER)
    assert told(penza, "documents.order_registered", cases["50"])[0] is True


def test_without_an_order_in_force_the_plan_is_approved_by_a_new_one(
    penza: Runtime, cases: dict[str, int]
) -> None:
    order = approved(penza, cases)
    later(penza, LATER)
    stands_at(penza, "plan_approval", 2, cases["50"])
    change = adopted(penza, cases["50"]).id
    typed(penza, change, plan=PLAN)
    through(penza, change, LATER)
    repeal = begun(penza, "order_repeal", target_id=order)
    typed(penza, repeal, preamble="В связи с ошибкой", since=LATER)
    through(penza, repeal, LATER)
    assert told(penza, "documents.order_registered", cases["50"])[0] is False, "a change of nothing"
    stands_at(penza, "plan_approval", 3, cases["50"])
    assert adopted(penza, cases["50"]).template == "order_plan"


def test_the_first_order_is_drafted_as_before(penza: Runtime, cases: dict[str, int]) -> None:
    later(penza, DAY)
    first = adopted(penza, cases["41"])
    assert first.template == "order_plan"
    assert adopted(penza, cases["50"]).id == first.id
    assert drafted(penza, "order_plan", [cases["co1"]]) == first.id


def test_a_sentence_about_a_paper_keeps_its_quotes_apart(penza: Runtime, cases: dict[str, int]) -> None:
    """The declared paper lost its force meanwhile: the refusal names it, „…“ inside « »."""
    order = signed_order(penza, {"41": cases["41"]})
    registered(penza, order, RegisterInput(DAY))
    later(penza, LATER)
    change = begun(penza, "order_change_plan", target_id=order)
    typed(penza, change, plan=PLAN)
    with penza.work(SYSTEM) as work:
        work.session.get_one(Document, order).state = "repealed"
    with pytest.raises(Refusal) as refused, in_locale("ru"):
        through(penza, change, LATER)
    said = str(refused.value)
    assert "«Приказ „Об утверждении" in said
    assert "в состоянии «утратил силу»" in said


def test_a_school_whose_support_has_ended_leaves_the_appendix_of_a_change(
    penza: Runtime, cases: dict[str, int]
) -> None:
    approved(penza, cases)
    later(penza, LATER)
    stands_at(penza, "plan_approval", 2, cases["50"])
    change = adopted(penza, cases["50"]).id
    assert covered(penza, change) == set(cases.values())
    with penza.work(SYSTEM) as work:
        get_case(work.session, cases["co1"]).status = "cancelled"
    typed(penza, change, plan=PLAN)
    through(penza, change, LATER)
    assert covered(penza, change) == set(cases.values()) - {cases["co1"]}


def covered(system: Runtime, document_id: int) -> set[int]:
    return {link.case_id for link in look(system, document_id).cases}
