"""The page «Сотрудник уходит»: what he holds, who takes it over, what came of every row."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.access.scopes import get_visible
from app.admin import leaving
from app.core.errors import Forbidden, Invalid
from app.core.holdings import CLOSE, HAND_ON
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.schools import queries as schools
from app.schools.forms import LookupField
from app.schools.models import Person
from app.ui.base import RoomView, page
from app.ui.forms import DateField, RoomForm, TextField

ACTS = {HAND_ON: _("hand on"), CLOSE: _("only end")}


class LeaveForm(RoomForm):
    last_day = DateField(
        _("Last day"), required=True, description=_("Roles and positions end with it; until then he works on")
    )
    successor = LookupField(
        _("Successor"), max_length=250, description=_("Who takes over; empty, when everything only ends")
    )
    ground = TextField(_("Ground"), max_length=200, description=_("An order; kept in the journal"))


class LeavingView(RoomView):
    """For the administrator: codes and short titles, no contents of cases."""

    route_base = "/people"
    class_permission_name = "Accounts"

    @page("/<int:person_id>/leave", permission="write", methods=("GET", "POST"))
    def leave(self, person_id: int) -> Any:
        work = self.read()
        person = get_visible(work.session, Person, person_id)
        form: Any = LeaveForm()
        form.successor.suggestions = lambda: schools.person_names(work.session, "")
        results: list[leaving.Result] = []
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    results = self._hand_over(work, person_id, form)
            except (Invalid, Forbidden) as error:
                form.take_errors(error)
        elif request.method == "GET":
            form.last_day.data = leaving.last_day_of(work, person)
        work = self.read()
        person = get_visible(work.session, Person, person_id)
        day = form.last_day.data or work.today
        leaver = leaving.leaver_of(work, person, day)
        return self.render(
            "admin/leave.html", form.status, form=form, person=person, groups=leaving.holdings(work, leaver),
            acts=ACTS, results=results, chosen=request.form, day=day, has_account=bool(leaver.user_ids),
            own_card=self.actor.user_id in leaver.user_ids, back=url_for("PersonView.show", pk=person_id),
        )  # fmt: skip

    def _hand_over(self, work: Work, person_id: int, form: Any) -> list[leaving.Result]:
        person = get_visible(work.session, Person, person_id)
        successor = None
        if form.successor.data:
            try:
                successor = leaving.successor_of(work, schools.find_person(work.session, form.successor.data))
            except Invalid as error:
                raise Invalid(fields={"successor": error.message}) from error
        leaver = leaving.leaver_of(work, person, form.last_day.data, (form.ground.data or "").strip())
        only = request.form.get("only", "")
        chosen = {
            name.removeprefix("do:"): act
            for name, act in request.form.items()
            if name.startswith("do:") and only in ("", name.removeprefix("do:"))
        }
        results = leaving.hand_over(work, leaver, successor, chosen)
        if not results:
            raise Invalid(_("Nothing was chosen: everything stays as it is."))
        return results
