"""A login ends in the middle of a long form: what was typed is given back and sent once more after the next login."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app.access.models import LoginSession
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from tests.people import WebUsers, log_in, token
from tests.web.test_database_away import FORM, PROGRAMME, codes, given_back, text_of

SENDS = '<form method="post">'


def labels(client: FlaskClient, url: str = FORM) -> str:
    """What a form of this page says of its fields when it is sent."""
    found = re.search(r'name="labels" value="([^"]+)"', client.get(url).get_data(as_text=True))
    assert found is not None
    return unescape(found[1])


def shown(page: str) -> dict[str, str]:
    """What was typed, as the page gives it back: label → words."""
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, re.S)
    return {label.strip(): unescape(text.strip()) for label, text in pairs}


def end_logins(system: Runtime) -> None:
    """Everybody is put out; the cookies of the browsers stay."""
    with system.work(SYSTEM) as work:
        work.session.execute(update(LoginSession).values(ended_at=work.now))


def test_a_form_sent_after_the_login_has_ended_is_sent_once_more(web: WebUsers, penza: Runtime) -> None:
    methodist = web("methodist")
    sent = {"csrf_token": token(methodist, FORM), **PROGRAMME}
    end_logins(penza)
    answer = methodist.post(FORM, data=sent)
    page = text_of(answer)
    assert answer.status_code == 401
    assert "ваш вход закончился. Ничего не сохранено." in page
    assert 'href="/login/" target="_blank"' in page
    assert PROGRAMME["code"] not in codes(penza)
    again = given_back(page)
    assert methodist.post(FORM, data=again).status_code == 401, "not before he has logged in"
    log_in(methodist, "methodist")  # in another tab of the same browser
    assert methodist.post(FORM, data=again).status_code == 303
    assert codes(penza).count(PROGRAMME["code"]) == 1


def test_a_file_does_not_come_back_but_what_was_typed_beside_it_does(web: WebUsers, penza: Runtime) -> None:
    methodist = web("methodist")
    sent = {"csrf_token": token(methodist, FORM), "labels": labels(methodist), **PROGRAMME}
    end_logins(penza)
    page = text_of(methodist.post(FORM, data={**sent, "scan": (BytesIO(b"%PDF-1.4"), "приказ.pdf")}))
    assert shown(page)["Короткое обозначение"] == PROGRAMME["code"]
    assert SENDS not in page


@pytest.mark.parametrize(
    ("site", "is_shown"), [("same-origin", True), ("cross-site", False), ("same-site", False), (None, False)]
)
def test_a_form_whose_cookie_is_lost_shows_what_was_typed_in_it_only(
    web: WebUsers, site: str | None, *, is_shown: bool
) -> None:
    """The browser was closed meanwhile. What another site sent is not repeated."""
    sent = {"csrf_token": token(web("methodist"), FORM), "send_key": "k7", "seen": "h7", **PROGRAMME}
    sent["labels"] = labels(web("methodist"))
    headers = {"Sec-Fetch-Site": site} if site else {}
    answer = web.app.test_client().post(FORM, data=sent, headers=headers)
    page = text_of(answer)
    assert answer.status_code == 400
    given = {"Короткое обозначение": PROGRAMME["code"], "Название проекта": PROGRAMME["title"]}
    assert (given.items() <= shown(page).items()) is is_shown
    assert ("ваш вход закончился" in page) is is_shown, "it is no request that cannot be understood"
    assert not [name for name in PROGRAMME if f">{name}<" in page], "people know the labels of the fields"
    assert not [mark for mark in ("send_key", "k7", "h7") if f">{mark}<" in page], "nobody typed these"
    assert SENDS not in page


def test_rows_and_choices_are_given_back_under_what_people_read(web: WebUsers, cases: dict[str, int]) -> None:
    url = f"/cases/{cases['41']}/diagnostics/teaching/fill"
    sent = {
        "labels": labels(web("director41"), url), "csrf_token": "lost", "state": "no_data", "expected_version": "7",
        "lessons-2-subject": "Математика", "lessons-2-finding": "Устный счёт & таблица",
    }  # fmt: skip
    answer = web.app.test_client().post(url, data=sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert shown(text_of(answer)) == {
        "Есть ли данные": "Нет данных (укажите причину)", "Предмет": "Математика",
        "Что увидели на уроке": "Устный счёт & таблица",
    }  # fmt: skip


def test_a_form_written_by_hand_gives_back_its_words_without_technical_names(web: WebUsers) -> None:
    sent = {"csrf_token": "lost", "note": "Написано от руки", "labels": "["}
    headers = {"Sec-Fetch-Site": "same-origin"}
    page = text_of(web.app.test_client().post(FORM, data=sent, headers=headers))
    assert not shown(page), "labels nobody can read"
    del sent["labels"]
    page = text_of(web.app.test_client().post(FORM, data=sent, headers=headers))
    assert shown(page) == {"Поле формы": "Написано от руки"}
