"""Curation in the browser: each side does its part, wrong input comes back with what was typed."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.schools.queries import organisations
from tests.people import WebUsers

PDF = b"%PDF-1.4\n%%EOF\n"
TERMS = {
    "dated": "2025-01-27", "place": "г. Пенза", "since": "2025-01-27", "until": "2025-12-31", "visits_planned": "4",
}  # fmt: skip
PART = {"number": "9/2025", "registered_on": "2025-01-27", "signed_on": "2025-01-27"}
VISIT = {
    "send_key": "из формы", "held_on": "2025-01-16", "mode": "in_person", "ground": "order", "purpose": "Знакомство",
    "curator_people": "Примерная Е.Д.", "findings": "Данные подтверждены",
    "lessons-0-grade": "5А", "lessons-0-subject": "математика", "lessons-0-teacher": "Единицына А.Р.",
    "recommendations-0-text": "Составить график", "recommendations-0-executor": "заместитель директора",
    "recommendations-0-due": "2025-02-14",
}  # fmt: skip


@pytest.fixture
def room(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> str:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 28, 9, tzinfo=UTC))
    return f"/cases/{cases['41']}/curation"


def text(answer: object) -> str:
    return answer.get_data(as_text=True).replace("\u00a0", " ")  # type: ignore[attr-defined]


def version_on(web: WebUsers, username: str, page: str) -> str:
    """The version printed in the form of a page."""
    found = re.search(r'name="expected_version"[^>]*value="(\d+)"', text(web(username).get(page)))
    assert found, page
    return found[1]


def fill(web: WebUsers, username: str, url: str, data: dict[str, object]) -> Any:
    """Open the form and send it at once."""
    return web.post(username, url, {"expected_version": version_on(web, username, url), **data})


def to_sign(web: WebUsers, room: str) -> None:
    assert fill(web, "clerk", f"{room}/agreement", {**TERMS}).status_code == 303
    version = version_on(web, "clerk", room)
    sent = web.post("clerk", f"{room}/send", {"expected_version": version}, page=room)
    assert sent.status_code == 303


def in_force(web: WebUsers, room: str) -> None:
    to_sign(web, room)
    assert fill(web, "curator66", f"{room}/sides/curator", PART).status_code == 303
    assert "номера МБОУ СОШ № 41" in text(web("director41").get(room))
    with_scan = {**PART, "number": "4", "scan": (io.BytesIO(PDF), "договор.pdf")}
    assert fill(web, "director41", f"{room}/sides/school", with_scan).status_code == 303


def test_the_agreement_comes_into_force_through_the_pages(web: WebUsers, room: str) -> None:
    in_force(web, room)
    page = text(web("head").get(room))
    assert "Действует" in page
    assert "№ 9/2025 от 27.01.2025" in page
    assert web("head").get(re.search(r"/files/\d+", page)[0]).data == PDF  # type: ignore[index]


def test_the_form_suggests_what_the_programme_says_without_its_source(web: WebUsers, room: str) -> None:
    form = text(web("clerk").get(f"{room}/agreement"))
    assert 'value="г. Пенза"' in form
    assert "место издания документов" not in form


def test_an_agreement_that_was_there_is_said_to_be_corrected(web: WebUsers, room: str) -> None:
    for told in ("Договор подготовлен", "Договор исправлен"):
        assert fill(web, "clerk", f"{room}/agreement", {**TERMS}).status_code == 303
        assert told in text(web("clerk").get(room)).partition("<h1")[0]


def test_the_agreement_goes_back_where_a_paper_does(web: WebUsers, room: str) -> None:
    to_sign(web, room)
    page = text(web("clerk").get(room))
    assert "Вернуть в проект" in page
    assert "черновик" not in page.lower()


def test_what_is_not_offered_is_refused_and_hidden_from_other_pairs(web: WebUsers, room: str) -> None:
    fill(web, "clerk", f"{room}/agreement", {**TERMS})
    assert "Направить на подпись" not in text(web("director41").get(room))
    assert web("director41").get(f"{room}/agreement").status_code == 403
    assert web("director41").get(f"{room}/visits/add").status_code == 403
    for username in ("curator51", "director50"):
        assert web(username).get(room).status_code == 404
    assert web("admin").get(room).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("held_on", "2025-02-30", "Укажите день, месяц и год"),
        ("held_on", "2025-03-01", "ещё не наступила"),
        ("ground", "agreement", "договор не действовал"),
        ("recommendations-0-executor", "", "Заполните это поле."),
        ("findings", "  ", "Заполните это поле."),
    ],
)
def test_a_wrong_visit_comes_back_with_what_was_typed(
    web: WebUsers, room: str, field: str, value: str, told: str
) -> None:
    answer = web.post("curator66", f"{room}/visits/add", {**VISIT, field: value})
    assert answer.status_code == 422, text(answer)[-2000:]
    assert told in text(answer)
    assert "Составить график" in text(answer)
    assert 'value="из формы"' in text(answer)


def test_a_visit_is_recorded_answered_and_locked(web: WebUsers, room: str) -> None:
    first = web.post("curator66", f"{room}/visits/add", VISIT)
    again = web.post("curator66", f"{room}/visits/add", VISIT)
    assert first.status_code == 303
    assert first.location == again.location
    visit = first.location
    photo = {**VISIT, "expected_version": "1", "photo": (io.BytesIO(PDF), "урок.pdf")}
    assert web.post("curator66", f"{visit}/edit", photo).status_code == 303
    version = re.search(r'name="expected_version" value="(\d+)"', text(web("curator66").get(visit)))
    assert version
    submitted = web.post("curator66", f"{visit}/submit", {"expected_version": version[1]}, page=visit)
    assert submitted.status_code == 303
    assert "Ответить на справку" in text(web("director41").get("/"))
    empty = web.post(
        "director41", f"{visit}/answer", {"answer": "object", "expected_version": "2"}, page=visit
    )
    assert empty.status_code == 422
    assert ">Комментарий или возражения</a>: Напишите, с чем вы не согласны." in text(empty)
    left = web("director41").get(f"{visit}/answer")  # the browser opens anew what stood in its address
    assert left.status_code == 405
    assert f'<a class="btn-x pri" href="{visit}">Назад</a>' in text(left)
    done = {"answer": "acknowledge", "expected_version": "2"}
    assert web.post("director41", f"{visit}/answer", done, page=visit).status_code == 303
    assert web("curator66").get(f"{visit}/edit").status_code == 409
    addition = web.post("curator66", f"{visit}/addition", {"text": "График прислан"}, page=visit)
    assert addition.status_code == 303
    assert "График прислан" in text(web("methodist").get(visit))
    key = re.search(r"/curation/recommendations/(\d+)", text(web("deputy41").get(room)))
    assert key
    told = web.post("deputy41", key[0].join([room.removesuffix("/curation"), ""]), {"fate": "done", "note": "Готово",
                    "expected_version": "1"})  # fmt: skip
    assert told.status_code == 303
    assert "Рекомендации прошлых выездов" in text(web("curator66").get(f"{room}/visits/add"))


def test_a_form_opened_before_somebody_else_saved_overwrites_nothing(web: WebUsers, room: str) -> None:
    to_sign(web, room)
    school = f"{room}/sides/school"
    stale = version_on(web, "director41", school)
    assert fill(web, "director41", school, {**PART, "number": "555"}).status_code == 303
    late = web.post("director41", school, {**PART, "number": "1/2025", "expected_version": stale})
    assert late.status_code == 409
    assert "555" in text(web("director41").get(room))
    for page, data in (
        ("sides/school", {**PART, "number": "556"}), ("scan", {"scan": (io.BytesIO(PDF), "с.pdf")}),
        ("take-back", {"reason": "Ошибка"}), ("terminate", {"ended_on": "2025-01-28", "reason": "Ошибка"}),
    ):  # fmt: skip
        username = "clerk" if page in ("take-back", "terminate") else "director41"
        without = web.post(username, f"{room}/{page}", data)
        assert without.status_code == 422, page
    for page in ("take-back", "terminate"):
        data = {"ended_on": "2025-01-28", "reason": "Ошибка", "expected_version": "1"}
        assert web.post("clerk", f"{room}/{page}", data).status_code == 409, page
    scan = {"scan": (io.BytesIO(PDF), "с.pdf"), "expected_version": "1"}
    assert web.post("director41", f"{room}/scan", scan).status_code == 409


def test_an_agreement_prepared_by_somebody_else_meanwhile_is_not_overwritten(
    web: WebUsers, room: str
) -> None:
    page = f"{room}/agreement"
    stale = version_on(web, "methodist", page)
    assert fill(web, "clerk", page, {**TERMS}).status_code == 303
    assert web.post("methodist", page, {**TERMS, "expected_version": stale}).status_code == 409
    assert web.post("methodist", page, TERMS).status_code == 422


def test_in_force_only_the_office_corrects_with_a_reason(web: WebUsers, room: str) -> None:
    in_force(web, room)
    assert "sides/curator" not in text(web("curator66").get(room))
    assert web("curator66").get(f"{room}/sides/curator").status_code == 404
    assert web("curator66").get(f"{room}/sides/curator/correct").status_code == 403
    page = f"{room}/sides/curator/correct"
    mended = {**PART, "signed_by": "Заместитель И.О."}
    assert fill(web, "clerk", page, mended).status_code == 422
    number = fill(web, "clerk", page, {**mended, "number": "10", "reason": "Описка"})
    assert number.status_code == 422
    assert "стоит номер 9/2025" in text(number)
    assert fill(web, "clerk", page, {**mended, "reason": "Подписал заместитель"}).status_code == 303
    assert "Заместитель И.О." in text(web("head").get(room))


def test_a_visit_form_sent_twice_keeps_its_photo_once(web: WebUsers, room: str) -> None:
    for _attempt in range(2):
        sent = web.post("curator66", f"{room}/visits/add", {**VISIT, "photo": (io.BytesIO(PDF), "урок.pdf")})
        assert sent.status_code == 303
    page = text(web("curator66").get(sent.location))
    assert len(re.findall(r"/files/\d+", page)) == 1
    assert "К выезду приложено фото" in page


def test_a_visit_is_withdrawn_from_the_form_it_was_looked_at(web: WebUsers, room: str) -> None:
    visit = web.post("curator66", f"{room}/visits/add", VISIT).location
    page = f"{visit}/withdraw"
    stale = version_on(web, "curator66", page)
    assert fill(web, "curator66", f"{visit}/edit", {**VISIT, "findings": "Иначе"}).status_code == 303
    assert web.post("curator66", page, {"reason": "Дважды", "expected_version": stale}).status_code == 409
    assert web.post("curator66", page, {"reason": "Дважды"}).status_code == 422
    assert fill(web, "curator66", page, {"reason": "Дважды"}).status_code == 303


def test_a_closed_case_offers_and_takes_nothing_new(
    web: WebUsers, room: str, penza: Runtime, cases: dict[str, int]
) -> None:
    visit = web.post("curator66", f"{room}/visits/add", VISIT).location
    version = version_on(web, "curator66", visit)
    web.post("curator66", f"{visit}/submit", {"expected_version": version}, page=visit)
    with penza.work(SYSTEM) as work:
        get_case(work.session, cases["41"]).status = "closed"
    assert web("clerk").get(f"{room}/agreement").status_code == 409
    assert web("curator66").get(f"{room}/visits/add").status_code == 409
    assert "visits/add" not in text(web("curator66").get(room))
    page = text(web("director41").get(visit))
    assert "Ознакомлен" in page
    assert 'value="object"' not in page
    done = {"answer": "acknowledge", "expected_version": version_on(web, "director41", visit)}
    assert web.post("director41", f"{visit}/answer", done, page=visit).status_code == 303
    added = web.post("curator66", f"{visit}/addition", {"text": "Позже"}, page=visit)
    assert added.status_code == 303


def test_a_visit_outside_the_plan_is_told_so_wherever_visits_are_counted(
    penza: Runtime, cases: dict[str, int], web: WebUsers
) -> None:
    case_id = cases["41"]
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 2, 3, 9, tzinfo=UTC))
    room = f"/cases/{case_id}/curation"
    assert fill(web, "clerk", f"{room}/agreement", {**TERMS}).status_code == 303
    for key, day in (("до", "2025-01-16"), ("по плану", "2025-01-30")):
        visit = {**VISIT, "send_key": key, "held_on": day}
        assert web.post("curator66", f"{room}/visits/add", visit).status_code == 303
    page = text(web("director41").get(room))
    assert page.count("вне плана: 1") == 1
    assert len(re.findall(r'<span class="pill[^>]*>вне плана</span>', page)) == 1
    assert "вне плана: 1" in text(web("director41").get(f"/cases/{case_id}"))
    overview = text(web("head").get("/overview/"))
    assert re.search(r"<b>1</b> из&nbsp;4</a><div class=\"small muted\">вне плана: 1</div>", overview)
    assert "запланировано: 4; вне плана: 1" in overview


def test_a_recommendation_due_before_its_visit_is_told_at_its_field_and_on_top(
    web: WebUsers, room: str
) -> None:
    """The first row was left empty: the sentence stands in the second, where the term is."""
    second = {name.replace("-0-", "-1-"): value for name, value in VISIT.items() if "recom" in name}
    rest = {name: value for name, value in VISIT.items() if "recom" not in name}
    empty = {"recommendations-0-text": "", "recommendations-0-executor": "", "recommendations-0-due": ""}
    sent = web.post(
        "curator66", f"{room}/visits/add", {**rest, **empty, **second, "recommendations-1-due": "2024-02-14"}
    )
    page = text(sent)
    assert sent.status_code == 422
    assert re.search(r'id="recommendations-1-due-err">.*?Срок раньше выезда\.', page)
    summary = page.partition('class="errs"')[2].partition("</ul>")[0]
    assert '<a href="#recommendations">Рекомендации</a>: Срок раньше выезда.' in summary
    assert 'id="recommendations"' in page, "the link leads to the rows"
    assert 'value="2024-02-14"' in page, "what was typed is there"


def test_a_curator_school_whose_agreement_is_not_over_is_not_exchanged(
    web: WebUsers, penza: Runtime, room: str, cases: dict[str, int]
) -> None:
    """Neither is the page opened, nor a form of before taken; also where the case was returned to its plan."""
    in_force(web, room)
    with penza.work(SYSTEM) as work:
        other = next(one.id for one in organisations(work.session) if one.code == "51")
        version = get_case(work.session, cases["41"]).version
    of_before = {"curator": str(other), "expected_version": str(version)}
    page = f"/programmes/cases/{cases['41']}/curator"
    for refused in (web("methodist").get(page), web.post("methodist", page, of_before, "/")):
        assert refused.status_code == 409
        assert (
            "Договор уже оформляется или действует: сначала откажитесь от него или расторгните его."
            in text(refused)
        )
    assert "МБОУ СОШ № 66" in text(web("methodist").get(room)).partition("</header>")[2]


def test_rows_that_may_be_left_empty_say_so_beside_their_stars(web: WebUsers, room: str) -> None:
    page = text(web("curator66").get(f"{room}/visits/add"))
    for rows in ("lessons", "recommendations"):
        part = page.split(f'id="{rows}"')[1].split("data-add-row")[0]
        assert "Пустая строка не сохраняется; в начатой нужны поля со звёздочкой" in part
        assert not re.search(r"<(input|textarea)[^>]* required", part), "an empty row asks for nothing"
    assert re.search(
        r'<textarea[^>]*name="purpose"[^>]* required|<textarea[^>]* required[^>]*name="purpose"', page
    )


@pytest.mark.parametrize("is_signed", [False, True])
def test_an_agreement_is_terminated_once_both_have_signed_and_given_up_before(
    web: WebUsers, room: str, cases: dict[str, int], is_signed: bool
) -> None:
    (in_force if is_signed else to_sign)(web, room)
    offered = text(web("clerk").get(room))
    assert ("</svg>Расторгнуть</a>" in offered, "</svg>Отказаться</a>" in offered) == (
        is_signed,
        not is_signed,
    )
    form = text(web("clerk").get(f"{room}/terminate"))
    assert ("Расторгнуть договор" in form, "Отказаться от договора" in form) == (is_signed, not is_signed)
    ended = fill(web, "clerk", f"{room}/terminate", {"ended_on": "2025-01-28", "reason": "Школа выбыла"})
    assert ended.status_code == 303
    told = text(web("clerk").get(room))
    assert ("Расторгнут<" in told, "Не заключён<" in told) == (is_signed, not is_signed)
    assert ("не был заключён: от него отказались 28.01.2025. Школа выбыла" in told) is not is_signed
    history = text(web("clerk").get(f"/cases/{cases['41']}"))
    assert ("Договор расторгнут" in history) is is_signed
    assert ("От договора отказались до подписания" in history) is not is_signed
