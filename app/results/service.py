"""Entering and correcting results, writing the analysis, proposing and deciding the outcome. Never commits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.access.scopes import as_system, get_visible
from app.audit import service as audit
from app.cases.models import Case
from app.cases.queries import get_case, lock_case
from app.cases.roles import require
from app.cases.service import content_changed
from app.core.errors import Invalid, NotFound, Reason, Refusal, Stale
from app.core.i18n import Text, _, in_locale
from app.core.unit_of_work import Work
from app.results import queries
from app.results.models import AssessmentFigure, ListNotice, ResultsReview, RiskChange
from app.results.rules import Kind, Level, Outcome, Procedure, Proposal, Signs, propose, signs
from app.results.texts import LEVELS, SUBJECTS, names, procedure_name

_EDITABLE = ("active", "suspended")
_GRADES = {Kind.oge: (9, 10), Kind.ege: (11, 12)}


@dataclass(frozen=True)
class YearData:
    """One year of a procedure; `held=False` for «не проводилось» (the counts are then left out)."""

    year: int
    participants: int | None = None
    below: int | None = None
    held: bool = True
    biased: bool = False
    source: str = ""
    programme_grade: int | None = None


@dataclass(frozen=True)
class ProcedureData:
    """A procedure with one or both of its years; a year that is not given stays as it was."""

    kind: str
    subject: str
    grade: int
    years: tuple[YearData, ...] = field(default=())

    @property
    def procedure(self) -> Procedure:
        return Procedure(self.kind, self.subject, self.grade)


@dataclass(frozen=True)
class RiskData:
    title: str
    before: str
    after: str
    note: str = ""


@dataclass(frozen=True)
class NoticeData:
    """The external document: `included` says whether it puts the school on the list of `year` or takes it off."""

    year: int
    included: bool
    number: str
    issued_on: date
    issuer: str
    note: str = ""


@dataclass(frozen=True)
class DecisionData:
    outcome: str
    justification: str = ""


# ── figures ───────────────────────────────────────────────────────────────────────────────────────


def add_procedure(work: Work, case_id: int, data: ProcedureData) -> None:
    """Enter a procedure that is not in the table yet.

    Raises Invalid at a field, also when the procedure is there already.
    """
    case = _open_case(work, case_id, "results.enter")
    if any(f.procedure == data.procedure for f in queries.figures_of(work.session, case.id)):
        raise Invalid(fields={"subject": _("This procedure is in the table already: correct it there.")})
    _write_years(work, case, data)


def save_procedure(
    work: Work, case_id: int, data: ProcedureData, expected_version: str | None = None
) -> None:
    """Enter or correct the figures of a procedure; the old values stay in the history.

    `expected_version` is `Row.version` of the form. Raises Invalid at a field, Stale when the row was changed.
    """
    case = _open_case(work, case_id, "results.enter")
    found = {f.year: f for f in queries.figures_of(work.session, case.id) if f.procedure == data.procedure}
    year = case.programme.year
    if expected_version is not None and expected_version != queries.versions(
        found.get(year - 1), found.get(year)
    ):
        raise Stale
    _write_years(work, case, data)


def remove_procedure(
    work: Work, case_id: int, procedure: Procedure, expected_version: str | None = None
) -> None:
    """Take out a procedure entered by mistake; what it said stays in the history."""
    case = _open_case(work, case_id, "results.enter")
    found = [f for f in queries.figures_of(work.session, case.id) if f.procedure == procedure]
    by_year = {f.year: f for f in found}
    year = case.programme.year
    if expected_version is not None and expected_version != queries.versions(
        by_year.get(year - 1), by_year.get(year)
    ):
        raise Stale
    if not found:
        raise NotFound
    told = {_named(figure): {"old": _said(figure), "new": None} for figure in found}
    audit.record(work, "results:remove", found[0], case_id=case.id, data=_codes(procedure), values=told)
    for figure in found:
        work.session.delete(figure)
    _after(work, case)


def _write_years(work: Work, case: Case, data: ProcedureData) -> None:
    _check_procedure(data)
    checked = [_checked_year(case, year) for year in data.years]
    if not checked:
        raise Invalid(fields={"participants_now": _("Enter the figures of at least one year.")})
    session = work.session
    found = {f.year: f for f in queries.figures_of(session, case.id) if f.procedure == data.procedure}
    told: dict[str, Any] = {}
    for values in checked:
        figure = found.get(values["year"])
        before = _said(figure) if figure else None
        if figure is None:
            figure = AssessmentFigure(
                case_id=case.id, kind=data.kind, subject=data.subject, grade=data.grade, **values
            )
            session.add(figure)
        for name, value in values.items():
            setattr(figure, name, value)
        if before != _said(figure):
            subject = figure
            told[_named(figure)] = {"old": before, "new": _said(figure)}
    if told:  # one line of the history says both years, and which procedure they are of
        tag = "results:edit" if found else "results:add"
        audit.record(work, tag, subject, case_id=case.id, data=_codes(data.procedure), values=told)
    _after(work, case)


def _check_procedure(data: ProcedureData) -> None:
    if data.kind not in set(Kind):
        raise Invalid(fields={"kind": _("Choose one of the list.")})
    if data.subject not in SUBJECTS:
        raise Invalid(fields={"subject": _("Choose one of the list.")})
    allowed = _GRADES.get(Kind(data.kind), (4, 5, 6, 7, 8, 10, 11))
    if data.grade not in allowed:
        shown = ", ".join(map(str, allowed))
        raise Invalid(fields={"grade": _("This procedure is held in grades %(grades)s.", grades=shown)})


def _checked_year(case: Case, data: YearData) -> dict[str, Any]:
    """The columns of a figure. Raises Invalid at «participants_now» or «participants_before» and so on."""
    side = "now" if data.year == case.programme.year else "before"
    if data.year not in (case.programme.year, case.programme.year - 1):
        raise Invalid(_("Results are compared for %(before)s and %(now)s.", before=case.programme.year - 1,
                        now=case.programme.year))  # fmt: skip
    participants, below = data.participants or 0, data.below or 0
    wrong: dict[str, Text | str] = {}
    if not data.held:
        if data.participants or data.below:
            wrong[f"participants_{side}"] = _("«Not held» is marked: leave the counts empty.")
    elif data.participants is None:
        wrong[f"participants_{side}"] = _("Say how many took part, or mark «not held».")
    elif participants <= 0:
        wrong[f"participants_{side}"] = _("At least one person takes part; otherwise mark «not held».")
    elif data.below is None:
        wrong[f"below_{side}"] = _("Say how many were below the threshold; nobody is 0.")
    elif not 0 <= below <= participants:
        wrong[f"below_{side}"] = _("From 0 to the number of participants (%(n)s).", n=participants)
    if wrong:
        raise Invalid(fields=wrong)
    return {
        "year": data.year, "participants": participants if data.held else 0, "below": below if data.held else 0,
        "held": data.held, "biased": data.biased and data.held, "source": data.source.strip(),
        "programme_grade": data.programme_grade,
    }  # fmt: skip


def _named(figure: AssessmentFigure) -> str:
    """«ОГЭ, русский язык, 9 класс, 2025», under which the history shows what was and what is."""
    return f"{procedure_name(figure.procedure).in_('ru')}, {figure.year}"


def _said(figure: AssessmentFigure) -> str:
    """«5 из 52; признаки необъективности; источник»."""
    with in_locale("ru"):  # what the history keeps is kept in one language
        parts = [
            f"{figure.below} {_('of')} {figure.participants}" if figure.held else str(_("not held")),
            str(_("signs of bias")) if figure.biased else "",
            str(_("programme of grade %(n)s", n=figure.programme_grade)) if figure.programme_grade else "",
            figure.source,
        ]
    return "; ".join(filter(None, parts))


def _codes(procedure: Procedure) -> dict[str, Any]:
    return {"kind": procedure.kind, "subject": procedure.subject, "grade": procedure.grade}


def _new(**values: Any) -> dict[str, Any]:
    """Values of an addition, as the history prints them: nothing before, this now."""
    return {name: {"old": None, "new": value} for name, value in values.items()}


# ── risks and the official list ───────────────────────────────────────────────────────────────────


def add_risk(work: Work, case_id: int, data: RiskData) -> RiskChange:
    """Enter a risk with its significance before and after the support."""
    case = _open_case(work, case_id, "results.enter")
    _check_risk(data)
    risk = RiskChange(case_id=case.id, **vars(data))
    work.session.add(risk)
    told = _new(risk=data.title, before=LEVELS[data.before].in_("ru"), after=LEVELS[data.after].in_("ru"))
    audit.record(work, "results:risk_add", risk, case_id=case.id, values=told)
    _after(work, case)
    return risk


def edit_risk(work: Work, risk_id: int, data: RiskData, expected_version: int | None = None) -> RiskChange:
    risk = get_visible(work.session, RiskChange, risk_id)
    case = _open_case(work, risk.case_id, "results.enter")
    _fresh(risk.version, expected_version)
    _check_risk(data)
    audit.revise(work, risk, vars(data), "results:risk_edit", case_id=case.id)
    _after(work, case)
    return risk


def remove_risk(work: Work, risk_id: int, expected_version: int | None = None) -> None:
    risk = get_visible(work.session, RiskChange, risk_id)
    case = _open_case(work, risk.case_id, "results.enter")
    _fresh(risk.version, expected_version)
    audit.record(work, "results:risk_remove", risk, case_id=case.id,
                 values={"title": risk.title, "before": risk.before, "after": risk.after})  # fmt: skip
    work.session.delete(risk)
    _after(work, case)


def _check_risk(data: RiskData) -> None:
    wrong: dict[str, Text | str] = {}
    if not data.title.strip():
        wrong["title"] = _("This field is required.")
    for name in ("before", "after"):
        if getattr(data, name) not in set(Level):
            wrong[name] = _("Choose one of the list.")
    if not wrong and data.before == data.after == Level.none:
        wrong["after"] = _("A risk that was not there and is not there need not be entered.")
    if wrong:
        raise Invalid(fields=wrong)


def add_notice(work: Work, case_id: int, data: NoticeData) -> ListNotice:
    """Enter the external document by which the school is, or is no longer, on the official list."""
    case = _open_case(work, case_id, "results.analyse")
    _check_notice(work, data)
    notice = ListNotice(case_id=case.id, **vars(data))
    work.session.add(notice)
    told = _new(included=data.included, year=data.year, number=data.number, issuer=data.issuer)
    audit.record(work, "results:notice_add", notice, case_id=case.id, values=told)
    _after(work, case)
    return notice


def edit_notice(
    work: Work, notice_id: int, data: NoticeData, expected_version: int | None = None
) -> ListNotice:
    notice = get_visible(work.session, ListNotice, notice_id)
    case = _open_case(work, notice.case_id, "results.analyse")
    _fresh(notice.version, expected_version)
    _check_notice(work, data)
    audit.revise(work, notice, vars(data), "results:notice_edit", case_id=case.id)
    _after(work, case)
    return notice


def remove_notice(work: Work, notice_id: int, expected_version: int | None = None) -> None:
    notice = get_visible(work.session, ListNotice, notice_id)
    case = _open_case(work, notice.case_id, "results.analyse")
    _fresh(notice.version, expected_version)
    audit.record(work, "results:notice_remove", notice, case_id=case.id,
                 values={"year": notice.year, "included": notice.included, "number": notice.number})  # fmt: skip
    work.session.delete(notice)
    _after(work, case)


def _check_notice(work: Work, data: NoticeData) -> None:
    wrong: dict[str, Text | str] = {}
    if not 2000 <= data.year <= 2200:
        wrong["year"] = _("Check the year: %(year)s.", year=data.year)
    if data.issued_on > work.today:
        wrong["issued_on"] = _("This date is in the future.")
    for name in ("number", "issuer"):
        if not getattr(data, name).strip():
            wrong[name] = _("This field is required.")
    if wrong:
        raise Invalid(fields=wrong)


# ── analysis, proposal, decision ──────────────────────────────────────────────────────────────────


def write_analysis(work: Work, case_id: int, text: str, expected_version: int | None = None) -> ResultsReview:
    """The methodist's conclusions on the two years."""
    case = _open_case(work, case_id, "results.analyse")
    if not text.strip():
        raise Invalid(fields={"analysis": _("This field is required.")})
    review = _review(work, case, expected_version)
    changed = audit.revise(work, review, {"analysis": text.strip()}, "results:analysis", case_id=case.id)
    if changed:
        review.analysed_by, review.analysed_at = work.actor.name, work.now
        _after(work, case)
    return review


