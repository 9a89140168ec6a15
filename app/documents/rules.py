"""The life of a paper as arithmetic: its states, the moves allowed, and dates that look out of order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.core.i18n import Text, _


class DocumentKind(StrEnum):
    order = "order"
    agreement = "agreement"
    protocol = "protocol"
    report = "report"
    act = "act"


class DocumentState(StrEnum):
    draft = "draft"
    to_sign = "to_sign"
    signed = "signed"
    registered = "registered"
    in_force = "in_force"
    changed = "changed"
    cancelled = "cancelled"
    repealed = "repealed"
    expired = "expired"
    terminated = "terminated"
    archived = "archived"


class Move(StrEnum):
    """What somebody does to a paper; `annul` belongs to the journal, not here."""

    send = "send"
    withdraw = "withdraw"
    sign = "sign"
    register = "register"
    enforce = "enforce"
    change = "change"
    cancel = "cancel"
    repeal = "repeal"
    expire = "expire"
    terminate = "terminate"
    archive = "archive"


STATE_LABELS = {
    DocumentState.draft: _("Draft document"),
    DocumentState.to_sign: _("Document to be signed"),
    DocumentState.signed: _("Signed document"),
    DocumentState.registered: _("Registered document"),
    DocumentState.in_force: _("Document in force"),
    DocumentState.changed: _("Changed document"),
    DocumentState.cancelled: _("Cancelled document"),
    DocumentState.repealed: _("Repealed document"),
    DocumentState.expired: _("Expired document"),
    DocumentState.terminated: _("Terminated document"),
    DocumentState.archived: _("Archived document"),
}
PRINTED_REPORT = _("Printed report")
SIGNED_REPORT = _("Signed report")
KIND_LABELS = {
    DocumentKind.order: _("Official order"),
    DocumentKind.agreement: _("Cooperation agreement"),
    DocumentKind.protocol: _("Minutes of a meeting"),
    DocumentKind.report: _("Written report"),
    DocumentKind.act: _("Formal act"),
}

_S, _M = DocumentState, Move
_COMMON: dict[tuple[DocumentState, Move], DocumentState] = {
    (_S.draft, _M.send): _S.to_sign,
    (_S.to_sign, _M.withdraw): _S.draft,
    (_S.to_sign, _M.sign): _S.signed,
    (_S.signed, _M.register): _S.registered,
}
MOVES: Mapping[DocumentKind, Mapping[tuple[DocumentState, Move], DocumentState]] = {
    # In force from its registration or from the day it names; another order changes or cancels it.
    DocumentKind.order: {
        **_COMMON,
        # only where a plan in it was sent back: there is no other way on (documents.sent_back)
        (_S.signed, _M.withdraw): _S.draft,
        (_S.registered, _M.enforce): _S.in_force,
        (_S.registered, _M.cancel): _S.cancelled,
        (_S.in_force, _M.change): _S.changed,
        (_S.in_force, _M.cancel): _S.cancelled,
        (_S.in_force, _M.repeal): _S.repealed,
        (_S.changed, _M.change): _S.changed,
        (_S.changed, _M.cancel): _S.cancelled,
        (_S.changed, _M.repeal): _S.repealed,
        (_S.in_force, _M.archive): _S.archived,
        (_S.changed, _M.archive): _S.archived,
        (_S.cancelled, _M.archive): _S.archived,
        (_S.repealed, _M.archive): _S.archived,
    },
    # Two signatures before «signed», two numbers before «registered»; it ends by its term or earlier.
    DocumentKind.agreement: {
        **_COMMON,
        (_S.registered, _M.enforce): _S.in_force,
        (_S.in_force, _M.change): _S.changed,
        (_S.changed, _M.change): _S.changed,
        (_S.in_force, _M.expire): _S.expired,
        (_S.changed, _M.expire): _S.expired,
        (_S.registered, _M.terminate): _S.terminated,
        (_S.in_force, _M.terminate): _S.terminated,
        (_S.changed, _M.terminate): _S.terminated,
        (_S.expired, _M.archive): _S.archived,
        (_S.terminated, _M.archive): _S.archived,
    },
    # Minutes tell what was: they are never changed or cancelled, a later meeting decides anew.
    DocumentKind.protocol: {**_COMMON, (_S.registered, _M.archive): _S.archived},
    # No number and nobody to send it to: it is printed, and signed once a scan shows the signature.
    DocumentKind.report: {(_S.draft, _M.sign): _S.signed, (_S.signed, _M.archive): _S.archived},
    # An act tells what was done: approved by the head, numbered, filed; nothing is done by it later.
    DocumentKind.act: {**_COMMON, (_S.registered, _M.archive): _S.archived},
}
# What a signature is for, as the person who has to give it reads it.
PURPOSES: Mapping[DocumentKind, Text] = {
    DocumentKind.order: _("the order takes effect when it is signed and registered"),
    DocumentKind.agreement: _("the agreement binds both schools when both directors have signed"),
    DocumentKind.protocol: _("the minutes prove what the meeting decided"),
    DocumentKind.report: _("the report is kept as signed and no longer changes"),
    DocumentKind.act: _("the act proves what was done, once it is approved"),
}
# Templates of the orders a plan is approved by: the first time, and worded anew while that one is in force.
PLAN_ORDER, PLAN_CHANGE = "order_plan", "order_change_plan"
# Registered, and neither cancelled nor over.
STANDING = (DocumentState.registered, DocumentState.in_force, DocumentState.changed)
# A number stands in the journal: what the paper says about itself has to agree with its line.
NUMBERED = frozenset(STANDING) | {
    DocumentState.cancelled, DocumentState.repealed, DocumentState.expired, DocumentState.terminated,
    DocumentState.archived,
}  # fmt: skip


class LinkKind(StrEnum):
    """What a registered paper does to an earlier one; `annulled` is no such act, it is a slip of the journal."""

    changes = "changes"
    cancels = "cancels"
    repeals = "repeals"

    @property
    def move(self) -> Move:
        return {"changes": Move.change, "cancels": Move.cancel, "repeals": Move.repeal}[self.value]


LINK_LABELS: Mapping[LinkKind, Text] = {
    LinkKind.changes: _("changes it"),
    LinkKind.cancels: _("cancels it"),
    LinkKind.repeals: _("repeals it: it is no longer in force"),
}
# The line of the journal, from both sides: «изменяет приказ № 12-оп», «изменён приказом № 30-оп».
_ACTS: Mapping[tuple[DocumentKind, LinkKind], Text] = {
    (DocumentKind.order, LinkKind.changes): _("changes the order No. %(number)s of %(day)s"),
    (DocumentKind.order, LinkKind.cancels): _("cancels the order No. %(number)s of %(day)s"),
    (DocumentKind.order, LinkKind.repeals): _("repeals the order No. %(number)s of %(day)s"),
    (DocumentKind.agreement, LinkKind.changes): _("changes the agreement No. %(number)s of %(day)s"),
}
_SUFFERS: Mapping[tuple[DocumentKind, LinkKind], Text] = {
    (DocumentKind.order, LinkKind.changes): _("changed by the order No. %(number)s of %(day)s"),
    (DocumentKind.order, LinkKind.cancels): _("cancelled by the order No. %(number)s of %(day)s"),
    (DocumentKind.order, LinkKind.repeals): _("repealed by the order No. %(number)s of %(day)s"),
    (DocumentKind.agreement, LinkKind.changes): _(
        "changed by the additional agreement No. %(number)s of %(day)s"
    ),
}
LINKS_OF: Mapping[DocumentKind, tuple[LinkKind, ...]] = {
    DocumentKind.order: tuple(LinkKind),
    DocumentKind.agreement: (LinkKind.changes,),  # an agreement is ended by its sides, not cancelled
}


def act_in_words(kind: DocumentKind, act: LinkKind, number: str, day: date | None, *, suffers: bool) -> str:
    """What one paper did to another, told of the one that suffers it or of the one that does it."""
    texts = _SUFFERS if suffers else _ACTS
    return texts[kind, act] % {"number": number or "б/н", "day": f"{day:%d.%m.%Y}" if day else "—"}


class IncomingKind(StrEnum):
    """What another organisation sent us."""

    listing = "listing"
    warning = "warning"
    prescription = "prescription"
    request = "request"
    letter = "letter"


INCOMING = "incoming"  # the kind of the series
INCOMING_LABELS: Mapping[IncomingKind, Text] = {
    IncomingKind.listing: _("Official inclusion in the list"),
    IncomingKind.warning: _("Warning of the supervisory body"),
    IncomingKind.prescription: _("Instruction of the supervisory body"),
    IncomingKind.request: _("Request"),
    IncomingKind.letter: _("Letter"),
}
SERIES_LABELS: Mapping[str, Text] = {
    **{kind.value: label for kind, label in KIND_LABELS.items()},
    INCOMING: _("Incoming documents"),
}
SIGNERS: Mapping[DocumentKind, tuple[str, ...]] = {
    DocumentKind.order: ("head",),
    DocumentKind.agreement: ("curator", "supported"),
    DocumentKind.protocol: ("chair", "secretary"),
    DocumentKind.report: ("compiler",),
    DocumentKind.act: ("head",),
}


def next_state(kind: DocumentKind, state: DocumentState, move: Move) -> DocumentState | None:
    """Where a move leads, or None when it is not allowed."""
    return MOVES[kind].get((state, move))


def missing_signers(kind: DocumentKind, signed_by: Iterable[str]) -> tuple[str, ...]:
    """Who still has to sign before the paper counts as signed."""
    done = set(signed_by)
    return tuple(signer for signer in SIGNERS[kind] if signer not in done)


@dataclass(frozen=True)
class PaperDates:
    """The days of one paper that may contradict each other."""

    dated: date | None = None
    drafted: date | None = None
    signed: date | None = None
    registered: date | None = None
    starts: date | None = None
    ends: date | None = None
    ground: date | None = None  # the order or the minutes the paper rests on
    previous_in_series: date | None = None  # of the nearest lower number
    next_in_series: date | None = None  # of the nearest higher number


def date_warnings(dates: PaperDates) -> list[Text]:
    """Contradictions between dates: warnings to be commented, never a block."""
    checks = (
        (dates.signed, dates.registered, _("The document was registered before it was signed.")),
        (dates.ground, dates.dated, _("The document is dated before the one it rests on.")),
        (dates.previous_in_series, dates.dated, _("A lower number of the journal has a later date.")),
        (dates.dated, dates.next_in_series, _("A higher number of the journal has an earlier date.")),
        (dates.starts, dates.ends, _("The term ends before it begins.")),
        (dates.dated, dates.registered, _("The date of the document is later than the day of registration.")),
    )
    return [text for earlier, later, text in checks if earlier and later and earlier > later]


def report_right(template: str) -> str:
    """The act of access.permissions by which a report is printed: those who write what it says hold it."""
    return f"reports.{template}"
