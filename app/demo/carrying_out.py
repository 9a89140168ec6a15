"""February to September: visits, events, reports on the plan, pages on the sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select

from app.cases import queries
from app.core.unit_of_work import Work
from app.curation import recommendations, report_steps, visits
from app.curation.models import Recommendation, Visit
from app.demo import events_data, library_data, plans_data
from app.demo.story import ALL, DIRECTORS, NAMES, Story, curator_of, on
from app.demo.visit_data import VISITS
from app.demo.visit_data.parts import Fate
from app.events import service as events
from app.events.models import ProgrammeEvent
from app.library import service as library
from app.plans import execution
from app.plans import queries as plan_queries
from app.schools.queries import organisations


def carry_out(story: Story, schools: Sequence[str] = ALL, until: Mapping[str, date] | None = None) -> None:
    """Events, visits and reports on the plan, each on its own date; of some schools only up to a day."""
    ends = {school: (until or {}).get(school, on(30, 9)) for school in schools}
    for n, event in enumerate(events_data.EVENTS):
        _event(story, event, n, ends)
    for school in schools:
        for number in range(1, len(VISITS[school])):
            if VISITS[school][number].acknowledged_on <= ends[school]:
                tell_visit(story, school, number)
        _reports(story, school, ends[school])


def publish(story: Story, schools: Iterable[str] = ALL) -> None:
    """The pages of the project on the sites of the centre and of the schools."""

    def of_centre(work: Work) -> None:
        library.add_publication(work, None, library_data.CENTRE_PUBLICATION, is_demo=True,
                                organisation_id=_centre(work))  # fmt: skip

    story.script.at(on(22, 9), 14, "methodist", "вносит страницу проекта на сайте центра", of_centre)
    for school in schools:
        story.script.at(on(22, 9), 15, DIRECTORS[school], f"{NAMES[school]}: вносит страницу проекта на своём сайте",
                        lambda work, school=school: _publish(story, work, school))  # type: ignore[misc]  # fmt: skip


def tell_visit(story: Story, school: str, number: int) -> None:
    """The visit on its day, its report, the director's acknowledgement, the fate of the recommendations."""
    told = VISITS[school][number]

    def record(work: Work) -> str:
        visits.record_visit(work, story.ids[school], told.visit)
        return f"(рекомендаций: {len(told.visit.recommendations)})"

    def visit(work: Work) -> Visit:
        return work.session.scalars(
            select(Visit).where(Visit.case_id == story.ids[school], Visit.send_key == told.visit.send_key)
        ).one()

    def submit(work: Work) -> None:
        report_steps.submit_report(work, story.ids[school], visit(work).id)

    def acknowledge(work: Work) -> None:
        report_steps.acknowledge(work, story.ids[school], visit(work).id, comment=told.answer)

    def settle(work: Work, fate: Fate) -> None:
        row = work.session.scalars(
            select(Recommendation).where(
                Recommendation.visit_id == visit(work).id, Recommendation.position == fate.position
            )
        ).one()
        recommendations.settle_recommendation(work, story.ids[school], row.id, fate.status, fate.note)

    name, curator, director = NAMES[school], curator_of(school), DIRECTORS[school]
    story.script.at(
        told.visit.held_on, 16, curator, f"{name}: записывает выезд «{told.visit.purpose}»", record
    )
    story.script.at(told.submitted_on, 17, curator, f"{name}: отдаёт справку о выезде", submit)

    def printed(work: Work) -> None:
        report_steps.print_report(work, story.ids[school], visit(work).id)

    day = f"{told.visit.held_on:%d.%m}"
    story.script.at(told.acknowledged_on, 18, director, f"{name}: ознакомлен со справкой", acknowledge)
    story.script.at(told.acknowledged_on, 18.2, curator, f"{name}: печатает справку о выезде {day}", printed)
    for fate in told.fates:
        story.script.at(fate.told_on, 18.5, director, f"{name}: отмечает судьбу рекомендации: «{fate.note}»",
                        lambda work, fate=fate: settle(work, fate))  # type: ignore[misc]  # fmt: skip


def _event(story: Story, told: events_data.DemoEvent, n: int, ends: Mapping[str, date]) -> None:
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
        events.take_part(work, story.ids[school], event.id, data)
        return f"(учителей: {data.teachers})"

    story.script.at(on(29, 1), 10 + n * 0.1, "methodist", f"планирует мероприятие «{told.event.title}»", add)
    for school, until in ends.items():
        if school in told.people and ended + timedelta(days=1) <= until:
            story.script.at(ended + timedelta(days=1), 10, DIRECTORS[school],
                            f"{NAMES[school]}: вносит сведения об участии в «{told.event.title}»",
                            lambda work, school=school: take_part(work, school))  # type: ignore[misc]  # fmt: skip


def _reports(story: Story, school: str, until: date) -> None:
    """The school's deputy reports on the measures; in the transcript one line a month."""
    by_day: dict[date, list[tuple[int, execution.ReportInput]]] = {}
    for day, number, report in plans_data.reports(school):
        when = max(day, on(28, 1))
        if when <= until:
            by_day.setdefault(when, []).append((number, report))

    def enter(work: Work, day: date) -> str:
        rows = {i.number: i for i in plan_queries.items_of(work.session, story.ids[school])}
        for number, report in by_day[day]:
            execution.report_item(work, story.ids[school], rows[number].id, report)
        return ", ".join(f"№ {number}" for number, _report in by_day[day])

    for day in by_day:
        story.script.at(day, 15, DIRECTORS[school], f"{NAMES[school]}: отчитывается о выполнении плана:",
                        lambda work, day=day: enter(work, day))  # type: ignore[misc]  # fmt: skip


def _publish(story: Story, work: Work, school: str) -> None:
    for publication in library_data.PUBLICATIONS[school]:
        library.add_publication(work, story.ids[school], publication, is_demo=True)


def _centre(work: Work) -> int:
    return organisations(work.session, "centre")[0].id
