"""Every account of the demo finds its way: first page, menu, both widths, keyboard, English, dark; and no further."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from app.cases import queries
from app.core.actor import SYSTEM
from app.demo.penza import LOGINS
from tests.e2e.person import DESKTOP, PHONE, Person
from tests.e2e.stand import Stand

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("e2e-roles")]

# curator schools and directors are alike: two of each walk here, all may log in
WALKERS = [
    name
    for name, _says in LOGINS
    if name not in ("member2", "curator27", "curator51", "director1", "director50")
]

BASICS = r"""() => {
  const found = [];
  const seen = e => e.checkVisibility({visibilityProperty: true});
  const name = e => (e.getAttribute('aria-label') || e.textContent || e.title || '').trim();
  const places = e => ['aria-describedby', 'aria-labelledby'].flatMap(a => (e.getAttribute(a) || '').split(/\s+/));
  if (!document.documentElement.lang) found.push('no lang');
  const h1 = [...document.querySelectorAll('h1')].filter(seen);
  if (h1.length !== 1) found.push(`${h1.length} headings of the first level`);
  for (const e of document.querySelectorAll('input:not([type=hidden]),select,textarea')) {
    const named = e.labels?.length || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.title;
    if (seen(e) && !named) found.push(`no label: ${e.tagName} ${e.name}`);
  }
  for (const e of document.querySelectorAll('a[href],button,summary'))
    if (seen(e) && !name(e)) found.push(`no name: ${e.outerHTML.slice(0, 90)}`);
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids.filter((x, n) => ids.indexOf(x) !== n))) found.push(`id twice: ${id}`);
  for (const e of document.querySelectorAll('[aria-describedby],[aria-labelledby]'))
    for (const id of places(e)) if (id && !document.getElementById(id)) found.push(`points nowhere: ${id}`);
  return found;
}"""

PICTURES_OF_NOTHING = """async () => {
  const used = [...document.querySelectorAll('svg.i use')].map(u => u.getAttribute('href'));
  const known = {};
  for (const file of new Set(used.map(href => href.split('#')[0])))
    known[file] = await (await fetch(file)).text();
  const missing = used.filter(href => !known[href.split('#')[0]].includes(`id="${href.split('#')[1]}"`));
  return [...new Set(missing)].map(href => `no such picture: ${href.split('#')[1]}`);
}"""


@pytest.mark.parametrize("person", WALKERS, indirect=True)
def test_the_first_page_and_every_entry_of_the_menu_open(person: Person) -> None:
    assert person.heading == "Мои задачи"
    person.shoot("home")
    links: list[str] = person.page.eval_on_selector_all(
        "nav.nav a", "all => all.map(a => a.getAttribute('href'))"
    )
    assert "/" in links
    faults = _faults(person, "/")
    for link in dict.fromkeys(links):
        if link == "/":
            continue
        answer = person.go(link)
        assert answer.status == 200, link
        faults += _faults(person, link)
        name = re.sub(r"\W+", "-", link).strip("-")
        for width in (PHONE, DESKTOP):
            person.page.set_viewport_size({"width": width, "height": 900})
            faults += [f"{link} at {width} px sticks out: {e}" for e in person.overflow()]
            unseen = person.page.evaluate(FIELDS_NOT_SEEN)
            faults += [f"{link} at {width} px: a button without its field: {name}" for name in unseen]
        if person.username in ("methodist", "admin"):
            person.shoot(f"menu-{name}")
    assert not faults, "\n".join(faults)


FIELDS_NOT_SEEN = """() => [...document.querySelectorAll('main form')]
  .filter(form => [...form.querySelectorAll('button')].some(e => e.checkVisibility()))
  .flatMap(form => [...form.querySelectorAll('input:not([type=hidden]), select, textarea')])
  .filter(e => !e.closest('details:not([open])') && !e.checkVisibility())
  .map(e => e.name)"""


def _faults(person: Person, link: str) -> list[str]:
    found: list[str] = person.page.evaluate(BASICS) + person.page.evaluate(PICTURES_OF_NOTHING)
    return [f"{link}: {fault}" for fault in found]


CASE_PAGES = ("", "/diagnostics", "/plans", "/curation", "/events", "/results", "/documents", "/publications")


@pytest.mark.parametrize("person", ["methodist", "director41", "curator66"], indirect=True)
def test_all_tabs_of_a_case_are_sound_on_the_desk_and_on_the_phone(person: Person, case_41: int) -> None:
    faults = []
    for page in CASE_PAGES:
        link = f"/cases/{case_41}{page}"
        assert person.go(link).status == 200, link
        faults += _faults(person, link)
        person.shoot(f"case{page.replace('/', '-')}")
    assert not faults, "\n".join(faults)


ON_PAPER = """() => {
  const seen = (all, what) => [...document.querySelectorAll(all)].filter(e => e.checkVisibility())
    .map(e => `${what}: ${(e.textContent || '').trim().slice(0, 40)}`);
  const broken = [...document.querySelectorAll('.steps b')].filter(e => {
    const words = document.createRange();
    return [...e.childNodes].some(node => (node.textContent || '').split(/[\\s-]+/).some(word => {
      const at = (node.textContent || '').indexOf(word);
      if (!word || node.nodeType !== 3) return false;
      words.setStart(node, at);
      words.setEnd(node, at + word.length);
      return words.getClientRects().length > 1;
    }));
  }).map(e => `broken in two: ${e.textContent}`);
  return [...seen('main .btn-x, main button', 'a button'), ...seen('main .gate a', 'a link to mend'), ...broken];
}"""


@pytest.mark.parametrize("person", ["methodist", "director41"], indirect=True)
def test_a_printed_case_has_no_buttons_and_no_broken_words(person: Person, case_41: int) -> None:
    person.page.set_viewport_size({"width": 794, "height": 1123})
    person.page.emulate_media(media="print")
    person.go(f"/cases/{case_41}")
    person.page.evaluate("document.body.style.width = '688px'")  # a sheet without its margins
    assert person.page.locator(".gate").count()
    assert person.page.evaluate(ON_PAPER) == []


@pytest.mark.parametrize("person", ["admin"], indirect=True)
def test_long_ways_fit_the_phone_and_a_form_has_no_empty_part(person: Person) -> None:
    person.page.set_viewport_size({"width": PHONE, "height": 900})
    for link in ("/procedures/school_support/1/rehearsal", "/people/3/leave", "/procedures/upload"):
        assert person.go(link).status == 200
        assert person.overflow() == [], link
        cut = person.page.evaluate(
            "(e => e.getBoundingClientRect().right)(document.querySelector('.crumbs').lastElementChild)"
        )
        beside = person.page.evaluate("document.querySelector('header.top .r').getBoundingClientRect().left")
        assert cut <= beside, f"{link}: the way runs under what stands beside it"
    parts = person.page.evaluate("[...document.querySelectorAll('form .sec')].map(e => e.innerText.trim())")
    assert all(parts), "a part of the form shows nothing"


@pytest.mark.parametrize("person", ["director41"], indirect=True)
def test_on_a_phone_the_tab_of_the_page_is_in_sight(person: Person, case_41: int) -> None:
    person.page.set_viewport_size({"width": PHONE, "height": 900})
    for part in ("", "/curation", "/documents", "/evidence"):
        person.go(f"/cases/{case_41}{part}")
        left, right, rolled = person.page.evaluate(
            """(r => [r.left, r.right, scrollY])(
              document.querySelector('nav.tabs [aria-current]').getBoundingClientRect())"""
        )
        assert 0 <= left < right <= PHONE, part
        assert rolled == 0, "the page itself stays at its top"


@pytest.mark.parametrize("person", ["director41"], indirect=True)
def test_on_a_phone_a_thumb_hits_the_links_that_stand_in_lines(person: Person, case_41: int) -> None:
    person.page.set_viewport_size({"width": PHONE, "height": 900})
    person.go(f"/cases/{case_41}")
    heights = person.page.evaluate(
        """[...document.querySelectorAll('.gate a, .to-map a, .tasks a, details.term > summary')]
          .filter(e => e.checkVisibility()).map(e => [e.innerText, e.getBoundingClientRect().height])"""
    )
    assert len(heights) >= 4
    assert all(height >= 24 for _words, height in heights), heights


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_on_a_phone_every_case_of_the_board_is_there_without_pushing_it_aside(person: Person) -> None:
    person.page.set_viewport_size({"width": PHONE, "height": 900})
    person.go("/cases/?look=board")
    cards = person.page.evaluate(
        "[...document.querySelectorAll('.kc')].map(e => e.getBoundingClientRect()).map(r => [r.left, r.right])"
    )
    assert cards
    assert all(left >= 0 and right <= PHONE for left, right in cards), cards


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_at_the_desk_every_case_of_the_board_is_in_sight_and_nothing_leaves_its_card(person: Person) -> None:
    person.go("/cases/?look=board")
    person.sees("просрочено")  # the longest of the marks
    out = person.page.evaluate(
        """[...document.querySelectorAll('.kc')].flatMap(card => {
          const edge = Math.min(card.getBoundingClientRect().right, innerWidth);
          return [card, ...card.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > edge)
            .filter(e => e.checkVisibility()).map(e => `${e.className}: ${e.textContent.trim().slice(0, 40)}`);
        })"""
    )
    assert out == []


@pytest.mark.parametrize("person", ["head"], indirect=True)
def test_on_a_phone_the_lines_of_a_school_begin_at_one_edge_clear_of_the_red_one(person: Person) -> None:
    person.page.set_viewport_size({"width": PHONE, "height": 900})
    person.go("/overview/")
    cut = "e => e.scrollWidth - e.clientWidth"
    way = f"[...document.querySelectorAll('.crumbs > *')].filter(e => e.offsetWidth).map({cut})"
    assert person.page.evaluate(way) == [0], "the name of the page is whole"
    rows = person.page.evaluate(
        """[...document.querySelectorAll('#schools tbody tr')].map(row => [row.getBoundingClientRect().left,
          ...new Set([...row.children].map(e =>
            Math.round(e.getBoundingClientRect().left + parseFloat(getComputedStyle(e).paddingLeft))))])"""
    )
    assert rows
    assert all(len(edges) == 2 and edges[1] - edges[0] > 10 for edges in rows), rows
    marked = person.page.evaluate(
        """[...document.querySelectorAll('#schools tbody tr')].map(row => {
          row.classList.add('late');
          return [row, row.firstElementChild].map(e => getComputedStyle(e).boxShadow !== 'none');
        })"""
    )
    assert all(edge == [True, False] for edge in marked), "the red edge is the row's, not the name's"


@pytest.mark.parametrize("person", ["clerk"], indirect=True)
def test_on_a_phone_a_long_action_of_a_heading_stays_in_the_window(person: Person) -> None:
    """“Send a trial letter to …” ends with an address of any length."""
    person.page.set_viewport_size({"width": PHONE, "height": 900})
    person.go("/notifications/")
    long = "Отправить проверочное письмо на director.of.school-65-23@municipality.example.org"
    person.page.evaluate(
        "text => { document.querySelector('.head .r .btn-x').lastChild.nodeValue = text }", long
    )
    assert person.overflow() == []


@pytest.mark.parametrize("person", ["methodist", "member1", "director41", "clerk"], indirect=True)
def test_the_main_action_is_reached_by_the_keyboard_alone(person: Person) -> None:
    """The first Tab offers to jump to the content; a few more stand on the first thing to do, visibly."""
    page = person.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _press in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('main .rows a, main a.btn-x')"):
            break
    else:
        pytest.fail("no action within six presses of Tab")
    outline = page.evaluate(
        "(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none')(getComputedStyle(document.activeElement))"
    )
    assert outline, "the focus is not seen"
    before = page.url
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url != before
    expect(page.locator("h1")).to_have_count(1)


@pytest.mark.parametrize("person", ["methodist", "director41", "admin"], indirect=True)
def test_the_shell_in_english_has_no_cyrillic(person: Person) -> None:
    page = person.page
    page.locator("details.me > summary").click()
    person.press("English", within="details.me")
    assert page.locator("html").get_attribute("lang") == "en"
    pages = ["/", "/library/", "/profile/"]
    if person.username != "admin":
        pages += ["/cases/", "/events/", "/documents/"]
    left: list[str] = []
    for link in pages:
        if person.go(link).status != 200:
            continue
        texts: list[str] = page.evaluate(
            """() => {
              const own = e => {
                const copy = e.cloneNode(true);
                copy.querySelectorAll('.sr').forEach(n => n.remove());
                return copy.textContent;
              };
              const words = e => [own(e), e.getAttribute('aria-label'), e.title, e.placeholder].map(t => t && t.trim());
              const parts = document.querySelectorAll(
                'nav.nav a, nav.nav summary, .brand, header.top input, header.top button, main button, main a.btn-x, '
                + 'main th, .tabbar a:not([lang]), details.me small, '
                + 'details.me .menu a:not([lang]), details.me .menu button:not([lang])');
              return [...parts].flatMap(words).filter(Boolean);
            }"""
        )
        left += [f"{link}: {text}" for text in texts if re.search("[а-яё]", text, re.IGNORECASE)]
    person.shoot("english")
    assert not left, "\n".join(left)
    page.locator("details.me > summary").click()
    person.press("Русский", within="details.me")
    assert page.locator("html").get_attribute("lang") == "ru"


@pytest.mark.parametrize("person", ["head"], indirect=True)
def test_the_dark_theme_is_switched_and_remembered(person: Person) -> None:
    page = person.page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Тёмная или светлая").or_(
        page.locator("[data-theme-toggle]")
    ).first.click()
    dark = page.evaluate(ground)
    assert dark != light
    person.go("/overview/")
    assert page.evaluate(ground) == dark
    person.shoot("overview-dark")
    page.locator("[data-theme-toggle]").click()
    assert page.evaluate(ground) == light


# --- what a role may not do: not offered, and refused when forced


@pytest.mark.parametrize(
    ("person", "page", "status"),
    [
        ("member1", "/programmes/add", 403),
        ("director41", "/journal/", 403),
        ("director41", "/overview/", 403),
        ("curator51", "/cases/{case}", 404),
        ("admin", "/cases/{case}", 403),
        ("clerk", "/cases/{case}/step/terminate", 404),
        ("deputy41", "/cases/{case}/curation/sides/school", 403),
        ("head", "/users/list/", 403),
        ("methodist", "/cases/99999", 404),
    ],
    indirect=["person"],
)
def test_a_page_of_others_is_refused_in_words(person: Person, page: str, status: int, case_41: int) -> None:
    address = page.format(case=case_41)
    assert person.page.locator(f"a[href='{address}']").count() == 0
    answer = person.go(address)
    assert answer.status == status
    person.sees(f"Код {status}")
    assert person.heading == {403: "Нет доступа", 404: "Не найдено"}[status]
    assert not _faults(person, address)
    person.shoot(f"refused-{status}")
    with person.page.expect_navigation():
        person.page.locator("main .btn-x.pri").click()  # and there is a way on
    expect(person.page.locator("h1")).to_have_count(1)


@pytest.mark.parametrize(
    ("person", "offered", "path"),
    [
        ("director41", "Передать результаты на рассмотрение", "step/start_review"),
        ("member1", "Прекратить поддержку", "step/terminate"),
        ("curator66", "Вернуть для изменения плана", "step/change_plan"),
        ("clerk", "Внести выезд", "curation/visits/add"),
    ],
    indirect=["person"],
)
def test_a_step_of_others_is_not_offered_and_refused_when_forced(
    person: Person, offered: str, path: str, case_41: int, demo_stand: Stand
) -> None:
    address = f"/cases/{case_41}"
    person.go(address)
    for tab in ("", "/curation"):
        person.go(address + tab)
        for role in ("link", "button"):
            assert person.page.locator("main").get_by_role(role, name=offered, exact=True).count() == 0  # type: ignore[arg-type]
    status = person.force(
        f"{address}/{path}", {"expected_version": str(_version(demo_stand, case_41)), "comment": "Проба"}
    )
    assert status in (403, 404, 409)
    person.sees(f"Код {status}")
    assert _stage(demo_stand, case_41) == "events"


def _version(stand: Stand, case_id: int) -> int:
    version = queries.get_case(stand.system.read(SYSTEM).session, case_id).version
    stand.system.database.session.remove()
    return version


def _stage(stand: Stand, case_id: int) -> str:
    stage = queries.get_case(stand.system.read(SYSTEM).session, case_id).stage
    stand.system.database.session.remove()
    return stage
