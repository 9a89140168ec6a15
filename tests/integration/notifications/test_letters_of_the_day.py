"""The daily letter holds what that morning says, whenever the morning was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select

from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.documents.models import Acknowledgement
from app.jobs import outbox, schedule
from app.jobs.execution import Tally, perform
from app.jobs.runner import drain
from app.notifications.reminders import MORNING, PART
from app.notifications.service import LETTERS_A_DAY
from tests.integration.access.test_substitution_everywhere import sent_to_50
from tests.integration.notifications.conftest import at, morning
from tests.integration.notifications.test_reminders import diagnosis
from tests.large_region import cases_like
from tests.servers.mail import MailServer


def test_a_letter_of_the_day_holds_the_reminders_of_that_day_after_a_late_start_too(
    penza: Runtime, with_mail: Callable[[Runtime], MailServer]
) -> None:
    mail = with_mail(penza)
    diagnosis(penza)
    morning(penza, date(2025, 1, 29))  # the system was started at 8: both the morning and the letters are due
    (letter,) = [one for one in mail.to("director41@example.org") if "на 29.01.2025" in one["Subject"]]
    text = letter.get_body(("plain",)).get_content()
    assert "До срока 30.01.2025 остался 1 рабочий день" in " ".join(text.split())


def test_the_letter_of_the_day_waits_for_the_morning_another_worker_is_at(
    penza_on_both: Runtime, with_mail: Callable[[Runtime], MailServer]
) -> None:
    """After a late start several workers take the morning and its letters at once."""
    system, mail = penza_on_both, with_mail(penza_on_both)
    diagnosis(system)
    at(system, date(2025, 1, 29))
    schedule.tick(system)
    for kind in (MORNING, PART):  # each is in the hands of a slow worker
        with system.work(SYSTEM) as work:
            held = outbox.claim(work.session, work.now, "slow", [kind])
        assert held is not None
        drain(system)
        assert not [one for one in mail.letters if "на 29.01.2025" in one[1]["Subject"]]
        perform(system, held, Tally())
    clock: Any = system.clock
    clock.advance(seconds=30)
    drain(system)
    (letter,) = [one for one in mail.to("director41@example.org") if "на 29.01.2025" in one["Subject"]]
    assert "До срока 30.01.2025" in " ".join(letter.get_body(("plain",)).get_content().split())


def test_a_paper_to_be_read_is_in_the_letter_of_the_day_before_its_term(
    penza: Runtime, cases: dict[str, int], with_mail: Callable[[Runtime], MailServer]
) -> None:
    mail = with_mail(penza)
    sent_to_50(penza, cases["50"])
    with penza.work(SYSTEM) as work:
        work.session.scalars(select(Acknowledgement)).one().due = date(2025, 1, 31)
    mail.letters.clear()
    for hour in range(5, 10):
        at(penza, date(2025, 1, 30), hour)
        schedule.tick(penza)
        drain(penza)
    (letter,) = mail.to("director50@example.org")
    text = " ".join(letter.get_body(("plain",)).get_content().split())
    assert "Вы ещё не подтвердили" in text
    assert "Ознакомьтесь с документом" not in text, "the paper is named once"


def test_a_morning_on_which_many_terms_have_passed_is_a_few_letters(
    penza: Runtime, with_mail: Callable[[Runtime], MailServer]
) -> None:
    mail = with_mail(penza)
    cases_like(penza, diagnosis(penza)["41"], 150)
    morning(penza, date(2025, 3, 3))
    drain(penza)
    letters = mail.to("methodist@example.org")
    assert len(letters) <= LETTERS_A_DAY + 1, "what follows the first waits for the letter of the day"
    texts = [one.get_body(("plain",)).get_content() for one in letters]
    assert any("Ещё" in text and "в «Опоре»" in text for text in texts), "a letter has an end too"
