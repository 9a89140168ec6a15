"""What the history of a case says of its results: in the reader's words, without keys and hashes."""

from __future__ import annotations

from app.audit.queries import field_title, readable, told_changes
from app.core.actor import SYSTEM
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime


def test_keys_and_hashes_of_a_record_are_not_told(penza: Runtime) -> None:
    work = penza.read(SYSTEM)
    kept = {
        "proposed": {"old": None, "new": "effective"},
        "proposed_for": {"old": "", "new": "ab" * 32},
        "ВПР, математика, 5 класс, 2025": {"old": None, "new": "5 из 22"},
        "before": {"old": None, "new": "низкая"},
        "about": "ВПР",
    }
    with in_locale("en"):
        told = told_changes(work, kept)
    assert ("Proposed outcome", None, "Moved to the effective mode of work") in told
    assert ("ВПР, математика, 5 класс, 2025", None, "5 из 22") in told, "named by its own words"
    assert len(told) == 3
    assert field_title(work, "proposed_for") == ""


def test_a_day_of_a_record_reads_as_people_write_it(penza: Runtime) -> None:
    work = penza.read(SYSTEM)
    assert (
        readable(work, ["2025-01-22", "Низкая учебная мотивация"]) == "22.01.2025, Низкая учебная мотивация"
    )
    assert readable(work, "2025-01-22T22:00:00+00:00") == "23.01.2025"
    assert readable(work, True) is True
