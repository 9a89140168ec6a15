"""The application on one screen: which function answers to which name.

A new stage is a new room plus its lines here and in `workflows/`; nothing else moves.
"""

from __future__ import annotations

from app.access import policy as _access_policy
from app.cases import policy as _case_policy
from app.cases.definitions import Definitions
from app.config import Settings
from app.core.clock import Clock, SystemClock
from app.core.db import Database
from app.core.ports import EffectHandler, FactSource, JobHandler, Panel, Ports, QueueSource, Tab
from app.core.storage import open_storage
from app.core.unit_of_work import Runtime
from app.files import policy as _file_policy
from app.jobs import policy as _job_policy
from app.schools import policy as _school_policy

POLICIES = (_access_policy, _school_policy, _case_policy, _file_policy, _job_policy)  # imported for effect

FACTS: dict[str, FactSource] = {}

EFFECTS: dict[str, EffectHandler] = {}

HANDLERS: dict[str, JobHandler] = {}

QUEUES: list[QueueSource] = []

PANELS: list[Panel] = []

TABS: list[Tab] = []


def build(settings: Settings, clock: Clock | None = None) -> Runtime:
    """The running system: database, storage, definitions and the rooms joined by name."""
    ports = Ports(
        zone=settings.zone, storage=open_storage(settings.storage_url), definitions=Definitions(), facts=dict(FACTS),
        effects=dict(EFFECTS), handlers=dict(HANDLERS), queues=list(QUEUES), panels=sorted(PANELS, key=_order),
        tabs=sorted(TABS, key=_order), pages={tab.code: tab.url for tab in TABS}, settings=settings,
    )  # fmt: skip
    return Runtime(settings, Database(settings.database_url), clock or SystemClock(), ports)


def _order(item: Panel | Tab) -> int:
    return item.order
