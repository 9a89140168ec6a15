"""Signatures on paper, noted one scan at a time: who, in which office, on which day, proved by which file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.cases.roles import require_in_programme
from app.core.clock import local_date
from app.core.errors import Invalid, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.models import Document, DocumentSignature
from app.documents.people import title_of
from app.documents.proofs import Proof, keep_proof
from app.documents.rules import SIGNERS, DocumentKind, Move, missing_signers
from app.documents.signers import signer_for
from app.documents.steps import locked, move, note, why_not


@dataclass(frozen=True)
class SignatureInput:
    """Whose signature stands on the paper, and since when; the person who signs on that day when none is named."""

    role: str
    signed_on: date
    person_id: int | None = None


def sign(
    work: Work, document_id: int, signatures: Sequence[SignatureInput], proof: Proof,
    expected_version: int | None = None,
) -> Document:  # fmt: skip
    """Note signatures that one scan (or detached signature file) shows; the last one makes the paper signed.

    Raises NotFound, Forbidden, Stale, Refusal (not sent for signing), Invalid at `roles`, `signed_on`,
    `person_id` or `proof`.
    """
    document = locked(work, document_id, expected_version)
    require_in_programme(work, "documents.sign", document.programme)
    if reason := why_not(document, Move.sign):
        raise Refusal([reason])
    if not signatures:
        raise Invalid(fields={"roles": _("Mark whose signatures stand on the paper.")})
    _refuse_before_sent(work, document, signatures)
    stored = keep_proof(work, proof, programme_id=document.programme_id)
    work.session.flush()
    for signature in signatures:
        sign_one(work, document, signature, stored.id)
    settle_signatures(work, document)
    return document


def _refuse_before_sent(work: Work, document: Document, signatures: Sequence[SignatureInput]) -> None:
    """What an order says stands from the day it was sent on. Minutes are dated and signed as of their meeting."""
    if document.of_kind != DocumentKind.order or document.sent_at is None:
        return
    sent = local_date(document.sent_at, work.ports.zone)
    if any(one.signed_on < sent for one in signatures):
        told = _(
            "The order was sent for signing on %(day)s: it was not signed before.", day=f"{sent:%d.%m.%Y}"
        )
        raise Invalid(fields={"signed_on": told})


def sign_one(work: Work, document: Document, signature: SignatureInput, file_id: int) -> None:
    if signature.role not in SIGNERS[document.of_kind] or any(
        s.role == signature.role for s in document.signatures
    ):
        raise Invalid(fields={"roles": _("This signature is not expected, or is noted already.")})
    if signature.signed_on > work.today:
        raise Invalid(fields={"signed_on": _("This date has not come yet.")})
    position = signer_for(work, document, signature.role, signature.signed_on, signature.person_id)
    row = DocumentSignature(
        role=signature.role, person_id=position.person_id, position=title_of(position), signed_on=signature.signed_on,
        file_id=file_id, noted_at=work.now, noted_by=work.actor.user_id,
    )  # fmt: skip
    document.signatures.append(row)
    work.session.flush()
    note(work, document, "document:sign", data={"role": row.role, "person": row.person_id, "file": file_id,
                                                 "on": row.signed_on.isoformat()})  # fmt: skip


def settle_signatures(work: Work, document: Document) -> None:
    if not missing_signers(document.of_kind, [s.role for s in document.signatures]):
        move(document, Move.sign)
        note(work, document, "document:signed")
