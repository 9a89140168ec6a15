"""An account reads letters in a language of its own; who has left is released from reading a paper.

Revision 0010, follows 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_languages",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_account_languages")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["ab_user.id"], name=op.f("fk_account_languages_user_id_ab_user"), ondelete="CASCADE"
        ),
    )
    op.add_column("document_acknowledgements", sa.Column("released_on", sa.Date(), nullable=True))
    op.add_column(
        "document_acknowledgements",
        sa.Column("released_ground", sa.String(200), nullable=False, server_default=sa.text("''")),
    )


def downgrade() -> None:
    op.drop_column("document_acknowledgements", "released_ground")
    op.drop_column("document_acknowledgements", "released_on")
    op.drop_table("account_languages")
