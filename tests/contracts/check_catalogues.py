"""The step of `make lint` that prints every sentence without its Russian, or with two; exits 1 if there is one."""

from __future__ import annotations

import sys

from tests.contracts.catalogues import clashing, lacking, repeated, unreadable

if __name__ == "__main__":
    problems = lacking() + unreadable() + clashing() + repeated()
    print("\n".join(problems))
    print(f"catalogues: {len(problems)} to mend" if problems else "catalogues: complete")
    sys.exit(bool(problems))
