"""What every page owes to whoever reads it with a screen reader, a keyboard, poor eyes or a printer of his own.

No checker of others is carried along: the few rules that our templates have broken are asked here of real pages,
in the light and in the dark. Folds are open while a page is asked, so questions before a deed are looked at too.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.person import DESKTOP, PHONE, Person

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("e2e-accessible")]

PAGES = {
    "methodist": [
        "/", "/overview/", "/cases/", "/cases/?look=table", "/cases/{case}", "/cases/{case}/diagnostics",
        "/cases/{case}/plans", "/cases/{case}/curation", "/cases/{case}/results", "/cases/{case}/documents",
        "/cases/{case}/rounds", "/cases/{case}/past", "/cases/{case}/map", "/cases/{case}/step/suspend", "/events/",
        "/events/1", "/events/1/edit", "/events/1/cancel", "/programmes/1", "/documents/", "/notifications/settings",
        "/organisations/list/", "/people/show/16", "/names/", "/substitutions/",
    ],
    "clerk": ["/", "/journal/", "/templates/", "/templates/order_plan", "/incoming/add", "/documents/new/"],
    "secretary": ["/meetings/", "/meetings/1", "/meetings/2"],
    "admin": ["/users/list/", "/users/show/16", "/rights/", "/procedures/", "/working-days/list/", "/mail/"],
}  # fmt: skip

RULES = r"""() => {
  const found = [], all = what => [...document.querySelectorAll(what)];
  for (const fold of all('details')) fold.open = !fold.closest('.tabbar');
  const seen = e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.sr');
  const short = e => `«${e.textContent.trim().slice(0, 40)}» ${e.className}`;

  // tables: what a cell of the head stands for
  for (const e of all('th:not([scope])')) found.push(`a heading of a table without a scope: ${short(e)}`);
  for (const e of all('th')) if (!e.textContent.trim() && !e.children.length) found.push('an empty heading of a table');

  // headings: one of the first level, none left out on the way down
  const levels = all('h1,h2,h3,h4').filter(e => e.checkVisibility()).map(e => Number(e.tagName[1]));
  if (levels.filter(n => n === 1).length !== 1) found.push('not exactly one heading of the first level');
  levels.forEach((n, at) => { if (at && n > levels[at - 1] + 1) found.push(`h${n} after h${levels[at - 1]}`); });

  // regions of one kind have names of their own
  const named = e => e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || '';
  const regions = all('nav,aside').map(e => `${e.tagName} ${named(e)}`);
  for (const r of regions.filter((r, at) => regions.indexOf(r) !== at)) found.push(`two regions alike: ${r}`);

  // contrast, as it is drawn: 4.5, for large words 3
  const sheet = Object.assign(document.createElement('canvas'), {width: 1, height: 1});
  const pen = sheet.getContext('2d', {willReadFrequently: true});
  const known = new Map();
  const read = (colour, ground) => {
    const pair = `${colour} on ${ground}`;
    if (!known.has(pair)) known.set(pair, painted(colour, ground));
    return known.get(pair);
  };
  const painted = (colour, ground) => {
    pen.clearRect(0, 0, 1, 1);
    for (const c of [ground, colour]) if (c) { pen.fillStyle = c; pen.fillRect(0, 0, 1, 1); }
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => .2126 * linear(r / 255) + .7152 * linear(g / 255) + .0722 * linear(b / 255);
  const ground = e => {
    const way = [];
    for (let at = e; at; at = at.parentElement) way.unshift(getComputedStyle(at).backgroundColor);
    return way.reduce((under, c) => `rgb(${read(c, under).slice(0, 3)})`, 'white');
  };
  const pale = e => { for (let at = e; at; at = at.parentElement) if (getComputedStyle(at).opacity < 1) return true; };
  for (const e of all('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !seen(e)) continue;
    if (e.closest(':disabled,[aria-disabled=true],svg,option,.brand b')) continue;
    const style = getComputedStyle(e), under = ground(e), size = parseFloat(style.fontSize);
    if (pale(e)) { found.push(`pale by opacity: ${short(e)}`); continue; }
    const [a, b] = [light(read(style.color, under)), light(read(under))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${short(e)}`);
  }

  // a link among words of a sentence is told by more than its colour
  for (const e of all('main p > a, main .hint > a, main .tasks .t a')) {
    if (!seen(e) || e.matches('.btn-x') || e.closest('.to-map')) continue;
    if (getComputedStyle(e).textDecorationLine !== 'none') continue;
    if ([...e.parentElement.childNodes].some(n => n !== e && n.nodeType === 3 && n.textContent.trim()))
      found.push(`a link told by its colour alone: ${short(e)}`);
  }
  return found;
}"""


@pytest.mark.parametrize("person", PAGES, indirect=True)
def test_pages_are_sound_in_the_light_and_in_the_dark(person: Person, case_41: int) -> None:
    faults: list[str] = []
    for page in PAGES[person.username]:
        link = page.format(case=case_41)
        assert person.go(link).status == 200, link
        for scheme in ("light", "dark"):
            person.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            faults += [f"{link} in the {scheme}: {fault}" for fault in person.page.evaluate(RULES)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_pages_fit_a_window_enlarged_four_times(person: Person, case_41: int) -> None:
    person.page.set_viewport_size({"width": 320, "height": 700})
    for page in PAGES["methodist"] + ["/cases/{case}/step/start_review", "/incoming/add"]:
        person.go(page.format(case=case_41))
        assert person.overflow() == [], page


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_two_schools_are_told_apart_by_the_titles_of_their_tabs(person: Person) -> None:
    pages = [f"/cases/{case}{part}" for case in (1, 2) for part in ("", "/plans", "/results", "/documents")]
    titles = [person.page.title() for page in pages if person.go(page)]
    assert len(set(titles)) == len(pages), titles


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_a_question_that_is_cancelled_gives_the_focus_back(person: Person) -> None:
    page = person.page
    person.go("/organisations/list/")
    asks = page.locator("details.pop > summary").first
    focused = "document.activeElement === document.querySelector('details.pop > summary')"
    asks.press("Enter")
    page.get_by_role("button", name="Отмена").filter(visible=True).press("Enter")
    expect(page.locator("details.pop[open]")).to_have_count(0)
    assert page.evaluate(focused)
    asks.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.evaluate(focused)


UNDER = """() => {
  const e = document.activeElement, at = e.getBoundingClientRect();
  const hit = document.elementFromPoint(at.left + Math.min(at.width, 20) / 2, at.top + at.height / 2);
  const lies = bar => bar && !bar.contains(e);
  return lies(hit?.closest('.tabbar, .ends, header.top')) ? `${e.name || e.textContent.trim()}` : '';
}"""


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_what_takes_the_focus_is_not_under_the_bars(person: Person, case_41: int) -> None:
    for link, width in (("/incoming/add", PHONE), (f"/cases/{case_41}", PHONE), ("/incoming/add", DESKTOP)):
        person.page.set_viewport_size({"width": width, "height": 700})
        person.go(link)
        hidden = []
        for _press in range(60):
            person.page.keyboard.press("Tab")
            hidden.append(person.page.evaluate(UNDER))
        assert not any(hidden), f"{link} at {width}: {[one for one in hidden if one]}"


@pytest.mark.parametrize("person", ["curator66"], indirect=True)
def test_a_row_that_is_removed_leaves_the_focus_in_its_list(person: Person, case_41: int) -> None:
    person.go(f"/cases/{case_41}/curation/visits/add")
    rows = person.page.get_by_role("group").filter(has=person.page.locator("[data-rows]")).first
    rows.locator("[data-add-row]").press("Enter")
    rows.locator("[data-drop-row]").last.press("Enter")
    expect(rows.locator("[data-add-row]")).to_be_focused()


@pytest.mark.parametrize("person", ["head"], indirect=True)
def test_what_was_done_is_told_to_a_screen_reader(person: Person) -> None:
    """Words that stand on the page when it opens are not announced: they are put into a region a moment later."""
    page = person.page
    person.go("/notifications/settings")
    person.send()
    said = page.locator("main > .note[role=status]").inner_text().strip()
    told = page.locator("body > .sr[role=status]")
    expect(told).to_have_text(said)
    expect(told).to_have_count(0, timeout=8_000)  # and is not read twice


@pytest.mark.parametrize("person", ["secretary"], indirect=True)
def test_who_was_absent_is_said_in_words(person: Person) -> None:
    person.go("/meetings/2")
    people = person.page.locator("main .rows.mt li")
    expect(people.filter(has=person.page.locator("use[href$='#circle']"))).to_have_text(
        ["Макетова О.Ю. отсутствует"]
    )
    expect(people.filter(has_text="отсутствует")).to_have_count(1)


@pytest.mark.parametrize("person", ["head"], indirect=True)
def test_a_closed_case_does_not_urge_anybody_to_open_it_again(person: Person) -> None:
    person.go("/cases/?look=board")
    person.follow("МБОУ СОШ № 50", within=".board")
    step = person.page.get_by_role("link", name="Вернуть из завершённых")
    expect(step).to_be_visible()
    expect(step).not_to_have_class(re.compile(r"\bpri\b"))


@pytest.mark.parametrize("person", ["methodist"], indirect=True)
def test_the_board_shows_every_case_without_pushing_it_aside(person: Person) -> None:
    for width in (DESKTOP, PHONE):
        person.page.set_viewport_size({"width": width, "height": 900})
        person.go("/cases/?look=board")
        edges = person.page.evaluate(
            "[...document.querySelectorAll('.kc')].map(e => e.getBoundingClientRect().right)"
        )
        assert len(edges) == 4
        assert max(edges) <= width, edges
