"""A step that touches somebody is told to him: once, with who took it and why, in his language; to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from app.admin import verify
from app.cases import queries as cases
from app.cases.telling import TELL
from app.core.actor import SYSTEM
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.state import Cast, Fire, Reopen
from app.jobs import outbox
from app.jobs.runner import drain
from app.notifications import queries
from app.plans import service as plans
from tests.integration.access.test_substitutions import stand_in
from tests.integration.cases.test_concurrency import BACK, FULL, take, to_the_vote
from tests.integration.notifications.conftest import told
from tests.people import open_cases
from tests.servers.mail import MailServer

WORKERS = {"methodist", "clerk", "director41", "deputy41", "curator66"}
GROUP = {"chair", "secretary", "member1", "member2"}


def told_of(system: Runtime, code: str) -> set[str]:
    """Who has this notice, the worker having done what was promised."""
    drain(system)
    found = [who for who, said, _key in told(system) if said == code]
    assert len(found) == len(set(found))
    return set(found)


def latest(system: Runtime, who: str, locale: str = "ru") -> str:
    """The last notice in the list of this person."""
    with in_locale(locale):
        lines, _more = queries.inbox(system.read(actor(system, who)))
        text = str(lines[0].text).replace("\xa0", " ")
    system.database.session.remove()
    return text


def test_a_return_is_told_to_those_who_have_to_mend_it(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    to_the_vote(system, case_id)
    take(system, actor(system, "chair"), case_id, BACK)
    assert told_of(system, "case.returned") == {"methodist", "director41", "deputy41"}
    said = latest(system, "director41")
    assert said.startswith("Возвращено с замечаниями: МБОУ СОШ № 41, этап «Утверждение плана».")
    assert "Уточнить сроки" in said
    assert "Олег Николаевич Показательный: К чему относится замечание: Сроки" in said
    assert "Sent back with remarks" in latest(system, "director41", "en")
    with system.work(SYSTEM) as work:  # a worker that died after it had told
        version = cases.get_case(work.session, case_id).version
        for seq in range(1, version + 1):
            if cases.events_of(work.session, case_id)[seq - 1].type == "moved":
                outbox.enqueue(work, TELL, f"{case_id}/{seq}", {"case": case_id, "seq": seq})
    before = told(system)
    drain(system)
    assert told(system) == before
    assert list(verify.findings(system)) == []


def test_a_pause_and_an_end_are_told_to_all_who_work_on_the_case(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    head, methodist = actor(system, "head"), actor(system, "methodist")
    take(system, methodist, case_id, Fire("suspend", "Ремонт школы до весны"))
    assert told_of(system, "case.suspended") == WORKERS - {"methodist", "clerk"} | told_clerk(system)
    assert "Ремонт школы до весны" in latest(system, "curator66")
    take(system, head, case_id, Fire("resume"))
    assert told_of(system, "case.resumed") >= WORKERS - {"clerk"}
    assert latest(system, "director41").startswith("Случай возобновлён: МБОУ СОШ № 41")
    take(system, head, case_id, Fire("terminate", "Школа реорганизована"))
    assert told_of(system, "case.terminated") >= WORKERS - {"clerk"}
    take(system, head, case_id, Fire("reinstate", "Решение отменено"))
    assert told_of(system, "case.reopened") >= WORKERS - {"clerk"}
    names = {who for who, _code, _key in told(system)}
    assert not names & {"head", "director50", "curator51", "admin", "member1"}


def told_clerk(system: Runtime) -> set[str]:
    """The clerk works on a case in the version of the procedure that gives him a task."""
    work = system.read(SYSTEM)
    definition = work.ports.definitions.of(work.session, cases.list_cases(work.session)[0])
    has_task = any("clerk" in task.roles for stage in definition.stages.values() for task in stage.tasks)
    system.database.session.remove()
    return {"clerk"} if has_task else set()


def test_a_vote_is_told_to_those_who_vote_and_a_void_one_to_those_who_had_voted(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    to_the_vote(system, case_id)
    assert told_of(system, "vote.opened") == GROUP
    assert latest(system, "member1").startswith(
        "Открыто голосование, ждут вашего голоса: МБОУ СОШ № 41, «Решение"
    )
    take(system, actor(system, "member1"), case_id, Cast("for"))
    with system.work(actor(system, "methodist")) as work:
        plans.edit_item(work, case_id, plans.queries.items_of(work.session, case_id)[0].id, FULL)
        plans.add_item(work, case_id, FULL)
    assert told_of(system, "vote.void") == {"member1"}
    assert "больше не учитывается" in latest(system, "member1")


def test_a_task_to_be_done_again_is_told_to_whoever_does_it(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    to_the_vote(penza, case_id)
    take(
        penza, actor(penza, "director41"), case_id, Reopen("prepare_plan", "Нет срока у второго мероприятия")
    )
    assert told_of(penza, "task.reopened") == {"methodist", "deputy41"}
    said = latest(penza, "methodist")
    assert said.startswith("Нужно выполнить заново: МБОУ СОШ № 41, «Подготовить план (дорожную карту)».")
    assert "Нет срока у второго мероприятия" in said


def test_who_stands_in_is_told_and_the_letter_goes_at_once(
    penza: Runtime, with_mail: Callable[[Runtime], MailServer]
) -> None:
    mail = with_mail(penza)
    case_id = open_cases(penza)["41"]
    to_the_vote(penza, case_id)
    stand_in(penza, "clerk", "methodist", since=date(2025, 1, 9), until=date(2025, 1, 10))
    take(penza, actor(penza, "chair"), case_id, BACK)
    assert told_of(penza, "case.returned") == {"methodist", "clerk", "director41", "deputy41"}
    assert len(mail.letters) == 4
