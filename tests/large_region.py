"""A large region: cases of the demo multiplied with their histories, each for a school of its own.

A copy is what its source was after some of its events: rows, events and journal are worked out from those, so that
`verify` finds nothing. Nothing is left to chance: two runs make the same rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.access.models import Membership
from app.audit.models import AuditDetail, AuditHead, AuditRecord
from app.audit.service import GENESIS, chained, details_digest
from app.cases.models import Case, CaseEvent, CaseTask, CaseVote, StageRound
from app.cases.writing.projection import Projection, project
from app.cases.writing.rows import told as in_columns
from app.cases.writing.snapshots import case_fields
from app.core.actor import SYSTEM
from app.core.db import Base
from app.core.unit_of_work import Runtime, Work
from app.demo.penza import PASSWORD, SINCE
from app.engine.actions import Action, Cast, Complete, Fire
from app.engine.answers import Accepted
from app.engine.context import Context, FactValue, Voter
from app.engine.events import from_dict
from app.engine.machine import decide
from app.engine.trials.worlds import World
from app.schools.models import Organisation, Person

# What hangs on a case in the rooms, parents before children.
ROOMS = (
    "diagnosis_studies", "diagnosis_analyses", "diagnosis_profiles", "risk_entries", "plan_items", "plan_reports",
    "visits", "visit_notes", "planned_visits", "recommendations", "results_figures", "results_risks",
)  # fmt: skip
_SALT = "0" * 32
Row = dict[str, Any]


def cases_like(
    system: Runtime,
    source: int,
    count: int,
    *,
    events: int | None = None,
    rooms: Sequence[str] = ("plan_items",),
) -> list[int]:
    """So many cases like `source` after its first `events`; their ids."""
    with system.work(SYSTEM) as work:
        told = _told(work.session, source)[:events]
        ids = _multiply(work, source, told, count, rooms)
    system.database.session.remove()
    return ids


def returned_again_and_again(
    system: Runtime, source: int, length: int, members: Sequence[int], *, events: int, votes: int = 5
) -> int:
    """A case like `source` when the stage of the plan had just begun: since then so many of the members voted on it and
    it was returned, again and again, until there were so many events. Its id."""
    with system.work(SYSTEM) as work:
        told = _told(work.session, source)[:events]
        definition = system.ports.definitions.of(work.session, work.session.get_one(Case, source))
        state, moment = project(definition, [from_dict(row["data"]) for row in told]).state, told[-1]["at"]
        good = {name: FactValue(value) for name, value in World(definition).good.items()}
        group = tuple(Voter(str(one), f"№ {one}", "member", None) for one in members)
        for turn, (action, role, user) in enumerate(itertools.cycle(_one_round(members[:votes]))):
            if len(told) >= length:
                break
            moment += timedelta(minutes=30)
            # the plan is another one in each round
            good["plans.content_hash"] = FactValue(f"{turn // (votes + 2):064x}")
            ctx = Context(str(user), frozenset({role}), moment, moment.date(), good, voters=group)
            result = decide(definition, state, action, ctx)
            assert isinstance(result, Accepted), result
            state = result.state
            for event in result.events:
                data, comment, fields = in_columns(event)
                told.append(
                    {"seq": len(told) + 1, "type": event.type, "data": data, "comment": comment, "fields": fields,
                     "at": moment, "actor_id": user, "actor_name": f"№ {user}", "on_behalf_of": None}
                )  # fmt: skip
        (case_id,) = _multiply(work, source, told, 1, ("plan_items",))
    system.database.session.remove()
    return case_id


def _told(session: Session, case_id: int) -> list[Row]:
    query = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq)
    return [_columns(row) for row in session.scalars(query)]


def _multiply(work: Work, source: int, told: list[Row], count: int, rooms: Sequence[str]) -> list[int]:
    session = work.session
    case = session.get_one(Case, source)
    definition = work.ports.definitions.of(session, case)
    past = project(definition, [from_dict(row["data"]) for row in told])
    first = (session.scalar(select(func.max(Case.id))) or 0) + 1
    schools = _schools(session, _columns(session.get_one(Organisation, case.school_id)), first, count)
    same = _columns(case) | case_fields(past.state)
    cases = [same | {"code": f"R-{first + n:05d}", "school_id": school} for n, school in enumerate(schools)]
    ids = _insert(session, Case, cases)
    for case_id, row in zip(ids, cases, strict=True):
        row["id"] = case_id
    _engine_rows(session, ids, past)
    _histories(session, cases, told)
    _room_rows(session, source, ids, rooms)
    return ids


def members(system: Runtime, count: int, role: str = "member", prefix: str = "member") -> list[int]:
    """Further accounts that hold `role` in the authority, each of a person of its own: ids of the accounts."""
    with system.work(SYSTEM) as work:
        session = work.session
        known = session.scalars(
            select(Membership).where(Membership.role == "member").order_by(Membership.id)
        ).first()
        assert known is not None
        account = _columns(session.get_one(User, known.user_id))
        account["password"] = generate_password_hash(PASSWORD, "scrypt:256:8:1")
        person = _columns(session.get_one(Person, known.person_id))
        names = [f"{prefix}x{n}" for n in range(count)]
        persons = _insert(session, Person, [person for _name in names])
        users = _insert(
            session, User, [account | {"username": name, "email": f"{name}@example.org"} for name in names]
        )
        _insert(
            session, Membership,
            [_columns(known) | {"user_id": user, "person_id": one, "role": role, "since": SINCE}
             for user, one in zip(users, persons, strict=True)],
        )  # fmt: skip
    system.database.session.remove()
    return users


def schools_like(session: Session, like: Organisation, count: int) -> list[int]:
    """Further schools without people; their ids."""
    return _schools(session, _columns(like), 1, count)


def _one_round(voters: Sequence[int]) -> list[tuple[Action, str, int]]:
    """The plan is handed in, a few vote, the chair returns it."""
    votes: list[tuple[Action, str, int]] = [(Cast("for"), "member", user) for user in voters]
    back = Fire("return_plan", "Сроки не согласованы", {"about": "terms"})
    return [(Complete("prepare_plan"), "director", 1), *votes, (back, "chair", 1)]


def _columns(row: Any) -> Row:
    """What a row holds, without its own key."""
    table: Table = row.__table__
    return {column.name: getattr(row, column.key) for column in table.columns if column.name != "id"}


def _insert(session: Session, model: Any, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Ids of the new rows, in their order."""
    if not rows:
        return []
    table = model if isinstance(model, Table) else model.__table__
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(session.execute(statement, list(rows)).scalars())


