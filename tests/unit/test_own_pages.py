"""One rule for «this is a page of our own site»: of links, of the way back, of whoever sends a form."""

import pytest

from app.core.own_pages import is_own_page, is_sent_by_own_page

HOST = "opora.example:8000"


@pytest.mark.parametrize(
    "path",
    ["/", "/cases/4/vote", "/cases/?search=%D1%88&page=2", "/search/?q=школа № 5", "/cases/4#stage", "/a//b",
     "/login/?next=https://evil.example/"],
)  # fmt: skip
def test_a_path_is_a_page_of_ours(path: str) -> None:
    assert is_own_page(path)
    assert is_own_page(path, HOST)
    for scheme in ("http", "https"):
        assert is_own_page(f"{scheme}://{HOST}{path}", HOST)
        assert not is_own_page(f"{scheme}://{HOST}{path}"), (
            "a whole address is ours only where a name is asked"
        )


@pytest.mark.parametrize(
    "address",
    ["", "cases/4", "?page=2", "//evil.example/", "///evil.example/", "/\\evil.example/", "\\\\evil.example/",
     "/cases\\..\\", "/\t/evil.example/", "/cases/\r\nX-Evil: 1", " /cases/", "/\x00", "/\u202ecases",
     "javascript:alert(1)", "data:text/html,x", "https://evil.example/", "https:/evil.example", "https:evil.example",
     f"http://{HOST}", f"http://{HOST}.evil.example/", f"http://{HOST}@evil.example/", f"http://{HOST}1/",
     f"http://evil.example/{HOST}/", f"http://user@{HOST}/", f"//{HOST}/", f"ftp://{HOST}/", f"http://{HOST}//evil.example/",
     f"http://{HOST}https://{HOST}/", "http://opora.example/", "http:///cases/"],
)  # fmt: skip
def test_whatever_a_browser_could_leave_the_site_by_is_none(address: str) -> None:
    assert not is_own_page(address)
    assert not is_own_page(address, HOST)


def test_a_form_comes_from_a_page_of_ours_only_when_the_browser_says_so() -> None:
    assert is_sent_by_own_page("same-origin")
    for said in ("cross-site", "same-site", "none", "", "Same-Origin", None):
        assert not is_sent_by_own_page(said)
