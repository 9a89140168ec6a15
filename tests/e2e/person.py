"""A person at the browser: reads, clicks and types what the page offers, and keeps pictures of what he saw.

Whatever no page of the product may do is collected on the way — an error of a script, a request to another
host, an answer 5xx, a broken picture or style — and `Person.leave` fails on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response, expect

from app.access.sessions import LIFETIME
from app.demo.penza import PASSWORD
from tests.e2e.stand import Stand

PICTURES = Path(__file__).resolve().parents[2] / "test-artefacts"
DESKTOP, PHONE = 1360, 390


class Person:
    """One account in a browser of its own (an own context: cookies are not shared)."""

    def __init__(self, browser: Browser, stand: Stand, username: str, *, script: bool = True) -> None:
        self.username, self.stand = username, stand
        self.context = browser.new_context(
            base_url=stand.url, locale="ru-RU", timezone_id="Europe/Moscow", java_script_enabled=script,
            viewport={"width": DESKTOP, "height": 900}, reduced_motion="reduce",
        )  # fmt: skip
        self.context.set_default_timeout(8_000)
        self.troubles: list[str] = []
        self._since: datetime | None = None
        self.page = self.tab()

    def tab(self) -> Page:
        """One more tab of the same browser."""
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        page.on("request", self._watch_request)
        page.on("response", self._watch_response)
        return page

    # --- what a person does

    def log_in(self, password: str = PASSWORD) -> Person:
        self.go("/login/")
        self.fill({"username": self.username, "password": password})
        self.press("Войти")
        self._since = self.stand.clock.now()
        return self

    @property
    def is_logged_in(self) -> bool:
        return self._since is not None and self.stand.clock.now() - self._since < LIFETIME

    def go(self, path: str) -> Response:
        """Open an address, as from a bookmark."""
        answer = self.page.goto(path)
        assert answer is not None
        return answer

    def follow(self, name: str, *, within: str = "body", exact: bool = False) -> None:
        """Click a link by its words."""
        found = self.page.locator(within).get_by_role("link", name=name, exact=exact).filter(visible=True)
        with self.page.expect_navigation():
            found.first.click()

    def press(self, name: str, *, within: str = "body", exact: bool = False) -> None:
        """Click a button that sends something, by its words."""
        found = self.page.locator(within).get_by_role("button", name=name, exact=exact).filter(visible=True)
        with self.page.expect_navigation():
            found.first.click()

    def send(self, *, within: str = "main") -> None:
        """Click the button at the end of the form that stands on the page."""
        with self.page.expect_navigation():
            self.page.locator(f"{within} .form .ends button[type=submit]").click()

    def unfold(self, name: str, *, within: str = "body") -> None:
        """Open a fold («Другие шаги», a question before a deed)."""
        self.page.locator(within).locator("summary").filter(has_text=name).filter(visible=True).first.click()

    def follow_in_row(self, row: str, name: str) -> None:
        """Click a link that stands in the row of a table with these words."""
        found = (
            self.page.locator("main tr")
            .filter(has_text=re.compile(_loose(row)))
            .get_by_role("link", name=name)
        )
        with self.page.expect_navigation():
            found.first.click()

    def tab_of_case(self, name: str) -> None:
        self.follow(name, within="nav.tabs", exact=False)

    def fill(self, values: Mapping[str, Any], *, within: str = "main") -> None:
        """Type into a form: name of the field → what a person would choose or type; lists are repeated rows."""
        for name, value in values.items():
            if (
                isinstance(value, Sequence)
                and not isinstance(value, str)
                and value
                and isinstance(value[0], Mapping)
            ):
                self._fill_rows(name, value, within)
            else:
                self._fill_one(name, value, within)

    def _fill_rows(self, name: str, rows: Sequence[Mapping[str, Any]], within: str) -> None:
        box = self.page.locator(f"{within} [data-rows]").filter(has=self.page.locator(f"[name^='{name}-']"))
        for number, row in enumerate(rows):
            if number:
                box.get_by_role("button", name="Добавить строку").click()
            self.fill({f"{name}-{number}-{column}": value for column, value in row.items()}, within=within)

    def _fill_one(self, name: str, value: Any, within: str) -> None:
        if value is None or value == "" or (isinstance(value, tuple | list) and not value):
            return
        fields = self.page.locator(within).locator(f"[name='{name}']")
        kind = fields.first.evaluate("e => e.tagName === 'INPUT' ? e.type : e.tagName.toLowerCase()")
        if kind == "select":
            fields.first.select_option(value=str(value))
        elif kind in ("radio", "checkbox"):
            wanted = {_typed(v) for v in (value if isinstance(value, list | tuple | set) else [value])}
            for place in range(fields.count()):
                box = fields.nth(place)
                is_wanted = value is True or (box.get_attribute("value") or "") in wanted
                if is_wanted or kind == "checkbox":
                    box.set_checked(is_wanted)
        elif kind == "file":
            file_name, data = value
            fields.first.set_input_files({"name": file_name, "mimeType": "application/pdf", "buffer": data})
        else:
            fields.first.fill(
                value.isoformat() if kind == "date" and isinstance(value, date) else _typed(value)
            )

    def force(self, path: str, fields: Mapping[str, str] | None = None) -> int:
        """Send a form the pages do not offer, with the token of a page that is open; the status of the answer."""
        self.page.locator("[name=csrf_token]").first.wait_for(state="attached")
        with self.page.expect_navigation() as answer:
            self.page.evaluate(
                """([path, fields]) => {
                  const form = document.createElement('form');
                  form.method = 'post'; form.action = path;
                  const token = document.querySelector('[name=csrf_token]').value;
                  for (const [name, value] of Object.entries({csrf_token: token, ...fields})) {
                    const input = document.createElement('input');
                    input.name = name; input.value = value; form.append(input);
                  }
                  document.body.append(form); form.submit();
                }""",
                [path, dict(fields or {})],
            )
        return answer.value.status

    # --- what a person sees

    def sees(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(re.compile(_loose(text)))

    def sees_no(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.locator("main")).not_to_contain_text(re.compile(_loose(text)))

    def error_at(self, name: str) -> Locator:
        """The sentence that stands at a field."""
        return (
            self.page.locator("main .fld")
            .filter(has=self.page.locator(f"[name='{name}']"))
            .locator(".err")
            .last
        )

    @property
    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text().replace("\u00a0", " ")

    def shoot(self, name: str) -> None:
        """A picture of the page on the desk and on the phone; neither may scroll sideways."""
        PICTURES.mkdir(exist_ok=True)
        for width, height in ((PHONE, 844), (DESKTOP, 900)):
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.mouse.wheel(0, -100_000)  # what sticks to the window is pictured in its place
            self.page.wait_for_timeout(60)  # the page settles after a change of width
            picture = PICTURES / f"{self.username}-{name}-{width}.png"
            self.page.screenshot(path=str(picture), full_page=True)
            wide = self.overflow()
            assert not wide, f"{self.page.url} at {width} px scrolls sideways: {wide}"

    def remember_failure(self) -> None:
        """What this person saw last, for whoever reads why a test failed."""
        PICTURES.mkdir(exist_ok=True)
        self.page.screenshot(path=str(PICTURES / f"failed-{self.username}.png"), full_page=True)

    def overflow(self) -> list[str]:
        """What sticks out of the window to the right, when the page can be scrolled there."""
        found: list[str] = self.page.evaluate(
            """() => {
              const wide = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= wide) return [];
              return [...document.querySelectorAll('body *')]
                .filter(e => e.getBoundingClientRect().right > wide)
                .slice(0, 5).map(e => `${e.tagName}.${e.className} ${(e.textContent || '').trim().slice(0, 40)}`);
            }"""
        )
        return found

    def leave(self) -> None:
        self.context.close()
        assert not self.troubles, f"{self.username}: {self.troubles}"

    # --- what may never happen

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium tells every answer 4xx here; refusals are checked where they are expected
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.troubles.append(f"console: {message.text}")

    def _watch_request(self, request: Request) -> None:
        if request.url.startswith(("data:", "blob:", "about:")):
            return
        if urlsplit(request.url).netloc != urlsplit(self.stand.url).netloc:
            self.troubles.append(f"another host: {request.url}")

    def _watch_response(self, response: Response) -> None:
        if response.status >= 500 or (
            response.status >= 400 and response.request.resource_type != "document"
        ):
            self.troubles.append(f"{response.status}: {response.url}")


def _typed(value: Any) -> str:
    """As a person types it: «22.01.2025», «34,5»."""
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, float | Decimal):
        return str(value).replace(".", ",")
    return str(value)


def _loose(text: str) -> str:
    """Any space of the page (narrow, no-break) answers to a space of the test."""
    return r"\s+".join(map(re.escape, text.split()))
