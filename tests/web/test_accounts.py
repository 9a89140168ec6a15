"""One's own account, and accounts and roles in the administrator's hands."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update

from app.access.models import Membership
from app.audit.models import AuditDetail, AuditRecord
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import PASSWORD, PEOPLE
from app.menu import MENU
from tests.people import WebUsers, log_in, token

NEW = "Совсем-новый-2025"


def user_id(system: Runtime, username: str) -> int:
    return system.read(SYSTEM).session.scalars(select(User.id).where(User.username == username)).one()


def membership(system: Runtime, username: str) -> Membership:
    session = system.read(SYSTEM).session
    return session.scalars(select(Membership).where(Membership.user_id == user_id(system, username))).first()  # type: ignore[return-value]


def journal(system: Runtime, tag: str) -> list[tuple[AuditRecord, dict[str, Any]]]:
    session = system.read(SYSTEM).session
    session.expire_all()
    rows = session.execute(
        select(AuditRecord, AuditDetail).outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(AuditRecord.tag == tag)
    ).all()  # fmt: skip
    return [(record, detail.values if detail else {}) for record, detail in rows]


def role(**changes: str) -> dict[str, str]:
    return {"role": "member", "organisation": "СОШ № 41", "person": "", "since": "2025-01-09", "until": "",
            "reason": ""} | changes  # fmt: skip


def test_everyone_has_a_profile_and_can_change_the_password(web: WebUsers) -> None:
    for who in PEOPLE:
        assert "Мои роли" in web(who.username).get("/profile/").get_data(as_text=True)
        assert web(who.username).get("/profile/password").status_code == 200
        assert web(who.username).get("/users/userinfo/").status_code == 303


def test_a_new_password_ends_other_sessions_and_keeps_this_one(web: WebUsers, penza: Runtime) -> None:
    other = log_in(web.app.test_client(), "clerk")
    fields = {"current_password": PASSWORD, "password": NEW, "again": NEW}
    assert web.post("clerk", "/profile/password", fields).status_code == 303
    assert web("clerk").get("/profile/").status_code == 200
    assert other.get("/profile/").status_code == 302
    log_in(web.app.test_client(), "clerk", NEW)
    record, values = journal(penza, "account:password")[-1]
    assert record.subject_id == user_id(penza, "clerk")
    assert NEW not in str(values)


def test_wrong_input_is_told_at_the_field_and_changes_nothing(web: WebUsers) -> None:
    for fields, said in (
        ({"current_password": "не тот", "password": NEW, "again": NEW}, "не ваш действующий пароль"),
        ({"current_password": PASSWORD, "password": "короткий", "again": "короткий"}, "не меньше 10 знаков"),
        ({"current_password": PASSWORD, "password": NEW, "again": NEW + "1"}, "не совпадают"),
        ({"current_password": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "должен отличаться"),
    ):
        answer = web.post("clerk", "/profile/password", fields)
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True).replace("\u00a0", " ")
    log_in(web.app.test_client(), "clerk")


def test_the_present_password_cannot_be_guessed_from_an_open_session(web: WebUsers) -> None:
    for _ in range(5):
        web.post("clerk", "/profile/password", {"current_password": "x", "password": NEW, "again": NEW})
    answer = web.post(
        "clerk", "/profile/password", {"current_password": PASSWORD, "password": NEW, "again": NEW}
    )
    assert answer.status_code == 422
    assert "Слишком много" in answer.get_data(as_text=True)


def test_a_new_account_gets_a_role_and_works(web: WebUsers, penza: Runtime) -> None:
    fields = {"last_name": "Новичкова", "first_name": "Вера Ильинична", "username": "new41", "email": "n@example.org",
              "password": NEW, "again": NEW}  # fmt: skip
    answer = web.post("admin", "/users/add", fields)
    assert answer.status_code == 303
    key = user_id(penza, "new41")
    client = log_in(web.app.test_client(), "new41", NEW)
    assert client.get("/cases/").status_code == 403
    assert client.get("/profile/").status_code == 200
    assert web.post("admin", f"/memberships/add/{key}", role(role="deputy")).status_code == 303
    assert client.get("/cases/").status_code == 200
    taken = web.post("admin", "/users/add", fields)
    assert taken.status_code == 422
    text = taken.get_data(as_text=True)
    assert "Этот логин занят" in text
    assert "Новичкова" in text


def test_a_closed_account_is_put_out_at_once(web: WebUsers, penza: Runtime) -> None:
    key = user_id(penza, "member1")
    close = f'action="/users/{key}/closed"'
    assert close in web("admin").get(f"/users/show/{key}").get_data(as_text=True)
    own = web("admin").get(f"/users/show/{user_id(penza, 'admin')}").get_data(as_text=True)
    assert "/closed" not in own, "nobody closes his own"
    assert web("member1").get("/").status_code == 200
    assert web.post("admin", f"/users/{key}/closed", page=f"/users/show/{key}").status_code == 303
    assert web("member1").get("/").status_code == 302
    client = web.app.test_client()
    client.post(
        "/login/", data={"csrf_token": token(client, "/login/"), "username": "member1", "password": PASSWORD}
    )
    assert client.get("/").status_code == 302
    web.post("admin", f"/users/{key}/opened", page=f"/users/show/{key}")
    log_in(web.app.test_client(), "member1")


def test_a_closed_account_whose_roles_go_on_says_so_until_they_end(web: WebUsers, penza: Runtime) -> None:
    """The group's quorum counts its members whether or not they can log in."""
    key = user_id(penza, "member1")
    page = f"/users/show/{key}"
    said = "Учётная запись закрыта, но роли продолжаются"
    assert said not in web("admin").get(page).get_data(as_text=True)
    web.post("admin", f"/users/{key}/closed", page=page)
    text = web("admin").get(page).get_data(as_text=True)
    assert said in text
    assert "Учётная запись открыта:" in text
    link = re.search(r'href="(/people/\d+/leave)">Сотрудник уходит', text)
    assert link is not None
    assert web("admin").get(link[1]).status_code == 200
    with penza.work(SYSTEM) as work:
        for row in work.session.scalars(select(Membership).where(Membership.user_id == key)):
            row.until = work.today - timedelta(days=1)
    assert said not in web("admin").get(page).get_data(as_text=True)


