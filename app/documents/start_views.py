"""«Создать документ»: every kind of paper with a sentence about it, then what it is about."""

from __future__ import annotations

from typing import Any

from flask import url_for
from wtforms import HiddenField

from app.access.sent_forms import once
from app.cases.models import Programme
from app.cases.queries import programmes
from app.cases.roles import may_in_programme
from app.core.errors import Forbidden, Invalid, NotFound, Refusal
from app.core.i18n import Text, _
from app.core.unit_of_work import Work
from app.documents import starting
from app.documents.models import Document
from app.documents.printing import MEDIA_TYPE
from app.documents.rules import DocumentKind
from app.documents.sheet import print_sheet
from app.documents.starting import Beginning
from app.documents.subjects import number_and_day
from app.documents.templates import Template
from app.files.views import attachment
from app.ui.base import RoomView, int_arg, page
from app.ui.forms import AddForm, ChoiceField, ManyField

FORM = ("GET", "POST")
GROUPS: tuple[tuple[DocumentKind, Text], ...] = (
    (DocumentKind.order, _("Orders")),
    (DocumentKind.agreement, _("Agreements")),
    (DocumentKind.protocol, _("Minutes of meetings")),
    (DocumentKind.act, _("Acts")),
)


class StartForm(AddForm):
    """What the paper is about."""

    cases = ManyField(_("Schools"), coerce=int)
    target = ChoiceField(_("Which document"), coerce=int)
    programme = HiddenField()


class StartView(RoomView):
    route_base = "/documents/new"
    class_permission_name = "Documents"

    @page("/", permission="write")
    def index(self) -> Any:
        work = self.read()
        offered = _programmes(work)
        found = starting.kinds(work)
        groups = [
            (title, [kind for kind in found if kind.kind == group and kind.is_begun])
            for group, title in GROUPS
        ]
        return self.render(
            "documents/start.html", groups=groups, elsewhere=[kind for kind in found if not kind.is_begun],
            programmes=offered, programme=_chosen(offered),
        )  # fmt: skip

    @page("/<code>", methods=FORM, permission="write")
    def begin(self, code: str) -> Any:
        work = self.read()
        kind = starting.kind_named(work, code)
        if kind is None:
            raise NotFound
        programme = _chosen(_programmes(work))
        form = self._form(work, kind, programme)
        if form.validate_on_submit():
            beginning = Beginning(
                code, programme.id, tuple(form.cases.data or ()) if "cases" in form else (),
                form.target.data if "target" in form else None,
            )  # fmt: skip
            try:
                with self.write() as work:
                    document_id = once(work, form.send_key.data, lambda: starting.begin(work, beginning))
                url = url_for("DocumentView.edit", document_id=document_id)
                return self.done(url, _("The draft is ready to be filled in"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self.render(
            "documents/start_form.html", form.status, form=form, kind=kind, programme=programme,
            back=url_for("StartView.index", programme=programme.id), nothing=_nothing(kind, form),
        )  # fmt: skip

    def _form(self, work: Work, kind: Template, programme: Programme) -> StartForm:
        cases = (
            starting.cases_for(work, kind, programme)
            if kind.scope in starting.OF_CASES and not kind.link
            else []
        )
        given = int_arg("case")
        first = starting.chosen_first(work, kind, cases) if given is None else [given]
        form = StartForm(data={"cases": first, "programme": str(programme.id), "target": int_arg("target")})
        if cases:
            form.cases.offer([(case.id, _pair(case)) for case in cases])
        else:
            del form.cases
        targets = starting.targets_for(work, kind, programme) if kind.link else []
        if targets:
            form.target.offer([(paper.id, _titled(paper)) for paper in targets])
        else:
            del form.target
        return form


class SheetView(RoomView):
    """The sheet of acknowledgement of an order."""

    route_base = "/documents"
    class_permission_name = "Documents"

    @page("/<int:document_id>/acknowledgement", methods=("POST",), permission="write")
    def sheet(self, document_id: int) -> Any:
        with self.write() as work:
            data, name = print_sheet(work, document_id)
        return attachment(data, name, MEDIA_TYPE)


def _programmes(work: Work) -> list[Programme]:
    """Those in which the actor draws papers up."""
    found = [one for one in programmes(work.session) if may_in_programme(work, "documents.draft", one)]
    if not found:
        raise Forbidden
    return found


def _chosen(offered: list[Programme]) -> Programme:
    wanted = int_arg("programme")
    return next((one for one in offered if one.id == wanted), offered[0])


def _pair(case: Any) -> str:
    if case.curator is None:
        return str(case.school.short_name)
    return str(
        _("%(school)s (curator: %(curator)s)", school=case.school.short_name, curator=case.curator.short_name)
    )


def _titled(paper: Document) -> str:
    return f"{number_and_day(paper)}. {paper.title}"


def _nothing(kind: Template, form: StartForm) -> Text | None:
    """Why the paper cannot be begun now."""
    if kind.link and "target" not in form:
        return _("No document in force that such a paper could change.")
    if kind.scope in starting.OF_CASES and not kind.link and "cases" not in form:
        if kind.code == "order_finish":
            return _(
                "No school has moved to the effective mode yet: the group decides it at the results review."
            )
        if kind.code == "order_curators":
            return _("No running case has a curator school yet.")
        return _("No running case.")
    return None


VIEWS: list[type[RoomView]] = [StartView, SheetView]
