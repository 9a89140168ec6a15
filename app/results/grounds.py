"""Entering and correcting what the outcome is weighed with besides figures: risks, and the official list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from app.access.scopes import get_visible
from app.audit import service as audit
from app.core.errors import Invalid, check_version
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.results.editing import open_case, voted_content_changed
from app.results.models import ListNotice, RiskChange
from app.results.rules import Level
from app.results.texts import LEVELS


@dataclass(frozen=True)
class RiskData:
    title: str
    before: str
    after: str
    note: str = ""


@dataclass(frozen=True)
class NoticeData:
    """The external document: `included` says whether it puts the school on the list of `year` or takes it off."""

    year: int
    included: bool
    number: str
    issued_on: date
    issuer: str
    note: str = ""


def add_risk(work: Work, case_id: int, data: RiskData) -> RiskChange:
    """Enter a risk with its significance before and after the support."""
    case = open_case(work, case_id, "results.enter")
    _check_risk(data)
    risk = RiskChange(case_id=case.id, **vars(data))
    work.session.add(risk)
    told = _new(risk=data.title, before=LEVELS[data.before].in_("ru"), after=LEVELS[data.after].in_("ru"))
    audit.record(work, "results:risk_add", risk, case_id=case.id, values=told)
    voted_content_changed(work, case)
    return risk


def edit_risk(work: Work, risk_id: int, data: RiskData, expected_version: int | None = None) -> RiskChange:
    risk = get_visible(work.session, RiskChange, risk_id)
    case = open_case(work, risk.case_id, "results.enter")
    check_version(risk.version, expected_version)
    _check_risk(data)
    audit.revise(work, risk, vars(data), "results:risk_edit", case_id=case.id)
    voted_content_changed(work, case)
    return risk


def remove_risk(work: Work, risk_id: int, expected_version: int | None = None) -> None:
    risk = get_visible(work.session, RiskChange, risk_id)
    case = open_case(work, risk.case_id, "results.enter")
    check_version(risk.version, expected_version)
    audit.record(work, "results:risk_remove", risk, case_id=case.id,
                 values={"title": risk.title, "before": risk.before, "after": risk.after})  # fmt: skip
    work.session.delete(risk)
    voted_content_changed(work, case)


def _check_risk(data: RiskData) -> None:
    wrong: dict[str, Text | str] = {}
    if not data.title.strip():
        wrong["title"] = _("This field is required.")
    for name in ("before", "after"):
        if getattr(data, name) not in set(Level):
            wrong[name] = _("Choose one of the list.")
    if not wrong and data.before == data.after == Level.none:
        wrong["after"] = _("A risk that was not there and is not there need not be entered.")
    if wrong:
        raise Invalid(fields=wrong)


def add_notice(work: Work, case_id: int, data: NoticeData) -> ListNotice:
    """Enter the external document by which the school is, or is no longer, on the official list."""
    case = open_case(work, case_id, "results.analyse")
    _check_notice(work, data)
    notice = ListNotice(case_id=case.id, **vars(data))
    work.session.add(notice)
    told = _new(included=data.included, year=data.year, number=data.number, issuer=data.issuer)
    audit.record(work, "results:notice_add", notice, case_id=case.id, values=told)
    voted_content_changed(work, case)
    return notice


def edit_notice(
    work: Work, notice_id: int, data: NoticeData, expected_version: int | None = None
) -> ListNotice:
    notice = get_visible(work.session, ListNotice, notice_id)
    case = open_case(work, notice.case_id, "results.analyse")
    check_version(notice.version, expected_version)
    _check_notice(work, data)
    audit.revise(work, notice, vars(data), "results:notice_edit", case_id=case.id)
    voted_content_changed(work, case)
    return notice


def remove_notice(work: Work, notice_id: int, expected_version: int | None = None) -> None:
    notice = get_visible(work.session, ListNotice, notice_id)
    case = open_case(work, notice.case_id, "results.analyse")
    check_version(notice.version, expected_version)
    audit.record(work, "results:notice_remove", notice, case_id=case.id,
                 values={"year": notice.year, "included": notice.included, "number": notice.number})  # fmt: skip
    work.session.delete(notice)
    voted_content_changed(work, case)


def _check_notice(work: Work, data: NoticeData) -> None:
    wrong: dict[str, Text | str] = {}
    if not 2000 <= data.year <= 2200:
        wrong["year"] = _("Check the year: %(year)s.", year=data.year)
    if data.issued_on > work.today:
        wrong["issued_on"] = _("This date is in the future.")
    for name in ("number", "issuer"):
        if not getattr(data, name).strip():
            wrong[name] = _("This field is required.")
    if wrong:
        raise Invalid(fields=wrong)


def _new(**values: Any) -> dict[str, Any]:
    """Values of an addition, as the history prints them: nothing before, this now."""
    return {name: {"old": None, "new": value} for name, value in values.items()}
