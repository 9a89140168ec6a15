"""Proof that cases hold: each equals the fold of its events, and each event stands in the journal as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditDetail, AuditRecord
from app.audit.service import details_digest
from app.cases.models import Case, CaseEvent, CaseTask, CaseVote, ProcessVersion, StageRound
from app.cases.procedures.definitions import Definitions
from app.cases.writing.projection import Projection, project
from app.cases.writing.snapshots import case_fields, is_readable
from app.core.errors import OporaError
from app.core.i18n import Text, _
from app.engine.events import CaseOpened, Event, Migrated, Undone, from_dict
from app.engine.evolution import fold
from app.engine.reading import loader

_EVENTS = CaseEvent.__tablename__
_ROUND = ("stage", "round", "entered_at", "left_at", "left_by")
_TASK = ("status", "due", "done_by", "done_at")
_VOTE = ("choice", "content_hash", "at", "void")


def findings(
    session: Session, counts: Counter[str], definitions: Definitions | None = None
) -> Iterator[Text]:
    """One sentence per fault; one case is in memory at a time. `counts` is told how much was looked at.

    The session acts as the system and is not used for anything else: objects are dropped after each case.
    `definitions` are given by whoever has proved them before and proves cases one after another.
    """
    if definitions is None:
        yield from _definitions(session, counts)
        definitions = Definitions()  # its own: the running system may remember a source since altered
    for case_id in session.scalars(select(Case.id).order_by(Case.id)).all():
        yield from _case(session, definitions, case_id, counts)
        session.expunge_all()
    yield from _strays(session)


def _definitions(session: Session, counts: Counter[str]) -> Iterator[Text]:
    for row in session.scalars(select(ProcessVersion).order_by(ProcessVersion.id)):
        if row.status in ("draft", "checked"):
            continue  # no case runs by it yet, and a draft may be anything
        counts["definitions"] += 1
        name = f"{row.code} v{row.version}"
        definition = loader.released(row.source, name)
        if definition is None:
            yield _("Definition %(name)s: the stored text is no longer a definition", name=name)
            continue
        if (definition.code, definition.version, definition.hash) != (row.code, row.version, row.hash):
            yield _("Definition %(name)s: the stored text does not have the published hash", name=name)


def _case(session: Session, definitions: Definitions, case_id: int, counts: Counter[str]) -> Iterator[Text]:
    case = session.scalars(select(Case).where(Case.id == case_id)).one()
    rows = session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq)
    ).all()
    counts["cases"] += 1
    counts["events"] += len(rows)
    for expected, row in enumerate(rows, start=1):
        if row.seq != expected:
            yield _("Case %(case)s: event %(seq)s is missing", case=case.code, seq=expected)
            break
    yield from _journal(session, case, {row.id: row for row in rows})
    yield from _parties(session, case)
    try:
        definition = definitions.of(session, case)
        events = [from_dict(row.data) for row in rows]
        for row, event in zip(rows, events, strict=True):
            if (row.type, row.at) != (event.type, event.at):
                yield _("Case %(case)s: event %(seq)s and its columns disagree", case=case.code, seq=row.seq)
        projection = project(definition, events)
        if any(isinstance(event, Undone) for event in events):
            fold(definition, events)  # also compares what was taken back with what really stood there
    except OporaError as error:
        yield _("Case %(case)s: %(problem)s", case=case.code, problem=str(error))
    except (
        ValueError,
        KeyError,
        LookupError,
        TypeError,
    ) as error:  # an impossible history, an unreadable event
        yield _("Case %(case)s: its events cannot have happened (%(problem)s)", case=case.code, problem=error)
    else:
        yield from _opening(case, events)
        yield from _rows(session, case, projection)


def _opening(case: Case, events: list[Event]) -> Iterator[Text]:
    """The case is pinned to the version it was opened in, or to which it was moved last."""
    last = [event for event in events if isinstance(event, CaseOpened | Migrated | Undone)][-1]
    pinned = {
        "definition_code": last.definition, "definition_version": last.definition_version,
        "definition_hash": last.definition_hash, "opened_at": events[0].at,
    }  # fmt: skip
    for column, wanted in pinned.items():
        yield from _differs(case, "cases", "", column, getattr(case, column), wanted)


def _rows(session: Session, case: Case, projection: Projection) -> Iterator[Text]:
    """The plain rows, column by column, against what the events make of them."""
    for column, wanted in case_fields(projection.state).items():
        if column == "snapshot" and not is_readable(case.snapshot):
            continue  # of an earlier release: not read either, the next step writes it anew
        yield from _differs(case, "cases", "", column, getattr(case, column), wanted)
    tables: tuple[tuple[Any, dict[Any, Mapping[str, Any]], tuple[str, ...], tuple[str, ...]], ...] = (
        (StageRound, {(r.opened_seq,): vars(r) for r in projection.rounds}, ("opened_seq",), _ROUND),
        (CaseTask, dict(projection.tasks), ("stage", "round", "task"), _TASK),
        (CaseVote, dict(projection.votes), ("stage", "round", "voter"), _VOTE),
    )
    for model, wanted_rows, key_columns, columns in tables:
        table = model.__tablename__
        stored: dict[tuple[Hashable, ...], Any] = {
            tuple(getattr(row, column) for column in key_columns): row
            for row in session.scalars(select(model).where(model.case_id == case.id))
        }
        for key, values in wanted_rows.items():
            row = stored.pop(key, None)
            if row is None:
                yield _("Case %(case)s: %(table)s has no row “%(key)s”, the events make one",
                        case=case.code, table=table, key=_name(key))  # fmt: skip
                continue
            for column in columns:
                yield from _differs(case, table, _name(key), column, getattr(row, column), values[column])
        for key, row in stored.items():
            if model is CaseTask and key in projection.gone and row.status == "not_needed":
                continue  # an earlier release kept it when a move was undone
            yield _("Case %(case)s: %(table)s has a row “%(key)s” that no event made",
                    case=case.code, table=table, key=_name(key))  # fmt: skip


def _differs(case: Case, table: str, key: str, column: str, stored: Any, wanted: Any) -> Iterator[Text]:
    if stored != wanted:
        place = f"{table}.{column}" + (f" [{key}]" if key else "")
        yield _("Case %(case)s: %(place)s is “%(stored)s”, its events say “%(wanted)s”",
                case=case.code, place=place, stored=stored, wanted=wanted)  # fmt: skip


def _name(key: tuple[Hashable, ...]) -> str:
    return "/".join(map(str, key))


def _recorded(row: CaseEvent) -> dict[str, Any]:
    """What the journal must hold of an event; in whose place it was done only when it was."""
    behalf = {} if row.on_behalf_of is None else {"on_behalf_of": row.on_behalf_of}
    return {"seq": row.seq, "event": row.data, **behalf}


def _without_ground(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "substitution"}


def _journal(session: Session, case: Case, events: dict[int, CaseEvent]) -> Iterator[Text]:
    """Each event has its one record in the journal, with the same content, and the other way round."""
    query = (
        select(AuditRecord, AuditDetail)
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(AuditRecord.case_id == case.id, AuditRecord.subject_type == _EVENTS)
        .order_by(AuditRecord.seq)
    )
    left = dict(events)
    pairs: Iterable[Any] = session.execute(query)  # the detail may be absent
    for record, detail in pairs:
        row = left.pop(record.subject_id or 0, None)
        if row is None:
            yield _("Case %(case)s: the journal tells of event %(seq)s (%(tag)s), the case does not have it",
                    case=case.code, seq=record.data.get("seq", "?"), tag=record.tag)  # fmt: skip
            continue
        same = (
            _without_ground(record.data) == _recorded(row) and record.tag == f"case:{row.type}"
            and record.at == row.at and record.actor_id == row.actor_id
        )  # fmt: skip
        if not same:
            yield _("Case %(case)s: event %(seq)s (%(type)s) is not what the journal recorded",
                    case=case.code, seq=row.seq, type=row.type)  # fmt: skip
        if not _same_words(row, record, detail):
            yield _("Case %(case)s: the words of event %(seq)s (%(type)s) are not those the journal recorded",
                    case=case.code, seq=row.seq, type=row.type)  # fmt: skip
    for row in left.values():
        yield _("Case %(case)s: event %(seq)s (%(type)s) is not in the journal",
                case=case.code, seq=row.seq, type=row.type)  # fmt: skip


def _same_words(row: CaseEvent, record: AuditRecord, detail: AuditDetail | None) -> bool:
    """A person's words may be erased together with the journal's copy, but not changed."""
    has_words = bool(row.comment or row.fields)
    if record.details_hash is None:
        return not has_words
    if detail is None or detail.erased_at is not None:
        return (
            not has_words or detail is None
        )  # without its detail the record is a finding of the journal's own
    return details_digest(detail.salt, {"comment": row.comment, "fields": row.fields}) == record.details_hash


def _parties(session: Session, case: Case) -> Iterator[Text]:
    """The school and its curator are those the journal says they became."""
    query = (
        select(AuditRecord, AuditDetail)
        .outerjoin(AuditDetail, AuditDetail.record_id == AuditRecord.id)
        .where(AuditRecord.case_id == case.id, AuditRecord.tag.in_(("case:open", "case:curator")))
        .order_by(AuditRecord.seq)
    )
    wanted: dict[str, Any] = {}
    pairs: Iterable[Any] = session.execute(query)
    for record, detail in pairs:
        if record.tag == "case:open":
            wanted = {"school_id": record.data.get("school"), "curator_id": record.data.get("curator")}
        elif detail is None or detail.erased_at is not None:
            wanted.pop("curator_id", None)
        elif "curator_id" in detail.values:
            wanted["curator_id"] = detail.values["curator_id"]["new"]
    if not wanted:
        yield _("Case %(case)s: the journal does not tell of its opening", case=case.code)
    for column, value in wanted.items():
        if getattr(case, column) != value:
            yield _("Case %(case)s: cases.%(column)s is “%(stored)s”, the journal says “%(wanted)s”",
                    case=case.code, column=column, stored=getattr(case, column), wanted=value)  # fmt: skip


def _strays(session: Session) -> Iterator[Text]:
    """Nothing speaks of a case that is not there."""
    for model in (AuditRecord, CaseEvent, StageRound, CaseTask, CaseVote):
        column = model.case_id
        lost = select(column).where(column.is_not(None), column.not_in(select(Case.id))).distinct()
        for case_id in session.scalars(lost).all():
            yield _(
                "Case No. %(id)s is gone, but %(table)s still tells of it",
                id=case_id,
                table=model.__tablename__,
            )
