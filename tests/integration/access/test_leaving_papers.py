"""A leaver's papers: what he has not read, typed and not saved, controls; handed on, closed, or shown as it is."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.admin import leaving
from app.core.actor import SYSTEM
from app.core.errors import Refusal
from app.core.holdings import CLOSE, HAND_ON
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import kept, service
from app.documents.acknowledgement import addressees
from app.documents.docx.rendering import document_text
from app.documents.models import Acknowledgement, Document, DraftInput, Registration
from app.documents.queues import reading_queue
from app.documents.service import Mailing, RegisterInput
from app.documents.sheet import print_sheet
from app.documents.unread import unread
from app.notifications.models import Notification
from app.schools.queries import organisations
from tests.integration.access.test_leaving import LAST, ORDER, hand_over, listed, person_of, refusals
from tests.integration.access.test_substitutions import account, on, roles
from tests.integration.documents.test_life import drafted, registered, signed_order
from tests.people import open_cases

NEXT = date(2025, 1, 23)


def sent(system: Runtime, case_id: int, *usernames: str, school: str = "", due: date | None = None) -> int:
    """A registered order about № 50, sent to these people in person (or to a school)."""
    order = registered(system, signed_order(system, {"50": case_id}), RegisterInput(LAST)).id
    people = tuple(person_of(system, name).id for name in usernames)
    with system.work(actor(system, "clerk")) as work:
        schools = tuple(o.id for o in organisations(work.session) if o.code == school)
        assert service.send(work, order, Mailing(schools, people, due)) == len(people) + len(schools)
    return order


def lines(system: Runtime, document_id: int) -> list[tuple[str, date | None, str]]:
    system.database.session.remove()
    rows = addressees(system.read(SYSTEM), document_id)
    return [(row.addressee, row.released_on, row.released_ground) for row in rows]


def test_a_paper_sent_in_person_goes_to_the_successor_who_is_told(
    penza_on_both: Runtime,
) -> None:
    system, cases = penza_on_both, open_cases(penza_on_both)
    order = sent(system, cases["50"], "methodist", due=date(2025, 1, 24))
    leaver, successor = person_of(system, "methodist"), person_of(system, "clerk")
    assert len(listed(system, "methodist")["readings"]) == 1
    assert refusals(hand_over(system, "methodist", "clerk", only="readings")) == []
    assert lines(system, order) == [
        (f"person:{leaver.id}", LAST, ORDER), (f"person:{successor.id}", None, ""),
    ]  # fmt: skip
    assert "readings" not in listed(system, "methodist")
    assert reading_queue(system.read(actor(system, "methodist"))) == []
    (item,) = reading_queue(system.read(actor(system, "clerk")))
    assert item.due == date(2025, 1, 24)
    session = system.read(SYSTEM).session
    told = session.scalars(
        select(Notification).where(Notification.user_id == account(system, "clerk").id)
    ).all()
    assert [(row.code, row.link) for row in told] == [("document.read", f"/documents/{order}")]
    assert successor.short in session.scalars(select(Registration.mailing)).one()
    own = next(row for row in addressees(system.read(SYSTEM), order) if row.is_released)
    with pytest.raises(Refusal), system.work(actor(system, "methodist")) as work:
        service.acknowledge(work, own.id)
    with system.work(actor(system, "clerk")) as work:
        sheet, _name = print_sheet(work, order)
    text = document_text(sheet)
    assert successor.surname in text
    assert leaver.surname not in text, "who left signs no sheet"


def test_it_is_closed_and_comes_back_with_the_person(penza: Runtime, cases: dict[str, int]) -> None:
    order = sent(penza, cases["50"], "methodist")
    assert refusals(hand_over(penza, "methodist", None, only="readings", act=CLOSE)) == []
    assert [(released, ground) for _who, released, ground in lines(penza, order)] == [(LAST, ORDER)]
    assert list(unread(penza.read(SYSTEM))) == []
    with penza.work(actor(penza, "clerk")) as work:
        assert service.send(work, order, Mailing((), (person_of(penza, "methodist").id,))) == 1
    assert [(released, ground) for _who, released, ground in lines(penza, order)] == [(None, "")]
    (item,) = reading_queue(penza.read(actor(penza, "methodist")))
    assert item.link == f"/documents/{order}"


def test_a_successor_who_has_the_paper_is_not_sent_it_twice(penza: Runtime, cases: dict[str, int]) -> None:
    order = sent(penza, cases["50"], "methodist", "clerk")
    (result,) = hand_over(penza, "methodist", "clerk", only="readings")
    assert result.is_done
    with in_locale("ru"):
        assert (
            str(leaving.Result(result.title, True, result.said).said)
            == "Преемнику этот документ уже направлен"
        )
    assert [released for _who, released, _ground in lines(penza, order)] == [LAST, None]


def test_what_was_read_is_held_by_nobody(penza: Runtime, cases: dict[str, int]) -> None:
    order = sent(penza, cases["50"], "methodist")
    with penza.work(actor(penza, "methodist")) as work:
        service.acknowledge(work, addressees(work, order)[0].id)
    assert "readings" not in listed(penza, "methodist")


def test_a_school_whose_only_reader_leaves_is_shown_and_goes_over_with_the_role(
    penza: Runtime, cases: dict[str, int]
) -> None:
    sent(penza, cases["50"], school="50")
    assert len(listed(penza, "director50")["readings"]) == 1
    (refused,) = refusals(hand_over(penza, "director50", "clerk", only="readings"))
    assert "сначала передайте роль" in refused
    penza.database.session.remove()
    assert refusals(hand_over(penza, "director50", "clerk")) == []
    on(penza, NEXT)
    assert "director" in roles(penza, "clerk")
    (item,) = [i for i in reading_queue(penza.read(actor(penza, "clerk"))) if "50" in i.where]
    assert item.behalf == ""
    assert "readings" not in listed(penza, "director50")


def test_a_school_where_another_reads_too_is_left_out(penza: Runtime, cases: dict[str, int]) -> None:
    sent(penza, cases["50"], school="41")
    assert "readings" not in listed(penza, "director41"), "the deputy reads for the school as well"


def typed(system: Runtime, username: str, document_id: int, words: str) -> None:
    with system.work(actor(system, username)) as work:
        kept.keep(work, work.session.get_one(Document, document_id), {"heading": words})


def typing(system: Runtime) -> dict[int, str]:
    system.database.session.remove()
    rows = system.read(SYSTEM).session.scalars(select(DraftInput)).all()
    return {row.user_id: row.fields["heading"] for row in rows}


def test_unsaved_typing_goes_to_the_successor_or_is_thrown_away_and_nobody_reads_it_on_the_page(
    penza_on_both: Runtime,
) -> None:
    system, cases = penza_on_both, open_cases(penza_on_both)
    first = drafted(system, "order_plan", [cases["50"]])
    typed(system, "clerk", first, "О чём никто не знает")
    (title,) = listed(system, "clerk")["typing"]
    assert "никто не знает" not in title
    assert title.startswith("Приказ «"), "a draft has no number"
    assert [line for line in listed(system, "clerk")["papers"] if "№" in line] == []
    assert refusals(hand_over(system, "clerk", "methodist", only="typing", act=HAND_ON)) == []
    assert typing(system) == {account(system, "methodist").id: "О чём никто не знает"}
    typed(system, "clerk", first, "Снова")
    (refused,) = refusals(hand_over(system, "clerk", "methodist", only="typing", act=HAND_ON))
    assert "сам набрал" in refused
    assert refusals(hand_over(system, "clerk", None, only="typing", act=CLOSE)) == []
    assert typing(system) == {account(system, "methodist").id: "О чём никто не знает"}


def test_orders_under_his_control_are_shown_until_an_order_changes_them(
    penza: Runtime, cases: dict[str, int]
) -> None:
    order = sent(penza, cases["50"], "clerk")
    assert len(listed(penza, "chair")["controls"]) == 1
    with penza.work(actor(penza, "admin")) as work:
        leaver = leaving.leaver_of(work, person_of(penza, "chair"), LAST, ORDER)
        groups = {group.source.code: group for group in leaving.holdings(work, leaver)}
        assert groups["controls"].rows[0].acts == (), "nothing can be pressed: it takes an order"
        forged = {f"controls:{order}": HAND_ON}
        assert (
            leaving.hand_over(work, leaver, leaving.successor_of(work, person_of(penza, "clerk")), forged)
            == []
        )
    with penza.work(SYSTEM) as work:
        work.session.get_one(Document, order).state = "changed"
    assert "controls" not in listed(penza, "chair")


def test_a_line_read_meanwhile_is_not_released(penza: Runtime, cases: dict[str, int]) -> None:
    """The leaver presses the button while the administrator has the page open."""
    from app.documents import acknowledgement

    order = sent(penza, cases["50"], "methodist")
    with penza.work(actor(penza, "methodist")) as work:
        row_id = service.acknowledge(work, addressees(work, order)[0].id).id
    with pytest.raises(Refusal), penza.work(SYSTEM) as work:
        acknowledgement.release(work, work.session.get_one(Acknowledgement, row_id), LAST, ORDER)


def test_a_draft_that_names_him_while_he_holds_the_office_is_not_said_to_name_another(
    penza_on_both: Runtime,
) -> None:
    system, cases = penza_on_both, open_cases(penza_on_both)
    drafted(system, "order_plan", [cases["50"]])
    assert len(listed(system, "chair")["papers"]) == 1, "he has the control"
    (result,) = hand_over(system, "chair", "member1", only="papers")
    assert "занимает должность по 22.01.2025, и проект пока называет его" in str(result.said)
    assert hand_over(system, "chair", "member1", only="positions", act=CLOSE)[0].is_done
    on(system, NEXT)
    (result,) = hand_over(system, "chair", "member1", only="papers")
    assert "подписывающий определяется по должностям" in str(result.said)
    assert "papers" not in listed(system, "chair")
