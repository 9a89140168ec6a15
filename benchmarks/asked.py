"""What the figures must be at least or at most: `make bench` ends with a fault when one has fallen below.

The numbers are those the product was asked for; where it does not reach one (benchmarks/README.md says why), the
number here is what it has reached, so that it cannot get worse unseen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """One figure and its bound."""

    name: str
    figure: float
    least: float | None = None
    most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether the figure is within its bound; a figure that is no number is not."""
        if self.least is not None and not self.figure >= self.least:
            return False
        return self.most is None or self.figure <= self.most

    def __str__(self) -> str:
        bound = f"at least {self.least:g}" if self.least is not None else f"at most {self.most:g}"
        return f"{self.name}: {self.figure:g}, asked for {bound}"


def judge(rows: Sequence[Asked]) -> None:
    """Print what does not hold and end the process with 1; nothing asked is a fault of the benchmark itself."""
    if not rows:
        raise SystemExit("nothing was measured")
    missed = [row for row in rows if not row.holds]
    for row in missed:
        print(f"MISSED {row}")
    print(f"{len(rows) - len(missed)} of {len(rows)} figures hold")
    if missed:
        raise SystemExit(1)
