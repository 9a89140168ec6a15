"""Results are seen by whoever sees their case."""

from __future__ import annotations

from app.cases.policy import register_case_child
from app.results.models import AssessmentFigure, ListNotice, ResultsReview, RiskChange

for _model in (AssessmentFigure, RiskChange, ListNotice, ResultsReview):
    register_case_child(_model, _model.__table__.c.case_id)
