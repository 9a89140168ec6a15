"""Pages where a package of evidence is ordered and taken."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.access.scopes import get_visible
from app.cases.models import Programme
from app.cases.queries import get_case
from app.core.i18n import _
from app.evidence import service
from app.evidence.texts import SECTIONS, STATES
from app.ui.base import RoomView, page


class CaseEvidenceView(RoomView):
    """The package of one case."""

    route_base = "/cases"
    class_permission_name = "Evidence"

    @page("/<int:case_id>/evidence")
    def show(self, case_id: int) -> Any:
        work = self.read()
        case = get_case(work.session, case_id)
        packages = service.packages_of(work, case.programme_id, case.id)
        return self.render(
            "evidence/case.html", case=case, tab="evidence", packages=packages, states=STATES,
            titles=SECTIONS.values(), order_url=url_for("CaseEvidenceView.order", case_id=case.id),
            waiting=any(p.state == "preparing" for p in packages),
        )  # fmt: skip

    @page("/<int:case_id>/evidence/order", methods=("POST",), permission="write")
    def order(self, case_id: int) -> Any:
        with self.write() as work:
            case = get_case(work.session, case_id)
            service.order(work, case.programme_id, case.id)
        return self.done(
            url_for("CaseEvidenceView.show", case_id=case_id), _("The package is being prepared")
        )


class ProgrammeEvidenceView(RoomView):
    """The package of a whole programme: every case the person sees."""

    route_base = "/evidence"
    class_permission_name = "Evidence"

    @page("/programmes/<int:programme_id>")
    def show(self, programme_id: int) -> Any:
        work = self.read()
        programme = get_visible(work.session, Programme, programme_id)
        packages = service.packages_of(work, programme.id, None)
        return self.render(
            "evidence/programme.html", programme=programme, packages=packages, states=STATES,
            titles=SECTIONS.values(), waiting=any(p.state == "preparing" for p in packages),
            order_url=url_for("ProgrammeEvidenceView.order", programme_id=programme.id),
        )  # fmt: skip

    @page("/programmes/<int:programme_id>/order", methods=("POST",), permission="write")
    def order(self, programme_id: int) -> Any:
        with self.write() as work:
            service.order(work, programme_id)
        return self.done(
            url_for("ProgrammeEvidenceView.show", programme_id=programme_id),
            _("The package is being prepared"),
        )


VIEWS: list[type[RoomView]] = [CaseEvidenceView, ProgrammeEvidenceView]
