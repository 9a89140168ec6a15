"""What «Аналитическая справка по итогам» prints: two years side by side, risks, plan, visits and conclusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.cases.models import Case
from app.core.clock import local_date
from app.core.ports import ValueSource
from app.core.unit_of_work import Work
from app.results import queries
from app.results.models import AssessmentFigure, ResultsReview
from app.results.texts import LEVELS, OUTCOMES, procedure_name

NONE = "–"


def results_values(work: Work, cases: Sequence[Case], subject: str = "") -> Mapping[str, Any]:
    """Fields of the template `results_report` for one case, as of the day of its analysis."""
    case = cases[0]
    session, year = work.session, case.programme.year
    review = queries.review_of(session, case.id)
    day = _as_of(work, review)
    rows = queries.table(queries.figures_of(session, case.id), year, queries.settings_of(case.programme))
    return {
        "years": {"before": year - 1, "now": year},
        "as_of": day,
        "procedures": [
            {
                "title": _procedure(row),
                "before_n": _participants(row.before), "before_share": _share(row.share_before),
                "now_n": _participants(row.now), "now_share": _share(row.share_now), "change": _signed(row.change),
            }
            for row in rows
        ],
        "risks": [
            {"title": r.title, "before": LEVELS[r.before].in_("ru"), "after": LEVELS[r.after].in_("ru")}
            for r in queries.risks_of(session, case.id)
        ],
        "plan": {**_figure(work, "plans.fulfilment", case.id, day), "measures": _fact(work, "plans.measures", case.id)},
        "visits": _figure(work, "curation.visits", case.id, day),
        "recommendations": _figure(work, "curation.recommendations", case.id, day),
        "teachers_trained": _fact(work, "events.persons", case.id),
        "participations": _fact(work, "events.person_events", case.id),
        "publications": _figure(work, "library.publications", case.id, day)["total"],
        "conclusions": [line.strip() for line in (review.analysis if review else "").splitlines() if line.strip()],
        "proposal": _outcome(review.proposed if review else None),
        "outcome": _outcome(case.outcome),
        "justification": (review.justification or None) if review and case.outcome else None,
    }  # fmt: skip


def _as_of(work: Work, review: ResultsReview | None) -> date:
    """The day the figures were last weighed; before any analysis, today."""
    moments = [at for at in (review.analysed_at, review.proposed_at) if at is not None] if review else []
    return local_date(max(moments), work.ports.zone) if moments else work.today


def _procedure(row: queries.Row) -> str:
    title = procedure_name(row.procedure).in_("ru")
    biased = [str(figure.year) for figure in (row.before, row.now) if figure is not None and figure.biased]
    return f"{title} (признаки необъективности: {', '.join(biased)})" if biased else title


def _participants(figure: AssessmentFigure | None) -> str:
    if figure is None:
        return NONE
    return str(figure.participants) if figure.held else "не проводи\u00adлось"


def _share(value: Decimal | None) -> str:
    return NONE if value is None else f"{_number(value)} %"


def _signed(value: Decimal | None) -> str:
    """«−11,4», «+2,0», «0,0»."""
    if value is None:
        return NONE
    return ("+" if value > 0 else "−" if value < 0 else "") + _number(abs(value))


def _number(value: Decimal) -> str:
    return str(value).replace(".", ",")


def _figure(work: Work, name: str, case_id: int, day: date) -> dict[str, Any]:
    """A number of another room on a day: done out of total."""
    return _figures(work, name, [case_id], day)[case_id]


def _figures(work: Work, name: str, case_ids: Sequence[int], day: date) -> dict[int, dict[str, Any]]:
    """The same for several cases."""
    source = work.ports.figures.get(name)
    found = source(work, case_ids, day) if source else {}
    return {case_id: {"done": 0, "total": 0} for case_id in case_ids} | {
        case_id: {"done": figure.value, "total": figure.of} for case_id, figure in found.items()
    }


def _fact(work: Work, name: str, case_id: int) -> int:
    """A count another room keeps; 0 where there is no such room."""
    source = work.ports.facts.get(name)
    value = source(work.session, case_id).value if source else 0
    return value if isinstance(value, int) else 0


def _outcome(code: str | None) -> str | None:
    return OUTCOMES[code].in_("ru") if code in OUTCOMES else None


# How an order tells what the group decided; neutral words, schools by name, nobody first or last.
DECIDED: Mapping[str, str] = {
    "effective": "переход в эффективный режим работы",
    "positive": "положительная динамика, сопровождение продлено",
    "no_change": "результаты сопоставимы с прошлым годом, сопровождение продолжено",
    "negative": "сопровождение продолжено, готовятся дополнительные меры поддержки",
    "terminated": "сопровождение прекращено",
}
UNDECIDED = "решение не принято"
_DECISIONS: Mapping[str, tuple[str, str]] = {  # about one school, about several
    "effective": ("признать {} общеобразовательной организацией, перешедшей в эффективный режим работы",
                  "признать {} общеобразовательными организациями, перешедшими в эффективный режим работы"),
    "positive": ("признать динамику образовательных результатов {} положительной, сопровождение продлить",) * 2,
    "no_change": ("признать образовательные результаты {} сопоставимыми с результатами прошлого года, "
                  "сопровождение продолжить",) * 2,
    "negative": ("продолжить сопровождение {}, подготовить предложения о дополнительных мерах поддержки",) * 2,
}  # fmt: skip


def order_results(work: Work, cases: Sequence[Case], subject: str = "") -> Mapping[str, Any]:
    """Fields of the order on the results: each school's plan, visits and decision, by name, and the decisions."""
    rows: list[dict[str, Any]] = []
    by_outcome: dict[str, tuple[str, ...]] = dict.fromkeys(_DECISIONS, ())
    ids, outcomes = [case.id for case in cases], _outcomes(work, cases)
    plans = _figures(work, "plans.fulfilment", ids, work.today)
    visits = _figures(work, "curation.visits", ids, work.today)
    for case in cases:
        outcome = outcomes[case.id]
        rows.append(
            {
                "supported": case.school.short_name, "curator": case.curator.short_name if case.curator else NONE,
                "plan": _out_of(plans[case.id]),
                "visits": _out_of(visits[case.id]),
                "outcome": DECIDED.get(outcome or "", UNDECIDED),
            }
        )  # fmt: skip
        if outcome in by_outcome:
            by_outcome[outcome] = (*by_outcome[outcome], case.school.short_name)
    decisions = [
        _DECISIONS[outcome][len(names) > 1].format(_listed(names))
        for outcome, names in by_outcome.items()
        if names
    ]
    return {"schools": rows, "decisions": decisions}


def order_finish(work: Work, cases: Sequence[Case], subject: str = "") -> Mapping[str, Any]:
    """Fields of the order that ends the support: only schools that moved to the effective mode."""
    outcomes = _outcomes(work, cases)
    moved = [case for case in cases if outcomes[case.id] == "effective"]
    return {
        "schools": [
            {
                "supported": case.school.short_name,
                "curator": case.curator.short_name if case.curator else NONE,
            }
            for case in moved
        ]
    }


def _outcomes(work: Work, cases: Sequence[Case]) -> dict[int, str | None]:
    """The outcome each case ended with, or the one the group has voted on."""
    reviews = queries.reviews_of(work.session, [case.id for case in cases])
    return {
        case.id: case.outcome or (review.decided if (review := reviews[case.id]) else None) for case in cases
    }


def _out_of(figure: Mapping[str, Any]) -> str:
    return f"{figure['done']} из {figure['total']}" if figure["total"] else NONE


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} и {names[-1]}" if len(names) > 1 else "".join(names)


VALUES: dict[str, ValueSource] = {
    "results_report": results_values, "order_results": order_results, "order_finish": order_finish,
}  # fmt: skip
