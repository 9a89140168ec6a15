"""Ordering a package of evidence, and making it in a worker with the eyes of whoever ordered it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.access.memberships import actor_for
from app.access.scopes import get_visible
from app.audit import service as audit
from app.audit.models import AuditRecord
from app.cases.history import doer, lines, title
from app.cases.models import Case, CaseEvent, Programme
from app.cases.queries import get_case
from app.core.actor import Actor
from app.core.clock import local_date
from app.core.errors import Invalid, NotFound
from app.core.i18n import _, in_locale
from app.core.ports import JobHandler
from app.core.unit_of_work import Work
from app.evidence.composing import CasePart, Content, Happened, Made, chain_of, compose
from app.evidence.models import EvidencePackage, EvidencePackageCase
from app.evidence.rules import PackageState, safe_name
from app.files.service import keep
from app.jobs import outbox

JOB = "evidence.make"
MEDIA_TYPE = "application/zip"
KEPT = 20  # packages shown to a person


def order(work: Work, programme_id: int, case_id: int | None = None) -> EvidencePackage:
    """Order the package of a case, or of all cases of a programme the actor sees; a worker makes it.

    Two presses in a row are one order. Raises NotFound, Invalid when there is no case to tell of.
    """
    programme = get_visible(work.session, Programme, programme_id)
    case = get_case(work.session, case_id) if case_id is not None else None
    if case is not None and case.programme_id != programme.id:
        raise NotFound
    if case is None and not _cases(work, programme.id):
        raise Invalid(_("There is no case to make a package of."))
    if work.actor.user_id is None:
        raise Invalid(_("A package is made with the eyes of a person."))
    waiting = work.session.scalars(
        select(EvidencePackage).where(
            EvidencePackage.ordered_by == work.actor.user_id, EvidencePackage.programme_id == programme.id,
            EvidencePackage.case_id == case_id if case_id is not None else EvidencePackage.case_id.is_(None),
            EvidencePackage.state == PackageState.preparing.value,
        )
    ).first()  # fmt: skip
    if waiting is not None:
        return waiting
    package = EvidencePackage(
        programme_id=programme.id, case_id=case_id, state=PackageState.preparing.value, ordered_at=work.now,
        ordered_by=work.actor.user_id, ordered_name=work.actor.name, manifest_hash="", files=0, trouble="",
    )  # fmt: skip
    work.session.add(package)
    work.session.flush()
    # a stream of its own: asking for the journal of a case must not lengthen it
    audit.record(work, "evidence:order", package, case_id=case_id, stream=_stream(package))
    outbox.enqueue(work, JOB, str(package.id), {"package": package.id})
    return package


def packages_of(work: Work, programme_id: int, case_id: int | None) -> Sequence[EvidencePackage]:
    """The actor's own packages of this case or programme, the newest first."""
    query = (
        select(EvidencePackage)
        .options(joinedload(EvidencePackage.file))
        .where(EvidencePackage.programme_id == programme_id)
        .order_by(EvidencePackage.id.desc())
        .limit(KEPT)
    )
    same = EvidencePackage.case_id == case_id if case_id is not None else EvidencePackage.case_id.is_(None)
    return work.session.scalars(query.where(same)).all()


def make(work: Work, payload: Mapping[str, Any]) -> None:
    """The outbox handler: gather what the orderer may see today, and keep the finished file for him alone."""
    found = select(EvidencePackage).where(EvidencePackage.id == int(payload["package"]))
    package = work.session.scalars(found).one()
    if package.state != PackageState.preparing:
        return
    wanted = (package.programme_id, package.case_id)
    actor = actor_for(work.session, package.ordered_by, package.ordered_name, work.today)
    try:
        with _eyes_of(work, actor) as seeing, in_locale("ru"):
            made, named, told_of = compile_package(seeing, *wanted)
    except NotFound:
        package = work.session.scalars(found).one()
        package.state = PackageState.failed.value
        with in_locale("ru"):
            package.trouble = str(_("What was to be told of is no longer shown to this account."))
        return
    package = work.session.scalars(found).one()
    stored = keep(work, made.data, named, MEDIA_TYPE)
    work.session.flush()
    package.state, package.ready_at, package.file_id = PackageState.ready.value, work.now, stored.id
    package.manifest_hash, package.files = made.manifest_hash, made.files
    work.session.add_all(EvidencePackageCase(package_id=package.id, case_id=key) for key in told_of)
    audit.record(
        work, "evidence:ready", package, case_id=package.case_id, stream=_stream(package),
        data={"manifest": made.manifest_hash, "sha256": stored.sha256, "files": made.files, "for": actor.user_id},
    )  # fmt: skip


