"""The draft of an agreement in the browser: the page follows the typing, and works without the script too."""

from __future__ import annotations

from playwright.sync_api import Browser, Frame, expect

from app.demo.penza import actor
from app.documents import service
from tests.e2e.person import Person
from tests.e2e.stand import Stand
from tests.people import open_cases


def agreement(stand: Stand) -> int:
    cases = open_cases(stand.system)
    with stand.system.work(actor(stand.system, "clerk")) as work:
        return service.draft(work, "agreement", [cases["oshi1"]]).id


def page_of(clerk: Person) -> Frame:
    """The page beside the form."""
    found = clerk.page.frame(name="paper")
    assert found is not None
    return found


def test_the_page_follows_the_typing_and_a_name_is_checked_on_the_spot(
    browser: Browser, stand: Stand
) -> None:
    document = agreement(stand)
    clerk = Person(browser, stand, "clerk").log_in()
    clerk.go(f"/documents/{document}/edit")
    paper = page_of(clerk)
    expect(paper.locator("a.raw")).to_have_text(["Наставникова Сергея Ильича"])
    place = clerk.page.locator("#var-place input")
    place.fill("г. Кузнецк & К°")
    expect(paper.locator("[data-f=place]").first).to_contain_text("Кузнецк & К°")
    expect(clerk.page.locator("[data-kept-status]")).to_contain_text("Набранное удержано")
    expect(clerk.page.locator("output[data-shown=place]")).to_contain_text("Кузнецк & К°")
    place.fill("")
    expect(paper.locator("mark.gap")).to_have_text(["Место заключения"])
    place.fill("г. Кузнецк")
    expect(paper.locator("[data-f=place].now").first).to_contain_text(
        "Кузнецк"
    )  # the field in hand is outlined
    assert clerk.overflow() == []
    with clerk.page.expect_navigation():
        paper.locator("a.raw").click()
    clerk.press("Проверено")
    expect(clerk.page.locator("#var-place input")).to_have_value("г. Кузнецк")  # back, and nothing is lost
    paper = page_of(clerk)
    expect(paper.locator("[data-f=place]").first).to_contain_text("Кузнецк")
    expect(paper.locator("a.raw")).to_have_count(0)
    clerk.shoot("draft")
    clerk.leave()


def test_without_the_script_the_button_shows_the_page(browser: Browser, stand: Stand) -> None:
    document = agreement(stand)
    clerk = Person(browser, stand, "clerk", script=False).log_in()
    clerk.go(f"/documents/{document}/edit")
    clerk.page.locator("#var-place input").fill("г. Кузнецк")
    clerk.page.get_by_role("button", name="Показать").click()
    clerk.page.wait_for_timeout(1_500)
    paper = page_of(clerk)
    expect(paper.locator("[data-f=place]").first).to_contain_text("Кузнецк")
    clerk.send()
    clerk.go(f"/documents/{document}/edit")
    expect(clerk.page.locator("#var-place input")).to_have_value("г. Кузнецк")
    clerk.leave()
