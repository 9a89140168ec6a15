"""The examination of an uploaded template as the rest of the system asks for it: in a child with hard limits.

Nothing of the file is unpacked or parsed in this process.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from app.core.canonical import canonical_json
from app.core.i18n import Text, _
from app.documents.doctor.fields import Shape, dictionary
from app.documents.doctor.learning import learn
from app.documents.docx.frozen import thaw
from app.documents.docx.gate import MAX_DOCX, HostileFile
from app.documents.docx.process import Child, RenderStopped, Watch, refusal
from app.documents.templates import FOLDER, Templates, manifest

SAMPLES = FOLDER / "samples"
MEMORY = 300  # megabytes
SECONDS = 15  # of the processor and of the clock, for everything
Sample = tuple[str, Mapping[str, Any]]  # name, frozen values


@cache
def samples(code: str, folder: Path = SAMPLES) -> tuple[Sample, ...]:
    """Frozen values of the Penza papers of a kind; none for a kind without."""
    path = folder / f"{code}.json"
    if not path.is_file():
        return ()
    return tuple((one["name"], one["values"]) for one in json.loads(path.read_text(encoding="utf-8")))


def fields_of(code: str, templates: Templates | None = None) -> Shape:
    """The dictionary of a kind: its manifest fields, the Penza papers, what the shipped editions print."""
    found = _fields(code) if templates is None else _made(code, templates)
    return Shape.from_json(found)


@cache
def _fields(code: str) -> dict[str, Any]:
    return _made(code, manifest())


def _made(code: str, templates: Templates) -> dict[str, Any]:
    editions = [one for one in templates.editions if one.code == code]
    known = {f.name: f for one in editions for f in one.fields}
    shape = dictionary(known.values(), [thaw(values) for _name, values in samples(code)])
    for one in editions:
        learn(shape, one.content)
    return shape.as_json()


def digest_of(code: str) -> str:
    """Changes when the dictionary or the manifest's demands change: an older examination is then worth nothing."""
    return hashlib.sha256(canonical_json(_fields(code)).encode()).hexdigest()


def examine_template(data: bytes, code: str, further: Iterable[Sample] = ()) -> dict[str, Any]:
    """The report on a file as a template of the kind `code`; `further`: frozen values of real papers of this place.

    Raises HostileFile for what is refused at the door, with the reason.
    """
    if len(data) > MAX_DOCX:
        raise HostileFile(_("it is larger than %(n)s MB", n=MAX_DOCX // 1_000_000))
    started = time.monotonic()
    task = {"op": "examine", "fields": fields_of(code).as_json(), "samples": [*samples(code), *further][:8]}
    child = Child(MEMORY, SECONDS)
    watch = Watch([child])
    try:
        child.start()
        child.deadline = time.monotonic() + SECONDS
        child.send(task, data)
        answer, _nothing = child.answer()
    except RenderStopped as stopped:
        raise HostileFile(_STOPPED.get(stopped.why, _("its examination broke off"))) from stopped
    finally:
        watch.close()
        child.stop()
    if "error" in answer:
        error = refusal(answer["error"])
        if isinstance(error, RenderStopped):
            raise HostileFile(_STOPPED[error.why])
        if isinstance(error, HostileFile):
            raise error
        raise HostileFile(_("it cannot be read (%(kind)s)", kind=str(error)))
    report: dict[str, Any] = answer["report"]
    report["peak"] = answer.get("peak", 0)
    report["seconds"] = round(time.monotonic() - started, 2)
    report["dictionary"] = digest_of(code)
    report["ok"] = not any(one["severity"] == "error" for one in report["findings"])
    return report


_STOPPED: dict[str, Text] = {
    "time": _("its examination takes too long"),
    "memory": _("its examination takes too much memory"),
    "lost": _("its examination broke off"),
}
