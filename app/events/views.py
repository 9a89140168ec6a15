"""Pages of events: the programme's list, an event, a school's participation and its teachers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for

from app.audit.queries import history_of
from app.cases.models import Case, CaseStatus, Programme
from app.cases.queries import get_case, list_cases, programmes
from app.cases.roles import may, may_in_programme, require, require_in_programme, require_running
from app.core.errors import Invalid, NotFound, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.events import queries, service
from app.events.forms import EventForm, ParticipationForm, ReasonForm, TeacherForm
from app.events.panels import load
from app.events.rules import EVENT_KINDS, EventKind
from app.events.service import EventInput, ParticipationInput, TeacherInput
from app.ui.base import RoomView, int_arg, page


class EventView(RoomView):
    """Events of a programme."""

    route_base = "/events"
    class_permission_name = "Events"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        known = programmes(work.session)
        programme = _chosen(known, int_arg("programme"))
        kind = request.args.get("kind", "")
        found = queries.events_of_programme(work.session, programme.id) if programme else ()
        shown = [e for e in found if not kind or e.kind == kind]
        rows = queries.participations(work.session, [e.id for e in found])
        called = queries.invited(work.session, [e.id for e in found])
        counted = [row for e in shown if e.cancelled_at is None for row in rows.get(e.id, ())]
        return self.render(
            "events/list.html", title=_("Events"), programmes=known, programme=programme, events=shown, kind=kind,
            kinds=EVENT_KINDS, rows=rows, called=called, counts=queries.counts(counted), today=work.today,
            held=sum(e.cancelled_at is None and e.last_day <= work.today for e in shown),
            may_manage=programme is not None and may_in_programme(work, "events.manage", programme),
        )  # fmt: skip

    @page("/<int:event_id>")
    def show(self, event_id: int) -> Any:
        work = self.read()
        event = queries.get_event(work.session, event_id)
        rows = queries.participations(work.session, [event.id])[event.id]
        mine = [
            case
            for case in list_cases(work.session, programme_id=event.programme_id)
            if _may_tell(work, case)
        ]
        return self.render(
            "events/event.html", title=event.title, event=event, rows={row.case_id: row for row in rows},
            counts=queries.counts(rows), kinds=EVENT_KINDS, today=work.today, mine=mine,
            called=[i.case for i in event.invitations],
            may_manage=may_in_programme(work, "events.manage", event.programme),
            history=history_of(work, ("programme_events", [event.id]), ("participations", [r.id for r in rows])),
        )  # fmt: skip

    @page("/add", permission="write", methods=("GET", "POST"))
    def add(self) -> Any:
        work = self.read()
        programme = _chosen(programmes(work.session), int_arg("programme"))
        if programme is None:
            raise NotFound
        require_in_programme(work, "events.manage", programme)
        start = {
            "starts": work.today,
            "organiser": programme.centre.short_name,
        }
        form: Any = EventForm(data=start if request.method == "GET" else None)
        form.invited.offer(_schools(work, programme))
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    event_id = service.add_event(work, work.session.merge(programme), _event(form)).id
                return self.done(url_for("EventView.show", event_id=event_id), _("The event is entered"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        back = url_for("EventView.index")
        return self.render(
            "events/form.html",
            form.status,
            title=_("New event"),
            form=form,
            submit=_("Save"),
            back=back,
            danger=False,
        )

    @page("/<int:event_id>/edit", permission="write", methods=("GET", "POST"))
    def edit(self, event_id: int) -> Any:
        work = self.read()
        event = queries.get_event(work.session, event_id)
        require_in_programme(work, "events.manage", event.programme)
        self.refuse_at_once(service.why_called_off(event))
        names = ("kind", "title", "series", "starts", "ends", "place", "organiser", "topic", "link")
        start = {
            **{name: getattr(event, name) for name in names}, "expected_version": event.version,
            "invited": [i.case_id for i in event.invitations],
        }  # fmt: skip
        form: Any = EventForm(data=start if request.method == "GET" else None)
        form.invited.offer(_schools(work, event.programme, start["invited"]))
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.correct_event(work, event_id, _event(form), self.expected_version())
                message = _("The event is corrected; the old text stays in the history")
                return self.done(url_for("EventView.show", event_id=event_id), message)
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        back = url_for("EventView.show", event_id=event_id)
        return self.render(
            "events/form.html",
            form.status,
            title=_("Correct the event"),
            subject=event.title,
            form=form,
            submit=_("Save"),
            back=back,
            danger=False,
        )

    @page("/<int:event_id>/cancel", permission="write", methods=("GET", "POST"))
    def cancel(self, event_id: int) -> Any:
        work = self.read()
        event = queries.get_event(work.session, event_id)
        require_in_programme(work, "events.manage", event.programme)
        self.refuse_at_once(service.why_called_off(event))
        form: Any = ReasonForm(data={"expected_version": event.version})
        back = url_for("EventView.show", event_id=event_id)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.cancel_event(work, event_id, form.reason.data, self.expected_version())
                return self.done(back, _("The event is called off"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self.render(
            "events/form.html", form.status, title=_("Call the event off"), subject=event.title, form=form,
            submit=_("Call off"), back=back, danger=True,
        )  # fmt: skip


class CaseEventView(RoomView):
    """Events of one school, its participation and its teachers."""

    route_base = "/cases"
    class_permission_name = "Events"

    @page("/<int:case_id>/events")
    def index(self, case_id: int) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        return self.render(
            "events/room.html", tab="events", title=_("Events"), may_tell=_may_tell(work, case),
            teachers=queries.teachers_of(work.session, case.school_id, archived=True),
            attended=queries.attended_by(work.session, case_id), **load(work, case),
        )  # fmt: skip

    @page("/<int:case_id>/events/<int:event_id>", permission="write", methods=("GET", "POST"))
    def participation(self, case_id: int, event_id: int) -> Any:
        """Who of this school took part."""
        work = self.read()
        case = self._case(work, case_id)
        event = queries.get_event(work.session, event_id)
        self.refuse_at_once(service.why_no_participation(work, event))
        row = queries.participation_of(work.session, event_id, case_id)
        chosen = {p.teacher_id for p in row.people} if row else set()
        cards = [
            card
            for card in queries.teachers_of(work.session, case.school_id, archived=True)
            if not card.is_archived or card.id in chosen
        ]
        start: dict[str, Any] = {"expected_version": row.version if row else 0, "teacher_ids": sorted(chosen)}
        if row is not None:
            start |= {"teachers": row.teachers, "note": row.note, "evidence_link": row.evidence_link}
        form: Any = ParticipationForm(data=start if request.method == "GET" else None)
        form.teacher_ids.offer([(card.id, f"{card.name}, {card.subject}") for card in cards])
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.take_part(work, case_id, event_id, _participation(form), self.expected_version())
                return self.done(url_for("CaseEventView.index", case_id=case_id), _("Participation is saved"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._form(
            case_id, form, _("Participation of the school"), _("%(event)s, %(day)s", event=event.title,
                                                              day=f"{event.starts:%d.%m.%Y}"),
        )  # fmt: skip

    @page("/<int:case_id>/teachers/add", permission="write", methods=("GET", "POST"))
    def add_teacher(self, case_id: int) -> Any:
        work = self.read()
        self._case(work, case_id)
        form: Any = TeacherForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.add_teacher(work, case_id, _teacher(form))
                return self.done(url_for("CaseEventView.index", case_id=case_id), _("The card is saved"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._form(case_id, form, _("New teacher's card"), _NO_PUPILS)

    @page("/<int:case_id>/teachers/<int:teacher_id>", permission="write", methods=("GET", "POST"))
    def teacher(self, case_id: int, teacher_id: int) -> Any:
        work = self.read()
        case = self._case(work, case_id)
        card = queries.get_teacher(work.session, case.school_id, teacher_id)
        names = ("name", "subject", "deficits", "training_until", "is_archived")
        start = {**{name: getattr(card, name) for name in names}, "expected_version": card.version}
        form: Any = TeacherForm(data=start if request.method == "GET" else None)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    service.correct_teacher(
                        work, case_id, teacher_id, _teacher(form), self.expected_version()
                    )
                return self.done(url_for("CaseEventView.index", case_id=case_id), _("The card is saved"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._form(case_id, form, _("Teacher's card"), _NO_PUPILS)

    def _case(self, work: Work, case_id: int) -> Case:
        """The running case, if telling about events is the actor's there."""
        case = get_case(work.session, case_id)
        require(work, "events.participation", case)
        require_running(case)
        return case

    def _form(self, case_id: int, form: Any, heading: Any, lead: Any) -> Any:
        case = get_case(self.read().session, case_id)
        return self.render(
            "events/case_form.html", form.status, case=case, tab="events", title=heading, lead=lead, form=form,
            back=url_for("CaseEventView.index", case_id=case_id),
        )  # fmt: skip


