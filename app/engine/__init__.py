"""The workflow engine: a procedure in YAML, decided step by step. Pure: standard library and YAML only."""

from __future__ import annotations

from app.engine.actions import Action, Cast, Complete, ContentChanged, Fire, Open, Reopen, Settle
from app.engine.answers import Accepted, Reason, Refused, Tally
from app.engine.context import Context, FactValue, Voter
from app.engine.definition import Definition
from app.engine.findings import DefinitionError, Finding
from app.engine.illegal_history import IllegalHistory
from app.engine.machine import decide, evolve, facts_needed, fold
from app.engine.offers import Offer, Waiting, offers, waiting_for
from app.engine.state import State

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
