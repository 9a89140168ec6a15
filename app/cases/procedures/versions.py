"""The life of a version of a procedure: draft → checked → published → retired; only the administrator leads it.

A draft is free text. From its publication on the structure never changes; its texts may be corrected, which is
a logged revision of the same version and reaches the cases that run by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from app.access.scopes import as_system
from app.audit import service as audit
from app.cases.models import LIVE, Case, ProcessRevision, ProcessVersion, VersionStatus
from app.cases.procedures.check import effect_faults, kinds_of, paper_faults, template_codes
from app.cases.procedures.scenario_files import of_texts
from app.cases.roles import FOUND
from app.cases.texts import in_words
from app.core.errors import Forbidden, NotFound, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.engine.checking import checks
from app.engine.definition import Definition
from app.engine.findings import Finding
from app.engine.reading import loader
from app.engine.reading.reader import MOST
from app.engine.trials.scenarios import rehearse

NUMBERS = range(1, MOST + 1)  # a version has no other number; a longer one is more than the column holds
_TOLD = 5  # faults in the refusal to publish; the check lists them all
RELEASED = (VersionStatus.published, VersionStatus.retired)


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


def require_seen(row: ProcessVersion, seen: str | None) -> None:
    """Raises Stale when the person has looked at another text than there is now; None asks nothing."""
    if seen is not None and seen != row.hash:
        raise Stale(_("%(name)s was changed meanwhile: look at it once more.", name=str(row)))


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
    missing = [  # a step nobody has seen is a fault; the rest is told, or the coverage could not be brought to 100 %
        one if one.code == "uncovered_transition" else replace(one, severity="warning")
        for one in played.coverage.missing()
    ]
    result.findings = [*found, *faults, *played.findings, *([] if faults or played.failed else missing)]
    result.coverage = int(played.coverage.percent)
    result.scenarios = len(played.faults)
    return result


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
    (another text has been uploaded since), Refusal: published already, or with the first errors found.
    """
    require_admin(work)
    row = locked(work, code, version)
    require_seen(row, seen)
    if row.status in RELEASED:
        raise Refusal([Reason(_("%(name)s is published already.", name=str(row)))])
    result = examine(work, row)
    if result.errors or result.definition is None:
        told = [Reason(in_words(one)) for one in result.errors[:_TOLD]]
        if len(result.errors) > _TOLD:
            told.append(Reason(_("and %(n)s more", n=len(result.errors) - _TOLD)))
        raise Refusal(told, _("The version has faults:"))
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
