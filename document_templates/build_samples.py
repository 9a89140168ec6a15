"""Examples of values for the doctor of templates, from the papers of the Penza demo and of the tests.

`python -m document_templates.build_samples [DATABASE_URL of a loaded demo]` writes document_templates/samples/*.json.
"""

from __future__ import annotations

import sys
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import wiring  # noqa: F401 -- all models known to each other
from app.core.db import make_engine
from app.documents.frozen import freeze
from app.documents.models import Document
from app.documents.template_doctor_run import SAMPLES, Sample, write_samples
from app.documents.templates import manifest
from tests.unit.documents import penza

MOST = 5  # examples of a kind
DROPPED = {"id", "position_id"}  # keys of rows, which no template prints


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items() if key not in DROPPED}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value


def main() -> int:
    papers: dict[str, list[Sample]] = {}
    if len(sys.argv) > 1:
        with Session(make_engine(sys.argv[1])) as session:
            for document in session.scalars(select(Document).order_by(Document.state.desc(), Document.id)):
                found = papers.setdefault(document.template, [])
                if len(found) < MOST - 1:
                    found.append((document.title, _clean(document.values)))
    for code in manifest().codes:
        make = getattr(penza, code, None)
        if make is not None:
            papers.setdefault(code, []).append(("Пенза", freeze(make())))
    for name in write_samples(SAMPLES, papers):
        sys.stdout.write(f"{name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
