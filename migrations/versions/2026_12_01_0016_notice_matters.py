"""What a notice asks of its reader, thing by thing: done things are asked for no more.

Notices of papers that are still to be read learn it from their keys; the others ask as they did before.

Revision 0016, follows 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_matters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notification_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notifications.id"],
            name="fk_notice_matters_notification_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notice_matters"),
        sa.UniqueConstraint(
            "notification_id", "kind", "name", "row", name="uq_notice_matters_notification_id_kind_name_row"
        ),
    )
    op.execute("""
        INSERT INTO notice_matters (notification_id, kind, name, "row")
        SELECT n.id, 'paper', '', a.id FROM notifications n JOIN document_acknowledgements a
            ON n.key LIKE 'document:' || a.document_id || ':' || a.addressee || ':%'
        WHERE n.read_at IS NULL AND n.code LIKE 'document.%'
    """)


def downgrade() -> None:
    op.drop_table("notice_matters")
