"""Forms of the pages of templates."""

from __future__ import annotations

from datetime import date

from wtforms import HiddenField

from app.core.i18n import _
from app.documents.docx.gate import MAX_DOCX
from app.ui.forms import DateField, LongTextField, RoomForm, ScanField, YesField


class UploadForm(RoomForm):
    """A new edition of a template."""

    file = ScanField(
        _("The file made in Word"), required=True, types=("docx",), megabytes=MAX_DOCX // 1_000_000
    )
    note = LongTextField(
        _("What is new in it"), max_length=1000, description=_("Stays in the history of the template.")
    )


class PublishForm(RoomForm):
    """From which day papers are printed with the edition."""

    effective_from = DateField(
        _("Applies from"), required=True, description=_("Papers dated from this day on are printed with it.")
    )
    effective_until = DateField(_("Until"), description=_("Its last day, if that is known."))
    end_earlier = YesField(_("The edition that applies now ends the day before"))
    is_sure = YesField(_("I have checked the year: the edition applies from this day"))
    warned_of = HiddenField()
    expected_version = HiddenField()

    def sure_of(self) -> date | None:
        """The very day the clerk was warned of and confirmed; another day is warned of anew."""
        day: date | None = self.effective_from.data
        if day is None or not self.is_sure.data or self.warned_of.data != day.isoformat():
            return None
        return day

    def ask_if_sure(self) -> None:
        """Show the box only when there is something to confirm, for the day it is about."""
        if self.is_sure.errors and self.effective_from.data is not None:
            self.warned_of.data = self.effective_from.data.isoformat()
            self.is_sure.data = False
        elif not self.sure_of():
            del self.is_sure


class RetireForm(RoomForm):
    """Why an edition is withdrawn."""

    reason = LongTextField(_("Reason"), required=True, max_length=1000)
    expected_version = HiddenField()
