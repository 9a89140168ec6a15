"""Sentences of the history, by the tag of the journal."""

from app.core.i18n import Text, _
from app.diagnostics.rules import STUDIES

TAGS: dict[str, Text] = {
    "diagnosis:open": _("The diagnosis was opened"),
    "diagnosis:conclusion": _("The conclusion of the diagnosis was written"),
    "study:fill": _("A study of the diagnosis was filled in"),
    "study:edit": _("A study of the diagnosis was corrected"),
    "analysis:add": _("A study was analysed"),
    "analysis:edit": _("The analysis of a study was corrected"),
    "risk:add": _("A risk was added to the profile"),
    "risk:edit": _("A risk of the profile was corrected"),
    "risk:delete": _("A risk was taken out of the profile"),
    "risk:verify": _("The curator checked a risk"),
}

FIELD_TITLES: dict[str, Text] = {
    **{question.name: question.label for study in STUDIES.values() for question in study.questions},
    "state": _("State"),
    "reason": _("Reason"),
    "analysis": _("Analysis"),
    "recommendations": _("Recommendations"),
    "conclusion": _("Conclusion"),
    "significance": _("Significance"),
    "evidence": _("From what it is seen"),
    "is_actual": _("The risk is actual"),
    "verified_name": _("Checked by"),
    "verified_comment": _("What the curator saw"),
}