def weigh(work: Work, case: Case) -> tuple[Proposal, Signs]:
    """The outcome the figures speak for at this moment, with its grounds and the signs of low results."""
    session = work.session
    with as_system(session):  # the proposal does not depend on who looks at it
        figures = queries.figures_of(session, case.id)
        risks, notices = queries.risks_of(session, case.id), queries.notices_of(session, case.id)
        plan_done = _plan_done(work, case.id)
    settings, year = queries.settings_of(case.programme), case.programme.year
    now, before = queries.counts(figures, year), queries.counts(figures, year - 1)
    found = signs(now, before, settings)
    proposal = propose(
        on_list=queries.on_list(notices), found=found, high_risk=queries.high_risk(risks), plan_done=plan_done,
        now=now, before=before, settings=settings,
    )  # fmt: skip
    return proposal, found


def _plan_done(work: Work, case_id: int) -> bool | None:
    """Asked from the room of plans by name: all that was due by today is done, or at least accounted for."""
    if figures := work.ports.figures.get("plans.fulfilment"):
        figure = figures(work, [case_id], work.today).get(case_id)
        if figure is not None and figure.of:
            return figure.value == figure.of
    if source := work.ports.facts.get("plans.items_reported"):
        value = source(work.session, case_id).value
        return None if value is None else bool(value)
    return None


