"""The case of СОШ № 41 from its programme to its outcome, clicked through by the people who take each step."""

from __future__ import annotations

from datetime import date

import pytest

from app.access.scopes import as_system
from app.cases.models import Case
from app.core.actor import SYSTEM
from app.demo import agreement_data, diagnostics_data, events_data, plans_data, results_data
from app.demo.penza import actor
from app.demo.scan import scan
from app.demo.visit_data import school41
from app.diagnostics.rules import EDITIONS
from app.plans import execution
from app.plans import queries as plan_queries
from app.plans import service as plans
from app.plans.service import ItemInput
from app.results.procedures import ProcedureData
from tests.e2e.conftest import Desks
from tests.e2e.person import Person
from tests.e2e.stand import Stand

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("e2e-path")]

SCHOOL, CURATOR = "МБОУ СОШ № 41", "МБОУ СОШ № 66"
EDITION = "2022"
DIAGNOSIS = diagnostics_data.DIAGNOSES["41"]
RESULTS = results_data.RESULTS["41"]
VISITS = school41.VISITS
EVENT = events_data.EVENTS[1]


def on(day: int, month: int) -> date:
    return date(2025, month, day)


class Path:
    """The way of the case, one method per stage; `case` is its address, known once the case is open."""

    def __init__(self, stand: Stand, people: Desks) -> None:
        self.stand, self.people = stand, people
        self.case = ""

    @property
    def case_id(self) -> int:
        return int(self.case.rpartition("/")[2])

    def at_case(self, username: str, tab: str = "") -> Person:
        """The person opens the case from the first page's menu, and one of its tabs."""
        person = self.people(username)
        person.go("/")
        person.follow("Случаи", within="nav.nav")
        person.follow("СОШ № 41", within="main")
        if tab:
            person.tab_of_case(tab)
        return person

    # --- the programme and the case

    def open_the_case(self) -> None:
        self.stand.on(on(9, 1))
        methodist = self.people("methodist")
        assert methodist.heading == "Мои задачи"
        methodist.shoot("tasks-empty")
        methodist.follow("Программы", within="nav.nav")
        methodist.follow("Новая программа")
        methodist.fill({
            "code": "ROV-41", "title": "Адресная поддержка школы № 41", "year": 2025, "starts": on(9, 1),
            "ends": date(2025, 12, 31),
        })  # fmt: skip
        methodist.shoot("programme-form")
        methodist.send()
        methodist.follow("Новый случай")
        methodist.page.locator("[name=school]").select_option(label=SCHOOL)
        methodist.page.locator("[name=curator]").select_option(label=CURATOR)
        methodist.send()
        methodist.sees("Школа выявлена")
        assert methodist.heading == SCHOOL
        self.case = methodist.page.url.removeprefix(self.stand.url)
        methodist.shoot("case-identified")

    # --- diagnosis

    def diagnose(self) -> None:
        methodist = self.at_case("methodist")
        methodist.follow("Начать диагностику")
        methodist.send()
        methodist.sees("Диагностика")

        director = self.people("director41")
        director.go("/")
        director.sees("Заполнить четыре диагностики")
        director.shoot("tasks")
        director.follow("Заполнить четыре диагностики")
        for number, (kind, study) in enumerate(DIAGNOSIS.studies.items()):
            director.follow("Заполнить", within=f"section[aria-labelledby=h-{kind}]")
            director.fill({"state": "filled", **study.values})
            if number == 0:
                director.shoot("study-form")
            director.send()
        for number, risk in enumerate(DIAGNOSIS.risks):
            director.follow("Риск", within="#risks")
            director.fill({
                "factor": risk.factor, "significance": risk.significance, "evidence": risk.evidence,
                "is_actual": "yes" if risk.is_actual else "no",
            })  # fmt: skip
            if number == 0:
                director.shoot("risk-form")
            director.send()
        director.shoot("diagnosis")
        director.press("Выполнено: Заполнить четыре диагностики")
        director.sees_no("Ваша задача")

        methodist = self.at_case("methodist")
        methodist.sees("Нет анализа")  # the step forward says what it waits for
        methodist.tab_of_case("Диагностика")
        for kind, analysis in DIAGNOSIS.analyses.items():
            methodist.follow("Написать анализ", within=f"section[aria-labelledby=h-{kind}]")
            methodist.fill({"analysis": analysis.analysis, "recommendations": analysis.recommendations})
            methodist.send()
        methodist.follow("Написать", within="section[aria-labelledby=h-conclusion]")
        methodist.fill({"conclusion": DIAGNOSIS.conclusion})
        methodist.send()
        methodist.press("Выполнено: Проверить диагностику")

    def verify_the_risks(self) -> None:
        self.stand.on(on(17, 1))
        curator = self.people("curator66")
        curator.go("/")
        curator.follow("Проверить рисковый профиль")
        for risk in DIAGNOSIS.risks:
            told = DIAGNOSIS.verifications[risk.factor]
            curator.follow_in_row(EDITIONS[EDITION][risk.factor], "Проверить")
            curator.fill({"is_actual": "yes" if told.is_actual else "no", "comment": told.comment})
            if risk is DIAGNOSIS.risks[0]:
                curator.shoot("verify-form")
            curator.send()
        curator.shoot("risks-verified")
        curator.press("Выполнено: Проверить рисковый профиль")

        methodist = self.at_case("methodist")
        methodist.shoot("case-diagnosis")
        methodist.follow("Передать диагностику и начать план")
        methodist.send()
        methodist.sees("Утверждение плана")

    # --- plan

    def draw_up_the_plan(self) -> None:
        items = plans_data.first_draft("41")
        methodist = self.at_case("methodist", "План")
        methodist.shoot("plan-empty")
        methodist.follow("Первое мероприятие")
        by_hand = 2
        for number, item in enumerate(items[:by_hand], start=1):
            methodist.fill(_measure(item))
            if number == 1:
                methodist.shoot("plan-item-form")
            if number < by_hand:
                methodist.fill({"more": True})
            methodist.send()
        with self.stand.system.work(actor(self.stand.system, "methodist")) as work:
            plans.add_items(work, self.case_id, items[by_hand:])

        director = self.at_case("director41", "План")
        director.sees(items[0].action[:40])
        director.shoot("plan")
        director.press("Передать на голосование")

    def return_the_plan_once(self) -> None:
        self.stand.on(on(20, 1))
        member = self.people("member1")
        member.go("/")
        member.shoot("tasks")
        member.follow("Голосовать")
        member.press("За", exact=True)
        member.sees("Ваш голос учтён")

        chair = self.at_case("chair")
        chair.unfold("Другие шаги")
        chair.follow("Вернуть план на доработку")
        chair.send()  # without a reason
        chair.sees("Заполните это поле")
        chair.fill({"f_about": "terms", "f_place": "№ 10, № 11", "comment": plans_data.RETURN_REASON})
        chair.shoot("return-form")
        chair.send()
        chair.sees("круг 2", plans_data.RETURN_REASON[:40])

        director = self.people("director41")
        director.go("/")
        director.follow("Подготовить план")
        for number, item in plans_data.corrections("41").items():
            director.follow(f"Исправить мероприятие № {number}", exact=True)
            director.fill({**_measure(item), "recurrence": ""})
            director.send()
        director.sees("Что изменилось")
        director.shoot("plan-round-2")
        director.press("Передать на голосование")

    def approve_the_plan(self) -> None:
        self.stand.on(on(21, 1))
        for username in ("chair", "secretary", "member1"):
            person = self.people(username)
            person.go("/")
            person.follow("Голосовать")
            person.press("За", exact=True)
        person.sees("Группа приняла решение «за»")
        person.shoot("vote-passed")
        self.stand.finish_jobs()
        self._hold_the_meeting("О плане мероприятий СОШ № 41: представлены материалы школы и школы-куратора.",
                               "Утвердить план мероприятий.")  # fmt: skip

    def _hold_the_meeting(self, heard: str, decided: str) -> None:
        secretary = self.people("secretary")
        secretary.go("/")
        secretary.follow("Заседания", within="nav.nav")
        secretary.page.locator("main tr").get_by_role("link", name="Заседание").first.click()
        secretary.page.wait_for_url("**/meetings/*")
        meeting = secretary.page.url
        secretary.follow("Дата и присутствующие")
        secretary.fill({"place": "г. Пенза"})
        for name in ("Показательный", "Протокольная", "Условный"):
            secretary.page.locator("[name=present]").locator("xpath=..").filter(has_text=name).locator(
                "input"
            ).check()
        secretary.send()
        secretary.follow("Записать")
        secretary.fill({"heard": heard, "decided": decided})
        secretary.send()
        secretary.shoot("meeting")
        secretary.unfold("Закрыть заседание")
        secretary.press("Закрыть заседание")
        assert secretary.page.url == meeting

        secretary.go(self.case)
        secretary.tab_of_case("Документы")
        secretary.follow("Протокол")
        if secretary.page.get_by_role("button", name="Обновить по источникам").is_visible():
            secretary.press("Обновить по источникам")
        self.stand.finish_jobs()
        secretary.page.reload()
        secretary.shoot("protocol-draft")
        secretary.press("Отправить на подпись")
        self.stand.finish_jobs()
        secretary.page.reload()
        secretary.follow("Отметить подпись")
        secretary.fill({"proof": ("Протокол.pdf", scan("protocol"))})
        secretary.send()
        secretary.sees("Показательный", "Протокольная")
        secretary.shoot("protocol-signed")

    def register_the_order(self) -> None:
        self.stand.on(on(22, 1))
        clerk = self.at_case("clerk", "Документы")
        clerk.sees("Приказ")
        clerk.shoot("case-documents")
        clerk.follow("Об утверждении", within="main table")
        self._complete_the_draft(clerk)
        clerk.press("Отправить на подпись")
        self.stand.finish_jobs()
        clerk.page.reload()
        clerk.shoot("order-to-sign")
        clerk.follow("Отметить подпись")
        clerk.fill({"signed_on": on(22, 1), "proof": ("Приказ 12-оп.pdf", scan("order 12-op"))})
        clerk.send()
        clerk.follow("Зарегистрировать", within="main .next")
        clerk.fill({
            "dated": on(22, 1), "way": "by_hand", "number": "12-оп",
            "reason": "Журнал до этого дня вёлся на бумаге, № 1–11 внесены там",
            "comment": "Журнал до этого дня вёлся на бумаге",
        })  # fmt: skip
        clerk.shoot("register-form")
        clerk.send()
        clerk.sees("12-оп", "22 января 2025")
        self.stand.finish_jobs()
        clerk.page.reload()
        clerk.shoot("order-registered")
        clerk.follow("Журнал регистрации", within="nav.nav")
        clerk.sees("12-оп")
        clerk.shoot("journal")

        clerk = self.at_case("clerk")
        clerk.follow("План утверждён приказом")
        clerk.send()
        clerk.sees("Договор со школой-куратором")

    def _complete_the_draft(self, clerk: Person) -> None:
        """What the page of the draft still asks for, then what changed at the sources."""
        if clerk.page.get_by_role("button", name="Обновить по источникам").is_visible():
            clerk.press("Обновить по источникам")
        clerk.follow("Заполнить проект")
        clerk.shoot("order-draft-form")
        clerk.send()
        self.stand.finish_jobs()
        clerk.page.reload()
        clerk.shoot("order-draft")

    # --- agreement

    def agree(self) -> None:
        self.stand.on(on(24, 1))
        terms = agreement_data.TERMS
        clerk = self.at_case("clerk", "Кураторство")
        clerk.follow("Подготовить договор")
        clerk.fill({
            "dated": terms.dated, "place": terms.place, "since": terms.since, "until": terms.until,
            "visits_planned": terms.visits_planned,
        })  # fmt: skip
        clerk.shoot("agreement-form")
        clerk.send()
        clerk.press("Направить на подпись")

        self.stand.on(on(27, 1))
        methodist = self.at_case("methodist")
        methodist.sees("Договор о сотрудничестве не вступил в силу")
        for_curator, for_school = agreement_data.NUMBERS["41"]
        sides = (("curator66", for_curator, None), ("director41", for_school, scan("agreement")))
        for username, number, proof in sides:
            person = self.at_case(username, "Кураторство")
            person.follow("Номер и подпись")
            person.fill(
                {"number": number.number, "registered_on": number.registered_on, "signed_on": on(27, 1)}
            )
            if proof:
                person.fill({"scan": ("Договор.pdf", proof)})
            person.shoot("side-form")
            person.send()
        person.sees("Действует")
        person.shoot("agreement-in-force")
        methodist = self.at_case("methodist")
        methodist.follow("Начать реализацию плана")
        methodist.send()
        methodist.sees("Реализация плана")

    # --- events, visits, reports

    def carry_out(self) -> None:
        """In the order of the days: a login that a clock set back makes future would not be one any more."""
        self._first_report()
        self._event_is_planned()
        self._visit()
        self._part_is_taken()
        self._other_reports()

    def _visit(self) -> None:
        told = VISITS[1]
        visit = told.visit
        self.stand.on(visit.held_on, 16)
        curator = self.at_case("curator66", "Кураторство")
        curator.follow("Внести выезд")
        curator.fill({
            "held_on": visit.held_on, "purpose": visit.purpose, "curator_people": visit.curator_people,
            "school_people": visit.school_people, "plan_item": visit.plan_item, "risk": visit.risk,
            "lessons": [
                {"grade": x.grade, "subject": x.subject, "teacher": x.teacher, "finding": x.finding}
                for x in visit.lessons
            ],
            "findings": visit.findings,
            "recommendations": [{"text": x.text, "executor": x.executor, "due": x.due} for x in visit.recommendations],
        })  # fmt: skip
        curator.shoot("visit-form")
        curator.send()
        curator.press("Передать директору")
        director = self.people("director41")
        director.go("/")
        director.shoot("tasks-spring")
        director.follow("справк", within="main")
        director.press("Ознакомлен")
        director.shoot("visit")

    def _event_is_planned(self) -> None:
        event = EVENT.event
        self.stand.on(on(10, 3))
        methodist = self.at_case("methodist", "Мероприятия")
        methodist.follow("Все мероприятия программы")
        methodist.follow("Новое мероприятие")
        methodist.fill({
            "kind": event.kind, "title": event.title, "starts": event.starts, "place": event.place,
            "organiser": event.organiser, "topic": event.topic, "link": event.link,
        })  # fmt: skip
        methodist.page.get_by_role("checkbox", name="СОШ № 41").check()
        methodist.send()
        methodist.sees(event.title)

    def _part_is_taken(self) -> None:
        self.stand.on(on(21, 3))
        deputy = self.at_case("deputy41", "Мероприятия")
        deputy.follow("Внести", exact=True)
        taken = EVENT.participation("41")
        assert taken is not None
        deputy.fill({
            "teachers": taken.teachers, "evidence_link": taken.evidence_link,
            "new_teachers": [{"name": t.name, "subject": t.subject} for t in taken.new_teachers],
        })  # fmt: skip
        deputy.shoot("participation-form")
        deputy.send()
        deputy.shoot("events")

    def _first_report(self) -> None:
        self.stand.on(on(20, 2))
        director = self.at_case("director41", "План")
        director.follow("Отчитаться")
        director.fill(
            {"became": "done", "done_on": on(14, 2), "evidence": "Справка от 14.02.2025, учебные данные"}
        )
        director.shoot("report-form")
        director.send()
        director.shoot("plan-reported")

    def _other_reports(self) -> None:
        self.stand.on(on(30, 9))
        with self.stand.system.work(actor(self.stand.system, "director41")) as work:
            rows = {item.number: item for item in plan_queries.items_of(work.session, self.case_id)}
            for _day, number, report in plans_data.reports("41"):
                if number != 1:
                    execution.report_item(work, self.case_id, rows[number].id, report)

    # --- results

    def review(self) -> None:
        self.stand.on(on(1, 10))
        methodist = self.at_case("methodist")
        methodist.shoot("case-events")
        methodist.follow("Передать результаты на рассмотрение")
        methodist.send()
        methodist.tab_of_case("Результаты")
        for number, procedure in enumerate(RESULTS.procedures):
            if number:
                methodist.follow("Процедура", within="section[aria-labelledby=h-two]")
            else:
                methodist.follow("Внести процедуру")
            methodist.fill(_figures(procedure))
            if number == 0:
                methodist.shoot("procedure-form")
            methodist.send()
        for risk in RESULTS.risks:
            methodist.follow("Риск", within="#risks")
            methodist.fill(
                {"title": risk.title, "before": risk.before, "after": risk.after, "note": risk.note}
            )
            methodist.send()
        notice = RESULTS.notices[-1]
        methodist.follow("Документ", within="#list")
        methodist.fill({
            "included": "in" if notice.included else "out", "year": notice.year, "number": notice.number,
            "issued_on": notice.issued_on, "issuer": notice.issuer, "note": notice.note,
        })  # fmt: skip
        methodist.send()
        methodist.follow("Написать", within="#analysis")
        methodist.fill({"analysis": RESULTS.analysis})
        methodist.send()
        methodist.press("Предложить этот исход группе")
        methodist.shoot("results")
        self.at_case("methodist").press("Выполнено: Внести результаты")

        secretary = self.at_case("secretary", "Результаты")
        secretary.fill({"outcome": RESULTS.decision.outcome})
        secretary.shoot("results-decision")
        secretary.press("Записать решение")
        self.at_case("methodist").press("Выполнено: Составить аналитическую справку")

    def close(self) -> None:
        self.stand.on(on(7, 10))
        for username in ("secretary", "member1", "member2"):
            person = self.people(username)
            person.go("/")
            person.follow("Голосовать")
            person.press("За", exact=True)
        self.stand.finish_jobs()
        chair = self.at_case("chair")
        chair.shoot("case-results")
        chair.follow("Завершить поддержку")
        chair.send()
        chair.sees("Переход в эффективный режим работы")
        chair.shoot("case-closed")

        head = self.people("head")
        head.go("/")
        head.follow("Обзор", within="nav.nav")
        head.sees("СОШ № 41", "эффективный режим")
        head.shoot("overview")

    def the_outcome_is_kept(self) -> None:
        work = self.stand.system.read(SYSTEM)
        with as_system(work.session):
            case = work.session.get_one(Case, self.case_id)
            assert (case.status, case.outcome, case.stage) == ("closed", "effective", "closed")
        self.stand.system.database.session.remove()


