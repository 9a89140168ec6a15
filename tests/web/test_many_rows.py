"""Many rows of one kind on a page: it asks the database as often as for a few."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from app.access.models import Substitution
from app.cases import service
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents.models import Acknowledgement, Document
from app.engine.actions import Cast
from app.schools.models import Organisation
from tests.large_region import cases_like, members
from tests.people import WebUsers, plans_before_the_group
from tests.web.test_page_cost import asked_for


def papers(system: Runtime, count: int) -> None:
    """So many orders that wait for signatures, and as many that two schools have not read in time."""
    with system.work(SYSTEM) as work:
        offices = work.session.scalars(select(Organisation).where(Organisation.code.in_(["41", "50"]))).all()
        for state in ["to_sign"] * count + ["registered"] * count:
            paper = Document(
                programme_id=1, template="order_plan", template_hash="", kind="order", title="О плане", state=state,
                dated=date(2025, 1, 9), created_at=work.now, sent_at=work.now, executor_id=None,
            )  # fmt: skip
            work.session.add(paper)
            work.session.flush()
            for office in offices if state == "registered" else ():
                work.session.add(Acknowledgement(
                    document_id=paper.id, addressee=f"org:{office.id}", organisation_id=office.id, sent_at=work.now,
                    due=date(2025, 1, 8),
                ))  # fmt: skip


@pytest.mark.parametrize(
    ("username", "page"),
    [("clerk", "/"), ("director41", "/"), ("head", "/"), ("clerk", "/documents/"), ("admin", "/people/{person}/leave")],
)  # fmt: skip
def test_many_papers_that_wait_are_read_at_once(
    web: WebUsers, penza: Runtime, cases: dict[str, int], username: str, page: str
) -> None:
    url = page.format(person=actor(penza, "director41").person_id)
    papers(penza, 3)
    few = len(asked_for(web, penza, username, url))
    papers(penza, 30)
    assert len(asked_for(web, penza, username, url)) == few


@pytest.mark.parametrize("username", ["head", "admin"])
def test_many_substitutions_are_read_at_once(web: WebUsers, penza: Runtime, username: str) -> None:
    def cost(count: int) -> int:
        absent = members(penza, count, prefix=f"absent{count}")
        with penza.work(SYSTEM) as work:
            for user in absent:
                work.session.add(Substitution(
                    absent_user_id=user, absent_name="Условный У.У.", absent_whom="Условного У.У.",
                    substitute_user_id=actor(penza, "clerk").user_id, substitute_name="Учебная У.У.",
                    since=work.today, until=work.today, ground="приказ № 1-к от 09.01.2025", created_at=work.now,
                ))  # fmt: skip
        return len(asked_for(web, penza, username, "/substitutions/"))

    assert cost(3) == cost(20)


@pytest.mark.parametrize("username", ["methodist", "clerk"])
def test_what_many_steps_still_lack_is_asked_at_once(web: WebUsers, penza: Runtime, username: str) -> None:
    """Of a dozen cases at most: of more the page does not tell it."""
    adopted = plans_before_the_group(penza, "50")["50"]
    for who in ("chair", "secretary", "member1"):
        with penza.work(actor(penza, who)) as work:
            service.act(work, adopted, Cast("for"), get_case(work.session, adopted).version)
    cases_like(penza, adopted, 1)
    page = web(username).get("/").get_data(as_text=True).replace("\u00a0", " ")
    assert "Не выполнены 3 условия" in page
    few = len(asked_for(web, penza, username, "/"))
    cases_like(penza, adopted, 6)
    assert len(asked_for(web, penza, username, "/")) == few
