"""Case forms of names: the library proposes, a person checks, and what was corrected once is remembered for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from app.access.scopes import as_system, get_visible
from app.audit import service as audit
from app.core.db import Base
from app.core.errors import Invalid, NotFound, Stale
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.schools.models import Organisation, Person, Position, RememberedForm
from app.schools.rules import CASES, check_forms, clean_forms, name_parts, word_key

Named = Person | Position | Organisation
KINDS: dict[str, type[Person] | type[Position] | type[Organisation]] = {
    "person": Person,
    "position": Position,
    "organisation": Organisation,
}
MAX_FORM = 400


@dataclass(frozen=True)
class Unchecked:
    """How many cards wait for somebody to check their case forms."""

    people: int
    positions: int
    organisations: int

    @property
    def total(self) -> int:
        return self.people + self.positions + self.organisations


def find(work: Work, kind: str, key: int) -> Named:
    """The card by its kind and key. Raises NotFound when absent, hidden or of no such kind."""
    if kind not in KINDS:
        raise NotFound
    found: Named = get_visible(work.session, KINDS[kind], key)
    return found


def kind_of(thing: Named) -> str:
    return next(kind for kind, model in KINDS.items() if isinstance(thing, model))


def title_of(thing: Named) -> str:
    """What is declined: the full name of a person or an organisation, the title of a position."""
    return thing.title if isinstance(thing, Position) else thing.full_name


def stored_forms(thing: Named) -> dict[str, str]:
    """The case forms as the card keeps them."""
    forms = thing.forms or {}
    return dict(forms.get("full") or {}) if isinstance(thing, Organisation) else dict(forms)


def proposal(work: Work, thing: Named) -> dict[str, str]:
    """Six forms proposed for the card: what was remembered first, the library's for the rest."""
    if isinstance(thing, Person):
        return person_proposal(work, thing.surname, thing.given, thing.patronymic, thing.gender)
    if isinstance(thing, Position):
        return position_proposal(work, thing.title)
    guess = work.ports.prefill_organisation
    return {**(guess(thing.full_name) if guess else {}), "nomn": thing.full_name}


def person_proposal(work: Work, surname: str, given: str, patronymic: str, gender: str) -> dict[str, str]:
    """A full name in six cases, word by word: a corrected surname goes before the library's."""
    guess = work.ports.prefill_person
    made = guess(surname, given, patronymic, gender) if guess else {}
    if not made:
        return {}
    words = {"surname": surname, "given": given, "patronymic": patronymic}
    forms: dict[str, dict[str, str]] = {case: {} for case in CASES}
    for kind, word in words.items():
        kept = _remembered(work, kind, word, gender) or {}
        for case in CASES:
            parts = name_parts(made.get(case, ""), given, patronymic)
            forms[case][kind] = kept.get(case) or (parts or words)[kind]
    return {case: " ".join(filter(None, by_kind.values())) for case, by_kind in forms.items()}


def position_proposal(work: Work, title: str) -> dict[str, str]:
    """A title in six cases: as somebody checked it, otherwise as the table declines it."""
    guess = work.ports.prefill_position
    made = guess(title) if guess else {}
    return {**made, **(_remembered(work, "position", title, "") or {})}


def checked_position(work: Work, title: str, forms: Mapping[str, str]) -> dict[str, Any]:
    """«Checked by, when» for a new card whose title somebody has answered for already."""
    row = _row(work, "position", title, "")
    if row is None or dict(row.forms) != dict(forms):
        return {}
    return {"forms_checked_by": row.noted_by, "forms_checked_at": row.noted_at}


def save(work: Work, thing: Named, forms: Mapping[str, str], expected_version: int) -> None:
    """Keep forms somebody typed, for later checking. Raises Stale, Invalid."""
    _fresh(thing, expected_version)
    _store(work, thing, _clean(thing, forms), check=False)


def check(work: Work, thing: Named, forms: Mapping[str, str] | None, expected_version: int) -> int:
    """Somebody has read all six forms and answers for them; the answer: how many other cards that settles.

    `forms` are as the page showed them, None: as they are stored. Corrected words are remembered for the next
    bearer of the name. Raises Stale, Invalid naming the cases that are empty.
    """
    _fresh(thing, expected_version)
    clean = _clean(thing, forms if forms is not None else stored_forms(thing))
    if gaps := check_forms(clean):
        raise Invalid(
            _("First fill in all case forms."), fields={f"form_{case}": _("Not filled in") for case in gaps}
        )
    _store(work, thing, clean, check=True)
    thing.forms_checked_by, thing.forms_checked_at = work.actor.user_id, work.now
    _remember(work, thing, clean)
    audit.record(work, f"{kind_of(thing)}:forms_checked", thing, values={"forms": dict(clean)})
    return _settle_namesakes(work, thing, clean) if isinstance(thing, Position) else 0


def unchecked(work: Work) -> Unchecked:
    """What still waits to be checked, counted (positions by title)."""

    def count(column: Any, model: Any) -> int:
        return work.session.scalar(select(func.count(column)).where(model.forms_checked_at.is_(None))) or 0

    return Unchecked(
        count(Person.id, Person),
        count(Position.title.distinct(), Position),
        count(Organisation.id, Organisation),
    )


