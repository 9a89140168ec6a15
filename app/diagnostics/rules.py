"""The closed set of questions of the four studies, and the editions of the risk dictionary; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.core.i18n import Text, _


class StudyKind(StrEnum):
    assessment = "assessment"
    conditions = "conditions"
    staff = "staff"
    teaching = "teaching"


class StudyState(StrEnum):
    filled = "filled"
    no_data = "no_data"


class Significance(StrEnum):
    high = "high"
    medium = "medium"
    low = "low"


class Answer(StrEnum):
    """What a question is answered with."""

    whole = "whole"
    share = "share"
    line = "line"
    text = "text"
    rows = "rows"


@dataclass(frozen=True)
class Question:
    """One field of a study; `rows` ask their `columns` once per line of a table."""

    name: str
    label: Text
    answer: Answer
    required: bool = False
    hint: Text | None = None
    columns: tuple[Question, ...] = ()


@dataclass(frozen=True)
class StudyForm:
    """What one study asks, in the order it is read."""

    title: Text
    lead: Text
    icon: str
    questions: tuple[Question, ...] = field(default=())


_LESSONS = (
    Question("subject", _("Subject"), Answer.line, required=True),
    Question("grade", _("Class"), Answer.line, required=True),
    Question("teacher", _("Teacher (surname and initials)"), Answer.line),
    Question("finding", _("What was seen"), Answer.text, required=True),
)

STUDIES: dict[StudyKind, StudyForm] = {
    StudyKind.assessment: StudyForm(
        _("Results of assessment procedures"),
        _("How well the tasks of each block and section were done: national tests, final examinations, own work."),
        "chart-column",
        (
            Question("period", _("Which procedures and years were studied"), Answer.text, required=True),
            Question(
                "blocks", _("Quality of execution by block and section"), Answer.rows, required=True,
                columns=(
                    Question("subject", _("Subject, class, procedure"), Answer.line, required=True),
                    Question("block", _("Block or section"), Answer.line, required=True),
                    Question("participants", _("Participants"), Answer.whole),
                    Question("share", _("Done, %"), Answer.share, required=True),
                    Question("deficit", _("Deficit that shows"), Answer.text),
                ),
            ),
            Question("notes", _("Remarks"), Answer.text, hint=_("For example signs that results are not objective")),
        ),
    ),
    StudyKind.conditions: StudyForm(
        _("Conditions of the educational activity"),
        _("Equipment, contingent, language, special needs, place of the school."),
        "building-2",
        (
            Question("pupils", _("Pupils in all"), Answer.whole, required=True),
            Question("classes", _("Number of classes"), Answer.whole),
            Question("special_needs", _("Pupils with special needs"), Answer.whole, required=True),
            Question(
                "other_language", _("Pupils for whom Russian is not the native language"), Answer.whole, required=True
            ),
            Question("at_risk", _("Pupils at risk of failing at school"), Answer.whole),
            Question("shifts", _("Number of shifts"), Answer.whole),
            Question("type", _("Kind of school"), Answer.line, hint=_("Small, boarding, on the outskirts, ordinary …")),
            Question("equipment", _("Equipment and premises"), Answer.text, required=True),
            Question("notes", _("Remarks"), Answer.text),
        ),
    ),
    StudyKind.staff: StudyForm(
        _("Staff"),
        _("Who teaches, how the staff are qualified, and which competences are lacking in which subject."),
        "users",
        (
            Question("teachers", _("Teachers in all"), Answer.whole, required=True),
            Question("vacancies", _("Vacancies"), Answer.whole, required=True),
            Question("category", _("With the highest or first category"), Answer.whole, required=True),
            Question("young", _("Young teachers (up to three years of service)"), Answer.whole, required=True),
            Question("part_time", _("Part-time teachers from outside"), Answer.whole, required=True),
            Question("trained", _("Further training within three years"), Answer.whole, required=True),
            Question(
                "deficits", _("Deficits of competence by subject"), Answer.rows,
                columns=(
                    Question("subject", _("Subject"), Answer.line, required=True),
                    Question("teachers", _("Teachers concerned"), Answer.whole),
                    Question("deficit", _("Deficit"), Answer.text, required=True),
                ),
            ),
            Question("notes", _("Remarks"), Answer.text),
        ),
    ),
    StudyKind.teaching: StudyForm(
        _("Teaching of Russian and mathematics"),
        _("Lessons that were attended, what was found and what is recommended."),
        "book-open",
        (
            Question("russian_lessons", _("Lessons of Russian attended"), Answer.whole, required=True),
            Question("maths_lessons", _("Lessons of mathematics attended"), Answer.whole, required=True),
            Question("lessons", _("Lessons attended"), Answer.rows, columns=_LESSONS),
            Question("findings", _("Findings"), Answer.text, required=True),
            Question("advice", _("Recommendations to the teachers"), Answer.text, required=True),
        ),
    ),
}  # fmt: skip

STATE_LABELS = {StudyState.filled: _("filled in"), StudyState.no_data: _("no data")}
SIGNIFICANCE_LABELS = {
    Significance.high: _("high significance"),
    Significance.medium: _("medium significance"),
    Significance.low: _("low significance"),
}

PART_OF = (
    ("staff", "category", "teachers"),
    ("staff", "young", "teachers"),
    ("staff", "part_time", "teachers"),
    ("staff", "trained", "teachers"),
    ("conditions", "special_needs", "pupils"),
    ("conditions", "other_language", "pupils"),
    ("conditions", "at_risk", "pupils"),
)
MAX_TEXT = 4000
MAX_ROWS = 60


def check_values(kind: StudyKind, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Text]]:
    """The answers as they are stored, and what is wrong with them by field; numbers are whole or one decimal.

    A question that was not answered is stored as None (text: ""), so a figure of zero and no figure differ.
    """
    questions = STUDIES[kind].questions
    faults: dict[str, Text] = {
        name: _("This study has no such field.") for name in values if name not in {q.name for q in questions}
    }
    clean: dict[str, Any] = {}
    for question in questions:
        if question.answer is Answer.rows:
            clean[question.name] = _rows(question, values.get(question.name) or (), faults)
        else:
            clean[question.name] = _one(question, values.get(question.name), question.name, faults)
    for study, part, whole in PART_OF:
        total = clean.get(whole)
        if study == kind and total is not None and (clean.get(part) or 0) > total and part not in faults:
            faults[part] = _("More than there are in all: %(n)s.", n=total)
    return clean, faults


def _rows(
    question: Question, given: Sequence[Mapping[str, Any]], faults: dict[str, Text]
) -> list[dict[str, Any]]:
    rows = [row for row in given if any(value not in (None, "") for value in row.values())]
    if question.required and not rows:
        faults[question.name] = _("Add at least one row.")
    if len(rows) > MAX_ROWS:
        faults[question.name] = _("Not more than %(n)s rows.", n=MAX_ROWS)
    return [
        {
            c.name: _one(c, row.get(c.name), f"{question.name}-{index}-{c.name}", faults)
            for c in question.columns
        }
        for index, row in enumerate(rows[:MAX_ROWS])
    ]


def _one(question: Question, value: Any, place: str, faults: dict[str, Text]) -> Any:
    if question.answer in (Answer.whole, Answer.share):
        return _number(question, value, place, faults)
    text = str(value or "").strip()
    if question.required and not text:
        faults[place] = _("This field is required.")
    if len(text) > MAX_TEXT:
        faults[place] = _("Not longer than %(n)s characters.", n=MAX_TEXT)
    return text


def _number(question: Question, value: Any, place: str, faults: dict[str, Text]) -> int | float | None:
    if value is None or value == "":
        if question.required:
            faults[place] = _("This field is required.")
        return None
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        faults[place] = _("Write a number, for example 12,5.")
        return None
    if not number.is_finite() or number < 0:
        faults[place] = _("Not less than %(min)s.", min=0)
        return None
    if question.answer is Answer.share:
        if number > 100:
            faults[place] = _("Not more than %(max)s.", max=100)
        return float(round(number, 1))
    if number != number.to_integral_value() or number > 100_000:
        faults[place] = _("Write a whole number.")
        return None
    return int(number)


def told_changes(
    kind: StudyKind, old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The answers that differ, as the history tells them: question → old and new; tables as one line per row."""
    return {
        q.name: {"old": in_words(q, old.get(q.name)), "new": in_words(q, new.get(q.name))}
        for q in STUDIES[kind].questions
        if (old.get(q.name) or None) != (new.get(q.name) or None)
        or (old.get(q.name) == 0) != (new.get(q.name) == 0)
    }


