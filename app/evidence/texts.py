"""Sentences of the history, the sections and the states of a package."""

from __future__ import annotations

from app.core.i18n import Text, _
from app.evidence.rules import PackageState, Section

TAGS: dict[str, Text] = {
    "evidence:order": _("A package of evidence was ordered"),
    "evidence:ready": _("A package of evidence was made"),
}
SECTIONS: dict[str, Text] = {
    Section.goals: _("Goals"),
    Section.indicators: _("Indicators"),
    Section.monitoring: _("Monitoring"),
    Section.analysis: _("Analysis"),
    Section.recommendations: _("Recommendations"),
    Section.measures: _("Measures and decisions of the management"),
    Section.effect: _("Effect of the measures taken"),
}
STATES: dict[str, Text] = {
    PackageState.preparing: _("The package is being prepared"),
    PackageState.ready: _("The package is ready"),
    PackageState.failed: _("The package could not be made"),
}
