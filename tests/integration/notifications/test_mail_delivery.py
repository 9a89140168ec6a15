"""Letters over real SMTP: once each, after the server was away too; refused ones wait with their reason."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.core.actor import SYSTEM
from app.core.ports import Message
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Cast
from app.jobs import outbox
from app.jobs.models import OutboxJob
from app.jobs.runner import drain
from app.notifications import mail as letters
from app.notifications import mailing, service
from app.notifications.models import Notification
from app.notifications.rules import Kind, Way
from tests.integration.cases.test_concurrency import take, to_the_vote
from tests.integration.notifications.conftest import at, morning, user_id
from tests.people import open_cases
from tests.servers.mail import CERTIFICATE, MailServer

Connect = Callable[[Runtime], MailServer]


def tell(system: Runtime, username: str, key: str, code: str = "terms.overdue") -> None:
    params = {"what": {"ru": "«Заполнить»\r\nBcc: x@example.org", "en": "“Fill in”"}, "school": "СОШ № 41",
              "due": "2025-02-12", "n": 1}  # fmt: skip
    with system.work(SYSTEM) as work:
        message = Message(code, params, "/cases/4", key)
        assert service.notify(work, [user_id(system, username)], message) == 1


def jobs(system: Runtime) -> list[tuple[str, int, str]]:
    with system.work(SYSTEM) as work:
        rows = work.session.scalars(
            select(OutboxJob).where(OutboxJob.kind.like("notifications.%")).order_by(OutboxJob.id)
        )
        return [(job.state, job.attempts, (job.last_error or "").partition(" ")[0]) for job in rows]


def test_a_letter_goes_once_with_a_link_and_nothing_slipped_in(
    penza_on_both: Runtime, with_mail: Connect
) -> None:
    system, mail = penza_on_both, with_mail(penza_on_both)
    tell(system, "director41", "a")
    drain(system)
    drain(system)
    (letter,) = mail.to("director41@example.org")
    assert len(mail.letters) == 1
    assert letter["Subject"].startswith("Опора: Срок истёк 12.02.2025: СОШ № 41")
    assert letter["Bcc"] is None
    assert "https://opora.example.org/cases/4" in letter.get_body(("plain",)).get_content()
    with system.work(SYSTEM) as work:
        assert work.session.scalars(select(Notification.mailed_at)).one() == work.now
        # the job is delivered a second time, as a worker that died after the commit would cause
        job = work.session.scalars(select(OutboxJob)).one()
        job.state = "pending"
    drain(system)
    assert len(mail.letters) == 1


def test_letters_wait_for_a_server_that_is_away(penza_on_both: Runtime, with_mail: Connect) -> None:
    system, mail = penza_on_both, with_mail(penza_on_both)
    mail.stop()
    tell(system, "director41", "a")
    for _try in range(8):  # longer than other jobs are tried
        drain(system)
        system.clock.advance(minutes=31)  # type: ignore[attr-defined]
    assert mail.letters == []
    ((state, attempts, error),) = jobs(system)
    assert (state, error) == ("pending", "ServerAway")
    assert attempts == 8
    mail.start()
    drain(system)
    assert len(mail.to("director41@example.org")) == 1
    assert [state for state, _attempts, _error in jobs(system)] == ["done"]


def test_a_letter_that_waited_for_its_server_asks_for_nothing_that_is_read_or_done_and_names_its_day(
    penza_on_both: Runtime, with_mail: Connect
) -> None:
    system, mail = penza_on_both, with_mail(penza_on_both)
    case_id = open_cases(system)["41"]
    to_the_vote(system, case_id)
    at(system, date(2025, 1, 20))
    mail.letters.clear()
    mail.stop()
    for username in ("director41", "director50"):
        tell(system, username, "a", "terms.overdue")
    morning(system, date(2025, 1, 20))  # the letter of the day tells the group of the vote
    take(system, actor(system, "member1"), case_id, Cast("for"))
    with system.work(actor(system, "director50")) as work:
        service.mark_all_read(work, 10_000)
    mail.start()
    at(system, date(2025, 1, 21), 7)
    drain(system)
    assert not mail.to("member1@example.org"), "he has voted"
    assert not mail.to("director50@example.org"), "he has read it"
    (vote,) = mail.to("member2@example.org")
    assert "• 20.01.2025: " in vote.get_body(("plain",)).get_content()
    (late,) = mail.to("director41@example.org")
    assert late["Subject"].startswith("Опора: 20.01.2025: Срок истёк")
    assert {state for state, _attempts, _error in jobs(system)} == {"done"}


def test_after_a_long_outage_every_letter_goes_at_one_word(
    penza_on_both: Runtime, with_mail: Connect
) -> None:
    system, mail = penza_on_both, with_mail(penza_on_both)
    mail.stop()
    tell(system, "director41", "a")
    tell(system, "deputy41", "a")
    drain(system)
    with system.work(SYSTEM) as work:  # a weekend later the first of them is held back
        work.session.scalars(select(OutboxJob).order_by(OutboxJob.id)).first().state = "stuck"  # type: ignore[union-attr]
    mail.start()
    drain(system)
    assert mail.letters == [], "one waits for a person, one for its next try"
    with system.work(actor(system, "admin")) as work:
        assert mailing.send_all_again(work) == 2
    drain(system)
    assert sorted(who for who, _letter in mail.letters) == ["deputy41@example.org", "director41@example.org"]
    with system.work(actor(system, "admin")) as work:
        assert mailing.send_all_again(work) == 0


def test_a_refused_recipient_waits_for_a_person_and_holds_nobody_up(
    penza: Runtime, with_mail: Connect
) -> None:
    mail = with_mail(penza)
    mail.refuses.add("director41@example.org")
    mail.busy.add("deputy41@example.org")
    for name in ("director41", "deputy41", "head"):
        tell(penza, name, "a")
    drain(penza)
    assert [who for who, _letter in mail.letters] == ["head@example.org"]
    assert jobs(penza) == [("stuck", 1, "RecipientRefused"), ("pending", 1, "ServerAway"), ("done", 1, "")]
    work = penza.read(actor(penza, "admin"))
    held, waits = mailing.undelivered(work)
    assert (held.account, held.is_stuck, str(held.fault)) == (
        "director41", True, "Почтовый сервер не принял адрес получателя",
    )  # fmt: skip
    assert not waits.is_stuck
    assert mailing.undelivered(penza.read(actor(penza, "methodist"))) == [], "letters are the administrator's"
    mail.refuses.clear()
    with penza.work(actor(penza, "admin")) as work:
        assert outbox.retry(work, held.job_id)
    drain(penza)
    assert len(mail.to("director41@example.org")) == 1


def test_one_digest_a_day_with_what_is_unread_and_nothing_twice(
    penza_on_both: Runtime, with_mail: Connect
) -> None:
    system, mail = penza_on_both, with_mail(penza_on_both)
    at(system, date(2025, 1, 10))
    for number in range(3):
        tell(system, "director41", f"a{number}", "terms.remind")
    tell(system, "director41", "read", "terms.remind")
    with system.work(actor(system, "director41")) as work:
        newest = work.session.scalars(select(Notification.id).order_by(Notification.id.desc())).first()
        service.mark_read(work, newest or 0)
    drain(system)
    assert mail.letters == [], "they wait for the morning"
    morning(system, date(2025, 1, 13))
    (letter,) = mail.to("director41@example.org")
    assert letter["Subject"] == "Опора: 3 уведомления на 13.01.2025"
    assert letter.get_body(("plain",)).get_content().count("•") == 3
    tell(system, "director41", "b", "terms.remind")
    morning(system, date(2025, 1, 13))
    assert len(mail.to("director41@example.org")) == 1, "one a day"
    morning(system, date(2025, 1, 14))
    _first, second = mail.to("director41@example.org")
    assert second.get_body(("plain",)).get_content().count("•") == 1
    morning(system, date(2025, 1, 15))
    assert len(mail.to("director41@example.org")) == 2


def test_a_person_chooses_how_he_hears_of_what(penza: Runtime, with_mail: Connect) -> None:
    mail = with_mail(penza)
    with penza.work(actor(penza, "director41")) as work:
        service.choose(work, {Kind.overdue: Way.product, Kind.reminder: Way.at_once})
    with penza.work(actor(penza, "director41")) as work:
        service.choose(work, {Kind.overdue: Way.product, Kind.reminder: Way.at_once})  # twice is once
    tell(penza, "director41", "late")
    tell(penza, "director41", "soon", "terms.remind")
    tell(penza, "deputy41", "late")
    drain(penza)
    assert sorted(who for who, _letter in mail.letters) == ["deputy41@example.org", "director41@example.org"]
    assert "осталс" in mail.to("director41@example.org")[0]["Subject"]


def test_without_mail_nothing_is_kept_for_later(penza: Runtime) -> None:
    tell(penza, "director41", "a")
    drain(penza)
    assert jobs(penza) == []


def test_an_account_without_a_usable_address_is_named_to_the_administrator(
    penza: Runtime, with_mail: Connect
) -> None:
    from flask_appbuilder.security.sqla.models import User

    mail = with_mail(penza)
    with penza.work(SYSTEM) as work:
        user = work.session.scalars(select(User).where(User.username == "director41")).one()
        user.email = "director41@example.org\r\nBcc: x@example.org"
    tell(penza, "director41", "a")
    drain(penza)
    assert mail.letters == []
    assert jobs(penza) == [("stuck", 1, "BadAddress")]


def test_the_administrators_trial_letter(penza: Runtime, with_mail: Connect) -> None:
    mail = with_mail(penza)
    with penza.work(actor(penza, "admin")) as work:
        mailing.send_trial(work)
    drain(penza)
    assert [letter["Subject"] for letter in mail.to("admin@example.org")] == ["Опора: проверочное письмо"]


def test_what_a_colleague_causes_is_sent_too(penza: Runtime, with_mail: Connect) -> None:
    mail = with_mail(penza)
    director = user_id(penza, "director41")
    params = {"what": {"ru": "«Заполнить»", "en": "“Fill in”"}, "school": "СОШ № 41", "due": "2025-02-12"}
    with penza.work(actor(penza, "methodist")) as work:
        assert service.notify(work, [director], Message("terms.overdue", params, "/cases/4", "a")) == 1
    drain(penza)
    assert len(mail.to("director41@example.org")) == 1


def test_a_server_that_says_nothing_does_not_hold_the_worker_long(
    penza: Runtime, with_mail: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "TIME_LIMIT", 1.0)
    mail = with_mail(penza)
    mail.stop()
    with socket.socket() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        silent.bind(("127.0.0.1", mail.port))
        silent.listen()
        tell(penza, "director41", "a")
        began = time.monotonic()
        drain(penza)
        assert time.monotonic() - began < 3
    assert jobs(penza) == [("pending", 1, "ServerAway")]


@pytest.mark.parametrize("begins", [b"", b"220 mail ready\r\n"])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_answers_a_sign_at_a_time_does_not_hold_the_worker_long(
    penza: Runtime, with_mail: Connect, monkeypatch: pytest.MonkeyPatch, begins: bytes, scheme: str
) -> None:
    """Each sign comes in time, the conversation does not end; another worker would take the job and send twice."""
    monkeypatch.setattr(letters, "TIME_LIMIT", 1.0)
    mail = with_mail(penza)
    mail.stop()
    url = mail.url.replace("smtp:", f"{scheme}:")
    penza.settings = penza.ports.settings = replace(penza.settings, mail_url=url)

    def drip(server: socket.socket) -> None:
        with suppress(OSError), server.accept()[0] as client:
            client.sendall(begins if scheme == "smtp" else b"\x16\x03\x03\x40\x00")
            while True:
                client.sendall(b"2")
                time.sleep(0.2)

    with socket.create_server(("127.0.0.1", mail.port)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        tell(penza, "director41", "a")
        began = time.monotonic()
        drain(penza)
        assert time.monotonic() - began < 3
    thread.join(5)
    assert jobs(penza) == [("pending", 1, "ServerAway")]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_letters_go_encrypted_to_a_server_whose_certificate_is_trusted(
    penza: Runtime, with_mail: Connect, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    mail = with_mail(penza)
    mail.stop()
    mail.start(security)
    url = mail.url.replace("smtp:", "smtps:") if security == "tls" else f"{mail.url}?starttls=1"
    penza.settings = penza.ports.settings = replace(penza.settings, mail_url=url)
    tell(penza, "director41", "a")
    drain(penza)
    assert jobs(penza) == [("pending", 1, "CertificateRefused")]
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    penza.clock.advance(minutes=1)  # type: ignore[attr-defined]
    drain(penza)
    assert jobs(penza) == [("done", 2, "")]
    assert len(mail.to("director41@example.org")) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_the_account_of_mail_url_logs_in_and_a_wrong_password_is_named(
    penza: Runtime, with_mail: Connect
) -> None:
    mail = with_mail(penza)
    mail.stop()
    mail.account = ("opora", "p:w@1")
    mail.start()
    url = mail.url.replace("//", "//opora:{}@")
    for password, wanted in (("wrong", ("pending", 1, "LoginRefused")), ("p%3Aw%401", ("done", 2, ""))):
        penza.settings = penza.ports.settings = replace(penza.settings, mail_url=url.format(password))
        if wanted[1] == 1:
            tell(penza, "director41", "a")
        penza.clock.advance(minutes=1)  # type: ignore[attr-defined]
        drain(penza)
        assert jobs(penza) == [wanted]
    assert len(mail.to("director41@example.org")) == 1
