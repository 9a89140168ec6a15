"""Forms of the bank of materials and of publications."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField

from app.core.i18n import _
from app.library.models import Material, Publication
from app.library.service import MaterialData, PublicationData
from app.library.texts import ALIVE, AUDIENCES, KINDS, RISKS, SUBJECTS
from app.ui.forms import (
    AddForm,
    ChoiceField,
    DateField,
    LongTextField,
    ManyField,
    NumberField,
    OneOfField,
    TextField,
)


class MaterialForm(AddForm):
    expected_version = HiddenField()
    title = TextField(_("Title"), required=True, max_length=500)
    authors = TextField(
        _("Authors"), max_length=300, description=_("As the title page has them; leave empty if none")
    )
    kind = ChoiceField(_("Kind"), required=True, choices=KINDS)
    year = NumberField(_("Year"), whole=True, minimum=1900, maximum=2200)
    subject = ChoiceField(_("Subject"), choices=SUBJECTS, blank=_("any subject"))
    url = TextField(_("Address"), max_length=1000, render_kw={"type": "url", "inputmode": "url"},
                    description=_("Begins with https://; leave empty if there is no page"))  # fmt: skip
    annotation = LongTextField(_("What it is about"), max_length=4000)
    audience = ManyField(_("For whom"), choices=AUDIENCES)
    risks = ManyField(_("Which risks it helps with"), choices=RISKS)
    sections = [
        (_("Material"), ["title", "authors", "kind", "year", "subject", "url", "annotation"]),
        (_("For whom and against what"), ["audience", "risks"]),
    ]

    def fill(self, material: Material) -> None:
        for name in ("title", "authors", "kind", "year", "subject", "url", "annotation", "audience", "risks"):
            self[name].data = getattr(material, name)
        self.expected_version.data = material.version

    def taken(self) -> MaterialData:
        return MaterialData(
            title=self.title.data or "", kind=self.kind.data or "", authors=self.authors.data or "",
            year=None if self.year.data is None else int(self.year.data),
            url=self.url.data or "", audience=tuple(self.audience.data or ()),
            risks=tuple(self.risks.data or ()), subject=self.subject.data or "", annotation=self.annotation.data or "",
        )  # fmt: skip


class PublicationForm(AddForm):
    expected_version = HiddenField()
    url = TextField(
        _("Address of the page"), required=True, max_length=None, render_kw={"inputmode": "url"},
        description=_("Copy it from the browser; Cyrillic addresses are fine"),
    )  # fmt: skip
    what = TextField(_("What is published"), required=True, max_length=300)
    published_on = DateField(_("Published on"))
    alive = OneOfField(_("Does the page open?"), choices=ALIVE, default="unknown")
    checked_on = DateField(_("Checked on"), description=_("Empty: today"))

    def fill(self, publication: Publication) -> None:
        for name in ("url", "what", "published_on", "alive", "checked_on"):
            self[name].data = getattr(publication, name)
        self.expected_version.data = publication.version

    def taken(self) -> PublicationData:
        return PublicationData(self.url.data or "", self.what.data or "", self.published_on.data,
                               self.alive.data or "unknown", self.checked_on.data)  # fmt: skip


class CentrePublicationForm(PublicationForm):
    """A page of an organisation that has no case: the centre's own."""

    organisation = ChoiceField(_("Organisation"), required=True, coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = [("", ["organisation", "url", "what", "published_on", "alive", "checked_on"])]  # type: ignore[misc]
