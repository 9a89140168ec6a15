"""Who sees a plan: whoever sees its case."""

from app.cases.policy import register_case_child
from app.plans.models import PlanItem, PlanReport, PlanSnapshot

for _model in (PlanItem, PlanReport, PlanSnapshot):
    register_case_child(_model, _model.__table__.c.case_id)
