"""Settings from the environment, typed; every one of them stands in the table of the README."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.core.errors import OporaError
from app.core.i18n import _

ROOT = Path(__file__).resolve().parents[1]
MIN_SECRET_LENGTH = 32
_DEFAULT_SECRETS = {"", "change-me", "changeme", "secret", "opora", "default"}


class Misconfigured(OporaError):
    """The system refuses to start; the sentence says which setting to give."""

    status = 500


@dataclass(frozen=True)
class MailServer:
    """Where letters are handed over; `security`: plain, starttls or tls. `hello` is how we introduce ourselves."""

    host: str
    port: int
    user: str
    password: str
    security: str
    hello: str


@dataclass(frozen=True)
class Settings:
    database_url: str
    database_owner_url: str
    redis_url: str
    storage_url: str
    secret_key: str
    host: str
    port: int
    https: bool
    trusted_hosts: tuple[str, ...]
    trusted_proxy: str  # address of the proxy that is believed who asks through it
    mail_url: str
    mail_from: str
    public_url: str  # how people reach the site, for links in letters; no slash at its end
    timezone: str
    demo: bool
    workers: int
    log_level: str
    clock: datetime | None  # the date a training copy began at; None = the real time
    var: Path

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def mail_server(self) -> MailServer | None:
        """The server of MAIL_URL; None when no letters are sent."""
        return _mail_server(self.mail_url, self.mail_from) if self.mail_url else None

    @property
    def storage_path(self) -> Path:
        """The folder of a `file:` storage."""
        return Path(self.storage_url.removeprefix("file:").removeprefix("//"))


def load(
    environ: Mapping[str, str] | None = None, *, demo: bool | None = None, var: Path | None = None
) -> Settings:
    """Read the settings.

    `demo=True` fills what a demonstration on this machine may default to (a secret kept in
    `var/`, SQLite, the loopback address); a real system gets no such defaults.
    """
    env = dict(os.environ if environ is None else environ)
    var = var or Path(env.get("OPORA_VAR", ROOT / "var"))
    is_demo = _flag(env.get("OPORA_DEMO", "")) if demo is None else demo
    port, workers, clock = _numbers(env)
    if clock is not None and not is_demo:
        raise Misconfigured(
            _("CLOCK moves the date of a training copy only; a real system keeps the real time.")
        )
    database_url = env.get("DATABASE_URL") or f"sqlite:///{var / 'opora.sqlite3'}"
    owner_url = env.get("DATABASE_OWNER_URL") or database_url
    _check_database("DATABASE_URL", database_url)
    _check_database("DATABASE_OWNER_URL", owner_url)
    storage_url = env.get("STORAGE_URL") or f"file:{var / 'files'}"
    if not storage_url.startswith("file:"):
        raise Misconfigured(
            _("STORAGE_URL must be file: and a folder; other kinds of storage are not built yet.")
        )
    trusted_hosts = tuple(h.strip() for h in env.get("TRUSTED_HOSTS", "").split(",") if h.strip())
    if env.get("MAIL_URL"):
        _mail_server(env["MAIL_URL"], env.get("MAIL_FROM", ""))
    return Settings(
        database_url=database_url,
        database_owner_url=owner_url,
        redis_url=env.get("REDIS_URL", ""),
        storage_url=storage_url,
        secret_key=_secret(env, var, is_demo),
        host=env.get("HOST", "127.0.0.1"),
        port=port,
        https=_flag(env.get("HTTPS", "")),
        trusted_hosts=trusted_hosts,
        trusted_proxy=_trusted_proxy(env),
        mail_url=env.get("MAIL_URL", ""),
        mail_from=env.get("MAIL_FROM", ""),
        public_url=_public_url(env, trusted_hosts, port),
        timezone=env.get("TIMEZONE", "Europe/Moscow"),
        demo=is_demo,
        workers=workers,
        log_level=env.get("LOG_LEVEL", "INFO"),
        clock=clock,
        var=var,
    )


def _trusted_proxy(env: Mapping[str, str]) -> str:
    """One address, as the proxy's requests come from it; no names and no «*»: whoever is believed can say anything."""
    given = env.get("TRUSTED_PROXY", "").strip()
    try:
        return str(ipaddress.ip_address(given)) if given else ""
    except ValueError as error:
        raise Misconfigured(
            _("TRUSTED_PROXY must be the IP address of the proxy, for example: 10.0.0.5")
        ) from error


