"""The application on one screen: which function answers to which name.

A new stage is a new room plus its lines here and in `workflows/`; nothing else moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import time
from functools import partial

from sqlalchemy.orm import Session

from app import texts
from app.access import forgetting
from app.access import policy as _access_policy
from app.admin import closing as account_closing
from app.admin import holdings as account_holdings
from app.admin import queues as admin_queues
from app.admin import substitution_notices
from app.calendar import policy as _calendar_policy
from app.calendar.queries import working_calendar
from app.cases import counting as case_counting
from app.cases import daily as case_daily
from app.cases import facts as case_facts
from app.cases import holdings as case_holdings
from app.cases import policy as _case_policy
from app.cases import queues as case_queues
from app.cases import settling as case_settling
from app.cases import telling as case_telling
from app.cases import terms as case_terms
from app.cases.procedures import moving as case_moving
from app.cases.procedures.definitions import Definitions
from app.config import Settings
from app.core.clock import Clock, SystemClock, TrainingClock
from app.core.db import Database
from app.core.holdings import HoldingSource
from app.core.ports import (
    DateWords,
    EffectHandler,
    EvidenceSource,
    FactSource,
    FigureSource,
    JobHandler,
    LookAhead,
    Panel,
    Ports,
    QueueSource,
    Storage,
    Tab,
    ValueSource,
)
from app.core.storage import open_storage
from app.core.unit_of_work import Runtime, Work
from app.curation import due as curation_due
from app.curation import effects as curation_effects
from app.curation import evidence as curation_evidence
from app.curation import facts as curation_facts
from app.curation import figures as curation_figures
from app.curation import holdings as curation_holdings
from app.curation import panels as curation_panels
from app.curation import policy as _curation_policy
from app.curation import queues as curation_queues
from app.curation import service as curation_service
from app.curation import values as curation_values
from app.curation import verify as curation_proof
from app.diagnostics import evidence as diagnosis_evidence
from app.diagnostics import facts as diagnosis_facts
from app.diagnostics import panels as diagnosis_panels
from app.diagnostics import policy as _diagnosis_policy
from app.documents import batch_job as document_batches
from app.documents import daily as document_daily
from app.documents import effects as document_effects
from app.documents import evidence as document_evidence
from app.documents import facts as document_facts
from app.documents import holdings as document_holdings
from app.documents import panels as document_panels
from app.documents import pdf as document_pdf
from app.documents import policy as _document_policy
from app.documents import printing as document_printing
from app.documents import queues as document_queues
from app.documents import subjects as document_subjects
from app.documents import template_pictures
from app.documents import template_policy as _template_policy
from app.documents import unread as document_unread
from app.documents import verify as document_proof
from app.documents.incoming import listings
from app.documents.language.names import prefill_person, prefill_position
from app.documents.language.offices import prefill_organisation
from app.documents.reports import ReportPress
from app.events import evidence as event_evidence
from app.events import facts as event_facts
from app.events import panels as event_panels
from app.events import policy as _event_policy
from app.events import queues as event_queues
from app.evidence import panels as evidence_panels
from app.evidence import policy as _evidence_policy
from app.evidence import service as evidence_service
from app.files import policy as _file_policy
from app.jobs import policy as _job_policy
from app.jobs.schedule import Daily
from app.library import evidence as library_evidence
from app.library import figures as library_figures
from app.library import panels as library_panels
from app.library import policy as _library_policy
from app.notifications import delivery as notice_delivery
from app.notifications import policy as _notice_policy
from app.notifications import reminders as notice_reminders
from app.notifications.service import notify
from app.plans import effects as plan_effects
from app.plans import evidence as plan_evidence
from app.plans import facts as plan_facts
from app.plans import figures as plan_figures
from app.plans import holdings as plan_holdings
from app.plans import panels as plan_panels
from app.plans import policy as _plan_policy
from app.plans import queues as plan_queues
from app.plans import values as plan_values
from app.results import evidence as result_evidence
from app.results import facts as result_facts
from app.results import figures as result_figures
from app.results import panels as result_panels
from app.results import policy as _result_policy
from app.results import service as result_service
from app.results import texts as result_texts
from app.results import values as result_values
from app.schools import holdings as school_holdings
from app.schools import policy as _school_policy

POLICIES = (_access_policy, _calendar_policy,
            _school_policy, _case_policy, _file_policy, _job_policy, _diagnosis_policy, _plan_policy, _curation_policy,
            _document_policy, _template_policy, _event_policy, _result_policy,
            _library_policy, _evidence_policy, _notice_policy)  # imported for effect  # fmt: skip

FACTS: dict[str, FactSource] = {
    **case_facts.FACTS,
    **diagnosis_facts.FACTS,
    **plan_facts.FACTS,
    **result_facts.FACTS,
    **curation_facts.FACTS,
    **event_facts.FACTS,
    **document_facts.FACTS,
}

# facts that are asked about many cases together
AHEAD: dict[str, LookAhead] = {
    **plan_facts.AHEAD,
    **result_facts.AHEAD,
    **curation_facts.AHEAD,
    **document_facts.AHEAD,
}

# facts that are dates: a term of a procedure may be counted from them
DATES: dict[str, DateWords] = {
    **plan_facts.DATES,
    **curation_facts.DATES,
    **document_facts.DATES,
}

curation_facts.plug_plan_end(plan_facts.ends)  # the agreement is measured by the plan

EFFECTS: dict[str, EffectHandler] = {
    **curation_effects.EFFECTS,
    **document_effects.EFFECTS,
}

STEP_EFFECTS = dict(document_effects.STEP_EFFECTS)

# what notices of the rooms ask for
OPEN_MATTERS = {**document_unread.OPEN_MATTERS, **substitution_notices.OPEN_MATTERS}

HANDLERS: dict[str, JobHandler] = {
    "curation.expire": curation_service.expire_job,
    **forgetting.HANDLERS,
    **account_closing.HANDLERS,
    **case_settling.HANDLERS,
    **case_counting.HANDLERS,
    **case_telling.HANDLERS,
    **document_printing.HANDLERS,
    **document_batches.HANDLERS,
    **document_daily.HANDLERS,
    **case_daily.HANDLERS,
    **case_moving.HANDLERS,
    **case_terms.HANDLERS,
    **evidence_service.HANDLERS,
    **document_pdf.HANDLERS,
    **template_pictures.HANDLERS,
    **notice_reminders.HANDLERS,
    **notice_delivery.HANDLERS,
}

PERIODIC = (
    case_settling.HOURLY,
    case_counting.HOURLY,
    Daily("curation.expire", at=time(1, 0)),
    Daily(case_daily.TERMS, at=time(1, 15)),  # after the papers of the night, before the reminders
    Daily(document_daily.TERMS, at=time(1, 5)),
    Daily(document_daily.RESERVATIONS, at=time(1, 10)),
    Daily(forgetting.FORGET, at=time(1, 20)),
    Daily(notice_reminders.MORNING, at=time(6, 0)),
    Daily(document_daily.READING, at=time(6, 15)),
    # after all that reminds: a day later a reminder is too late
    Daily(notice_delivery.DIGEST, at=time(7, 30)),
)

QUEUES: list[QueueSource] = [
    *case_queues.QUEUES,
    *document_queues.QUEUES,
    *curation_queues.QUEUES,
    *curation_due.QUEUES,
    *event_queues.QUEUES,
    *plan_queues.QUEUES,
    *admin_queues.QUEUES,
]

# What each room puts into the package of evidence of a case, in the order of the index within a section.
EVIDENCE: list[EvidenceSource] = [
    *document_evidence.EVIDENCE,
    *diagnosis_evidence.EVIDENCE,
    *plan_evidence.EVIDENCE,
    *curation_evidence.EVIDENCE,
    *event_evidence.EVIDENCE,
    *library_evidence.EVIDENCE,
    *result_evidence.EVIDENCE,
]

# what a person holds, in the order it is handed on when he leaves
HOLDINGS: list[HoldingSource] = [
    *account_holdings.HOLDINGS,
    *school_holdings.HOLDINGS,
    *case_holdings.HOLDINGS,
    *document_holdings.HOLDINGS,
    *plan_holdings.HOLDINGS,
    *curation_holdings.HOLDINGS,
]

PANELS: list[Panel] = [
    *document_panels.PANELS,
    *diagnosis_panels.PANELS,
    *plan_panels.PANELS,
    *curation_panels.PANELS,
    *event_panels.PANELS,
    *result_panels.PANELS,
    *library_panels.PANELS,
]

TABS: list[Tab] = [
    *document_panels.TABS,
    *diagnosis_panels.TABS,
    *plan_panels.TABS,
    *curation_panels.TABS,
    *event_panels.TABS,
    *result_panels.TABS,
    *library_panels.TABS,
    *evidence_panels.TABS,
]


CHOICES: dict[str, Callable[[Session, int], list[tuple[str, str]]]] = {
    **diagnosis_facts.CHOICES,
    "listings": listings,
}

# page → what is read there before a task is closed: it must not change between reading and closing
CONTENTS: dict[str, Callable[[Session, int], object]] = {
    **diagnosis_facts.CONTENTS,
    **plan_facts.CONTENTS,
    **result_facts.CONTENTS,
}

AFTER_TASK = [*plan_effects.AFTER_TASK]

FIGURES: dict[str, FigureSource] = {
    **plan_figures.FIGURES,
    **curation_figures.FIGURES,
    **result_figures.FIGURES,
    **library_figures.FIGURES,
}

# template → who fills its fields
VALUES: tuple[Mapping[str, ValueSource], ...] = (
    plan_values.VALUES,
    curation_values.VALUES,
    result_values.VALUES,
)

# Reports that can be printed for many cases at once.
REPORTS: dict[str, Callable[[Work, int], int]] = {"results_report": result_service.print_report}

# What a room proves about its rows when `verify` asks; the files are read once, by the room of files.
PROOFS: dict[str, Callable[[Session, Storage], Iterator[str]]] = {
    "curation": curation_proof.findings,
    "documents": partial(document_proof.findings, read_files=False),
}

# Pages a guard or a task may link to that are not tabs.
PAGES_OF_A_CASE: dict[str, Callable[[int], str]] = {
    "case": lambda case_id: f"/cases/{case_id}",
    "curator": lambda case_id: f"/programmes/cases/{case_id}/curator",
    "task:confirm_list": lambda case_id: f"/incoming/add?case={case_id}&kind=listing",
}


def build(settings: Settings, clock: Clock | None = None) -> Runtime:
    """The running system: database, storage, definitions and the rooms joined by name."""
    ports = Ports(
        zone=settings.zone, storage=open_storage(settings.storage_url), definitions=Definitions(), facts=dict(FACTS),
        ahead=dict(AHEAD), dates=dict(DATES), mended_by=dict(document_facts.MENDED_BY),
        effects=dict(EFFECTS), step_effects=dict(STEP_EFFECTS),
        handlers=dict(HANDLERS), queues=list(QUEUES), panels=sorted(PANELS, key=_order),
        evidence=list(EVIDENCE),
        tabs=sorted(TABS, key=_order), pages=PAGES_OF_A_CASE | {tab.code: tab.url for tab in TABS}, settings=settings,
        values=_by_template(VALUES), papers=ReportPress(), paper_page=document_queues.paper_page,
        reports=dict(REPORTS),
        figures=dict(FIGURES),
        holdings=sorted(HOLDINGS, key=lambda source: source.order),
        field_titles=dict(texts.FIELD_TITLES),
        tags=dict(texts.TAGS), subjects=dict(document_subjects.SUBJECTS),
        prefill_person=prefill_person, prefill_position=prefill_position, prefill_organisation=prefill_organisation,
        notices=dict(texts.NOTICES), notify=notify, open_matters=dict(OPEN_MATTERS),
        working_day=working_calendar, proofs=dict(PROOFS),
        periodic=list(PERIODIC), value_titles=dict(result_texts.OUTCOMES) | texts.kept_in_words(),
        choices=dict(CHOICES), contents=dict(CONTENTS), after_task=list(AFTER_TASK),
        before_commit=[case_settling.promise],
    )  # fmt: skip
    return Runtime(settings, Database(settings.database_url), clock or _clock(settings), ports)


def _clock(settings: Settings) -> Clock:
    if settings.clock is None:
        return SystemClock()
    return TrainingClock(settings.clock, settings.var / "training-clock")


def _order(item: Panel | Tab) -> int:
    return item.order


def _by_template(rooms: Sequence[Mapping[str, ValueSource]]) -> dict[str, list[ValueSource]]:
    """Every room that fills fields of a paper, by the paper's template."""
    found: dict[str, list[ValueSource]] = {}
    for room in rooms:
        for template, source in room.items():
            found.setdefault(template, []).append(source)
    return found
