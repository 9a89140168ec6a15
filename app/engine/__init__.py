"""The workflow engine: a procedure in YAML, decided step by step. Pure: standard library and YAML only."""

from __future__ import annotations

from app.engine.definition import Definition
from app.engine.findings import DefinitionError, Finding
from app.engine.machine import decide, evolve, facts_needed, fold
from app.engine.offers import Offer, Waiting, offers, waiting_for
from app.engine.state import (
    Accepted,
    Action,
    Cast,
    Complete,
    ContentChanged,
    Context,
    FactValue,
    Fire,
    IllegalHistory,
    Open,
    Reason,
    Refused,
    Reopen,
    Settle,
    State,
    Tally,
    Voter,
)

__all__ = [
    "Accepted",
    "Action",
    "Cast",
    "Complete",
    "ContentChanged",
    "Context",
    "Definition",
    "DefinitionError",
    "FactValue",
    "Finding",
    "Fire",
    "IllegalHistory",
    "Offer",
    "Open",
    "Reason",
    "Refused",
    "Reopen",
    "Settle",
    "State",
    "Tally",
    "Voter",
    "Waiting",
    "decide",
    "evolve",
    "facts_needed",
    "fold",
    "offers",
    "waiting_for",
]
