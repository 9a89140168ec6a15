"""Who may sign a paper in which role on a day: the head or the acting head, chair and secretary, two directors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app.access.scopes import as_system
from app.cases.queries import get_case
from app.core.errors import Invalid
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.documents.docx.frozen import read
from app.documents.models import Document
from app.documents.people import position_of
from app.schools.models import Person, Position
from app.schools.queries import signatory_on

ROLE_LABELS: dict[str, Text] = {
    "head": _("Head of the authority or acting head"),
    "chair": _("Chair of the coordination group"),
    "secretary": _("Secretary of the coordination group"),
    "curator": _("Director of the curator school"),
    "supported": _("Director of the supported school"),
    "compiler": _("Compiler"),
}
PRINTED = {"head": "signer.id", "chair": "chair.id", "secretary": "secretary.id", "compiler": "compiler.id"}


def expected_signer(work: Work, document: Document, role: str, day: date) -> Position | None:
    """Whose signature it must be on `day`."""
    with as_system(work.session):  # who holds an office is a fact, whoever notes the signature
        programme = document.programme
        if role == "head":
            return signatory_on(work.session, programme.authority_id, day)
        if role in ("chair", "secretary") and document.meeting is not None:
            person = document.meeting.chair_id if role == "chair" else document.meeting.secretary_id
            offices = (programme.authority_id, programme.centre_id)
            return position_of(work.session, person, day, offices) if person else None
        if role in ("curator", "supported") and document.cases:
            case = get_case(work.session, document.cases[0].case_id)
            school = case.curator_id if role == "curator" else case.school_id
            return signatory_on(work.session, school, day) if school else None
        return position_of(work.session, document.executor_id, day) if document.executor_id else None


def signer_for(work: Work, document: Document, role: str, day: date, person_id: int | None) -> Position:
    """The office-holder who signs. Raises Invalid when it was somebody else, or the paper prints another name."""
    position = expected_signer(work, document, role, day)
    if position is None:
        nobody = _("%(role)s: nobody holds this office on that day.", role=ROLE_LABELS[role])
        raise Invalid(fields={"signed_on": nobody})
    if person_id is not None and person_id != position.person_id:
        raise Invalid(fields={"person_id": _("On that day %(name)s signs.", name=position.person.short)})
    if (named := _other_name(work, document, role, position)) is not None:
        told = _(
            "%(name)s signs on that day, and the paper names another person (%(printed)s). Withdraw it: the draft is "
            "filled from the sources anew.",
            name=position.person.short, printed=named,
        )  # fmt: skip
        raise Invalid(fields={"signed_on": told})
    return position


def names_others(work: Work, document: Document, roles: Iterable[str], day: date) -> list[Text]:
    """What whoever is to sign on `day` must know: the text for signing names somebody else in his place."""
    found = []
    for role in roles:
        position = expected_signer(work, document, role, day)
        if position is not None and (named := _other_name(work, document, role, position)) is not None:
            found.append(
                _("On %(day)s %(name)s signs, and the text for signing names another person (%(printed)s). Unless it "
                  "was signed before, it has to be withdrawn: the draft is filled from the sources anew.",
                  day=f"{day:%d.%m.%Y}", name=position.person.short, printed=named)
            )  # fmt: skip
    return found


def _other_name(work: Work, document: Document, role: str, position: Position) -> str | None:
    """Whom the paper names in this role, unless it is the holder of the office."""
    person_id = read(document.values, PRINTED[role]) if role in PRINTED else None
    if person_id is None or person_id == position.person_id:
        return None
    with as_system(work.session):  # the name stands in the paper, whoever reads it
        person = work.session.get(Person, person_id)
    return person.short if person is not None else "—"
