"""What «Справка о выезде» prints: the visit, what became of earlier advice, the director's answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.cases.models import Case
from app.core.clock import local_date
from app.core.unit_of_work import Work
from app.curation.models import Recommendation, Visit
from app.curation.queries import current_agreement, get_visit, recommendations_before
from app.curation.rules import Side

_MODES = {"in_person": "очный выезд", "remote": "дистанционная консультация"}


def subject_of(visit: Visit) -> str:
    return f"visit:{visit.id}"


def visit_values(work: Work, cases: Sequence[Case], subject: str) -> Mapping[str, Any]:
    """Fields of the template `visit_report` for one visit; all of it as it was on the day of the report."""
    case = cases[0]
    visit = get_visit(work.session, case.id, int(subject.partition(":")[2]))
    day = _reported_on(work, visit)
    dates = [visit.held_on, *([visit.held_until] if visit.held_until else [])]
    return {
        "dates": dates,
        "mode": _MODES[visit.mode],
        "ground": _ground(work, visit),
        "purpose": visit.purpose,
        "plan_item": visit.plan_item or None,
        "risk": visit.risk or None,
        "participants": [
            {"school": school.short_name, "people": people}
            for school, people in (
                (case.curator, people_of(visit.curator_people)), (case.school, people_of(visit.school_people)),
            )
            if school is not None and people
        ],
        "lessons": [
            {"class_name": x["grade"], "subject": x["subject"], "teacher": x["teacher"], "note": x.get("finding", "")}
            for x in visit.lessons
        ],
        "findings": lines_of(visit.findings),
        "recommendations": [
            {"text": r.text, "executor": r.executor, "term": f"до {r.due:%d.%m.%Y}"} for r in visit.recommendations
        ],
        "earlier": [
            {
                "given": row.visit.held_on, "text": row.text, "term": f"до {row.due:%d.%m.%Y}",
                "fate": _fate(work, row, day),
            }
            for row in sorted(recommendations_before(work.session, case.id, visit), key=_as_given)
        ],
        "additions": [
            {"day": local_date(n.at, work.ports.zone), "text": n.text} for n in visit.notes if n.kind == "addition"
        ],
        "answer": _answer(work, visit),
        "date": day,
    }  # fmt: skip


def _as_given(row: Recommendation) -> tuple[date, int, int]:
    return row.visit.held_on, row.visit_id, row.position


def people_of(text: str) -> list[str]:
    """«Примерная Е.Д., директор; …» as a list: «Примерная Е.Д. – директор»."""
    people = (part.strip() for part in re.split(r"[;\n]", text))
    return [re.sub(r"^([^,]+), ", r"\1 – ", person, count=1) for person in people if person]


def lines_of(text: str) -> list[str]:
    """The paragraphs of a text."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _reported_on(work: Work, visit: Visit) -> date:
    """The day the report was last handed to the director; before that, the day the visit was recorded."""
    submitted = [note.at for note in visit.notes if note.kind == "submitted"]
    return local_date(submitted[-1] if submitted else visit.created_at, work.ports.zone)


def _ground(work: Work, visit: Visit) -> str:
    ground = "приказ о закреплении школ-кураторов"
    if visit.ground == "agreement":
        agreement = current_agreement(work.session, visit.case_id)
        ground = "договор о сотрудничестве"
        if agreement is not None and agreement.in_force_at is not None:
            schools = {Side.curator: visit.case.curator, Side.school: visit.case.school}
            numbers = [(agreement.side(side).number, school) for side, school in schools.items()]
            ground += f" от {agreement.dated:%d.%m.%Y} " + ", ".join(
                f"№ {number} (журнал {school.short_name})" for number, school in numbers if number and school
            )
    return f"{ground} ({visit.ground_comment})" if visit.ground_comment else ground


def _fate(work: Work, row: Recommendation, day: date) -> str:
    """What had become of the recommendation by the day of the report; what is told later belongs to a later one."""
    told = local_date(row.status_at, work.ports.zone) if row.status_at else None
    if row.status == "open" or told is None or told > day:
        return "срок истёк, выполнение не отмечено" if row.due < day else "выполняется"
    word = "выполнена" if row.status == "done" else "утратила актуальность"
    return f"{word} {told:%d.%m.%Y}" + (f": {row.status_note}" if row.status_note else "")


def _answer(work: Work, visit: Visit) -> dict[str, Any] | None:
    """The director's answer to the report as it stands now; none while it waits for one."""
    if visit.report not in ("acknowledged", "objected"):
        return None
    note = [n for n in visit.notes if n.kind == visit.report][-1]
    return {
        "is_objection": note.kind == "objected", "day": local_date(note.at, work.ports.zone), "text": note.text or None,
    }  # fmt: skip
