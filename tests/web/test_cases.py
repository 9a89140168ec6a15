"""The page of a case, as each role sees it."""

from tests.people import WebUsers


def test_the_case_page_opens_for_everyone_of_the_pair_and_for_nobody_else(
    web: WebUsers, cases: dict[str, int]
) -> None:
    url = f"/cases/{cases['41']}"
    for username in ("head", "clerk", "methodist", "chair", "member1", "curator66", "director41", "deputy41"):
        answer = web(username).get(url)
        assert answer.status_code == 200, username
        assert "СОШ № 41" in answer.get_data(as_text=True).replace("\u00a0", " ")
    for username in ("curator51", "director50"):
        assert web(username).get(url).status_code == 404
    assert web("admin").get(url).status_code == 403


def test_lists_and_books_of_the_room_open(web: WebUsers, cases: dict[str, int]) -> None:
    for url in (
        "/cases/",
        "/cases/?look=table",
        "/cases/?q=41",
        "/programmes/",
        "/programmes/1",
        "/meetings/",
    ):
        answer = web("methodist").get(url)
        assert answer.status_code == 200, url
    assert "№ 50" not in web("director41").get("/cases/").get_data(as_text=True).replace("\u00a0", " ")


def test_the_methodist_starts_the_diagnosis_and_a_repeated_click_is_told(
    web: WebUsers, cases: dict[str, int]
) -> None:
    url = f"/cases/{cases['41']}/step/start_diagnosis"
    first = web.post("methodist", url, {"expected_version": "1"})
    assert first.status_code == 303, first.get_data(as_text=True)[-3000:]
    again = web("methodist").post(url, data={"csrf_token": "x"})
    assert again.status_code == 400
    repeated = web.post(
        "methodist", f"/cases/{cases['41']}/step/suspend", {"expected_version": "1", "comment": "Повтор"}
    )
    assert repeated.status_code == 409
    assert "Начать диагностику" in repeated.get_data(as_text=True)


def test_a_step_of_another_role_is_not_offered_and_refused_if_forced(
    web: WebUsers, cases: dict[str, int]
) -> None:
    url = f"/cases/{cases['41']}"
    assert "start_diagnosis" not in web("director41").get(url).get_data(as_text=True)
    answer = web.post("director41", f"{url}/step/start_diagnosis", {"expected_version": "1"}, page="/")
    assert answer.status_code in (403, 404)
