"""Papers with the values they print, who signed them, their files, and the journal of registration."""

from __future__ import annotations

from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models import Case, Meeting, Programme
from app.core.db import Base, Versioned
from app.core.i18n import Text as Words
from app.documents.rules import PRINTED_REPORT, SIGNED_REPORT, STATE_LABELS, DocumentKind, DocumentState
from app.files.models import StoredFile
from app.schools.models import Organisation, Person

_OPEN = text("subject <> '' AND state = 'draft'")  # one open paper per subject


class Document(Versioned, Base):
    """An official paper of a programme; what it prints is `values`, what a person typed over the sources `typed`.

    Once sent for signing the values are frozen: `values_hash` says what was shown to the signers, and
    `template_hash` names the file (kept in the storage) it is printed with, for ever.
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index("ix_documents_programme_template", "programme_id", "template", "state"),
        Index(
            "uq_documents_open_subject", "subject", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(Integer, ForeignKey("programmes.id"), index=True)
    template: Mapped[str] = mapped_column(String(40))
    template_hash: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(400))
    subject: Mapped[str] = mapped_column(String(40), default="")  # of a report: «visit:12», «results:3»
    state: Mapped[str] = mapped_column(String(20), default=DocumentState.draft)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    typed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    values_hash: Mapped[str | None] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(Integer, default=0)  # of the values; each is rendered once
    meeting_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("meetings.id"), index=True)
    executor_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("persons.id"))
    dated: Mapped[date | None] = mapped_column(Date)  # the date printed on it
    number: Mapped[str] = mapped_column(
        String(60), default=""
    )  # as printed: «12-оп», for two schools «7, 3/25»
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(Integer)
    sent_at: Mapped[datetime | None]
    registered_at: Mapped[datetime | None]
    file_index: Mapped[str] = mapped_column(
        String(60), default="", server_default=text("''")
    )  # «дело №», once archived
    archived_at: Mapped[datetime | None]
    archived_from: Mapped[str] = mapped_column(
        String(20), default="", server_default=text("''")
    )  # its state before
    programme: Mapped[Programme] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    executor: Mapped[Person | None] = relationship()
    cases: Mapped[list[DocumentCase]] = relationship(back_populates="document", order_by="DocumentCase.id")
    signatures: Mapped[list[DocumentSignature]] = relationship(order_by="DocumentSignature.id")
    files: Mapped[list[DocumentFile]] = relationship(order_by="DocumentFile.id")
    lines: Mapped[list[Registration]] = relationship(order_by="Registration.id", viewonly=True)

    @property
    def by_school(self) -> list[DocumentCase]:
        """The cases the reader sees, by the names of their schools and not as they came into the paper."""
        seen = filter(attrgetter("case"), self.cases)
        return sorted(seen, key=lambda link: (link.case.school.sort_key, link.id))

    @property
    def is_draft(self) -> bool:
        return self.state == DocumentState.draft

    @property
    def of_kind(self) -> DocumentKind:
        return DocumentKind(self.kind)

    @property
    def in_state(self) -> DocumentState:
        return DocumentState(self.state)

    @property
    def state_label(self) -> Words:
        """Where it stands, in words; a report is no draft that waits for somebody, it is printed."""
        if self.kind == DocumentKind.report and self.in_state in (DocumentState.draft, DocumentState.signed):
            return PRINTED_REPORT if self.is_draft else SIGNED_REPORT
        return STATE_LABELS[self.in_state]

    def __str__(self) -> str:
        return self.title


class DocumentCase(Base):
    """A case the paper covers, with the stage and round it was drafted for."""

    __tablename__ = "document_cases"
    __table_args__ = (UniqueConstraint("document_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(Integer, ForeignKey("documents.id"), index=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    stage: Mapped[str] = mapped_column(String(60))
    round: Mapped[int] = mapped_column(Integer)
    document: Mapped[Document] = relationship(back_populates="cases")
    case: Mapped[Case] = relationship()


class DocumentSignature(Base):
    """Somebody's signature under the paper, proved by a scan or a detached signature file."""

    __tablename__ = "document_signatures"
    __table_args__ = (UniqueConstraint("document_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(Integer, ForeignKey("documents.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(Integer, ForeignKey("persons.id"))
    position: Mapped[str] = mapped_column(String(200))  # as it was on that day: «и.о. начальника …»
    signed_on: Mapped[date] = mapped_column(Date)
    file_id: Mapped[int] = mapped_column(Integer, ForeignKey("stored_files.id"))
    noted_at: Mapped[datetime]
    noted_by: Mapped[int | None] = mapped_column(Integer)
    person: Mapped[Person] = relationship()
    file: Mapped[StoredFile] = relationship()


class DocumentFile(Base):
    """A rendering: of one revision for signing (`paper`) or of the registered copy (`registered`).

    A rendering that failed has no file but says what the paper lacks.
    """

    __tablename__ = "document_files"
    __table_args__ = (UniqueConstraint("document_id", "copy", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(Integer, ForeignKey("documents.id"), index=True)
    copy: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int] = mapped_column(Integer)
    file_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("stored_files.id"))
    trouble: Mapped[str] = mapped_column(String(400), default="")
    rendered_at: Mapped[datetime]
    file: Mapped[StoredFile | None] = relationship()


class Series(Base):
    """One register: whose, of what kind, with which index, in which calendar year. Its row is the lock of its numbers.

    `kept_here` is False for the journal of a school: we note its numbers but do not give them.
    """

    __tablename__ = "register_series"
    __table_args__ = (UniqueConstraint("organisation_id", "kind", "prefix", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(Integer, ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(String(20))
    prefix: Mapped[str] = mapped_column(String(14), default="")  # the index, «-оп»
    year: Mapped[int] = mapped_column(Integer)
    counter: Mapped[int] = mapped_column(Integer, default=0)
    kept_here: Mapped[bool] = mapped_column(Boolean, default=True)
    organisation: Mapped[Organisation] = relationship()


class Registration(Base):
    """A line of the journal: a number given to a signed paper. Nothing is deleted; an annulled line stays."""

    __tablename__ = "registrations"
    __table_args__ = (UniqueConstraint("series_id", "number", "suffix"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(Integer, ForeignKey("register_series.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("documents.id"), index=True)
    party: Mapped[str] = mapped_column(String(20), default="")  # whose number it is on a paper with two
    number: Mapped[int] = mapped_column(Integer)
    suffix: Mapped[str] = mapped_column(String(20), default="")
    spelling: Mapped[str] = mapped_column(
        String(40), default=""
    )  # another organisation's number, as it writes it
    dated: Mapped[date] = mapped_column(Date)
    title: Mapped[str] = mapped_column(String(400))
    signed_by: Mapped[str] = mapped_column(String(300), default="")
    executor: Mapped[str] = mapped_column(String(200), default="")
    sheets: Mapped[str] = mapped_column(String(40), default="")  # листов/приложений
    mailing: Mapped[str] = mapped_column(String(200), default="")
    folder: Mapped[str] = mapped_column(String(60), default="")  # дело
    note: Mapped[str] = mapped_column(Text, default="")
    by_hand: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    comment: Mapped[str] = mapped_column(Text, default="")  # why its date is out of order
    scan_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("stored_files.id"))
    registered_at: Mapped[datetime]
    registered_by: Mapped[int | None] = mapped_column(Integer)
    annulled_at: Mapped[datetime | None]
    annulled_by: Mapped[int | None] = mapped_column(Integer)
    annulled_because: Mapped[str] = mapped_column(Text, default="")
    series: Mapped[Series] = relationship()
    document: Mapped[Document | None] = relationship()
    scan: Mapped[StoredFile | None] = relationship()


class NumberGap(Base):
    """Numbers first … last without a line of their own, and why: kept on paper, reserved, not used."""

    __tablename__ = "register_gaps"

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int] = mapped_column(Integer, ForeignKey("register_series.id"), index=True)
    first: Mapped[int] = mapped_column(Integer)
    last: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(Text, default="")
    holder: Mapped[str] = mapped_column(String(200), default="")  # of a reservation: for whom
    until: Mapped[date | None] = mapped_column(Date)  # its last day; then the number is «не использован»
    noted_at: Mapped[datetime]
    noted_by: Mapped[int | None] = mapped_column(Integer)
    series: Mapped[Series] = relationship()


class DocumentLink(Base):
    """What one paper does to an earlier one; it takes effect (`applied_at`) when the paper comes into force."""

    __tablename__ = "document_links"
    __table_args__ = (UniqueConstraint("document_id", "target_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(Integer, ForeignKey("documents.id"), index=True)
    target_id: Mapped[int] = mapped_column(Integer, ForeignKey("documents.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    state_before: Mapped[str] = mapped_column(String(20), default="")  # of the target, to be able to go back
    declared_at: Mapped[datetime]
    declared_by: Mapped[int | None] = mapped_column(Integer)
    applied_at: Mapped[datetime | None]
    document: Mapped[Document] = relationship(foreign_keys=[document_id])
    target: Mapped[Document] = relationship(foreign_keys=[target_id])


class Acknowledgement(Base):
    """An addressee of a registered paper: a school, or one person, and when it was read.

    On the screen somebody presses «Ознакомлен(а)»; on paper the clerk keeps the scan of the sheet.
    """

    __tablename__ = "document_acknowledgements"
    __table_args__ = (UniqueConstraint("document_id", "addressee"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(Integer, ForeignKey("documents.id"), index=True)
    addressee: Mapped[str] = mapped_column(String(20))  # «org:5», «person:7»
    organisation_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("organisations.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("persons.id"), index=True)
    sent_at: Mapped[datetime]
    sent_by: Mapped[int | None] = mapped_column(Integer)
    due: Mapped[date | None] = mapped_column(Date)
    reminded_on: Mapped[date | None] = mapped_column(Date)
    read_at: Mapped[datetime | None]
    read_on: Mapped[date | None] = mapped_column(Date)
    read_by: Mapped[int | None] = mapped_column(Integer)  # the account, or the clerk who noted the sheet
    reader: Mapped[str] = mapped_column(String(200), default="")
    capacity: Mapped[str] = mapped_column(String(300), default="")  # on whose behalf: «директор …, МБОУ …»
    released_on: Mapped[date | None] = mapped_column(Date)  # his last day: he left without reading it
    released_ground: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    on_paper: Mapped[bool] = mapped_column(Boolean, default=False)
    scan_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("stored_files.id"))
    document: Mapped[Document] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    person: Mapped[Person | None] = relationship()
    scan: Mapped[StoredFile | None] = relationship()

    @property
    def is_released(self) -> bool:
        """The addressee left without reading it: nobody waits for him."""
        return self.released_on is not None and self.read_at is None


class Incoming(Versioned, Base):
    """A paper of another organisation, registered in our journal: who sent it, what it asks, by when, our answer."""

    __tablename__ = "incoming_documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(Integer, ForeignKey("programmes.id"), index=True)
    registration_id: Mapped[int] = mapped_column(Integer, ForeignKey("registrations.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    sender: Mapped[str] = mapped_column(String(300))
    sender_number: Mapped[str] = mapped_column(String(60), default="")
    sender_date: Mapped[date | None] = mapped_column(Date)
    subject: Mapped[str] = mapped_column(String(400))
    answer_days: Mapped[int | None] = mapped_column(Integer)  # working days, when the term is told so
    answer_due: Mapped[date | None] = mapped_column(Date)
    executor_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("persons.id"))
    answer_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("documents.id"))
    answered_on: Mapped[date | None] = mapped_column(Date)
    answer: Mapped[str] = mapped_column(
        String(400), default=""
    )  # «исх. № 14 от 03.02.2025» when not kept here
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(Integer)
    programme: Mapped[Programme] = relationship()
    registration: Mapped[Registration] = relationship()
    executor: Mapped[Person | None] = relationship()
    answer_paper: Mapped[Document | None] = relationship()
    cases: Mapped[list[IncomingCase]] = relationship(back_populates="incoming", order_by="IncomingCase.id")

    @property
    def is_open(self) -> bool:
        """It waits for an answer."""
        return (
            self.answer_due is not None and self.answered_on is None and self.registration.annulled_at is None
        )

    def __str__(self) -> str:
        return self.subject


class IncomingCase(Base):
    """A case an incoming paper is about."""

    __tablename__ = "incoming_cases"
    __table_args__ = (UniqueConstraint("incoming_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incoming_id: Mapped[int] = mapped_column(Integer, ForeignKey("incoming_documents.id"), index=True)
    case_id: Mapped[int] = mapped_column(Integer, ForeignKey("cases.id"), index=True)
    incoming: Mapped[Incoming] = relationship(back_populates="cases")
    case: Mapped[Case] = relationship()


class DraftInput(Base):
    """What one person typed into a draft and has not saved yet: path → value, so that nothing typed is lost."""

    __tablename__ = "draft_inputs"
    __table_args__ = (UniqueConstraint("document_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(Integer, ForeignKey("documents.id"))
    user_id: Mapped[int] = mapped_column(Integer)
    base_version: Mapped[int] = mapped_column(Integer)  # of the draft it was typed into
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime]
