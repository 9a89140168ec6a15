"""The draft form: sources, the page beside it, what is kept unsaved, names nobody has checked."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import service
from app.documents.docx.frozen import thaw
from app.documents.models import DraftInput
from app.documents.queries import get_document
from tests.people import WebUsers, token
from tests.web.documents.test_papers import typed
from tests.web.test_name_forms import forms_of
from tests.web.test_reference import person


@pytest.fixture
def agreement(penza: Runtime, cases: dict[str, int]) -> int:
    """The draft of the agreement of ОШИ № 1 with № 27, whose director's case forms nobody has checked."""
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 27, 9, tzinfo=UTC))
    with penza.work(actor(penza, "clerk")) as work:
        return service.draft(work, "agreement", [cases["oshi1"]]).id


def show(web: WebUsers, document: int, data: dict[str, Any], username: str = "clerk") -> Any:
    return web(username).post(f"/documents/{document}/edit/page", data=data)


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).replace("\u00a0", " ")
    return " ".join(text.split())


def kept(system: Runtime) -> list[DraftInput]:
    session = system.read(SYSTEM).session
    session.expunge_all()
    return list(session.query(DraftInput).all())


def test_every_variable_names_its_source_and_what_it_became(web: WebUsers, agreement: int) -> None:
    page = web("clerk").get(f"/documents/{agreement}/edit").get_data(as_text=True)
    text = " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())
    assert "из случая: МБОУ СОШ № 27" in text
    assert "родительный: кого? чего?" in text
    assert "В документе: Муниципальное бюджетное" in text
    assert "Наставникова Сергея Ильича" in text
    assert "/organisations/show/" in page
    assert f'src="/documents/{agreement}/edit/page"' in page
    assert 'formtarget="paper"' in page  # the button works without the script
    assert 'name="paper"' in page


