"""A substitution reaches notices, letters, reminders, escalations, reading and packages; by its dates and its scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.access.models import Substitution
from app.access.substitutions import acting_for
from app.cases import queries
from app.cases.holders import Holders
from app.cases.programmes import open_programme
from app.core.actor import SYSTEM
from app.core.errors import Forbidden, NotFound
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import acknowledgement, service
from app.documents.queues import reading_queue
from app.documents.service import Mailing, RegisterInput
from app.engine.offers import Waiting
from app.evidence import service as evidence
from app.files.models import StoredFile
from app.jobs.runner import drain
from app.notifications.models import Notification
from app.schools.queries import organisations
from tests.integration.access.test_substitutions import account, at_the_vote, on, stand_in, submitted_for
from tests.integration.documents.test_life import DAY, registered, signed_order
from tests.integration.notifications.conftest import mail, morning, told, with_mail  # noqa: F401 -- fixtures
from tests.integration.notifications.test_mail_delivery import Connect
from tests.integration.notifications.test_reminders import START, diagnosis, words
from tests.people import open_cases

END = START + timedelta(days=60)


def mornings(system: Runtime, first: date, last: date) -> None:
    for number in range((last - first).days + 1):
        morning(system, first + timedelta(days=number))
        drain(system)


def heard(system: Runtime, username: str, case_id: int) -> set[str]:
    return {what for who, what in words(told(system), case_id) if who == username}


def other_programme(system: Runtime) -> int:
    with system.work(SYSTEM) as work:
        first = queries.programmes(work.session)[0]
        return open_programme(
            work, code="ДРУГАЯ", title="Другая", year=2025, starts=first.starts, ends=first.ends,
            authority=first.authority, centre=first.centre,
        ).id  # fmt: skip


# ── reminders, escalations, letters ───────────────────────────────────────────────────────────────


def test_the_substitute_is_reminded_on_the_days_of_the_order_and_by_mail(
    penza_on_both: Runtime,
    with_mail: Connect,  # noqa: F811
) -> None:
    system, server = penza_on_both, with_mail(penza_on_both)
    case_id = diagnosis(system)["41"]
    stand_in(system, "clerk", "director41", since=START, until=date(2025, 1, 22))
    mornings(system, START, date(2025, 2, 10))
    # the studies are due on 21.01.: both words fall into the order's days; the stage's, from 23.01. on, do not
    assert heard(system, "clerk", case_id) == {"fill_diagnosis/remind/2", "fill_diagnosis/overdue/0"}
    assert {"/remind/5", "/remind/1", "/overdue/0"} <= heard(system, "director41", case_id)
    letters = [letter["Subject"] for letter in server.to("clerk@example.org")]
    assert any(subject.startswith("Опора: Срок истёк 21.01.2025: МБОУ СОШ № 41") for subject in letters)


def test_who_acts_for_the_head_hears_of_what_hangs(penza: Runtime) -> None:
    case_id = diagnosis(penza)["41"]
    stand_in(penza, "chair", "head", since=START, until=END, is_acting=True)
    mornings(penza, date(2025, 1, 30), date(2025, 2, 10))
    assert "/escalate/3" in heard(penza, "chair", case_id)
    assert "/escalate/3" in heard(penza, "head", case_id)


def test_the_scope_of_the_order_is_the_scope_of_what_is_told(penza: Runtime) -> None:
    """«Only as director of № 66» tells nothing of a curator's work; another programme nothing of this one."""
    case_id = diagnosis(penza)["41"]
    stand_in(penza, "deputy41", "curator66", since=START, until=END, role="director")
    stand_in(penza, "directorco1", "methodist", since=START, until=END, programme_id=other_programme(penza))
    stand_in(penza, "secretary", "director41", since=START, until=END)
    mornings(penza, START, date(2025, 2, 10))
    assert not any(what.startswith("verify_risks") for what in heard(penza, "deputy41", case_id))
    assert any(what.startswith("verify_risks") for what in heard(penza, "curator66", case_id))
    assert heard(penza, "directorco1", case_id) == set()
    assert heard(penza, "secretary", case_id) != set(), "and the whole of it is told with the whole"


@pytest.mark.parametrize(
    ("terms", "is_told"), [({}, True), ({"role": "member"}, True), ({"other": True}, False)]
)
def test_a_vote_that_is_missing_is_told_to_who_may_give_it(
    penza: Runtime, terms: dict[str, object], is_told: bool
) -> None:
    case_id = at_the_vote(penza)
    if terms.pop("other", False):
        terms["programme_id"] = other_programme(penza)
    stand_in(penza, "clerk", "member1", **terms)
    work = penza.read(SYSTEM)
    case = queries.get_case(work.session, case_id)
    definition = work.ports.definitions.of(work.session, case)
    voter = account(penza, "member1").id
    approval = definition.stages[case.stage].approval
    assert approval is not None
    vote = Waiting("vote", approval.id, approval.titles, ("member",), str(voter))
    found = Holders(work.session, work.today).waited_for(definition, case, [vote])
    assert (account(penza, "clerk").id in found, voter in found) == (is_told, True)


