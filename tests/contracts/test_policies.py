"""Row access stands below Flask-AppBuilder: every model has a policy, and no way of asking goes around it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Alias, Join, TableClause, delete, event, func, inspect, select, update
from sqlalchemy.orm import (
    LoaderCriteriaOption,
    ORMExecuteState,
    aliased,
    contains_eager,
    defaultload,
    joinedload,
    load_only,
    selectinload,
    subqueryload,
)

from app import wiring  # noqa: F401 — the rooms' models and policies
from app.access.permissions import CAPABILITIES, PAGES
from app.access.roles import ROLE_TITLES
from app.access.scopes import condition, get_visible, policies
from app.admin.texts import ACTS
from app.cases.models import Case, CaseEvent, Programme
from app.core.actor import Actor
from app.core.db import Base
from app.core.errors import NotFound
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.schools.models import Organisation, Person, Position
from app.ui.fab_texts import PAGES as PAGE_TITLES
from tests.people import WebUsers


def own_models() -> list[type[Base]]:
    return [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Base)]


def test_every_model_has_a_policy() -> None:
    assert {model.__name__ for model in own_models()} - {model.__name__ for model in policies()} == set()


def test_without_an_actor_no_row_of_any_model_is_seen(penza: Runtime) -> None:
    session = penza.database.session()
    session.info["actor"] = None
    for model in own_models():
        assert session.scalar(select(func.count()).select_from(model)) == 0, model.__name__
        assert session.query(model).count() == 0, model.__name__


def test_a_policy_answers_for_every_role_with_a_condition_the_database_takes(
    penza: Runtime, cases: dict[str, int]
) -> None:
    for username in ("head", "clerk", "methodist", "member1", "curator66", "director41", "deputy41", "admin"):
        who = actor(penza, username)
        session = penza.read(who).session
        for model in own_models():
            session.scalar(select(func.count()).select_from(model).where(condition(model, who)))


def test_an_account_without_roles_sees_no_case_and_no_person(penza: Runtime, cases: dict[str, int]) -> None:
    session = penza.read(Actor(user_id=10_000, name="nobody")).session
    assert session.scalars(select(Case)).all() == []
    assert session.scalars(select(Programme)).all() == []
    assert all(p.organisation.kind != "school" for p in session.scalars(select(Position)))


def test_tables_of_flask_appbuilder_are_left_alone_or_nobody_could_log_in(penza: Runtime) -> None:
    session = penza.database.session()
    session.info["actor"] = None
    assert session.scalar(select(func.count()).select_from(User)) == 17


def test_joins_aliases_and_relations_are_scoped_too(penza: Runtime, cases: dict[str, int]) -> None:
    session = penza.read(actor(penza, "director41")).session
    own = {cases["41"]}
    other = aliased(Case)
    assert set(session.scalars(select(Case.id))) == own
    assert set(session.scalars(select(other.id))) == own
    assert {i for i, _c in session.execute(select(Programme.id, Case.id).join(Case))} == {1}
    assert {c for _i, c in session.execute(select(Programme.id, Case.id).join(Case))} == own
    assert set(session.scalars(select(CaseEvent.case_id))) == own
    assert {c.id for c in session.query(Case).options(joinedload(Case.school)).all()} == own


def test_what_a_relation_loads_is_scoped(penza: Runtime) -> None:
    """A foreign school's director sees of a colleague of the authority only what he may see directly."""
    everyone = penza.read(actor(penza, "admin")).session
    assert everyone.scalar(select(func.count()).select_from(Person)) == 17
    everyone.expunge_all()
    session = penza.read(actor(penza, "director41")).session
    visible = set(session.scalars(select(Position.id)))
    for person in session.scalars(select(Person).options(selectinload(Person.positions))):
        assert {p.id for p in person.positions} <= visible
    session.expunge_all()
    for person in session.scalars(select(Person)):  # loaded one by one
        assert {p.id for p in person.positions} <= visible


