"""Letters by SMTP: made of our own sentences, sent within a bounded time, refused in a word one can act on."""

from __future__ import annotations

import hashlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from html import escape
from textwrap import shorten
from typing import Any
from urllib.parse import urlsplit

from app.config import MailServer
from app.core.i18n import current_locale
from app.jobs.rules import pause_after

# The whole conversation must end before another worker may take the job (jobs.rules.LEASE).
TIME_LIMIT = 20.0  # seconds
_SUBJECT = 140  # signs, cut between words; the whole sentence stands in the letter
_LONG_PAUSE, _TRIES = timedelta(minutes=30), 60
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")


def _patiently(attempt: int) -> timedelta | None:
    """A server that is away comes back: first soon, then every half an hour for a good day."""
    return pause_after(attempt) or (_LONG_PAUSE if attempt < _TRIES else None)


def _never(_attempt: int) -> None:
    return None


class MailError(Exception):
    """A letter did not go; the class says why, `pause_after` when to try again (None: a person must look)."""

    pause_after: Callable[[int], timedelta | None] = staticmethod(_patiently)


class ServerAway(MailError):
    """Nobody answered, or the conversation broke off or took too long."""


class CertificateRefused(MailError):
    """The server answered, and nobody vouches that it is the one MAIL_URL names."""


class LoginRefused(MailError):
    """The account of MAIL_URL is not accepted."""


class SenderRefused(MailError):
    """The server does not send for MAIL_FROM."""


class RecipientRefused(MailError):
    """The server knows no such recipient: trying again changes nothing."""

    pause_after = staticmethod(_never)


class BadAddress(RecipientRefused):
    """What stands in the account is no address of one mailbox."""


class LetterRefused(MailError):
    """The server refused the letter itself for good."""

    pause_after = staticmethod(_never)


@dataclass(frozen=True)
class Line:
    """A sentence of a letter with the page it is about."""

    text: str
    url: str


def compose(
    sender: str,
    to: str,
    subject: str,
    lead: str,
    lines: Sequence[Line],
    foot: Line,
    *,
    key: str,
    at: datetime,
) -> EmailMessage:
    """A letter in plain text and simple HTML. Raises BadAddress for what is no address of one mailbox.

    Two letters with one `key` carry one Message-ID, so a mailbox can tell a repeated delivery.
    """
    letter = EmailMessage(policy=_LETTER)
    name, own = parseaddr(sender)
    host = own.rpartition("@")[2]
    letter["From"] = Address(display_name=_one_line(name), addr_spec=own)
    letter["To"] = Address(addr_spec=usable(to))
    letter["Subject"] = shorten(_one_line(subject), _SUBJECT, placeholder="…")
    letter["Date"] = format_datetime(at)
    letter["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["List-Unsubscribe"] = f"<{foot.url}>"
    text = [lead, *(f"• {line.text}\n  {line.url}" for line in lines), f"{foot.text}\n{foot.url}"]
    letter.set_content("\n\n".join(text) + "\n", charset="utf-8", cte="base64")
    letter.add_alternative(_html(lead, lines, foot), subtype="html", charset="utf-8", cte="base64")
    return letter


def usable(address: str) -> str:
    """The address of one mailbox as a server takes it, a Cyrillic domain in ASCII. Raises BadAddress."""
    mailbox, at, host = address.strip().rpartition("@")
    try:
        address = f"{mailbox}{at}{host.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise BadAddress from error
    if not _ADDRESS.fullmatch(address) or ".." in mailbox or mailbox.startswith(".") or mailbox.endswith("."):
        raise BadAddress
    return address


def send(server: MailServer, letter: EmailMessage) -> None:
    """Hand one letter to the server. Raises MailError in words of its own."""
    try:
        _send(server, letter)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _answer in error.recipients.values()]
        raise (RecipientRefused if min(codes, default=0) >= 500 else ServerAway) from error
    except smtplib.SMTPSenderRefused as error:
        raise SenderRefused from error
    except smtplib.SMTPAuthenticationError as error:
        raise LoginRefused from error
    except smtplib.SMTPDataError as error:
        raise (LetterRefused if error.smtp_code >= 500 else ServerAway) from error
    except ssl.SSLCertVerificationError as error:
        raise CertificateRefused from error
    except (smtplib.SMTPException, ssl.SSLError, OSError) as error:
        raise ServerAway from error


def _send(server: MailServer, letter: EmailMessage) -> None:
    context = None if server.security == "plain" else ssl.create_default_context()
    client: _Client
    if server.security == "tls":
        client = _TlsClient(local_hostname=server.hello, timeout=TIME_LIMIT / 2, context=context)
    else:
        client = _Client(local_hostname=server.hello, timeout=TIME_LIMIT / 2)
    end = threading.Timer(TIME_LIMIT, client.hang_up)
    end.daemon = True
    end.start()
    try:
        code, answer = client.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, answer)
        if server.security == "starttls":
            client.starttls(context=context)
        if server.user:
            client.login(server.user, server.password)
        client.send_message(letter)
    finally:
        end.cancel()
        client.close()


class _Client(smtplib.SMTP):
    """A conversation that can be ended from outside: the timeout of a socket bounds each sign, not all of them."""

    _line: socket.socket | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # a name is needed where TLS checks it; a constructor given no host does not keep it
        self._host = host
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._line = made.dup()  # TLS takes the first one over, its handshake has to end in time as well
        return made

    def hang_up(self) -> None:
        """Whatever waits for the server learns that it is gone."""
        line = self._line
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
        super().close()


class _TlsClient(smtplib.SMTP_SSL, _Client):
    """TLS from the first sign; the socket beneath comes from `_Client`."""


class _Letter(EmailPolicy):
    """As SMTP wants it; the subject is folded by the older `Header`: the folding of EmailPolicy loses a space in every
    seventh of long Russian subjects («по приказу№ 3-к»)."""

    def fold(self, name: str, value: Any) -> str:
        if name != "Subject":
            return super().fold(name, value)
        return f"{name}: {Header(str(value), 'utf-8', header_name=name).encode(linesep=self.linesep)}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:
        return (
            self.fold(name, value).encode("ascii") if name == "Subject" else super().fold_binary(name, value)
        )


_LETTER = _Letter(linesep="\r\n")


def _one_line(text: str) -> str:
    """A value of a header: nothing in it can begin another header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _html(lead: str, lines: Sequence[Line], foot: Line) -> str:
    items = "".join(
        f'<li style="margin:0 0 10px"><a href="{_href(line.url)}">{escape(line.text)}</a></li>'
        for line in lines
    )
    return (
        '<!doctype html><html lang="'
        + current_locale()
        + '"><body style="font-family:sans-serif;font-size:15px;line-height:1.45">'
        f'<p>{escape(lead)}</p><ul style="padding-left:20px">{items}</ul>'
        f'<p style="font-size:13px"><a href="{_href(foot.url)}" style="color:#666">{escape(foot.text)}</a></p>'
        "</body></html>"
    )


def _href(url: str) -> str:
    return escape(url if urlsplit(url).scheme in ("http", "https") else "", quote=True)
