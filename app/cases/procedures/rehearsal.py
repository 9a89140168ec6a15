"""`python app.py workflow test`, `simulate`, `diagram`: a procedure tried out and drawn before people use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from app.cases.context import date_names
from app.cases.history import in_reader
from app.cases.procedures.check import finding_line, not_readable, shipped, shown, versions_beside
from app.cases.procedures.scenario_files import FOLDER, beside, text_of
from app.core.errors import OporaError
from app.core.i18n import Text, _
from app.core.ports import DateWords
from app.engine.definition import Definition
from app.engine.drawing import diagram
from app.engine.findings import DefinitionError, Finding
from app.engine.reading import loader
from app.engine.trials.promises import OF_THE_PROCEDURE, told
from app.engine.trials.reading import Scenario
from app.engine.trials.scenarios import Rehearsal, of_version, rehearse
from app.engine.trials.simulation import Report, simulate

Say = Callable[[str], None]
KIND_TITLES: dict[str, Text] = {
    "stage": _("stages"),
    "transition": _("transitions"),
    "task": _("tasks"),
    "guard": _("guards"),
    "approval": _("votes"),
}


def play_files(files: Sequence[Path], say: Say) -> int:
    """Play the scenarios beside each definition; 1 when one fails or something of the procedure is not shown.

    A file of scenarios may be named too: then only its scenarios are judged, without the coverage.
    """
    if not files:
        return max(_test(path, None, say) for path in shipped())
    status = 0
    for path in files:
        if path.absolute().parent.name == FOLDER:
            status = max(status, _test_scenarios(path, say))
        else:
            status = max(status, _test(path, None, say))
    return status


def _test_scenarios(path: Path, say: Say) -> int:
    """Play the scenarios of this file by every version beside their folder; 1 when there is nothing to play."""
    try:
        text_of(path)
    except (OSError, UnicodeDecodeError) as error:
        say(not_readable(path, error))
        return 1
    definitions = sorted(path.absolute().parent.parent.glob("v*.yaml"))
    if not definitions:
        say(str(_("%(file)s: no definition v*.yaml lies beside the folder of scenarios.", file=shown(path))))
        return 1
    return max(_test(definition, path, say) for definition in definitions)


def simulate_files(files: Sequence[Path], runs: int, seed: int, say: Say) -> int:
    """Random histories of each definition; 1 when one of them breaks a promise."""
    status = 0
    for path in list(files) or shipped():
        definition = _loaded(path, say)
        if definition is None:
            status = 1
            continue
        report = simulate(definition, runs, seed, versions_beside(path, definition))
        _say_report(shown(path), definition, report, seed, say)
        status = max(status, int(bool(report.divergences)))
    return status


def draw_file(
    path: Path | None, language: str, out: Path | None, say: Say, dates: Mapping[str, DateWords]
) -> int:
    """The drawing of a definition, into a file or to whoever reads the output."""
    source = path or shipped()[-1]
    definition = _loaded(source, say)
    if definition is None:
        return 1
    drawing = diagram.draw(definition, language, dates=date_names(dates))
    if out is None:
        say(drawing)
        return 0
    try:
        out.write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise OporaError(_("%(file)s cannot be written.", file=out)) from error
    return 0


def _loaded(path: Path, say: Say) -> Definition | None:
    """The definition, or None after its faults have been said."""
    try:
        return loader.loads(text_of(path), shown(path))
    except DefinitionError as error:
        for found in error.findings:
            say(finding_line(found))
    except (OSError, UnicodeDecodeError) as error:
        say(not_readable(path, error))
    return None


def _test(path: Path, only: Path | None, say: Say) -> int:
    definition = _loaded(path, say)
    if definition is None:
        return 1
    scenarios, faults = beside(path, shown)
    for fault in faults:
        say(finding_line(fault))
    played = rehearse(definition, scenarios)
    mine = of_version(definition, scenarios).values()
    judged = [one for one in mine if one.id in played.faults and (only is None or _is_of(one, only))]
    failed = [one for one in judged if played.faults[one.id]]
    told = [found for one in failed for found in played.faults[one.id]]
    roots = [found for found in told if found.code != "base_failed"]
    _say_all(roots or told, say)
    if roots and len(roots) < len(told):
        say(
            str(_("Not tried, for they go on from what has failed: %(count)s.", count=len(told) - len(roots)))
        )
    missing = [] if only or faults or failed else played.coverage.missing()
    _say_all(missing, say)
    words = {"file": shown(path), "all": len(judged), "passed": len(judged) - len(failed)}
    say(str(_("%(file)s: scenarios %(all)s, passed %(passed)s.", **words)))
    if only is None:
        say(
            str(
                _(
                    "Seen: %(figures)s; %(percent)s%% in all.",
                    figures=_figures(played),
                    percent=_percent(played),
                )
            )
        )
    return 1 if faults or failed or missing else 0


def _is_of(scenario: Scenario, file: Path) -> bool:
    return scenario.place[0] == shown(file)


def _figures(played: Rehearsal) -> str:
    counts = played.coverage.counts()
    return ", ".join(f"{KIND_TITLES[kind]} {seen}/{total}" for kind, (seen, total) in counts.items())


def _percent(played: Rehearsal) -> str:
    """Rounded down: 100 only when nothing is missing."""
    return str(int(played.coverage.percent))


def _say_all(findings: Iterable[Finding], say: Say) -> None:
    for found in findings:
        say(finding_line(found))


def _say_report(name: str, definition: Definition, report: Report, seed: int, say: Say) -> None:
    words = {
        "file": name,
        "runs": report.runs,
        "seed": seed,
        "steps": report.accepted,
        "refused": report.refused,
    }
    say(
        str(
            _(
                "%(file)s: %(runs)s histories (seed %(seed)s), %(steps)s steps taken, %(refused)s refused.",
                **words,
            )
        )
    )
    words = {"events": report.events, "longest": report.longest, "ended": report.led_to_the_end}
    say(
        str(_("Events: %(events)s, the longest history %(longest)s; brought to the end: %(ended)s.", **words))
    )
    if report.migrated:
        words = {"moved": report.migrated, "undone": report.undone}
        say(str(_("Moves to another version: %(moved)s, taken back: %(undone)s.", **words)))
    never = [step for step in definition.transitions if not report.steps[step]]
    if never:
        say(str(_("Never taken: %(steps)s.", steps=", ".join(never))))
    for number, broken in report.divergences[:10]:
        promise = in_reader(broken.texts)
        say(str(_("Run %(number)s breaks a promise: %(promise)s", number=number, promise=promise)))
        if broken.code not in OF_THE_PROCEDURE:
            say(
                str(
                    _(
                        "This is a fault of the engine, not of the procedure: report it with the file and the seed."
                    )
                )
            )
        for turn in broken.turns[-8:]:
            say(f"    {in_reader(told(turn))}")
    if not report.divergences:
        say(
            str(
                _(
                    "Every promise was kept: the case equals its events, every event is legal, the end is reachable."
                )
            )
        )
    else:
        say(str(_("Promises broken in %(number)s runs.", number=len(report.divergences))))
