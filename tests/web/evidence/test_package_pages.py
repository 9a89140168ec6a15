"""The package of evidence in the browser: ordered, downloaded, and proved by its own page in a real Chromium."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.documents.service import RegisterInput
from app.evidence.models import EvidencePackage
from app.evidence.rules import TITLES
from app.evidence.texts import SECTIONS
from app.jobs.runner import drain
from tests.integration.documents.test_life import DAY, registered, signed_order
from tests.people import WebUsers


@pytest.fixture
def package(web: WebUsers, penza: Runtime, cases: dict[str, int], tmp_path: Path) -> Path:
    """The unpacked package of № 41, ordered and downloaded by the methodist."""
    registered(penza, signed_order(penza, {"41": cases["41"]}), RegisterInput(DAY))
    drain(penza)
    page = f"/cases/{cases['41']}/evidence"
    assert web.post("methodist", f"{page}/order", page=page).status_code == 303
    text = web("methodist").get(page).get_data(as_text=True)
    assert "Пакет готовится" in text
    assert "http-equiv" in text
    drain(penza)
    text = web("methodist").get(page).get_data(as_text=True)
    assert "Пакет готов" in text
    file_id, manifest = made(penza)
    assert manifest in text
    data = web("methodist").get(f"/files/{file_id}").get_data()
    assert web("director41").get(f"/files/{file_id}").status_code == 404
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path / "пакет")
    return tmp_path / "пакет"


def made(penza: Runtime) -> tuple[Any, str]:
    found = penza.read(SYSTEM).session.scalars(select(EvidencePackage)).one()
    return found.file_id, found.manifest_hash


@pytest.fixture
def checker(package: Path, browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.goto((package / "verify.html").as_uri())
    yield page
    page.close()


def verdict(page: Page, folder: Path) -> tuple[Any, str]:
    page.set_input_files("#folder", str(folder))
    page.wait_for_function("!['', 'busy'].includes(document.getElementById('verdict').className)")
    return page.get_attribute("#verdict", "class"), page.inner_text("#verdict")


@pytest.mark.browser
def test_the_package_proves_itself_without_the_system(package: Path, checker: Page, penza: Runtime) -> None:
    assert verdict(checker, package)[0] == "ok"
    assert checker.inner_text("#manifest") == made(penza)[1]
    assert "цепочка цела" in checker.inner_text("#chains")


@pytest.mark.browser
def test_one_changed_byte_a_lost_file_and_a_foreign_one_are_named(package: Path, checker: Page) -> None:
    victim = next(path for path in sorted(package.rglob("*.docx")))
    name = victim.relative_to(package).as_posix()
    whole = victim.read_bytes()
    victim.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
    kind, told = verdict(checker, package)
    assert kind == "bad"
    assert f"изменён файл {name}" in told
    victim.unlink()
    assert f"нет файла {name}" in verdict(checker, package)[1]
    victim.write_bytes(whole)
    (package / "добавлено.txt").write_text("лишнее")
    assert "лишний файл добавлено.txt" in verdict(checker, package)[1]
    (package / "добавлено.txt").unlink()
    assert verdict(checker, package)[0] == "ok"
    (package / "manifest.json").write_text("{")
    assert "не читается" in verdict(checker, package)[1]
    (package / "manifest.json").unlink()
    assert "нет файла manifest.json" in verdict(checker, package)[1]


@pytest.mark.browser
def test_a_rewritten_journal_is_found_even_with_a_new_manifest(package: Path, checker: Page) -> None:
    """Whoever changes an event and its hash in the list still breaks the chain."""
    import hashlib
    import json

    events = package / "events.json"
    data = json.loads(events.read_text(encoding="utf-8"))
    record = data["streams"][0]["records"][0]
    record["canonical"] = record["canonical"].replace('"case:', '"cast:', 1)
    events.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    manifest = json.loads((package / "manifest.json").read_text(encoding="utf-8"))
    for one in manifest["files"]:
        if one["path"] == "events.json":
            one["sha256"] = hashlib.sha256(events.read_bytes()).hexdigest()
    (package / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    kind, told = verdict(checker, package)
    assert kind == "bad"
    assert "журнал" in told


def test_a_foreign_package_page_is_not_there(web: WebUsers, cases: dict[str, int]) -> None:
    assert web("director41").get(f"/cases/{cases['50']}/evidence").status_code == 404
    assert web("admin").get(f"/cases/{cases['41']}/evidence").status_code in (403, 404)
    assert web("head").get("/evidence/programmes/1").status_code == 200
    assert web("head").get("/evidence/programmes/999").status_code == 404


def test_the_page_about_a_package_speaks_the_readers_language_the_package_russian(
    web: WebUsers, cases: dict[str, int]
) -> None:
    chain = [str(title) for title in SECTIONS.values()]
    assert chain == list(TITLES.values()), "in Russian as in the package"
    client = web("methodist")
    case = web.app.extensions["opora"].read(SYSTEM).session.get_one(Case, cases["41"])
    urls = (f"/cases/{case.id}/evidence", f"/evidence/programmes/{case.programme_id}")
    assert all(" → ".join(chain) in client.get(url).text for url in urls)
    client.get("/lang/en")
    for url in urls:
        page = client.get(url).text
        assert "Goals → Indicators → Monitoring → Analysis → Recommendations → Measures" in page
        assert "Цели" not in page
