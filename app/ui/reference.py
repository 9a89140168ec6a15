"""A reference book whose rows are written by services: one unit of work, errors at the field, nothing lost."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from flask import url_for
from sqlalchemy.exc import IntegrityError

from app.access.sent_forms import once
from app.core.errors import Invalid, Refusal
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.ui.base import page
from app.ui.crud import ReferenceView
from app.ui.forms import AddForm, RoomForm


class ServiceReferenceView(ReferenceView, ABC):
    """List and search are FAB's; adding, correcting and deleting go through the room's services.

    A subclass names `form_class` and says how to `fill`, `create`, `correct` and `remove`; one whose rows stay
    for good sets `delete = None` instead of the last.
    `form_class` carries a hidden `expected_version` where rows are versioned.
    """

    form_class: ClassVar[type[RoomForm]]
    add_form_class: ClassVar[type[RoomForm] | None] = None  # where adding asks for more than correcting
    form_page = "ui/reference_form.html"
    add_title: Text | str = _("Add")
    edit_title: Text | str = _("Edit")
    added: Text | str = _("Saved")
    saved: Text | str = _("Saved")
    removed: Text | str = _("Deleted")
    in_use: Text | str = _("This record is used elsewhere, so it cannot be deleted.")
    taken: Text | str = _("Such a record exists already.")

    def prepare(self, work: Work, form: Any, item: Any) -> None:
        """Offer the choices of the form; `item` is None on adding."""

    @abstractmethod
    def fill(self, form: Any, item: Any) -> None:
        """Show the row in the form."""

    @abstractmethod
    def create(self, work: Work, form: Any) -> Any:
        """Add what the form says; the answer is the new row."""

    @abstractmethod
    def correct(self, work: Work, item: Any, form: Any) -> None:
        """Make the row say what the form says."""

    def remove(self, work: Work, item: Any) -> None:
        """Delete the row. Raises Refusal when it must stay.

        Not abstract: most books delete nothing, and one that offers it without saying how is a fault of ours.
        """
        raise NotImplementedError(f"{type(self).__name__} offers to delete and does not say how")

    def after(self, item: Any) -> str:
        """Where to go when a row is saved."""
        return url_for(f"{self.endpoint}.show", pk=item.id)

    @page("/add", permission="write", methods=("GET", "POST"))
    def add(self) -> Any:
        form = (self.add_form_class or self.form_class)()
        self.prepare(self.read(), form, None)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    mark = form.send_key.data if isinstance(form, AddForm) else None
                    key = once(work, mark, lambda: self.create(work, form))
                    url = self.after(self.item(str(key)))
                return self.done(url, self.added)
            except IntegrityError:
                form.take_errors(Invalid(self.taken))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self._form(form, self.add_title, url_for(f"{self.endpoint}.list"))

    @page("/edit/<pk>", permission="write", methods=("GET", "POST"))
    def edit(self, pk: str) -> Any:
        item = self.item(pk)
        form = self.form_class()
        self.prepare(self.read(), form, item)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    item = self.item(pk)
                    self.correct(work, item, form)
                    work.session.flush()
                    url = self.after(item)
                return self.done(url, self.saved)
            except IntegrityError:
                form.take_errors(Invalid(self.taken))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
            item = self.item(pk)
        elif not form.is_submitted():
            self.fill(form, item)
        return self._form(form, self.edit_title, self.after(item), item)

    @page("/delete/<pk>", permission="write", methods=("POST",))
    def delete(self, pk: str) -> Any:
        back = self.after(self.item(pk))
        try:
            with self.write() as work:
                self.remove(work, self.item(pk))
                work.session.flush()
        except IntegrityError:
            return self.done(back, self.in_use, "warning")
        except Refusal as error:
            return self.done(back, " ".join(str(reason) for reason in error.reasons), "warning")
        return self.done(self.after_removal(back), self.removed)

    def after_removal(self, back: str) -> str:
        return url_for(f"{self.endpoint}.list")

    def _form(self, form: RoomForm, title: Text | str, back: str, item: Any = None) -> Any:
        return self.render(
            self.form_page, form.status, form=form, title=title, back=back, item=item, view=self
        )
