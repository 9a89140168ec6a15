"""A person chooses the language of pages and letters; the choice stays with the account, not with the browser."""

from __future__ import annotations

import re

import pytest

from app.access.languages import language_of
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from tests.people import WebUsers, log_in
from tests.web.test_accounts import user_id

CHOOSE = "/profile/language"


def stored(system: Runtime, username: str) -> str:
    system.database.session.remove()
    return language_of(system.read(SYSTEM).session, user_id(system, username))


def test_the_profile_keeps_the_language_and_the_next_login_speaks_it(web: WebUsers, penza: Runtime) -> None:
    page = web("clerk").get("/profile/").get_data(as_text=True)
    assert "Язык страниц и писем" in page
    assert re.search(r'value="ru" checked', page)
    answer = web.post("clerk", CHOOSE, {"language": "en"}, page="/profile/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/profile/")
    page = web("clerk").get("/profile/").get_data(as_text=True)
    assert "Pages and letters are in English from now on" in page
    assert re.search(r'value="en" checked', page)
    assert stored(penza, "clerk") == "en"
    elsewhere = log_in(web.app.test_client(), "clerk")
    assert 'lang="en"' in elsewhere.get("/").get_data(as_text=True), "another browser, the same account"
    letters = elsewhere.get("/notifications/settings").get_data(as_text=True)
    assert "Letters are written in the English language." in letters
    assert web("methodist").get("/").get_data(as_text=True).count('<html lang="ru"') == 1


def test_the_switch_in_the_menu_stays_on_the_page(web: WebUsers, penza: Runtime) -> None:
    page = web("clerk").get("/documents/?state=draft").get_data(as_text=True)
    form = re.search(rf'action="{CHOOSE}".*?</form>', page, re.S)
    assert form is not None
    fields = dict(re.findall(r'name="(language|back)" value="([^"]*)"', form.group()))
    assert fields == {"language": "en", "back": "/documents/?state=draft"}
    answer = web.post("clerk", CHOOSE, fields, page="/documents/")
    assert answer.headers["Location"] == "/documents/?state=draft"
    assert stored(penza, "clerk") == "en"


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example/", "/\\evil", "", "evil", "/\n/evil"]
)
def test_it_leads_nowhere_else(web: WebUsers, back: str) -> None:
    answer = web.post("clerk", CHOOSE, {"language": "en", "back": back}, page="/profile/")
    assert answer.headers["Location"] == "/profile/"


@pytest.mark.parametrize("wrong", ["de", "", "<b>", "ru'--"])
def test_another_language_is_refused_and_nothing_changes(web: WebUsers, penza: Runtime, wrong: str) -> None:
    answer = web.post("clerk", CHOOSE, {"language": wrong}, page="/profile/")
    assert answer.status_code == 422
    assert "Система говорит по-русски и по-английски" in answer.get_data(as_text=True)
    assert stored(penza, "clerk") == "ru"


def test_a_link_from_elsewhere_and_a_stranger_change_no_letters(web: WebUsers, penza: Runtime) -> None:
    assert web("clerk").get(CHOOSE).status_code == 405
    assert web("clerk").post(CHOOSE, data={"language": "en"}).status_code == 400, "no token of our page"
    web("clerk").get("/lang/en")  # the switch of the login page: this browser only
    assert stored(penza, "clerk") == "ru"
    assert web.app.test_client().post(CHOOSE, data={"language": "en"}).status_code in (302, 400)


def test_english_chosen_on_the_login_page_becomes_the_accounts_own_once(
    web: WebUsers, penza: Runtime
) -> None:
    client = web.app.test_client()
    client.get("/login/")
    client.get("/lang/en")
    log_in(client, "clerk")
    assert stored(penza, "clerk") == "en"
    web.post("clerk", CHOOSE, {"language": "ru"}, page="/profile/")
    client = web.app.test_client()
    client.get("/lang/en")
    log_in(client, "clerk")
    assert stored(penza, "clerk") == "ru", "what was chosen stays"
    assert '<html lang="ru"' in client.get("/").get_data(as_text=True)
