"""Addresses of publications: Cyrillic ones open, foolish ones are refused with what is wrong."""

from __future__ import annotations

import pytest

from app.library.rules import Wrong, WrongAddress, parse

SITES = (
    "https://nmc58.ru/?page=news&id=698",
    "https://internat1pnz.ucoz.ru/index/ravenstvo-obrazovatelnykh-vozmozhnostej/0-92",
    "https://pnzce1.ucoz.ru/index/ravenstvo_obrazovatelnykh_vozmozhnostej_snor/0-319",
    "https://school-41.edu-penza.ru/ravenstvo-obrazovatelnyh-vozmozhnostej/",
    "https://школа50.рф/равенство-образовательных-возможнос/",
)


@pytest.mark.parametrize("site", SITES)
def test_the_five_sites_read_as_they_were_typed(site: str) -> None:
    address = parse(f"  {site} ")
    assert (address.typed, address.shown) == (site, site)
    assert address.href.isascii()


def test_a_cyrillic_site_is_linked_in_the_letters_of_the_network() -> None:
    href = parse(SITES[4]).href
    assert href.startswith("https://xn--50-6kc3bfr2e.xn--p1ai/%D1%80%D0%B0%D0%B2")
    assert href.endswith("/")
    back = parse(href)
    assert back.shown == SITES[4]
    assert back.href == href


def test_what_is_encoded_already_is_not_encoded_twice() -> None:
    assert parse("https://a.ru/%D1%88?q=100%25").href == "https://a.ru/%D1%88?q=100%25"


def test_a_path_that_would_mislead_stays_encoded() -> None:
    assert "%E2%80%AE" in parse("https://a.ru/%E2%80%AEgpj.exe").shown


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("", Wrong.empty),
        ("школа50.рф", Wrong.scheme),
        ("javascript:alert(1)", Wrong.scheme),
        ("ftp://school.ru/", Wrong.scheme),
        ("data:text/html,x", Wrong.scheme),
        ("//school.ru/", Wrong.scheme),
        ("https:///path", Wrong.scheme),
        ("https://school ru/", Wrong.space),
        ("https://school.ru/\nx", Wrong.space),
        ("https:\\\\school.ru", Wrong.space),
        ("https://user:pass@school.ru/", Wrong.login),
        ("https://localhost/", Wrong.host),
        ("https://127.0.0.1/", Wrong.host),
        ("https://[::1]/", Wrong.host),
        ("https://-a-.ru/", Wrong.host),
        ("https://a..ru/", Wrong.host),
        ("https://школа_50.рф/", Wrong.host),
        ("https://[oops/", Wrong.host),
        ("https://school.ru:port/", Wrong.port),
        ("https://a.ru/" + "x" * 1000, Wrong.long),
    ],
)
def test_a_wrong_address_says_what_is_wrong(typed: str, wrong: Wrong) -> None:
    with pytest.raises(WrongAddress) as caught:
        parse(typed)
    assert caught.value.wrong == wrong
