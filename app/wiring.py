"""The application on one screen: which function answers to which name.

A new stage is a new room plus its lines here and in `workflows/`; nothing else moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.orm import Session

from app.access import policy as _access_policy
from app.cases import facts as case_facts
from app.cases import policy as _case_policy
from app.cases import queues as case_queues
from app.cases.definitions import Definitions
from app.config import Settings
from app.core.clock import Clock, SystemClock
from app.core.db import Database
from app.core.i18n import Text
from app.core.ports import EffectHandler, FactSource, FigureSource, JobHandler, Panel, Ports, QueueSource, Tab, ValueSource
from app.core.storage import open_storage
from app.core.unit_of_work import Runtime
from app.curation import facts as curation_facts
from app.curation import policy as _curation_policy
from app.diagnostics import facts as diagnosis_facts
from app.diagnostics import panels as diagnosis_panels
from app.diagnostics import policy as _diagnosis_policy
from app.diagnostics import texts as diagnosis_texts
from app.events import facts as event_facts
from app.events import policy as _event_policy
from app.files import policy as _file_policy
from app.jobs import policy as _job_policy
from app.plans import facts as plan_facts
from app.plans import figures as plan_figures
from app.plans import panels as plan_panels
from app.plans import policy as _plan_policy
from app.plans import texts as plan_texts
from app.plans import values as plan_values
from app.schools import policy as _school_policy

POLICIES = (_access_policy, _school_policy, _case_policy, _file_policy, _job_policy, _diagnosis_policy, _plan_policy, _curation_policy,
            _event_policy)  # imported for effect  # fmt: skip

FACTS: dict[str, FactSource] = {
    **case_facts.FACTS,
    **diagnosis_facts.FACTS,
    **plan_facts.FACTS,
    **curation_facts.FACTS,
    **event_facts.FACTS,
}

EFFECTS: dict[str, EffectHandler] = {}

HANDLERS: dict[str, JobHandler] = {}

QUEUES: list[QueueSource] = [
    *case_queues.QUEUES,
]

PANELS: list[Panel] = [
    *diagnosis_panels.PANELS,
    *plan_panels.PANELS,
]

TABS: list[Tab] = [
    *diagnosis_panels.TABS,
    *plan_panels.TABS,
]


CHOICES: dict[str, Callable[[Session, int], list[tuple[str, str]]]] = {
    **diagnosis_facts.CHOICES,
}

TAGS: dict[str, Text] = {
    **diagnosis_texts.TAGS,
    **plan_texts.TAGS,
}

FIELD_TITLES: dict[str, Text] = {
    **diagnosis_texts.FIELD_TITLES,
    **plan_texts.FIELD_TITLES,
}

FIGURES: dict[str, FigureSource] = {
    **plan_figures.FIGURES,
}

VALUES: tuple[Mapping[str, ValueSource], ...] = (plan_values.VALUES,)  # template → who fills its fields

# Pages a guard or a task may link to that are not tabs.
PAGES_OF_A_CASE: dict[str, Callable[[int], str]] = {
    "case": lambda case_id: f"/cases/{case_id}",
    "curator": lambda case_id: f"/programmes/cases/{case_id}/curator",
}


def build(settings: Settings, clock: Clock | None = None) -> Runtime:
    """The running system: database, storage, definitions and the rooms joined by name."""
    ports = Ports(
        zone=settings.zone, storage=open_storage(settings.storage_url), definitions=Definitions(), facts=dict(FACTS),
        effects=dict(EFFECTS), handlers=dict(HANDLERS), queues=list(QUEUES), panels=sorted(PANELS, key=_order),
        tabs=sorted(TABS, key=_order), pages=PAGES_OF_A_CASE | {tab.code: tab.url for tab in TABS}, settings=settings,
        values=_by_template(VALUES),
        figures=dict(FIGURES),
        field_titles=dict(FIELD_TITLES),
        tags=dict(TAGS),
        choices=dict(CHOICES),
    )  # fmt: skip
    return Runtime(settings, Database(settings.database_url), clock or SystemClock(), ports)


def _order(item: Panel | Tab) -> int:
    return item.order


def _by_template(rooms: Sequence[Mapping[str, ValueSource]]) -> dict[str, list[ValueSource]]:
    """Every room that fills fields of a paper, by the paper's template."""
    found: dict[str, list[ValueSource]] = {}
    for room in rooms:
        for template, source in room.items():
            found.setdefault(template, []).append(source)
    return found
