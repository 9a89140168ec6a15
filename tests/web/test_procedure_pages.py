"""The administrator's pages of procedures: he sees codes and fates, others see nothing."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.access.models import Membership
from app.cases import service
from app.cases.procedures import moving, rehearsal_words
from app.cases.procedures.migration import Fated, Order
from app.cases.queries import get_case
from app.core.actor import SYSTEM
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Fire
from app.engine.migrating.migration import Plan
from app.engine.migrating.notes import note
from app.jobs.runner import drain
from tests.integration.cases.test_version_commands import renamed_stage, without_term
from tests.people import WebUsers, token

PAGE = "/procedures/school_support"
SECOND = (Path(__file__).parents[2] / "workflows" / "school_support" / "v2.yaml").read_text(encoding="utf-8")


def post(client: object, url: str, at: str, **fields: object) -> object:
    """Send a form as a browser does: with the token of the page it stands on."""
    data = {"csrf_token": token(client, at), **fields}
    return client.post(url, data=data, content_type="multipart/form-data")  # type: ignore[attr-defined]


def test_the_administrator_publishes_rehearses_moves_and_takes_back(
    web: WebUsers, cases: dict[str, int]
) -> None:
    client = web("admin")
    assert "проверена" in client.get("/procedures/").text
    shown = client.get(f"{PAGE}/2").text
    assert "Срок этапа «Диагностика»: 15 → 20\u00a0рабочих дней" in shown
    assert "<svg" in shown
    assert "охват 100" in shown
    rehearsed = client.get(f"{PAGE}/1/rehearsal?to=2").text
    assert rehearsed.count("переносится как есть") >= 4
    assert "это только примерка" in rehearsed
    assert "СОШ" not in rehearsed, "codes only: the contents of cases are not the administrator's"
    assert post(client, f"{PAGE}/2/publish", f"{PAGE}/2").status_code == 303  # type: ignore[attr-defined]
    assert "v1 → v2" in client.get(f"{PAGE}/1/rehearsal").text, (
        "what is published goes before what is only checked"
    )
    code = "ROV-2025-01"
    moved = post(client, f"{PAGE}/1/migrate", f"{PAGE}/1/rehearsal?to=2", to="2", case=[code])
    assert "Переведено: 1 из 1" in moved.text.replace("\u00a0", " ")  # type: ignore[attr-defined]
    assert code in client.get(f"{PAGE}/2").text
    assert post(client, f"{PAGE}/1/retire", f"{PAGE}/1").status_code == 409  # type: ignore[attr-defined]
    assert post(client, "/procedures/undo", f"{PAGE}/2", case=code).status_code == 303  # type: ignore[attr-defined]
    assert post(client, "/procedures/undo", f"{PAGE}/2", case=code).status_code == 409  # type: ignore[attr-defined]


def test_whoever_has_many_cases_moved_stays_with_the_version_he_chose(
    web: WebUsers, cases: dict[str, int]
) -> None:
    """Two versions are published: the newest is not the one they move to."""
    client = web("admin")
    for version in (2, 3):
        post(client, f"{PAGE}/{version}/publish", f"{PAGE}/{version}")
    at = f"{PAGE}/1/rehearsal?to=2"
    answer: Any = post(client, f"{PAGE}/1/migrate", at, to="2", all="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, at)
    assert "v1 → v2" in client.get(at).text
    answer = post(client, f"{PAGE}/1/migrate", at, to="2", all="1", **{"map.curator_agreement": "events"})
    assert answer.headers["Location"] == f"{at}&map.curator_agreement=events"


def test_a_faulty_upload_is_told_where_and_rubbish_is_refused(web: WebUsers) -> None:
    client = web("admin")
    broken = SECOND.replace("version: 2\n", "version: 9\n").replace("initial: identified", "initial: nowhere")
    sent = post(
        client, "/procedures/upload", "/procedures/upload", source=(io.BytesIO(broken.encode()), "v9.yaml")
    )
    assert sent.status_code == 303  # type: ignore[attr-defined]
    shown = client.get(f"{PAGE}/9").text
    assert "нет этапа «nowhere»" in shown
    assert f"{PAGE}/9/publish" not in shown
    for data, name in (
        (b"", "v9.yaml"),
        (b"\xff\xfe", "v9.yaml"),
        (b"x", "v9.exe"),
        (b"[" * 90_000, "v9.yaml"),
    ):
        again = post(client, "/procedures/upload", "/procedures/upload", source=(io.BytesIO(data), name))
        assert again.status_code == 422, (data[:5], name)  # type: ignore[attr-defined]


def test_a_moved_case_is_shown_to_its_people_with_the_whole_of_its_history(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    with penza.work(actor(penza, "methodist")) as work:
        service.act(work, cases["41"], Fire("start_diagnosis"), 1)
    client = web("admin")
    post(client, f"{PAGE}/2/publish", f"{PAGE}/2")
    post(
        client,
        f"{PAGE}/1/migrate",
        f"{PAGE}/1/rehearsal?to=2",
        to="2",
        case=[f"ROV-2025-0{n}" for n in (1, 2, 3, 4)],
    )
    for who in ("methodist", "director41", "head"):
        person = web(who)
        page = person.get(f"/cases/{cases['41']}")
        assert "Случай переведён с версии 1 порядка на версию 2" in page.text.replace("\u00a0", " ")
        for path in ("map", "past", "diagnostics"):
            assert person.get(f"/cases/{cases['41']}/{path}").status_code in (200, 403, 404)
        assert person.get("/cases/").status_code == 200
        assert person.get("/").status_code == 200


def published(client: object, source: str) -> None:
    """Upload a third version and publish it, as the administrator does."""
    sent = post(
        client, "/procedures/upload", "/procedures/upload", source=(io.BytesIO(source.encode()), "v9.yaml")
    )
    assert sent.status_code == 303  # type: ignore[attr-defined]
    assert post(client, f"{PAGE}/9/publish", f"{PAGE}/9").status_code == 303  # type: ignore[attr-defined]


def boxes(text: str) -> dict[str, bool]:
    """Code of a case that can be chosen → whether it is ticked."""
    found = re.findall(r'<input type="checkbox" name="case" value="([^"]+)"([^>]*)>', text)
    return {code: "checked" in rest for code, rest in found}


def at_the_diagnosis(penza: Runtime, case_id: int) -> str:
    with penza.work(actor(penza, "methodist")) as work:
        service.act(work, case_id, Fire("start_diagnosis"), 1)
        return str(get_case(work.session, case_id).code)


def version_of(penza: Runtime, case_id: int) -> tuple[int, str]:
    penza.database.session.remove()
    case = get_case(penza.read(SYSTEM).session, case_id)
    return case.definition_version, case.stage


def test_what_has_no_successor_is_chosen_in_the_form_before_the_case_can_be_ticked(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    code, client = at_the_diagnosis(penza, cases["41"]), web("admin")
    published(client, renamed_stage(SECOND))
    at = f"{PAGE}/1/rehearsal?to=9"
    shown = client.get(at).text
    assert "нужно сопоставление" in shown
    assert '<select name="map.diagnosis">' in shown
    assert '<option value="study">Диагностика</option>' in shown
    assert '<option value="closed">' not in shown, "nobody is moved into the end"
    assert code not in boxes(shown)
    assert len(boxes(shown)) == 3
    refused = post(client, f"{PAGE}/1/migrate", at, to="9", case=[code])
    assert "Переведено: 0 из 1" in refused.text.replace("\u00a0", " ")  # type: ignore[attr-defined]
    assert version_of(penza, cases["41"]) == (1, "diagnosis")
    mapped = client.get(f"{at}&map.diagnosis=study").text
    assert boxes(mapped)[code] is True
    assert '<input type="hidden" name="map.diagnosis" value="study">' in mapped, (
        "it goes along with the order"
    )
    moved = post(client, f"{PAGE}/1/migrate", at, to="9", case=[code], **{"map.diagnosis": "study"})
    assert "Переведено: 1 из 1" in moved.text.replace("\u00a0", " ")  # type: ignore[attr-defined]
    assert version_of(penza, cases["41"]) == (9, "study")


@pytest.mark.parametrize(
    "wrong", ["map.diagnosis=nowhere", "map.nothing=study", "map.diagnosis=fill_diagnosis"]
)
def test_a_mapping_to_what_there_is_not_is_refused(
    web: WebUsers, penza: Runtime, cases: dict[str, int], wrong: str
) -> None:
    code, client = at_the_diagnosis(penza, cases["41"]), web("admin")
    published(client, renamed_stage(SECOND))
    at = f"{PAGE}/1/rehearsal?to=9"
    answer = client.get(f"{at}&{wrong}")
    assert answer.status_code == 422
    assert wrong.removeprefix("map.") in answer.text
    name, _, value = wrong.partition("=")
    sent = post(client, f"{PAGE}/1/migrate", at, to="9", case=[code], **{name: value})
    assert sent.status_code == 422  # type: ignore[attr-defined]
    assert version_of(penza, cases["41"]) == (1, "diagnosis")


def test_a_case_that_loses_a_term_is_moved_only_when_somebody_ticks_it(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    code, client = at_the_diagnosis(penza, cases["41"]), web("admin")
    published(client, without_term(SECOND))
    at = f"{PAGE}/1/rehearsal?to=9"
    shown = client.get(at).text
    ticked = boxes(shown)
    assert ticked.pop(code) is False
    assert list(ticked.values()) == [True] * 3, "those that lose nothing are ticked already"
    assert "больше нет срока" in shown.replace("\u00a0", " ")
    assert post(client, f"{PAGE}/1/migrate", at, to="9").status_code == 422, "nobody"  # type: ignore[attr-defined]
    post(client, f"{PAGE}/1/migrate", at, to="9", case=list(ticked))
    assert version_of(penza, cases["41"]) == (1, "diagnosis")
    moved = post(client, f"{PAGE}/1/migrate", at, to="9", case=[code])
    assert "больше нет срока" in moved.text.replace("\u00a0", " ")  # type: ignore[attr-defined]
    assert version_of(penza, cases["41"]) == (9, "diagnosis")


def test_cases_do_not_move_to_what_is_not_published(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    client = web("admin")
    sent = post(client, f"{PAGE}/1/migrate", f"{PAGE}/1/rehearsal?to=2", to="2", case=["ROV-2025-01"])
    assert sent.status_code == 422  # type: ignore[attr-defined]
    assert "не опубликована" in sent.text.replace("\u00a0", " ")  # type: ignore[attr-defined]


@pytest.mark.parametrize("who", ["head", "clerk", "methodist", "chair", "director41", "curator66"])
def test_nobody_else_comes_in(web: WebUsers, who: str) -> None:
    client = web(who)
    for path in ("/procedures/", f"{PAGE}/1", f"{PAGE}/1/rehearsal", f"{PAGE}/1/yaml", "/procedures/upload"):
        assert client.get(path).status_code == 403
    assert "Порядки" not in client.get("/").text


@pytest.mark.parametrize(
    "path", ["/procedures/x/1", f"{PAGE}/99", f"{PAGE}/99/rehearsal", f"{PAGE}/99999999999/yaml"]
)
def test_what_is_not_there_is_not_found(web: WebUsers, path: str) -> None:
    assert web("admin").get(path).status_code == 404


def other_task(source: str) -> str:
    """A third version with another task in the place of the check of risks, without a word about it."""
    source = source.replace("version: 2\n", "version: 9\n").replace("verify_risks", "confirm_risks")
    return source.partition("\nmigrations:")[0]


def test_a_task_that_is_needed_no_more_is_dropped_in_the_form(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    code, client = at_the_diagnosis(penza, cases["41"]), web("admin")
    published(client, other_task(SECOND))
    at = f"{PAGE}/1/rehearsal?to=9"
    shown = client.get(at).text
    assert '<option value="-">больше не нужна</option>' in shown
    assert code not in boxes(shown)
    dropped = client.get(f"{at}&map.verify_risks=-").text
    assert boxes(dropped)[code] is True
    assert "Проверить рисковый профиль школы → больше не нужна" in dropped
    moved = post(client, f"{PAGE}/1/migrate", at, to="9", case=[code], **{"map.verify_risks": "-"})
    assert "Переведено: 1 из 1" in moved.text.replace("\u00a0", " ")  # type: ignore[attr-defined]
    assert version_of(penza, cases["41"]) == (9, "diagnosis")


def test_a_stage_cannot_be_dropped(web: WebUsers, penza: Runtime, cases: dict[str, int]) -> None:
    at_the_diagnosis(penza, cases["41"])
    client = web("admin")
    published(client, renamed_stage(SECOND))
    at = f"{PAGE}/1/rehearsal?to=9"
    assert "больше не нужна" not in client.get(at).text
    assert client.get(f"{at}&map.diagnosis=-").status_code == 422


def test_a_faulty_version_is_told_on_the_page_of_the_rehearsal(web: WebUsers, cases: dict[str, int]) -> None:
    client = web("admin")
    broken = SECOND.replace("version: 2\n", "version: 9\n").replace("initial: identified", "initial: nowhere")
    file = (io.BytesIO(broken.encode()), "v9.yaml")
    post(client, "/procedures/upload", "/procedures/upload", source=file)
    answer = client.get(f"{PAGE}/1/rehearsal?to=9")
    assert answer.status_code == 422
    assert "есть ошибки: сначала проверьте её" in answer.text.replace("\u00a0", " ")
    assert f'href="{PAGE}/9"' in answer.text
    assert f'href="{PAGE}/1/rehearsal?to=2"' in answer.text, "another version can be chosen"


def test_nobody_chosen_keeps_the_page_and_the_mapping(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    at_the_diagnosis(penza, cases["41"])
    client = web("admin")
    published(client, other_task(SECOND))
    at = f"{PAGE}/1/rehearsal?to=9"
    answer = post(client, f"{PAGE}/1/migrate", at, to="9", **{"map.verify_risks": "-"})
    assert answer.status_code == 422  # type: ignore[attr-defined]
    text = answer.text  # type: ignore[attr-defined]
    assert "Выберите хотя бы один случай" in text.replace("\u00a0", " ")
    assert '<input type="hidden" name="map.verify_risks" value="-">' in text
    assert len(boxes(text)) == 4


def test_a_form_sent_twice_leads_back_to_the_rehearsal(web: WebUsers, cases: dict[str, int]) -> None:
    client = web("admin")
    post(client, f"{PAGE}/2/publish", f"{PAGE}/2")
    at, case = f"{PAGE}/1/rehearsal?to=2", ["ROV-2025-01"]
    fields = {"csrf_token": token(client, at), "to": "2", "case": case}
    assert client.post(f"{PAGE}/1/migrate", data=fields).status_code == 200
    again = client.post(f"{PAGE}/1/migrate", data=fields)
    assert again.status_code == 303
    assert "нет случая с кодом ROV-2025-01" in client.get(again.headers["Location"]).text.replace(
        "\u00a0", " "
    )


def test_unreadable_yaml_is_told_with_line_and_column_in_words(web: WebUsers) -> None:
    client = web("admin")
    broken = SECOND.replace("    tasks:\n      confirm_list", "   tasks:\n      confirm_list")
    file = (io.BytesIO(broken.encode()), "v2.yaml")
    sent = post(client, "/procedures/upload", "/procedures/upload", source=file)
    assert sent.status_code == 422  # type: ignore[attr-defined]
    assert "столбец 4: Не читается как YAML" in sent.text  # type: ignore[attr-defined]


def test_boxes_are_offered_only_where_a_case_can_be_moved(web: WebUsers, cases: dict[str, int]) -> None:
    assert boxes(web("admin").get(f"{PAGE}/1/rehearsal?to=2").text) == {}


def test_the_pages_lead_back_and_only_destroying_is_red(web: WebUsers, cases: dict[str, int]) -> None:
    client = web("admin")
    shown = client.get(f"{PAGE}/2").text
    buttons = dict(re.findall(rf'action="{PAGE}/2/(\w+)".*?<button class="([^"]*)">', shown))
    assert "danger" not in buttons["publish"]
    assert "danger" in buttons["drop"]
    legend = shown[shown.index("rows legend") :]
    assert "Методист центра" in legend[: legend.index("</ul>")], "the role is called as in the drawing"
    crumbs = client.get(f"{PAGE}/1/revise").text
    assert re.search(
        rf'<a href="/procedures/">Порядки</a>.*?<a href="{PAGE}/1">school_support v1</a>', crumbs, re.S
    )


def test_the_heading_of_a_rehearsal_counts_what_its_rows_say() -> None:
    plans = [
        Plan("moves", "a", "a", ()), Plan("moves", "a", "b", (note("votes_void"),)), Plan("moves", "a", "a", ()),
        Plan("loses_term", "a", "a", (note("term_lost", {"ru": "А", "en": "A"}),)),
    ]  # fmt: skip
    fated = [Fated(number, f"R-{number}", 1, plan, {}, None) for number, plan in enumerate(plans)]
    with in_locale("ru"):
        told = [(str(words), count) for words, _look, count in rehearsal_words.counts(fated)]
    assert told == [("переносится как есть", 2), ("переносится с изменениями", 1), ("теряет срок", 1)]


def test_a_draft_another_administrator_has_replaced_is_not_thrown_away_unseen(web: WebUsers) -> None:
    page, client = f"{PAGE}/2", web("admin")

    def mark() -> str:
        found = re.search(
            rf'action="{page}/drop">.*?name="hash" value="(\w+)"', client.get(page).text, re.DOTALL
        )
        assert found is not None
        return found[1]

    seen = mark()
    other = io.BytesIO(SECOND.replace("working_days: 20", "working_days: 19", 1).encode())
    post(client, "/procedures/upload", "/procedures/upload", source=(other, "v2.yaml"))
    told: Any = post(client, f"{page}/drop", page, hash=seen)
    assert told.status_code == 409
    assert "изменили: посмотрите ещё раз" in told.text
    gone: Any = post(client, f"{page}/drop", page, hash=mark())
    assert gone.status_code == 303
    assert client.get(page).status_code == 404


def test_the_draft_of_another_administrator_is_replaced_only_by_whoever_has_seen_it(
    web: WebUsers, penza: Runtime
) -> None:
    """Whose it is is told; the tick counts for that draft only; one's own is replaced without a question."""
    with penza.work(SYSTEM) as work:
        people = {u.username: u for u in work.session.scalars(select(User))}
        role = work.session.scalars(select(Membership).where(Membership.role == "admin")).first()
        assert role is not None
        work.session.add(
            Membership(user_id=people["methodist"].id, person_id=role.person_id, role="admin",
                       organisation_id=role.organisation_id, since=role.since)
        )  # fmt: skip
    first, second = web("admin"), web("methodist")

    def send(client: object, days: int, **fields: object) -> Any:
        text = SECOND.replace("working_days: 20", f"working_days: {days}", 1)
        return post(client, "/procedures/upload", "/procedures/upload", source=(io.BytesIO(text.encode()), "v2.yaml"),
                    **fields)  # fmt: skip

    def mark(page: str) -> str:
        found = re.search(r'name="over"[^>]*value="(\d+)"', page)
        assert found is not None
        return found[1]

    assert 'name="replaces"' not in first.get("/procedures/upload").text
    assert send(first, 19).status_code == 303, "what came with the product"
    assert send(first, 18).status_code == 303, "his own"
    asked = send(second, 17)
    assert asked.status_code == 422
    owner = people["admin"].get_full_name()
    assert f"черновик, который загрузил другой администратор ({owner}, " in asked.text.replace("\xa0", " ")
    assert 'name="replaces"' in asked.text
    assert owner in second.get(f"{PAGE}/2").text, "the page of the draft says whose it is"
    assert f"over={mark(asked.text)}" in second.get(f"{PAGE}/2").text
    assert send(second, 17, over=mark(asked.text)).status_code == 422, "not ticked"
    assert send(first, 16).status_code == 303
    assert send(second, 17, over=mark(asked.text), replaces="y").status_code == 422, "another one since"
    assert "working_days: 16" in second.get(f"{PAGE}/2/yaml").text
    asked = send(second, 17)
    assert send(second, 17, over=mark(asked.text), replaces="y").status_code == 303
    assert "working_days: 17" in second.get(f"{PAGE}/2/yaml").text


def test_while_workers_move_the_cases_no_second_move_is_offered(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    client = web("admin")
    post(client, f"{PAGE}/2/publish", f"{PAGE}/2")
    at, button = f"{PAGE}/1/rehearsal?to=2", "Перевести выбранные случаи"
    assert button in client.get(at).text.replace("\u00a0", " ")
    with penza.work(actor(penza, "admin")) as work:
        moving.begin(work, Order("school_support", 1, 2))
    page = client.get(at).text.replace("\u00a0", " ")
    assert "Случаи сейчас переводятся" in page
    assert button not in page
    drain(penza)
    assert "Случаи сейчас переводятся" not in client.get(at).text.replace("\u00a0", " ")
