"""A case keeps what of its state has no column, so that the next step need not read all its events.

Revision 0005, follows 0004. A case without it (of an earlier release) is folded from its events once more.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


# each of these tables has a unique index that begins with case_id
SPARED = ("stage_rounds", "case_tasks", "case_votes", "case_events")


def upgrade() -> None:
    op.add_column("cases", sa.Column("snapshot", sa.JSON(), nullable=True))
    for table in SPARED:
        op.drop_index(f"ix_{table}_case_id", table_name=table)


def downgrade() -> None:
    for table in SPARED:
        op.create_index(f"ix_{table}_case_id", table, ["case_id"])
    op.drop_column("cases", "snapshot")