def waiting(work: Work, kind: str, limit: int = 100) -> list[Named]:
    """Cards of a kind nobody has checked, the first of the alphabet; of equal titles one stands for all."""
    if kind not in KINDS:
        raise NotFound
    model: Any = KINDS[kind]
    query = select(model).where(model.forms_checked_at.is_(None))
    if model is Position:
        firsts = (
            select(func.min(Position.id)).where(Position.forms_checked_at.is_(None)).group_by(Position.title)
        )
        query = query.where(Position.id.in_(firsts)).order_by(Position.title)
    else:
        query = query.order_by(model.search_key if model is Person else model.sort_key)
    return list(work.session.scalars(query.limit(limit)).all())


def dictionary(work: Work, limit: int = 200) -> list[RememberedForm]:
    """What people corrected and the system remembers, the latest first."""
    query = select(RememberedForm).order_by(RememberedForm.noted_at.desc(), RememberedForm.id.desc())
    return list(work.session.scalars(query.limit(limit)).all())


def forget(work: Work, key: int) -> None:
    """Take a word out of the dictionary; the cards keep their forms. Raises NotFound."""
    row = get_visible(work.session, RememberedForm, key)
    audit.record(work, "names:forget", row, data={"kind": row.kind}, values={"word": row.word})
    work.session.delete(row)


def _fresh(thing: Base, expected_version: int) -> None:
    if thing.version != expected_version:  # type: ignore[attr-defined]
        raise Stale


def _clean(thing: Named, forms: Mapping[str, str]) -> dict[str, str]:
    clean = clean_forms(forms)
    long = {
        f"form_{case}": _("At most %(n)s signs.", n=MAX_FORM) for case in clean if len(clean[case]) > MAX_FORM
    }
    if long:
        raise Invalid(fields=long)
    if isinstance(thing, Organisation):
        clean["nomn"] = thing.full_name  # as the statute gives it, on the card itself
    return clean


def _store(work: Work, thing: Named, clean: dict[str, str], *, check: bool) -> None:
    if clean == stored_forms(thing):
        return
    kept: dict[str, Any] = (
        {**(thing.forms or {}), "full": clean} if isinstance(thing, Organisation) else clean
    )
    changes: dict[str, Any] = {"forms": kept}
    if not check and thing.forms_checked_at:
        changes |= {"forms_checked_at": None, "forms_checked_by": None}
    audit.revise(work, thing, changes, f"{kind_of(thing)}:edit")


def _remember(work: Work, thing: Named, forms: Mapping[str, str]) -> None:
    for kind, word, gender, declined, library in _words(work, thing, forms):
        row = _row(work, kind, word, gender)
        if row is not None:
            row.forms, row.noted_by, row.noted_at = declined, work.actor.user_id, work.now
        elif kind == "position" or declined != library:
            work.session.add(
                RememberedForm(
                    kind=kind, word=word_key(word), gender=gender, forms=declined, noted_by=work.actor.user_id,
                    noted_at=work.now,
                )
            )  # fmt: skip
    work.session.flush()


def _words(
    work: Work, thing: Named, forms: Mapping[str, str]
) -> Iterator[tuple[str, str, str, dict[str, str], dict[str, str]]]:
    """(kind, word, gender, forms a person answers for, the library's) of every part of the name."""
    if isinstance(thing, Position):
        yield "position", thing.title, "", dict(forms), {}
    elif isinstance(thing, Person):
        guess = work.ports.prefill_person
        made = guess(thing.surname, thing.given, thing.patronymic, thing.gender) if guess else {}
        declined = {case: name_parts(forms[case], thing.given, thing.patronymic) for case in CASES}
        library = {case: name_parts(made.get(case, ""), thing.given, thing.patronymic) for case in CASES}
        if not all(declined.values()):
            return  # more or fewer words than the name has: kept on the card only
        for kind, word in (
            ("surname", thing.surname),
            ("given", thing.given),
            ("patronymic", thing.patronymic),
        ):
            if word:
                yield (
                    kind, word, thing.gender, {case: (declined[case] or {})[kind] for case in CASES},
                    {case: (library[case] or {}).get(kind, "") for case in CASES},
                )  # fmt: skip


def _settle_namesakes(work: Work, position: Position, forms: Mapping[str, str]) -> int:
    """«директор» is one word for all directors: the same title with the same forms needs no second look."""
    guess = work.ports.prefill_position
    proposed = guess(position.title) if guess else {}
    others = work.session.scalars(
        select(Position).where(
            Position.title == position.title, Position.forms_checked_at.is_(None), Position.id != position.id
        )
    ).all()
    settled = [p for p in others if check_forms(p.forms or {}) or dict(p.forms) in (dict(forms), proposed)]
    for other in settled:
        other.forms = dict(forms)
        other.forms_checked_by, other.forms_checked_at = work.actor.user_id, work.now
    if settled:
        audit.record(work, "position:forms_checked", position, data={"also": [p.id for p in settled]})
    return len(settled)


def _remembered(work: Work, kind: str, word: str, gender: str) -> dict[str, str] | None:
    row = _row(work, kind, word, gender) if word else None
    return dict(row.forms) if row is not None else None


def _row(work: Work, kind: str, word: str, gender: str) -> RememberedForm | None:
    with as_system(work.session):  # a proposal is made for whoever enters a name
        return work.session.scalars(
            select(RememberedForm).where(
                RememberedForm.kind == kind, RememberedForm.word == word_key(word), RememberedForm.gender == gender
            )
        ).one_or_none()  # fmt: skip
