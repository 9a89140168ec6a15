"""A small procedure for the running system whose terms wait for the order on the plan, and the order itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete

from app.cases import daily
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.documents.service import RegisterInput
from app.jobs.models import OutboxJob
from tests.integration.documents.test_life import registered, signed_order
from tests.people import open_cases
from tests.procedures import publish

ORDER_TERMS = """\
workflow: school_support
version: 8
titles: {ru: Сроки от приказа, en: Terms from the order}
initial: waiting
roles:
  methodist: {titles: {ru: Методист, en: Methodist}, found: authority}
  head: {titles: {ru: Руководитель, en: Head}, found: authority}
stages:
  waiting:
    titles: {ru: Ожидание приказа, en: Waiting for the order}
    due: {working_days: 15, since: documents.order_plan_registered_on}
    tasks:
      inform:
        titles: {ru: Довести приказ до школы, en: Tell the school of the order}
        roles: [methodist]
        due:
          working_days: 5
          since: documents.order_plan_registered_on
          remind: [2]
          escalate: {after: 1, to: [head]}
      confirm:
        titles: {ru: Получить подтверждение, en: Get the confirmation}
        roles: [methodist]
        due: {working_days: 3, since: done:inform}
  done:
    titles: {ru: Готово, en: Done}
    final: true
transitions:
  again:
    titles: {ru: Начать заново, en: Begin anew}
    kind: return
    from: waiting
    to: waiting
    by: [methodist]
    voids: [inform, confirm]
    form: {comment: required}
  finish:
    titles: {ru: Завершить, en: Finish}
    kind: forward
    from: waiting
    to: done
    by: [methodist]
"""
ORDERED = date(2025, 1, 22)


def begin(system: Runtime, procedure: str = ORDER_TERMS) -> dict[str, int]:
    """The four cases opened in that procedure; nothing of theirs has begun."""
    publish(system, procedure, 8)
    return open_cases(system)


def order(system: Runtime, cases: dict[str, int], *, told: bool = True) -> int:
    """The order about schools № 41 and № 50 is registered on 22 January; untold, the word of it is lost."""
    cases = {code: cases[code] for code in ("41", "50")}
    clock: Any = system.clock
    clock.move(datetime(2025, 1, 22, 9, tzinfo=UTC))
    document = registered(system, signed_order(system, cases), RegisterInput(ORDERED))
    if not told:
        with system.work(SYSTEM) as work:
            work.session.execute(delete(OutboxJob).where(OutboxJob.kind == daily.BEGIN))
    return document.id
