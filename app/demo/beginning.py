"""January: the cases are opened, the four studies made, the plans drawn up; that of № 41 is returned once."""

from __future__ import annotations

from collections.abc import Iterable

from app.cases import queries, service
from app.core.unit_of_work import Work
from app.demo import diagnostics_data, library_data, plans_data
from app.demo.carrying_out import tell_visit
from app.demo.penza import PAIRS
from app.demo.script import Act
from app.demo.story import ALL, DIRECTORS, NAMES, Story, curator_of, on
from app.diagnostics import queries as diagnosis_queries
from app.diagnostics import service as diagnosis
from app.engine.actions import Cast, Complete
from app.library import service as library
from app.plans import queries as plan_queries
from app.plans import service as plans
from app.schools.queries import organisations


def open_cases(story: Story) -> None:
    """The methodist opens the cases of the programme and fills the bank of materials."""

    def opened(work: Work) -> None:
        programme = queries.programmes(work.session)[0]
        known = {o.code: o for o in organisations(work.session)}
        for school in ALL:
            case = service.open_case(
                work, programme=programme, school=known[school], curator=known[PAIRS[school]]
            )
            story.ids[school] = case.id

    def materials(work: Work) -> str:
        for material in library_data.MATERIALS:
            library.add_material(work, material, is_demo=True)
        return f"({len(library_data.MATERIALS)} материалов)"

    pairs = "; ".join(f"№ {PAIRS[s].replace('-', '/')} → {NAMES[s]}" for s in ALL)
    story.script.at(on(9, 1), 10, "methodist", f"открывает случаи четырёх школ, пары: {pairs}", opened)
    story.script.at(on(9, 1), 11, "methodist", "заполняет банк методических материалов", materials)
    story.script.play()  # the ids of the cases are needed from here on


def diagnose(story: Story, schools: Iterable[str] = ALL) -> None:
    """Four studies and the risk profile by the school, the analysis by the methodist, verified by the curator."""
    for n, school in enumerate(schools):
        data = diagnostics_data.DIAGNOSES[school]
        shift = n * 0.1
        story.fire(on(9, 1), 14 + shift, "methodist", school, "start_diagnosis", "начинает диагностику")

        def fill(work: Work, school: str = school, data: diagnostics_data.Diagnosis = data) -> str:
            for kind, study in data.studies.items():
                diagnosis.fill_study(work, story.ids[school], kind, study)
            for risk in data.risks:
                diagnosis.add_risk(work, story.ids[school], risk)
            story.act(work, school, Complete("fill_diagnosis"))
            return f"(рисков: {len(data.risks)})"

        def analyse(work: Work, school: str = school, data: diagnostics_data.Diagnosis = data) -> None:
            for kind, analysis in data.analyses.items():
                diagnosis.write_analysis(work, story.ids[school], kind, analysis)
            diagnosis.write_conclusion(work, story.ids[school], data.conclusion)
            story.act(work, school, Complete("check_diagnosis"))

        def verify(work: Work, school: str = school, data: diagnostics_data.Diagnosis = data) -> None:
            for risk in diagnosis_queries.risks_of(work.session, story.ids[school]):
                diagnosis.verify_risk(work, story.ids[school], risk.id, data.verifications[risk.factor.code])
            story.act(work, school, Complete("verify_risks"))

        if school == "41":
            story.fire(on(10, 1), 9, "methodist", school, "submit_diagnosis", "пробует перейти к плану раньше срока",
                       refused=True)  # fmt: skip
        story.script.at(on(13, 1), 10 + shift, DIRECTORS[school],
                        f"{NAMES[school]}: заполняет четыре исследования и рисковый профиль", fill)  # fmt: skip
        story.script.at(on(14, 1), 10 + shift, "methodist", f"{NAMES[school]}: проверяет диагностику, пишет анализ",
                        analyse)  # fmt: skip
        tell_visit(story, school, 0)
        story.script.at(on(17, 1), 9 + shift, curator_of(school),
                        f"{NAMES[school]}: подтверждает рисковый профиль на месте", verify)  # fmt: skip
        story.fire(on(17, 1), 12 + shift, "methodist", school, "submit_diagnosis",
                   "передаёт диагностику, начинает план")  # fmt: skip


def plan(story: Story, schools: Iterable[str] = ALL) -> None:
    """The plan is drawn up; that of № 41 is returned once with a reason and corrected."""
    for n, school in enumerate(schools):
        shift = n * 0.1

        def draw_up(work: Work, school: str = school) -> str:
            items = plans_data.first_draft(school)
            plans.add_items(work, story.ids[school], items)
            return f"(мероприятий: {len(items)})"

        def submit(work: Work, school: str = school) -> None:
            plans.submit_plan(work, story.ids[school], story.case(work, school).version)

        story.script.at(on(17, 1), 14 + shift, "methodist", f"{NAMES[school]}: составляет план", draw_up)
        story.script.at(on(17, 1), 16 + shift, DIRECTORS[school],
                        f"{NAMES[school]}: представляет план координационной группе", submit)  # fmt: skip
        if school in plans_data.FIRST_DRAFT:
            _return_once(story, school, submit)


def _return_once(story: Story, school: str, submit: Act) -> None:
    story.script.at(on(20, 1), 10, "member1", f"{NAMES[school]}: голосует за план в первой редакции",
                    lambda work: story.act(work, school, Cast("for")))  # fmt: skip
    story.fire(on(20, 1), 11, "chair", school, "return_plan", "пробует вернуть план без причины",
               fields={"about": "terms"}, refused=True)  # fmt: skip
    story.fire(on(20, 1), 11.2, "chair", school, "return_plan", f"возвращает план: «{plans_data.RETURN_REASON}»",
               comment=plans_data.RETURN_REASON, fields={"about": "terms", "place": "№ 10, № 11"})  # fmt: skip

    def correct(work: Work) -> None:
        rows = {i.number: i for i in plan_queries.items_of(work.session, story.ids[school])}
        for number, item in plans_data.corrections(school).items():
            plans.edit_item(work, story.ids[school], rows[number].id, item)

    story.script.at(
        on(20, 1), 14, DIRECTORS[school], f"{NAMES[school]}: исправляет указанные мероприятия", correct
    )
    story.script.at(
        on(20, 1), 15, DIRECTORS[school], f"{NAMES[school]}: представляет план второй раз", submit
    )
