"""Filling in the diagnosis: studies by the school, analysis by the methodist, risks checked by the curator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.audit import service as audit
from app.cases.models import Case
from app.cases.queries import get_case, lock_case
from app.cases.roles import require
from app.cases.service import complete_task
from app.cases.stages import PLAN, deciding_on, is_behind, tasks_of_page
from app.core.errors import Forbidden, Invalid, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.sourced import setting
from app.core.unit_of_work import Work
from app.diagnostics import queries
from app.diagnostics.facts import PAGE
from app.diagnostics.models import DiagnosisProfile, RiskEntry, RiskFactor, Study, StudyAnalysis
from app.diagnostics.rules import (
    DEFAULT_EDITION,
    EDITIONS,
    SIGNIFICANCE_LABELS,
    STUDIES,
    Significance,
    StudyKind,
    StudyState,
    check_values,
    told_changes,
)
from app.diagnostics.texts import FIELD_TITLES

LIVE = frozenset({"active"})


@dataclass(frozen=True)
class StudyInput:
    """Answers to the questions of a study, or the reason why there are no data."""

    values: Mapping[str, Any] = field(default_factory=dict)
    state: StudyState = StudyState.filled
    reason: str = ""


@dataclass(frozen=True)
class AnalysisInput:
    analysis: str
    recommendations: str


@dataclass(frozen=True)
class RiskInput:
    """A line of the risk profile; `factor` is the code of the dictionary."""

    factor: str
    significance: Significance
    evidence: str
    is_actual: bool = True


@dataclass(frozen=True)
class VerificationInput:
    """What the curator saw on the visit; he may correct the significance and whether the risk is actual."""

    comment: str
    is_actual: bool = True
    significance: Significance | None = None


def load_risk_factors(work: Work) -> int:
    """Add the editions of the risk dictionary that are not in the database yet; the answer is how many factors."""
    known = {(f.edition, f.code) for f in work.session.scalars(select(RiskFactor))}
    added = 0
    for edition, titles in EDITIONS.items():
        for position, (code, title) in enumerate(titles.items(), start=1):
            if (edition, code) not in known:
                work.session.add(RiskFactor(edition=edition, code=code, title=title, position=position))
                added += 1
    work.session.flush()  # the profile's lines point at these rows in the same unit of work
    return added


def open_profile(work: Work, case_id: int) -> DiagnosisProfile:
    """The diagnosis of the case, opened with the edition of its programme when there is none yet."""
    case = get_case(work.session, case_id)
    profile = queries.profile_of(work.session, case_id)
    if profile is None:
        try:
            with work.session.begin_nested():  # two schools begin their first diagnoses at this very moment
                load_risk_factors(work)
        except IntegrityError:
            pass  # the other one has loaded the dictionary
        edition = str(setting(case.programme.settings, "risk_edition", DEFAULT_EDITION))
        profile = DiagnosisProfile(case_id=case_id, edition=edition, opened_at=work.now)
        work.session.add(profile)
        audit.record(work, "diagnosis:open", profile, case_id=case_id, data={"edition": edition})
    return profile


def fill_study(
    work: Work, case_id: int, kind: StudyKind | str, data: StudyInput, expected_version: int | None = None
) -> Study:
    """Fill in or correct one study, or mark it «no data» with a reason.

    Raises Forbidden, Invalid at the fields, Stale when somebody corrected it meanwhile.
    """
    _open_case(work, case_id, "diagnostics.fill")
    kind = StudyKind(kind)
    figures: dict[str, Any] = {}
    if data.state == StudyState.no_data:
        if len(data.reason.strip()) < 3:
            raise Invalid(fields={"reason": _("Say why there are no data.")})
    else:
        figures, faults = check_values(kind, data.values)
        if faults:
            raise Invalid(fields=faults)
    open_profile(work, case_id)
    reason = data.reason.strip() if data.state == StudyState.no_data else ""
    study = queries.study_of(work.session, case_id, kind)
    _check_version(study, expected_version)
    if study is None:
        study = Study(case_id=case_id, kind=kind.value, state=data.state.value, reason=reason, figures=figures,
                      filled_by=work.actor.user_id, filled_at=work.now)  # fmt: skip
        work.session.add(study)
        audit.record(work, "study:fill", study, case_id=case_id, data={"kind": kind.value, "state": data.state.value},
                     values={"about": STUDIES[kind].title.in_("ru"), "figures": figures, "reason": reason})  # fmt: skip
        return study
    told = told_changes(kind, study.figures, figures)
    for name, value in (("state", data.state.value), ("reason", reason)):
        if getattr(study, name) != value:
            told[name] = {"old": getattr(study, name), "new": value}
    if told:
        study.state, study.reason, study.figures = data.state.value, reason, figures
        study.filled_by, study.filled_at = work.actor.user_id, work.now
        # not `revise`: the history tells the changed questions, not the whole sheet of answers twice
        audit.record(work, "study:edit", study, case_id=case_id, data={"kind": kind.value, "fields": sorted(told)},
                     values={"about": STUDIES[kind].title.in_("ru"), **told})  # fmt: skip
    return study


def write_analysis(
    work: Work, case_id: int, kind: StudyKind | str, data: AnalysisInput, expected_version: int | None = None
) -> StudyAnalysis:
    """Write or correct the methodist's analysis of one study with its recommendations."""
    _open_case(work, case_id, "diagnostics.analyse")
    kind = StudyKind(kind)
    texts = {"analysis": data.analysis.strip(), "recommendations": data.recommendations.strip()}
    if faults := {name: _("This field is required.") for name, text in texts.items() if not text}:
        raise Invalid(fields=faults)
    if reason := why_not_analysed(queries.study_of(work.session, case_id, kind)):
        raise Refusal([reason])
    row = queries.analysis_of(work.session, case_id, kind)
    _check_version(row, expected_version)
    if row is None:
        row = StudyAnalysis(
            case_id=case_id, kind=kind.value, written_by=work.actor.user_id, written_at=work.now, **texts
        )
        work.session.add(row)
        audit.record(
            work,
            "analysis:add",
            row,
            case_id=case_id,
            data={"kind": kind.value},
            values={"about": STUDIES[kind].title.in_("ru"), **texts},
        )
    elif audit.revise(work, row, texts, "analysis:edit", case_id=case_id):
        row.written_by, row.written_at = work.actor.user_id, work.now
    return row