def test_whoever_may_not_vote_because_the_paper_was_drawn_up_for_him_is_not_reminded_of_the_vote(
    penza: Runtime,
) -> None:
    """The plan was submitted in the place of a member of the group: it is his paper too."""
    case_id = at_the_vote(penza)
    submitted_for(penza, case_id, "member1")
    mornings(penza, date(2025, 2, 6), date(2025, 2, 10))
    assert heard(penza, "member2", case_id)
    assert heard(penza, "member1", case_id) == set()


def test_a_chain_tells_nobody_at_its_far_end(penza: Runtime) -> None:
    """A hands on to B, B to C (entered past the service): C hears of B's own work and of nothing of A's."""
    case_id = diagnosis(penza)["41"]
    stand_in(penza, "clerk", "director41", since=START, until=END)
    with penza.work(SYSTEM) as work:
        first = work.session.scalars(select(Substitution)).one()
        fields = {
            c.key: getattr(first, c.key) for c in Substitution.__table__.c if c.key not in ("id", "version")
        }
        fields |= {
            "absent_user_id": account(penza, "clerk").id, "substitute_user_id": account(penza, "secretary").id,
        }  # fmt: skip
        work.session.add(Substitution(**fields))
    session = penza.read(SYSTEM).session
    acting = acting_for(session, {account(penza, "director41").id}, START)
    assert {row.substitute_user_id for rows in acting.values() for row in rows} == {
        account(penza, "clerk").id
    }
    mornings(penza, START, date(2025, 1, 22))
    assert heard(penza, "clerk", case_id) != set()
    assert heard(penza, "secretary", case_id) == set()
    assert "director" in actor(penza, "clerk").roles
    assert "director" not in actor(penza, "secretary").roles


# ── reading ───────────────────────────────────────────────────────────────────────────────────────


def readers_told(system: Runtime) -> set[str]:
    system.database.session.remove()
    session = system.read(SYSTEM).session
    ids = set(session.scalars(select(Notification.user_id).where(Notification.code == "document.read")))
    names = ("director50", "clerk", "secretary", "directorco1", "methodist")
    return {name for name in names if account(system, name).id in ids}


def sent_to_50(system: Runtime, case_id: int, people: Iterable[int] = ()) -> int:
    order = registered(system, signed_order(system, {"50": case_id}), RegisterInput(DAY)).id
    with system.work(actor(system, "clerk")) as work:
        ids = [o.id for o in organisations(work.session) if o.code == "50"]
        service.send(work, order, Mailing(tuple(ids), tuple(people)))
    return order


@pytest.mark.parametrize(
    ("terms", "is_told"),
    [
        ({}, True), ({"since": date(2025, 1, 23), "until": date(2025, 1, 31)}, False),
        ({"since": date(2025, 1, 20), "until": date(2025, 1, 21)}, False), ({"role": "director"}, True),
        ({"other": True}, False),
    ],
)  # fmt: skip
def test_a_paper_to_be_read_is_told_to_whoever_may_read_it_today(
    penza: Runtime, cases: dict[str, int], terms: dict[str, object], is_told: bool
) -> None:
    if terms.pop("other", False):
        terms = {**terms, "programme_id": other_programme(penza)}
    stand_in(penza, "secretary", "director50", **terms)
    sent_to_50(penza, cases["50"])
    assert readers_told(penza) == {"director50"} | ({"secretary"} if is_told else set())


def test_reading_in_person_is_not_handed_on(penza: Runtime, cases: dict[str, int]) -> None:
    """«Ознакомлен(а)» of a person is his own word; the substitute is neither told nor able to say it."""
    person = actor(penza, "methodist").person_id
    assert person is not None
    stand_in(penza, "secretary", "methodist")
    order = sent_to_50(penza, cases["50"], [person])
    assert readers_told(penza) == {"director50", "methodist"}
    rows = acknowledgement.addressees(penza.read(SYSTEM), order)
    own = next(row.id for row in rows if row.person_id == person)
    assert reading_queue(penza.read(actor(penza, "secretary"))) == []
    with pytest.raises(Forbidden), penza.work(actor(penza, "secretary")) as work:
        service.acknowledge(work, own)


# ── packages of evidence ──────────────────────────────────────────────────────────────────────────


def test_a_package_ordered_for_another_is_made_in_his_days_and_stays_behind_afterwards(
    penza_on_both: Runtime,
) -> None:
    system, cases = penza_on_both, open_cases(penza_on_both)
    stand_in(system, "clerk", "director41")
    stand_in(system, "directorco1", "director50")
    on(system, date(2025, 1, 20))
    who = actor(system, "directorco1")
    with system.work(who) as work:
        evidence.order(work, 1, cases["50"])
    with pytest.raises(NotFound), system.work(who) as work:
        evidence.order(work, 1, cases["41"])
    drain(system)
    work = system.read(who)
    (package,) = evidence.packages_of(work, 1, cases["50"])
    assert package.file_id is not None
    assert work.session.get(StoredFile, package.file_id) is not None
    on(system, date(2025, 1, 23))
    after = system.read(actor(system, "directorco1"))
    assert list(evidence.packages_of(after, 1, cases["50"])) == []
    after.session.expunge_all()
    assert after.session.scalars(select(StoredFile).where(StoredFile.id == package.file_id)).all() == []
