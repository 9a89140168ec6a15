"""The figures on the card of a study, as the reader writes numbers."""

from __future__ import annotations

from app.core.i18n import in_locale
from app.diagnostics.models import Study
from app.diagnostics.rules import StudyKind
from app.diagnostics.views import key_figures


def test_a_share_has_the_readers_decimal_sign() -> None:
    study = Study(kind="staff", figures={"teachers": 34, "vacancies": 2, "category": 15, "trained": 17})
    told = {}
    for language in ("ru", "en"):
        with in_locale(language):
            told[language] = [figure for _title, figure in key_figures(StudyKind.staff, study)]
    assert told["ru"] == ["34", "2", "15 (44,1\u00a0%)", "17 (50\u00a0%)"]
    assert told["en"] == ["34", "2", "15 (44.1\u00a0%)", "17 (50\u00a0%)"]
