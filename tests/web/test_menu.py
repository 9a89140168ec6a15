"""The main menu of each role: short, in groups, nothing in it that its reader may not open."""

from __future__ import annotations

import re

import pytest

from tests.people import WebUsers

PAPERS = ["/documents/", "/incoming/", "/journal/", "/templates/"]
LONGEST = 8  # lines and groups a person reads at a glance


def nav(web: WebUsers, username: str) -> str:
    page = web(username).get("/").get_data(as_text=True)
    found = re.search(r'<nav class="nav".*?</nav>', page, re.S)
    assert found is not None
    return found.group(0)


@pytest.mark.parametrize("username", ["clerk", "head", "methodist", "curator27", "director41", "admin"])
def test_the_menu_is_short_and_every_line_opens(web: WebUsers, username: str) -> None:
    menu = nav(web, username)
    links = re.findall(r'<a href="([^"]+)"', menu)
    groups = re.findall(r"<details.*?</details>", menu, re.S)
    grouped = sum(group.count("<a href=") for group in groups)
    assert len(links) - grouped + len(groups) <= LONGEST
    assert all(group.count("<a href=") > 1 for group in groups), "one line needs no group"
    assert {link: web(username).get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_papers_lie_open_where_the_journal_is_kept(web: WebUsers) -> None:
    opened = re.search(r"<details open>.*?</details>", nav(web, "clerk"), re.S)
    assert opened is not None
    assert re.findall(r'<a href="([^"]+)"', opened.group(0)) == PAPERS
    assert "<details open>" not in nav(web, "director41")


def test_who_opens_no_cases_is_offered_no_search_of_them(web: WebUsers) -> None:
    assert 'role="search"' in web("clerk").get("/").get_data(as_text=True)
    assert 'role="search"' not in web("admin").get("/").get_data(as_text=True)


def test_the_bank_of_materials_leads_nobody_to_a_closed_page(web: WebUsers) -> None:
    assert "/publications/" in web("clerk").get("/library/").get_data(as_text=True)
    assert "/publications/" not in web("admin").get("/library/").get_data(as_text=True)
