"""The life of a paper: drafted, filled in, sent, signed, registered. Services never commit.

What the room offers to views, effects, commands and the tour, under one name.
"""

from __future__ import annotations

from app.documents.annulment import annul, leap_of
from app.documents.drafting import changed_sources, draft, edit, ensure_draft, refresh, send_to_sign, withdraw
from app.documents.journal import HandEntry, explain_gap
from app.documents.proofs import Proof
from app.documents.registering import (
    RegisterInput,
    end_agreement,
    enforce,
    open_reservations,
    preview_number,
    printed,
    register,
    settle_agreement,
)
from app.documents.reports import attach_scan, may_report, print_report, require_report
from app.documents.reservations import reserve
from app.documents.signing import SignatureInput, sign

__all__ = [
    "HandEntry", "Proof", "RegisterInput", "SignatureInput", "annul", "attach_scan", "changed_sources",
    "draft", "edit", "end_agreement", "enforce", "ensure_draft", "explain_gap", "leap_of", "may_report",
    "open_reservations", "preview_number", "print_report", "printed", "refresh", "register",
    "require_report", "reserve", "send_to_sign", "settle_agreement", "sign", "withdraw",
]  # fmt: skip
