"""The demo content of curation and events goes through the services as the people of Penza would enter it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from app.cases.queries import programmes
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.curation import facts, recommendations, report_steps, service, signing, visits
from app.curation.rules import Side
from app.curation.signing import Signature
from app.demo.agreement_data import NUMBERS, SIGNED_ON, TERMS
from app.demo.events_data import EVENTS
from app.demo.penza import actor
from app.demo.visit_data import VISITS
from app.events import facts as event_facts
from app.events import service as events

PDF = b"%PDF-1.4\n%%EOF\n"
CURATORS = {"oshi1": "curator27", "50": "curator51", "co1": "curator65", "41": "curator66"}
DIRECTORS = {"oshi1": "director1", "50": "director50", "co1": "directorco1", "41": "director41"}


def move(system: Runtime, day: date) -> None:
    assert isinstance(system.clock, FixedClock)
    system.clock.move(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def walk(system: Runtime, cases: dict[str, int]) -> None:
    """Agreements, visits and events of the year 2025 in all four pairs."""
    for school, case_id in cases.items():
        curator, director = CURATORS[school], DIRECTORS[school]
        for n, demo in enumerate(VISITS[school]):
            if n == 1:
                move(system, SIGNED_ON)
                with system.work(actor(system, "clerk")) as work:
                    service.prepare(work, case_id, TERMS)
                    service.send_to_sign(work, case_id)
                for side, who, number in zip(Side, (curator, director), NUMBERS[school], strict=True):
                    with system.work(actor(system, who)) as work:
                        signing.register_number(work, case_id, side, number)
                        signing.sign(work, case_id, side, Signature(SIGNED_ON))
                with system.work(actor(system, director)) as work:
                    signing.attach_scan(work, case_id, PDF, "Договор.pdf")
            move(system, demo.submitted_on)
            with system.work(actor(system, curator)) as work:
                visit = visits.record_visit(work, case_id, demo.visit)
                visit_id, advice = visit.id, [row.id for row in visit.recommendations]
                report_steps.submit_report(work, case_id, visit_id)
            move(system, demo.acknowledged_on)
            with system.work(actor(system, director)) as work:
                report_steps.acknowledge(work, case_id, visit_id)
            for fate in demo.fates:
                move(system, fate.told_on)
                with system.work(actor(system, director)) as work:
                    recommendations.settle_recommendation(
                        work, case_id, advice[fate.position - 1], fate.status, fate.note
                    )
    move(system, date(2025, 9, 25))
    for demo_event in EVENTS:
        with system.work(actor(system, "methodist")) as work:
            data = replace(demo_event.event, invited=tuple(cases.values()))
            event_id = events.add_event(work, programmes(work.session)[0], data).id
        for school, case_id in cases.items():
            told = demo_event.participation(school)
            if told is not None:
                with system.work(actor(system, DIRECTORS[school])) as work:
                    events.take_part(work, case_id, event_id, told)


def test_the_year_2025_of_all_four_pairs(penza: Runtime, cases: dict[str, int]) -> None:
    walk(penza, cases)
    session = penza.read(actor(penza, "methodist")).session
    for school, case_id in cases.items():
        assert facts.agreement_in_force(session, case_id).value is True
        assert facts.visits_reported(session, case_id).value is True
        assert facts.visits_logged(session, case_id).value == len(VISITS[school])
        assert event_facts.persons(session, case_id).value == 3
    assert event_facts.person_events(session, cases["41"]).value == 6
