"""Опора: support of schools with low educational results. `create_app` is loaded only when asked for."""

from typing import Any

__all__ = ["create_app"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Lazy, so that `import app.engine` pulls in neither Flask nor SQLAlchemy.
    if name == "create_app":
        from app.factory import create_app

        return create_app
    raise AttributeError(f"module 'app' has no attribute {name!r}")
