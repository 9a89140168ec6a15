"""The package of evidence: whole, in its order, equal for equal input, and only what its orderer may see."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pytest
from sqlalchemy import select

from app.access.models import Membership
from app.audit.models import AuditHead, AuditRecord
from app.core.actor import SYSTEM
from app.core.errors import NotFound
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents import service as papers
from app.documents.rules import IncomingKind
from app.documents.service import IncomingInput, Proof, RegisterInput
from app.evidence import service
from app.evidence.models import EvidencePackage
from app.evidence.rules import TITLES, safe_name, unique_name
from app.files.models import StoredFile
from app.jobs.runner import drain
from tests.integration.documents.test_life import DAY, registered, signed_order
from tests.people import open_cases

LETTER = Proof(b"%PDF-1.4 letter\n%%EOF\n", "Перечень: «школы».pdf")


@pytest.fixture
def both(penza_on_both: Runtime) -> tuple[Runtime, dict[str, int]]:
    cases = open_cases(penza_on_both)
    registered(penza_on_both, signed_order(penza_on_both, cases), RegisterInput(DAY))
    drain(penza_on_both)
    with penza_on_both.work(actor(penza_on_both, "clerk")) as work:
        listing = IncomingInput(IncomingKind.listing, "Министерство", "Перечень", DAY, (cases["41"],), "1-пр")
        papers.receive(work, 1, listing, LETTER)
    return penza_on_both, cases


def ordered(system: Runtime, who: str, case_id: int | None) -> EvidencePackage:
    with system.work(actor(system, who)) as work:
        key = service.order(work, 1, case_id).id
    drain(system)
    found = system.read(actor(system, who)).session.scalars(
        select(EvidencePackage).where(EvidencePackage.id == key)
    ).one()  # fmt: skip
    assert found.state == "ready", found.trouble
    return found


def opened(system: Runtime, package: EvidencePackage) -> dict[str, bytes]:
    assert package.file is not None
    with zipfile.ZipFile(io.BytesIO(system.ports.storage.get(package.file.sha256))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_everything_is_in_it_and_every_hash_holds(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    package = ordered(system, "methodist", cases["41"])
    files = opened(system, package)
    manifest = json.loads(files["manifest.json"])
    assert package.manifest_hash == hashlib.sha256(files["manifest.json"]).hexdigest()
    assert {one["path"]: one["sha256"] for one in manifest["files"]} == {
        path: hashlib.sha256(data).hexdigest() for path, data in files.items() if path != "manifest.json"
    }
    page = files["index.html"].decode()
    places = [page.index(f"{no}. {name}</h3>") for no, name in enumerate(TITLES.values(), start=1)]
    assert places == sorted(places)
    assert "1-оп" in page
    assert "Случай открыт" in page.replace("\u00a0", " ")
    kept = [path for path in files if path.startswith("files/")]
    assert any(path.endswith(".docx") and path.startswith("files/6-measures/") for path in kept)
    assert "files/3-monitoring/Перечень «школы».pdf" in kept or any("Перечень" in path for path in kept)
    assert all(path.count("/") == 2 for path in kept)
    assert manifest["missing"] == []


def test_its_chain_is_the_journals_own(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    files = opened(system, ordered(system, "methodist", cases["41"]))
    stream = json.loads(files["events.json"])["streams"][0]
    last = "0" * 64
    for number, link in enumerate(stream["records"], start=1):
        assert link["seq"] == number
        assert link["prev"] == last
        last = hashlib.sha256((last + link["canonical"]).encode()).hexdigest()
        assert link["hash"] == last
    work = system.read(SYSTEM)
    head = work.session.scalars(select(AuditHead).where(AuditHead.stream == f"case:{cases['41']}")).one()
    assert (head.seq, head.hash) == (len(stream["records"]), stream["head"])


def test_equal_input_gives_an_equal_package_and_a_change_another(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both
    one, two = (known(ordered(system, "methodist", cases["50"])) for _time in range(2))
    assert one[0] != two[0]  # two orders
    assert one[1:] == two[1:]
    with system.work(actor(system, "clerk")) as work:
        letter = IncomingInput(IncomingKind.letter, "Школа", "Письмо", DAY, (cases["50"],))
        papers.receive(work, 1, letter)
    assert known(ordered(system, "methodist", cases["50"]))[2] != one[2]


def known(package: EvidencePackage) -> tuple[int, str, str]:
    assert package.file is not None
    return package.id, package.file.sha256, package.manifest_hash


def test_it_holds_what_the_orderer_may_see_and_is_his_alone(both: tuple[Runtime, dict[str, int]]) -> None:
    system, cases = both
    with pytest.raises(NotFound):
        with system.work(actor(system, "director50")) as work:
            service.order(work, 1, cases["41"])
    school = ordered(system, "director50", cases["50"])
    page = opened(system, school)["index.html"].decode().replace("\u00a0", " ")
    assert "СОШ № 50" in page
    assert "Перечень" not in opened(system, school)["index.html"].decode()
    whole = ordered(system, "director50", None)
    assert json.loads(opened(system, whole)["manifest.json"])["schools"] == ["МБОУ СОШ № 50"]
    others = system.read(actor(system, "director41")).session
    assert others.scalars(select(EvidencePackage)).all() == []
    assert whole.file_id not in set(others.scalars(select(StoredFile.id)))
    assert whole.file_id in set(
        system.read(actor(system, "director50")).session.scalars(select(StoredFile.id))
    )
    everything = ordered(system, "head", None)
    schools = json.loads(opened(system, everything)["manifest.json"])["schools"]
    assert len(schools) == 4
    paths = [path for path in opened(system, everything) if path.startswith("files/")]
    assert {path.split("/")[1][:2] for path in paths} >= {"01", "02", "03", "04"}


def key_and_file(package: EvidencePackage) -> tuple[int, int | None]:
    return package.id, package.file_id


def test_the_package_of_a_programme_stays_behind_with_the_office(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    """The head has become the director of a school: of the four cases he sees one, and its package only."""
    system, cases = both
    everything = key_and_file(ordered(system, "head", None))
    his = key_and_file(ordered(system, "head", cases["50"]))
    with system.work(SYSTEM) as work:
        director = actor(system, "director50")
        (school,) = director.organisation_ids("director")
        old = work.session.scalars(
            select(Membership).where(Membership.user_id == actor(system, "head").user_id)
        ).one()  # fmt: skip
        old.role, old.organisation_id = "director", school
    system.database.session.remove()
    session = system.read(actor(system, "head")).session
    assert set(session.scalars(select(EvidencePackage.id))) == {his[0]} != {everything[0]}
    assert {his[1], everything[1]} & set(session.scalars(select(StoredFile.id))) == {his[1]}


def test_ordering_is_journalled_but_does_not_lengthen_the_journal_of_the_case(
    both: tuple[Runtime, dict[str, int]],
) -> None:
    system, cases = both

    def length() -> int:
        query = select(AuditRecord).where(AuditRecord.stream == f"case:{cases['41']}")
        return len(system.read(SYSTEM).session.scalars(query).all())

    before = length()
    ordered(system, "methodist", cases["41"])
    assert length() == before
    tags = set(system.read(SYSTEM).session.scalars(select(AuditRecord.tag)))
    assert {"evidence:order", "evidence:ready"} <= tags


def test_two_presses_are_one_order_and_lost_access_is_told(penza: Runtime, cases: dict[str, int]) -> None:
    who = actor(penza, "methodist")
    keys = []
    for _press in range(2):
        with penza.work(who) as work:
            keys.append(service.order(work, 1, cases["41"]).id)
    assert keys[0] == keys[1]
    from flask_appbuilder.security.sqla.models import User

    with penza.work(SYSTEM) as work:
        account = work.session.get(User, who.user_id)
        assert account is not None
        account.active = False
    drain(penza)
    package = penza.read(who).session.scalars(select(EvidencePackage)).one()
    assert package.state == "failed"
    assert package.trouble
    assert package.file_id is None


def test_names_can_be_unpacked_anywhere() -> None:
    assert safe_name("a/b\\c:d*?.pdf") == "a b c d.pdf"
    assert safe_name("..\x00/..") == "file"
    assert safe_name("CON.pdf") == "CON_.pdf"
    assert len(safe_name("я" * 300 + ".docx")) == 85
    taken: set[str] = set()
    assert [unique_name(n, taken) for n in ("Скан.pdf", "скан.PDF", "Скан.pdf")] == [
        "Скан.pdf", "скан (2).PDF", "Скан (3).pdf",
    ]  # fmt: skip
