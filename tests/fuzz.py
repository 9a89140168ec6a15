"""How many random histories a test tries: few in every run, as many as FUZZ_RUNS says by `make fuzz`."""

from __future__ import annotations

import os


def runs(in_every_run: int) -> int:
    return int(os.environ.get("FUZZ_RUNS", in_every_run))