def test_the_administrator_sets_a_forgotten_password(web: WebUsers, penza: Runtime) -> None:
    key = user_id(penza, "clerk")
    assert web("clerk").get("/").status_code == 200
    assert web.post("admin", f"/users/{key}/password", {"password": NEW, "again": NEW}).status_code == 303
    assert web("clerk").get("/").status_code == 302
    log_in(web.app.test_client(), "clerk", NEW)
    assert journal(penza, "account:password_reset")


def test_every_grant_stands_in_the_journal_with_old_and_new(web: WebUsers, penza: Runtime) -> None:
    row = membership(penza, "member1")
    fields = role(role="secretary", organisation="Управление образования города Пензы", reason="приказ № 5")
    assert web.post("admin", f"/memberships/edit/{row.id}", fields).status_code == 303
    record, values = journal(penza, "membership:edit")[-1]
    assert record.actor_id == user_id(penza, "admin")
    assert values["role"] == {"old": "Член координационной группы", "new": "Секретарь координационной группы"}
    assert values["note"] == "приказ № 5"


def test_an_older_form_does_not_give_back_what_was_taken_meanwhile(web: WebUsers, penza: Runtime) -> None:
    row = membership(penza, "member1")
    url = f"/memberships/edit/{row.id}"
    page = web("admin").get(url).get_data(as_text=True)
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', page)
    assert seen
    sent = role(role="member", organisation="Управление образования города Пензы", reason="приказ № 5")
    ended = {**sent, "since": "2024-09-01", "until": "2025-01-08", "seen": seen[1]}
    assert web.post("admin", url, ended).status_code == 303
    again = web.post("admin", url, {**sent, "seen": seen[1]})
    assert again.status_code == 409
    assert "приказ № 5" in again.get_data(as_text=True).replace("\u00a0", " "), "what was typed is not lost"
    assert str(membership(penza, "member1").until) == "2025-01-08"


