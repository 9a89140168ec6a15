"""Draws a procedure as SVG: stages from top to bottom, steps forward between, steps back as numbered arcs.

A step the case takes by itself is a broken line, and says so in words.

The drawing carries no script or style block, prints in black and white (the path is bold, not only coloured)
and has a text for people who do not see it. A page may colour it anew by the classes `d-…`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape

from app.engine.anchors import ENTERED, NO_NAMES, DateNames, event_words
from app.engine.definition import Definition, Stage, Transition
from app.engine.reasons import role_titles
from app.engine.wording import NBSP

LEFT, TOP, RIGHT = 16, 16, 24
TITLE, LINE, DETAIL = 21, 17, 18
INK, PATH, PAPER, QUIET = "#1f2933", "#1a56a8", "#ffffff", "#5f6b78"
WORDS = {
    "ru": {
        "tasks": "задачи: {}",
        "vote": "голосование",
        "days": "{} раб. дн.",
        "since": " со дня {}",
        "any": "С любого этапа в работе: ",
        "now": "сейчас здесь",
        "passed": "пройдено",
        "round": "круг {}",
        "automatic": "автоматически",
    },
    "en": {
        "tasks": "tasks: {}",
        "vote": "vote",
        "days": "{} working days",
        "since": " from {}",
        "any": "From any working stage: ",
        "now": "the case is here",
        "passed": "passed",
        "round": "round {}",
        "automatic": "automatically",
    },
}
_SPACE = re.compile(r"[\t\n\r]")
_UNPRINTABLE = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold
Edge = tuple[str, str]  # id of the transition, stage it leads from


@dataclass(frozen=True)
class Sheet:
    """Measures of a drawing in pixels; `letters` fit into a line inside and beside the boxes."""

    box: int = 412
    lane: int = 26
    letters: int = 52
    note: int = 92
    least: int = 720


WIDE = Sheet()
# For the width of a telephone, where letters must not shrink.
SLIM = Sheet(box=262, lane=20, letters=30, note=44, least=0)


@dataclass(frozen=True)
class Journey:
    """What of the procedure one case has walked: stages passed, steps taken, where it is, in which round."""

    passed: Collection[str] = ()
    current: str | None = None
    taken: Collection[Edge] = ()
    rounds: Mapping[str, int] | None = None


@dataclass(frozen=True)
class _Box:
    """The place of a stage on the sheet."""

    top: int
    bottom: int


def draw(
    definition: Definition,
    language: str = "ru",
    journey: Journey | None = None,
    *,
    sheet: Sheet = WIDE,
    legend: bool = True,
    dates: DateNames = NO_NAMES,
) -> str:
    """The drawing; without the legend whoever shows it prints `numbered_steps` beside it.

    `dates` names the rooms' dates that terms are counted from.
    """
    walked = journey or Journey()
    details = {
        stage.id: _details(definition, stage, walked, language, dates) for stage in definition.stages.values()
    }
    boxes = _boxes(definition, details, language, sheet)
    parts = [
        _stage(stage, boxes[stage.id], language, walked, sheet, details[stage.id])
        for stage in definition.stages.values()
    ]
    down, arcs, _ = _sorted_steps(definition)
    for target, steps in down.items():
        parts.append(_down(definition, steps, boxes[target].top, language, walked, sheet))
    lanes = _lanes(definition, arcs)
    marks: list[str] = []
    for step, source in arcs:
        number = numbered_steps(definition)[step.id]
        line, mark = _arc(step, source, lanes[step.id, source], number, boxes, walked, sheet)
        parts.append(line)
        marks.append(mark)  # above all lines, or another arc crosses the number
    parts += marks
    height = max((box.bottom for box in boxes.values()), default=TOP)
    notes = _legend(definition, language, sheet.note) if legend else []
    for number, note in enumerate(notes):
        parts.append(_text(LEFT, height + 32 + number * 20, note, 13))
    height += (32 + len(notes) * 20 if notes else 0) + TOP
    width = max(
        LEFT + sheet.box + (max(lanes.values(), default=0)) * sheet.lane + RIGHT, sheet.least if legend else 0
    )
    stages = " → ".join(stage.titles[language] for stage in definition.stages.values())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="Golos, PT Sans, Arial, sans-serif" fill="{INK}">'
        f"<title>{_escaped(definition.titles[language])}</title><desc>{_escaped(stages)}</desc>{''.join(parts)}</svg>"
    )


def numbered_steps(definition: Definition) -> dict[str, int]:
    """Numbers of the steps drawn as arcs, in the order of the definition."""
    _, arcs, _ = _sorted_steps(definition)
    return {step: number for number, step in enumerate(dict.fromkeys(s.id for s, _ in arcs), start=1)}


def _legend(definition: Definition, language: str, letters: int) -> list[str]:
    notes = []
    for step, number in numbered_steps(definition).items():
        words = _label(definition, definition.transitions[step], language)
        notes += _wrapped(f"{number} — {words}", letters)
    _, _, staying = _sorted_steps(definition)
    if staying:
        titles = "; ".join(_label(definition, step, language) for step in staying)
        notes += _wrapped(WORDS[language]["any"] + titles, letters)
    return notes


def _sorted_steps(
    definition: Definition,
) -> tuple[dict[str, list[Transition]], list[tuple[Transition, str]], list[Transition]]:
    """Steps to the next stage by that stage, steps drawn as arcs (one per source), steps that stay.

    A draft may name stages that are not there: the check says so, and what can be drawn is drawn.
    """
    down: dict[str, list[Transition]] = {}
    arcs, staying = [], []
    for step in definition.transitions.values():
        if step.target is None:
            staying.append(step)
            continue
        if step.target not in definition.rank:
            continue
        for source in step.sources:
            if source not in definition.rank:
                continue
            if definition.rank[step.target] == definition.rank[source] + 1:
                down.setdefault(step.target, []).append(step)
            else:
                arcs.append((step, source))
    return down, arcs, staying


def _lanes(definition: Definition, arcs: list[tuple[Transition, str]]) -> dict[Edge, int]:
    """For each arc the nearest lane (from 1) on which it meets no other; short arcs stay near the boxes."""
    spans = []
    for step, source in arcs:
        ends = sorted((definition.rank[source], definition.rank[step.target or source]))
        spans.append((ends[1] - ends[0], ends[0], ends[1], (step.id, source)))
    lanes: dict[Edge, int] = {}
    taken: list[list[tuple[int, int]]] = []
    for _, first, last, edge in sorted(spans):
        lane = next(
            (n for n, used in enumerate(taken) if all(last < a or b < first for a, b in used)), len(taken)
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append((first, last))
        lanes[edge] = lane + 1
    return lanes


def _boxes(definition: Definition, said: Mapping[str, str], language: str, sheet: Sheet) -> dict[str, _Box]:
    """Where each stage stands: boxes as high as their words, gaps as high as the words of the steps."""
    down, _, _ = _sorted_steps(definition)
    boxes: dict[str, _Box] = {}
    y = TOP
    for stage in definition.stages.values():
        if boxes:
            words = sum(len(_step_lines(definition, s, language, sheet)) for s in down.get(stage.id, ()))
            y += max(words, 1) * LINE + 28
        titles = len(_wrapped(stage.titles[language], sheet.letters - 6))
        details = len(_wrapped(said[stage.id], sheet.letters + 6))
        bottom = y + titles * TITLE + details * DETAIL + 20
        boxes[stage.id] = _Box(y, bottom)
        y = bottom
    return boxes


def _details(definition: Definition, stage: Stage, walked: Journey, language: str, dates: DateNames) -> str:
    """What stands below the title; only what is short enough is kept on one line."""
    words = WORDS[language]
    detail = []
    if stage.id == walked.current:
        detail.append(words["now"])
    elif stage.id in walked.passed:
        detail.append(words["passed"])
    times = (walked.rounds or {}).get(stage.id, 0)
    if times > 1:
        detail.append(words["round"].format(times))
    if stage.tasks:
        detail.append(words["tasks"].format(len(stage.tasks)))
    if stage.approval:
        detail.append(words["vote"])
    if stage.due:
        detail.append(words["days"].format(stage.due.working_days))
    pieces = [piece.replace(" ", NBSP) for piece in detail]
    if stage.due and stage.due.since != ENTERED:
        event = event_words(definition, stage.due.since, dates)[0 if language == "ru" else 1]
        pieces[-1] += words["since"].format(event)
    return f"{NBSP}· ".join(pieces)


def _stage(stage: Stage, box: _Box, language: str, walked: Journey, sheet: Sheet, detail: str) -> str:
    now = stage.id == walked.current
    bold = now or stage.id in walked.passed
    name = "d-box" + (" d-now" if now else " d-path" if bold else "")
    parts = [
        f'<rect class="{name}" x="{LEFT}" y="{box.top}" width="{sheet.box}" height="{box.bottom - box.top}" '
        f'rx="{26 if stage.final else 8}" fill="{PATH if now else PAPER}" '
        f'stroke="{PATH if bold else QUIET}" stroke-width="{3 if bold else 1.2}"/>'
    ]
    ink, y = PAPER if now else INK, box.top + 8
    for line in _wrapped(stage.titles[language], sheet.letters - 6):
        y += TITLE
        parts.append(_text(LEFT + 16, y, line, 16, ink, bold=True, now=now))
    for line in _wrapped(detail, sheet.letters + 6):
        y += DETAIL
        parts.append(_text(LEFT + 16, y, line, 13, ink, now=now))
    return "".join(parts)


def _down(
    definition: Definition, steps: list[Transition], bottom: int, language: str, walked: Journey, sheet: Sheet
) -> str:
    """Arrows side by side, their words one under another."""
    lines = [line for step in steps for line in _step_lines(definition, step, language, sheet)]
    top = bottom - max(len(lines), 1) * LINE - 28
    parts = []
    order = list(definition.stages)
    for number, step in enumerate(steps):
        x = LEFT + 30 + number * 16
        # a step with several sources is an arc from the others
        taken = (step.id, order[definition.rank[step.target or ""] - 1]) in walked.taken
        parts.append(
            _line(f"M{x} {top} V{bottom - 9}", taken, step.automatic) + _head(x, bottom, "down", taken)
        )
    beside = LEFT + 30 + len(steps) * 16
    parts += [_text(beside, top + 25 + number * LINE, line, 13) for number, line in enumerate(lines)]
    return "".join(parts)


def _step_lines(definition: Definition, step: Transition, language: str, sheet: Sheet) -> list[str]:
    return _wrapped(_label(definition, step, language), sheet.letters)


def _arc(
    step: Transition,
    source: str,
    lane: int,
    number: int,
    boxes: dict[str, _Box],
    walked: Journey,
    sheet: Sheet,
) -> tuple[str, str]:
    """From the right side of one box to the right side of another on its lane: line, number."""
    taken = (step.id, source) in walked.taken
    right = LEFT + sheet.box
    across = right + lane * sheet.lane
    # Arrows come in at the upper half of a box and leave from the lower one, each lane at its own height.
    start = boxes[source].bottom - 7 - (lane - 1) % 4 * 6
    end = boxes[step.target or source].top + 9 + (lane - 1) % 4 * 7
    way = f"M{right} {start} H{across} V{end} H{right + 9}"
    line = _line(way, taken, step.automatic) + _head(right, end, "left", taken)
    middle = (start + end) // 2
    name = "d-mark d-path" if taken else "d-mark"
    mark = (
        f'<circle class="{name}" cx="{across}" cy="{middle}" r="9" fill="{PAPER}" '
        f'stroke="{PATH if taken else QUIET}" stroke-width="{2 if taken else 1}"/>'
    )
    return line, mark + _text(across, middle + 4, str(number), 11, bold=taken, anchor="middle")


def _line(path: str, taken: bool, broken: bool = False) -> str:
    dashes = ' stroke-dasharray="6 4"' if broken else ""
    if taken:
        return (
            f'<path class="d-line d-path" d="{path}" fill="none" stroke="{PATH}" stroke-width="3"{dashes}/>'
        )
    return f'<path class="d-line" d="{path}" fill="none" stroke="{QUIET}" stroke-width="1.4"{dashes}/>'


def _head(x: int, y: int, way: str, taken: bool) -> str:
    corners = f"{x - 5},{y - 9} {x + 5},{y - 9}" if way == "down" else f"{x + 9},{y - 5} {x + 9},{y + 5}"
    name = "d-head d-path" if taken else "d-head"
    return f'<polygon class="{name}" points="{x},{y} {corners}" fill="{PATH if taken else QUIET}"/>'


def _label(definition: Definition, step: Transition, language: str) -> str:
    whose = WORDS[language]["automatic"] if step.automatic else role_titles(definition, step.by)[language]
    return f"{step.titles[language]} ({whose})"


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines of about so many letters; no line for no text. Hard spaces stay together while they fit."""
    lines: list[str] = []
    for word in filter(None, _SPACE.sub(" ", _UNPRINTABLE.sub("", text)).split(" ")):
        if lines and _length(lines[-1]) + _length(word) < width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines += _cut(word, width)
    return lines


def _cut(word: str, width: int) -> list[str]:
    """The word in pieces that fit, mostly one."""
    pieces = [""]
    for letter in word:
        if _length(pieces[-1]) + _length(letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _length(text: str) -> float:
    """How many letters of usual width the text takes: capitals are wide."""
    return len(text) + 0.4 * sum(map(str.isupper, text))


def _escaped(text: str) -> str:
    return escape(_UNPRINTABLE.sub("", text))


def _text(
    x: int,
    y: int,
    text: str,
    size: int,
    ink: str = INK,
    bold: bool = False,
    anchor: str = "start",
    now: bool = False,
) -> str:
    weight = ' font-weight="700"' if bold else ""
    name = "d-ink d-now" if now else "d-ink"
    place = f'x="{x}" y="{y}" text-anchor="{anchor}"'
    return f'<text class="{name}" {place} font-size="{size}" fill="{ink}"{weight}>{escape(text)}</text>'
