"""What proves a signature: a scan of the signed paper, or a detached signature file. Never faked by the system."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.files.gate import clean_name
from app.files.models import StoredFile
from app.files.service import keep, keep_scan

DETACHED = (".sig", ".p7s")
MAX_DETACHED = 1024 * 1024
_PEM = b"-----BEGIN "


@dataclass(frozen=True)
class Proof:
    """The file as it was given: its bytes and its name."""

    data: bytes
    name: str


def keep_proof(work: Work, proof: Proof, *, programme_id: int) -> StoredFile:
    """Keep a scan (PDF, JPEG, PNG) or a detached signature. Raises Invalid at `proof` for anything else."""
    extension = "." + proof.name.rpartition(".")[2].lower()
    if extension not in DETACHED:
        return keep_scan(work, proof.data, proof.name, programme_id=programme_id, field="proof")
    if not proof.data or len(proof.data) > MAX_DETACHED:
        raise Invalid(fields={"proof": _("A detached signature file is neither empty nor larger than 1 MB.")})
    # PKCS#7 is a DER sequence, or the same in PEM letters
    if not (proof.data[:1] == b"\x30" or proof.data.startswith(_PEM)):
        raise Invalid(fields={"proof": _("This is not a detached signature file.")})
    return keep(
        work,
        proof.data,
        clean_name(proof.name, extension),
        "application/pkcs7-signature",
        programme_id=programme_id,
    )
