"""A step that touches somebody is told to him: once, with who took it and why, in his language; to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from app.access.models import Substitution
from app.access.scopes import get_visible
from app.admin import substitutions, verify
from app.cases import curators, service
from app.cases import queries as cases
from app.cases.telling import TELL
from app.core.actor import SYSTEM
from app.core.i18n import in_locale
from app.core.unit_of_work import Runtime, Work
from app.demo.penza import actor
from app.engine.actions import Cast, Complete, Fire, Reopen
from app.jobs import outbox
from app.jobs.runner import drain
from app.notifications import queries
from app.notifications.models import Notification
from app.plans import service as plans
from app.schools.queries import organisations
from tests.integration.access.test_substitutions import stand_in
from tests.integration.cases.test_concurrency import BACK, FULL, take, to_the_vote
from tests.integration.cases.test_moves_in_the_past import FIRST
from tests.integration.notifications.conftest import told
from tests.people import open_cases
from tests.procedures import publish
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


def rows_of(work: Work) -> list[Notification]:
    """What the actor of this work was told."""
    return [shown.row for shown in queries.inbox(work)[0]]


def open_letters(system: Runtime) -> int:
    with system.work(actor(system, "methodist")) as work:
        schools = {school.code: school for school in organisations(work.session)}
        return service.open_case(
            work, programme=cases.programmes(work.session)[0], school=schools["41"], curator=schools["66"],
            process="letters",
        ).id  # fmt: skip


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


def test_those_whose_vote_was_awaited_hear_that_it_is_awaited_no_longer(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    to_the_vote(penza, case_id)
    head = actor(penza, "head")
    take(penza, head, case_id, Fire("suspend", "Карантин"))
    assert told_of(penza, "case.suspended") >= GROUP
    take(penza, head, case_id, Fire("resume"))
    assert told_of(penza, "case.resumed") >= GROUP, "the vote is in their list again"
    take(penza, head, case_id, Fire("terminate", "Школа реорганизована"))
    assert told_of(penza, "case.terminated") >= GROUP


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
        "Открыто голосование, вы среди голосующих: МБОУ СОШ № 41, «Решение"
    ), "true after the decision too"
    take(system, actor(system, "member1"), case_id, Cast("for"))
    with system.work(actor(system, "methodist")) as work:
        plans.edit_item(work, case_id, plans.queries.items_of(work.session, case_id)[0].id, FULL)
        plans.add_item(work, case_id, FULL)
    assert told_of(system, "vote.void") == {"member1"}
    assert "больше не учитывается" in latest(system, "member1")


def test_a_return_is_told_to_those_whose_votes_it_makes_void(penza: Runtime) -> None:
    case_id = open_cases(penza)["41"]
    to_the_vote(penza, case_id)
    take(penza, actor(penza, "member1"), case_id, Cast("for"))
    take(penza, actor(penza, "chair"), case_id, BACK)
    assert told_of(penza, "vote.returned") == {"member1"}, "who has not voted has lost nothing"
    assert told_of(penza, "case.returned") == {"methodist", "director41", "deputy41"}
    said = latest(penza, "member1")
    assert said.startswith(
        "То, за что вы голосовали, вернули на доработку, ваш голос больше не учитывается: МБОУ СОШ № 41, «Решение"
    )
    assert "Уточнить сроки" in said


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
    assert len(mail.letters) == 4 + 1, "and one that he is named to stand in"


def test_the_end_of_a_case_is_told_with_its_outcome_to_all_who_work_on_it(penza_on_both: Runtime) -> None:
    system = penza_on_both
    schools = (
        "\n  director: {titles: {ru: Директор, en: Director}, found: supported_school}"
        "\n  deputy: {titles: {ru: Заместитель, en: Deputy}, found: supported_school}"
        "\n  curator: {titles: {ru: Куратор, en: Curator}, found: curator_school}\noutcomes:"
    )
    publish(system, FIRST.replace("\noutcomes:", schools, 1), 1, "letters")
    case_id = open_letters(system)
    drain(system)
    before = told(system)
    take(system, actor(system, "methodist"), case_id, Complete("write"))
    drain(system)
    assert told(system) == before, "what is done within a stage is told to nobody"
    take(system, actor(system, "methodist"), case_id, Fire("finish"))
    assert told_of(system, "case.closed") == {"director41", "deputy41", "curator66"}
    said = latest(system, "deputy41")
    assert said.startswith("Поддержка завершена: МБОУ СОШ № 41. Исход: «Хорошо».")
    assert latest(system, "curator66", "en").startswith(
        "The support is completed: МБОУ СОШ № 41. The outcome: “Good”."
    )


def test_another_curator_school_is_told_to_both_schools_and_to_the_former_one(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = open_cases(system)["41"]
    for curator in ("27", "27"):  # the same once more is no exchange
        with system.work(actor(system, "methodist")) as work:
            schools = {one.code: one for one in organisations(work.session)}
            curators.assign_curator(work, case_id, schools[curator])
            names = {"now": schools["27"].short_name, "before": schools["66"].short_name}
    assert told_of(system, "case.curator") == {"director41", "deputy41", "curator66", "curator27"}
    sentence = "Сменилась школа-куратор: МБОУ СОШ № 41. Теперь это {now}, прежде – {before}."
    for who in ("director41", "curator66", "curator27"):
        assert latest(system, who) == sentence.format(**names).replace("\xa0", " ")
    with system.work(actor(system, "curator66")) as work:  # leads to no page that is closed to him now
        assert [row.link for row in rows_of(work)] == ["/cases/"]
    with system.work(actor(system, "curator27")) as work:
        assert [row.link for row in rows_of(work)] == [f"/cases/{case_id}"]


def test_a_substitute_is_told_of_his_days_when_they_are_entered_and_when_they_change(penza: Runtime) -> None:
    first = stand_in(penza, "clerk", "methodist", since=date(2025, 1, 20), until=date(2025, 1, 24))
    assert told_of(penza, "substitution.named") == {"clerk"}
    assert latest(penza, "clerk").startswith("Вы замещаете ")
    assert latest(penza, "clerk").endswith("с 20.01.2025 по 24.01.2025 по приказу № 15-к от 17.01.2025")
    for ground in ("приказ № 15-к от 17.01.2025", "приказ № 16-к от 17.01.2025"):
        with penza.work(actor(penza, "admin")) as work:
            row = get_visible(work.session, Substitution, first)
            substitutions.correct(
                work, row, until=date(2025, 1, 27), ground=ground, expected_version=row.version
            )
    assert told_of(penza, "substitution.days") == {"clerk"}, "a mended ground is no news"
    assert latest(penza, "clerk").endswith("теперь это 27.01.2025")
    with penza.work(actor(penza, "admin")) as work:
        row = get_visible(work.session, Substitution, first)
        substitutions.end(work, row, date(2025, 1, 19), row.version)
    assert latest(penza, "clerk").startswith("Замещение отменено, вы не замещаете ")
    assert {who for who, _code, _key in told(penza)} == {"clerk"}
