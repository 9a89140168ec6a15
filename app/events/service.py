"""Events and participation: entered, corrected with history, called off; teachers' cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.cases.models import Case, CaseStatus, Programme
from app.cases.queries import list_cases, lock_case, lock_programme
from app.cases.roles import require, require_in_programme, require_running
from app.core.errors import Invalid, Reason, Refusal, Stale
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.events.models import (
    EventInvitation,
    Participation,
    ParticipationTeacher,
    ProgrammeEvent,
    TeacherCard,
)
from app.events.queries import get_event, get_teacher, participation_of, teachers_of
from app.events.rules import EventKind, is_web_address
from app.files.service import keep_scan
from app.schools.rules import search_key


@dataclass(frozen=True)
class EventInput:
    """What the methodist enters; `invited` are ids of cases, `send_key` a mark against double records."""

    send_key: str
    kind: EventKind
    title: str
    starts: date
    ends: date | None = None
    series: str = ""
    place: str = ""
    organiser: str = ""
    topic: str = ""
    link: str = ""
    invited: Sequence[int] = field(default=())


@dataclass(frozen=True)
class TeacherInput:
    """A teacher's card: surname and initials, subject, deficits, until when further training counts."""

    name: str
    subject: str
    deficits: str = ""
    training_until: date | None = None
    is_archived: bool = False


@dataclass(frozen=True)
class ParticipationInput:
    """What a school tells: how many teachers, the cards of those named, new cards, the evidence."""

    teachers: int
    teacher_ids: Sequence[int] = field(default=())
    new_teachers: Sequence[TeacherInput] = field(default=())
    note: str = ""
    evidence_link: str = ""
    scan: bytes | None = None
    scan_name: str = ""


def add_event(work: Work, programme: Programme, data: EventInput) -> ProgrammeEvent:
    """A new event of a programme; the same form sent again gives the event that is there already.

    Raises Forbidden, Invalid.
    """
    require_in_programme(work, "events.manage", programme)
    if not data.send_key or len(data.send_key) > 64:
        raise Invalid(_("The form is incomplete. Open it once more."))
    lock_programme(work.session, programme.id)  # the same form may be on its way twice
    again = work.session.scalars(
        select(ProgrammeEvent).where(ProgrammeEvent.send_key == data.send_key)
    ).one_or_none()
    if again is not None:
        return again
    _check_event(programme, data)
    values = _event_values(data)
    event = ProgrammeEvent(programme_id=programme.id, send_key=data.send_key, created_at=work.now, **values)
    work.session.add(event)
    audit.record(work, "event:add", event, values={**values, "invited": list(data.invited)})
    _invite(work, event, data.invited)
    return event


def correct_event(
    work: Work, event_id: int, data: EventInput, expected_version: int | None = None
) -> ProgrammeEvent:
    """Correct an event. Raises Forbidden, Stale, Invalid, Refusal (called off)."""
    event = _managed(work, event_id, expected_version)
    _check_event(event.programme, data)
    audit.revise(work, event, _event_values(data), "event:edit")
    _invite(work, event, data.invited)
    return event


def cancel_event(
    work: Work, event_id: int, reason: str, expected_version: int | None = None
) -> ProgrammeEvent:
    """Call an event off, or take back one entered by mistake; it stays in the list, struck through."""
    event = _managed(work, event_id, expected_version)
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    audit.revise(work, event, {"cancelled_at": work.now, "cancelled_reason": reason.strip()}, "event:cancel")
    return event


