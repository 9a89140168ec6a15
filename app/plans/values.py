"""What the order's appendix prints: the plans of several cases as one road map in Russian."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.cases.models import Case
from app.core.ports import ValueSource
from app.core.unit_of_work import Work
from app.plans.adoption import adopted_plans
from app.plans.models import PlanItem
from app.plans.queries import items_of
from app.plans.rules import DIRECTION_TITLES, LEVEL_TITLES, Direction, Level

_MONTHS = ("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь",
           "декабрь")  # fmt: skip


def order_plan(work: Work, cases: Sequence[Case], subject: str = "") -> Mapping[str, Any]:
    """The plan and the heading of an order: measures by direction, a municipal one common to all schools once."""
    return _road_map(cases, [(case, item) for case in cases for item in items_of(work.session, case.id)])


def _road_map(cases: Sequence[Case], found: Sequence[tuple[Case, PlanItem]]) -> Mapping[str, Any]:
    rows = _merged(found, single=len(cases) == 1)
    directions, number = [], 0
    for direction in Direction:
        items = []
        for row in rows:
            if row["direction"] == direction:
                number += 1
                items.append({**{k: v for k, v in row.items() if k != "direction"}, "no": number})
        if items:
            directions.append({"title": DIRECTION_TITLES[direction], "items": items})
    programme = cases[0].programme
    period = _period(programme.year, [item for _case, item in found])
    tail = f"по реализации проекта «{programme.title}» {period}"
    return {
        "heading": f"Об утверждении плана основных мероприятий (муниципальной дорожной карты) {period}",
        "plan": {
            "title": f"план основных мероприятий (муниципальная дорожная карта) {tail}",
            "gender": "masculine",
            "forms": {
                "nomn": f"план основных мероприятий (муниципальная дорожная карта) {tail}",
                "accs": f"план основных мероприятий (муниципальную дорожную карту) {tail}",
            },
            "directions": directions,
        },
    }


def _merged(found: Sequence[tuple[Case, PlanItem]], *, single: bool) -> list[dict[str, Any]]:
    """One row per measure: municipal ones that read the same in several plans are one, their risks joined."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for case, item in found:
        own = item.level == Level.school and not single
        key = (item.direction, item.action, item.term, item.owner, item.expected_result, item.indicator,
               item.participants, item.level, case.id if own else None)  # fmt: skip
        row = rows.get(key)
        if row is None:
            participants = item.participants
            if own and case.school.short_name not in participants:
                participants = ": ".join(
                    part for part in (case.school.short_name, _small(participants)) if part
                )
            rows[key] = {
                "direction": item.direction, "text": item.action, "term": item.term, "owner": item.owner,
                "result": item.expected_result, "indicator": item.indicator or None,
                "participants": participants or None, "risk": item.risk, "level": LEVEL_TITLES[Level(item.level)],
            }  # fmt: skip
        elif item.risk and item.risk not in row["risk"].split("; "):
            row["risk"] = "; ".join(filter(None, (row["risk"], item.risk)))
    return list(rows.values())


def _small(text: str) -> str:
    """The first letter lowered after a colon, unless an abbreviation begins the text."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _period(year: int, items: Sequence[PlanItem]) -> str:
    """«на январь – сентябрь 2025 года», from the first to the last month of the plan."""
    first: date | None = min((item.starts for item in items if item.starts), default=None)
    last: date | None = max((item.ends for item in items if item.ends), default=None)
    if first is None or last is None or (first.month, last.month) == (1, 12) or first.year != last.year:
        return f"на {year} год"
    if first.month == last.month:
        return f"на {_MONTHS[last.month - 1]} {year} года"
    return f"на {_MONTHS[first.month - 1]} – {_MONTHS[last.month - 1]} {year} года"


def changed_plan(work: Work, cases: Sequence[Case], subject: str = "") -> Mapping[str, Any]:
    """The plan for the order that words it anew: of each school as the group adopted it last. What a school is still
    revising is approved by nobody; its plan in force stays in the appendix."""
    plans = adopted_plans(work, cases)
    if not cases or any(plan is None for plan in plans.values()):
        return {}
    return {
        "plan": _road_map(cases, [(case, item) for case in cases for item in plans[case.id] or ()])["plan"]
    }


VALUES: dict[str, ValueSource] = {"order_plan": order_plan, "order_change_plan": changed_plan}
