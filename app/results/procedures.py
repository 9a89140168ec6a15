"""Entering and correcting the figures of procedures: two years side by side, counts only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.audit import service as audit
from app.cases.models import Case
from app.core.errors import Invalid, NotFound, check_version
from app.core.i18n import Text, _, in_locale
from app.core.unit_of_work import Work
from app.results import queries
from app.results.editing import open_case, voted_content_changed
from app.results.models import AssessmentFigure
from app.results.rules import Kind, Procedure
from app.results.texts import SUBJECTS, procedure_name

_GRADES = {Kind.oge: (9, 10), Kind.ege: (11, 12)}


@dataclass(frozen=True)
class YearData:
    """One year of a procedure; `held=False` for «не проводилось» (the counts are then left out)."""

    year: int
    participants: int | None = None
    below: int | None = None
    held: bool = True
    biased: bool = False
    source: str = ""
    programme_grade: int | None = None


@dataclass(frozen=True)
class ProcedureData:
    """A procedure with one or both of its years; a year that is not given stays as it was."""

    kind: str
    subject: str
    grade: int
    years: tuple[YearData, ...] = field(default=())

    @property
    def procedure(self) -> Procedure:
        return Procedure(self.kind, self.subject, self.grade)


def add_procedure(work: Work, case_id: int, data: ProcedureData) -> None:
    """Enter a procedure that is not in the table yet.

    Raises Invalid at a field, also when the procedure is there already.
    """
    case = open_case(work, case_id, "results.enter")
    found = _entered(work, case, data.procedure)
    if found:
        raise Invalid(fields={"subject": _("This procedure is in the table already: correct it there.")})
    _write_years(work, case, data, found)


def save_procedure(
    work: Work, case_id: int, data: ProcedureData, expected_version: str | None = None
) -> None:
    """Enter or correct the figures of a procedure; the old values stay in the history.

    `expected_version` is `Row.version` of the form. Raises Invalid at a field, Stale when the row was changed.
    """
    case = open_case(work, case_id, "results.enter")
    found = _entered(work, case, data.procedure)
    _check_row(case, found, expected_version)
    _write_years(work, case, data, found)


def remove_procedure(
    work: Work, case_id: int, procedure: Procedure, expected_version: str | None = None
) -> None:
    """Take out a procedure entered by mistake; what it said stays in the history."""
    case = open_case(work, case_id, "results.enter")
    found = _entered(work, case, procedure)
    _check_row(case, found, expected_version)
    if not found:
        raise NotFound
    figures = list(found.values())
    told = {_named(figure): {"old": _said(figure), "new": None} for figure in figures}
    audit.record(work, "results:remove", figures[0], case_id=case.id, data=_codes(procedure), values=told)
    for figure in figures:
        work.session.delete(figure)
    voted_content_changed(work, case)


def _write_years(work: Work, case: Case, data: ProcedureData, found: Mapping[int, AssessmentFigure]) -> None:
    _check_procedure(data)
    checked = [_checked_year(case, year) for year in data.years]
    if not checked:
        raise Invalid(fields={"participants_now": _("Enter the figures of at least one year.")})
    told: dict[str, Any] = {}
    for values in checked:
        figure = found.get(values["year"])
        before = _said(figure) if figure else None
        if figure is None:
            figure = AssessmentFigure(
                case_id=case.id, kind=data.kind, subject=data.subject, grade=data.grade, **values
            )
            work.session.add(figure)
        for name, value in values.items():
            setattr(figure, name, value)
        if before != _said(figure):
            subject = figure
            told[_named(figure)] = {"old": before, "new": _said(figure)}
    if told:  # one line of the history says both years, and which procedure they are of
        tag = "results:edit" if found else "results:add"
        audit.record(work, tag, subject, case_id=case.id, data=_codes(data.procedure), values=told)
    voted_content_changed(work, case)


def _entered(work: Work, case: Case, procedure: Procedure) -> dict[int, AssessmentFigure]:
    """What is in the table of the procedure, by year."""
    return {f.year: f for f in queries.figures_of(work.session, case.id) if f.procedure == procedure}


def _check_row(case: Case, found: Mapping[int, AssessmentFigure], expected: str | None) -> None:
    year = case.programme.year
    check_version(queries.versions(found.get(year - 1), found.get(year)), expected)


def _check_procedure(data: ProcedureData) -> None:
    if data.kind not in set(Kind):
        raise Invalid(fields={"kind": _("Choose one of the list.")})
    if data.subject not in SUBJECTS:
        raise Invalid(fields={"subject": _("Choose one of the list.")})
    allowed = _GRADES.get(Kind(data.kind), (4, 5, 6, 7, 8, 10, 11))
    if data.grade not in allowed:
        shown = ", ".join(map(str, allowed))
        raise Invalid(fields={"grade": _("This procedure is held in grades %(grades)s.", grades=shown)})


def _checked_year(case: Case, data: YearData) -> dict[str, Any]:
    """The columns of a figure. Raises Invalid at «participants_now» or «participants_before» and so on."""
    side = "now" if data.year == case.programme.year else "before"
    if data.year not in (case.programme.year, case.programme.year - 1):
        raise Invalid(_("Results are compared for %(before)s and %(now)s.", before=case.programme.year - 1,
                        now=case.programme.year))  # fmt: skip
    participants, below = data.participants or 0, data.below or 0
    wrong: dict[str, Text | str] = {}
    if not data.held:
        if data.participants or data.below:
            wrong[f"participants_{side}"] = _("“Not held” is marked: leave the counts empty.")
    elif data.participants is None:
        wrong[f"participants_{side}"] = _("Say how many took part, or mark “not held”.")
    elif participants <= 0:
        wrong[f"participants_{side}"] = _("At least one person takes part; otherwise mark “not held”.")
    elif data.below is None:
        wrong[f"below_{side}"] = _("Say how many were below the threshold; nobody is 0.")
    elif not 0 <= below <= participants:
        wrong[f"below_{side}"] = _("From 0 to the number of participants (%(n)s).", n=participants)
    if wrong:
        raise Invalid(fields=wrong)
    return {
        "year": data.year, "participants": participants if data.held else 0, "below": below if data.held else 0,
        "held": data.held, "biased": data.biased and data.held, "source": data.source.strip(),
        "programme_grade": data.programme_grade,
    }  # fmt: skip


def _named(figure: AssessmentFigure) -> str:
    """«ОГЭ, русский язык, 9 класс, 2025», under which the history shows what was and what is."""
    return f"{procedure_name(figure.procedure).in_('ru')}, {figure.year}"


def _said(figure: AssessmentFigure) -> str:
    """«5 из 52; признаки необъективности; источник»."""
    with in_locale("ru"):  # what the history keeps is kept in one language
        parts = [
            f"{figure.below} {_('of')} {figure.participants}" if figure.held else str(_("not held")),
            str(_("signs of bias")) if figure.biased else "",
            str(_("programme of grade %(n)s", n=figure.programme_grade)) if figure.programme_grade else "",
            figure.source,
        ]
    return "; ".join(filter(None, parts))


def _codes(procedure: Procedure) -> dict[str, Any]:
    return {"kind": procedure.kind, "subject": procedure.subject, "grade": procedure.grade}
