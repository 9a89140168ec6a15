"""After registration: orders change and cancel each other, are read, filed and printed again."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.access.scopes import as_system
from app.audit.queries import history_of
from app.core.actor import SYSTEM
from app.core.errors import Forbidden, Invalid, NotFound, Refusal, Stale
from app.core.i18n import in_locale
from app.core.ports import Message
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import daily, links, service
from app.documents.acknowledgement import addressees
from app.documents.models import Acknowledgement, Document, DocumentFile, Registration, Series
from app.documents.queues import reading_queue
from app.documents.register_page import rows
from app.documents.rules import LinkKind
from app.documents.service import Mailing, PaperSheet, Proof, RegisterInput
from app.documents.unread import PART
from app.documents.verify import findings
from app.files.models import StoredFile
from app.jobs.models import OutboxJob
from app.jobs.runner import drain
from app.notifications.models import Notification
from app.notifications.queries import inbox, unread_count
from app.schools.queries import organisations
from tests.integration.cases.test_votes import stand_in
from tests.integration.documents.test_life import DAY, later, look, registered, signed_order
from tests.large_region import schools_like
from tests.people import WebUsers, open_cases

PDF = Proof(b"%PDF-1.4 sheet\n%%EOF\n", "Лист ознакомления.pdf")


@pytest.fixture
def both(penza_on_both: Runtime) -> tuple[Runtime, dict[str, int]]:
    return penza_on_both, open_cases(penza_on_both)


def order(system: Runtime, cases: dict[str, int], code: str) -> int:
    """A registered order about one school."""
    return registered(system, signed_order(system, {code: cases[code]}), RegisterInput(DAY)).id


def acting(system: Runtime, cases: dict[str, int], target: int, kind: LinkKind) -> int:
    """A signed order that does something to an earlier one."""
    new = signed_order(system, {"50": cases["50"]})
    with system.work(actor(system, "clerk")) as work:
        service.declare(work, new, target, kind)
    return new


def marks(system: Runtime, document_id: int) -> list[str]:
    work = system.read(SYSTEM)
    return [m.text for m in links.marks_of(work.session, [document_id]).get(document_id, []) if m.is_applied]


@pytest.mark.parametrize(
    ("kind", "state", "did", "suffered"),
    [
        (LinkKind.changes, "changed", "изменяет приказ", "изменён приказом"),
        (LinkKind.cancels, "cancelled", "отменяет приказ", "отменён приказом"),
        (LinkKind.repeals, "repealed", "признаёт утратившим силу приказ", "признан утратившим силу приказом"),
    ],
)
def test_an_order_acts_on_another_when_it_is_registered_and_both_say_so(
    both: tuple[Runtime, dict[str, int]], kind: LinkKind, state: str, did: str, suffered: str
) -> None:
    system, cases = both
    old = order(system, cases, "41")
    new = acting(system, cases, old, kind)
    assert look(system, old).state == "in_force"  # declared is not done
    assert marks(system, old) == []
    registered(system, new, RegisterInput(DAY))
    assert look(system, old).state == state
    assert marks(system, new)[0].startswith(f"{did} № 1-оп")
    assert marks(system, old)[0].startswith(f"{suffered} № 2-оп")
    work = system.read(SYSTEM)
    series = work.session.scalars(select(Series)).one()
    told = [str(row.mark) for row in rows(work.session, series) if row.line]
    assert suffered in told[0]
    assert did in told[1]
    assert list(findings(work.session, system.ports.storage)) == []
    # a school sees what became of its order without being shown the other one
    school = system.read(actor(system, "director41"))
    found = links.marks_of(school.session, [old])[old][0]
    assert found.text.startswith(suffered)
    assert found.other_id is None


def test_an_annulled_registration_takes_back_what_the_order_did(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    old = order(system, cases, "41")
    new = acting(system, cases, old, LinkKind.cancels)
    registered(system, new, RegisterInput(DAY))
    with system.work(actor(system, "clerk")) as work:
        line = work.session.scalars(select(Registration).where(Registration.document_id == new)).one()
        service.annul(work, line.id, "Зарегистрирован по ошибке")
    assert (look(system, old).state, look(system, new).state) == ("in_force", "signed")
    assert marks(system, old) == []
    registered(system, new, RegisterInput(DAY))  # under the next number it acts again
    assert look(system, old).state == "cancelled"
    assert marks(system, old)[0].startswith("отменён приказом № 3-оп")


def test_what_is_declared_wrongly_is_refused(penza: Runtime, cases: dict[str, int]) -> None:
    old = order(penza, cases, "41")
    draft = signed_order(penza, {"50": cases["50"]})
    clerk = actor(penza, "clerk")

    def declare(document: int, target: int, kind: LinkKind = LinkKind.cancels, who: Any = clerk) -> None:
        with penza.work(who) as work:
            service.declare(work, document, target, kind)

    with pytest.raises(Invalid) as refused:
        declare(draft, draft)
    assert list(refused.value.fields) == ["target"]
    with pytest.raises(NotFound):
        declare(draft, 999_999)
    with pytest.raises(Forbidden):
        declare(draft, old, who=actor(penza, "head"))
    with pytest.raises(Refusal):
        declare(old, draft)  # registered already
    declare(draft, old)
    with pytest.raises(Invalid):
        declare(draft, old)
    # somebody else is faster: the order cannot cancel what is cancelled
    other = acting(penza, cases, old, LinkKind.cancels)
    registered(penza, other, RegisterInput(DAY))
    with pytest.raises(Refusal, match=r"Отменён|отменён"):
        registered(penza, draft, RegisterInput(DAY))
    assert look(penza, draft).state == "signed"
    with penza.work(clerk) as work:
        link = links._links(work, draft)[0]
        service.drop(work, draft, link.id)
    assert registered(penza, draft, RegisterInput(DAY)).state == "in_force"


def test_a_paper_is_filed_and_its_line_says_where(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    found = order(system, cases, "41")
    clerk = actor(system, "clerk")
    with pytest.raises(Invalid) as refused:
        with system.work(clerk) as work:
            service.archive(work, found, "  № ")
    assert list(refused.value.fields) == ["file_index"]
    with pytest.raises(Stale):
        with system.work(clerk) as work:
            service.archive(work, found, "01-14", expected_version=1)
    with system.work(clerk) as work:
        service.archive(work, found, " № 01-14 ")
    document = look(system, found)
    assert (document.state, document.file_index, document.archived_from) == ("archived", "01-14", "in_force")
    work = system.read(SYSTEM)
    line = work.session.scalars(select(Registration)).one()
    assert line.folder == "01-14"
    series = work.session.scalars(select(Series)).one()
    assert "Дело № 01-14" in str(rows(work.session, series)[0].mark)
    with pytest.raises(Refusal):
        with system.work(clerk) as work:
            service.archive(work, found, "01-15")
    assert list(findings(system.read(SYSTEM).session, system.ports.storage)) == []


def test_addressees_read_an_order_and_the_clerk_sees_who_has_not(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    found = order(system, cases, "41")
    clerk = actor(system, "clerk")
    with system.work(clerk) as work:
        ids = {o.code: o.id for o in organisations(work.session)}
        mailing = Mailing((ids["41"], ids["50"]), due=date(2025, 1, 27))
        assert service.send(work, found, mailing) == 2
        assert service.send(work, found, mailing) == 0  # twice is as good as once
        assert "41" in work.session.scalars(select(Registration)).one().mailing
    # № 50 is not what the order is about, yet it was sent there: it opens it and reads its own line only
    fifty = system.read(actor(system, "director50"))
    assert [row.document_id for row in addressees(fifty, found)] == [found]
    assert fifty.session.scalars(select(Document.id)).all() == [found]
    item = reading_queue(system.read(actor(system, "director41")))
    assert [i.due for i in item] == [date(2025, 1, 27)]
    assert reading_queue(system.read(actor(system, "director1"))) == []
    own = {row.organisation_id: row.id for row in addressees(system.read(clerk), found)}
    with pytest.raises(NotFound):
        with system.work(actor(system, "director41")) as work:
            service.acknowledge(work, own[ids["50"]])
    with pytest.raises(Forbidden):
        with system.work(clerk) as work:
            service.acknowledge(work, own[ids["41"]])
    with in_locale("en"), system.work(actor(system, "director41")) as work:
        row = service.acknowledge(work, own[ids["41"]])
        assert row.read_on == DAY
        assert row.capacity.startswith("Директор школы, "), "kept in one language, whoever reads"
        assert "41" in row.capacity
    with pytest.raises(Refusal):
        with system.work(actor(system, "director41")) as work:
            service.acknowledge(work, own[ids["41"]])
    assert reading_queue(system.read(actor(system, "director41"))) == []
    later(system, date(2025, 1, 28))
    late = reading_queue(system.read(clerk))
    assert [[str(r.text) for r in i.missing] for i in late] == [["МБОУ СОШ № 50"]]
    with system.work(clerk) as work:
        service.note_paper(work, own[ids["50"]], PaperSheet("Директор школы № 50", date(2025, 1, 24), PDF))
    assert reading_queue(system.read(clerk)) == []
    rows_now = {r.organisation_id: r for r in addressees(system.read(clerk), found)}
    assert rows_now[ids["50"]].on_paper
    assert rows_now[ids["50"]].scan_id is not None
    assert list(findings(system.read(SYSTEM).session, system.ports.storage)) == []


def test_who_reads_in_anothers_place_is_told_so_and_so_is_the_paper(
    penza: Runtime, cases: dict[str, int]
) -> None:
    found = order(penza, cases, "41")
    with penza.work(actor(penza, "clerk")) as work:
        ids = {o.code: o.id for o in organisations(work.session)}
        service.send(work, found, Mailing((ids["65-23"], ids["66"])))
    stand_in(penza, "curator65", "curator66")
    reader = actor(penza, "curator65")
    waiting = {item.where.split(" · ")[1]: item.behalf for item in reading_queue(penza.read(reader))}
    assert waiting == {"МБОУ СОШ № 65/23": "", "МБОУ СОШ № 66": "Примерную\u00a0Е.Д."}
    own = {row.organisation_id: row.id for row in addressees(penza.read(reader), found)}
    with penza.work(reader) as work:
        assert "за Примерную" in service.acknowledge(work, own[ids["66"]]).capacity
    with penza.work(reader) as work:
        own_word = service.acknowledge(work, own[ids["65-23"]]).capacity
        assert "за " not in own_word
        assert own_word.startswith("Директор школы, "), "he heads the school, he is its curator for others"
    told = [str(one["who"]) for one in history_of(penza.read(reader), (Document.__tablename__, [found]))][:2]
    assert "за Примерную" not in told[0].replace("\u00a0", " ")
    assert "за Примерную Е.Д. по приказу № 15-к от 09.01.2025" in told[1].replace("\u00a0", " ")


def test_reminders_go_out_once_a_day_to_whoever_has_not_read(penza: Runtime, cases: dict[str, int]) -> None:
    found = order(penza, cases, "41")
    told: list[tuple[list[int], str]] = []
    codes: list[str] = []

    def tell(work: Any, users: Any, message: Message) -> int:
        told.append((list(users), message.link))
        codes.append(message.code)
        return 1

    with penza.work(actor(penza, "clerk")) as work:
        ids = {o.code: o.id for o in organisations(work.session)}
        service.send(work, found, Mailing((ids["41"],), due=date(2025, 1, 27)))
    penza.ports.notify = tell
    for day, count in ((23, 0), (24, 1), (24, 1), (28, 2)):
        later(penza, date(2025, 1, day))
        with penza.work(SYSTEM) as work:
            daily.remind_readers(work, {})
        assert len(told) == count, day
    users, link = told[0]
    assert link == f"/documents/{found}"
    assert actor(penza, "director41").user_id in users
    assert codes == ["document.unread", "document.unread_late"], "a reminder says how the term stands"


@pytest.mark.parametrize("on_paper", [False, True])
def test_a_paper_that_was_read_asks_nobody_of_the_school_any_more(
    penza: Runtime, cases: dict[str, int], on_paper: bool
) -> None:
    found = order(penza, cases, "41")
    with penza.work(actor(penza, "clerk")) as work:
        ids = {o.code: o.id for o in organisations(work.session)}
        service.send(work, found, Mailing((ids["41"], ids["66"]), due=date(2025, 1, 27)))
    drain(penza)

    def asks(who: str) -> int:
        one = actor(penza, who)
        return unread_count(penza.read(one), one.user_id or 0)

    before = {who: asks(who) for who in ("director41", "deputy41", "curator66")}
    reader = actor(penza, "clerk" if on_paper else "director41")
    with penza.work(reader) as work:
        line = next(row for row in addressees(work, found) if row.organisation_id == ids["41"])
        if on_paper:
            service.note_paper(work, line.id, PaperSheet("Образцова М.И.", DAY, PDF))
        else:
            service.acknowledge(work, line.id)
    after = {who: asks(who) for who in before}
    assert after == {who: count - (who != "curator66") for who, count in before.items()}


def test_a_paper_is_asked_to_be_read_as_long_as_it_stands_and_by_whoever_may(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    found = order(system, cases, "41")
    stand_in(system, "director50", "director41")  # for three days
    with system.work(actor(system, "clerk")) as work:
        ids = {o.code: o.id for o in organisations(work.session)}
        service.send(work, found, Mailing((ids["41"],)))

    def asked() -> set[str]:
        people = ("director41", "deputy41", "director50")
        system.database.session.remove()
        shown = {who: inbox(system.read(actor(system, who)), unread=True)[0] for who in people}
        return {who for who, lines in shown.items() for line in lines if line.row.code == "document.read"}

    assert asked() == {"director41", "deputy41", "director50"}
    new = acting(system, cases, found, LinkKind.cancels)
    registered(system, new, RegisterInput(DAY))
    assert asked() == set(), "nobody reads an order that was cancelled"
    with system.work(actor(system, "clerk")) as work:
        line = work.session.scalars(select(Registration).where(Registration.document_id == new)).one()
        service.annul(work, line.id, "Зарегистрирован по ошибке")
    assert asked() == {"director41", "deputy41", "director50"}
    later(system, date(2025, 1, 27))
    assert asked() == {"director41", "deputy41"}, "the substitution is over"


def test_an_order_to_a_whole_region_is_told_of_by_workers_in_parts(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    found, clerk = order(system, cases, "41"), actor(system, "clerk")
    with system.work(SYSTEM) as work:
        like = next(o for o in organisations(work.session) if o.code == "41")
        school = like.id
        ids = [school, *schools_like(work.session, like, 120)]

    def told() -> int:
        session = system.read(SYSTEM).session
        return (
            session.scalar(select(func.count(Notification.id)).where(Notification.code == "document.read"))
            or 0
        )

    def parts() -> list[int]:
        jobs = system.read(SYSTEM).session.scalars(select(OutboxJob).where(OutboxJob.kind == PART))
        return sorted(len(job.payload["rows"]) for job in jobs)

    with system.work(clerk) as work:
        assert service.send(work, found, Mailing(tuple(ids), due=date(2025, 1, 27))) == 121
    assert (told(), parts()) == (0, [21, 50, 50]), "whoever sends it waits for nobody to be told"
    drain(system)
    system.database.session.remove()
    assert told() == 2, "the director and the deputy of № 41; the others have no accounts"
    later(system, date(2025, 1, 28))
    with system.work(SYSTEM) as work:
        daily.remind_readers(work, {})
    assert (told(), len(parts())) == (2, 6)
    own = next(row for row in addressees(system.read(clerk), found) if row.organisation_id == school)
    with system.work(actor(system, "director41")) as work:
        service.acknowledge(work, own.id)
    drain(system)
    system.database.session.remove()
    assert told() == 2, "whoever has read it meanwhile is not reminded"
    (line,) = reading_queue(system.read(clerk))
    assert "120 адресатов" in line.where
    web = WebUsers(system)
    page = web("clerk").get(f"/documents/{found}").get_data(as_text=True)
    assert page.count("/readers/") == 50
    assert "1–50 из 121" in page


def test_a_mailing_that_makes_no_sense_is_refused(penza: Runtime, cases: dict[str, int]) -> None:
    draft = signed_order(penza, {"41": cases["41"]})
    with penza.read(SYSTEM).session as session:
        school = next(o.id for o in organisations(session) if o.code == "41")
    clerk = actor(penza, "clerk")

    def send(document: int, mailing: Mailing) -> None:
        with penza.work(clerk) as work:
            service.send(work, document, mailing)

    with pytest.raises(Refusal):
        send(draft, Mailing((school,)))
    found = registered(penza, draft, RegisterInput(DAY)).id
    with pytest.raises(Invalid) as refused:
        send(found, Mailing())
    assert list(refused.value.fields) == ["organisations"]
    with pytest.raises(Invalid) as refused:
        send(found, Mailing((school,), due=date(2025, 1, 1)))
    assert list(refused.value.fields) == ["due"]
    with pytest.raises(NotFound):
        send(found, Mailing((999_999,)))
    send(found, Mailing((school,)))
    row = penza.read(clerk).session.scalars(select(Acknowledgement)).one()
    for sheet, field in (
        (PaperSheet(" ", DAY, PDF), "reader"),
        (PaperSheet("Директор", date(2026, 1, 1), PDF), "read_on"),
        (PaperSheet("Директор", date(2025, 1, 1), PDF), "read_on"),
        (PaperSheet("Директор", DAY, Proof(b"hello", "a.pdf")), "scan"),
    ):
        with pytest.raises(Invalid) as refused:
            with penza.work(clerk) as work:
                service.note_paper(work, row.id, sheet)
        assert list(refused.value.fields) == [field]


def test_a_paper_is_printed_again_and_a_forged_one_is_found(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    found = order(system, cases, "41")
    drain(system)
    with system.work(actor(system, "clerk")) as work:
        assert {row.copy: str(row.verdict) for row in service.compare(work, found)} == {
            "paper": "same", "registered": "same",
        }  # fmt: skip
    with pytest.raises(NotFound):
        with system.work(actor(system, "director50")) as work:
            service.compare(work, found)
    # the values are altered behind the system's back, the hash with them: the printing still tells
    with system.work(SYSTEM) as work:
        document = work.session.get(Document, found)
        assert document is not None
        document.values = {**document.values, "heading": "Об утверждении совсем другого плана"}
    with system.work(actor(system, "clerk")) as work:
        verdicts = {row.copy: row for row in service.compare(work, found)}
    assert str(verdicts["paper"].verdict) == "differs"
    assert verdicts["paper"].parts == ("word/document.xml",)
    work = system.read(SYSTEM)
    assert any("printed again differs" in told for told in findings(work.session, system.ports.storage))


def test_the_same_content_packed_otherwise_is_equal(penza: Runtime, cases: dict[str, int]) -> None:
    import io
    import zipfile

    found = order(penza, cases, "41")
    drain(penza)
    with penza.work(SYSTEM) as work:
        row = work.session.scalars(
            select(DocumentFile).where(DocumentFile.document_id == found, DocumentFile.copy == "paper")
        ).one()
        stored = work.session.get(StoredFile, row.file_id)
        assert stored is not None
        with zipfile.ZipFile(io.BytesIO(penza.ports.storage.get(stored.sha256))) as source:
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as target:
                for name in source.namelist():
                    target.writestr(name, source.read(name))
        sha = penza.ports.storage.put(buffer.getvalue())
        work.session.execute(
            update(StoredFile)
            .where(StoredFile.id == stored.id)
            .values(sha256=sha, size=len(buffer.getvalue()))
        )
    with penza.work(actor(penza, "clerk")) as work:
        assert {str(r.verdict) for r in service.compare(work, found) if r.copy == "paper"} == {"equal"}
    with as_system(penza.read(SYSTEM).session):
        assert list(findings(penza.read(SYSTEM).session, penza.ports.storage)) == []
