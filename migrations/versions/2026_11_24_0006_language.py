"""Case forms of positions are checked too, corrected forms are remembered, unsaved typing in a draft is kept.

Revision 0006, follows 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "positions", sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1"))
    )
    op.add_column("positions", sa.Column("forms_checked_by", sa.Integer(), nullable=True))
    op.add_column("positions", sa.Column("forms_checked_at", UTCDateTime(timezone=True), nullable=True))
    op.create_table(
        "remembered_forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("word", sa.String(length=400), nullable=False),
        sa.Column("gender", sa.String(length=10), nullable=False),
        sa.Column("forms", sa.JSON(), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("noted_at", UTCDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_forms")),
        sa.UniqueConstraint("kind", "word", "gender", name=op.f("uq_remembered_forms_kind_word_gender")),
    )
    op.create_table(
        "draft_inputs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("saved_at", UTCDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_draft_inputs_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_inputs")),
        sa.UniqueConstraint("document_id", "user_id", name=op.f("uq_draft_inputs_document_id_user_id")),
    )


def downgrade() -> None:
    op.drop_table("draft_inputs")
    op.drop_table("remembered_forms")
    op.drop_column("positions", "forms_checked_at")
    op.drop_column("positions", "forms_checked_by")
    op.drop_column("positions", "version")