def test_a_person_is_named_as_people_are(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(actor(penza, "clerk")) as work:
        order = service.draft(work, "order_plan", [cases["41"]]).id
    page = web("clerk").get(f"/documents/{order}/edit").get_data(as_text=True)
    control = page[page.index('id="var-control"') : page.index('id="var-signer"')]
    assert "Фамилия, имя, отчество" in control
    assert "Полное наименование" not in control


def test_the_page_follows_the_typing_and_nothing_typed_is_lost(
    web: WebUsers, penza: Runtime, agreement: int
) -> None:
    data = typed(web, agreement) | {
        "place": "г. Кузнецк & К°",
        "curator__director__forms__gent": "Наставникова С.И.",
    }
    answer = show(web, agreement, data)
    assert answer.status_code == 200
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert "г.\u00a0Кузнецк &amp; К°" in answer.get_data(as_text=True)
    assert "в лице директора Наставникова С.И. ," in words(answer).replace("С.И.,", "С.И. ,")
    assert 'class="raw"' not in answer.get_data(as_text=True)  # typed here: somebody's own word
    document = get_document(penza.read(SYSTEM).session, agreement)
    assert document.typed == {}  # shown and kept, not saved
    assert len(kept(penza)) == 1
    page = web("clerk").get(f"/documents/{agreement}/edit").get_data(as_text=True)
    assert "г. Кузнецк &amp; К°" in page
    assert "не сохранили" in page
    assert "Кузнецк" not in web("methodist").get(f"/documents/{agreement}/edit").get_data(as_text=True)
    assert "Кузнецк" in words(web("clerk").get(f"/documents/{agreement}/edit/page"))
    saved = web("clerk").post(f"/documents/{agreement}/edit", data=typed(web, agreement))
    assert saved.status_code == 303
    assert kept(penza) == []
    document = get_document(penza.read(SYSTEM).session, agreement)
    assert document.typed == {"place": "г. Кузнецк & К°", "curator.director.forms.gent": "Наставникова С.И."}


def test_unsaved_typing_is_thrown_away_on_request(web: WebUsers, penza: Runtime, agreement: int) -> None:
    show(web, agreement, typed(web, agreement) | {"place": "г. Кузнецк"})
    url = f"/documents/{agreement}/edit"
    assert web.post("clerk", f"{url}/drop", page=url).status_code == 303
    assert "Кузнецк" not in web("clerk").get(url).get_data(as_text=True)
    show(web, agreement, typed(web, agreement) | {"place": "г. Кузнецк"})
    show(web, agreement, typed(web, agreement) | {"place": "г. Пенза"})  # typed back: nothing left to keep
    assert kept(penza) == []


def test_an_unchecked_name_is_marked_checked_on_the_spot_and_back(
    web: WebUsers, penza: Runtime, agreement: int
) -> None:
    url = f"/documents/{agreement}/edit"
    thing = person(penza, "Наставников")
    link = f"/names/person/{thing.id}?back={url}"
    for page in (url, f"{url}/page", f"/documents/{agreement}"):
        text = web("clerk").get(page).get_data(as_text=True)
        back = f"/names/person/{thing.id}?back="
        assert back in text, page
    frame = web("clerk").get(f"{url}/page").get_data(as_text=True)
    marked = re.findall(r'<a class="raw"[^>]*>([^<]+)</a>', frame)
    assert marked == ["Наставникова Сергея Ильича"]  # once: signatures are in the nominative
    show(web, agreement, typed(web, agreement) | {"place": "г. Кузнецк"})
    assert web("clerk").get(link).status_code == 200
    answer = web.post("clerk", f"/names/person/{thing.id}", forms_of(thing) | {"act": "check", "back": url})
    assert answer.headers["Location"].endswith(url)
    after = web("clerk").get(url).get_data(as_text=True)
    assert "никто не проверил" not in after
    assert "г. Кузнецк" in after
    assert 'class="raw"' not in web("clerk").get(f"{url}/page").get_data(as_text=True)


def test_a_corrected_form_reaches_the_draft_by_refreshing(
    web: WebUsers, penza: Runtime, agreement: int
) -> None:
    url = f"/documents/{agreement}/edit"
    thing = person(penza, "Наставников")
    typed_forms = forms_of(thing) | {"form_gent": "Наставника Сергея Ильича", "act": "check", "back": url}
    web.post("clerk", f"/names/person/{thing.id}", typed_forms)
    page = web("clerk").get(url).get_data(as_text=True)
    assert "Школа-куратор" in page.split("Источники изменились")[-1] or "Обновить из источников" in page
    version = str(get_document(penza.read(SYSTEM).session, agreement).version)
    answer = web.post(
        "clerk", f"/documents/{agreement}/refresh", {"expected_version": version, "to": "form"}, page=url
    )
    assert answer.headers["Location"].endswith(url)
    assert "Наставника Сергея Ильича" in words(web("clerk").get(f"{url}/page"))


def test_what_is_missing_is_a_named_gap(web: WebUsers, penza: Runtime, agreement: int) -> None:
    data = typed(web, agreement) | {"place": "", "starts": "завтра"}
    answer = show(web, agreement, data)
    text = answer.get_data(as_text=True)
    assert '<mark class="gap" data-f="place">Место заключения</mark>' in text
    assert "9 января 2025" in words(answer)  # a date half-typed leaves what was there
    saved = web("clerk").post(f"/documents/{agreement}/edit", data=data)
    assert saved.status_code == 422
    assert 'value="завтра"' in saved.get_data(as_text=True)
    saved = web("clerk").post(f"/documents/{agreement}/edit", data=data | {"starts": "2025-01-27"})
    assert saved.status_code == 303
    assert "Место заключения" in web("clerk").get(f"/documents/{agreement}/edit").get_data(as_text=True)
    assert "Место заключения" in web("clerk").get(f"/documents/{agreement}").get_data(as_text=True)


def test_a_typed_value_goes_back_to_its_source_and_the_rest_stays(
    web: WebUsers, penza: Runtime, agreement: int
) -> None:
    url = f"/documents/{agreement}/edit"
    web("clerk").post(url, data=typed(web, agreement) | {"place": "г. Кузнецк"})
    data = typed(web, agreement) | {"path": "place", "curator__phone": "8 (8412) 00-00-00"}
    assert web("clerk").post(f"{url}/take-back", data=data).status_code == 303
    document = get_document(penza.read(SYSTEM).session, agreement)
    assert document.typed == {}
    assert thaw(document.values)["place"] == "г. Пенза"
    assert "8 (8412) 00-00-00" in web("clerk").get(url).get_data(as_text=True)


def test_two_people_at_one_draft(web: WebUsers, penza: Runtime, agreement: int) -> None:
    mine = typed(web, agreement) | {"place": "г. Кузнецк"}
    other = typed(web, agreement) | {"visits": "6"}
    other["csrf_token"] = token(web("methodist"), f"/documents/{agreement}/edit")
    assert web("methodist").post(f"/documents/{agreement}/edit", data=other).status_code == 303
    answer = show(web, agreement, mine)
    assert "сохранил другой сотрудник" in answer.get_data(as_text=True)
    assert web("clerk").post(f"/documents/{agreement}/edit", data=mine).status_code == 409
    page = web("clerk").get(f"/documents/{agreement}/edit").get_data(as_text=True)
    assert "г. Кузнецк" in page
    assert 'value="6"' in page  # what the other saved is not undone
    assert web("clerk").post(f"/documents/{agreement}/edit", data=typed(web, agreement)).status_code == 303
    document = get_document(penza.read(SYSTEM).session, agreement)
    assert document.typed == {"place": "г. Кузнецк", "visits": 6}


def test_who_may_see_the_page_of_a_draft(web: WebUsers, penza: Runtime, agreement: int) -> None:
    url = f"/documents/{agreement}/edit/page"
    for username, code in (
        ("clerk", 200),
        ("methodist", 200),
        ("member1", 403),
        ("director1", 403),
        ("admin", 403),
    ):
        assert web(username).get(url).status_code == code, username
    assert web("clerk").get("/documents/99999/edit/page").status_code == 404
    data = typed(web, agreement)
    with penza.work(actor(penza, "clerk")) as work:
        service.send_to_sign(work, agreement)
    assert show(web, agreement, data | {"place": "г. Кузнецк"}).status_code == 409
    assert kept(penza) == []


def test_signs_nobody_types_do_not_break_the_page(web: WebUsers, agreement: int) -> None:
    odd = "\ue0100\ue011подмена\ue012 {{ place }} {% if %} <script>alert(1)</script>"
    text = show(web, agreement, typed(web, agreement) | {"place": odd}).get_data(as_text=True)
    assert "<script" not in text
    assert "подмена" in text
    assert "\ue010" not in text


def test_the_acting_head_by_a_substitution_stays_the_signer_when_the_form_is_saved(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 27, 9, tzinfo=UTC))
    absence = {
        "absent": "head", "substitute": "chair", "since": "2025-01-27", "until": "2025-01-31",
        "ground": "приказ № 3-к от 24.01.2025", "role": "", "organisation": "", "programme": "", "is_acting": "y",
    }  # fmt: skip
    assert web.post("admin", "/substitutions/add", absence).status_code == 303
    with penza.work(actor(penza, "clerk")) as work:
        order = service.draft(work, "order_plan", [cases["oshi1"]]).id
    page = web("clerk").get(f"/documents/{order}/edit").get_data(as_text=True).replace("\u00a0", " ")
    chosen = re.findall(r"<option selected value=\"(-?\d+)\">([^<]+)<", page)
    assert "Показательный Олег Николаевич, и.о. начальника Управления" in dict(map(reversed, chosen)), chosen
    data = typed(web, order) | {"place": "г. Кузнецк"}
    assert web("clerk").post(f"/documents/{order}/edit", data=data).status_code == 303
    values = thaw(get_document(penza.read(SYSTEM).session, order).values)
    assert values["place"] == "г. Кузнецк"
    assert values["signer"]["position"]["title"].replace("\u00a0", " ") == "и.о. начальника Управления"
    # another signer and back again
    head = str(
        next(
            key
            for key, name in re.findall(r"<option value=\"(-?\d+)\">([^<]+)<", page)
            if "Образцова" in name
        )
    )
    for signer, told in ((head, "начальник Управления"), (data["signer"], "и.о. начальника Управления")):
        assert (
            web("clerk")
            .post(f"/documents/{order}/edit", data=typed(web, order) | {"signer": signer})
            .status_code
            == 303
        )
        penza.read(SYSTEM).session.expire_all()
        values = thaw(get_document(penza.read(SYSTEM).session, order).values)
        assert values["signer"]["position"]["title"].replace("\u00a0", " ") == told
