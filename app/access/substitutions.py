"""Who stands in for whom on a day: read at every request, so what a substitution gives ends with its last day."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from app.access.models import Membership, Substitution, goes_over
from app.access.scopes import as_system
from app.core.actor import Actor, Held, StandsFor
from app.core.i18n import Inflected, Text, _
from app.core.unit_of_work import Work

# «по приказу», not «по приказ»
_DATIVE = {
    "приказ": "приказу", "распоряжение": "распоряжению", "постановление": "постановлению", "решение": "решению",
    "доверенность": "доверенности", "указание": "указанию",
}  # fmt: skip
_GENITIVE = {
    "приказ": "приказа", "распоряжение": "распоряжения", "постановление": "постановления", "решение": "решения",
    "доверенность": "доверенности", "указание": "указания",
}  # fmt: skip


def held_for_others(session: Session, user_id: int, today: date) -> tuple[Held, ...]:
    """The roles of absent people that this account holds today by substitution.

    Only what the absent person holds himself by a membership goes over: what he has by a substitution does not.
    """
    query = (
        select(Substitution, Membership)
        .join(Membership, Membership.user_id == Substitution.absent_user_id)
        .where(
            Substitution.substitute_user_id == user_id,
            Substitution.in_force(today),
            _works_on(today),
            Membership.valid_on(today),
        )
        .order_by(Substitution.id, Membership.id)
    )
    with as_system(session):  # who one is must be known before anything can be scoped
        pairs = session.execute(query).all()
    return tuple(
        Held(m.role, m.organisation_id, stands_for(row, m.person_id), row.programme_id)
        for row, m in pairs
        if goes_over(row, m.role, m.organisation_id)
    )


def _works_on(day: date) -> ColumnElement[bool]:
    """The condition «the substitute is not dismissed on `day`»: a role of his own goes on, or he never had one."""
    own = aliased(Membership)
    roles = select(own.id).where(own.user_id == Substitution.substitute_user_id)
    return or_(roles.where(or_(own.until.is_(None), own.until >= day)).exists(), ~roles.exists())


def stands_for(row: Substitution, person_id: int | None = None) -> StandsFor:
    return StandsFor(row.id, row.absent_user_id, person_id, row.absent_name, row.absent_whom, row.ground)


def acting_for(
    session: Session,
    user_ids: Collection[int],
    day: date,
    *,
    role: str = "",
    organisation_id: int | None = None,
    programme_id: int | None = None,
) -> dict[int, list[Substitution]]:
    """Who acts for these accounts on `day`: account of the absent person → substitutions in force, oldest first.

    With a role (organisation, programme) only those that hand it on there. Accounts nobody stands in for are left out.
    """
    found: dict[int, list[Substitution]] = {}
    if not user_ids:
        return found
    for row in in_force_on(session, day, user_ids):
        fits_role = not role or not row.role or row.role == role
        fits_office = organisation_id is None or row.organisation_id in (None, organisation_id)
        fits_programme = programme_id is None or row.programme_id in (None, programme_id)
        if fits_role and fits_office and fits_programme:
            found.setdefault(row.absent_user_id, []).append(row)
    return found


def in_force_on(session: Session, day: date, user_ids: Collection[int] | None = None) -> list[Substitution]:
    """Substitutions in force on `day`, of these absent people or of everybody, oldest first."""
    query = select(Substitution).where(Substitution.in_force(day), _works_on(day))
    if user_ids is not None:
        query = query.where(Substitution.absent_user_id.in_(user_ids))
    with as_system(session):  # who acts for a holder of an office is a fact, whoever asks
        return list(session.scalars(query.order_by(Substitution.id)))


def right_used(actor: Actor, held: Iterable[Held]) -> StandsFor | None:
    """In whose place a right out of `held` is used: nobody's when the actor has it himself."""
    rights = list(held)
    if not rights or any(h.stands_for is None for h in rights):
        return None
    return rights[0].stands_for


def use(work: Work, *roles: str, organisation_id: int | None = None) -> None:
    """Note in whose place the act that needs one of `roles` is done, for rooms that ask the actor himself."""
    work.acting = right_used(
        work.actor,
        [h for h in work.actor.memberships
         if h.role in roles and organisation_id in (None, h.organisation_id)],
    )  # fmt: skip


def by_order(ground: str, forms: dict[str, str] = _DATIVE) -> str:
    """«приказ № 15-к от 03.03.2025» → «приказу № 15-к от 03.03.2025»; an unknown first word stays as it is."""
    word, space, rest = ground.strip().partition(" ")
    return forms.get(word.lower(), word) + space + rest


def genitive(ground: str) -> str:
    """«приказа № 15-к от 03.03.2025», for «на основании …»."""
    return by_order(ground, _GENITIVE)


def sentence(name: str, row: Substitution) -> Text:
    """«Условный И.П. за Образцову М.И. по приказу № 15-к от 03.03.2025»."""
    ground = Inflected(by_order(row.ground), row.ground)
    return _("%(name)s for %(whom)s by %(ground)s", name=name, whom=row.whom, ground=ground)


class Names:
    """Names for a history: who did it and, if so, in whose place and by which order; one query for a page."""

    def __init__(self, session: Session, substitution_ids: Iterable[int | None]) -> None:
        wanted = {one for one in substitution_ids if one}
        self._rows: dict[int, Substitution] = {}
        if wanted:
            query = select(Substitution).where(Substitution.id.in_(wanted))
            with as_system(session):  # whoever reads what was done may read in whose place it was done
                self._rows = {row.id: row for row in session.scalars(query)}

    def of(self, name: str, substitution_id: int | None) -> Text | str:
        """The name alone, or «… за … по приказу …» when the act was done by this substitution."""
        row = self._rows.get(substitution_id or 0)
        return sentence(name, row) if row is not None else name