def write_conclusion(
    work: Work, case_id: int, text: str, expected_version: int | None = None
) -> DiagnosisProfile:
    """Write or correct the conclusion over all four studies."""
    _open_case(work, case_id, "diagnostics.analyse")
    if not text.strip():
        raise Invalid(fields={"conclusion": _("This field is required.")})
    _check_version(queries.profile_of(work.session, case_id), expected_version)
    profile = open_profile(work, case_id)
    audit.revise(work, profile, {"conclusion": text.strip()}, "diagnosis:conclusion", case_id=case_id)
    return profile


def add_risk(work: Work, case_id: int, data: RiskInput) -> RiskEntry:
    """Add a line to the risk profile, from the edition of the dictionary the case is made with."""
    _open_case(work, case_id, "diagnostics.fill")
    profile = open_profile(work, case_id)
    factor = work.session.scalars(
        select(RiskFactor).where(RiskFactor.edition == profile.edition, RiskFactor.code == data.factor)
    ).one_or_none()
    if factor is None:
        raise Invalid(fields={"factor": _("Choose one of the list.")})
    if any(risk.factor_id == factor.id for risk in queries.risks_of(work.session, case_id)):
        raise Invalid(fields={"factor": _("This risk is in the profile already.")})
    values = _risk_values(data)
    risk = RiskEntry(case_id=case_id, factor_id=factor.id, verified_by=None, verified_at=None, **values)
    risk.factor = factor
    work.session.add(risk)
    audit.record(
        work,
        "risk:add",
        risk,
        case_id=case_id,
        data={"factor": factor.code},
        values={"about": factor.title, **values},
    )
    return risk


def edit_risk(
    work: Work, case_id: int, risk_id: int, data: RiskInput, expected_version: int | None = None
) -> RiskEntry:
    """Correct a line of the profile. What the curator had checked has changed, so it waits for a new check."""
    _open_case(work, case_id, "diagnostics.fill")
    risk = queries.risk_of(work.session, case_id, risk_id)
    _check_version(risk, expected_version)
    changes = _risk_values(data)
    if risk.verified_at is not None and any(getattr(risk, name) != value for name, value in changes.items()):
        changes |= {"verified_by": None, "verified_at": None, "verified_name": "", "verified_comment": ""}
    _revise_risk(work, risk, changes, "risk:edit")
    return risk


def remove_risk(work: Work, case_id: int, risk_id: int, expected_version: int | None = None) -> None:
    """Take a line out of the profile before the curator has checked it. Raises Refusal afterwards."""
    _open_case(work, case_id, "diagnostics.fill")
    risk = queries.risk_of(work.session, case_id, risk_id)
    _check_version(risk, expected_version)
    if risk.verified_at is not None:
        raise Refusal([Reason(_("The curator has checked this risk. Mark it as not actual instead."))])
    values = {"factor": risk.factor.title, "significance": risk.significance, "evidence": risk.evidence}
    audit.record(work, "risk:delete", risk, case_id=case_id, data={"factor": risk.factor.code}, values=values)
    work.session.delete(risk)