def in_words(question: Question, value: Any) -> Any:
    """An answer as one value a person reads; a table becomes «a · b · c; d · e · f»."""
    if question.answer is not Answer.rows:
        return value
    return "; ".join(
        " · ".join(str(row[c.name]) for c in question.columns if row.get(c.name) not in (None, ""))
        for row in value or ()
    )


def share(part: int | None, whole: int | None) -> float | None:
    """Part of the whole in per cent, to one decimal; None when it cannot be said."""
    if part is None or not whole:
        return None
    return float(round(Decimal(100 * part) / Decimal(whole), 1))


# ── risk factors ──────────────────────────────────────────────────────────────────────────────────
# The titles are those of the federal project, in Russian; a case keeps the edition it was made with. [cfg]

_BOTH = {
    "equipment": "Низкий уровень оснащения школы",
    "staff_shortage": "Дефицит педагогических кадров",
    "competence": "Недостаточная предметная и методическая компетентность педагогических работников",
    "special_needs": "Высокая доля обучающихся с ОВЗ",
    "language": "Низкое качество преодоления языковых и культурных барьеров",
    "motivation": "Низкая учебная мотивация обучающихся",
    "wellbeing": "Пониженный уровень школьного благополучия",
    "discipline": "Низкий уровень дисциплины в классе",
    "failure": "Высокая доля обучающихся с рисками учебной неуспешности",
    "parents": "Низкий уровень вовлеченности родителей",
}
_IN_2022 = {
    "adaptivity": "Риски низкой адаптивности учебного процесса",
    "inner_training": "Несформированность внутришкольной системы повышения квалификации",
    "environment": "Пониженный уровень качества школьной образовательной и воспитательной среды",
}
EDITIONS: dict[str, dict[str, str]] = {"2021": _BOTH, "2022": {**_BOTH, **_IN_2022}}
DEFAULT_EDITION = "2022"
