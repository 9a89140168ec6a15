"""Pages of the templates: kinds and their editions, upload with the doctor's report, pictures, publishing."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import select

from app.access.scopes import get_visible
from app.audit import service as audit
from app.core.errors import Invalid, NotFound, Refusal
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.documents import pdf, template_versions
from app.documents.doctor.run import digest_of, examine_template, fields_of
from app.documents.docx.carried import unpack
from app.documents.docx.filters import FILTERS
from app.documents.docx.gate import HostileFile
from app.documents.docx_frame import docx_frame
from app.documents.printing import MEDIA_TYPE
from app.documents.template_forms import PublishForm, RetireForm, UploadForm
from app.documents.template_models import TemplatePictures, TemplateVersion
from app.documents.template_pictures import SIDES
from app.documents.template_texts import STATES, TONES
from app.documents.template_versions import PublishInput, UploadInput, days_of, in_effect, keeper_of
from app.documents.templates import Template, manifest
from app.files.views import attachment
from app.ui.base import RoomView, page

FORM = ("GET", "POST")
SEVERITIES = ("error", "warning", "info")


class TemplateView(RoomView):
    """The templates of an authority."""

    route_base = "/templates"
    class_permission_name = "Templates"

    @page("/")
    def index(self) -> Any:
        work = self.read()
        organisation_id = keeper_of(work)
        own = template_versions.versions(work)
        kinds = []
        for code in manifest().codes:
            editions = [row for row in own if row.code == code]
            now = in_effect(work, code, organisation_id, work.today)
            kinds.append({
                "code": code, "title": now.title if now else code, "now": now,
                "is_own": _is_own(now, editions),
                "drafts": sum(row.is_draft for row in editions),
                "next": min((row.effective_from for row in editions if row.is_published and row.effective_from
                             and row.effective_from > work.today), default=None),
                "editions": len(editions) + sum(one.code == code for one in manifest().editions),
            })  # fmt: skip
        return self.render("documents/template_index.html", kinds=kinds)

    @page("/<code>")
    def kind(self, code: str) -> Any:
        work, _newest = self._kind(code)
        return self._show_kind(work, code, UploadForm())

    @page("/<code>/upload", methods=("POST",), permission="write")
    def upload(self, code: str) -> Any:
        work, _newest = self._kind(code)
        form = UploadForm()
        if form.validate_on_submit():
            chosen = form.file.data
            assert chosen is not None  # noqa: S101 -- a required field
            data = chosen.read()
            try:
                report = examine_template(data, code, template_versions.samples_here(work, code))
                entry = UploadInput(code, data, chosen.filename or "", form.note.data or "")
                with self.write() as work:
                    version_id = template_versions.upload(work, entry, report).id
            except HostileFile as refused:
                form.file.errors = [*form.file.errors, refused.message]
            except (Invalid, Refusal) as error:
                form.take_errors(error)
            else:
                told = (
                    _("Checked: the edition can be published")
                    if report["ok"]
                    else _("Checked: there is something to mend")
                )
                return self.done(self._url(version_id), told, "ok" if report["ok"] else "warning")
        return self._show_kind(self.read(), code, form)

    @page("/<code>/restore/<template_hash>", methods=("POST",), permission="write")
    def restore(self, code: str, template_hash: str) -> Any:
        """An older edition as a new draft: examined like any other, then published for its own days."""
        work, _newest = self._kind(code)
        data, name = template_versions.file_of_edition(work, code, template_hash)
        report = examine_template(data, code, template_versions.samples_here(work, code))
        note = str(_("Restored from the edition “%(name)s”", name=name))
        with self.write() as work:
            version_id = template_versions.upload(work, UploadInput(code, data, name, note), report).id
        return self.done(
            self._url(version_id), _("The older edition is a draft now: publish it for its days")
        )

    @page("/<code>/file/<template_hash>")
    def file(self, code: str, template_hash: str) -> Any:
        work, _newest = self._kind(code)
        data, name = template_versions.file_of_edition(work, code, template_hash)
        answer = attachment(data, name, MEDIA_TYPE)
        with self.write() as work:
            audit.record(work, "template:download", ("template_versions", None),
                         data={"code": code, "file": template_hash})  # fmt: skip
        return answer

    @page("/versions/<int:version_id>")
    def show(self, version_id: int) -> Any:
        work = self.read()
        version = get_visible(work.session, TemplateVersion, version_id)
        form = PublishForm(data={"effective_from": work.today, "end_earlier": True})
        form.expected_version.data = str(version.version)
        return self._show(work, version, form)

    @page("/versions/<int:version_id>/publish", methods=("POST",), permission="write")
    def publish(self, version_id: int) -> Any:
        form = PublishForm()
        if form.validate_on_submit():
            assert form.effective_from.data  # noqa: S101 -- a required field
            entry = PublishInput(
                form.effective_from.data,
                form.effective_until.data,
                bool(form.end_earlier.data),
                form.sure_of(),
            )
            try:
                with self.write() as work:
                    version = template_versions.publish(work, version_id, entry, self.expected_version())
                    days = days_of(version)
                return self.done(self._url(version_id), _("Published: applies %(days)s", days=days))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        work = self.read()
        return self._show(work, get_visible(work.session, TemplateVersion, version_id), form)

    @page("/versions/<int:version_id>/check", methods=("POST",), permission="write")
    def check(self, version_id: int) -> Any:
        """The file examined once more: after a new release the fields may be others."""
        work = self.read()
        version = get_visible(work.session, TemplateVersion, version_id)
        data = work.ports.storage.get(version.template_hash)
        report = examine_template(data, version.code, template_versions.samples_here(work, version.code))
        with self.write() as work:
            template_versions.examined_again(work, version_id, report, self.expected_version())
        return self.done(self._url(version_id), _("The file was checked once more"))

    @page("/versions/<int:version_id>/retire", methods=FORM, permission="write")
    def retire(self, version_id: int) -> Any:
        work = self.read()
        version = get_visible(work.session, TemplateVersion, version_id)
        form = RetireForm()
        form.expected_version.data = form.expected_version.data or str(version.version)
        if form.validate_on_submit():
            try:
                with self.write() as work:
                    template_versions.retire(
                        work, version_id, form.reason.data or "", self.expected_version()
                    )
                return self.done(self._url(version_id), _("The edition is withdrawn"))
            except (Invalid, Refusal) as error:
                form.take_errors(error)
        return self.render("documents/template_retire.html", form.status, version=version, form=form,
                           back=self._url(version_id))  # fmt: skip

    @page("/versions/<int:version_id>/discard", methods=("POST",), permission="write")
    def discard(self, version_id: int) -> Any:
        with self.write() as work:
            code = template_versions.discard(work, version_id, self.expected_version())
        return self.done(url_for("TemplateView.kind", code=code), _("The draft edition was thrown away"))

    @page("/versions/<int:version_id>/pictures", methods=("POST",), permission="write")
    def pictures(self, version_id: int) -> Any:
        with self.write() as work:
            version = get_visible(work.session, TemplateVersion, version_id)
            template_versions.ask_for_pictures(work, version)
        return self.done(self._url(version_id))

    @page("/versions/<int:version_id>/<side>/page/<int:number>")
    def picture(self, version_id: int, side: str, number: int) -> Any:
        work, shown = self._shown(version_id, side)
        pages = shown.get("pages") or []
        if not 1 <= number <= len(pages):
            raise NotFound
        return self._derived(work, pages[number - 1], f"{side}-{number}.png", "image/png", inline=True)

    @page("/versions/<int:version_id>/<side>/pdf")
    def paper_pdf(self, version_id: int, side: str) -> Any:
        work, shown = self._shown(version_id, side)
        return self._derived(work, shown.get("pdf") or "", f"{side}.pdf", pdf.MEDIA_TYPE, inline=True)

    @page("/versions/<int:version_id>/<side>/docx")
    def paper(self, version_id: int, side: str) -> Any:
        work, shown = self._shown(version_id, side)
        return self._derived(work, shown.get("docx") or "", f"{side}.docx", MEDIA_TYPE)

    @page("/versions/<int:version_id>/<side>/preview")
    def preview(self, version_id: int, side: str) -> Any:
        self._shown(version_id, side)
        source = url_for("TemplateView.paper", version_id=version_id, side=side)
        return docx_frame(_("Preview of the document"), source)

    def _kind(self, code: str) -> tuple[Work, Template]:
        newest = manifest().shipped(code, self.read().today)
        if newest is None:
            raise NotFound
        return self.read(), newest

    def _show_kind(self, work: Work, code: str, form: UploadForm) -> Any:
        organisation_id = keeper_of(work)
        now = in_effect(work, code, organisation_id, work.today)
        fields = fields_of(code)
        return self.render(
            "documents/template_kind.html", form.status, code=code, form=form, now=now, states=STATES, tones=TONES,
            own=template_versions.versions(work, code), days_of=days_of, fields=fields, filters=sorted(FILTERS),
            shipped=sorted((one for one in manifest().editions if one.code == code),
                           key=lambda one: one.effective_from, reverse=True),
            kind=manifest().shipped(code, work.today), may_write=_may_write(work),
        )  # fmt: skip

    def _show(self, work: Work, version: TemplateVersion, form: PublishForm) -> Any:
        form.ask_if_sure()
        pictures = work.session.scalars(
            select(TemplatePictures).where(TemplatePictures.version_id == version.id)
        ).one_or_none()
        report = dict(version.report)
        for one in (*report.get("findings", ()), *report.get("loops", ()), *report.get("trials", ())):
            for key in ("text", "todo", "place", "label"):
                if key in one:
                    one[key] = unpack(one[key])
        newest = manifest().shipped(version.code, work.today)
        known = {f.name for f in newest.fields} if newest else set()
        return self.render(
            "documents/template_show.html", form.status, version=version, form=form, report=report, states=STATES,
            tones=TONES, days_of=days_of, kind=newest, pictures=pictures, sides=SIDES, troubles=pdf.TROUBLES,
            is_waiting=pictures is not None and pictures.rendered_at is None,
            unused=[f for f in (newest.fields if newest else ()) if f.name not in report.get("used", {})],
            known=known, is_old=report.get("dictionary") != digest_of(version.code), may_write=_may_write(work),
            trials=_by_kind(report.get("trials", ())),
            counts={s: sum(f["severity"] == s for f in report.get("findings", ())) for s in SEVERITIES},
        )  # fmt: skip

    def _shown(self, version_id: int, side: str) -> tuple[Work, dict[str, Any]]:
        work = self.read()
        get_visible(work.session, TemplateVersion, version_id)
        row = work.session.scalars(
            select(TemplatePictures).where(TemplatePictures.version_id == version_id)
        ).one_or_none()
        shown = row.shown.get(side) if row is not None and side in SIDES else None
        if not isinstance(shown, dict):
            raise NotFound
        return work, shown

    def _derived(self, work: Work, sha256: str, name: str, media_type: str, *, inline: bool = False) -> Any:
        """A picture or test paper of the storage; after a restore it may have to be made again."""
        if not sha256 or not work.ports.storage.exists(sha256):
            raise NotFound
        answer = attachment(work.ports.storage.get(sha256), name, media_type, inline=inline)
        answer.headers["Cache-Control"] = "private, max-age=3600"
        return answer

    def _url(self, version_id: int) -> str:
        return url_for("TemplateView.show", version_id=version_id)


def _is_own(now: Template | None, editions: list[TemplateVersion]) -> bool:
    """Whether the edition in effect is one the authority published itself."""
    return now is not None and any(row.is_published and row.template_hash == now.hash for row in editions)


def _by_kind(trials: Any) -> list[dict[str, Any]]:
    """Test papers of one kind in one line: how many, how many were printed, of what."""
    found: dict[str, dict[str, Any]] = {}
    for one in trials:
        row = found.setdefault(one["kind"], {"label": one["label"], "ok": 0, "all": 0, "names": ""})
        row["all"] += 1
        row["ok"] += bool(one["ok"])
        name = str(one["name"])
        if name not in row["names"]:
            row["names"] += ("; " if row["names"] else "") + name
    return list(found.values())


def _may_write(work: Work) -> bool:
    return work.actor.has("clerk")


VIEWS: list[type[RoomView]] = [TemplateView]
