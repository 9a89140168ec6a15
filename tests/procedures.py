"""Procedures of the tests' own in the running system."""

from __future__ import annotations

from pathlib import Path

from app.cases import service
from app.cases.procedures import version_uploads, versions
from app.cases.procedures.version_uploads import Upload
from app.core.unit_of_work import Runtime
from app.demo.penza import actor


def publish(system: Runtime, source: str, version: int, code: str = service.PROCESS) -> None:
    """A sound version of the procedure, as the administrator brings it into force."""
    with system.work(actor(system, "admin")) as work:
        row = version_uploads.upload(work, Upload(source))
        assert row.status == "checked", [str(one) for one in versions.examine(work, row).findings]
        versions.publish(work, code, version)


def growth() -> str:
    """The procedure of another municipality, in whose stages and tasks no room knows a name."""
    return (Path(__file__).parent / "data" / "growth" / "v1.yaml").read_text(encoding="utf-8")
