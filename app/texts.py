"""The words of the rooms on one screen, by name: sentences of notices and of the journal, titles of fields."""

from __future__ import annotations

from collections.abc import Iterable

from app.access.roles import ROLE_TITLES
from app.admin import texts as admin_texts
from app.calendar import texts as calendar_texts
from app.cases import texts as case_texts
from app.core.i18n import Text
from app.core.ports import Notice
from app.curation import rules as curation_rules
from app.curation import texts as curation_texts
from app.diagnostics import rules as diagnosis_rules
from app.diagnostics import texts as diagnosis_texts
from app.documents import template_texts
from app.documents import texts as document_texts
from app.events import texts as event_texts
from app.evidence import texts as evidence_texts
from app.library import texts as library_texts
from app.notifications import texts as notice_texts
from app.plans import rules as plan_rules
from app.plans import texts as plan_texts
from app.results import texts as result_texts
from app.schools import texts as school_texts

NOTICES: dict[str, Notice] = {
    **notice_texts.NOTICES, **document_texts.NOTICES, **plan_texts.NOTICES, **admin_texts.NOTICES,
}  # fmt: skip

TAGS: dict[str, Text] = {
    **calendar_texts.TAGS,
    **case_texts.TAGS,
    **school_texts.TAGS,
    **admin_texts.TAGS,
    **document_texts.TAGS,
    **template_texts.TAGS,
    **diagnosis_texts.TAGS,
    **plan_texts.TAGS,
    **curation_texts.TAGS,
    **event_texts.TAGS,
    **result_texts.TAGS,
    **library_texts.TAGS,
    **evidence_texts.TAGS,
}

FIELD_TITLES: dict[str, Text] = {
    **school_texts.FIELD_TITLES,
    **admin_texts.FIELD_TITLES,
    **document_texts.FIELD_TITLES,
    **template_texts.FIELD_TITLES,
    **diagnosis_texts.FIELD_TITLES,
    **plan_texts.FIELD_TITLES,
    **curation_texts.FIELD_TITLES,
    **event_texts.FIELD_TITLES,
    **result_texts.FIELD_TITLES,
    **library_texts.FIELD_TITLES,
}

# Closed lists whose words the journal keeps in one language instead of their codes.
KEPT_IN_WORDS: tuple[Iterable[Text], ...] = (
    plan_rules.DIRECTION_LABELS.values(),
    plan_rules.LEVEL_LABELS.values(),
    plan_rules.RECURRENCE_LABELS.values(),
    plan_rules.STATUS_LABELS.values(),
    curation_rules.VISIT_MODES.values(),
    curation_rules.VISIT_GROUNDS.values(),
    curation_rules.RECOMMENDATION_STATUSES.values(),
    diagnosis_rules.SIGNIFICANCE_LABELS.values(),
    [study.title for study in diagnosis_rules.STUDIES.values()],
    result_texts.LEVELS.values(),
    library_texts.SUBJECTS.values(),
    ROLE_TITLES.values(),
)


def kept_in_words() -> dict[str, Text]:
    """Words of closed lists as the journal keeps them, in one language, to be told in the reader's."""
    return {word.in_("ru"): word for words in KEPT_IN_WORDS for word in words}