def test_an_administrator_cannot_silently_take_a_business_role(web: WebUsers, penza: Runtime) -> None:
    url = f"/memberships/add/{user_id(penza, 'admin')}"
    refused = web.post("admin", url, role(role="clerk"))
    assert refused.status_code == 422
    assert "собственные права" in refused.get_data(as_text=True).replace("\u00a0", " ")
    assert web.post("admin", url, role(role="clerk", reason="приказ № 6")).status_code == 303
    record, values = journal(penza, "membership:add")[-1]
    assert record.data["own"] is True
    assert values["note"] == "приказ № 6"


def test_the_last_administrator_stays(web: WebUsers, penza: Runtime) -> None:
    row = membership(penza, "admin")
    card = f"/users/show/{row.user_id}"
    web.post("admin", f"/memberships/delete/{row.id}", page=card)
    web.post("admin", f"/users/{row.user_id}/closed", page=card)
    ended = role(role="admin", organisation="ЦКО", since="2024-09-01", until="2024-12-31", reason="заявление")
    assert web.post("admin", f"/memberships/edit/{row.id}", ended).status_code == 422
    assert web("admin").get("/users/list/").status_code == 200


def test_a_name_that_fits_several_is_asked_again(web: WebUsers, penza: Runtime) -> None:
    url = f"/memberships/add/{user_id(penza, 'member1')}"
    for wrong, said in ((role(organisation="СОШ"), "Найдено несколько"), (role(organisation="Хогвартс"), "не найдено"),
                        (role(until="2025-01-01"), "раньше первого"), (role(role="king"), "из списка")):  # fmt: skip
        answer = web.post("admin", url, wrong)
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True).replace("\u00a0", " ")


def test_accounts_are_the_administrators_alone(web: WebUsers, penza: Runtime) -> None:
    for username in ("head", "clerk", "methodist", "director41"):
        for url in ("/users/list/", "/users/show/1", "/users/add", "/memberships/add/1", "/rights/"):
            assert web(username).get(url).status_code == 403
    assert "Подтверждать рисковый профиль" in web("admin").get("/rights/?role=curator").get_data(as_text=True)


def test_the_table_of_rights_names_a_page_as_the_menu_does(web: WebUsers) -> None:
    client = web("admin")
    titles = re.findall(r'<td class="ttl"><b>([^<]+)</b>', client.get("/rights/").get_data(as_text=True))
    with web.app.test_request_context(headers={"Accept-Language": "ru"}):
        lines = {item.name: str(item.label) for item in MENU if item.name == item.page}
    assert {"Journal", "People", "Documents"} <= set(lines)
    assert [label for label in lines.values() if label not in titles] == []


def test_the_list_finds_people_whatever_the_capitals(web: WebUsers) -> None:
    text = web("admin").get("/users/list/?_flt_0_last_name=ОБРАЗЦОВА").get_data(as_text=True)
    assert "Мария Ивановна" in text
    assert "Олег Николаевич" not in text


def test_the_list_finds_closed_accounts(web: WebUsers, penza: Runtime) -> None:
    """«Нет» finds those that say so, not nobody; what is neither yes nor no is refused."""
    with penza.work(SYSTEM) as work:
        work.session.execute(update(User).where(User.username == "secretary").values(active=False))
    client = web("admin")
    closed, there = (client.get(f"/users/list/?_flt_0_active={value}").text for value in ("n", "y"))
    assert [name in closed for name in ("secretary", "methodist")] == [True, False]
    assert [name in there for name in ("secretary", "methodist")] == [False, True]
    assert client.get("/users/list/?_flt_0_active=x").status_code == 400