def compile_package(work: Work, programme_id: int, case_id: int | None) -> tuple[Made, str, list[int]]:
    """The package as this actor sees it today, what its file is called, and the cases it tells of."""
    if case_id is not None:
        cases = [get_case(work.session, case_id)]
        programme = cases[0].programme
        name = f"Пакет подтверждающих материалов, {cases[0].school.short_name}, {work.today:%d.%m.%Y}.zip"
    else:
        programme = get_visible(work.session, Programme, programme_id)
        cases = _cases(work, programme_id)
        name = f"Пакет подтверждающих материалов, программа {programme.year} года, {work.today:%d.%m.%Y}.zip"
    if not cases:
        raise NotFound
    content = Content(
        title=f"Программа «{programme.title}», {programme.year} год", authority=programme.authority.full_name,
        as_of=work.today, parts=tuple(_part(work, case) for case in cases), is_demo=programme.is_demo,
    )  # fmt: skip
    return compose(content, work.ports.storage), safe_name(name), [case.id for case in cases]


def _part(work: Work, case: Case) -> CasePart:
    definition = work.ports.definitions.of(work.session, case)
    exhibits = tuple(exhibit for source in work.ports.evidence for exhibit in source(work, case))
    facts = (
        ("Школа", case.school.full_name),
        ("Школа-куратор", case.curator.full_name if case.curator else "не назначена"),
        ("Номер случая", case.code),
        ("Этап", title(definition, "stage", case.stage)),
        ("Открыт", f"{local_date(case.opened_at, work.ports.zone):%d.%m.%Y}"),
    )
    return CasePart(
        case.school.short_name, facts, exhibits, tuple(_happened(work, case, definition)), _chain(work, case)
    )


def _happened(work: Work, case: Case, definition: Any) -> Iterator[Happened]:
    rows = work.session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.seq)
    ).all()
    for line in lines(definition, rows):
        more = tuple(filter(None, (line.event.comment, *line.answers)))
        day = line.event.at.astimezone(work.ports.zone)
        yield Happened(f"{day:%d.%m.%Y %H:%M}", str(line.sentence), doer(line.event), more)


def _chain(work: Work, case: Case) -> Any:
    records = work.session.scalars(
        select(AuditRecord).where(AuditRecord.stream == f"case:{case.id}").order_by(AuditRecord.seq)
    ).all()
    words = work.ports.tags
    return chain_of(f"case:{case.id}", records, lambda tag: str(words.get(tag, tag)))


def _cases(work: Work, programme_id: int) -> list[Case]:
    query = select(Case.id).where(Case.programme_id == programme_id)
    cases = [get_case(work.session, case_id) for case_id in work.session.scalars(query).all()]
    return sorted(cases, key=lambda case: (case.school.sort_key, case.id))  # by name: never by result


def _stream(package: EvidencePackage) -> str:
    return f"evidence:{package.programme_id}"


@contextmanager
def _eyes_of(work: Work, actor: Actor) -> Iterator[Work]:
    """The same transaction with the rows this person may see; what the worker has loaded is forgotten first."""
    session: Session = work.session
    session.flush()
    session.expunge_all()
    before = session.info.get("actor")
    session.info["actor"] = actor
    try:
        yield replace(work, actor=actor)
    finally:
        session.info["actor"] = before
        session.expunge_all()


HANDLERS: dict[str, JobHandler] = {JOB: make}
