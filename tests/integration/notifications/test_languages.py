"""Each letter is written in the language of its reader: notice, digest, trial; over a real SMTP server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from app.access import languages
from app.access.models import AccountLanguage
from app.core.actor import SYSTEM
from app.core.errors import Invalid
from app.core.i18n import in_locale
from app.core.ports import Message
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.jobs.runner import drain
from app.notifications import mailing, service
from app.notifications.queries import inbox
from app.notifications.rules import Kind, Way
from tests.integration.notifications.conftest import at, morning, user_id
from tests.servers.mail import MailServer

Connect = Callable[[Runtime], MailServer]


def reads_english(system: Runtime, *usernames: str) -> None:
    for username in usernames:
        with system.work(actor(system, username)) as work:
            languages.choose(work, "en")


def tell(system: Runtime, key: str, code: str, *usernames: str) -> None:
    """One cause, several readers, as a step of a case tells all it waits for."""
    params = {"what": {"ru": "этап «Диагностика»", "en": "stage “Diagnosis”"}, "school": "СОШ № 41",
              "due": "2025-02-12", "n": 3}  # fmt: skip
    with system.work(SYSTEM) as work:
        service.notify(
            work, [user_id(system, name) for name in usernames], Message(code, params, "/cases/4", key)
        )


def bodies(mail: MailServer, username: str) -> tuple[str, str, str]:
    """Subject, text and HTML of the only letter to an account."""
    (letter,) = mail.to(f"{username}@example.org")
    return (
        letter["Subject"],
        letter.get_body(("plain",)).get_content(),
        letter.get_body(("html",)).get_content(),
    )


def test_one_notice_reaches_a_russian_and_an_english_reader_each_in_his_language(
    penza_on_both: Runtime, with_mail: Connect
) -> None:
    system, mail = penza_on_both, with_mail(penza_on_both)
    reads_english(system, "deputy41")
    tell(system, "a", "terms.overdue", "director41", "deputy41")
    drain(system)
    subject, text, html = bodies(mail, "director41")
    assert subject == "Опора: Срок истёк 12.02.2025: СОШ № 41, этап «Диагностика»"
    assert "Уведомление системы «Опора»:" in text
    assert '<html lang="ru">' in html
    subject, text, html = bodies(mail, "deputy41")
    assert subject == "Opora: The term has passed on 12.02.2025: СОШ № 41, stage “Diagnosis”"
    assert "“Opora” tells you:" in text
    assert "Choose which letters you get" in text
    assert '<html lang="en">' in html
    assert "Срок" not in text + html


def test_digests_of_one_morning_differ_by_reader_only(penza_on_both: Runtime, with_mail: Connect) -> None:
    system, mail = penza_on_both, with_mail(penza_on_both)
    reads_english(system, "deputy41")
    at(system, date(2025, 1, 10))
    for key in ("a", "b"):
        tell(system, key, "terms.remind", "director41", "deputy41")
    morning(system, date(2025, 1, 13))
    subject, text, _html = bodies(mail, "director41")
    assert subject == "Опора: 2 уведомления на 13.01.2025"
    assert text.count("До срока 12.02.2025 осталось 3 рабочих дня") == 2
    subject, text, _html = bodies(mail, "deputy41")
    assert subject == "Opora: 2 notices for 13.01.2025"
    assert text.count("3 working days are left until the term 12.02.2025") == 2
    assert "What waits for your attention in “Opora”:" in text


def test_the_language_counts_when_the_letter_is_written(penza: Runtime, with_mail: Connect) -> None:
    """Chosen after the notice was made and before it went: the letter is in the new language."""
    mail = with_mail(penza)
    tell(penza, "a", "terms.overdue", "director41")
    reads_english(penza, "director41")
    drain(penza)
    assert bodies(mail, "director41")[0].startswith("Opora: The term has passed")
    with penza.work(actor(penza, "director41")) as work:
        languages.choose(work, "ru")
    tell(penza, "b", "terms.overdue", "director41")
    drain(penza)
    assert [letter["Subject"][:5] for letter in mail.to("director41@example.org")] == ["Opora", "Опора"]


def test_the_trial_letter_is_in_the_administrators_language(penza: Runtime, with_mail: Connect) -> None:
    mail = with_mail(penza)
    reads_english(penza, "admin")
    with penza.work(actor(penza, "admin")) as work:
        mailing.send_trial(work)
    drain(penza)
    assert bodies(mail, "admin")[0] == "Opora: a trial letter"


def test_the_product_shows_the_notice_in_the_language_of_the_page(penza: Runtime, with_mail: Connect) -> None:
    """What is stored is the notice, not its words: nothing is translated twice."""
    with_mail(penza)
    with penza.work(actor(penza, "director41")) as work:
        service.choose(work, {Kind.overdue: Way.product})
    reads_english(penza, "director41")
    tell(penza, "a", "terms.overdue", "director41")
    for locale, said in (("ru", "Срок истёк 12.02.2025"), ("en", "The term has passed on 12.02.2025")):
        with in_locale(locale):
            rows, _more = inbox(penza.read(actor(penza, "director41")))
            assert str(rows[0].text).startswith(said)


@pytest.mark.parametrize("wrong", ["de", "", "ru-RU", "EN", "../en", "е" * 500])
def test_a_language_the_system_does_not_speak_is_refused(penza: Runtime, wrong: str) -> None:
    reads_english(penza, "clerk")
    with pytest.raises(Invalid), penza.work(actor(penza, "clerk")) as work:
        languages.choose(work, wrong)
    assert languages.language_of(penza.read(SYSTEM).session, user_id(penza, "clerk")) == "en"


def test_nobody_reads_or_changes_the_choice_of_another_and_russian_is_the_default(penza: Runtime) -> None:
    reads_english(penza, "clerk")
    session = penza.read(actor(penza, "methodist")).session
    assert session.scalars(select(AccountLanguage)).all() == []
    assert languages.language_of(session, user_id(penza, "methodist")) == "ru"
    assert languages.language_of(session, user_id(penza, "clerk")) == "en"
