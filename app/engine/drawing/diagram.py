"""Draws a procedure as SVG: stages from top to bottom, steps forward between, steps back as numbered arcs.

A step the case takes by itself is a broken line, and says so in words.

The drawing carries no script or style block, prints in black and white (the path is bold, not only coloured)
and has a text for people who do not see it. A page may colour it anew by the classes `d-…`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from app.engine.anchors import ENTERED, NO_NAMES, DateNames, event_words
from app.engine.definition import Definition
from app.engine.drawing.arcs import Box, Edge, Way, ends_of, least_height, place_of_mark, ways_of
from app.engine.drawing.staying import staying_steps
from app.engine.elements import Stage, Transition
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
        "now": "the case is here",
        "passed": "passed",
        "round": "round {}",
        "automatic": "automatically",
    },
}
_SPACE = re.compile(r"[\t\n\r]")
_UNPRINTABLE = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold


@dataclass(frozen=True)
class Sheet:
    """Measures of a drawing in pixels, and how many letters of our typeface fit into a line of each kind."""

    box: int = 412
    lane: int = 26
    title: int = 41
    detail: int = 51
    label: int = 50
    note: int = 92
    least: int = 720


WIDE = Sheet()
# For the width of a telephone, where letters must not shrink.
SLIM = Sheet(box=262, lane=20, title=24, detail=31, label=29, note=44, least=0)


@dataclass(frozen=True)
class Journey:
    """What of the procedure one case has walked: stages passed, steps taken, where it is, in which round."""

    passed: Collection[str] = ()
    current: str | None = None
    taken: Collection[Edge] = ()
    rounds: Mapping[str, int] | None = None


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
    down, arcs = _sorted_steps(definition)
    for target, steps in down.items():
        parts.append(_down(definition, steps, boxes[target].top, language, walked, sheet))
    ways = ways_of(definition, arcs)
    ends = ends_of(ways, boxes)
    numbers = numbered_steps(definition)
    parts += [_arc(way, ends[way], boxes, walked, sheet) for way in ways]
    # above all lines, or another arc crosses the number
    parts += [_mark(way, place_of_mark(way, ends), numbers[way.step.id], walked, sheet) for way in ways]
    height = max((box.bottom for box in boxes.values()), default=TOP)
    notes = _legend(definition, language, sheet.note) if legend else []
    for number, note in enumerate(notes):
        parts.append(_text(LEFT, height + 32 + number * 20, note, 13))
    height += (32 + len(notes) * 20 if notes else 0) + TOP
    width = max(
        LEFT + sheet.box + (max((way.lane for way in ways), default=0)) * sheet.lane + RIGHT,
        sheet.least if legend else 0,
    )
    stages = " → ".join(stage.titles[language] for stage in definition.stages.values())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="Golos, PT Sans, Arial, sans-serif" fill="{INK}">'
        f"<title>{_escaped(definition.titles[language])}</title><desc>{_escaped(stages)}</desc>{''.join(parts)}</svg>"
    )


def numbered_steps(definition: Definition) -> dict[str, int]:
    """Numbers of the steps drawn as arcs, in the order of the definition."""
    _, arcs = _sorted_steps(definition)
    return {step: number for number, step in enumerate(dict.fromkeys(s.id for s, _ in arcs), start=1)}


def _legend(definition: Definition, language: str, letters: int) -> list[str]:
    notes = []
    for step, number in numbered_steps(definition).items():
        words = _label(definition, definition.transitions[step], language)
        notes += _wrapped(f"{number} — {words}", letters)
    for heading, steps in staying_steps(definition):
        titles = "; ".join(_label(definition, step, language) for step in steps)
        notes += _wrapped(f"{heading[language]}: {titles}", letters)
    return notes


def _sorted_steps(
    definition: Definition,
) -> tuple[dict[str, list[Transition]], list[tuple[Transition, str]]]:
    """Steps to the next stage by that stage, and steps drawn as arcs (one per source).

    A draft may name stages that are not there: the check says so, and what can be drawn is drawn.
    """
    down: dict[str, list[Transition]] = {}
    arcs = []
    for step in definition.transitions.values():
        if step.target is None or step.target not in definition.rank:
            continue
        for source in step.sources:
            if source not in definition.rank:
                continue
            if definition.rank[step.target] == definition.rank[source] + 1:
                down.setdefault(step.target, []).append(step)
            else:
                arcs.append((step, source))
    return down, arcs


def _boxes(definition: Definition, said: Mapping[str, str], language: str, sheet: Sheet) -> dict[str, Box]:
    """Where each stage stands: boxes as high as their words, gaps as high as the words of the steps."""
    down, arcs = _sorted_steps(definition)
    boxes: dict[str, Box] = {}
    y = TOP
    for stage in definition.stages.values():
        if boxes:
            lines = len(_step_lines(definition, down.get(stage.id, ()), language, sheet))
            y += max(lines, 1) * LINE + 28
        titles = len(_wrapped(stage.titles[language], sheet.title))
        details = len(_wrapped(said[stage.id], sheet.detail))
        words = titles * TITLE + details * DETAIL + 20
        bottom = y + max(words, least_height(stage.id, arcs))
        boxes[stage.id] = Box(y, bottom, min(26, (bottom - y) // 2) if stage.final else 8)
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


def _stage(stage: Stage, box: Box, language: str, walked: Journey, sheet: Sheet, detail: str) -> str:
    now = stage.id == walked.current
    bold = now or stage.id in walked.passed
    name = "d-box" + (" d-now" if now else " d-path" if bold else "")
    parts = [
        f'<rect class="{name}" x="{LEFT}" y="{box.top}" width="{sheet.box}" height="{box.bottom - box.top}" '
        f'rx="{box.corner}" fill="{PATH if now else PAPER}" '
        f'stroke="{PATH if bold else QUIET}" stroke-width="{3 if bold else 1.2}"/>'
    ]
    ink, y = PAPER if now else INK, box.top + 8
    for line in _wrapped(stage.titles[language], sheet.title):
        y += TITLE
        parts.append(_text(LEFT + 16, y, line, 16, ink, bold=True, now=now))
    for line in _wrapped(detail, sheet.detail):
        y += DETAIL
        parts.append(_text(LEFT + 16, y, line, 13, ink, now=now))
    return "".join(parts)


def _down(
    definition: Definition, steps: list[Transition], bottom: int, language: str, walked: Journey, sheet: Sheet
) -> str:
    """Arrows side by side, their words one under another."""
    lines = _step_lines(definition, steps, language, sheet)
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


def _step_lines(
    definition: Definition, steps: Sequence[Transition], language: str, sheet: Sheet
) -> list[str]:
    letters = sheet.label - 2 * max(len(steps) - 1, 0)  # each further arrow takes a little of the place
    return [line for step in steps for line in _wrapped(_label(definition, step, language), letters)]


def _arc(way: Way, ends: tuple[int, int], boxes: Mapping[str, Box], walked: Journey, sheet: Sheet) -> str:
    """From the right side of one box to the right side of another on its lane."""
    taken = (way.step.id, way.source) in walked.taken
    right = LEFT + sheet.box
    start, end = ends
    tip = right - boxes[way.target].dent(end)
    across = right + way.lane * sheet.lane
    path = f"M{right - boxes[way.source].dent(start)} {start} H{across} V{end} H{tip + 9}"
    return _line(path, taken, way.step.automatic) + _head(tip, end, "left", taken)


def _mark(way: Way, y: int, number: int, walked: Journey, sheet: Sheet) -> str:
    """The number of the step on its line."""
    taken = (way.step.id, way.source) in walked.taken
    across = LEFT + sheet.box + way.lane * sheet.lane
    name = "d-mark d-path" if taken else "d-mark"
    mark = (
        f'<circle class="{name}" cx="{across}" cy="{y}" r="9" fill="{PAPER}" '
        f'stroke="{PATH if taken else QUIET}" stroke-width="{2 if taken else 1}"/>'
    )
    return mark + _text(across, y + 4, str(number), 11, bold=taken, anchor="middle")


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
        if lines and _length(lines[-1]) + 1 + _length(word) <= width:
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