def propose_outcome(work: Work, case_id: int) -> ResultsReview:
    """Store the computed outcome with its grounds, as the proposal to the coordination group.

    Raises Refusal when the figures are not enough to propose anything.
    """
    case = _open_case(work, case_id, "results.analyse")
    proposal, found = weigh(work, case)
    if proposal.outcome is None:
        link = work.ports.pages["results"](case.id) if "results" in work.ports.pages else None
        sentence = _("There is no procedure with figures of both years, so nothing can be compared.")
        raise Refusal([Reason(sentence, link)])
    review = _review(work, case, None)
    settings = queries.settings_of(case.programme)
    stored = {
        "grounds": [{"ground": a.ground, "holds": a.holds, "about": names(a.about)} for a in proposal.arguments],
        "a": found.a, "b": found.b, "verdict": found.verdict, "causes_a": names(found.causes_a),
        "causes_b": names(found.causes_b), "policy": found.policy, "rule": found.rule, "n_min": settings.n_min,
        "low_percent": settings.low_percent, "no_change_points": settings.no_change_points,
    }  # fmt: skip
    review.proposed_at = work.now
    changes = {
        "proposed": str(proposal.outcome),
        "proposed_for": queries.basis_hash(work.session, case.id) or "",
    }
    audit.revise(work, review, changes, "results:propose", case_id=case.id)
    review.proposal = _plain(stored)
    _after(work, case)
    return review


