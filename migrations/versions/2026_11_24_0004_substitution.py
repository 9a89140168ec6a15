"""Substitution: who stands in for whom, by which order, from when until when.

Revision 0004, follows 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "substitutions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("absent_user_id", sa.Integer(), nullable=False),
        sa.Column("absent_name", sa.String(length=120), nullable=False),
        sa.Column("absent_whom", sa.String(length=120), nullable=False),
        sa.Column("substitute_user_id", sa.Integer(), nullable=False),
        sa.Column("substitute_name", sa.String(length=120), nullable=False),
        sa.Column("substitute_person_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("programme_id", sa.Integer(), nullable=True),
        sa.Column("ground", sa.String(length=200), nullable=False),
        sa.Column("is_acting", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["absent_user_id"], ["ab_user.id"], name="fk_substitutions_absent_user_id"),
        sa.ForeignKeyConstraint(
            ["substitute_user_id"], ["ab_user.id"], name="fk_substitutions_substitute_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["substitute_person_id"], ["persons.id"], name="fk_substitutions_substitute_person_id"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_substitutions_organisation_id"
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name="fk_substitutions_programme_id"),
        sa.PrimaryKeyConstraint("id", name="pk_substitutions"),
    )
    op.create_index(
        "ix_substitutions_substitute_dates", "substitutions", ["substitute_user_id", "since", "until"]
    )
    op.create_index("ix_substitutions_absent_dates", "substitutions", ["absent_user_id", "since", "until"])


def downgrade() -> None:
    op.drop_index("ix_substitutions_absent_dates", table_name="substitutions")
    op.drop_index("ix_substitutions_substitute_dates", table_name="substitutions")
    op.drop_table("substitutions")
