"""The pages «Замещения» and «Сотрудник уходит» as people use them; access ends with the day, not with the login."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from app.access.models import Membership, Substitution
from app.access.substitutions import sentence
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.notifications.queries import inbox
from app.schools.models import Person
from tests.people import WebUsers
from tests.web.test_accounts import journal, user_id

ADD = "/substitutions/add"


def form(**changes: str) -> dict[str, str]:
    return {
        "absent": "methodist", "substitute": "clerk", "since": "2025-01-09", "until": "2025-01-10",
        "ground": "приказ № 15-к от 09.01.2025", "role": "", "organisation": "", "programme": "",
    } | changes  # fmt: skip


def at(system: Runtime, day: date, hour: int = 7, minute: int = 0) -> None:
    assert isinstance(system.clock, FixedClock)
    system.clock.move(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC))


def read(web: WebUsers, username: str, url: str) -> str:
    """The page with every gap as one plain space."""
    return re.sub(r"\s+", " ", web(username).get(url).get_data(as_text=True))


def card_of(system: Runtime, username: str) -> int:
    session = system.read(SYSTEM).session
    row = session.query(Membership).filter_by(user_id=user_id(system, username)).first()
    assert row is not None
    assert row.person_id is not None
    return row.person_id


def test_a_substitution_opens_pages_for_its_days_within_one_login(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    at(penza, date(2025, 1, 9), 18)  # nine in the evening where the authority sits
    before = web("clerk").get(f"/cases/{cases['41']}/step/start_diagnosis").status_code
    assert web.post("admin", ADD, form(until="2025-01-09")).status_code == 303
    assert "за Учебную А.П." in read(web, "clerk", "/"), "the queue says for whom"
    assert "Учебную А.П." in read(web, "clerk", "/profile/")
    step = f"/cases/{cases['41']}/step/start_diagnosis"
    assert (before, web("clerk").get(step).status_code) == (404, 200)
    assert web.post("clerk", step, {"expected_version": "1"}).status_code == 303
    told = read(web, "methodist", f"/cases/{cases['41']}")
    assert "Примеров за Учебную А.П. по приказу № 15-к от 09.01.2025" in told
    at(penza, date(2025, 1, 9), 21, 5)  # five past midnight, the same login
    assert web("clerk").get("/").status_code == 200
    assert "за Учебную" not in read(web, "clerk", "/")
    assert web("clerk").get(f"/cases/{cases['41']}/step/suspend").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"until": "2025-01-08"}, "Последний день раньше первого"),
        ({"substitute": "methodist"}, "не может замещать сам себя"),
        ({"substitute": "Нетакойфамилии"}, "ничего не найдено"),
        ({"absent": "Образцова Мария Ивановна · head", "role": "chair"}, "нет такой роли"),
        ({"ground": "устно"}, "Укажите номер и дату"),
        ({"role": "director", "organisation": "СОШ № 999"}, "ничего не найдено"),
        ({"programme": "999"}, "Выберите"),
        ({"since": "завтра"}, ""),
    ],
)
def test_wrong_input_comes_back_with_a_sentence_and_what_was_typed(
    web: WebUsers, penza: Runtime, wrong: dict[str, str], said: str
) -> None:
    answer = web.post("admin", ADD, form(**wrong))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in text
    assert "Traceback" not in text
    assert "приказ № 15-к" in text or "устно" in text, "nothing typed is lost"
    assert penza.read(SYSTEM).session.query(Substitution).count() == 0


def test_sentences_that_name_a_person_end_in_one_full_stop(web: WebUsers, penza: Runtime) -> None:
    assert web.post("admin", ADD, form()).status_code == 303
    for wrong, said in (
        ({"substitute": "secretary"}, "Примеров П.С. здесь уже замещает."),
        (
            {"absent": "clerk", "substitute": "secretary"},
            "Этот сотрудник замещает Учебную А.П. с 09.01.2025 по 10.01.2025.",
        ),
    ):
        answer = web.post("admin", ADD, form(**wrong))
        assert answer.status_code == 422
        text = re.sub(r"\s+", " ", answer.get_data(as_text=True))
        assert said in text
        assert ".." not in text.split("<main")[1].split("<datalist")[0]


def test_who_sees_and_enters_substitutions(web: WebUsers, penza: Runtime) -> None:
    assert web.post("head", ADD, form()).status_code == 303
    for username, seen in (
        ("head", True),
        ("admin", True),
        ("clerk", True),
        ("methodist", True),
        ("chair", False),
    ):
        text = read(web, username, "/substitutions/")
        assert ("приказ № 15-к" in text) is seen, username
        assert ("/substitutions/add" in text) is (username in ("head", "admin")), username
    row = penza.read(SYSTEM).session.query(Substitution).one()
    for username in ("clerk", "methodist", "chair", "director41"):
        assert web(username).get(ADD).status_code == 403
        assert web(username).get(f"/substitutions/{row.id}/end").status_code == 403


def test_it_is_prolonged_and_ended_and_a_stale_form_is_told(web: WebUsers, penza: Runtime) -> None:
    web.post("admin", ADD, form())
    row = penza.read(SYSTEM).session.query(Substitution).one()
    edit, end = f"/substitutions/{row.id}/edit", f"/substitutions/{row.id}/end"
    good = {"until": "2025-01-20", "ground": "приказ № 16-к от 10.01.2025", "expected_version": "1"}
    assert web.post("admin", edit, good | {"until": "2024-12-31"}).status_code == 422
    assert web.post("admin", edit, good).status_code == 303
    assert web.post("admin", edit, good | {"until": "2025-01-25"}).status_code == 409
    assert web.post("admin", end, {"last_day": "2025-03-01", "expected_version": "2"}).status_code == 422
    assert web.post("admin", end, {"last_day": "2025-01-09", "expected_version": "2"}).status_code == 303
    assert "прекращено досрочно" in web("admin").get("/substitutions/").get_data(as_text=True)
    assert web("admin").get(edit).status_code == 200
    assert journal(penza, "substitution:end")[-1][0].subject_id == row.id


# ── a person leaves ───────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_codes_only_and_hands_everything_on(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    url = f"/people/{card_of(penza, 'methodist')}/leave"
    text = web("admin").get(url).get_data(as_text=True)
    assert "Задачи, которые больше некому выполнить" in text
    assert f'href="/cases/{cases["41"]}' not in text
    chosen = dict(re.findall(r'<select name="(do:[^"]+)"><option value="(\w+)"', text))
    assert len(chosen) >= 7
    answer = web.post(
        "admin", url,
        {"last_day": "2025-01-09", "successor": "Примеров Пётр Сергеевич", "ground": "приказ № 20-к от 09.01.2025"}
        | chosen,
    )  # fmt: skip
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Что получилось" in text
    assert "не выполнено: " not in text
    assert "После 09.01.2025 за сотрудником ничего не остаётся" in re.sub(r"\s+", " ", text)
    assert web("methodist").get("/").status_code == 302, "the open session has ended"
    at(penza, date(2025, 1, 10))
    assert web("clerk").get(f"/cases/{cases['41']}/step/start_diagnosis").status_code == 200


def test_one_row_only_and_wrong_input(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    url = f"/people/{card_of(penza, 'methodist')}/leave"
    text = web("admin").get(url).get_data(as_text=True)
    chosen = dict(re.findall(r'<select name="(do:[^"]+)"><option value="(\w+)"', text))
    position = next(name for name in chosen if name.startswith("do:positions"))
    base = {"last_day": "2025-01-31", "successor": "", "ground": ""}
    for wrong, said in (
        ({"successor": "Нетакойфамилии"}, "ничего не найдено"),
        ({"successor": "Учебная Анна Павловна"}, "Преемник — тот же сотрудник"),
        ({"last_day": "2035-01-31"}, "больше года"),
        ({"only": "positions:999999"}, "Ничего не выбрано"),
    ):
        answer = web.post("admin", url, base | chosen | wrong)
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
    role = next(name for name in chosen if name.startswith("do:roles"))
    nobody = web.post("admin", url, base | chosen | {role: "hand_on", "only": role.removeprefix("do:")})
    told = nobody.get_data(as_text=True).replace("\u00a0", " ")
    assert (nobody.status_code, "Укажите преемника" in told) == (422, True)
    answer = web.post("admin", url, base | chosen | {"only": position.removeprefix("do:")})
    text = answer.get_data(as_text=True)
    assert "выполнено: 1" in text
    assert 'name="do:positions' not in text, "the position is settled, the rest is still there"
    assert 'name="do:roles' in text


def test_only_the_administrator_sees_the_page(web: WebUsers, penza: Runtime) -> None:
    url = f"/people/{card_of(penza, 'methodist')}/leave"
    for username in ("head", "clerk", "methodist", "director41"):
        assert web(username).get(url).status_code == 403
        assert "/leave" not in web(username).get(f"/people/show/{card_of(penza, 'methodist')}").get_data(
            as_text=True
        )
    assert web("admin").get("/people/999999/leave").status_code == 404
    assert "/leave" in web("admin").get(f"/people/show/{card_of(penza, 'clerk')}").get_data(as_text=True)
    own = web("admin").get(f"/people/{card_of(penza, 'admin')}/leave").get_data(as_text=True)
    assert "другой администратор" in own
    assert penza.read(SYSTEM).session.get(Person, card_of(penza, "clerk")) is not None


def test_an_english_sentence_declines_no_russian_name(web: WebUsers, penza: Runtime) -> None:
    assert web.post("admin", ADD, form()).status_code == 303
    row = penza.read(SYSTEM).session.query(Substitution).one()
    told = sentence("A", row)
    assert told.in_("ru").replace("\u00a0", " ") == "A за Учебную А.П. по приказу № 15-к от 09.01.2025"
    assert told.in_("en").replace("\u00a0", " ") == "A for Учебная А.П. by приказ № 15-к от 09.01.2025"
    inbox_of = penza.read(actor(penza, "clerk"))
    with in_locale("en"):
        shown, _more = inbox(inbox_of)
        text = str(shown[0].text).replace("\u00a0", " ")
    assert "You stand in for Учебная А.П." in text
    assert "by приказ № 15-к" in text
