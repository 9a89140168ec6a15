"""The steps of a visit's report: handed to the director, acknowledged or objected to, printed, added to."""

from __future__ import annotations

from app.audit import service as audit
from app.cases.models import Case
from app.cases.queries import get_case, lock_case
from app.cases.roles import require, require_running
from app.core.errors import Invalid, NotFound, Reason, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.curation.checks import check_version
from app.curation.journal import revise
from app.curation.models import Visit, VisitNote
from app.curation.queries import get_visit
from app.curation.reports import subject_of
from app.curation.rules import ReportState
from app.curation.visits import locked_reason, own_visit
from app.schools.queries import signatory_on


def submit_report(work: Work, case_id: int, visit_id: int, expected_version: int | None = None) -> Visit:
    """Hand the report over to the director of the supported school."""
    case, visit = own_visit(work, case_id, visit_id, expected_version)
    if visit.report not in (ReportState.draft, ReportState.objected):
        raise Refusal([Reason(_("The report is with the director already."))])
    _step(work, case, visit, ReportState.submitted, "visit:submit")
    return visit


def acknowledge(
    work: Work, case_id: int, visit_id: int, expected_version: int | None = None, comment: str = ""
) -> Visit:
    """The director has read the report; from now on it is locked. A case that stopped running does not hinder it."""
    case, visit = _for_director(work, case_id, visit_id, expected_version)
    _step(work, case, visit, ReportState.acknowledged, "visit:acknowledge", comment)
    return visit


def object_to(
    work: Work, case_id: int, visit_id: int, objection: str, expected_version: int | None = None
) -> Visit:
    """The director objects, in words; the report goes back to the curator."""
    case, visit = _for_director(work, case_id, visit_id, expected_version)
    require_running(case)  # nobody could correct the report any more
    if not objection.strip():
        raise Invalid(fields={"text": _("Write what you do not agree with.")})
    _step(work, case, visit, ReportState.objected, "visit:object", objection)
    return visit


def print_report(work: Work, case_id: int, visit_id: int) -> int:
    """Have the report on the visit printed, or printed again when it changed; the answer is the paper's key.

    Raises NotFound, Forbidden, Refusal (the visit was entered by mistake).
    """
    case = get_case(work.session, case_id)
    visit = get_visit(work.session, case_id, visit_id)
    if visit.withdrawn_at is not None:
        raise Refusal([locked_reason(visit)])
    if work.ports.papers is None:
        raise NotFound
    compiler = visit.compiler_id
    if compiler is None and case.curator_id is not None:
        # entered without a card of the person: the director signs
        position = signatory_on(work.session, case.curator_id, visit.held_on)
        compiler = position.person_id if position else None
    return work.ports.papers.print_report(work, case, "visit_report", subject_of(visit), compiler)


def add_to_report(work: Work, case_id: int, visit_id: int, text: str) -> VisitNote:
    """A dated addition to a locked report, which itself stays as it was acknowledged; in any state of the case."""
    case = lock_case(work.session, case_id)
    require(work, "curation.visit", case)
    visit = get_visit(work.session, case_id, visit_id)
    if visit.report != ReportState.acknowledged:
        raise Refusal([Reason(_("The report is not acknowledged yet: correct it instead."))])
    if not text.strip():
        raise Invalid(fields={"text": _("This field is required.")})
    return _note(work, case, visit, "addition", text, "visit:addition")


def _for_director(
    work: Work, case_id: int, visit_id: int, expected_version: int | None
) -> tuple[Case, Visit]:
    case = lock_case(work.session, case_id)
    require(work, "curation.acknowledge", case)
    visit = get_visit(work.session, case_id, visit_id)
    check_version(visit.version, expected_version)
    if visit.report != ReportState.submitted or visit.withdrawn_at is not None:
        raise Refusal([Reason(_("This report does not wait for your answer."))])
    return case, visit


def _step(work: Work, case: Case, visit: Visit, state: ReportState, tag: str, text: str = "") -> None:
    # for the journal; the note tells it
    revise(work, visit, {"report": state.value}, f"{tag}_state", case.id)
    _note(work, case, visit, state.value, text, tag)


def _note(work: Work, case: Case, visit: Visit, kind: str, text: str, tag: str) -> VisitNote:
    note = VisitNote(
        case_id=case.id, visit_id=visit.id, kind=kind, text=text.strip(), at=work.now, by_name=work.actor.name
    )
    work.session.add(note)
    audit.record(work, tag, note, case_id=case.id, values={"text": text.strip()} if text.strip() else None)
    work.session.expire(visit, ["notes"])
    return note
