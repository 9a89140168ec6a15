"""Every address × every role × own, foreign and absent object: no leak, no 5xx; a new address must declare itself.

The rule of the rooms: a view whose methods are declared with `@page` and whose permission stands in
`access.permissions.PAGES` needs nothing here. What follows no rule stands in OUTSIDE with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.routing import Rule

from app.access.permissions import PAGES
from app.core.unit_of_work import Runtime
from tests.people import WebUsers, log_in

ROLES = (
    "head", "clerk", "methodist", "chair", "secretary", "member1", "curator66", "director41", "deputy41", "admin",
)  # fmt: skip
OF_THE_PAIR = ("curator66", "director41", "deputy41")  # see the case of № 41 and no other

# endpoint → why it does not follow the rule of the rooms
OUTSIDE = {
    "static": "style and script",
    "appbuilder.static": "files of Flask-AppBuilder",
    "LoginView.login": "the way in",
    "LoginView.logout": "the way out, POST only",
    "LocaleView.index": "the language, before logging in too",
    "UtilView.back": "a redirect within the history of one's own session",
    "AccountView.userinfo": "redirects to one's own profile",
    "MenuApi.get_menu_data": "Flask-AppBuilder's interface: takes no login by cookie",
}
PUBLIC = {"static", "appbuilder.static", "LoginView.login", "LocaleView.index", "UtilView.back"}
ABSENT = 999_999
TEXTS = {"task": "fill_diagnosis", "step": "start_diagnosis", "locale": "ru", "filename": "ui/app.css"}


def rules(app: Any, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in rule.methods]


def view_of(app: Any, rule: Rule) -> tuple[Any, Any]:
    name, _dot, method = rule.endpoint.partition(".")
    view = next((v for v in app.appbuilder.baseviews if v.endpoint == name), None)
    return view, getattr(view, method, None)


def address(rule: Rule, key: int) -> str:
    """The rule's address with every number replaced by `key`, words by something that exists."""
    return re.sub(
        r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>",
        lambda m: str(key) if m[1] == "int" or m[2] == "pk" else TEXTS.get(m[2], "x"),
        rule.rule,
    )


def has_number(rule: Rule) -> bool:
    return "<int:" in rule.rule or "<pk>" in rule.rule


def of_a_case(rule: Rule) -> bool:
    return rule.rule.startswith("/cases/<int:case_id>")


@pytest.fixture
def app(web: WebUsers) -> Iterator[Any]:
    return web.app


def test_every_address_follows_the_rule_of_the_rooms_or_says_why_not(app: Any) -> None:
    strays = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OUTSIDE:
            continue
        view, method = view_of(app, rule)
        page = getattr(view, "class_permission_name", None)
        names = getattr(view, "method_permission_name", None) or {}
        action = names.get(getattr(method, "__name__", "")) or getattr(method, "_permission_name", None)
        if page not in PAGES or action not in PAGES[page] or not hasattr(method, "__wrapped__"):
            strays.append(f"{rule.endpoint} {rule.rule}: page {page!r}, action {action!r}")
    assert strays == []


def test_a_visitor_reads_nothing_but_the_public_pages(app: Any) -> None:
    client = app.test_client()
    open_to_all = [
        rule.rule
        for rule in rules(app, "GET")
        if rule.endpoint not in PUBLIC and client.get(address(rule, 1)).status_code in (200, 304)
    ]
    assert open_to_all == []


@pytest.mark.parametrize("username", ROLES)
def test_no_address_breaks_and_absent_things_are_not_found(
    web: WebUsers, cases: dict[str, int], username: str
) -> None:
    client, wrong = web(username), []
    for rule in rules(web.app, "GET"):
        keys = (cases["41"], ABSENT) if has_number(rule) else (1,)
        for key in keys:
            code = client.get(address(rule, key)).status_code
            if code >= 500 or (key == ABSENT and code not in (301, 302, 303, 400, 403, 404, 405)):
                wrong.append(f"{code} {rule.endpoint} {address(rule, key)}")
    assert wrong == []


@pytest.mark.parametrize("username", OF_THE_PAIR)
def test_a_foreign_case_is_not_there(web: WebUsers, cases: dict[str, int], username: str) -> None:
    client, leaks = web(username), []
    for rule in rules(web.app, "GET"):
        if of_a_case(rule):
            code = client.get(address(rule, cases["50"])).status_code
            if code not in (403, 404):
                leaks.append(f"{code} {rule.endpoint} {address(rule, cases['50'])}")
    assert leaks == []
    assert client.get(f"/cases/{cases['50']}").status_code == 404


@pytest.mark.parametrize("username", OF_THE_PAIR)
def test_nothing_is_written_to_a_foreign_case(web: WebUsers, cases: dict[str, int], username: str) -> None:
    client, leaks = web(username), []
    web.app.config["WTF_CSRF_ENABLED"] = False  # only here: the wall behind the token is what is tried
    for rule in rules(web.app, "POST"):
        if of_a_case(rule):
            data = {"expected_version": "1"}
            code = client.post(address(rule, cases["50"]), data=data).status_code
            absent = client.post(address(rule, ABSENT), data=data).status_code
            if code not in (403, 404) and not (
                code == absent == 422
            ):  # a form refused before the case is read
                leaks.append(f"{code} {rule.endpoint} {address(rule, cases['50'])}")
    assert leaks == []


def test_the_administrator_has_no_business_data(web: WebUsers, cases: dict[str, int]) -> None:
    client = web("admin")
    leaks = [
        rule.rule
        for rule in rules(web.app, "GET")
        if of_a_case(rule) and client.get(address(rule, cases["41"])).status_code not in (403, 404)
    ]
    assert leaks == []


def test_every_post_without_its_token_is_refused(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    accepted = []
    for username in ("methodist", "admin"):
        client = log_in(web.app.test_client(), username)
        for rule in rules(web.app, "POST"):
            answer = client.post(address(rule, cases["41"]))
            if answer.status_code != 400:
                accepted.append(f"{answer.status_code} {username} {rule.rule}")
    assert accepted == []