_NO_PUPILS = _("The teacher needs no account and is asked to type nothing: the deputy fills the card in.")


def _chosen(known: Sequence[Programme], programme_id: int | None) -> Programme | None:
    """The programme asked for, else the newest."""
    if programme_id is None:
        return known[0] if known else None
    found = next((p for p in known if p.id == programme_id), None)
    if found is None:
        raise NotFound
    return found


def _may_tell(work: Work, case: Case) -> bool:
    return case.status == CaseStatus.active and may(work, "events.participation", case)


def _schools(work: Work, programme: Programme, invited: Sequence[int] = ()) -> list[tuple[int, str]]:
    """Schools to invite: those being supported now, and those invited already."""
    return [
        (case.id, case.school.short_name)
        for case in list_cases(work.session, programme_id=programme.id)
        if case.status == CaseStatus.active or case.id in invited
    ]


def _event(form: Any) -> EventInput:
    return EventInput(
        send_key=form.send_key.data or "",
        kind=EventKind(form.kind.data),
        title=form.title.data or "",
        starts=form.starts.data,
        ends=form.ends.data,
        series=form.series.data or "",
        place=form.place.data or "",
        organiser=form.organiser.data or "",
        topic=form.topic.data or "",
        link=form.link.data or "",
        invited=tuple(form.invited.data or ()),
    )


def _participation(form: Any) -> ParticipationInput:
    scan = form.scan.data
    return ParticipationInput(
        teachers=form.teachers.data,
        teacher_ids=tuple(form.teacher_ids.data or ()),
        new_teachers=[
            TeacherInput(row["name"] or "", row["subject"] or "") for row in form.new_teachers.filled()
        ],
        note=form.note.data or "",
        evidence_link=form.evidence_link.data or "",
        scan=scan.read() if scan else None,
        scan_name=(scan.filename or "") if scan else "",
    )


def _teacher(form: Any) -> TeacherInput:
    return TeacherInput(
        name=form.name.data or "",
        subject=form.subject.data or "",
        deficits=form.deficits.data or "",
        training_until=form.training_until.data,
        is_archived=bool(form.is_archived.data),
    )


VIEWS = [EventView, CaseEventView]
