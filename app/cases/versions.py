"""The life of a version of a procedure: draft → checked → published → retired; only the administrator leads it.

A draft is free text. From its publication on the structure never changes; its texts may be corrected, which is
a logged revision of the same version and reaches the cases that run by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases.check import effect_faults, kinds_of, paper_faults, template_codes
from app.cases.context import date_names
from app.cases.history import in_reader
from app.cases.models import LIVE, Case, ProcessRevision, ProcessVersion, VersionStatus
from app.cases.roles import FOUND
from app.cases.scenario_files import of_texts
from app.cases.version_texts import in_words
from app.core.errors import Forbidden, Invalid, NotFound, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.engine import checks, comparison, loader
from app.engine.definition import Definition
from app.engine.findings import Finding
from app.engine.reading import MAX_CHARACTERS, MOST
from app.engine.scenarios import rehearse

MAX_BYTES = 4 * MAX_CHARACTERS
MAX_SCENARIOS = 30
NUMBERS = range(1, MOST + 1)  # a version has no other number; a longer one is more than the column holds
RELEASED = (VersionStatus.published, VersionStatus.retired)


@dataclass(frozen=True)
class Upload:
    """Texts a person hands in: the definition, and the scenarios beside it by file name."""

    source: bytes | str
    scenarios: Mapping[str, bytes | str] = field(default_factory=dict)


@dataclass
class Examined:
    """What the check says of a version: its faults, and how much of it the scenarios show (None without any)."""

    definition: Definition | None
    findings: list[Finding]
    coverage: int | None = None
    scenarios: int = 0

    @property
    def errors(self) -> list[Finding]:
        return [one for one in self.findings if one.severity == "error"]


def require_admin(work: Work) -> None:
    """Raises Forbidden for anybody but the administrator (and the system)."""
    if not (work.actor.is_system or work.actor.has("admin")):
        raise Forbidden


# ── reading ───────────────────────────────────────────────────────────────────────────────────────


def listing(work: Work) -> Sequence[ProcessVersion]:
    """Every version of every procedure, the newest first."""
    query = select(ProcessVersion).order_by(ProcessVersion.code, ProcessVersion.version.desc())
    return work.session.scalars(query).all()


def find(work: Work, code: str, version: int) -> ProcessVersion | None:
    if version not in NUMBERS:
        return None
    query = select(ProcessVersion).where(ProcessVersion.code == code, ProcessVersion.version == version)
    return work.session.scalars(query).one_or_none()


def get(work: Work, code: str, version: int) -> ProcessVersion:
    """Raises NotFound with a sentence that names what was looked for."""
    row = find(work, code, version)
    if row is None:
        raise NotFound(_("There is no version %(version)s of “%(code)s”.", code=code, version=version))
    return row


def locked(work: Work, code: str, version: int, *, shared: bool = False) -> ProcessVersion:
    """The version under a row lock. Raises NotFound.

    Whoever leads a version on locks all of its procedure: two do not retire the last two at once. `shared`: it only
    stays what it is while a case is pinned to it.
    """
    if version not in NUMBERS:
        return get(work, code, version)
    query = select(ProcessVersion).where(ProcessVersion.code == code).order_by(ProcessVersion.version)
    if shared:
        query = query.where(ProcessVersion.version == version)
    query = query.with_for_update(read=shared).execution_options(populate_existing=True)
    found = {row.version: row for row in work.session.scalars(query)}
    return found[version] if version in found else get(work, code, version)


def has_published(work: Work, code: str) -> bool:
    query = select(ProcessVersion.id).where(ProcessVersion.code == code, ProcessVersion.status.in_(RELEASED))
    return work.session.scalars(query).first() is not None


def revisions(work: Work, row: ProcessVersion) -> Sequence[ProcessRevision]:
    """The texts this version had before the present one, the newest first."""
    query = (
        select(ProcessRevision)
        .where(ProcessRevision.version_id == row.id)
        .order_by(ProcessRevision.revision.desc())
    )
    return work.session.scalars(query).all()


def counts_of_live(work: Work) -> dict[tuple[str, int], int]:
    """How many live cases run by each version."""
    query = (
        select(Case.definition_code, Case.definition_version, func.count())
        .where(Case.status.in_(LIVE))
        .group_by(Case.definition_code, Case.definition_version)
    )
    with as_system(work.session):  # numbers only: the administrator sees no cases
        return {(code, version): count for code, version, count in work.session.execute(query)}


def others(work: Work, code: str, version: int) -> dict[int, Definition]:
    """The released versions of the procedure but this one, by number."""
    query = select(ProcessVersion).where(
        ProcessVersion.code == code, ProcessVersion.version != version, ProcessVersion.status.in_(RELEASED)
    )
    return {
        row.version: work.ports.definitions.get(work.session, row.code, row.version, row.hash)
        for row in work.session.scalars(query)
    }


def examine(work: Work, row: ProcessVersion) -> Examined:
    """Everything the check finds, with the facts, effects, papers and pages this system has. Nothing changes."""
    definition, found = loader.parse_text(row.source, f"{row.code}/v{row.version}.yaml")
    if definition is None:
        return Examined(None, found)
    ports = work.ports
    earlier = {
        number: one for number, one in others(work, row.code, row.version).items() if number < row.version
    }
    effects = ports.step_effects
    found = checks.check(
        definition, kinds_of(ports.facts), effects, template_codes(), ports.pages, earlier, ports.dates, FOUND
    )
    found += [*effect_faults(definition, effects), *paper_faults(definition)]
    result = Examined(definition, found)
    if result.errors or not row.scenarios:
        return result
    scenarios, faults = of_texts(row.scenarios)
    played = rehearse(definition, scenarios)
    missing = [one for one in played.coverage.missing() if one.code == "uncovered_transition"]
    result.findings = [*found, *faults, *played.findings, *([] if faults or played.failed else missing)]
    result.coverage = int(played.coverage.percent)
    result.scenarios = len(played.faults)
    return result


# ── drafts ────────────────────────────────────────────────────────────────────────────────────────


def upload(work: Work, data: Upload) -> ProcessVersion:
    """Take in a draft, or another text of a draft that is there; it is checked at once.

    Raises Forbidden, Invalid: too large, not text, does not say which procedure and version it is, or that version
    is published already.
    """
    require_admin(work)
    if len(data.scenarios) > MAX_SCENARIOS:
        raise Invalid(fields={"scenarios": _("At most %(most)s files of scenarios.", most=MAX_SCENARIOS)})
    source = readable(data.source, "source")
    scenarios = {Path(name).name[:100]: readable(text, "scenarios") for name, text in data.scenarios.items()}
    row = keep_draft(work, source, scenarios)
    audit.record(work, "procedure:import", row, data={"code": row.code, "version": row.version})
    check(work, row.code, row.version)
    return row


def readable(data: bytes | str, name: str) -> str:
    """The text of an uploaded file. Raises Invalid when it is too large, empty or not UTF-8."""
    if len(data) > (MAX_BYTES if isinstance(data, bytes) else MAX_CHARACTERS):
        raise Invalid(fields={name: _("The file is too large.")})
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        raise Invalid(fields={name: _("The file is not text in UTF-8.")}) from error
    if not text.strip() or "\x00" in text:
        raise Invalid(
            fields={name: _("The file is not text in UTF-8.") if text.strip() else _("The file is empty.")}
        )
    return text


def keep_draft(work: Work, source: str, scenarios: Mapping[str, str]) -> ProcessVersion:
    """The draft row with this text; nothing is judged yet. Raises Invalid, Stale (somebody was quicker)."""
    named = loader.identity(source)
    if named is None:
        findings = loader.parse_text(source, "yaml")[1]
        problem = next((one for one in findings if one.code == "not_yaml"), None)
        if problem is not None:
            raise Invalid(fields={"source": in_words(problem)})
        raise Invalid(
            fields={"source": _("The text does not say which procedure (workflow) and version it is.")}
        )
    code, version = named
    row = find(work, code, version) and locked(work, code, version)
    if row is not None and row.status in RELEASED:
        raise Invalid(
            fields={
                "source": _(
                    "Version %(version)s is published: its structure never changes. Give the change a new number, or "
                    "correct the texts on the page of the version.",
                    version=version,
                )
            }
        )
    if row is None:
        row = ProcessVersion(code=code, version=version, hash="", source="", status=VersionStatus.draft)
        work.session.add(row)
    row.source, row.scenarios, row.changed_at = source, dict(scenarios) or None, work.now
    row.hash, row.status = "", VersionStatus.draft
    try:
        work.session.flush()
    except IntegrityError as error:  # a version that was not there to be locked
        raise Stale(
            _("Another person is uploading the same version. Look at what has become of it.")
        ) from error
    return row


def drop_draft(work: Work, code: str, version: int) -> None:
    """Throw away a version nobody has published. Raises Forbidden, NotFound, Refusal."""
    require_admin(work)
    row = locked(work, code, version)
    if row.status in RELEASED:
        raise Refusal([Reason(_("A published version stays for ever: cases may have begun in it."))])
    audit.record(work, "procedure:drop", row, data={"code": code, "version": version})
    work.session.delete(row)
    work.session.flush()


def check(work: Work, code: str, version: int) -> Examined:
    """Check a version; a draft without errors becomes checked. Raises Forbidden, NotFound."""
    require_admin(work)
    row = locked(work, code, version)
    result = examine(work, row)
    if row.status in RELEASED:
        return result
    row.status = VersionStatus.draft if result.errors else VersionStatus.checked
    row.hash = result.definition.hash if result.definition else ""
    work.session.flush()
    data = {"code": code, "version": version, "errors": len(result.errors), "findings": len(result.findings)}
    audit.record(work, "procedure:check", row, data=data)
    return result


# ── publication ───────────────────────────────────────────────────────────────────────────────────


def publish(work: Work, code: str, version: int, seen: str | None = None) -> ProcessVersion:
    """Release a checked version; the highest published one is that in which new cases are opened.

    It is checked once more; `seen` is the hash of what the person has looked at. Raises Forbidden, NotFound, Stale
    (another text has been uploaded since), Refusal: published already, or with every error found.
    """
    require_admin(work)
    row = locked(work, code, version)
    if seen is not None and seen != row.hash:
        raise Stale(_("%(name)s was changed meanwhile: look at it once more.", name=str(row)))
    if row.status in RELEASED:
        raise Refusal([Reason(_("%(name)s is published already.", name=str(row)))])
    result = examine(work, row)
    if result.errors or result.definition is None:
        raise Refusal([Reason(in_words(one)) for one in result.errors], _("The version has faults."))
    row.hash = result.definition.hash
    return release(work, row)


def take_as_checked(work: Work, row: ProcessVersion) -> None:
    """A version that came with the product: its release was tested with its scenarios."""
    row.hash = loader.loads(row.source, f"{row.code}/v{row.version}").hash
    row.status = VersionStatus.checked
    audit.record(work, "procedure:import", row, data={"code": row.code, "version": row.version})


def release(work: Work, row: ProcessVersion) -> ProcessVersion:
    """Mark as published what was found fit for it."""
    row.status, row.published_at, row.changed_at = VersionStatus.published, work.now, work.now
    data = {"code": row.code, "version": row.version, "hash": row.hash}
    audit.record(work, "procedure:publish", row, data=data)
    work.session.flush()
    work.ports.definitions.forget()
    return row


def retire(work: Work, code: str, version: int) -> ProcessVersion:
    """Take a version out of use; finished cases keep it.

    Raises Forbidden, NotFound, Refusal: not published, live cases run by it (with their codes), or no other
    version is left to open cases in.
    """
    require_admin(work)
    row = locked(work, code, version)
    if row.status != VersionStatus.published:
        raise Refusal([Reason(_("Only a published version is retired; %(name)s is not.", name=str(row)))])
    pinned = live_codes(work, code, version)
    reasons = []
    if pinned:
        reasons.append(
            Reason(
                _(
                    "Live cases run by it: %(codes)s. Move them to another version first.",
                    codes=", ".join(pinned),
                ),
                f"/procedures/{code}/{version}/rehearsal",
            )
        )
    query = select(ProcessVersion.id).where(
        ProcessVersion.code == code,
        ProcessVersion.status == VersionStatus.published,
        ProcessVersion.id != row.id,
    )
    if work.session.scalars(query).first() is None:
        reasons.append(Reason(_("It is the only published version: new cases could not be opened.")))
    if reasons:
        raise Refusal(reasons, _("The version cannot be retired."))
    row.status, row.retired_at, row.changed_at = VersionStatus.retired, work.now, work.now
    audit.record(work, "procedure:retire", row, data={"code": code, "version": version})
    work.session.flush()
    return row


def live_codes(work: Work, code: str, version: int) -> list[str]:
    """Codes of the live cases that run by this version; nothing else of them is told."""
    query = (
        select(Case.code)
        .where(Case.definition_code == code, Case.definition_version == version, Case.status.in_(LIVE))
        .order_by(Case.code)
    )
    with as_system(work.session):  # the administrator sees no cases, but must know that there are some
        return list(work.session.scalars(query))


def revise(work: Work, code: str, version: int, data: bytes | str, seen: int | None = None) -> ProcessVersion:
    """Correct the texts of a published version: the same structure, a new revision, live cases read it at once.

    `seen` is the revision the person has corrected. Raises Forbidden, NotFound, Refusal (not published), Stale
    (another correction came first), Invalid: faults, or something but texts differs.
    """
    require_admin(work)
    row = locked(work, code, version)
    if seen is not None and seen != row.revision:
        raise Stale(_("%(name)s was changed meanwhile: look at it once more.", name=str(row)))
    if row.status not in RELEASED:
        raise Refusal([Reason(_("%(name)s is not published: upload its draft again.", name=str(row)))])
    source = readable(data, "source")
    definition, found = loader.parse_text(source, f"{code}/v{version}.yaml")
    old, known = loader.parse_text(row.source, f"{code}/v{version}.yaml")
    # Faults only a later release looks for: the cases run with them, and correcting the texts brings none of them.
    stood = {(one.code, one.message) for one in known}
    errors = [one for one in found if one.severity == "error" and (one.code, one.message) not in stood]
    if definition is None or errors:
        raise Invalid(fields={"source": in_words([*errors, *found][0])})
    if definition.hash != row.hash:
        dates = date_names(work.ports.dates)
        changed = [one for one in comparison.compare(old, definition, dates) if one.structural] if old else []
        told = in_reader(changed[0].texts) if changed else _("its code, version or order")
        raise Invalid(
            fields={
                "source": _(
                    "Not only texts differ: %(what)s. Give the change a new version number.", what=told
                )
            }
        )
    if source == row.source:
        raise Invalid(fields={"source": _("This is the present text: nothing differs.")})
    work.session.add(
        ProcessRevision(
            version_id=row.id, revision=row.revision, source=row.source, at=work.now,
            actor_id=work.actor.user_id, actor_name=work.actor.name,
        )
    )  # fmt: skip
    row.source, row.revision, row.changed_at = source, row.revision + 1, work.now
    work.session.flush()
    audit.record(
        work, "procedure:revise", row, data={"code": code, "version": version, "revision": row.revision}
    )
    work.ports.definitions.forget()
    return row
