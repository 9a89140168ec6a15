"""Who sees editions of templates: clerk and head of their authority; who sees a PDF: whoever sees its paper."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select

from app.access.scopes import policy
from app.core.actor import Actor
from app.documents.models import Document
from app.documents.policy import visible_documents
from app.documents.template_models import DocumentPdf, TemplatePictures, TemplateVersion
from app.files.models import StoredFile
from app.files.policy import also_visible

_documents, _pdfs = Document.__table__, DocumentPdf.__table__
_versions = TemplateVersion.__table__
KEEPERS = ("clerk", "head")


@policy(TemplateVersion)
def visible_versions(actor: Actor) -> ColumnElement[bool]:
    return _versions.c.organisation_id.in_(sorted(actor.organisation_ids(*KEEPERS)))


@policy(TemplatePictures)
def visible_pictures(actor: Actor) -> ColumnElement[bool]:
    own = select(_versions.c.id).where(visible_versions(actor))
    return TemplatePictures.__table__.c.version_id.in_(own)


@policy(DocumentPdf)
def visible_pdfs(actor: Actor) -> ColumnElement[bool]:
    return _pdfs.c.document_id.in_(select(_documents.c.id).where(visible_documents(actor)))


def files_of_pdfs(actor: Actor) -> ColumnElement[bool]:
    """A PDF is as visible as the paper it shows."""
    return StoredFile.__table__.c.id.in_(select(_pdfs.c.file_id).where(visible_pdfs(actor)))


also_visible(files_of_pdfs)
