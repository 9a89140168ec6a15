"""What the other kinds of papers print from their sources: orders, the additional agreement, the act of destruction,
the sheet of acknowledgement. What only a person knows stays empty and blocks the paper by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select

from app.cases.meetings import members
from app.cases.models import Case, Programme
from app.cases.stages import RESULTS
from app.core.sourced import setting
from app.core.unit_of_work import Work
from app.documents.docx.frozen import thaw
from app.documents.language.names import NBSP, initials_last
from app.documents.models import Document, DocumentLink
from app.documents.people import organisation_card, person_cards, signatory_card
from app.documents.queries import standing_lines
from app.documents.sources import GROUP, controller, protocol_of, purpose, side
from app.engine.wording import inner

Values = dict[str, Any]
_GROUP_HEAD = {"accs": "координационную группу", "loct": "координационной группе"}
_ROLES = (
    ("chair", "председатель координационной группы"),
    ("secretary", "секретарь координационной группы"),
    ("member", ""),
)
SYSTEM_NAME = "информационная система «Опора»"


def _common(work: Work, document: Document) -> Values:
    programme = document.programme
    return {
        "preamble": purpose(programme), "points": [],
        "control": controller(work, programme, document.dated or work.today),
    }  # fmt: skip


def _point(executor: str, action: str, term: str | None = None, parts: Sequence[str] = ()) -> Values:
    return {"executor": executor, "action": action, "term": term, "parts": list(parts)}


def _tell(programme: Programme, whom: str) -> Values:
    return _point(
        programme.centre.short_name, f"довести настоящий приказ до сведения {whom}",
        f"в течение 3{NBSP}рабочих дней со дня его регистрации",
    )  # fmt: skip


def _group(work: Work, document: Document, cases: Sequence[Case]) -> Values:
    programme = document.programme
    name: str = setting(programme.settings, "group_gent", GROUP)
    forms = {"gent": name}
    if name.startswith("координационной группы"):  # another name is declined by a person
        forms |= {
            case: head + name.removeprefix("координационной группы") for case, head in _GROUP_HEAD.items()
        }
    day, offices = document.dated or work.today, (programme.authority_id, programme.centre_id)
    found = members(work, programme)
    rows: list[Values] = []
    secretary = None
    for role, title in _ROLES:
        cards = person_cards(work.session, dict.fromkeys(found[role]), day, offices)
        if role == "secretary" and cards:
            secretary = cards[0]
        for one in sorted(cards, key=lambda c: (c["surname"].replace("ё", "е"), c["given"])):
            name_ = " ".join(filter(None, (one["surname"], one["given"], one["patronymic"])))
            rows.append({"name": name_, "position": one["position"]["title"], "role": title})
    points = [
        _point(
            programme.centre.short_name,
            "обеспечить организационно-методическое сопровождение работы Координационной группы",
        )
    ]
    if secretary is not None and (secretary["forms"] or {}).get("datv"):
        points.append(
            _point(
                f"секретарю Координационной группы {initials_last(secretary, 'datv')}",
                "довести настоящий приказ до сведения членов Координационной группы",
                f"в течение 3{NBSP}рабочих дней со дня его регистрации",
            )
        )
    return {
        **_common(work, document), "heading": f"О создании {name}", "group": {"forms": forms}, "composition": rows,
        "meetings": setting(programme.settings, "group_meetings", "квартал"), "points": points,
    }  # fmt: skip


def _curators(work: Work, document: Document, cases: Sequence[Case]) -> Values:
    programme, day = document.programme, document.dated or work.today
    pairs = [
        {
            "supported": case.school.short_name, "curator": case.curator.short_name,
            "person": signatory_card(work.session, case.curator, day, with_office=False),
        }
        for case in cases
        if case.curator is not None
    ]  # fmt: skip
    listed = "в приложении к настоящему приказу,"
    points = [
        _point(
            f"руководителям школ-кураторов, указанных {listed}", "обеспечить", None,
            (
                "проведение выезда в закреплённую общеобразовательную организацию и подтверждение её рискового профиля",
                "оказание методической помощи закреплённой общеобразовательной организации",
            ),
        ),
        _point(
            f"руководителям общеобразовательных организаций, указанных {listed}",
            "создать условия для работы школ-кураторов",
        ),
    ]  # fmt: skip
    if len(pairs) == 1:
        points = [
            _point(
                f"руководителю школы-куратора {pairs[0]['curator']}", "обеспечить", None, points[0]["parts"]
            ),
            _point(f"руководителю {pairs[0]['supported']}", "создать условия для работы школы-куратора"),
        ]
    whom = "за общеобразовательными организациями, имеющими низкие образовательные результаты"
    if len(pairs) == 1:
        whom = "за общеобразовательной организацией, имеющей низкие образовательные результаты"
    head = "О закреплении школы-куратора" if len(pairs) == 1 else "О закреплении школ-кураторов"
    return {
        **_common(work, document), "heading": f"{head} {whom}", "pairs": pairs, "starts": day,
        "ends": max(programme.ends, day), "points": points,
    }  # fmt: skip


def target_of(work: Work, document: Document) -> Document | None:
    """The paper this one changes, cancels or repeals: what was declared last."""
    return work.session.scalars(
        select(Document)
        .join(DocumentLink, DocumentLink.target_id == Document.id)
        .where(DocumentLink.document_id == document.id)
        .order_by(DocumentLink.id.desc())
        .limit(1)
    ).one_or_none()


def reference(order: Document) -> Values:
    """An order as others name it: «приказ … от 22.01.2025 № 12-оп «Об утверждении …»»."""
    heading = str(order.values.get("heading") or order.title)
    return {"id": order.id, "date": order.dated, "number": order.number, "heading": heading.rstrip(".")}


def _of_order(work: Work, document: Document, *, with_heading: bool) -> tuple[Values | None, str]:
    order = target_of(work, document)
    if order is None or order.dated is None:
        return None, ""
    found = reference(order)
    authority = organisation_card(document.programme.authority)
    whose = f"{authority['forms'].get('gent', '')} ".lstrip()
    words = f"{whose}от {found['date']:%d.%m.%Y} № {found['number']}"
    if with_heading:
        words += f" «{inner(found['heading'])}»"
    return found, words


def _change(work: Work, document: Document, cases: Sequence[Case]) -> Values:
    changes, words = _of_order(work, document, with_heading=True)
    return {
        **_common(work, document), "preamble": "", "changes": changes, "amendments": [],
        "heading": f"О внесении изменений в приказ {words}" if changes else "",
        "points": [_tell(document.programme, "руководителей общеобразовательных организаций")],
    }  # fmt: skip


def _change_plan(work: Work, document: Document, cases: Sequence[Case]) -> Values:
    values = _change(work, document, cases)
    many = len(cases) != 1
    executor = (
        "руководителям общеобразовательных организаций"
        if many
        else f"руководителю {cases[0].school.short_name}"
    )
    values["points"] = [
        _point(executor, "обеспечить выполнение плана с учётом внесённых изменений"),
        *values["points"],
    ]
    return {**values, "preamble": "В связи с уточнением плана основных мероприятий"}


def _cancel(work: Work, document: Document, cases: Sequence[Case]) -> Values:
    changes, words = _of_order(work, document, with_heading=False)
    is_repeal = document.template == "order_repeal"
    lead = "О признании утратившим силу приказа" if is_repeal else "Об отмене приказа"
    return {
        **_common(work, document), "preamble": "", "changes": changes, "since": None,
        "heading": f"{lead} {words}" if changes else "",
        "points": [_tell(document.programme, "заинтересованных лиц")],
    }  # fmt: skip


def _decided(work: Work, document: Document, cases: Sequence[Case]) -> str:
    """«, на основании протокола заседания координационной группы от … № …», where there is one."""
    minutes = protocol_of(work, cases, RESULTS)
    if minutes is None:
        return ""
    number = f" № {minutes.number}" if minutes.number else ""
    return f", на основании протокола заседания координационной группы от {minutes.dated:%d.%m.%Y}{number}"


def _results(work: Work, document: Document, cases: Sequence[Case]) -> Values:
    programme = document.programme
    title = setting(programme.settings, "title_gent", f"проекта «{programme.title}»")
    return {
        **_common(work, document), "preamble": purpose(programme) + _decided(work, document, cases),
        "heading": f"Об итогах реализации {title} в {programme.year} году", "year": programme.year,
        "points": [_tell(programme, "руководителей общеобразовательных организаций")],
    }  # fmt: skip


def _finish(work: Work, document: Document, cases: Sequence[Case]) -> Values:
    programme = document.programme
    one = len(cases) == 1
    school = "общеобразовательной организации" if one else "общеобразовательных организаций"
    moved, these = ("перешедшей", "указанной") if one else ("перешедших", "указанных")
    return {
        **_common(work, document),
        "preamble": f"В связи с переходом {school} в эффективный режим работы" + _decided(work, document, cases),
        "heading": f"О завершении методического сопровождения {school}, {moved} в эффективный режим работы",
        "since": document.dated or work.today,
        "points": [
            _point(
                programme.centre.short_name,
                f"обеспечить наблюдение за образовательными результатами {these} {school}",
                f"в течение {programme.year + 1} года",
            ),
            _point(
                f"руководителю {cases[0].school.short_name}" if one
                else f"руководителям общеобразовательных организаций, указанных в пункте{NBSP}1 настоящего приказа,",
                "обеспечить сохранение достигнутых результатов",
            ),
        ],
    }  # fmt: skip


def _agreement_extra(work: Work, document: Document, cases: Sequence[Case]) -> Values:
    case, agreement = cases[0], target_of(work, document)
    found: Values | None = None
    if agreement is not None:
        lines = standing_lines(work.session, agreement.id)
        numbers = {line.party: line.spelling or str(line.number) for line in lines}
        found = {
            "id": agreement.id, "date": agreement.dated, "curator_number": numbers.get("curator"),
            "supported_number": numbers.get("supported"),
        }  # fmt: skip
    return {
        "agreement": found, "amendments": [], "starts": work.today, "ends": None, "curator": side(work, case.curator),
        "supported": side(work, case.school),
    }  # fmt: skip


def _destruction(work: Work, document: Document, cases: Sequence[Case]) -> Values:
    return {
        "address": document.programme.authority.address, "ground": "", "commission": [], "processor": "",
        "subjects": [], "categories": [], "carriers": [], "system": SYSTEM_NAME, "method": "", "reason": "",
        "destroyed_on": None,
    }  # fmt: skip


def acknowledgement_values(document: Document, readers: Sequence[tuple[str, str, date | None]]) -> Values:
    """Values of the template `acknowledgement` for a registered order: (full name, position, day marked in Опора)."""
    people = [
        {"name": name, "position": position, "mark": f"{day:%d.%m.%Y} («Опора»)" if day else ""}
        for name, position, day in readers
    ]
    return {
        "demo": document.programme.is_demo, "authority": organisation_card(document.programme.authority),
        "order": thaw(reference(document)), "people": people, "marked": any(day for *_who, day in readers),
    }  # fmt: skip


OWN: Mapping[str, Callable[[Work, Document, Sequence[Case]], Values]] = {
    "order_group": _group, "order_curators": _curators, "order_change": _change, "order_change_plan": _change_plan,
    "order_cancel": _cancel, "order_repeal": _cancel, "order_results": _results, "order_finish": _finish,
    "agreement_extra": _agreement_extra, "destruction_act": _destruction,
}  # fmt: skip
