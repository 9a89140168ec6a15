"""The page «Create several»: a kind, the cases, a result per row, one ZIP."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from wtforms import HiddenField

from app.access.scopes import get_visible
from app.cases.models import Programme
from app.cases.queries import programmes
from app.cases.roles import may_in_programme
from app.core.errors import Forbidden, Invalid, NotFound
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents import batch, batch_job, batch_page, draft_page, papers_zip
from app.documents.templates import Template
from app.files.views import attachment
from app.ui.base import MAX_ID, RoomView, int_arg, page
from app.ui.forms import ManyField, RoomForm

FORM = ("GET", "POST")
ZIP = "application/zip"


class SeveralForm(RoomForm):
    template = HiddenField()
    programme = HiddenField()
    cases = ManyField(_("Cases"), required=True, coerce=int)


class BatchView(RoomView):
    route_base = "/documents/several"
    class_permission_name = "Documents"

    @page("/", methods=FORM, permission="write")
    def index(self) -> Any:
        work = self.read()
        open_to = [one for one in programmes(work.session) if may_in_programme(work, "documents.draft", one)]
        if not open_to:
            raise Forbidden
        programme = self._programme(work, open_to)
        kinds = batch.kinds(work)
        kind = self._kind(kinds)
        found = batch.cases_for(work, kind, programme) if kind else []
        form = SeveralForm(data={"cases": [case.id for case in found]})
        form.cases.offer([(case.id, case.school.short_name) for case in found])
        rows: list[batch.Row] | None = None
        if kind and form.validate_on_submit():
            names = {case.id: case.school.short_name for case in found}
            chosen = [(key, names[key]) for key in form.cases.data or ()]
            try:
                if len(chosen) >= batch_job.FROM and not batch.is_one_for_all(kind):
                    return self._many(kind, programme.id, chosen)
                rows = batch.make(self.write, kind, programme.id, chosen)
            except Invalid as error:
                form.take_errors(error)
        here = url_for("BatchView.index", template=kind.code if kind else None, programme=programme.id)
        if rows is not None:
            made = [row.document_id for row in rows if row.document_id is not None]
            here = url_for("BatchView.made", d=made) if made else here
        return self._page(work, here, form=form, kinds=kinds, kind=kind, programme=programme, programmes=open_to,
                          found=found, rows=rows, latest=batch_page.latest(work, programme.id))  # fmt: skip

    @page("/made", permission="write")
    def made(self) -> Any:
        """The rows of papers made before, as they stand now."""
        work = self.read()
        return self._page(work, request.full_path, rows=batch.rows_of(work, self._papers()), form=None)

    @page("/papers.zip", permission="write")
    def papers(self) -> Any:
        keys = self._papers()
        with self.write() as work:
            content = papers_zip.archive(work, keys)
            name = f"{_('Documents')} {work.today:%d.%m.%Y}.zip"
        return attachment(content, name, ZIP)

    @page("/<int:batch_id>", permission="write")
    def show(self, batch_id: int) -> Any:
        """How far a large batch is, its papers, those that need somebody first."""
        work = self.read()
        state = batch_page.state_of(work, batch_page.get_batch(work, batch_id), int_arg("p") or 1)
        here = url_for("BatchView.show", batch_id=batch_id)
        checks = dict.fromkeys(one for line in state.lines for one in line.unchecked)
        return self.render(
            "documents/batch.html", state=state, states=batch_page.STATES, stay=request.args.get("stay") == "1",
            checks=[(one, draft_page.check_url(one, here)) for one in checks],
        )  # fmt: skip

    @page("/<int:batch_id>/papers.zip", permission="write")
    def batch_papers(self, batch_id: int) -> Any:
        """The printed papers of a large batch; one at a time is in memory while they are sent."""
        with self.write() as work:
            files = batch_page.files(work, batch_page.get_batch(work, batch_id))
            name = f"{_('Documents')} {work.today:%d.%m.%Y}.zip"
        answer = attachment(b"", name, ZIP)
        del answer.headers["Content-Length"]
        answer.response = papers_zip.stream(files)
        return answer

    def _many(self, kind: Template, programme_id: int, chosen: list[tuple[int, str]]) -> Any:
        with self.write() as work:
            programme = get_visible(work.session, Programme, programme_id)
            key = batch_job.begin(work, kind, programme, chosen).id
        return redirect(url_for("BatchView.show", batch_id=key))

    def _page(self, work: Work, here: str, *, form: SeveralForm | None, **context: Any) -> Any:
        rows: list[batch.Row] = context.get("rows") or []
        checks = list(dict.fromkeys(one for row in rows for one in row.unverified))
        return self.render(
            "documents/several.html", form.status if form else 200, form=form, told=batch.told,
            checks=[(one, draft_page.check_url(one, here)) for one in checks], is_one_for_all=batch.is_one_for_all,
            complete=[row.document_id for row in rows if row.is_complete], **context,
        )  # fmt: skip

    def _programme(self, work: Work, open_to: list[Programme]) -> Programme:
        typed = request.form.get("programme", "")
        key = (
            int(typed)
            if typed.isascii() and typed.isdigit() and int(typed) <= MAX_ID
            else int_arg("programme")
        )
        if key is None:
            return open_to[0]
        found = get_visible(work.session, Programme, key)
        if found not in open_to:
            raise Forbidden
        return found

    def _kind(self, kinds: list[Template]) -> Template | None:
        code = request.form.get("template") or request.args.get("template", "")
        kind = next((one for one in kinds if one.code == code), None)
        if code and kind is None:
            raise NotFound
        return kind

    def _papers(self) -> list[int]:
        keys = [key for key in request.args.getlist("d") if key.isascii() and key.isdigit()]
        found = [int(key) for key in keys if len(key) < 11 and int(key) <= MAX_ID]
        if not found or len(found) > batch.MAX_AT_ONCE:
            raise NotFound
        return list(dict.fromkeys(found))


VIEWS = [BatchView]
