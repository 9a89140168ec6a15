"""A package of evidence names the cases it tells of, so that it stays behind with the right to see them.

Of packages made before it is not known which cases of the programme they tell of: all that were open then count.

Revision 0012, follows 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence_package_cases",
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("package_id", "case_id", name=op.f("pk_evidence_package_cases")),
        sa.ForeignKeyConstraint(
            ["package_id"], ["evidence_packages.id"],
            name=op.f("fk_evidence_package_cases_package_id_evidence_packages"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_evidence_package_cases_case_id_cases")
        ),
    )  # fmt: skip
    op.execute(
        "INSERT INTO evidence_package_cases (package_id, case_id) "
        "SELECT p.id, c.id FROM evidence_packages p JOIN cases c ON c.programme_id = p.programme_id "
        "WHERE p.file_id IS NOT NULL AND (p.case_id = c.id OR p.case_id IS NULL AND c.opened_at <= p.ready_at)"
    )


def downgrade() -> None:
    op.drop_table("evidence_package_cases")
