"""The scenarios that lie beside a definition: `workflows/<procedure>/scenarios/*.yaml`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.engine.definition import Definition
from app.engine.findings import Finding, finding
from app.engine.scenario_reading import Scenario, read_scenarios
from app.engine.scenarios import rehearse

FOLDER = "scenarios"


def beside(path: Path, shown: Callable[[Path], str]) -> tuple[list[Scenario], list[Finding]]:
    """Every scenario in the folder beside this definition, and what could not be read of them."""
    scenarios: dict[str, Scenario] = {}
    findings: list[Finding] = []
    for file in sorted((path.parent / FOLDER).glob("*.yaml")):
        try:
            found, faults = read_scenarios(file.read_text(encoding="utf-8"), shown(file))
        except (OSError, UnicodeDecodeError) as error:
            found, faults = [], [finding("not_yaml", (shown(file), 1, 1), problem=str(error))]
        findings += faults
        for scenario in found:
            first = scenarios.setdefault(scenario.id, scenario)
            if first is not scenario:
                words = f"{first.place[0]}:{first.place[1]}"
                findings.append(finding("duplicate_scenario", scenario.place, id=scenario.id, first=words))
    return list(scenarios.values()), findings


def uncovered_edges(definition: Definition, path: Path, shown: Callable[[Path], str]) -> list[Finding]:
    """Transitions that no scenario takes, per stage they lead from; one warning when there are no scenarios."""
    scenarios, faults = beside(path, shown)
    if not scenarios:
        return faults or [finding("no_scenarios", definition.place("workflow"), "warning")]
    missing = rehearse(definition, scenarios).coverage.missing()
    return faults + [one for one in missing if one.code == "uncovered_transition"]
