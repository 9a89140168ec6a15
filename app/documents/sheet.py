"""«Лист ознакомления»: the sheet that goes with a registered order, one line for each addressee."""

from __future__ import annotations

from datetime import date

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases.roles import require_in_programme
from app.core.errors import Reason, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents.acknowledgement import addressees
from app.documents.docx.rendering import render
from app.documents.models import Acknowledgement
from app.documents.order_values import acknowledgement_values
from app.documents.people import person_card, signatory_card
from app.documents.queries import get_document
from app.documents.rules import NUMBERED, DocumentKind
from app.documents.templates import registry


def print_sheet(work: Work, document_id: int) -> tuple[bytes, str]:
    """The DOCX and its file name; who has confirmed in Опора has his day printed, nobody a signature.

    Raises NotFound, Forbidden, Refusal (no registered order, nobody it was sent to).
    """
    document = get_document(work.session, document_id)
    require_in_programme(work, "documents.register", document.programme)
    if document.kind != DocumentKind.order or document.in_state not in NUMBERED:
        raise Refusal([Reason(_("A sheet of acknowledgement goes with a registered order."))])
    rows = [row for row in addressees(work, document.id) if not row.is_released]  # who left will not sign
    if not rows:
        raise Refusal([Reason(_("Send the order to its addressees first: they stand on the sheet."))])
    day = document.dated or work.today
    with as_system(work.session):  # who heads a school is a fact, whoever prints the sheet
        readers = [_reader(work, row, day) for row in rows]
    data = render(
        registry(work).on("acknowledgement", work.today, document.programme.authority_id).content,
        acknowledgement_values(document, readers),
    )
    audit.record(
        work, "document:sheet", document, stream=f"document:{document.id}", data={"addressees": len(readers)}
    )
    return data, f"Лист ознакомления с приказом № {document.number} от {day:%d.%m.%Y}.docx".replace("/", "-")


def _reader(work: Work, row: Acknowledgement, day: date) -> tuple[str, str, date | None]:
    """Full name, position, the day he confirmed on the screen; a paper signed by hand leaves no mark here."""
    marked = row.read_on if row.read_at is not None and not row.on_paper else None
    card = None
    if row.organisation is not None:
        card = signatory_card(work.session, row.organisation, day) or signatory_card(
            work.session, row.organisation, work.today
        )
    elif row.person_id is not None:
        card = person_card(work.session, row.person_id, day) or person_card(
            work.session, row.person_id, work.today
        )
    if card is None:
        return "", row.organisation.short_name if row.organisation is not None else "", marked
    name = " ".join(filter(None, (card["surname"], card["given"], card["patronymic"])))
    return name, card["position"]["title"], marked
