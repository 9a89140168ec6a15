"""Examples of values for the doctor of templates, from the papers of the Penza demo and of the tests.

`python -m document_templates.build_samples [DATABASE_URL of a loaded demo]` writes document_templates/samples/*.json.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import wiring  # noqa: F401 -- all models known to each other
from app.core.engines import make_engine
from app.documents.doctor.run import SAMPLES, Sample
from app.documents.docx.frozen import freeze
from app.documents.models import Document
from app.documents.templates import manifest
from tests.unit.documents import penza

MOST = 5  # examples of a kind
DROPPED = {"id", "position_id"}  # keys of rows, which no template prints


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items() if key not in DROPPED}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value


def of_tests() -> dict[str, Sample]:
    """The example of each kind of paper whose values the tests make."""
    made = {code: getattr(penza, code, None) for code in manifest().codes}
    return {code: ("Пенза", freeze(make())) for code, make in made.items() if make is not None}


def write(folder: Path, papers: Mapping[str, Sequence[Sample]]) -> list[str]:
    """Keep values of papers as examples, one file for each kind; answers the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for code, found in papers.items():
        path = folder / f"{code}.json"
        rows = [{"name": name, "values": values} for name, values in found]
        text = json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8")
        names.append(path.name)
    return names


def main() -> int:
    papers: dict[str, list[Sample]] = {}
    if len(sys.argv) > 1:
        with Session(make_engine(sys.argv[1])) as session:
            for document in session.scalars(select(Document).order_by(Document.state.desc(), Document.id)):
                found = papers.setdefault(document.template, [])
                if len(found) < MOST - 1:
                    found.append((document.title, _clean(document.values)))
    for code, sample in of_tests().items():
        papers.setdefault(code, []).append(sample)
    for name in write(SAMPLES, papers):
        sys.stdout.write(f"{name}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
