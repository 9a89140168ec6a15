"""The sentences of notices, the names of their kinds, and what a kind is for."""

from __future__ import annotations

from app.core.i18n import Text, _, n_
from app.core.ports import Notice
from app.notifications.rules import Kind, Way

NOTICES: dict[str, Notice] = {
    "terms.today": Notice(Kind.reminder, _("The term is today: %(school)s, %(what)s"), "clock"),
    "terms.remind": Notice(
        Kind.reminder,
        n_("%(n)s working day is left until the term %(due)s: %(school)s, %(what)s",
           "%(n)s working days are left until the term %(due)s: %(school)s, %(what)s", 0),
        "clock",
    ),
    "terms.overdue": Notice(
        Kind.overdue, _("The term has passed on %(due)s: %(school)s, %(what)s"), "triangle-alert"
    ),
    "terms.escalated": Notice(
        Kind.overdue,
        n_("Overdue by %(n)s working day: %(school)s, %(what)s. The term was %(due)s",
           "Overdue by %(n)s working days: %(school)s, %(what)s. The term was %(due)s", 0),
        "flag",
    ),
    "terms.moved": Notice(
        Kind.terms,
        _("The working calendar was changed, the new term is %(due)s: %(school)s, %(what)s"),
        "calendar",
    ),
    "calendar.missing": Notice(
        Kind.calendar,
        _("The working calendar of %(year)s is not filled: terms in it are counted by weekends only"),
        "calendar-days",
    ),
    "case.returned": Notice(Kind.moves, _("Sent back with remarks: %(school)s, %(what)s. %(said)s"), "undo-2"),
    "case.suspended": Notice(
        Kind.moves, _("The case is suspended, its terms stand still: %(school)s. %(said)s"), "pause"
    ),
    "case.resumed": Notice(
        Kind.moves, _("The case goes on: %(school)s, %(what)s. %(said)s"), "play"
    ),
    "case.terminated": Notice(Kind.moves, _("The support was terminated: %(school)s. %(said)s"), "ban"),
    "case.closed": Notice(
        Kind.moves, _("The support is completed: %(school)s. The outcome: %(what)s. %(said)s"), "flag"
    ),
    "case.curator": Notice(
        Kind.moves,
        _("The curator school has changed: %(school)s. Now it is %(curator)s, before it was %(former)s."),
        "school",
    ),
    "case.curator_named": Notice(
        Kind.moves, _("The curator school is named: %(school)s. It is %(curator)s."), "school"
    ),
    "case.reopened": Notice(
        Kind.moves, _("The case is in work again: %(school)s, %(what)s. %(said)s"), "rotate-ccw"
    ),
    "task.reopened": Notice(Kind.moves, _("To be done again: %(school)s, %(what)s. %(said)s"), "rotate-ccw"),
    "vote.opened": Notice(Kind.votes, _("A vote was opened, you are among the voters: %(school)s, %(what)s"), "vote"),
    "vote.void": Notice(
        Kind.votes,
        _("What you voted on has changed, your vote no longer counts: %(school)s, %(what)s. The vote began anew."),
        "vote",
    ),
    "vote.returned": Notice(
        Kind.votes,
        _("What you voted on was sent back, your vote no longer counts: %(school)s, %(what)s. %(said)s"),
        "undo-2",
    ),
}  # fmt: skip

KINDS: dict[Kind, tuple[Text, Text]] = {
    Kind.reminder: (_("Reminders of terms"), _("Some days before the term of a task or stage that waits for you.")),
    Kind.overdue: (_("Overdue"), _("A term has passed; the head is told when it hangs for some days.")),
    Kind.terms: (
        _("Moved terms"),
        _("The working calendar was changed and a term of yours moved with it, or a new term you asked for was decided "
          "on."),
    ),
    Kind.calendar: (_("Working calendar"), _("The calendar of a year is not filled yet.")),
    Kind.moves: (
        _("Moves of a case"),
        _("A case is sent back to you, suspended, resumed, ended or reopened; your task is to be done again; another "
          "school is the curator."),
    ),
    Kind.votes: (_("Votes of the group"), _("A vote that waits for you was opened, or what you voted on has changed.")),
    Kind.substitutions: (
        _("Substitutions"),
        _("You are to stand in for somebody, the days in which you do have changed, or you take over from somebody who "
          "leaves."),
    ),
}  # fmt: skip

WAYS: dict[Way, Text] = {
    Way.product: _("In the product only"),
    Way.at_once: _("By mail at once"),
    Way.daily: _("By mail once a day"),
}

# «Letters are written in …», by the language of the account
IN_LANGUAGE: dict[str, Text] = {"ru": _("the Russian language"), "en": _("the English language")}

# what the last attempt to send a letter ended with, by the name of the error
FAULTS: dict[str, Text] = {
    "ServerAway": _("The mail server did not answer"),
    "CertificateRefused": _(
        "The certificate of the mail server is not trusted (SSL_CERT_FILE names whom to trust)"
    ),
    "LoginRefused": _("The mail server refused the account name or password"),
    "SenderRefused": _("The mail server refused the sender's address (MAIL_FROM)"),
    "RecipientRefused": _("The mail server refused the recipient's address"),
    "BadAddress": _("The account has no usable e-mail address"),
    "LetterRefused": _("The mail server refused the letter"),
    "WorkerLost": _("The program was stopped while sending"),
}
