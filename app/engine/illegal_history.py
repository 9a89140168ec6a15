"""What a history of a case must not be."""

from __future__ import annotations


class IllegalHistory(ValueError):
    """The events cannot have happened in this definition; `number` is the first bad one (from 1)."""

    def __init__(self, problem: str, number: int = 0) -> None:
        self.number = number
        super().__init__(f"event {number}: {problem}" if number else problem)


def must(holds: bool, problem: str) -> None:
    """Raise IllegalHistory with the problem unless this holds."""
    if not holds:
        raise IllegalHistory(problem)
