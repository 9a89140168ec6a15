"""Why a new term of a measure was refused stands beside why it was asked for, and no more in its place.

Of a term refused before this revision, why it was asked for stands in the journal only.

Revision 0015, follows 0014.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# asked for, refused, and nothing else reported since: `reason` was the refusal's
_REFUSED = "status = 'planned' AND moved_to IS NOT NULL AND (approved_to IS NULL OR moved_to <> approved_to)"


def upgrade() -> None:
    op.add_column(
        "plan_reports", sa.Column("refused_because", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.execute(f"UPDATE plan_reports SET refused_because = reason, reason = '' WHERE {_REFUSED}")


def downgrade() -> None:
    op.execute(f"UPDATE plan_reports SET reason = refused_because WHERE {_REFUSED}")
    op.drop_column("plan_reports", "refused_because")
