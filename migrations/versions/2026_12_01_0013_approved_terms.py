"""The new term of a measure that was approved stands by itself, so that asking for another one does not lose it.

Of a measure for which another term was asked before this revision, the day approved first stands in the journal only.

Revision 0013, follows 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plan_reports", sa.Column("approved_to", sa.Date(), nullable=True))
    op.execute("UPDATE plan_reports SET approved_to = moved_to WHERE move_approved_at IS NOT NULL")


def downgrade() -> None:
    op.drop_column("plan_reports", "approved_to")