def _schools(session: Session, like: Row, first: int, count: int) -> list[int]:
    numbers = range(first, first + count)
    return _insert(
        session, Organisation,
        [like | {"code": f"region{n}", "short_name": f"МБОУ СОШ № {1000 + n}", "sort_key": f"мбоу сош № {1000 + n}",
                 "search_key": f"мбоу сош № {1000 + n}"} for n in numbers],
    )  # fmt: skip


def _engine_rows(session: Session, ids: Sequence[int], past: Projection) -> None:
    rows: list[tuple[Any, list[Row]]] = [(StageRound, [asdict(one) for one in past.rounds])]
    for model, keyed, name in ((CaseTask, past.tasks, "task"), (CaseVote, past.votes, "voter")):
        parts = ("stage", "round", name)
        rows.append((model, [dict(zip(parts, key, strict=True)) | values for key, values in keyed.items()]))
    for model, made in rows:
        if made:
            session.execute(insert(model.__table__), [row | {"case_id": one} for one in ids for row in made])


def _histories(session: Session, cases: Sequence[Row], told: Sequence[Row]) -> None:
    """Each case's events, and a journal of its own that tells of them and of the opening."""
    events = _insert(session, CaseEvent, [row | {"case_id": case["id"]} for case in cases for row in told])
    keys, records, details, heads = iter(events), list[Row](), list[Row](), list[Row]()
    for case in cases:
        opened = {
            "tag": "case:open", "subject": ("cases", case["id"]), "at": told[0]["at"], "actor": told[0]["actor_id"],
            "data": {"school": case["school_id"], "curator": case["curator_id"]}, "values": None,
        }  # fmt: skip
        acts = [opened, *(_act(row, next(keys)) for row in told)]
        previous, stream = GENESIS, f"case:{case['id']}"
        for seq, act in enumerate(acts, start=1):
            kept = details_digest(_SALT, act["values"]) if act["values"] else None
            content = {
                "stream": stream, "seq": seq, "at": act["at"].isoformat(), "actor": act["actor"], "tag": act["tag"],
                "subject": list(act["subject"]), "case": case["id"], "data": act["data"], "details": kept,
            }  # fmt: skip
            records.append(
                {"stream": stream, "seq": seq, "at": act["at"], "actor_id": act["actor"], "tag": act["tag"],
                 "subject_type": act["subject"][0], "subject_id": act["subject"][1], "case_id": case["id"],
                 "data": act["data"], "details_hash": kept, "prev_hash": previous,
                 "hash": (previous := chained(previous, content))}
            )  # fmt: skip
            details.append({"salt": _SALT, "values": act["values"], "erased_at": None})
        heads.append({"stream": stream, "seq": len(acts), "hash": previous})
    session.execute(insert(AuditHead.__table__), heads)
    ids = _insert(session, AuditRecord, records)
    kept_details = [row | {"record_id": one} for one, row in zip(ids, details, strict=True) if row["values"]]
    if kept_details:
        session.execute(insert(AuditDetail.__table__), kept_details)


def _act(row: Row, event_id: int) -> Row:
    words = {"comment": row["comment"], "fields": row["fields"]}
    behalf = {} if row["on_behalf_of"] is None else {"on_behalf_of": row["on_behalf_of"]}
    return {
        "tag": f"case:{row['type']}", "subject": ("case_events", event_id), "at": row["at"], "actor": row["actor_id"],
        "data": {"seq": row["seq"], "event": row["data"], **behalf},
        "values": words if row["comment"] or row["fields"] else None,
    }  # fmt: skip


def _room_rows(session: Session, source: int, ids: Sequence[int], rooms: Iterable[str]) -> None:
    """What the rooms hold of the source, for each of the cases."""
    copies: dict[str, dict[tuple[int, int], int]] = {}  # table → (case, id of the source's row) → id
    for name in rooms:
        table = Base.metadata.tables[name]
        rows = [
            dict(row) for row in session.execute(select(table).where(table.c.case_id == source)).mappings()
        ]
        parents = {
            key.parent.name: key.column.table.name
            for key in table.foreign_keys if key.column.table.name in copies
        }  # fmt: skip
        made = [
            {name: value for name, value in row.items() if name != "id"}
            | {"case_id": one}
            | {column: copies[parent].get((one, row[column]), row[column]) for column, parent in parents.items()}
            for one in ids for row in rows
        ]  # fmt: skip
        if "id" not in table.c:
            if made:
                session.execute(insert(table), made)
            continue
        keys = _insert(session, table, made)
        copies[name] = dict(zip(((one, row["id"]) for one in ids for row in rows), keys, strict=True))
