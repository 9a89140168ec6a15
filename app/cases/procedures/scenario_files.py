"""The scenarios that lie beside a definition: `workflows/<procedure>/scenarios/*.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from app.core.errors import Invalid
from app.core.i18n import _
from app.engine.definition import Definition
from app.engine.findings import Finding, finding
from app.engine.reading.reader import MAX_CHARACTERS
from app.engine.trials.reading import Scenario, read_scenarios
from app.engine.trials.scenarios import rehearse

FOLDER = "scenarios"


def text_of(path: Path) -> str:
    """The text of a file, which may be anything: no more of it is read than it takes to be refused as too long.

    Raises OSError, UnicodeDecodeError.
    """
    with path.open(encoding="utf-8") as file:
        return file.read(MAX_CHARACTERS + 1)


def beside(path: Path, shown: Callable[[Path], str]) -> tuple[list[Scenario], list[Finding]]:
    """Every scenario in the folder beside this definition, and what could not be read of them."""
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    for file in sorted((path.parent / FOLDER).glob("*.yaml")):
        try:
            texts[shown(file)] = text_of(file)
        except (OSError, UnicodeDecodeError) as error:
            english, russian = "the file cannot be read", "файл не читается"
            if isinstance(error, UnicodeDecodeError):
                english, russian = "the file is not text in UTF-8", "файл — не текст в UTF-8"
            place = (shown(file), 1, 1)
            findings.append(finding("not_yaml", place, problem=english, problem_ru=russian))
    scenarios, faults = of_texts(texts)
    return scenarios, findings + faults


def texts_beside(path: Path) -> dict[str, str]:
    """The files of scenarios beside this definition, as they are, by name. Raises Invalid for what cannot be read."""
    found = {}
    for file in sorted((path.parent / FOLDER).glob("*.yaml")):
        try:
            found[file.name] = text_of(file)
        except (OSError, UnicodeDecodeError) as error:
            raise Invalid(_("%(file)s cannot be read.", file=file)) from error
    return found


def of_texts(texts: Mapping[str, str]) -> tuple[list[Scenario], list[Finding]]:
    """Every scenario of these files (name → text). Two of one id are a fault unless they are for other versions:
    one that names its versions takes the place of one that is for all.
    """
    known: dict[tuple[str, tuple[int, ...]], Scenario] = {}
    findings: list[Finding] = []
    for name, text in texts.items():
        found, faults = read_scenarios(text, name)
        findings += faults
        for scenario in found:
            key = (scenario.id, scenario.versions)
            first = known.get(key) or next(
                (one for (ident, versions), one in known.items()
                 if ident == scenario.id and set(versions) & set(scenario.versions)), None,
            )  # fmt: skip
            if first is not None:
                words = f"{first.place[0]}:{first.place[1]}"
                findings.append(finding("duplicate_scenario", scenario.place, id=scenario.id, first=words))
            known.setdefault(key, scenario)
    return list(known.values()), findings


def uncovered_edges(definition: Definition, path: Path, shown: Callable[[Path], str]) -> list[Finding]:
    """Transitions that no scenario takes, per stage they lead from; one warning when there are no scenarios."""
    scenarios, faults = beside(path, shown)
    if not scenarios:
        return faults or [finding("no_scenarios", definition.place("workflow"), "warning")]
    missing = rehearse(definition, scenarios).coverage.missing()
    return faults + [one for one in missing if one.code == "uncovered_transition"]
