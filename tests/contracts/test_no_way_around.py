"""Row policies are applied to ORM statements; nothing in the rooms may go around them.

`with_loader_criteria` does not see Core selects, textual SQL, bulk mappings and raw connections, so these stand
only in the modules named here, each with its reason.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[2] / "app"

ALLOWED = {
    "core/db.py": "keeps the connection of a session",
    "core/engines.py": "makes the connections",
    "core/unit_of_work.py": "begins the transaction",
    "access/security.py": "FAB's own tables, before there is an actor",
    "access/sessions.py": "login sessions, in a transaction of their own",
    "audit/service.py": "the lock of a stream's head, a table nobody reads",
    "audit/queries.py": "columns of the journal inside an ORM statement",
    "cases/writing/writer.py": "the one module that writes transitions; who sees the case was asked before",
    "cases/writing/standing.py": "the events of a case the writer has locked",
    "cases/writing/rows.py": "the values of what the writer writes; it sends nothing",
    "admin/archive.py": "backup and restore copy every row",
    "admin/backup.py": "backup and restore copy every row",
    "admin/verify.py": "a read-only snapshot of everything, by the system",
    "factory.py": "opens the transaction FAB writes in",
}
DRIVER = {"connection", "line"}  # of a session: statements past the ORM
FORBIDDEN_CALLS = {"exec_driver_sql", "bulk_insert_mappings", "bulk_update_mappings", "bulk_save_objects"}


def faults(path: Path) -> list[str]:
    """Places of one module that go around the ORM."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr == "__table__":
            found.append(f"{node.lineno}: __table__")
        if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy":
            found += [f"{node.lineno}: text" for name in node.names if name.name == "text"]
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in FORBIDDEN_CALLS or (name in DRIVER and isinstance(node.func, ast.Attribute)):
                found.append(f"{node.lineno}: {name}()")
    return found


def checked() -> list[Path]:
    """Every module but policies (they are the rule), models (they make tables) and the allowed ones."""
    return [
        path for path in sorted(APP.rglob("*.py"))
        if path.name not in ("policy.py", "template_policy.py", "models.py", "verify.py")
        and path.relative_to(APP).as_posix() not in ALLOWED
    ]  # fmt: skip


@pytest.mark.parametrize("path", checked(), ids=lambda path: path.relative_to(APP).as_posix())
def test_a_room_speaks_to_the_database_through_the_orm(path: Path) -> None:
    assert faults(path) == []


def test_the_check_looks() -> None:
    assert faults(APP / "audit/service.py"), "the allowed modules do what is forbidden elsewhere"
    assert len(checked()) > 100