def take_part(
    work: Work, case_id: int, event_id: int, data: ParticipationInput, expected_version: int | None = None
) -> Participation:
    """Enter or correct who of a school took part in an event.

    Raises Forbidden, Stale, Invalid (an event to come; fewer teachers than named; somebody else's card).
    """
    case = lock_case(work.session, case_id)
    require(work, "events.participation", case)
    require_running(case)
    event = get_event(work.session, event_id)
    _check_participation(work, case, event, data)
    row = participation_of(work.session, event_id, case_id)
    if expected_version is not None and (row.version if row else 0) != expected_version:
        raise Stale
    cards = {card.id: card for card in teachers_of(work.session, case.school_id, archived=True)}
    if any(key not in cards for key in data.teacher_ids):
        raise Invalid(fields={"teacher_ids": _("Choose teachers of this school only.")})
    chosen = [cards[key] for key in dict.fromkeys(data.teacher_ids)]
    for n, card in enumerate(data.new_teachers):
        found = _card(work, case, card, f"new_teachers-{n}-")
        if found not in chosen:
            chosen.append(found)
    if data.teachers < len(chosen):
        raise Invalid(
            fields={"teachers": _("More teachers are named (%(n)s) than took part.", n=len(chosen))}
        )
    values: dict[str, Any] = {
        "teachers": data.teachers,
        "note": data.note.strip(),
        "evidence_link": data.evidence_link.strip(),
    }
    if data.scan is not None:
        stored = keep_scan(work, data.scan, data.scan_name, case_id=case.id)
        work.session.flush()  # the row points to the file's key
        values["evidence_id"] = stored.id
    if row is None:
        row = Participation(
            event_id=event.id, case_id=case.id, entered_at=work.now, entered_by=work.actor.name, **values
        )
        work.session.add(row)
        names = [card.name for card in chosen]
        audit.record(
            work,
            "participation:add",
            row,
            case_id=case.id,
            data={"event": event.id},
            values={**values, "people": names},
        )
        _name(work, row, chosen)
    else:
        before, after = sorted(p.teacher.name for p in row.people), sorted(card.name for card in chosen)
        audit.revise(work, row, values, "participation:edit", case_id=case.id)
        if {p.teacher_id for p in row.people} != {card.id for card in chosen}:
            people = {"people": {"old": before, "new": after}}
            audit.record(
                work, "participation:edit", row, case_id=case.id, data={"fields": ["people"]}, values=people
            )
            _name(work, row, chosen)
    return row


def add_teacher(work: Work, case_id: int, data: TeacherInput) -> TeacherCard:
    """A card of a teacher of the supported school; the same name and subject again is the same card."""
    case = lock_case(work.session, case_id)
    require(work, "events.participation", case)
    require_running(case)
    return _card(work, case, data, "")


def correct_teacher(
    work: Work, case_id: int, teacher_id: int, data: TeacherInput, expected_version: int | None = None
) -> TeacherCard:
    """Correct a teacher's card, or put it aside when he has left."""
    case = lock_case(work.session, case_id)
    require(work, "events.participation", case)
    require_running(case)
    card = get_teacher(work.session, case.school_id, teacher_id)
    if expected_version is not None and card.version != expected_version:
        raise Stale
    _check_teacher(data, "")
    values = _teacher_values(data)
    twin = _same(work, case, values)
    if twin is not None and twin.id != card.id:
        raise Invalid(fields={"name": _("This school has a card of this teacher already.")})
    audit.revise(work, card, values, "teacher:edit", case_id=case.id)
    return card


def _managed(work: Work, event_id: int, expected_version: int | None = None) -> ProgrammeEvent:
    event = get_event(work.session, event_id)
    require_in_programme(work, "events.manage", event.programme)
    if expected_version is not None and event.version != expected_version:
        raise Stale
    if reason := why_called_off(event):
        raise Refusal([reason])
    return event


def _check_event(programme: Programme, data: EventInput) -> None:
    wrong: dict[str, Text] = {}
    if not data.title.strip():
        wrong["title"] = _("This field is required.")
    if data.ends and data.ends < data.starts:
        wrong["ends"] = _("The event ends before it begins.")
    if not programme.starts <= data.starts <= programme.ends:
        wrong["starts"] = _(
            "The programme runs from %(since)s to %(until)s.",
            since=f"{programme.starts:%d.%m.%Y}",
            until=f"{programme.ends:%d.%m.%Y}",
        )
    if data.link.strip() and not is_web_address(data.link):
        wrong["link"] = _("Give the address of a page, for example https://nmc58.ru/")
    if wrong:
        raise Invalid(fields=wrong)


def _event_values(data: EventInput) -> dict[str, Any]:
    plain = {
        name: getattr(data, name).strip()
        for name in ("title", "series", "place", "organiser", "topic", "link")
    }
    ends = data.ends if data.ends != data.starts else None
    return {**plain, "kind": data.kind.value, "starts": data.starts, "ends": ends}


