"""Life of a version of a procedure: drafts that wait, revisions of its texts, the scenarios it came with.

Revision 0002, follows 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # no trigger and no foreign key hangs on this table, so SQLite may rewrite it
    with op.batch_alter_table("process_versions") as table:
        table.alter_column("published_at", existing_type=sa.DateTime(timezone=True), nullable=True)
        table.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
        table.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("scenarios", sa.JSON(), nullable=True))
    op.create_table(
        "process_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_revisions")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["process_versions.id"], name=op.f("fk_process_revisions_version_id")
        ),
        sa.UniqueConstraint("version_id", "revision", name=op.f("uq_process_revisions_version_id_revision")),
    )


def downgrade() -> None:
    op.drop_table("process_revisions")
    # an older release knows published versions only
    op.execute("DELETE FROM process_versions WHERE status IN ('draft', 'checked')")
    op.execute("UPDATE process_versions SET status = 'published' WHERE status = 'retired'")
    with op.batch_alter_table("process_versions") as table:
        table.drop_column("scenarios")
        table.drop_column("retired_at")
        table.drop_column("changed_at")
        table.drop_column("revision")
        table.alter_column("published_at", existing_type=sa.DateTime(timezone=True), nullable=False)
