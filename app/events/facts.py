"""What the room of events knows about a case, by name."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.facts import number
from app.core.ports import Fact, FactSource
from app.events.queries import counts_of_case

PAGE = "events"


def attended(session: Session, case_id: int) -> Fact:
    """How many events the school took part in."""
    return Fact(counts_of_case(session, case_id).events, link=PAGE)


def persons(session: Session, case_id: int) -> Fact:
    """How many different teachers took part."""
    return Fact(counts_of_case(session, case_id).persons, link=PAGE)


def person_events(session: Session, case_id: int) -> Fact:
    return Fact(counts_of_case(session, case_id).visits, link=PAGE)


FACTS: dict[str, FactSource] = {
    "events.attended": number(attended),
    "events.persons": number(persons),
    "events.person_events": number(person_events),
}
