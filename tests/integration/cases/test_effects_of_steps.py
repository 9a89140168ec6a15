"""What a step sets going belongs to the stage and round of that step, though the case then goes on by itself."""

from __future__ import annotations

from sqlalchemy import select

from app.admin import verify
from app.audit.models import AuditRecord
from app.cases import service
from app.cases.models import Case
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.documents.models import Document, DocumentCase
from app.engine.actions import Complete, Fire
from app.plans.models import PlanSnapshot
from tests.people import open_cases
from tests.procedures import publish

CHAIN = """\
workflow: school_support
version: 8
titles: {ru: Цепочка, en: A chain}
initial: drafting
roles:
  methodist: {titles: {ru: Методист, en: Methodist}, found: authority}
stages:
  drafting:
    titles: {ru: Подготовка, en: Drafting}
    tasks:
      other: {titles: {ru: Прочее, en: Other}, roles: [methodist]}
      prepare_plan: {titles: {ru: Подготовить план, en: Prepare the plan}, roles: [methodist]}
    approval:  # nobody waits for it: with the last task the case has gone on
      id: opinion
      titles: {ru: Мнение о плане, en: Opinion on the plan}
      voters: [methodist]
      quorum: {count: 1}
      binds: plans.content_hash
      opens_after: [prepare_plan]
      on_no_voters: refuse
  ordering:
    titles: {ru: Приказ, en: Order}
  waiting:
    titles: {ru: Ожидание, en: Waiting}
  done:
    titles: {ru: Готово, en: Done}
    final: true
transitions:
  hand_over:
    titles: {ru: Передано, en: Handed over}
    kind: forward
    from: drafting
    to: ordering
    automatic: true
    effects:
      - {name: documents.draft, params: {template: order_plan}}
  go_on:
    titles: {ru: Дальше, en: Onward}
    kind: forward
    from: ordering
    to: waiting
    automatic: true
  finish:
    titles: {ru: Завершить, en: Finish}
    kind: forward
    from: waiting
    to: done
    by: [methodist]
  again:
    titles: {ru: Начать заново, en: Begin anew}
    kind: return
    from: drafting
    to: drafting
    by: [methodist]
    voids: [other, prepare_plan]
    form: {comment: required}
"""


def take(system: Runtime, case_id: int, *actions: object) -> None:
    for action in actions:
        with system.work(actor(system, "methodist")) as work:
            service.act(work, case_id, action, work.session.get_one(Case, case_id).version)  # type: ignore[arg-type]


def test_papers_and_snapshots_are_of_the_round_they_were_made_in(penza_on_both: Runtime) -> None:
    system = penza_on_both
    publish(system, CHAIN, 8)
    case_id = open_cases(system)["41"]
    again = Fire("again", "план составлен наспех")
    take(system, case_id, Complete("other"), again, Complete("other"), Complete("prepare_plan"))
    session = system.read(SYSTEM).session
    case = session.get_one(Case, case_id)
    assert (case.stage, case.round) == ("waiting", 1), "the case went on by itself, twice"
    assert session.scalars(select(PlanSnapshot.round)).all() == [2]
    links = (
        select(DocumentCase.stage, DocumentCase.round).join(Document).where(Document.template == "order_plan")
    )
    assert session.execute(links).all() == [("ordering", 1)]
    drawn_up = select(AuditRecord.tag, AuditRecord.actor_id).where(AuditRecord.subject_type == "documents")
    assert session.execute(drawn_up).all() == [("document:draft", None)], (
        "nobody drew it up: the case went on"
    )
    assert list(verify.findings(system)) == []