def _measure(item: ItemInput) -> dict[str, object]:
    return {
        "action": item.action, "direction": item.direction, "level": item.level, "term": item.term, "owner": item.owner,
        "participants": item.participants, "expected_result": item.expected_result, "indicator": item.indicator,
        "risk_code": item.risk_code,
    }  # fmt: skip


def _figures(procedure: ProcedureData) -> dict[str, object]:
    typed: dict[str, object] = {
        "kind": procedure.kind,
        "subject": procedure.subject,
        "grade": procedure.grade,
    }
    for year, side in zip(procedure.years, ("before", "now"), strict=True):
        typed |= {
            f"participants_{side}": year.participants,
            f"below_{side}": year.below,
            f"source_{side}": year.source,
        }
        if not year.held:
            typed[f"absent_{side}"] = True
    return typed


@pytest.fixture
def path(stand: Stand, people: Desks) -> Path:
    return Path(stand, people)


def test_the_case_of_school_41_goes_from_start_to_end(path: Path) -> None:
    path.open_the_case()
    path.diagnose()
    path.verify_the_risks()
    path.draw_up_the_plan()
    path.return_the_plan_once()
    path.approve_the_plan()
    path.register_the_order()
    path.agree()
    path.carry_out()
    path.review()
    path.close()
    path.the_outcome_is_kept()
