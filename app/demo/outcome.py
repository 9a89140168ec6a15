"""October: the results of two years, the analysis, the vote on the outcomes, the end of the cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.admin import substitutions
from app.admin.substitutions import SubstitutionData
from app.core.unit_of_work import Work
from app.demo import results_data
from app.demo.approval import hold_meeting, vote
from app.demo.story import ALL, NAMES, OUTCOMES, Story, on
from app.engine.actions import Cast, Complete
from app.results import grounds, procedures
from app.results import service as results


def review(story: Story, schools: Iterable[str] = ALL) -> None:
    """Results of two years, the analysis and the proposed outcome."""
    for n, school in enumerate(schools):
        data = results_data.RESULTS[school]
        shift = n * 0.1
        story.fire(on(1, 10), 9 + shift, "methodist", school, "start_review", "план выполнен, начинает итоги")

        def enter(work: Work, school: str = school, data: results_data.Results = data) -> None:
            for procedure in data.procedures:
                procedures.add_procedure(work, story.ids[school], procedure)
            for risk in data.risks:
                grounds.add_risk(work, story.ids[school], risk)
            for notice in data.notices:
                grounds.add_notice(work, story.ids[school], notice)
            story.act(work, school, Complete("enter_results"))

        def analyse(work: Work, school: str = school, data: results_data.Results = data) -> str:
            results.write_analysis(work, story.ids[school], data.analysis)
            review = results.propose_outcome(work, story.ids[school])
            return f"(предложение системы: {OUTCOMES.get(str(review.proposed), review.proposed)})"

        def put_to_vote(work: Work, school: str = school, data: results_data.Results = data) -> None:
            results.decide_outcome(work, story.ids[school], data.decision)

        story.script.at(
            on(2, 10), 10 + shift, "methodist", f"{NAMES[school]}: вносит результаты двух лет", enter
        )
        story.script.at(on(3, 10), 10 + shift, "methodist", f"{NAMES[school]}: пишет анализ", analyse)
        story.script.at(on(3, 10), 14 + shift, "secretary", f"{NAMES[school]}: вносит исход на голосование",
                        put_to_vote)  # fmt: skip
        story.done(
            on(3, 10), 15 + shift, "methodist", school, "analyse_results", "итоги готовы к рассмотрению"
        )

        def printed(work: Work, school: str = school) -> None:
            results.print_report(work, story.ids[school])

        story.script.at(on(6, 10), 10 + shift, "methodist",
                        f"{NAMES[school]}: печатает аналитическую справку к заседанию", printed)  # fmt: skip


def begin_review(story: Story, school: str) -> None:
    """The results of one school begin to be entered."""
    story.fire(on(6, 10), 9, "methodist", school, "start_review", "план выполнен, начинает итоги")


def first_vote(story: Story, school: str) -> None:
    """One member has voted on the results, the others are still to vote."""
    story.script.at(on(8, 10), 12, "member1", f"{NAMES[school]}: голосует за результаты",
                    lambda work: story.act(work, school, Cast("for")))  # fmt: skip


def on_leave(story: Story, school: str) -> None:
    """The methodist is on leave: the secretary of the group stands in and goes on with the results."""

    def name(work: Work) -> None:
        users = {u.username: u for u in work.session.scalars(select(User))}
        substitutions.add(work, SubstitutionData(
            absent=users["methodist"], substitute=users["secretary"], since=on(8, 10), until=on(24, 10),
            ground="приказ № 87-к от 07.10.2025", role="methodist",
        ))  # fmt: skip

    story.script.at(on(7, 10), 18, "head", "назначает замещение методиста на время отпуска (№ 87-к)", name)
    story.script.at(
        on(8, 10), 15, "secretary", f"{NAMES[school]}: за методиста вносит первую процедуру итогов",
        lambda work: _first_procedure(story, work, school),
    )  # fmt: skip


def _first_procedure(story: Story, work: Work, school: str) -> None:
    procedures.add_procedure(work, story.ids[school], results_data.RESULTS[school].procedures[0])


def close(story: Story, schools: Sequence[str] = ALL, number: int = 2) -> None:
    """The group votes on the outcomes; the cases are closed."""
    vote(story, on(7, 10), schools, "результаты")
    hold_meeting(story, on(7, 10), number)
    for n, school in enumerate(schools):
        outcome = OUTCOMES[results_data.RESULTS[school].decision.outcome]
        story.fire(on(8, 10), 10 + n * 0.1, "chair", school, "close", f"завершает случай: {outcome}")
