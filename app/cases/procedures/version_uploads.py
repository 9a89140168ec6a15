"""Texts of versions that people hand in: drafts, and corrections of words in what is published.

Everything is hostile until it has been read: size, encoding, YAML, names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from app.audit import service as audit
from app.audit.queries import LastAct, last_act
from app.cases.history import in_reader
from app.cases.models import ProcessRevision, ProcessVersion, VersionStatus
from app.cases.procedures.names import room_names
from app.cases.procedures.versions import RELEASED, check, find, locked, require_admin, require_seen
from app.cases.texts import in_words
from app.core.errors import Invalid, Reason, Refusal, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.engine.comparing import comparison
from app.engine.reading import loader
from app.engine.reading.reader import MAX_CHARACTERS

MAX_BYTES = 4 * MAX_CHARACTERS
MAX_SCENARIOS = 30


@dataclass(frozen=True)
class Upload:
    """Texts a person hands in: the definition, and the scenarios beside it by file name.

    `over` is the mark of the draft of another person that is to be replaced (`drafted`).
    """

    source: bytes | str
    scenarios: Mapping[str, bytes | str] = field(default_factory=dict)
    over: str | None = None


class OthersDraft(Invalid):
    """A draft of another person stands in the way; whoever has seen it may replace it."""

    def __init__(self, work: Work, row: ProcessVersion, draft: LastAct) -> None:
        self.mark = str(draft.id)
        day = f"{draft.at.astimezone(work.ports.zone):%d.%m.%Y %H:%M}"
        told = _(
            "%(name)s is a draft of %(who)s, uploaded %(day)s: choose the file again and tick this to replace it.",
            name=str(row), who=draft.who, day=day,
        )  # fmt: skip
        super().__init__(fields={"replaces": told})


def drafted(work: Work, row: ProcessVersion) -> LastAct | None:
    """Who handed in the present text of a draft; None where it came with the product."""
    last = last_act(work, "procedure:import", row.__tablename__, row.id)
    return last if last and last.actor_id else None


def others_draft(work: Work, row: ProcessVersion | None) -> LastAct | None:
    """The same where it is another person's and may still be replaced."""
    if row is None or row.status in RELEASED or work.actor.is_system:
        return None
    last = drafted(work, row)
    return last if last and last.actor_id != work.actor.user_id else None


def upload(work: Work, data: Upload) -> ProcessVersion:
    """Take in a draft, or another text of a draft that is there; it is checked at once.

    Raises Forbidden, Invalid: too large, not text, does not say which procedure and version it is, or that version
    is published already; OthersDraft.
    """
    require_admin(work)
    if len(data.scenarios) > MAX_SCENARIOS:
        raise Invalid(fields={"scenarios": _("At most %(most)s files of scenarios.", most=MAX_SCENARIOS)})
    source = readable(data.source, "source")
    scenarios = {Path(name).name[:100]: readable(text, "scenarios") for name, text in data.scenarios.items()}
    named = loader.identity(source)
    there = named and find(work, *named) and locked(work, *named)
    others = others_draft(work, there)
    if there and others and data.over != str(others.id):
        raise OthersDraft(work, there, others)
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


def drop_draft(work: Work, code: str, version: int, seen: str | None = None) -> None:
    """Throw away a version nobody has published; `seen` is the hash of what the person has looked at.

    Raises Forbidden, NotFound, Stale (another text has been uploaded since), Refusal.
    """
    require_admin(work)
    row = locked(work, code, version)
    require_seen(row, seen)
    if row.status in RELEASED:
        raise Refusal([Reason(_("A published version stays for ever: cases may have begun in it."))])
    audit.record(work, "procedure:drop", row, data={"code": code, "version": version})
    work.session.delete(row)
    work.session.flush()


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
        differences = comparison.compare(old, definition, room_names(work.ports.dates)) if old else []
        changed = [one for one in differences if one.structural]
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
