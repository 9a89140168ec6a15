"""What a paper prints: base values every paper needs, the rooms' own, and which required ones are missing.

The rooms give theirs through `ports.values[template code]`; they are laid over the base.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.access.memberships import accounts_holding
from app.access.scopes import as_system
from app.cases.models import Case, Programme
from app.cases.queries import WITH_NAMES
from app.core.clock import local_date
from app.core.sourced import setting
from app.core.unit_of_work import Work
from app.documents import order_values
from app.documents.minutes import minutes_values
from app.documents.models import Document
from app.documents.people import organisation_card, person_card, position_of, signatory_card
from app.documents.sources import GROUP, controller, order_of, protocol_of, purpose
from app.documents.templates import Field, Template
from app.schools.models import Organisation


def gather(work: Work, document: Document, template: Template) -> dict[str, Any]:
    """The values of the paper as the sources tell them now, whoever asks."""
    with as_system(work.session):  # a paper does not depend on who drafts it
        cases = covered(work, document)
        values: dict[str, Any] = dict.fromkeys(field.name for field in template.fields)
        values |= _base(work, document)
        values |= _OWN.get(template.code, _nothing)(work, document, cases)
        for source in work.ports.values.get(template.code, ()):
            values |= source(work, cases, document.subject)
    known = {field.name for field in template.fields}
    return {name: value for name, value in values.items() if name in known}


def missing(template: Template, values: Mapping[str, Any]) -> list[Field]:
    """Required fields with nothing in them; all of them, in the order of the form."""
    return [f for f in template.fields if f.required and _is_empty(f, values.get(f.name))]


def _is_empty(field: Field, value: Any) -> bool:
    if field.type == "plan" and isinstance(value, Mapping):
        return not value.get("directions")  # a plan without measures is no plan
    return value in (None, "", [], {}, ())


def covered(work: Work, document: Document) -> list[Case]:
    """The cases of the paper, by the schools' names."""
    keys = [link.case_id for link in document.cases]
    cases = work.session.scalars(select(Case).options(*WITH_NAMES).where(Case.id.in_(keys)))
    return sorted(cases, key=lambda case: (case.school.sort_key, case.id))


def drafter(work: Work, programme: Programme) -> int | None:
    """The person who draws the paper up: the actor when it is his work, otherwise the clerk of the authority."""
    if work.actor.person_id is not None and work.actor.has("clerk", "secretary"):
        return work.actor.person_id
    offices = (programme.authority_id, programme.centre_id)
    with as_system(work.session):  # the effect of a vote drafts in the name of the clerk
        return next(
            (m.person_id for role in ("clerk", "methodist") for m in accounts_holding(work.session, role, work.today)
             if m.organisation_id in offices and m.person_id), None,
        )  # fmt: skip


def _base(work: Work, document: Document) -> dict[str, Any]:
    programme = document.programme
    offices = (programme.authority_id, programme.centre_id)
    day = document.dated or work.today
    executor = person_card(work.session, document.executor_id, day, offices)
    if executor is not None and not executor["phone"]:
        executor["phone"] = programme.authority.phone
    return {
        "demo": programme.is_demo,
        "authority": organisation_card(programme.authority),
        "place": setting(programme.settings, "place"),
        "signer": signatory_card(work.session, programme.authority, day),
        "executor": executor,
        "programme": {
            "title": programme.title,
            "title_gent": setting(programme.settings, "title_gent", f"проекта «{programme.title}»"),
        },
    }


def _nothing(work: Work, document: Document, cases: Sequence[Case]) -> dict[str, Any]:
    return {}


def _order(work: Work, document: Document, cases: Sequence[Case]) -> dict[str, Any]:
    programme = document.programme
    curators = sorted(
        {c.curator.short_name: c.curator for c in cases if c.curator}.values(),
        key=lambda school: school.sort_key,
    )
    goal = purpose(programme)
    ground = protocol_of(work, cases)
    if ground is not None:
        number = f" № {ground.number}" if ground.number else ""
        goal += (
            f", на основании протокола заседания координационной группы от {ground.dated:%d.%m.%Y}{number}"
        )
    return {
        "heading": f"Об утверждении плана основных мероприятий (муниципальной дорожной карты) на {programme.year} год",
        "preamble": goal,
        "pairs": [
            {"supported": c.school.short_name, "curator": c.curator.short_name}
            for c in cases
            if c.curator is not None
        ],
        "points": _points(programme, curators, cases),
        "control": controller(work, programme, document.dated or work.today),
    }


def _points(
    programme: Programme, curators: Sequence[Organisation], cases: Sequence[Case]
) -> list[dict[str, Any]]:
    single = len(cases) == 1
    listed = "указанных в\u00a0пункте\u00a02 настоящего приказа,"  # the template lists the pairs there
    points: list[dict[str, Any]] = [
        {
            "executor": programme.centre.short_name, "action": "обеспечить", "term": None,
            "parts": [
                f"методическое сопровождение реализации Плана в течение {programme.year} года",
                "представление отчёта о выполнении Плана в координационную группу в сроки, установленные Планом",
            ],
        },
        {
            "executor": f"руководителю {cases[0].school.short_name}" if single
            else f"руководителям общеобразовательных организаций, {listed}",
            "action": "обеспечить выполнение мероприятий Плана в установленные сроки", "term": None, "parts": [],
        },
    ]  # fmt: skip
    if curators:
        points.append(
            {
                "executor": f"руководителю школы-куратора {curators[0].short_name}"
                if len(curators) == 1
                else f"руководителям школ-кураторов, {listed}",
                "action": "заключить договор о сотрудничестве с закреплённой общеобразовательной организацией"
                if single
                else "заключить договоры о сотрудничестве с закреплёнными общеобразовательными организациями",
                "term": "в течение 10 рабочих дней со дня регистрации настоящего приказа",
                "parts": [],
            }
        )
    return points


def _agreement(work: Work, document: Document, cases: Sequence[Case]) -> dict[str, Any]:
    """The order it rests on; who agrees on what is told by the room of curation."""
    order = order_of(work, cases[0].id)
    return {"order": {"date": order.dated, "number": order.number} if order else None, "risks": []}


def _protocol(work: Work, document: Document, cases: Sequence[Case]) -> dict[str, Any]:
    group = setting(document.programme.settings, "group_gent", GROUP)
    values: dict[str, Any] = {"group": {"forms": {"gent": group}}}
    if document.meeting is not None:
        values |= {
            name: value for name, value in minutes_values(work, document.meeting).items() if value is not None
        }
        values["place"] = setting(document.programme.settings, "place") or values.get("place")
    return values


def _report(work: Work, document: Document, cases: Sequence[Case]) -> dict[str, Any]:
    """What every report about a case says: the pair, who compiled it, the director who reads it."""
    case, day = cases[0], local_date(document.created_at, work.ports.zone)
    offices = [office for office in (case.curator_id, document.programme.centre_id) if office is not None]
    held = position_of(work.session, document.executor_id, day, offices) if document.executor_id else None
    return {
        "office": organisation_card(held.organisation if held else document.programme.centre),
        "curator": organisation_card(case.curator) if case.curator else None,
        "supported": organisation_card(case.school),
        "compiler": person_card(work.session, document.executor_id, day, offices),
        "director": signatory_card(work.session, case.school, day),
    }


_OWN = {
    "order_plan": _order, "agreement": _agreement, "protocol": _protocol, "visit_report": _report,
    "results_report": _report, **order_values.OWN,
}  # fmt: skip
