"""Accounts and the roles they hold; every change leaves a record with the old and the new values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, or_, select
from werkzeug.security import check_password_hash, generate_password_hash

from app.access import devices, passwords, sessions
from app.access.models import Membership
from app.access.roles import ROLE_TITLES
from app.audit import service as audit
from app.core.errors import Invalid, NotFound, Reason, Refusal, check_version
from app.core.i18n import _
from app.core.unit_of_work import Work
from app.schools.models import Organisation, Person


@dataclass(frozen=True)
class AccountData:
    """Whose account it is and the name it is opened with."""

    username: str
    first_name: str
    last_name: str
    email: str


@dataclass(frozen=True)
class RoleData:
    """A role held in an organisation from a day to a day; `reason` is the order or request behind it."""

    role: str
    organisation: Organisation
    person: Person | None
    since: date
    until: date | None
    reason: str = ""


def add_account(
    work: Work, *, username: str, first_name: str, last_name: str, email: str, password: str, hashed: str = ""
) -> Any:
    """A new account. Raises Invalid for a taken name or a weak password.

    `hashed` is the password's hash when the caller has it already (many accounts of the demo share one).
    """
    if fault := passwords.fault(password):
        raise Invalid(fault, fields={"password": fault})
    if work.session.scalars(select(User).where(User.username == username)).first():
        raise Invalid(_("The account name %(name)s is taken.", name=username))
    user = User(
        username=username, first_name=first_name, last_name=last_name, email=email, active=True,
        password=hashed or generate_password_hash(password), created_on=None, changed_on=None,
    )  # fmt: skip
    user.created_by_fk = user.changed_by_fk = None
    work.session.add(user)
    work.session.flush()
    return user


def grant(
    work: Work, user_id: int, role: str, organisation_id: int, since: date, person_id: int | None = None
) -> Membership:
    """Give an account a role in an organisation from a day on."""
    row = Membership(
        user_id=user_id,
        person_id=person_id,
        organisation_id=organisation_id,
        role=role,
        since=since,
        until=None,
    )
    work.session.add(row)
    work.session.flush()
    return row


def open_account(work: Work, data: AccountData, password: str) -> User:
    """A new account without any role yet. Raises Invalid at the field."""
    _free(work, data, None)
    _strong(password, "password")
    user: User = add_account(
        work, username=data.username, first_name=data.first_name, last_name=data.last_name, email=data.email,
        password=password,
    )  # fmt: skip
    _record(work, "account:add", user, {"username": data.username})
    return user


def correct_account(work: Work, user: User, data: AccountData) -> None:
    """Correct names and address of an account. Raises Invalid at the field."""
    _free(work, data, user.id)
    changes = _changes(user, vars(data))
    for name, change in changes.items():
        setattr(user, name, change["new"])
    if changes:
        _record(work, "account:edit", user, changes)


def close_account(work: Work, user: User) -> None:
    """Close an account: it cannot log in, and what it has open ends at once.

    Raises Refusal for one's own account and for the last administrator's.
    """
    if user.id == work.actor.user_id:
        raise Refusal([Reason(_("You cannot close your own account."))])
    hold_administrators(work)
    user.active = False
    work.session.flush()
    _someone_administers(work)
    sessions.end_all_sessions(work.session, user.id, work.now)
    _record(work, "account:closed", user, {"active": {"old": True, "new": False}})


def reopen_account(work: Work, user: User) -> None:
    user.active = True
    _record(work, "account:opened", user, {"active": {"old": False, "new": True}})


def reset_password(work: Work, user: User, password: str) -> None:
    """Give an account a new password: its sessions end, a lock after failed attempts is lifted."""
    _strong(password, "password")
    user.password = generate_password_hash(password)
    sessions.end_all_sessions(work.session, user.id, work.now)
    sessions.lift_locks(work.session, user.username, devices.counts_of(user.id))
    _record(work, "account:password_reset", user, {})


def is_password(user: User, password: str) -> bool:
    return bool(user.password) and check_password_hash(user.password, password)


def change_own_password(work: Work, user: User, current: str, new: str, *, keep: str | None) -> None:
    """The owner's new password; other sessions of the account end, the one with key `keep` goes on.

    Raises Invalid at the field.
    """
    if not is_password(user, current):
        raise Invalid(fields={"current_password": _("This is not your present password.")})
    _strong(new, "password")
    if is_password(user, new):
        raise Invalid(fields={"password": _("The new password must differ from the present one.")})
    user.password = generate_password_hash(new)
    sessions.end_all_sessions(work.session, user.id, work.now, except_key=keep)
    _record(work, "account:password", user, {})


def give_role(work: Work, user: User, data: RoleData) -> Membership:
    """Give an account a role; the journal keeps who gave what, where and why. Raises Invalid."""
    _sound(work, user.id, data, None)
    row = grant(
        work, user.id, data.role, data.organisation.id, data.since, data.person.id if data.person else None
    )
    row.until = data.until
    new = _in_words(work, row)
    _record_role(
        work, "membership:add", row, {name: {"old": None, "new": value} for name, value in new.items()}, data
    )
    return row


def mark_of(row: Membership) -> str:
    """What a form is filled from: another mark is another role by now."""
    return f"{row.role} {row.organisation_id} {row.person_id} {row.since} {row.until}"


def locked_role(work: Work, membership_id: int, seen: str | None = None) -> Membership:
    """The role under its lock. Raises NotFound, and Stale when it is not the one the form was filled from."""
    hold_administrators(work)
    query = select(Membership).where(Membership.id == membership_id).with_for_update()
    row = work.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound
    check_version(mark_of(row), seen)
    return row


def hold_administrators(work: Work) -> None:
    """Rights to administer are taken one by one: two people do not take the last two of them at once."""
    query = select(Membership.id).where(Membership.role == "admin").order_by(Membership.id)
    work.session.execute(query.with_for_update())


def change_role(work: Work, row: Membership, data: RoleData) -> None:
    """Correct or end a role. Raises Invalid, and Refusal when nobody would administer the system."""
    _sound(work, row.user_id, data, row.id)
    old = _in_words(work, row)
    row.role, row.organisation_id, row.since, row.until = (
        data.role,
        data.organisation.id,
        data.since,
        data.until,
    )
    row.person_id = data.person.id if data.person else None
    work.session.flush()
    _administrators_stay(work, row.user_id)
    new = _in_words(work, row)
    changes = {name: {"old": old[name], "new": new[name]} for name in new if old[name] != new[name]}
    if changes:
        _record_role(work, "membership:edit", row, changes, data)


def withdraw_role(work: Work, row: Membership) -> None:
    """Delete a role given by mistake; one that has ended gets a last day instead. Raises Refusal."""
    old, user_id = _in_words(work, row), row.user_id
    _record_role(
        work, "membership:delete", row, {name: {"old": value, "new": None} for name, value in old.items()}
    )
    work.session.delete(row)
    work.session.flush()
    _administrators_stay(work, user_id)


def _sound(work: Work, user_id: int, data: RoleData, own_id: int | None) -> None:
    if data.role not in ROLE_TITLES:
        raise Invalid(fields={"role": _("Choose one of the list.")})
    if data.until is not None and data.until < data.since:
        raise Invalid(fields={"until": _("The last day is before the first one.")})
    if user_id == work.actor.user_id and not data.reason:
        raise Invalid(
            fields={"reason": _("You are changing your own rights: name the order or request behind it.")}
        )
    same = select(Membership).where(
        Membership.user_id == user_id, Membership.role == data.role, Membership.organisation_id == data.organisation.id,
        or_(Membership.until.is_(None), Membership.until >= data.since),
    )  # fmt: skip
    for row in work.session.scalars(same):
        if row.id != own_id and (data.until is None or row.since <= data.until):
            raise Invalid(fields={"role": _("The account holds this role there in these days already.")})


def _administrators_stay(work: Work, user_id: int) -> None:
    if user_id == work.actor.user_id and not _administrators(work, user_id):
        raise Refusal(
            [Reason(_("This is your last right to administer: somebody else may take it from you."))]
        )
    _someone_administers(work)


def _someone_administers(work: Work) -> None:
    if not _administrators(work):
        raise Refusal([Reason(_("After this nobody could administer the system."))])


def _administrators(work: Work, user_id: int | None = None) -> int:
    """How many memberships of open accounts administer the system today; of one account only, if it is named."""
    query = (
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(Membership.role == "admin", User.active.is_(True), Membership.valid_on(work.today))
    )
    if user_id is not None:
        query = query.where(Membership.user_id == user_id)
    return work.session.scalar(query) or 0


def _in_words(work: Work, row: Membership) -> dict[str, Any]:
    person = work.session.get(Person, row.person_id) if row.person_id else None
    organisation = work.session.get(Organisation, row.organisation_id)
    return {
        "role": ROLE_TITLES[row.role].in_("ru") if row.role in ROLE_TITLES else row.role,
        "organisation": organisation.short_name if organisation else None,
        "person": person.full_name if person else None, "since": row.since, "until": row.until,
    }  # fmt: skip


def _record_role(
    work: Work, tag: str, row: Membership, changes: Mapping[str, Any], data: RoleData | None = None
) -> None:
    work.session.flush()
    facts = {
        "account": row.user_id, "role": row.role, "organisation": row.organisation_id,
        "own": row.user_id == work.actor.user_id,
    }  # fmt: skip
    values = dict(changes) | ({"note": data.reason} if data and data.reason else {})
    audit.record(work, tag, ("ab_user", row.user_id), data=facts | {"membership": row.id}, values=values)


def _record(work: Work, tag: str, user: User, values: Mapping[str, Any]) -> None:
    work.session.flush()
    audit.record(work, tag, ("ab_user", user.id), data={"fields": sorted(values)}, values=values)


def _changes(user: User, wanted: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {"old": getattr(user, name), "new": new}
        for name, new in wanted.items()
        if getattr(user, name) != new
    }


def _free(work: Work, data: AccountData, own_id: int | None) -> None:
    taken = {
        "username": (func.lower(User.username), data.username.lower(), _("This account name is taken.")),
        "email": (func.lower(User.email), data.email.lower(), _("Another account has this address.")),
    }
    wrong = {}
    for name, (column, value, message) in taken.items():
        found = work.session.scalars(select(User.id).where(column == value).limit(1)).first()
        if found is not None and found != own_id:
            wrong[name] = message
    if wrong:
        raise Invalid(fields=wrong)


def _strong(password: str, field: str) -> None:
    if fault := passwords.fault(password):
        raise Invalid(fields={field: fault})
