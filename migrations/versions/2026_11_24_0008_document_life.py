"""The further life of papers: who changed or cancelled whom, who has read, incoming papers, evidence packages.

Revision 0008, follows 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "documents",
        sa.Column("file_index", sa.String(length=60), nullable=False, server_default=sa.text("''")),
    )
    op.add_column("documents", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "documents",
        sa.Column("archived_from", sa.String(length=20), nullable=False, server_default=sa.text("''")),
    )
    op.create_table(
        "document_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state_before", sa.String(length=20), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_by", sa.Integer(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        *_keys("document_links", document_id="documents", target_id="documents"),
        sa.UniqueConstraint("document_id", "target_id", name=op.f("uq_document_links_document_id_target_id")),
    )
    _index("document_links", "document_id", "target_id")
    op.create_table(
        "document_acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("addressee", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_on", sa.Date(), nullable=True),
        sa.Column("read_by", sa.Integer(), nullable=True),
        sa.Column("reader", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.String(length=300), nullable=False),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("scan_id", sa.Integer(), nullable=True),
        *_keys(
            "document_acknowledgements", document_id="documents", organisation_id="organisations",
            person_id="persons", scan_id="stored_files",
        ),
        sa.UniqueConstraint(
            "document_id", "addressee", name=op.f("uq_document_acknowledgements_document_id_addressee")
        ),
    )  # fmt: skip
    _index("document_acknowledgements", "document_id", "organisation_id", "person_id")
    op.create_table(
        "incoming_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sender", sa.String(length=300), nullable=False),
        sa.Column("sender_number", sa.String(length=60), nullable=False),
        sa.Column("sender_date", sa.Date(), nullable=True),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("answer_days", sa.Integer(), nullable=True),
        sa.Column("answer_due", sa.Date(), nullable=True),
        sa.Column("executor_id", sa.Integer(), nullable=True),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.String(length=400), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_keys(
            "incoming_documents", programme_id="programmes", registration_id="registrations",
            executor_id="persons", answer_id="documents",
        ),
        sa.UniqueConstraint("registration_id", name=op.f("uq_incoming_documents_registration_id")),
    )  # fmt: skip
    _index("incoming_documents", "programme_id")
    op.create_table(
        "incoming_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incoming_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        *_keys("incoming_cases", incoming_id="incoming_documents", case_id="cases"),
        sa.UniqueConstraint("incoming_id", "case_id", name=op.f("uq_incoming_cases_incoming_id_case_id")),
    )
    _index("incoming_cases", "incoming_id", "case_id")
    op.create_table(
        "evidence_packages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ordered_by", sa.Integer(), nullable=False),
        sa.Column("ordered_name", sa.String(length=200), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("manifest_hash", sa.String(length=64), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=400), nullable=False),
        *_keys("evidence_packages", programme_id="programmes", case_id="cases", file_id="stored_files"),
    )
    _index("evidence_packages", "programme_id", "case_id", "ordered_by")


def downgrade() -> None:
    for table in (
        "evidence_packages", "incoming_cases", "incoming_documents", "document_acknowledgements", "document_links",
    ):  # fmt: skip
        op.drop_table(table)
    for column in ("archived_from", "archived_at", "file_index"):
        op.drop_column("documents", column)


def _keys(table: str, **foreign: str) -> list[sa.Constraint]:
    """The primary key and the foreign ones: column → table it points to."""
    return [
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
            for column, other in foreign.items()
        ),
    ]


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
