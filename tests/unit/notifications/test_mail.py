"""Letters: no header can be slipped in, an address is one mailbox, MAIL_URL is read or refused in words."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import config
from app.core.i18n import in_locale
from app.notifications.mail import BadAddress, Line, compose, usable

AT = datetime(2025, 2, 11, 4, 30, tzinfo=UTC)
FOOT = Line("Выбрать", "https://opora.example.org/notifications/settings")


def letter(
    subject: str = "Опора: срок", text: str = "Срок", sender: str = "Опора <opora@example.org>"
) -> bytes:
    lines = [Line(text, "https://opora.example.org/cases/4")]
    return compose(
        sender, "clerk@example.org", subject, "Уведомление", lines, FOOT, key="notice:1", at=AT
    ).as_bytes()


def test_a_letter_is_russian_plain_and_html() -> None:
    read = message_from_bytes(letter("Опора: до срока остался 1 рабочий день"), policy=default)
    assert read["Subject"] == "Опора: до срока остался 1 рабочий день"
    assert read["From"] == "Опора <opora@example.org>"
    assert read["List-Unsubscribe"] == "<https://opora.example.org/notifications/settings>"
    assert read["Message-ID"] == message_from_bytes(letter("другое"), policy=default)["Message-ID"]
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert "https://opora.example.org/cases/4" in plain.get_content()
    assert '<a href="https://opora.example.org/cases/4">Срок</a>' in html.get_content()


def test_a_long_subject_is_cut_between_words_and_the_letter_says_all() -> None:
    text = "Возвращено с замечаниями: " + "сроки выходят за учебный год; " * 20
    read = message_from_bytes(letter(text, text), policy=default)
    assert len(read["Subject"]) <= 140
    assert read["Subject"].endswith(("год;…", "сроки…", "выходят…", "за…", "учебный…"))
    assert text in read.get_body(("plain",)).get_content()


@given(st.lists(st.sampled_from([
    "приказу", "№", "3-к", "12.02.2025:", "МБОУ", "«Утверждение", "плана»", "(два)", "a", "School", "\u00a0й", "-",
]), min_size=1, max_size=20))  # fmt: skip
def test_a_subject_arrives_as_it_was_written(words: list[str]) -> None:
    subject = " ".join(" ".join(["Опора:", *words]).split())[:130].strip()
    raw = letter(subject)
    assert message_from_bytes(raw, policy=default)["Subject"] == subject
    assert all(len(line) <= 78 for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n"))


@given(st.text(max_size=80))
def test_nothing_in_a_subject_or_sentence_begins_another_header(text: str) -> None:
    hostile = f"Срок\r\nBcc: someone@example.org\r\n\r\n<script>alert(1)</script>{text}"
    try:
        raw = letter(hostile, hostile)
    except UnicodeEncodeError:
        return  # a lone surrogate is no text; what the database gives back has none
    read = message_from_bytes(raw, policy=default)
    assert read["Bcc"] is None
    assert [name for name in read if name.lower() == "to"] == ["To"]
    assert "<script>" not in read.get_body(("html",)).get_content()


@pytest.mark.parametrize("address", [
    "", "clerk", "clerk@", "@example.org", "a b@example.org", "clerk@example.org\r\nBcc: x@example.org",
    "clerk@example.org, other@example.org", "<clerk@example.org>", "clerk@exa mple.org", "клерк@example.org",
    "a..b@example.org", "clerk@example.org;x@example.org", "clerk@example..org",
])  # fmt: skip
def test_what_is_no_address_of_one_mailbox_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        usable(address)


def test_a_cyrillic_domain_goes_in_ascii() -> None:
    assert usable("school@школа50.рф").endswith(".xn--p1ai")


@pytest.mark.parametrize(("url", "wanted"), [
    ("smtp://mail.example.org", ("mail.example.org", 25, "", "", "plain")),
    ("smtp://u%40x:p%3Aw@mail.example.org:2525?starttls=1", ("mail.example.org", 2525, "u@x", "p:w", "starttls")),
    ("smtp://mail.example.org?starttls=1", ("mail.example.org", 587, "", "", "starttls")),
    ("smtps://u:p@mail.example.org", ("mail.example.org", 465, "u", "p", "tls")),
])  # fmt: skip
def test_mail_url_is_read(tmp_path: Path, url: str, wanted: tuple[object, ...]) -> None:
    server = config.load(
        {"MAIL_URL": url, "MAIL_FROM": "Опора <opora@example.org>"}, demo=True, var=tmp_path
    ).mail_server
    assert server is not None
    assert (server.host, server.port, server.user, server.password, server.security) == wanted
    assert server.hello == "example.org"


@pytest.mark.parametrize("environ", [
    {"MAIL_URL": "mail.example.org", "MAIL_FROM": "a@b"}, {"MAIL_URL": "http://x", "MAIL_FROM": "a@b"},
    {"MAIL_URL": "smtp://", "MAIL_FROM": "a@b"}, {"MAIL_URL": "smtp://x:port", "MAIL_FROM": "a@b"},
    {"MAIL_URL": "smtp://x"}, {"MAIL_URL": "smtp://x", "MAIL_FROM": "nobody"},
    {"MAIL_URL": "smtp://x", "MAIL_FROM": "a@b\r\nBcc: c@d"},
    {"PUBLIC_URL": "opora.example.org"}, {"PUBLIC_URL": "javascript:alert(1)"}, {"PUBLIC_URL": "https://x/?a=1"},
])  # fmt: skip
def test_a_wrong_mail_setting_is_a_sentence_in_russian(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(config.Misconfigured) as refused, in_locale("ru"):
        config.load(environ, demo=True, var=tmp_path)
    assert any("а" <= letter <= "я" for letter in str(refused.value).lower())


def test_links_in_letters_lead_to_the_site(tmp_path: Path) -> None:
    def url(**environ: str) -> str:
        return config.load(environ, demo=True, var=tmp_path).public_url

    assert url(PUBLIC_URL="https://opora.example.org/") == "https://opora.example.org"
    assert url(TRUSTED_HOSTS="opora.example.org,other", HTTPS="1") == "https://opora.example.org"
    assert url(PORT="8123") == "http://127.0.0.1:8123"
