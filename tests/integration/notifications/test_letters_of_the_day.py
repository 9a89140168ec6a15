"""The daily letter holds what that morning says, whenever the morning was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.documents.models import Acknowledgement
from app.jobs import schedule
from app.jobs.runner import drain
from tests.integration.access.test_substitution_everywhere import sent_to_50
from tests.integration.notifications.conftest import at, morning
from tests.integration.notifications.test_reminders import diagnosis
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
    assert "Ознакомьтесь с документом" in letter.get_body(("plain",)).get_content()