def print_report(work: Work, case_id: int) -> int:
    """Have the analytical report printed, or printed again when it changed; the answer is the paper's key.

    Raises NotFound, Forbidden, Refusal while the conclusions are not written.
    """
    case = get_case(work.session, case_id)
    if work.ports.papers is None:
        raise NotFound
    review = queries.review_of(work.session, case.id)
    if review is None or not review.analysis.strip():
        link = work.ports.pages["results"](case.id) if "results" in work.ports.pages else None
        raise Refusal([Reason(_("The methodist has not written the conclusions yet."), link)])
    return work.ports.papers.print_report(
        work, case, "results_report", report_subject(case), work.actor.person_id
    )


def report_subject(case: Case) -> str:
    return f"results:{case.id}"


def decide_outcome(
    work: Work, case_id: int, data: DecisionData, expected_version: int | None = None
) -> ResultsReview:
    """Record the outcome the group decides on; it becomes the outcome of the case when the case is closed.

    Raises Refusal while nothing is proposed, Invalid when an outcome different from the proposed one has
    no justification.
    """
    case = _open_case(work, case_id, "results.decide")
    if case.stage != "results_review":
        raise Refusal([Reason(_("The outcome is decided at the stage of the results review."))])
    if data.outcome not in set(Outcome):
        raise Invalid(fields={"outcome": _("Choose one of the list.")})
    review = _review(work, case, expected_version)
    if review.proposed is None:
        raise Refusal([Reason(_("No outcome is proposed yet: the methodist proposes it first."))])
    justification = data.justification.strip()
    if data.outcome != review.proposed and not justification:
        raise Invalid(fields={"justification": _("The outcome differs from the proposed one: say why.")})
    changes = {"decided": data.outcome, "justification": justification}
    if audit.revise(work, review, changes, "results:decide", case_id=case.id):
        review.decided_by, review.decided_at = work.actor.name, work.now
        _after(work, case)
    return review


# ── common steps ──────────────────────────────────────────────────────────────────────────────────


def _open_case(work: Work, case_id: int, capability: str) -> Case:
    """The locked case, if the actor may do this there and the case is not closed."""
    get_case(work.session, case_id)
    case = lock_case(work.session, case_id)
    require(work, capability, case)
    if case.status not in _EDITABLE:
        raise Refusal(
            [Reason(_("The support of this school is closed: its results are not changed any more."))]
        )
    return case


def _fresh(version: int, expected: int | None) -> None:
    if expected is not None and version != expected:
        raise Stale


def _review(work: Work, case: Case, expected_version: int | None) -> ResultsReview:
    """The review of the case, made when it is first needed; version 0 means «not there yet»."""
    review = queries.review_of(work.session, case.id)
    _fresh(review.version if review else 0, expected_version)
    if review is None:
        review = ResultsReview(case_id=case.id, analysis="", proposal={}, proposed_for="", justification="")
        work.session.add(review)
        work.session.flush()
    return review


def _after(work: Work, case: Case) -> None:
    """What is voted on may have changed: votes given for the old content become void."""
    work.session.flush()  # the engine asks for the new hash
    content_changed(work, case.id)


def _plain(stored: dict[str, Any]) -> dict[str, Any]:
    """Lists and plain words, as JSON gives them back."""
    return {
        k: list(v) if isinstance(v, tuple) else str(v) if isinstance(v, str) else v for k, v in stored.items()
    }
