"""Row access stands below Flask-AppBuilder: every model has a policy, and no way of asking goes around it."""

from __future__ import annotations

from datetime import date

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased, joinedload, selectinload

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
from app.schools.models import Person, Position
from app.ui.fab_texts import PAGES as PAGE_TITLES


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
