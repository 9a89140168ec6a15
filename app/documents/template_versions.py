"""Editions of templates: uploaded and examined, published for a time, withdrawn, restored. Services never commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.scopes import as_system, get_visible
from app.audit import service as audit
from app.core.errors import Forbidden, Invalid, NotFound, OporaError, Reason, Refusal, Stale
from app.core.i18n import Text, _
from app.core.ports import Storage
from app.core.unit_of_work import Work
from app.documents.doctor.run import Sample, digest_of
from app.documents.template_models import TemplatePictures, TemplateVersion, VersionState
from app.documents.templates import Published, Template, manifest, registry
from app.files.gate import clean_name
from app.jobs import outbox
from app.schools.models import Organisation

PICTURES = "documents.template_pictures"
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)
FAR_OFF = timedelta(days=366)  # a first day further away is more often a slip than meant


@dataclass(frozen=True)
class UploadInput:
    """A DOCX the clerk chose, and what is new in it."""

    code: str
    data: bytes
    file_name: str
    note: str = ""


@dataclass(frozen=True)
class PublishInput:
    """From which day papers are printed with the edition, and until which, if that is known."""

    effective_from: date
    effective_until: date | None = None
    end_earlier: bool = False  # editions in its way end the day before
    sure_of: date | None = None  # the far-off first day the clerk was warned of and confirmed


def published(session: Session, storage: Storage) -> list[Published]:
    """All editions the authorities put into effect or withdrew, the newest first; whoever asks."""
    with as_system(session):  # which file prints a paper does not depend on who prints it
        rows = session.scalars(
            select(TemplateVersion)
            .where(TemplateVersion.state != VersionState.draft.value)
            .order_by(TemplateVersion.id.desc())
        ).all()
    return [
        Published(
            row.code, row.template_hash, row.file_name, row.organisation_id, row.effective_from or _FIRST,
            row.effective_until, row.state == VersionState.retired, partial(storage.get, row.template_hash),
        )
        for row in rows
    ]  # fmt: skip


def keeper_of(work: Work, *roles: str) -> int:
    """The organisation whose templates the actor keeps. Raises Forbidden when there is none."""
    found = sorted(work.actor.organisation_ids(*(roles or ("clerk", "head"))))
    if not found:
        raise Forbidden
    return found[0]


def versions(work: Work, code: str = "") -> Sequence[TemplateVersion]:
    """The editions the actor may see, those that apply latest first, drafts on top."""
    query = select(TemplateVersion)
    if code:
        query = query.where(TemplateVersion.code == code)
    rows = work.session.scalars(query).all()
    return sorted(rows, key=lambda row: (row.is_draft, row.effective_from or _LAST, row.id), reverse=True)


def upload(work: Work, data: UploadInput, report: Mapping[str, Any]) -> TemplateVersion:
    """Keep an examined file as a draft edition; a report with errors is kept too, for the clerk to read.

    `report` is what `template_doctor_run.examine_template` said of the same bytes. Raises Forbidden, NotFound for an
    unknown kind, Invalid when the very same file is a draft already.
    """
    organisation_id = keeper_of(work, "clerk")
    if data.code not in manifest().codes:
        raise NotFound
    template_hash = work.ports.storage.put(data.data)
    same = select(TemplateVersion).where(
        TemplateVersion.organisation_id == organisation_id, TemplateVersion.code == data.code,
        TemplateVersion.template_hash == template_hash, TemplateVersion.state == VersionState.draft.value,
    )  # fmt: skip
    version = work.session.scalars(same).one_or_none()
    if version is not None:
        raise Invalid(fields={"file": _("The same file is among the drafts already; nothing was added.")})
    version = TemplateVersion(
        organisation_id=organisation_id, code=data.code, template_hash=template_hash,
        file_name=clean_name(data.file_name, ".docx")[:200], size=len(data.data), state=VersionState.draft.value,
        note=data.note.strip(), report=dict(report), uploaded_at=work.now, uploaded_by=work.actor.user_id,
    )  # fmt: skip
    work.session.add(version)
    work.session.flush()
    _note(work, version, "template:upload", values={"file": version.file_name, "note": version.note})
    ask_for_pictures(work, version)
    return version


def examined_again(
    work: Work, version_id: int, report: Mapping[str, Any], expected_version: int | None = None
) -> TemplateVersion:
    """Keep what a new examination of a draft says. Raises NotFound, Forbidden, Stale, Refusal."""
    version = _draft(work, version_id, expected_version)
    version.report = dict(report)
    _note(work, version, "template:check")
    ask_for_pictures(work, version)
    return version


def ask_for_pictures(work: Work, version: TemplateVersion) -> None:
    """Have the pictures «before» and «after» made, if the edition can be printed at all."""
    if not version.report.get("ok"):
        return
    pictures = work.session.scalars(
        select(TemplatePictures).where(TemplatePictures.version_id == version.id)
    ).one_or_none()
    if pictures is None:
        pictures = TemplatePictures(version_id=version.id, shown={}, asked_at=work.now)
        work.session.add(pictures)
    pictures.asked_at, pictures.rendered_at, pictures.shown = work.now, None, {}
    work.session.flush()
    before = in_effect(work, version.code, version.organisation_id, work.today)
    payload = {
        "version": version.id, "code": version.code, "after": version.template_hash,
        "before": before.hash if before else "", "shipped": before is not None and before in manifest().editions,
    }  # fmt: skip
    outbox.enqueue(work, PICTURES, f"{version.id}:{work.now.isoformat()}", payload)


def in_effect(work: Work, code: str, organisation_id: int, day: date) -> Template | None:
    """The edition a paper of that day is printed with; None when there is none."""
    known = registry(work)
    try:
        return known.on(code, day, organisation_id)
    except OporaError:
        return known.shipped(code, day)  # none for that day: the one before is what a clerk compares with


def publish(
    work: Work, version_id: int, data: PublishInput, expected_version: int | None = None
) -> TemplateVersion:
    """Put a draft edition into effect for its days.

    Raises NotFound, Forbidden, Stale, Invalid (days; at `is_sure` for a first day more than a year away that was not
    confirmed), Refusal: it has errors, was examined by an older dictionary, another edition stands in its days
    (named, with what to do).
    """
    version = _draft(work, version_id, expected_version)
    if not version.report.get("ok"):
        raise Refusal([Reason(_("The check found errors: mend the file and upload it again."))])
    if version.report.get("dictionary") != digest_of(version.code):
        raise Refusal(
            [Reason(_("The fields of this kind changed since the check: check the file once more."))]
        )
    _check_days(data)
    if (
        warning := far_off(data.effective_from, work.today)
    ) is not None and data.sure_of != data.effective_from:
        raise Invalid(fields={"is_sure": warning})
    work.session.scalars(
        select(Organisation).where(Organisation.id == version.organisation_id).with_for_update()
    ).one()  # two clerks publish one after the other
    _make_room(work, version, data)
    changes = {
        "state": VersionState.published.value, "effective_from": data.effective_from,
        "effective_until": data.effective_until, "published_at": work.now, "published_by": work.actor.user_id,
    }  # fmt: skip
    for name, value in changes.items():
        setattr(version, name, value)
    work.session.flush()
    until = data.effective_until
    _note(work, version, "template:publish",
          data={"file": version.template_hash, "from": data.effective_from.isoformat(),
                "until": until.isoformat() if until else None,
                **({"confirmed": True} if data.sure_of == data.effective_from else {})})  # fmt: skip
    return version


def far_off(begins: date, today: date) -> Text | None:
    """What a first day more than a year away means for papers; None for a nearer one."""
    day = f"{begins:%d.%m.%Y}"
    if begins < today - FAR_OFF:
        return _(
            "%(day)s is more than a year ago: drafts dated since then would be printed with this edition, and the "
            "journal would say it applied all the time. Check the year; if it is meant, confirm it.", day=day,
        )  # fmt: skip
    if begins > today + FAR_OFF:
        return _(
            "%(day)s is more than a year ahead: until then no paper is printed with this edition. Check the year; if "
            "it is meant, confirm it.", day=day,
        )  # fmt: skip
    return None


def _check_days(data: PublishInput) -> None:
    faults: dict[str, Text] = {}
    if not _FIRST <= data.effective_from <= _LAST:
        faults["effective_from"] = _("Give a day between 2000 and 2100.")
    if data.effective_until is not None and data.effective_until < data.effective_from:
        faults["effective_until"] = _("The last day cannot be before the first.")
    elif data.effective_until is not None and data.effective_until > _LAST:
        faults["effective_until"] = _("Give a day between 2000 and 2100.")
    if faults:
        raise Invalid(fields=faults)


def _make_room(work: Work, version: TemplateVersion, data: PublishInput) -> None:
    """End editions that stand in the way the day before, when asked to; otherwise say which they are."""
    in_the_way = [
        other
        for other in work.session.scalars(
            select(TemplateVersion).where(
                TemplateVersion.organisation_id == version.organisation_id, TemplateVersion.code == version.code,
                TemplateVersion.state == VersionState.published.value, TemplateVersion.id != version.id,
            )
        )
        if (other.effective_from or _FIRST) <= (data.effective_until or _LAST)
        and data.effective_from <= (other.effective_until or _LAST)
    ]  # fmt: skip
    stuck = [
        o for o in in_the_way if not data.end_earlier or (o.effective_from or _FIRST) >= data.effective_from
    ]
    if stuck:
        raise Refusal([_overlap(other, data) for other in stuck])
    for other in in_the_way:
        day_before = data.effective_from - timedelta(days=1)
        if data.effective_until is not None and (other.effective_until or _LAST) > data.effective_until:
            raise Refusal([_overlap(other, data)])  # ending it would leave its later days without an edition
        audit.revise(work, other, {"effective_until": day_before}, "template:end")


def _overlap(other: TemplateVersion, data: PublishInput) -> Reason:
    begins = other.effective_from or _FIRST
    link = f"/templates/versions/{other.id}"
    if begins >= data.effective_from:
        return Reason(
            _("The edition “%(name)s” applies %(days)s and begins no earlier: withdraw it, or choose other days.",
              name=other.file_name, days=days_of(other)), link)  # fmt: skip
    return Reason(
        _("The edition “%(name)s” applies %(days)s: one day cannot have two. Choose other days, or let it end the day "
          "before (the box below the days).", name=other.file_name, days=days_of(other)), link)  # fmt: skip


def days_of(one: Any) -> Text:
    """«с 01.01.2025», «с 01.01.2025 по 31.12.2025»."""
    begins = f"{one.effective_from:%d.%m.%Y}" if one.effective_from else "…"
    if one.effective_until is None:
        return _("from %(begins)s", begins=begins)
    return _("from %(begins)s to %(ends)s", begins=begins, ends=f"{one.effective_until:%d.%m.%Y}")


def retire(work: Work, version_id: int, reason: str, expected_version: int | None = None) -> TemplateVersion:
    """Withdraw a published edition: no paper is begun with it any more; papers printed with it keep it.

    Raises NotFound, Forbidden, Stale, Invalid without a reason, Refusal when it is not in effect.
    """
    version = _own(work, version_id, expected_version)
    if not version.is_published:
        raise Refusal([Reason(_("Only a published edition can be withdrawn."))])
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why.")})
    version.state, version.retired_at, version.retired_by = (
        VersionState.retired.value,
        work.now,
        work.actor.user_id,
    )
    version.retired_because = reason.strip()
    work.session.flush()
    _note(work, version, "template:retire", values={"reason": version.retired_because})
    return version


def discard(work: Work, version_id: int, expected_version: int | None = None) -> str:
    """Throw a draft edition away; answers its kind. Raises NotFound, Forbidden, Stale, Refusal."""
    version = _draft(work, version_id, expected_version)
    code = version.code
    _note(work, version, "template:discard", values={"file": version.file_name})
    with as_system(work.session):
        for pictures in work.session.scalars(
            select(TemplatePictures).where(TemplatePictures.version_id == version.id)
        ):
            work.session.delete(pictures)
    work.session.flush()
    work.session.delete(version)
    work.session.flush()
    return code


def file_of_edition(work: Work, code: str, template_hash: str) -> tuple[bytes, str]:
    """Bytes and name of an edition the actor may see, shipped or uploaded. Raises NotFound."""
    for one in manifest().editions:
        if one.code == code and one.hash == template_hash:
            return one.content, one.file
    for row in versions(work, code):
        if row.template_hash == template_hash:
            return work.ports.storage.get(row.template_hash), row.file_name
    raise NotFound


def samples_here(work: Work, code: str) -> list[Sample]:
    """Values of the latest papers of the kind on this installation: the best examples there are."""
    from app.documents.models import Document

    rows = work.session.scalars(
        select(Document)
        .where(Document.template == code, Document.values_hash.is_not(None))
        .order_by(Document.id.desc())
        .limit(3)
    ).all()
    return [(row.title, row.values) for row in rows]


def _own(work: Work, version_id: int, expected_version: int | None) -> TemplateVersion:
    version = get_visible(work.session, TemplateVersion, version_id)
    if version.organisation_id not in work.actor.organisation_ids("clerk"):
        raise Forbidden
    if expected_version is not None and version.version != expected_version:
        raise Stale
    return version


def _draft(work: Work, version_id: int, expected_version: int | None) -> TemplateVersion:
    version = _own(work, version_id, expected_version)
    if not version.is_draft:
        raise Refusal([Reason(_("The edition is no draft any more."))])
    return version


def _note(work: Work, version: TemplateVersion, tag: str, **what: Any) -> None:
    what["data"] = {"code": version.code, **what.get("data", {})}
    audit.record(work, tag, version, stream=f"templates:{version.organisation_id}", **what)