def _numbers(env: Mapping[str, str]) -> tuple[int, int, datetime | None]:
    """Port, number of workers, and the morning a training copy begins at. Raises Misconfigured."""
    try:
        port = int(env.get("PORT", "8000"))
        workers = int(env.get("WORKERS", "2"))
        zone = ZoneInfo(env.get("TIMEZONE", "Europe/Moscow"))
        begins = datetime.fromisoformat(env["CLOCK"]) if env.get("CLOCK") else None
        clock = begins.replace(hour=9, tzinfo=zone) if begins else None
    except (ValueError, KeyError) as error:
        raise Misconfigured(_("A setting cannot be read: %(error)s", error=error)) from error
    if not 0 <= port < 65536:
        raise Misconfigured(_("PORT must be a number from 1 to 65535, not %(port)s.", port=port))
    return port, workers, clock


def _secret(env: Mapping[str, str], var: Path, is_demo: bool) -> str:
    """What sessions are signed with; a demonstration on this machine keeps one of its own."""
    secret = env.get("SECRET_KEY", "")
    if env.get("SECRET_KEY_FILE"):
        secret = Path(env["SECRET_KEY_FILE"]).read_text(encoding="utf-8").strip()
    return secret or (_kept_secret(var / "demo-secret") if is_demo else "")


def _check_database(name: str, url: str) -> None:
    if not url.startswith(("sqlite://", "postgresql://", "postgres://", "postgresql+psycopg://")):
        raise Misconfigured(
            _("%(name)s must begin with sqlite:///, or postgresql:// and the server's address.", name=name)
        )
    try:
        make_url(url)
    except (ArgumentError, ValueError) as error:  # what is wrong may be the password: it is not repeated
        raise Misconfigured(_("%(name)s cannot be read as an address.", name=name)) from error


def _mail_server(url: str, sender: str) -> MailServer:
    """The server behind `smtp://user:password@host:port?starttls=1` or `smtps://…`. Raises Misconfigured."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Misconfigured(_("MAIL_URL cannot be read: %(error)s", error=error)) from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise Misconfigured(
            _(
                "MAIL_URL must look like smtp://user:password@host:587?starttls=1, or smtps:// for a server with TLS."
            )
        )
    mailbox, _at, host = parseaddr(sender)[1].rpartition("@")
    if not mailbox or not host or not sender.isprintable():
        raise Misconfigured(
            _("With MAIL_URL, set MAIL_FROM to the sender’s address, for example: Opora <opora@example.org>")
        )
    security = "tls" if parts.scheme == "smtps" else "plain"
    if security == "plain" and _flag(parse_qs(parts.query).get("starttls", [""])[0]):
        security = "starttls"
    return MailServer(
        host=parts.hostname, port=port or {"tls": 465, "starttls": 587}.get(security, 25),
        user=unquote(parts.username or ""), password=unquote(parts.password or ""), security=security, hello=host,
    )  # fmt: skip


def _public_url(env: Mapping[str, str], trusted_hosts: tuple[str, ...], port: int) -> str:
    """The address of the site: as it is set, else built from the first of the trusted names, else this machine."""
    given = env.get("PUBLIC_URL", "").strip().rstrip("/")
    if given:
        parts = urlsplit(given)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or not given.isprintable()
        ):
            raise Misconfigured(
                _("PUBLIC_URL must be the address of the site, for example: https://opora.example.org")
            )
        return given
    if trusted_hosts:
        scheme = "https" if _flag(env.get("HTTPS", "")) else "http"
        return f"{scheme}://{trusted_hosts[0].lstrip('.')}"
    return f"http://{env.get('HOST', '127.0.0.1')}:{port}"


def check_for_serving(settings: Settings) -> None:
    """Refuse to serve with a guessable secret, or on a public address without HTTPS settings.

    Raises Misconfigured with the sentence that says what to set.
    """
    if settings.secret_key.lower() in _DEFAULT_SECRETS or len(settings.secret_key) < MIN_SECRET_LENGTH:
        raise Misconfigured(
            _("Set SECRET_KEY (or SECRET_KEY_FILE) to a random string of at least %(n)s characters, "
              "for example: python -c \"import secrets; print(secrets.token_urlsafe(48))\"", n=MIN_SECRET_LENGTH)
        )  # fmt: skip
    if not _is_loopback(settings.host) and not (settings.https and settings.trusted_hosts):
        raise Misconfigured(
            _("HOST %(host)s is open to the network: set HTTPS=1 (a reverse proxy with a certificate stands in "
              "front) and TRUSTED_HOSTS to the name of the site, or serve on 127.0.0.1.", host=settings.host)
        )  # fmt: skip
    if settings.demo and not _is_loopback(settings.host):
        raise Misconfigured(_("The demo has a published password and is served on 127.0.0.1 only."))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _flag(value: str) -> bool:
    return value.strip().lower() in {"1", "true", "yes", "on"}


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()
