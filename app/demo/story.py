"""The year 2025 of the four schools of Penza, step by step, by the role that takes each step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.admin import substitutions
from app.admin.substitutions import SubstitutionData
from app.cases import meetings, queries, service
from app.cases.models import Case, Meeting, Programme
from app.core.unit_of_work import Work
from app.curation import service as agreements
from app.curation import visits
from app.curation.models import Recommendation, Visit
from app.curation.rules import Side
from app.demo import curation_data, diagnostics_data, events_data, library_data, plans_data, results_data
from app.demo.penza import PAIRS
from app.demo.scan import scan
from app.demo.script import Act, Script
from app.diagnostics import queries as diagnosis_queries
from app.diagnostics import service as diagnosis
from app.documents import service as papers
from app.documents.models import Document
from app.engine.state import Cast, Complete, Fire
from app.events import service as events
from app.events.models import ProgrammeEvent
from app.library import service as library
from app.plans import queries as plan_queries
from app.plans import service as plans
from app.results import service as results
from app.schools.queries import organisations

ALL: tuple[str, ...] = ("oshi1", "50", "co1", "41")
NAMES = {"oshi1": "ОШИ № 1", "50": "СОШ № 50", "co1": "ЦО № 1", "41": "СОШ № 41"}
DIRECTORS = {"oshi1": "director1", "50": "director50", "co1": "directorco1", "41": "director41"}
CURATORS = {"27": "curator27", "51": "curator51", "65-23": "curator65", "66": "curator66"}
GROUP = ("chair", "secretary", "member1")  # who is there: three of four, a quorum
OUTCOMES = {"effective": "переход в эффективный режим", "no_change": "сопоставимо с прошлым годом"}


def on(day: int, month: int) -> date:
    return date(2025, month, day)


def curator_of(school: str) -> str:
    return CURATORS[PAIRS[school]]


class Story:
    """Puts the year's steps into a script; every method is one stage of the way."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.ids: dict[str, int] = {}

    # --- small things every stage needs

    def case(self, work: Work, school: str) -> Case:
        return queries.get_case(work.session, self.ids[school])

    def act(self, work: Work, school: str, action: Complete | Cast | Fire) -> None:
        service.act(work, self.ids[school], action, self.case(work, school).version)

    def fire(
        self, day: date, hour: float, who: str, school: str, step: str, says: str, **options: object
    ) -> None:
        comment = str(options.get("comment", ""))
        fields = options.get("fields", {})
        self.script.at(
            day, hour, who, f"{NAMES[school]}: {says}",
            lambda work: self.act(work, school, Fire(step, comment, fields)),  # type: ignore[arg-type]
            is_refused=bool(options.get("refused")),
        )  # fmt: skip

    def done(self, day: date, hour: float, who: str, school: str, task: str, says: str) -> None:
        self.script.at(
            day, hour, who, f"{NAMES[school]}: {says}",
            lambda work: self.act(work, school, Complete(task)),
        )  # fmt: skip

    # --- the stages

    def open_cases(self) -> None:
        """The methodist opens the cases of the programme and fills the bank of materials."""

        def opened(work: Work) -> None:
            programme = queries.programmes(work.session)[0]
            known = {o.code: o for o in organisations(work.session)}
            for school in ALL:
                case = service.open_case(
                    work, programme=programme, school=known[school], curator=known[PAIRS[school]]
                )
                self.ids[school] = case.id

        def materials(work: Work) -> str:
            for material in library_data.MATERIALS:
                library.add_material(work, material, is_demo=True)
            return f"({len(library_data.MATERIALS)} материалов)"

        pairs = "; ".join(f"№ {PAIRS[s].replace('-', '/')} → {NAMES[s]}" for s in ALL)
        self.script.at(on(9, 1), 10, "methodist", f"открывает случаи четырёх школ, пары: {pairs}", opened)
        self.script.at(on(9, 1), 11, "methodist", "заполняет банк методических материалов", materials)
        self.script.play()  # the ids of the cases are needed from here on

    def diagnose(self, schools: Iterable[str] = ALL) -> None:
        """Four studies and the risk profile by the school, the analysis by the methodist, verified by the curator."""
        for n, school in enumerate(schools):
            data = diagnostics_data.DIAGNOSES[school]
            shift = n * 0.1
            self.fire(on(9, 1), 14 + shift, "methodist", school, "start_diagnosis", "начинает диагностику")

            def fill(work: Work, school: str = school, data: diagnostics_data.Diagnosis = data) -> str:
                for kind, study in data.studies.items():
                    diagnosis.fill_study(work, self.ids[school], kind, study)
                for risk in data.risks:
                    diagnosis.add_risk(work, self.ids[school], risk)
                self.act(work, school, Complete("fill_diagnosis"))
                return f"(рисков: {len(data.risks)})"

            def analyse(work: Work, school: str = school, data: diagnostics_data.Diagnosis = data) -> None:
                for kind, analysis in data.analyses.items():
                    diagnosis.write_analysis(work, self.ids[school], kind, analysis)
                diagnosis.write_conclusion(work, self.ids[school], data.conclusion)
                self.act(work, school, Complete("check_diagnosis"))

            def verify(work: Work, school: str = school, data: diagnostics_data.Diagnosis = data) -> None:
                for risk in diagnosis_queries.risks_of(work.session, self.ids[school]):
                    diagnosis.verify_risk(
                        work, self.ids[school], risk.id, data.verifications[risk.factor.code]
                    )
                self.act(work, school, Complete("verify_risks"))

            if school == "41":
                self.fire(on(10, 1), 9, "methodist", school, "submit_diagnosis", "пробует перейти к плану раньше срока",
                          refused=True)  # fmt: skip
            self.script.at(on(13, 1), 10 + shift, DIRECTORS[school],
                           f"{NAMES[school]}: заполняет четыре исследования и рисковый профиль", fill)  # fmt: skip
            self.script.at(on(14, 1), 10 + shift, "methodist", f"{NAMES[school]}: проверяет диагностику, пишет анализ",
                           analyse)  # fmt: skip
            self._visit(school, 0)
            self.script.at(on(17, 1), 9 + shift, curator_of(school),
                           f"{NAMES[school]}: подтверждает рисковый профиль на месте", verify)  # fmt: skip
            self.fire(on(17, 1), 12 + shift, "methodist", school, "submit_diagnosis",
                      "передаёт диагностику, начинает план")  # fmt: skip

    def plan(self, schools: Iterable[str] = ALL) -> None:
        """The plan is drawn up; that of № 41 is returned once with a reason and corrected."""
        for n, school in enumerate(schools):
            shift = n * 0.1

            def draw_up(work: Work, school: str = school) -> str:
                items = plans_data.first_draft(school)
                plans.add_items(work, self.ids[school], items)
                return f"(мероприятий: {len(items)})"

            def submit(work: Work, school: str = school) -> None:
                plans.submit_plan(work, self.ids[school], self.case(work, school).version)

            self.script.at(on(17, 1), 14 + shift, "methodist", f"{NAMES[school]}: составляет план", draw_up)
            self.script.at(on(17, 1), 16 + shift, DIRECTORS[school],
                           f"{NAMES[school]}: представляет план координационной группе", submit)  # fmt: skip
            if school in plans_data.FIRST_DRAFT:
                self._return_once(school, submit)

    def _return_once(self, school: str, submit: Act) -> None:
        self.script.at(on(20, 1), 10, "member1", f"{NAMES[school]}: голосует за план в первой редакции",
                       lambda work: self.act(work, school, Cast("for")))  # fmt: skip
        self.fire(on(20, 1), 11, "chair", school, "return_plan", "пробует вернуть план без причины",
                  fields={"about": "terms"}, refused=True)  # fmt: skip
        self.fire(on(20, 1), 11.2, "chair", school, "return_plan", f"возвращает план: «{plans_data.RETURN_REASON}»",
                  comment=plans_data.RETURN_REASON, fields={"about": "terms", "place": "№ 10, № 11"})  # fmt: skip

        def correct(work: Work) -> None:
            rows = {i.number: i for i in plan_queries.items_of(work.session, self.ids[school])}
            for number, item in plans_data.corrections(school).items():
                plans.edit_item(work, self.ids[school], rows[number].id, item)

        self.script.at(
            on(20, 1), 14, DIRECTORS[school], f"{NAMES[school]}: исправляет указанные мероприятия", correct
        )
        self.script.at(
            on(20, 1), 15, DIRECTORS[school], f"{NAMES[school]}: представляет план второй раз", submit
        )

    def approve_plans(self, schools: Sequence[str] = ALL) -> None:
        """The group votes; the protocol is signed; order № 12-оп of 22.01.2025 approves the plans."""
        self._vote(on(21, 1), schools, "план мероприятий")
        self._meeting(on(21, 1), 1)
        self.fire(on(21, 1), 17.5, "clerk", schools[-1], "adopt_plan", "пробует перейти к договору без приказа",
                  refused=True)  # fmt: skip

        def order(work: Work) -> str:
            document = papers.refresh(work, _latest(work, "order_plan").id)
            papers.send_to_sign(work, document.id)
            return f"«{document.title}»"

        def sign(work: Work) -> None:
            proof = papers.Proof(scan("order 12-op, 22.01.2025"), "Приказ 12-оп от 22.01.2025.pdf")
            signer = papers.SignatureInput("head", on(22, 1))
            papers.sign(work, _latest(work, "order_plan").id, [signer], proof)

        def register(work: Work) -> str:
            entry = papers.RegisterInput(
                dated=on(22, 1), comment="Журнал до этого дня вёлся на бумаге",
                by_hand=papers.HandEntry("12-оп", "Журнал до этого дня вёлся на бумаге, № 1–11 внесены там"),
            )  # fmt: skip
            document = papers.register(work, _latest(work, "order_plan").id, entry)
            return f"№ {document.number} от 22.01.2025"

        self.script.at(on(22, 1), 9, "clerk", "готовит приказ и отдаёт на подпись:", order)
        self.script.at(
            on(22, 1), 11, "clerk", "прикладывает скан приказа, подписанного начальником Управления", sign
        )
        self.script.at(on(22, 1), 12, "clerk", "регистрирует приказ:", register)
        for n, school in enumerate(schools):
            self.fire(on(22, 1), 13 + n * 0.1, "clerk", school, "adopt_plan", "план утверждён приказом")

    def agree(self, schools: Iterable[str] = ALL) -> None:
        """The agreement: terms by the clerk, number and signature by each school, then it is in force."""
        for n, school in enumerate(schools):
            shift = n * 0.1
            curator_number, school_number = curation_data.NUMBERS[school]

            def prepare(work: Work, school: str = school) -> None:
                agreements.prepare(work, self.ids[school], curation_data.TERMS)
                agreements.send_to_sign(work, self.ids[school])

            def one_side(
                work: Work, school: str = school, side: Side = Side.curator,
                number: agreements.JournalNumber = curator_number,
            ) -> str:  # fmt: skip
                agreements.register_number(work, self.ids[school], side, number)
                agreements.sign(work, self.ids[school], side, agreements.Signature(curation_data.SIGNED_ON))
                return f"(№ {number.number} в её журнале)"

            def other_side(
                work: Work, school: str = school, number: agreements.JournalNumber = school_number
            ) -> str:
                ending = one_side(work, school, Side.school, number)
                agreements.attach_scan(
                    work, self.ids[school], scan(f"agreement {school}"), f"Договор {NAMES[school]}.pdf"
                )
                return ending

            self.script.at(
                on(24, 1), 10 + shift, "clerk", f"{NAMES[school]}: готовит договор о сотрудничестве", prepare
            )
            self.script.at(on(27, 1), 10 + shift, curator_of(school),
                           f"{NAMES[school]}: школа-куратор регистрирует и подписывает договор", one_side)  # fmt: skip
            if school == "41":
                self.fire(on(27, 1), 11, "methodist", school, "start_events", "пробует начать реализацию",
                          refused=True)  # fmt: skip
            self.script.at(on(27, 1), 12 + shift, DIRECTORS[school],
                           f"{NAMES[school]}: регистрирует, подписывает, прикладывает скан", other_side)  # fmt: skip
            self.fire(
                on(28, 1),
                10 + shift,
                "methodist",
                school,
                "start_events",
                "договор действует, начинает реализацию",
            )

    def carry_out(self, schools: Sequence[str] = ALL, until: Mapping[str, date] | None = None) -> None:
        """Events, visits and reports on the plan, each on its own date; of some schools only up to a day."""
        ends = {school: (until or {}).get(school, on(30, 9)) for school in schools}
        for n, event in enumerate(events_data.EVENTS):
            self._event(event, n, ends)
        for school in schools:
            for number in range(1, len(curation_data.VISITS[school])):
                if curation_data.VISITS[school][number].acknowledged_on <= ends[school]:
                    self._visit(school, number)
            self._reports(school, ends[school])

    def publish(self, schools: Iterable[str] = ALL) -> None:
        """The pages of the project on the sites of the centre and of the schools."""

        def of_centre(work: Work) -> None:
            library.add_publication(work, None, library_data.CENTRE_PUBLICATION, is_demo=True,
                                    organisation_id=_centre(work))  # fmt: skip

        self.script.at(on(22, 9), 14, "methodist", "вносит страницу проекта на сайте центра", of_centre)
        for school in schools:
            self.script.at(on(22, 9), 15, DIRECTORS[school], f"{NAMES[school]}: вносит страницу проекта на своём сайте",
                           lambda work, school=school: self._publish(work, school))  # type: ignore[misc]  # fmt: skip

    def review(self, schools: Iterable[str] = ALL) -> None:
        """Results of two years, the analysis and the proposed outcome."""
        for n, school in enumerate(schools):
            data = results_data.RESULTS[school]
            shift = n * 0.1
            self.fire(
                on(1, 10), 9 + shift, "methodist", school, "start_review", "план выполнен, начинает итоги"
            )

            def enter(work: Work, school: str = school, data: results_data.Results = data) -> None:
                for procedure in data.procedures:
                    results.add_procedure(work, self.ids[school], procedure)
                for risk in data.risks:
                    results.add_risk(work, self.ids[school], risk)
                for notice in data.notices:
                    results.add_notice(work, self.ids[school], notice)
                self.act(work, school, Complete("enter_results"))

            def analyse(work: Work, school: str = school, data: results_data.Results = data) -> str:
                results.write_analysis(work, self.ids[school], data.analysis)
                review = results.propose_outcome(work, self.ids[school])
                return f"(предложение системы: {OUTCOMES.get(str(review.proposed), review.proposed)})"

            def put_to_vote(work: Work, school: str = school, data: results_data.Results = data) -> None:
                results.decide_outcome(work, self.ids[school], data.decision)

            self.script.at(
                on(2, 10), 10 + shift, "methodist", f"{NAMES[school]}: вносит результаты двух лет", enter
            )
            self.script.at(on(3, 10), 10 + shift, "methodist", f"{NAMES[school]}: пишет анализ", analyse)
            self.script.at(on(3, 10), 14 + shift, "secretary", f"{NAMES[school]}: вносит исход на голосование",
                           put_to_vote)  # fmt: skip
            self.done(
                on(3, 10), 15 + shift, "methodist", school, "analyse_results", "итоги готовы к рассмотрению"
            )

            def printed(work: Work, school: str = school) -> None:
                results.print_report(work, self.ids[school])

            self.script.at(on(6, 10), 10 + shift, "methodist",
                           f"{NAMES[school]}: печатает аналитическую справку к заседанию", printed)  # fmt: skip

    def begin_review(self, school: str) -> None:
        """The results of one school begin to be entered."""
        self.fire(on(6, 10), 9, "methodist", school, "start_review", "план выполнен, начинает итоги")

    def first_vote(self, school: str) -> None:
        """One member has voted on the results, the others are still to vote."""
        self.script.at(on(8, 10), 12, "member1", f"{NAMES[school]}: голосует за результаты",
                       lambda work: self.act(work, school, Cast("for")))  # fmt: skip

    def on_leave(self, school: str) -> None:
        """The methodist is on leave: the secretary of the group stands in and goes on with the results."""

        def name(work: Work) -> None:
            users = {u.username: u for u in work.session.scalars(select(User))}
            substitutions.add(work, SubstitutionData(
                absent=users["methodist"], substitute=users["secretary"], since=on(8, 10), until=on(24, 10),
                ground="приказ № 87-к от 07.10.2025", role="methodist",
            ))  # fmt: skip

        self.script.at(on(7, 10), 18, "head", "назначает замещение методиста на время отпуска (№ 87-к)", name)
        self.script.at(
            on(8, 10), 15, "secretary", f"{NAMES[school]}: за методиста вносит первую процедуру итогов",
            lambda work: self._first_procedure(work, school),
        )  # fmt: skip

    def _first_procedure(self, work: Work, school: str) -> None:
        results.add_procedure(work, self.ids[school], results_data.RESULTS[school].procedures[0])

    def close(self, schools: Sequence[str] = ALL, number: int = 2) -> None:
        """The group votes on the outcomes; the cases are closed."""
        self._vote(on(7, 10), schools, "результаты")
        self._meeting(on(7, 10), number)
        for n, school in enumerate(schools):
            outcome = OUTCOMES[results_data.RESULTS[school].decision.outcome]
            self.fire(on(8, 10), 10 + n * 0.1, "chair", school, "close", f"завершает случай: {outcome}")

    # --- parts

    def _vote(self, day: date, schools: Iterable[str], what: str) -> None:
        for n, school in enumerate(schools):
            for m, who in enumerate(GROUP):
                self.script.at(day, 10 + n * 0.2 + m * 0.02, who, f"{NAMES[school]}: голосует за {what}",
                               lambda work, school=school: self.act(work, school, Cast("for")))  # type: ignore[misc]  # fmt: skip

    def _meeting(self, day: date, number: int) -> None:
        def hold(work: Work) -> str:
            meeting = _meeting(work, number)
            group = meetings.members(work, meeting.programme)
            people = [*group["chair"], *group["secretary"], *group["member"][:1]]  # one member is away
            meetings.edit_meeting(
                work, meeting, meeting.version, {"held_on": day, "place": "г. Пенза", "present": people}
            )
            meetings.close_meeting(work, meeting)
            return f"№ {number}"

        def send(work: Work) -> None:
            papers.refresh(work, _latest(work, "protocol").id)
            papers.send_to_sign(work, _latest(work, "protocol").id)

        def sign(work: Work) -> None:
            proof = papers.Proof(scan(f"protocol {number}"), f"Протокол {number}.pdf")
            both = [papers.SignatureInput(role, day) for role in ("chair", "secretary")]
            papers.sign(work, _latest(work, "protocol").id, both, proof)

        def register(work: Work) -> str:
            document = papers.register(work, _latest(work, "protocol").id, papers.RegisterInput(dated=day))
            return f"№ {document.number}"

        self.script.at(day, 17, "clerk", "регистрирует протокол:", register)
        self.script.at(day, 14, "secretary", "ведёт заседание координационной группы", hold)
        self.script.at(day, 15, "secretary", "печатает протокол", send)
        self.script.at(
            day, 16, "secretary", "прикладывает протокол с подписями председателя и секретаря", sign
        )

    def _visit(self, school: str, number: int) -> None:
        """The visit on its day, its report, the director's acknowledgement, the fate of the recommendations."""
        told = curation_data.VISITS[school][number]

        def record(work: Work) -> str:
            visits.record_visit(work, self.ids[school], told.visit)
            return f"(рекомендаций: {len(told.visit.recommendations)})"

        def visit(work: Work) -> Visit:
            return work.session.scalars(
                select(Visit).where(Visit.case_id == self.ids[school], Visit.send_key == told.visit.send_key)
            ).one()

        def submit(work: Work) -> None:
            visits.submit_report(work, self.ids[school], visit(work).id)

        def acknowledge(work: Work) -> None:
            visits.acknowledge(work, self.ids[school], visit(work).id)

        def settle(work: Work, fate: curation_data.Fate) -> None:
            row = work.session.scalars(
                select(Recommendation).where(
                    Recommendation.visit_id == visit(work).id, Recommendation.position == fate.position
                )
            ).one()
            visits.settle_recommendation(work, self.ids[school], row.id, fate.status, fate.note)

        name, curator, director = NAMES[school], curator_of(school), DIRECTORS[school]
        self.script.at(
            told.visit.held_on, 16, curator, f"{name}: записывает выезд «{told.visit.purpose}»", record
        )
        self.script.at(told.submitted_on, 17, curator, f"{name}: отдаёт справку о выезде", submit)

        def printed(work: Work) -> None:
            visits.print_report(work, self.ids[school], visit(work).id)

        day = f"{told.visit.held_on:%d.%m}"
        self.script.at(told.acknowledged_on, 18, director, f"{name}: ознакомлен со справкой", acknowledge)
        self.script.at(
            told.acknowledged_on, 18.2, curator, f"{name}: печатает справку о выезде {day}", printed
        )
        for fate in told.fates:
            self.script.at(fate.told_on, 18.5, director, f"{name}: отмечает судьбу рекомендации: «{fate.note}»",
                           lambda work, fate=fate: settle(work, fate))  # type: ignore[misc]  # fmt: skip

    def _event(self, told: events_data.DemoEvent, n: int, ends: Mapping[str, date]) -> None:
        ended = told.event.ends or told.event.starts

        def add(work: Work) -> None:
            events.add_event(work, queries.programmes(work.session)[-1], told.event)

        def take_part(work: Work, school: str) -> str | None:
            data = told.participation(school)
            if data is None:
                return "(никто не участвовал)"
            event = work.session.scalars(
                select(ProgrammeEvent).where(ProgrammeEvent.send_key == told.event.send_key)
            ).one()
            events.take_part(work, self.ids[school], event.id, data)
            return f"(учителей: {data.teachers})"

        self.script.at(
            on(29, 1), 10 + n * 0.1, "methodist", f"планирует мероприятие «{told.event.title}»", add
        )
        for school, until in ends.items():
            if school in told.people and ended + timedelta(days=1) <= until:
                self.script.at(ended + timedelta(days=1), 10, DIRECTORS[school],
                               f"{NAMES[school]}: вносит сведения об участии в «{told.event.title}»",
                               lambda work, school=school: take_part(work, school))  # type: ignore[misc]  # fmt: skip

    def _reports(self, school: str, until: date) -> None:
        """The school's deputy reports on the measures; in the transcript one line a month."""
        by_day: dict[date, list[tuple[int, plans.ReportInput]]] = {}
        for day, number, report in plans_data.reports(school):
            when = max(day, on(28, 1))
            if when <= until:
                by_day.setdefault(when, []).append((number, report))

        def enter(work: Work, day: date) -> str:
            rows = {i.number: i for i in plan_queries.items_of(work.session, self.ids[school])}
            for number, report in by_day[day]:
                plans.report_item(work, self.ids[school], rows[number].id, report)
            return ", ".join(f"№ {number}" for number, _report in by_day[day])

        for day in by_day:
            self.script.at(day, 15, DIRECTORS[school], f"{NAMES[school]}: отчитывается о выполнении плана:",
                           lambda work, day=day: enter(work, day))  # type: ignore[misc]  # fmt: skip

    def _publish(self, work: Work, school: str) -> None:
        for publication in library_data.PUBLICATIONS[school]:
            library.add_publication(work, self.ids[school], publication, is_demo=True)


def _centre(work: Work) -> int:
    return organisations(work.session, "centre")[0].id


def _latest(work: Work, template: str) -> Document:
    return work.session.scalars(
        select(Document).where(Document.template == template).order_by(Document.id.desc()).limit(1)
    ).one()


def _meeting(work: Work, number: int) -> Meeting:
    programme = work.session.scalars(select(Programme).order_by(Programme.id).limit(1)).one()
    return next(m for m in queries.meetings_of(work.session, programme.id) if m.number == number)
