"""Draws a procedure as SVG: stages from top to bottom, steps forward between, steps back as numbered arcs.

The drawing carries no script or style block, prints in black and white (the path is bold, not only coloured)
and has a text for people who do not see it.
"""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from app.engine.definition import Definition, Stage, Transition
from app.engine.reasons import role_titles

WIDTH, HEIGHT, GAP, LEFT, TOP = 360, 62, 62, 24, 24
LANE, LINE = 24, 20
INK, PATH, PAPER, QUIET = "#1f2933", "#1a56a8", "#ffffff", "#7b8794"
WORDS = {
    "ru": {
        "tasks": "задачи: {}",
        "vote": "голосование",
        "days": "{} раб. дн.",
        "any": "Из любой стадии в работе: ",
    },
    "en": {
        "tasks": "tasks: {}",
        "vote": "vote",
        "days": "{} working days",
        "any": "From any working stage: ",
    },
}


def draw(
    definition: Definition,
    language: str = "ru",
    path: Collection[str] = (),
    current: str | None = None,
    taken: Collection[str] = (),
) -> str:
    """The drawing; `path` are stages passed, `current` is the stage now, `taken` are ids of steps taken."""
    stages = list(definition.stages.values())
    top = {stage.id: TOP + number * (HEIGHT + GAP) for number, stage in enumerate(stages)}
    down, arcs, staying = _sorted_steps(definition)
    parts = [
        _stage(stage, top[stage.id], language, stage.id in path, stage.id == current) for stage in stages
    ]
    for step in down:
        parts.append(_down(definition, step, top, language, step.id in taken))
    numbers = {
        step.id: number for number, step in enumerate(dict.fromkeys(step for step, _ in arcs), start=1)
    }
    marks: list[str] = []
    for lane, (step, source) in enumerate(arcs, start=1):
        line, mark = _arc(step, source, lane, numbers[step.id], top, step.id in taken)
        parts.append(line)
        marks.append(mark)  # above all lines, or another arc crosses the number
    parts += marks
    bottom = TOP + len(stages) * (HEIGHT + GAP) - GAP + 36
    notes = []
    for step_id, number in numbers.items():
        notes += _wrapped(f"{number} — {_label(definition, definition.transitions[step_id], language)}", 90)
    if staying:
        titles = "; ".join(_label(definition, step, language) for step in staying)
        notes += _wrapped(WORDS[language]["any"] + titles, 92)
    for number, note in enumerate(notes):
        parts.append(_text(LEFT, bottom + number * LINE, note, 13))
    width = max(LEFT + WIDTH + (len(arcs) + 2) * LANE, 720)
    height = bottom + len(notes) * LINE + 8
    title = escape(definition.titles[language])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" font-family="PT Sans, Arial, sans-serif" fill="{INK}">'
        f"<title>{title}</title>"
        f"<desc>{escape(' → '.join(stage.titles[language] for stage in stages))}</desc>{''.join(parts)}</svg>"
    )


def _sorted_steps(
    definition: Definition,
) -> tuple[list[Transition], list[tuple[Transition, str]], list[Transition]]:
    """Steps to the next stage, steps drawn as arcs (one per source), steps that stay where they are."""
    down, arcs, staying = [], [], []
    for step in definition.transitions.values():
        if step.target is None:
            staying.append(step)
            continue
        for source in step.sources:
            if definition.rank[step.target] == definition.rank[source] + 1:
                down.append(step)
            else:
                arcs.append((step, source))
    return down, arcs, staying


def _stage(stage: Stage, y: int, language: str, passed: bool, current: bool) -> str:
    words = WORDS[language]
    detail = []
    if stage.tasks:
        detail.append(words["tasks"].format(len(stage.tasks)))
    if stage.approval:
        detail.append(words["vote"])
    if stage.due:
        detail.append(words["days"].format(stage.due.working_days))
    bold = passed or current
    fill = PATH if current else PAPER
    ink = PAPER if current else INK
    box = (
        f'<rect x="{LEFT}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="{30 if stage.final else 8}" '
        f'fill="{fill}" stroke="{PATH if bold else QUIET}" stroke-width="{3 if bold else 1.2}"/>'
    )
    head = _text(LEFT + 18, y + 27, stage.titles[language], 16, ink, bold=True)
    return box + head + _text(LEFT + 18, y + 48, " · ".join(detail), 13, ink)


def _down(definition: Definition, step: Transition, top: dict[str, int], language: str, taken: bool) -> str:
    y, x = top[step.target or ""], LEFT + 40
    arrow = _line(f"M{x} {y - GAP} V{y - 9}", taken) + _head(x, y, "down", taken)
    words = _label(definition, step, language)
    first, *rest = _wrapped(words, 48)
    lines = [
        _text(x + 16, y - GAP + 27 + number * 17, line, 13) for number, line in enumerate([first, *rest][:2])
    ]
    return arrow + "".join(lines)


def _arc(
    step: Transition, source: str, lane: int, number: int, top: dict[str, int], taken: bool
) -> tuple[str, str]:
    """From the right side of one box to the right side of another on a lane of its own: line, number."""
    right, across = LEFT + WIDTH, LEFT + WIDTH + lane * LANE + 12
    # Ends a little apart, so that no two arrows lie on one another.
    start = top[source] + 38 + lane * 7 % 21
    end = top[step.target or source] + 8 + lane * 7 % 25
    line = _line(f"M{right} {start} H{across} V{end} H{right + 9}", taken) + _head(right, end, "left", taken)
    middle = (start + end) // 2
    mark = f'<circle cx="{across}" cy="{middle}" r="9" fill="{PAPER}" stroke="{PATH if taken else QUIET}"/>'
    return line, mark + _text(across, middle + 4, str(number), 11, anchor="middle")


def _line(path: str, taken: bool) -> str:
    style = f'stroke="{PATH}" stroke-width="3"' if taken else f'stroke="{QUIET}" stroke-width="1.4"'
    return f'<path d="{path}" fill="none" {style}/>'


def _head(x: int, y: int, way: str, taken: bool) -> str:
    corners = f"{x - 5},{y - 9} {x + 5},{y - 9}" if way == "down" else f"{x + 9},{y - 5} {x + 9},{y + 5}"
    return f'<polygon points="{x},{y} {corners}" fill="{PATH if taken else QUIET}"/>'


def _label(definition: Definition, step: Transition, language: str) -> str:
    return f"{step.titles[language]} ({role_titles(definition, step.by)[language]})"


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _text(
    x: int, y: int, text: str, size: int, ink: str = INK, bold: bool = False, anchor: str = "start"
) -> str:
    weight = ' font-weight="700"' if bold else ""
    place = f'x="{x}" y="{y}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="{ink}"{weight}>{escape(text)}</text>'
