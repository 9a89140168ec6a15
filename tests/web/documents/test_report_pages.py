"""The buttons that print reports, the paper behind them, and the exported journal."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.curation import visits
from app.demo.penza import actor
from app.demo.visit_data import VISITS
from app.documents import journal
from app.jobs.runner import drain
from tests.integration.documents.test_reports import PDF, series_of
from tests.people import WebUsers


def test_the_curator_prints_signs_and_the_pair_reads(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    assert isinstance(penza.clock, FixedClock)
    penza.clock.move(datetime(2025, 1, 16, 9, tzinfo=UTC))
    with penza.work(actor(penza, "curator66")) as work:
        visit = visits.record_visit(work, cases["41"], VISITS["41"][0].visit).id
    page = f"/cases/{cases['41']}/curation/visits/{visit}"
    assert "Справка (DOCX)" in web("curator66").get(page).get_data(as_text=True)
    assert "Справка (DOCX)" not in web("director41").get(page).get_data(as_text=True)
    assert web.post("director41", f"{page}/paper", page="/me/").status_code in (403, 404)
    printed = web.post("curator66", f"{page}/paper", page=page)
    assert printed.status_code == 303
    card = printed.headers["Location"]
    drain(penza)
    for who in ("curator66", "director41", "methodist", "clerk"):
        answer = web(who).get(card)
        assert answer.status_code == 200, who
        page = answer.get_data(as_text=True)
        assert "Справка о выезде" in page
        assert "Справка подписана" in page, "the second step is called as the first"
        assert ("Распечатайте, подпишите" in page) is (who in ("curator66", "methodist")), "who may do it"
        assert ("Ждёт подписи составителя" in page) is (who in ("director41", "clerk"))
        assert web(who).get(f"{card}/file/paper").data.startswith(b"PK")
        assert web(who).get(f"{card}/preview").status_code == 200
    for who in ("curator27", "director50"):
        assert web(who).get(card).status_code == 404
        assert web(who).get(f"{card}/file/paper").status_code == 404
    assert web("director41").get(f"{card}/scan").status_code == 403
    assert web("curator66").get(f"{card}/edit").status_code == 403
    form = web("curator66").get(f"{card}/scan").get_data(as_text=True)
    version = re.search(r'name="expected_version"[^>]*value="(\d+)"', form)
    assert version
    data = {"signed_on": "2025-01-16", "expected_version": version.group(1)}
    bad = web.post("curator66", f"{card}/scan", {**data, "proof": (io.BytesIO(b"MZ"), "a.pdf")})
    assert bad.status_code == 422
    done = web.post("curator66", f"{card}/scan", {**data, "proof": (io.BytesIO(PDF), "Справка.pdf")})
    assert done.status_code == 303, done.get_data(as_text=True)[-1500:]
    assert "Справка.pdf" in web("director41").get(card).get_data(as_text=True)


def test_the_journal_is_taken_as_a_spreadsheet_by_its_keepers(
    web: WebUsers, penza: Runtime, cases: dict[str, int]
) -> None:
    with penza.work(actor(penza, "clerk")) as work:
        series = series_of(work, cases["41"])
        journal.enter_next(work, series, journal.Line(date(2025, 1, 9), "Приказ"))
        key = series.id
    page = web("clerk").get("/journal/").get_data(as_text=True)
    assert f"/journal/{key}/export.xlsx" in page
    assert "landscape" in page
    for who in ("clerk", "head"):
        answer = web(who).get(f"/journal/{key}/export.xlsx")
        assert answer.status_code == 200
        assert answer.data.startswith(b"PK")
    assert web("methodist").get(f"/journal/{key}/export.xlsx").status_code == 403
    assert web("clerk").get("/journal/999/export.xlsx").status_code == 404
