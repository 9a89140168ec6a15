"""Which one thing a notice speaks of: of several about one term or paper the newest counts.

Unread reminders learn it from their keys; of what was read already nothing is asked.

Revision 0017, follows 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("notifications") as table:
        table.add_column(sa.Column("about", sa.String(200)))
        table.create_index("ix_notifications_user_id_about", ["user_id", "about"])
    notices = sa.table("notifications", *map(sa.column, ("id", "key", "code", "about", "read_at")))
    told = sa.select(notices.c.id, notices.c.key, notices.c.code).where(notices.c.read_at.is_(None))
    found = [
        {"notice": key, "about": about}
        for key, *words in op.get_bind().execute(told).all()
        if (about := _about(*words))
    ]
    if found:
        change = notices.update().where(notices.c.id == sa.bindparam("notice"))
        op.get_bind().execute(change.values(about=sa.bindparam("about")), found)


def _about(key: str, code: str) -> str | None:
    """What the key of a notice says besides the occasion on which it was told."""
    if code.startswith("terms.") and code != "terms.moved" and key.count("/") == 6:
        *place, _word, _step, due = key.split("/")
        return "/".join([*place, due])
    if code.startswith("document.") and key.startswith("document:"):
        return key.rpartition(":")[0]
    return None


def downgrade() -> None:
    with op.batch_alter_table("notifications") as table:
        table.drop_index("ix_notifications_user_id_about")
        table.drop_column("about")
