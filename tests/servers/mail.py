"""A real mail server on the loopback address, which can be away and can refuse."""

from __future__ import annotations

import socket
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

# with its key, for 127.0.0.1: it stands for nothing outside the tests
CERTIFICATE = Path(__file__).with_name("mail_certificate.pem")


class MailServer:
    """Keeps what it was given; `refuses` are addresses it does not know, `busy` ones it puts off."""

    def __init__(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port: int = taken.getsockname()[1]
        self.letters: list[tuple[str, EmailMessage]] = []
        self.refuses: set[str] = set()
        self.busy: set[str] = set()
        self.account: tuple[str, str] | None = None  # who must log in, and with what password
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self, security: str = "plain") -> None:
        """`tls` and `starttls` with a certificate that only whoever is given CERTIFICATE trusts."""
        tls: dict[str, Any] = {}
        if security != "plain":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            tls = {"ssl_context" if security == "tls" else "tls_context": context}
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, authenticator=self._knows,
            auth_required=self.account is not None, auth_require_tls=False, **tls,
        )  # fmt: skip
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def _knows(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given is not None and given == self.account, handled=False)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuses:
            return "550 no such mailbox"
        if address in self.busy:
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        letter = cast("EmailMessage", message_from_bytes(envelope.content, policy=default))
        self.letters.extend((address, letter) for address in envelope.rcpt_tos)
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [letter for who, letter in self.letters if who == address]
