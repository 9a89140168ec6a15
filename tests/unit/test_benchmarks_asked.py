"""A figure that has fallen ends the benchmark with a fault."""

from __future__ import annotations

import pytest

from benchmarks.asked import Asked, judge


def test_figures_within_their_bounds_pass(capsys: pytest.CaptureFixture[str]) -> None:
    judge([Asked("speed", 10, least=10), Asked("cost", 1.6, most=1.6), Asked("both", 2, least=1, most=3)])
    assert "3 of 3 figures hold" in capsys.readouterr().out


@pytest.mark.parametrize(
    "row",
    [
        Asked("speed", 9.9, least=10),
        Asked("cost", 1.61, most=1.6),
        Asked("both", 4, least=1, most=3),
        Asked("nothing", float("nan"), least=1),
    ],
)
def test_one_figure_out_of_bounds_is_named_and_ends_with_a_fault(
    row: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        judge([Asked("speed", 10, least=10), row])
    assert ended.value.code == 1
    assert f"MISSED {row.name}: " in capsys.readouterr().out


def test_nothing_measured_is_a_fault() -> None:
    with pytest.raises(SystemExit, match="nothing was measured"):
        judge([])
