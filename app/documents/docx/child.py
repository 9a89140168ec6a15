"""A child process that prints papers and reads uploaded templates: no database, no settings, hard limits.

`python -m app.documents.docx.child MEGABYTES SECONDS` answers framed requests on its standard input until it
ends. The parent (`process`) watches the clock and believes nothing but JSON and the bytes of a paper.
"""

from __future__ import annotations

import json
import pickle
import struct
import sys
import time
from collections import OrderedDict
from typing import IO, Any

from app.documents.docx.carried import pack
from app.documents.docx.gate import HostileFile
from app.documents.docx.intake import MissingFields, RenderError, TemplateMistake, ValueRefused
from app.documents.docx.rendering import render

try:
    import resource
except ImportError:  # Windows: the parent's clock is the only limit there, as README says
    resource = None  # type: ignore[assignment]

HEAD = struct.Struct(">II")
MAX_FRAME = 64_000_000
_KEPT = 8  # templates sent by the parent


def write_frame(stream: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    """One request or answer: lengths, JSON, bytes."""
    packed = json.dumps(head, ensure_ascii=False).encode()
    stream.write(HEAD.pack(len(packed), len(body)) + packed + body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next frame; None at the end of the stream. Raises ValueError for what is no frame."""
    start = stream.read(HEAD.size)
    if len(start) < HEAD.size:
        return None
    head_size, body_size = HEAD.unpack(start)
    if head_size > MAX_FRAME or body_size > MAX_FRAME:
        raise ValueError("frame too large")
    head, body = stream.read(head_size), stream.read(body_size)
    if len(head) < head_size or len(body) < body_size:
        return None
    parsed = json.loads(head)
    if not isinstance(parsed, dict):
        raise ValueError("not a frame")
    return parsed, body


def limit(megabytes: int) -> None:
    """Hard limits of this process: memory, no files written, no further processes, no core dump."""
    if resource is None:
        return
    size = megabytes * 1_000_000
    wanted = {"RLIMIT_DATA": size, "RLIMIT_AS": size + 500_000_000, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0,
              "RLIMIT_NOFILE": 32, "RLIMIT_NPROC": 0}  # fmt: skip
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is not None:
            try:
                resource.setrlimit(kind, (value, value))
            except (ValueError, OSError):  # this system does not know or does not allow it
                continue


def more_time(seconds: int) -> None:
    """Let the next task use `seconds` of the processor; beyond them the kernel ends this process."""
    if resource is not None:
        soft = int(time.process_time()) + seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def peak_megabytes() -> int:
    """The most memory this process ever held; 0 where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next(int(line.split()[1]) // 1000 for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration, ValueError):
        return 0


def told(error: Exception) -> dict[str, Any]:
    """A refusal as JSON; `refusal` in the parent makes the exception of it."""
    if isinstance(error, MissingFields):
        return {"kind": "missing", "names": [name[:200] for name in error.names[:200]]}
    if isinstance(error, ValueRefused):
        return {"kind": "value", "name": error.name[:200], "reason": pack(error.reason)}
    if isinstance(error, HostileFile):
        return {"kind": "hostile", "reason": pack(error.reason)}
    if isinstance(error, TemplateMistake):
        if error.detail == "MemoryError":
            return {"kind": "stopped", "why": "memory"}
        return {"kind": "mistake", "detail": pack(error.detail)}
    if isinstance(error, RenderError):
        return {"kind": "mistake", "detail": pack(error.message)}
    return {"kind": "mistake", "detail": type(error).__name__}


def main() -> int:
    megabytes, seconds = int(sys.argv[1]), int(sys.argv[2])
    came, out = sys.stdin.buffer, sys.stdout.buffer
    limit(megabytes)
    templates: OrderedDict[str, bytes] = OrderedDict()
    write_frame(out, {"ready": True})
    while (frame := read_frame(came)) is not None:
        head, body = frame
        if head["op"] == "template":
            templates[head["hash"]] = body
            while len(templates) > _KEPT:
                templates.popitem(last=False)
            continue
        more_time(seconds)
        try:
            if head["op"] == "examine":
                from app.documents.doctor.trials import perform

                write_frame(out, {"report": perform(body, head), "peak": peak_megabytes()})
                continue
            values = pickle.loads(body)  # noqa: S301 -- from the parent, over a pipe of its own
            data = render(templates[head["hash"]], values)
        except MemoryError:
            write_frame(out, {"error": {"kind": "stopped", "why": "memory"}})
            return 1
        except Exception as error:  # every refusal is an answer; the next paper waits
            write_frame(out, {"error": told(error)})
        else:
            write_frame(out, {}, data)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
