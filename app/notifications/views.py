"""«Уведомления»: one's own notices, how one hears of what, and (for the administrator) whether mail goes out."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.access.languages import language_of
from app.core.errors import Invalid, NotFound
from app.core.i18n import _, n_
from app.core.own_pages import is_own_page
from app.jobs import outbox
from app.notifications import mailing, queries, service
from app.notifications.forms import choice_form
from app.notifications.rules import Kind, Way
from app.notifications.texts import IN_LANGUAGE
from app.ui.base import RoomView, int_arg, page


class NotificationView(RoomView):
    """A person's own notices and choices."""

    route_base = "/notifications"
    class_permission_name = "Notifications"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        unread = request.args.get("show") == "unread"
        number = max(1, min(int_arg("page") or 1, 1000))
        rows, more = queries.inbox(work, unread=unread, page=number)
        if not rows and number > 1:  # past the end: the list has become shorter, or the address was typed
            number = 1
            rows, more = queries.inbox(work, unread=unread)
        return self.render(
            "notifications/inbox.html", rows=rows, more=more, page=number, show="unread" if unread else "",
            sees_mail=self.actor.has("admin"),
        )  # fmt: skip

    @page("/<int:notice_id>/open", permission="write", methods=("POST",))
    def open(self, notice_id: int) -> Any:
        """Note that it was read, and go to what it is about."""
        with self.write() as work:
            link = service.mark_read(work, notice_id).link
        return self.done(link if is_own_page(link) else url_for("NotificationView.index"))

    @page("/<int:notice_id>/read", permission="write", methods=("POST",))
    def read_one(self, notice_id: int) -> Any:
        with self.write() as work:
            service.mark_read(work, notice_id)
        return self.done(self._back())

    @page("/read", permission="write", methods=("POST",))
    def read_all(self) -> Any:
        up_to = request.form.get("up_to", "")
        if not (up_to.isascii() and up_to.isdigit() and len(up_to) < 10):
            raise Invalid(_("Open the list of notices and try again."))
        with self.write() as work:
            count = service.mark_all_read(work, int(up_to))
        return self.done(
            self._back(), n_("%(n)s notice is marked as read", "%(n)s notices are marked as read", count)
        )

    @page("/settings", permission="write", methods=("GET", "POST"))
    def settings(self) -> Any:
        """How one hears of each kind of notices."""
        work = self.read()
        kinds = [kind for kind in Kind if kind != Kind.calendar or self.actor.has("admin")]
        form = choice_form(kinds, queries.choices_of(work.session, self.actor.user_id or 0))
        if form.validate_on_submit():
            with self.write() as work:
                service.choose(work, {kind: Way(form[str(kind)].data) for kind in kinds})
            return self.done(url_for("NotificationView.index"), _("Your choice is kept"))
        return self.render(
            "notifications/settings.html", form.status, form=form,
            has_mail=work.ports.settings.mail_server is not None, address=mailing.address_of(work),
            language=IN_LANGUAGE[language_of(work.session, self.actor.user_id or 0)],
        )  # fmt: skip

    def _back(self) -> str:
        show = "unread" if request.form.get("show") == "unread" else None
        return url_for("NotificationView.index", show=show)


class MailView(RoomView):
    """Whether letters go out, which did not and why."""

    route_base = "/mail"
    class_permission_name = "Mail"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        return self.render(
            "notifications/mail.html", server=work.ports.settings.mail_server,
            sender=work.ports.settings.mail_from, public_url=work.ports.settings.public_url,
            state=mailing.state(work), letters=mailing.undelivered(work), address=mailing.address_of(work),
        )  # fmt: skip

    @page("/trial", permission="write", methods=("POST",))
    def trial(self) -> Any:
        """A letter to one's own address."""
        with self.write() as work:
            mailing.send_trial(work)
        return self.done(url_for("MailView.index"), _("The trial letter is on its way"))

    @page("/again", permission="write", methods=("POST",))
    def all_again(self) -> Any:
        """Try every letter that did not go: the server was away for days and is back."""
        with self.write() as work:
            count = mailing.send_all_again(work)
        told = n_("%(n)s letter is sent once more", "%(n)s letters are sent once more", count)
        return self.done(url_for("MailView.index"), told)

    @page("/<int:job_id>/again", permission="write", methods=("POST",))
    def again(self, job_id: int) -> Any:
        """Try a letter that did not go once more."""
        with self.write() as work:
            if not mailing.is_letter(work, job_id):
                raise NotFound
            again = outbox.retry(work, job_id)
        told = _("The letter is sent once more") if again else _("This letter is not held back any more")
        return self.done(url_for("MailView.index"), told, "ok" if again else "warning")


VIEWS = [NotificationView, MailView]
