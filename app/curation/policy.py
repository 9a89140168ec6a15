"""Who sees agreements and visits: whoever sees their case."""

from __future__ import annotations

from app.cases.policy import register_case_child
from app.curation.models import (
    Agreement,
    AgreementSide,
    PlannedVisit,
    Recommendation,
    Visit,
    VisitFile,
    VisitNote,
)

for _model in (Agreement, AgreementSide, PlannedVisit, Visit, Recommendation, VisitNote, VisitFile):
    register_case_child(_model, _model.__table__.c.case_id)