class Watched:
    """What the statements of a system read at their top: models beside their policies' conditions, and without."""

    def __init__(self, system: Runtime) -> None:
        self.statements, self.bare = 0, set[str]()
        self._own = {model.__tablename__: model for model in own_models()}
        event.listen(system.database.sessions, "do_orm_execute", self._begin)
        event.listen(system.database.engine, "before_cursor_execute", self._look)

    @staticmethod
    def _begin(state: ORMExecuteState) -> None:
        who = state.session.info.get("actor")
        state.update_execution_options(by_the_system=who is not None and who.is_system)

    def _look(self, _conn: Any, _cursor: Any, sql: str, _values: Any, context: Any, _many: bool) -> None:
        state = getattr(context.compiled, "compile_state", None)
        if not hasattr(state, "select_statement") or context.execution_options.get("by_the_system"):
            return  # not a SELECT of the ORM, or one that may read everything
        final = state.statement
        self.statements += 1
        options = context.invoked_statement._with_options
        scoped = {one.entity.class_ for one in options if isinstance(one, LoaderCriteriaOption)}
        read = {
            self._own[name]
            for source in final.get_final_froms()
            for name in _tables(source)
            if name in self._own
        }
        self.bare |= {f"{model.__name__}: {sql[:200]}" for model in read - scoped}


def _tables(source: Any) -> list[str]:
    """The names of the tables joined in a FROM; a subquery there is another statement's matter."""
    if isinstance(source, Join):
        return _tables(source.left) + _tables(source.right)
    if isinstance(source, Alias):
        return _tables(source.element)
    return [source.name] if isinstance(source, TableClause) else []


def test_whatever_a_statement_joins_is_scoped(penza: Runtime, cases: dict[str, int]) -> None:
    """Every relationship, joined alone, behind another one that is joined, and behind one loaded apart."""
    watched = Watched(penza)
    session = penza.read(actor(penza, "methodist")).session
    for model in own_models():
        for link in inspect(model).relationships:
            first = getattr(model, link.key)
            session.expunge_all()
            session.scalars(select(model).options(joinedload(first))).unique().all()
            for further in link.mapper.relationships:
                second = getattr(link.mapper.class_, further.key)
                for way in (
                    joinedload(first).joinedload(second),
                    selectinload(first).joinedload(second),
                    defaultload(first).joinedload(second),
                    joinedload(first).selectinload(second),
                ):
                    session.expunge_all()
                    session.scalars(select(model).options(way)).unique().all()
    session.scalars(select(Case).options(joinedload("*"))).unique().all()
    session.scalars(select(Case).join(Case.school).options(contains_eager(Case.school))).all()
    session.scalars(select(Case).options(load_only(Case.code), joinedload(Case.school))).all()
    session.scalars(select(Case).options(joinedload(Case.school).load_only(Organisation.code))).all()
    copy = aliased(Case)
    session.scalars(select(copy).options(joinedload(copy.school), subqueryload(copy.programme))).all()
    assert watched.statements > 700
    assert watched.bare == set()


@pytest.mark.parametrize("username", ["clerk", "director41", "member1"])
def test_whatever_a_page_reads_is_scoped(
    web: WebUsers, penza: Runtime, cases: dict[str, int], username: str
) -> None:
    web(username)
    watched = Watched(penza)
    case = cases["41"]
    for address in (
        "/",
        "/cases/",
        f"/cases/{case}",
        f"/cases/{case}/history",
        "/documents/",
        "/schools/",
        "/notifications/",
    ):
        web(username).get(address)
    assert watched.statements > 40
    assert watched.bare == set()


def test_updates_and_deletes_reach_only_visible_rows(penza: Runtime, cases: dict[str, int]) -> None:
    with penza.work(actor(penza, "director41")) as work:
        changed = work.session.execute(
            update(Case).values(code="X"), execution_options={"synchronize_session": False}
        )
        assert changed.rowcount == 1
        gone = work.session.execute(
            delete(Position).where(Position.since < date(1900, 1, 1)),
            execution_options={"synchronize_session": False},
        )
        assert gone.rowcount == 0
    codes = penza.read(actor(penza, "methodist")).session.scalars(select(Case.code)).all()
    assert sorted(code == "X" for code in codes) == [False, False, False, True]


def test_a_foreign_row_and_an_absent_one_are_the_same_refusal(penza: Runtime, cases: dict[str, int]) -> None:
    session = penza.read(actor(penza, "director41")).session
    for key in (cases["50"], 999_999, -1, "abc", "", 2**70, None):
        with pytest.raises(NotFound):
            get_visible(session, Case, key)
    assert get_visible(session, Case, str(cases["41"])).id == cases["41"]


def test_rights_speak_of_known_roles_and_have_human_names() -> None:
    for actions in PAGES.values():
        for roles in actions.values():
            assert roles <= set(ROLE_TITLES)
    for roles in CAPABILITIES.values():
        assert roles <= set(ROLE_TITLES)
    assert set(CAPABILITIES) - set(ACTS) == set(), "name the act in app/admin/texts.py"
    assert set(PAGES) - set(PAGE_TITLES) == set(), "name the page in app/ui/fab_texts.py"