def verify_risk(
    work: Work, case_id: int, risk_id: int, data: VerificationInput, expected_version: int | None = None
) -> RiskEntry:
    """The curator says, from a visit, whether the risk is there. Raises Forbidden for anybody else."""
    _open_case(work, case_id, "diagnostics.verify")
    risk = queries.risk_of(work.session, case_id, risk_id)
    _check_version(risk, expected_version)
    if len(data.comment.strip()) < 3:
        raise Invalid(fields={"comment": _("Say what you saw.")})
    changes = {
        "is_actual": data.is_actual,
        "significance": (data.significance or Significance(risk.significance)).value,
        "verified_by": work.actor.user_id, "verified_name": work.actor.name, "verified_at": work.now,
        "verified_comment": data.comment.strip(),
    }  # fmt: skip
    _revise_risk(work, risk, changes, "risk:verify")
    return risk


def tasks_here(work: Work, case: Case) -> frozenset[str]:
    """Tasks of the present stage that are done on this page."""
    definition = work.ports.definitions.of(work.session, case)
    return frozenset(task.id for task in tasks_of_page(definition, case.stage, PAGE))


def finish(
    work: Work, case_id: int, task: str, expected_version: int, comment: str = "", *, seen: str | None = None
) -> None:
    """Close one of the tasks that are done on the page of the diagnosis, which showed `seen` (cases.seen)."""
    if task not in tasks_here(work, get_case(work.session, case_id)):
        raise Forbidden
    complete_task(work, case_id, task, expected_version, comment, seen)


def why_closed(work: Work, case: Case) -> Reason | None:
    """Why the diagnosis cannot be changed now; None when it can.

    A plan was adopted for these very findings and risks, and results are compared with them: once it is adopted they
    stand, unless the procedure works on the diagnosis in a later stage too.
    """
    if case.status not in LIVE:
        return Reason(_("The case is not being worked on now: nothing in it can be changed."))
    definition = work.ports.definitions.of(work.session, case)
    stage, voted = definition.stages[case.stage], deciding_on(definition, PLAN)
    if stage.page == PAGE or any(task.page == PAGE for task in stage.tasks):
        return None
    is_adopted = case.stage in voted and case.approval == "passed"
    if is_adopted or is_behind(definition, case.stage, voted):
        return Reason(
            _(
                "The plan made by this diagnosis is adopted. To change the diagnosis the case is returned to it."
            )
        )
    return None


def why_not_analysed(study: Study | None) -> Reason | None:
    """Why there is no analysis to write; None when there is."""
    if study is None:
        return Reason(_("There is nothing to analyse: the study is not filled in yet."))
    return None


def _open_case(work: Work, case_id: int, capability: str) -> Case:
    """The case under its lock, if the act is the actor's and the case is being worked on."""
    case = lock_case(work.session, case_id)
    require(work, capability, case)
    if reason := why_closed(work, case):
        raise Refusal([reason])
    return case


def _check_version(
    row: Study | StudyAnalysis | DiagnosisProfile | RiskEntry | None, expected: int | None
) -> None:
    """Raises Stale when the form was filled from another version; None: the caller has no form."""
    if expected is None:
        return
    if expected != (row.version if row is not None else 0):
        raise Stale


def _revise_risk(work: Work, risk: RiskEntry, changes: dict[str, Any], tag: str) -> None:
    """Set what differs and tell it in the history in words, without keys and instants."""
    changed = {
        name: (getattr(risk, name), new) for name, new in changes.items() if getattr(risk, name) != new
    }
    for name, (_old, new) in changed.items():
        setattr(risk, name, new)
    if not changed:
        return
    told = {
        n: {"old": _told(n, old), "new": _told(n, new)}
        for n, (old, new) in changed.items()
        if n in FIELD_TITLES
    }
    audit.record(work, tag, risk, case_id=risk.case_id, data={"fields": sorted(changed)},
                 values={"about": risk.factor.title, **told})  # fmt: skip


def _told(name: str, value: Any) -> Any:
    return SIGNIFICANCE_LABELS[Significance(value)].in_("ru") if name == "significance" else value


def _risk_values(data: RiskInput) -> dict[str, Any]:
    evidence = data.evidence.strip()
    if not evidence:
        raise Invalid(fields={"evidence": _("Say from what the risk is seen.")})
    return {
        "significance": Significance(data.significance).value,
        "evidence": evidence,
        "is_actual": data.is_actual,
    }
