"""Pages of the coordination group: agenda, who was there, votes, what was decided."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from sqlalchemy import select

from app.access.scopes import get_visible
from app.cases import meetings, queries
from app.cases.forms import AgendaForm, MeetingForm
from app.cases.history import title
from app.cases.models import CaseStatus, Meeting, MeetingItem, Programme
from app.cases.roles import may_in_programme, require_in_programme
from app.core.errors import Invalid, NotFound
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.schools.models import Person
from app.ui.base import RoomView, page


class MeetingView(RoomView):
    route_base = "/meetings"
    class_permission_name = "Meetings"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        programmes = queries.programmes(work.session)
        found = [
            (programme, list(reversed(queries.meetings_of(work.session, programme.id))))
            for programme in programmes
        ]
        return self.render("cases/meetings.html", groups=found,
                           may_hold={p.id: may_in_programme(work, "meeting.hold", p) for p in programmes})  # fmt: skip

    @page("/open", permission="write", methods=("POST",))
    def open(self) -> Any:
        with self.write() as work:
            programme = get_visible(work.session, Programme, request.form.get("programme_id", ""))
            if not may_in_programme(work, "meeting.hold", programme):
                raise NotFound
            meeting = meetings.open_meeting(work, programme)
            work.session.flush()
            for case in queries.list_cases(work.session, programme_id=programme.id):
                if case.approval == "open" and case.status == CaseStatus.active:  # else nobody may vote
                    meetings.add_item(work, meeting, case)
            meeting_id = meeting.id
        return self.done(
            url_for("MeetingView.show", meeting_id=meeting_id),
            _("The agenda holds what waits for a decision"),
        )

    @page("/<int:meeting_id>", methods=("GET",))
    def show(self, meeting_id: int) -> Any:
        work = self.read()
        meeting = get_visible(work.session, Meeting, meeting_id)
        items = meetings.items_of(work, meeting)
        return self.render(
            "cases/meeting.html", meeting=meeting, items=items, people=_people(work, meeting),
            may_hold=may_in_programme(work, "meeting.hold", meeting.programme) and meeting.status == "planned",
            votes=meetings.votes_on(work, items), undecided=sum(1 for item in items if _is_open(item)),
            stage_title=lambda item: title(work.ports.definitions.of(work.session, item.case), "stage", item.stage),
        )  # fmt: skip

    @page("/<int:meeting_id>/edit", permission="write", methods=("GET", "POST"))
    def edit(self, meeting_id: int) -> Any:
        work = self.read()
        meeting = get_visible(work.session, Meeting, meeting_id)
        _require_editable(work, meeting)
        form = MeetingForm(data={
            "expected_version": meeting.version, "held_on": meeting.held_on, "place": meeting.place,
            "present": meeting.present,
        })  # fmt: skip
        form.present.choices = [(p.id, p.short) for p in _people(work, meeting).values()]
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    meeting = get_visible(work.session, Meeting, meeting_id)
                    allowed = set(_people(work, meeting))
                    meetings.edit_meeting(
                        work, meeting, self.expected_version(),
                        {"held_on": form.held_on.data, "place": form.place.data,
                         "present": sorted(set(form.present.data or ()) & allowed)},
                    )  # fmt: skip
                return self.done(url_for("MeetingView.show", meeting_id=meeting_id), _("Saved"))
            except Invalid as error:
                form.take_errors(error)
        return self.render("cases/form.html", form.status, form=form, submit=_("Save"),
                           heading=_("Meeting No. %(number)s", number=meeting.number),
                           back=url_for("MeetingView.show", meeting_id=meeting_id))  # fmt: skip

    @page("/items/<int:item_id>", permission="write", methods=("GET", "POST"))
    def item(self, item_id: int) -> Any:
        work = self.read()
        item = get_visible(work.session, MeetingItem, item_id)
        _require_editable(work, item.meeting)
        form = AgendaForm(
            data={"heard": item.heard, "decided": item.decided, "expected_version": item.version}
        )
        back = url_for("MeetingView.show", meeting_id=item.meeting_id)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    item = get_visible(work.session, MeetingItem, item_id)
                    meetings.note_item(
                        work, item, form.heard.data or "", form.decided.data or "", self.expected_version()
                    )
                return self.done(back, _("Saved"))
            except Invalid as error:
                form.take_errors(error)
        return self.render("cases/form.html", form.status, form=form, submit=_("Save"), back=back,
                           heading=_("Question %(position)s: %(school)s", position=item.position,
                                     school=item.case.school.short_name))  # fmt: skip

    @page("/<int:meeting_id>/close", permission="write", methods=("POST",))
    def close(self, meeting_id: int) -> Any:
        with self.write() as work:
            meetings.close_meeting(
                work, get_visible(work.session, Meeting, meeting_id), self.expected_version()
            )
        return self.done(url_for("MeetingView.show", meeting_id=meeting_id), _("The meeting is closed"))


def _require_editable(work: Work, meeting: Meeting) -> None:
    """What the page of the meeting does not offer is not answered by its address either."""
    require_in_programme(work, "meeting.hold", meeting.programme)
    meetings.require_planned(meeting)


def _is_open(item: MeetingItem) -> bool:
    """Whether the group still votes on the question, or will when the case goes on."""
    case = item.case
    here = (case.stage, case.round) == (item.stage, item.round)
    return here and case.approval == "open" and case.status in (CaseStatus.active, CaseStatus.suspended)


def _people(work: Work, meeting: Meeting) -> dict[int, Person]:
    """The group as persons: chair first, then the secretary, then the members, then who acts for one of them,
    at last who votes because nobody of the group may: all of them as on the day of the meeting."""
    ids = [
        i
        for groups in (meetings.members, meetings.substitutes)
        for group in groups(work, meeting.programme, meeting.held_on).values()
        for i in group
    ]
    for person, acting in meetings.voting_instead(work, meeting).items():
        ids += [person, *acting]
    found = {p.id: p for p in work.session.scalars(select(Person).where(Person.id.in_(ids)))}
    return {i: found[i] for i in ids if i in found}
