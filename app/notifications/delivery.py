"""Letters from the outbox, each in its reader's language: one job per letter; the server is spoken to outside any
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.access.languages import language_of
from app.config import Settings
from app.core.clock import local_date
from app.core.i18n import Text, _, in_locale, n_
from app.core.ports import JobHandler
from app.core.unit_of_work import Runtime, Work
from app.jobs import outbox
from app.jobs.execution import looking
from app.notifications import mail, queries, service
from app.notifications.mail import Line
from app.notifications.models import Notification

DIGEST, COLLECT, TRIAL = "notifications.digest", "notifications.digest.collect", "notifications.trial"
_LINES = 100  # of one letter
_NEXT_LOOK = timedelta(seconds=20)  # whether the morning is over


class Letters:
    """A notice at once, or a day's notices together: sent first, then noted as sent.

    When the note is lost with its worker, the letter goes once more under the same Message-ID.
    """

    def outside(self, runtime: Runtime, payload: Mapping[str, Any]) -> None:
        """Send, unless a server took it before. Raises MailError; then the job waits for its next try."""
        settings, now = runtime.settings, runtime.clock.now()
        server = settings.mail_server
        if server is None:
            return  # mail was switched off meanwhile: the notices stay in the product
        user_id = int(payload["user"])
        with looking(runtime) as session, in_locale(language_of(session, user_id)):
            work = Work(session, session.info["actor"], now, runtime.ports)
            rows = queries.of_letter(work, str(payload["letter"]))
            to = session.scalar(select(User.email).where(User.id == user_id, User.active.is_(True)))
            if not rows or to is None:
                return
            letter = _letter(work, settings, to, rows, str(payload["letter"]), now)
        mail.send(server, letter)

    def __call__(self, work: Work, payload: Mapping[str, Any]) -> None:
        """Note that the letter went."""
        if work.ports.settings.mail_server is None:
            return
        for row in queries.of_letter(work, str(payload["letter"])):
            row.mailed_at = work.now


class TrialLetter:
    """A letter to oneself, to see that the settings are right."""

    def outside(self, runtime: Runtime, payload: Mapping[str, Any]) -> None:
        settings, now = runtime.settings, runtime.clock.now()
        server = settings.mail_server
        if server is None:
            return
        with looking(runtime) as session:
            to = session.scalar(select(User.email).where(User.id == payload["user"])) or ""
            language = language_of(session, int(payload["user"]))
        with in_locale(language):
            letter = mail.compose(
                settings.mail_from, to, str(_("Opora: a trial letter")),
                str(_("If you read this, the mail settings of “Opora” are right.")), [], _foot(settings),
                key=f"trial:{payload['user']}:{now.isoformat()}", at=now,
            )  # fmt: skip
        mail.send(server, letter)

    def __call__(self, work: Work, payload: Mapping[str, Any]) -> None:
        return None


def after_the_morning(work: Work, payload: Mapping[str, Any]) -> None:
    """Collect behind what waits in the outbox: after a late start the parts of the morning are there, not yet done."""
    if work.ports.settings.mail_server is not None:
        turn = str(payload.get("turn") or work.today.isoformat())
        outbox.enqueue(work, COLLECT, turn, {"turn": turn})


def collect_digests(work: Work, payload: Mapping[str, Any]) -> None:
    """One letter per person and day with everything unread that waits for it, once other workers have said all."""
    if work.ports.settings.mail_server is None:
        return
    if _morning_goes_on(work):
        turn, looks = str(payload.get("turn") or work.today.isoformat()), int(payload.get("looks", 0)) + 1
        outbox.enqueue(
            work, COLLECT, f"{turn}/{looks}", {"turn": turn, "looks": looks}, due=work.now + _NEXT_LOOK
        )
        return
    for user_id, rows in queries.waiting_digests(work).items():
        service.collect_digest(work, user_id, rows)


def _morning_goes_on(work: Work) -> bool:
    """Whether something the clock began, or a part of it, is still to be done; what has failed for good is left."""
    clocks = {periodic.kind for periodic in work.ports.periodic}
    kinds = {kind for kind in work.ports.handlers if kind.removesuffix(".part") in clocks}
    return outbox.is_at_work(work.session, kinds, work.now)


def _letter(
    work: Work, settings: Settings, to: str, rows: Sequence[Notification], key: str, now: datetime
) -> EmailMessage:
    lines = [Line(_told(work, row), settings.public_url + row.link) for row in rows[:_LINES]]
    if more := len(rows) - len(lines):
        left = n_("%(n)s more notice is in “Opora”", "%(n)s more notices are in “Opora”", more)
        lines.append(Line(str(left), settings.public_url + "/notifications/"))
    subject: Text | str
    if key.startswith("notice:"):
        subject = lines[0].text
        lead = str(_("“Opora” tells you:"))
    else:
        subject = n_(
            "%(n)s notice for %(day)s", "%(n)s notices for %(day)s", len(rows), day=f"{work.today:%d.%m.%Y}"
        )
        lead = str(_("What waits for your attention in “Opora”:"))
    return mail.compose(
        settings.mail_from, to, str(_("Opora: %(subject)s", subject=subject)), lead, lines, _foot(settings),
        key=key, at=now,
    )  # fmt: skip


def _told(work: Work, row: Notification) -> str:
    """The sentence of the notice, with its day when that is over: “the term is today” was said then."""
    text, day = str(queries.shown(work, row).text), local_date(row.created_at, work.ports.zone)
    return text if day == work.today else str(_("%(day)s: %(text)s", day=f"{day:%d.%m.%Y}", text=text))


def _foot(settings: Settings) -> Line:
    return Line(str(_("Choose which letters you get")), settings.public_url + "/notifications/settings")


HANDLERS: dict[str, JobHandler] = {
    service.LETTER: Letters(),
    TRIAL: TrialLetter(),
    DIGEST: after_the_morning,
    COLLECT: collect_digests,
}
