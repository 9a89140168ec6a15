"""Who sees a diagnosis: whoever sees its case; the dictionary of risks is open to everyone."""

from app.access.scopes import everyone, policy
from app.cases.policy import register_case_child
from app.diagnostics.models import DiagnosisProfile, RiskEntry, RiskFactor, Study, StudyAnalysis

for _model in (DiagnosisProfile, Study, StudyAnalysis, RiskEntry):
    register_case_child(_model, _model.__table__.c.case_id)

policy(RiskFactor)(everyone)
