"""Case forms of people, positions and organisations: a table to correct and check; what was corrected is remembered."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.core.errors import Invalid, NotFound
from app.core.i18n import Text, _
from app.core.own_pages import is_own_page
from app.schools import name_forms, queries
from app.schools.forms import NameFormsForm
from app.schools.models import Organisation, Person, Position
from app.schools.name_forms import KINDS, Named
from app.schools.rules import CASES
from app.schools.texts import CASE_SAMPLES, CASE_TITLES, WORD_KINDS
from app.ui.base import RoomView, page

SHOWN = 100


class NameFormsView(RoomView):
    """Whoever keeps the cards of people answers for their case forms."""

    route_base = "/names"
    class_permission_name = "People"

    @page("/")
    def index(self) -> Any:
        """What waits to be checked, and what was corrected once and is remembered."""
        work = self.read()
        left = name_forms.unchecked(work)
        waiting = {kind: name_forms.waiting(work, kind, SHOWN) for kind in KINDS}
        return self.render(
            "schools/names.html", left=left, waiting=waiting, titles=_LISTS, title_of=name_forms.title_of,
            words=name_forms.dictionary(work), word_kinds=WORD_KINDS, cases=CASE_TITLES, writes=self._writes(),
            checkers=_checkers(work),
        )  # fmt: skip

    @page("/<kind>/<int:key>")
    def show(self, kind: str, key: int) -> Any:
        thing = name_forms.find(self.read(), kind, key)
        form = NameFormsForm()
        form.show_forms({**name_forms.proposal(self.read(), thing), **name_forms.stored_forms(thing)})
        form.expected_version.data = str(thing.version)
        return self._page(form, thing, kind)

    @page("/<kind>/<int:key>", permission="write", methods=("POST",))
    def save(self, kind: str, key: int) -> Any:
        thing = name_forms.find(self.read(), kind, key)
        form = NameFormsForm()
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    thing = name_forms.find(work, kind, key)
                    typed, version = form.case_forms, self.expected_version()
                    if request.form.get("act") == "save":
                        name_forms.save(work, thing, typed, version)
                        told: Text | str = _("Saved, not checked yet")
                    else:
                        more = name_forms.check(work, thing, typed, version)
                        told = _("The case forms are marked as checked")
                        if more:
                            told = _("Checked, and with it %(n)s more cards with the same title", n=more)
                return self.done(_back(request.form.get("back", "")) or _card(thing), told)
            except Invalid as error:
                form.take_errors(error)
                thing = name_forms.find(self.read(), kind, key)
        return self._page(form, thing, kind)

    @page("/words/<int:key>/forget", permission="write", methods=("POST",))
    def forget(self, key: int) -> Any:
        with self.write() as work:
            name_forms.forget(work, key)
        return self.done(url_for("NameFormsView.index"), _("The word is taken out of the dictionary"))

    def _writes(self) -> bool:
        return bool(self.appbuilder.sm.has_access("can_write", self.class_permission_name))

    def _page(self, form: NameFormsForm, thing: Named, kind: str) -> Any:
        work = self.read()
        return self.render(
            "schools/name_forms.html", form.status, form=form, item=thing, kind=kind, cases=CASES,
            titles=CASE_TITLES, samples=CASE_SAMPLES[kind], name=name_forms.title_of(thing), card=_card(thing),
            proposal=name_forms.proposal(work, thing), writes=self._writes(),
            back=_back(request.values.get("back", "")),
            checker=queries.account_name(work.session, thing.forms_checked_by),
        )  # fmt: skip


_LISTS: dict[str, Text] = {
    "person": _("People"),
    "position": _("Positions"),
    "organisation": _("Organisations"),
}


def _card(thing: Named) -> str:
    match thing:
        case Person():
            return url_for("PersonView.show", pk=thing.id)
        case Position():
            return url_for("PersonView.show", pk=thing.person_id)
        case Organisation():
            return url_for("OrganisationView.show", pk=thing.id)
    raise NotFound


def _back(address: str) -> str:
    """Where the person came from: an address of this site, else nothing."""
    return address if is_own_page(address) else ""


def _checkers(work: Any) -> Any:
    known: dict[int | None, str] = {}

    def name(user_id: int | None) -> str:
        if user_id not in known:
            known[user_id] = queries.account_name(work.session, user_id)
        return known[user_id]

    return name


VIEWS = [NameFormsView]
