"""The page of case forms: read by whoever reads cards, checked by whoever writes them, and back to the draft."""

from __future__ import annotations

import re

from app.core.unit_of_work import Runtime
from tests.people import WebUsers
from tests.web.test_reference import organisation, person, text_of


def forms_of(thing: object) -> dict[str, str]:
    stored = thing.forms  # type: ignore[attr-defined]
    stored = stored.get("full", stored)
    return {f"form_{case}": form for case, form in stored.items()} | {
        "expected_version": str(thing.version)  # type: ignore[attr-defined]
    }


def test_the_one_unchecked_name_of_the_demo_is_listed_checked_and_gone(web: WebUsers, penza: Runtime) -> None:
    unchecked = person(penza, "Наставников")
    url = f"/names/person/{unchecked.id}"
    assert "Наставников Сергей Ильич" in text_of(web("clerk").get("/names/"))
    page = text_of(web("clerk").get(url))
    assert "не проверено" in page
    assert "Наставниковым Сергеем Ильичом" in page
    assert "Предложение библиотеки" in page
    answer = web.post("clerk", url, forms_of(unchecked) | {"act": "check", "back": "/documents/"})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/documents/")
    assert person(penza, "Наставников").forms_checked_by is not None
    assert "Проверено: Пётр Сергеевич" in text_of(web("clerk").get(url))
    assert "Наставников" not in text_of(web("clerk").get("/names/"))


def test_what_was_typed_wrong_is_told_and_kept(web: WebUsers, penza: Runtime) -> None:
    thing = person(penza, "Наставников")
    url = f"/names/person/{thing.id}"
    typed = forms_of(thing) | {"form_gent": "", "form_datv": "Наставникову <b>"}
    answer = web.post("clerk", url, typed | {"act": "check"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "Не заполнено" in text
    assert "Наставникову &lt;b&gt;" in text
    assert web.post("clerk", url, forms_of(thing) | {"expected_version": "77"}).status_code == 409
    assert web.post("clerk", url, forms_of(thing) | {"expected_version": "x"}).status_code == 422
    assert person(penza, "Наставников").forms_checked_at is None
    saved = web.post("clerk", url, forms_of(thing) | {"form_ablt": "Наставниковым С.И.", "act": "save"})
    assert saved.status_code == 303
    assert person(penza, "Наставников").forms["ablt"] == "Наставниковым С.И."
    assert person(penza, "Наставников").forms_checked_at is None


def test_the_way_back_keeps_what_was_searched_for(web: WebUsers, penza: Runtime) -> None:
    thing = person(penza, "Наставников")
    back = "/people/list/?search=%D0%BD%D0%B0%D1%81&sort=-surname,name"
    answer = web.post("clerk", f"/names/person/{thing.id}", forms_of(thing) | {"act": "check", "back": back})
    assert answer.headers["Location"] == back


def test_nobody_is_sent_to_a_foreign_site(web: WebUsers, penza: Runtime) -> None:
    thing = person(penza, "Наставников")
    url = f"/names/person/{thing.id}"
    for back in (
        "https://example.org/",
        "//example.org",
        "/\\example.org",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x",
    ):
        thing = person(penza, "Наставников")
        answer = web.post("clerk", url, forms_of(thing) | {"act": "check", "back": back})
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/people/show/{thing.id}", back
    shown = web("clerk").get(f"{url}?back=//example.org").text
    assert not re.search(r'(href|action|src)="[^"]*example', shown), (
        "the address stands in no link of the page"
    )
    assert not re.search(r'value="[^"?]*//example', shown), "nor does a form send it on as a place to go to"


def test_who_reads_and_who_checks(web: WebUsers, penza: Runtime) -> None:
    thing, school = person(penza, "Наставников"), organisation(penza, "41")
    for username, code in (
        ("head", 200),
        ("methodist", 200),
        ("admin", 200),
        ("director41", 403),
        ("curator27", 403),
    ):
        assert web(username).get(f"/names/person/{thing.id}").status_code == code, username
        assert web(username).get("/names/").status_code == code, username
    assert 'name="form_gent"' not in web("head").get(f"/names/person/{thing.id}").get_data(as_text=True)
    refused = web.post("head", f"/names/person/{thing.id}", forms_of(thing), page="/profile/")
    assert refused.status_code == 403
    for url in (
        "/names/person/99999",
        f"/names/word/{thing.id}",
        "/names/organisation/0",
    ):
        assert web("clerk").get(url).status_code == 404, url
    answer = web.post("clerk", f"/names/organisation/{school.id}", forms_of(school) | {"act": "check"})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/organisations/show/{school.id}")


def test_a_remembered_word_is_shown_and_forgotten(web: WebUsers, penza: Runtime) -> None:
    thing = person(penza, "Наставников")
    typed = {key: form.replace("Наставников", "Наставнѝков") if key.startswith("form") else form
             for key, form in forms_of(thing).items()}  # fmt: skip
    assert web.post("methodist", f"/names/person/{thing.id}", typed | {"act": "check"}).status_code == 303
    page = web("methodist").get("/names/").get_data(as_text=True)
    assert "Наставнѝковым" in page
    found = re.search(r"/names/words/(\d+)/forget", page)
    assert found
    assert web.post("methodist", found[0], page="/names/").status_code == 303
    assert "Наставнѝковым" not in web("methodist").get("/names/").get_data(as_text=True)
    assert web.post("methodist", found[0], page="/profile/").status_code == 404
