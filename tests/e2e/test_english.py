"""A person who reads English meets Russian only in names, papers and what people typed; nothing scrolls sideways."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from app.cases import queries
from app.core.actor import SYSTEM
from tests.contracts.catalogues import russian
from tests.e2e.person import DESKTOP, PHONE, Person
from tests.e2e.stand import Stand

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("e2e-roles")]

WALKERS = (
    "methodist",
    "clerk",
    "head",
    "chair",
    "secretary",
    "member1",
    "director41",
    "curator65",
    "deputy41",
    "admin",
)
OF_MENU = ("methodist", "clerk", "director41", "admin")  # who together see all of it
TABS = ("", "/diagnostics", "/plans", "/curation", "/events", "/results", "/documents", "/publications", "/evidence",
        "/map", "/past", "/rounds")  # fmt: skip
OF_ADMIN = ("/procedures/school_support/3", "/procedures/school_support/1", "/procedures/upload", "/calendar/import",
            "/calendar/terms", "/people/3/leave", "/substitutions/add", "/users/add")  # fmt: skip

# Words of catalogues that the demo's people typed themselves.
TYPED = frozenset(
    {
        "математика", "русский язык", "школа-куратор", "директор школы", "учебные данные", "русский",
        "справка о выезде, рекомендации", "делопроизводитель", "методист", "директор", "заместитель директора",
    }
)  # fmt: skip

SAID = r"""() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement;
    if (at && !at.closest('script, style, textarea, iframe, noscript')) found.push(walker.currentNode.textContent);
  }
  for (const e of document.querySelectorAll('[title], [aria-label], [placeholder]'))
    for (const name of ['title', 'aria-label', 'placeholder']) found.push(e.getAttribute(name) || '');
  return [...new Set(found.map(text => text.replace(/\s+/g, ' ').trim()).filter(text => /[а-яё]/i.test(text)))];
}"""


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


@pytest.fixture(scope="module")
def sentence() -> re.Pattern[str]:
    """Any Russian sentence of the catalogues, with anything in its placeholders."""
    found = []
    for form in set(chain.from_iterable(russian().values())):
        parts = re.split(r"(%\(\w+\)[sd])", _plain(form))
        if sum(len(re.sub("[^а-яё]", "", part)) for part in parts[::2]) > 3:
            blanks = {part: r"\d+" if part in ("%(n)s", "%(num)s") else ".+?" for part in parts[1::2]}
            found.append("".join(blanks.get(part, re.escape(part)) for part in parts))
    return re.compile("|".join(found))


def _case_of(person: Person) -> int:
    """The first case the person may open."""
    person.go("/cases/?look=table")
    links = person.page.eval_on_selector_all("main tbody a", "all => all.map(a => a.getAttribute('href'))")
    return min(int(found[1]) for link in links if (found := re.fullmatch(r"/cases/(\d+)", link)))


def _menu(person: Person) -> list[str]:
    links: list[str] = person.page.eval_on_selector_all(
        "nav.nav a", "all => all.map(a => a.getAttribute('href'))"
    )
    return list(dict.fromkeys(links))


def _read(person: Person, language: str) -> None:
    person.page.set_viewport_size({"width": DESKTOP, "height": 900})
    person.page.locator("details.me > summary").click()
    person.press(language, within="details.me")


def _sticks_out(person: Person, link: str) -> list[str]:
    person.page.set_viewport_size({"width": PHONE, "height": 844})
    return [f"{link} scrolls sideways: {wide}" for wide in person.overflow()]


@pytest.mark.parametrize("person", WALKERS, indirect=True)
def test_pages_in_english_say_nothing_in_russian_and_fit_the_phone_in_both_languages(
    person: Person, sentence: re.Pattern[str]
) -> None:
    menu, faults = _menu(person) if person.username in OF_MENU else [], list[str]()
    if person.username == "admin":
        deeper = list(OF_ADMIN)
    else:
        deeper = [f"/cases/{_case_of(person)}{tab}" for tab in TABS]
    for link in deeper if person.username in ("director41", "curator65", "admin") else ():
        assert person.go(link).status == 200, link
        faults += _sticks_out(person, link)
    _read(person, "English")
    for link in (*menu, *deeper):
        assert person.go(link).status == 200, link
        assert person.page.locator("html").get_attribute("lang") == "en"
        said = [text for text in person.page.evaluate(SAID) if _plain(text) not in TYPED]
        faults += [f"{link}: {text}" for text in said if sentence.fullmatch(_plain(text))]
        faults += _sticks_out(person, link)
    _read(person, "Русский")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_printing_stands_beside_the_heading_on_a_phone(person: Person, demo_stand: Stand) -> None:
    case_id = queries.list_cases(demo_stand.system.read(SYSTEM).session)[0].id
    demo_stand.system.database.session.remove()
    for link in (f"/cases/{case_id}", "/overview/"):
        person.page.set_viewport_size({"width": PHONE, "height": 844})
        person.go(link)
        button = person.page.get_by_role("button", name="Печать")
        places = [part.bounding_box() for part in (button, person.page.locator("h1"))]
        assert all(places)
        print_, heading = places
        assert print_ is not None
        assert heading is not None
        assert print_["width"] <= 48, link
        assert print_["height"] >= 40, "a finger hits it"
        assert print_["y"] <= heading["y"] + heading["height"], f"{link}: a line of its own"


CUT_OFF = """() => {
  document.body.style.width = '688px';  // a sheet without its margins
  return [...document.querySelectorAll('main :is(th, td)')].filter(e => e.checkVisibility())
    .filter(e => e.getBoundingClientRect().right > 689).map(e => e.textContent.trim().slice(0, 40));
}"""


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_every_column_of_a_table_is_on_the_paper(person: Person) -> None:
    case_id, cut = _case_of(person), list[str]()
    for language in ("English", "Русский"):
        _read(person, language)
        person.page.set_viewport_size({"width": 794, "height": 1123})
        person.page.emulate_media(media="print")
        for link in (
            "/overview/",
            "/documents/",
            f"/cases/{case_id}/plans",
            f"/cases/{case_id}/diagnostics/assessment",
        ):
            person.go(link)
            cut += [f"{link} in {language}: {text}" for text in person.page.evaluate(CUT_OFF)]
        person.page.emulate_media(media="screen")
    assert not cut, "\n".join(cut)
