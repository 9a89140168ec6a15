"""Writing the analysis, proposing and deciding the outcome, printing the report on results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases.models import Case
from app.cases.queries import get_case
from app.cases.stages import RESULTS, deciding_on
from app.core.errors import Invalid, NotFound, Reason, Refusal, check_version
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.results import queries
from app.results.editing import open_case, voted_content_changed
from app.results.models import ResultsReview
from app.results.rules import Outcome, Proposal, Signs, propose, signs
from app.results.texts import names


@dataclass(frozen=True)
class DecisionData:
    outcome: str
    justification: str = ""


def write_analysis(work: Work, case_id: int, text: str, expected_version: int | None = None) -> ResultsReview:
    """The methodist's conclusions on the two years."""
    case = open_case(work, case_id, "results.analyse")
    if not text.strip():
        raise Invalid(fields={"analysis": _("This field is required.")})
    review = _review(work, case, expected_version)
    changed = audit.revise(work, review, {"analysis": text.strip()}, "results:analysis", case_id=case.id)
    if changed:
        review.analysed_by, review.analysed_at = work.actor.name, work.now
        voted_content_changed(work, case)
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
    case = open_case(work, case_id, "results.analyse")
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
    voted_content_changed(work, case)
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
    case = open_case(work, case_id, "results.decide")
    if case.stage not in deciding_on(work.ports.definitions.of(work.session, case), RESULTS):
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
        voted_content_changed(work, case)
    return review


def _review(work: Work, case: Case, expected_version: int | None) -> ResultsReview:
    """The review of the case, made when it is first needed; version 0 means «not there yet»."""
    review = queries.review_of(work.session, case.id)
    check_version(review.version if review else 0, expected_version)
    if review is None:
        review = ResultsReview(case_id=case.id, analysis="", proposal={}, proposed_for="", justification="")
        work.session.add(review)
        work.session.flush()
    return review


def _plain(stored: dict[str, Any]) -> dict[str, Any]:
    """Lists and plain words, as JSON gives them back."""
    return {
        k: list(v) if isinstance(v, tuple) else str(v) if isinstance(v, str) else v for k, v in stored.items()
    }
