"""The step of `make lint` that prints sentences without their Russian, with two, or said by nothing; exits 1 on any."""

from __future__ import annotations

import sys

from tests.contracts.catalogues import clashing, lacking, repeated, unreadable, unused

if __name__ == "__main__":
    problems = lacking() + unreadable() + clashing() + repeated() + unused()
    print("\n".join(problems))
    print(f"catalogues: {len(problems)} to mend" if problems else "catalogues: complete")
    sys.exit(bool(problems))
