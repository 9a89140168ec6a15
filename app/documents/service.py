"""The life of a paper: drafted, filled in, sent, signed, registered. Services never commit.

What the room offers to views, effects, commands and the tour, under one name.
"""

from __future__ import annotations

from app.documents.acknowledgement import Mailing, PaperSheet, acknowledge, note_paper, send
from app.documents.annulment import annul, leap_of
from app.documents.archive import archive
from app.documents.comparison import compare
from app.documents.drafting import (
    changed_sources,
    draft,
    edit,
    ensure_draft,
    refresh,
    send_to_sign,
    why_not_withdrawn,
    withdraw,
)
from app.documents.incoming import AnswerInput, IncomingInput, answer, receive, set_term
from app.documents.journal import HandEntry, explain_gap
from app.documents.links import declare, drop
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
    why_not_registered,
)
from app.documents.reports import attach_scan, may_report, print_report, require_report
from app.documents.reservations import reserve
from app.documents.signing import SignatureInput, sign

__all__ = [
    "AnswerInput",
    "HandEntry",
    "IncomingInput",
    "Mailing",
    "PaperSheet",
    "Proof",
    "RegisterInput",
    "SignatureInput",
    "acknowledge",
    "annul",
    "answer",
    "archive",
    "attach_scan",
    "changed_sources",
    "compare",
    "declare",
    "draft",
    "drop",
    "edit",
    "end_agreement",
    "enforce",
    "ensure_draft",
    "explain_gap",
    "leap_of",
    "may_report",
    "note_paper",
    "open_reservations",
    "preview_number",
    "print_report",
    "printed",
    "receive",
    "refresh",
    "register",
    "require_report",
    "reserve",
    "send",
    "send_to_sign",
    "set_term",
    "settle_agreement",
    "sign",
    "why_not_registered",
    "why_not_withdrawn",
    "withdraw",
]  # fmt: skip
