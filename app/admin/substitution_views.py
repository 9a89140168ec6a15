"""The page «Замещения»: who stands in for whom, named, corrected and ended by the administrator or the head."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import Any

from flask import request, url_for
from sqlalchemy import select

from app.access.models import Substitution
from app.access.roles import ROLE_TITLES
from app.access.scopes import as_system, get_visible
from app.access.sent_forms import once
from app.admin import account_search, substitutions
from app.admin.substitutions import SubstitutionData
from app.audit.queries import history_of
from app.cases.queries import programmes
from app.core.errors import Forbidden, Invalid, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.schools import queries as schools
from app.schools.forms import LookupField
from app.schools.models import Organisation
from app.ui.base import RoomView, page
from app.ui.forms import AddForm, ChoiceField, DateField, HiddenField, RoomForm, TextField, YesField

_GROUND_HINT = _("The order, as papers name it: “приказ № 15-к от 03.03.2025”")


class SubstitutionForm(AddForm):
    absent = LookupField(
        _("Who is absent"), required=True, max_length=200, description=_("Begin to type the surname")
    )
    substitute = LookupField(
        _("Who stands in"), required=True, max_length=200, description=_("An employee with an account")
    )
    since = DateField(_("From"), required=True)
    until = DateField(_("Until"), required=True, description=_("The last day; the rights end with it"))
    ground = TextField(_("Ground"), required=True, max_length=200, description=_GROUND_HINT)
    is_acting = YesField(_("Signs papers as “и.о.”"))
    role = ChoiceField(
        _("Role of the account"),
        choices=ROLE_TITLES,
        description=_("Empty: all roles of the absent employee"),
    )
    organisation = LookupField(
        _("Organisation"), max_length=400, description=_("Needed when this role is held in several")
    )
    programme = ChoiceField(_("Programme"), choices=[], description=_("Empty: all programmes"))
    sections = [
        (_("Who for whom"), ["absent", "substitute"]),
        (_("When and by which order"), ["since", "until", "ground", "is_acting"]),
        (_("Only a part of the work"), ["role", "organisation", "programme"]),
    ]


class CorrectForm(RoomForm):
    until = DateField(_("Until"), required=True, description=_("The last day; the rights end with it"))
    ground = TextField(_("Ground"), required=True, max_length=200, description=_GROUND_HINT)
    expected_version = HiddenField()


class EndForm(RoomForm):
    last_day = DateField(_("Last day"), required=True, description=_("Yesterday's date ends it at once"))
    expected_version = HiddenField()


class SubstitutionView(RoomView):
    """Everybody sees the substitutions that concern himself; the head those of his authority, the administrator all."""

    route_base = "/substitutions"
    class_permission_name = "Substitutions"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        rows = work.session.scalars(
            select(Substitution).order_by(Substitution.since.desc(), Substitution.id.desc()).limit(500)
        ).all()
        substitutions.look_ahead(work, rows)
        groups: dict[str, list[Substitution]] = {"now": [], "coming": [], "over": []}
        for row in rows:
            over = row.ends < work.today or row.ends < row.since
            groups["over" if over else "coming" if row.since > work.today else "now"].append(row)
        return self.render(
            "admin/substitutions.html", groups=groups, scope=_scopes(work), may=substitutions.may_manage(work),
            may_row=lambda row: substitutions.may_manage(work, row), my_id=self.actor.user_id, any=bool(rows),
        )  # fmt: skip

    @page("/add", permission="write", methods=("GET", "POST"))
    def add(self) -> Any:
        work = self.read()
        form: Any = SubstitutionForm()
        _suggest(work, form)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    once(work, form.send_key.data, lambda: substitutions.add(work, _data(work, form)))
                return self.done(url_for("SubstitutionView.index"), _("The substitution is entered"))
            except Invalid as error:
                form.take_errors(error)
        elif request.method == "GET":
            form.since.data = work.today
        return self._form(form, _("New substitution"), _(
            "The substitute sees and does what the absent employee may, only in these days; the journal names both."
        ))  # fmt: skip

    @page("/<int:substitution_id>/edit", permission="write", methods=("GET", "POST"))
    def edit(self, substitution_id: int) -> Any:
        work = self.read()
        row = self._row(work, substitution_id)
        form: Any = CorrectForm(
            data={"until": row.ends, "ground": row.ground, "expected_version": row.version}
        )
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    substitutions.correct(
                        work, self._row(work, substitution_id), until=form.until.data, ground=form.ground.data,
                        expected_version=self.expected_version(),
                    )  # fmt: skip
                return self.done(url_for("SubstitutionView.index"), _("The substitution is corrected"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
                row = self._row(self.read(), substitution_id)
        return self._form(form, _("Correct the substitution"), "", _who(row), history_of(
            work, ("substitutions", [substitution_id])
        ))  # fmt: skip

    @page("/<int:substitution_id>/end", permission="write", methods=("GET", "POST"))
    def end(self, substitution_id: int) -> Any:
        work = self.read()
        row = self._row(work, substitution_id)
        yesterday = work.today - timedelta(days=1)
        last = work.today if row.since <= work.today else row.since - timedelta(days=1)
        form: Any = EndForm(data={"last_day": max(last, yesterday), "expected_version": row.version})
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    substitutions.end(
                        work, self._row(work, substitution_id), form.last_day.data, self.expected_version()
                    )
                return self.done(url_for("SubstitutionView.index"), _("The substitution is ended"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
                row = self._row(self.read(), substitution_id)
        lead = _("What was done until then stays as it was done. The day before the first one cancels it.")
        return self._form(form, _("End the substitution"), lead, _who(row))

    def _row(self, work: Work, substitution_id: int) -> Substitution:
        row = get_visible(work.session, Substitution, substitution_id)
        if not substitutions.may_manage(work, row):
            raise Forbidden
        return row

    def _form(self, form: RoomForm, title: Any, lead: Any, sub: Any = "", history: Any = ()) -> Any:
        return self.render(
            "admin/substitution_form.html", form.status, form=form, title=title, sub=sub, lead=lead,
            back=url_for("SubstitutionView.index"), history=history,
        )  # fmt: skip


def _who(row: Substitution) -> str:
    return f"{row.substitute_name} → {row.absent_name}, {row.since:%d.%m.%Y} – {row.ends:%d.%m.%Y}"


def _scopes(work: Work) -> Any:
    """What a substitution covers, in words."""
    with as_system(work.session):  # titles of programmes and schools, no data of theirs
        offices = {o.id: o.short_name for o in schools.organisations(work.session)}
        titles = {p.id: p.title for p in programmes(work.session)}

    def scope(row: Substitution) -> str:
        parts = [str(ROLE_TITLES[row.role]) if row.role in ROLE_TITLES else str(_("All roles"))]
        if row.organisation_id:
            parts.append(offices.get(row.organisation_id, ""))
        if row.programme_id:
            parts.append(str(_("“%(name)s”", name=titles.get(row.programme_id, ""))))
        return ", ".join(filter(None, parts))

    return scope


def _suggest(work: Work, form: Any) -> None:
    names = account_search.labels(work.session)
    form.absent.suggestions = form.substitute.suggestions = lambda: names
    form.organisation.suggestions = lambda: schools.organisation_names(work.session)
    # the administrator names a programme without seeing its cases
    with as_system(work.session) if work.actor.has("admin") else nullcontext():
        found = programmes(work.session)
    form.programme.offer([(str(p.id), f"{p.code} · {p.title}") for p in found])


def _data(work: Work, form: Any) -> SubstitutionData:
    """What the form says, the typed names found. Raises Invalid at the field."""
    wrong: dict[str, Any] = {}
    found: dict[str, Any] = {"absent": None, "substitute": None, "organisation": None}
    for name in ("absent", "substitute"):
        try:
            found[name] = account_search.find_account(work.session, form[name].data)
        except Invalid as error:
            wrong[name] = error.message
    if form.organisation.data:
        try:
            organisation: Organisation = schools.find_organisation(work.session, form.organisation.data)
            found["organisation"] = organisation.id
        except Invalid as error:
            wrong["organisation"] = error.message
    if wrong:
        raise Invalid(fields=wrong)
    return SubstitutionData(
        absent=found["absent"], substitute=found["substitute"], since=form.since.data, until=form.until.data,
        ground=form.ground.data, role=form.role.data or "", organisation_id=found["organisation"],
        programme_id=int(form.programme.data) if form.programme.data else None, is_acting=bool(form.is_acting.data),
    )  # fmt: skip