def _invite(work: Work, event: ProgrammeEvent, case_ids: Sequence[int]) -> None:
    """Make the list of invited schools say what the form says."""
    known = {case.id: case for case in list_cases(work.session, programme_id=event.programme_id)}
    wanted = set(case_ids)
    if wanted - set(known):
        raise Invalid(fields={"invited": _("Choose schools of this programme only.")})
    rows = work.session.scalars(select(EventInvitation).where(EventInvitation.event_id == event.id)).all()
    before = {row.case_id for row in rows}
    if over := [known[key] for key in wanted - before if known[key].status != CaseStatus.active]:
        told = ", ".join(sorted(case.school.short_name for case in over))
        raise Invalid(
            fields={"invited": _("These schools are not being supported now: %(schools)s.", schools=told)}
        )
    for row in rows:
        if row.case_id not in wanted:
            work.session.delete(row)
    for case_id in sorted(wanted - before):
        work.session.add(EventInvitation(event_id=event.id, case_id=case_id))
    if before and before != wanted:
        audit.record(work, "event:invite", event, data={"old": sorted(before), "new": sorted(wanted)})
    work.session.flush()
    work.session.expire(event, ["invitations"])


def why_called_off(event: ProgrammeEvent) -> Reason | None:
    """Why nothing of the event is corrected any more; None when it is."""
    return Reason(_("This event was called off.")) if event.cancelled_at is not None else None


def why_no_participation(work: Work, event: ProgrammeEvent) -> Reason | None:
    """Why nobody tells yet, or any more, who took part; None when schools do."""
    if event.starts > work.today and event.cancelled_at is None:
        day = f"{event.starts:%d.%m.%Y}"
        return Reason(_("The event has not taken place yet: it begins on %(day)s.", day=day))
    return why_called_off(event)


def _check_participation(work: Work, case: Case, event: ProgrammeEvent, data: ParticipationInput) -> None:
    if event.programme_id != case.programme_id:
        raise Invalid(_("This event belongs to another programme."))
    if reason := why_no_participation(work, event):
        raise Refusal([reason])
    wrong: dict[str, Text] = {}
    if not 0 <= data.teachers <= 500:
        wrong["teachers"] = _("Between 0 and 500 teachers.")
    if data.evidence_link.strip() and not is_web_address(data.evidence_link):
        wrong["evidence_link"] = _("Give the address of a page, for example https://nmc58.ru/")
    if wrong:
        raise Invalid(fields=wrong)


def _name(work: Work, row: Participation, cards: Sequence[TeacherCard]) -> None:
    wanted = {card.id for card in cards}
    for person in list(row.people):
        if person.teacher_id not in wanted:
            row.people.remove(person)
    held = {person.teacher_id for person in row.people}
    for card in cards:
        if card.id not in held:
            row.people.append(ParticipationTeacher(case_id=row.case_id, teacher_id=card.id))
    work.session.flush()


def _card(work: Work, case: Case, data: TeacherInput, prefix: str) -> TeacherCard:
    _check_teacher(data, prefix)
    values = _teacher_values(data)
    found = _same(work, case, values)
    if found is not None:
        return found
    card = TeacherCard(organisation_id=case.school_id, **values)
    work.session.add(card)
    audit.record(work, "teacher:add", card, case_id=case.id, values=values)
    return card


def _same(work: Work, case: Case, values: dict[str, Any]) -> TeacherCard | None:
    return work.session.scalars(
        select(TeacherCard).where(
            TeacherCard.organisation_id == case.school_id,
            TeacherCard.name_key == values["name_key"],
            TeacherCard.subject_key == values["subject_key"],
        )
    ).one_or_none()


def _check_teacher(data: TeacherInput, prefix: str) -> None:
    wrong: dict[str, Text] = {}
    if not data.name.strip():
        wrong[f"{prefix}name"] = _("This field is required.")
    if not data.subject.strip():
        wrong[f"{prefix}subject"] = _("This field is required.")
    if wrong:
        raise Invalid(fields=wrong)


def _teacher_values(data: TeacherInput) -> dict[str, Any]:
    name, subject = " ".join(data.name.split()), " ".join(data.subject.split())
    return {
        "name": name,
        "name_key": search_key(name).replace(" ", "").replace(".", ""),
        "subject": subject,
        "subject_key": search_key(subject),
        "deficits": data.deficits.strip(),
        "training_until": data.training_until,
        "is_archived": data.is_archived,
    }
