"""The roles of the product, their Russian names and the human permissions each of them carries."""

from __future__ import annotations

from enum import StrEnum

from app.core.i18n import Text, _


class RoleCode(StrEnum):
    admin = "admin"
    head = "head"
    clerk = "clerk"
    methodist = "methodist"
    chair = "chair"
    secretary = "secretary"
    member = "member"
    curator = "curator"
    director = "director"
    deputy = "deputy"


ROLE_TITLES: dict[str, Text] = {
    "admin": _("Administrator"),
    "head": _("Head"),
    "clerk": _("Clerk"),
    "methodist": _("Methodist"),
    "chair": _("Chair of the coordination group"),
    "secretary": _("Secretary of the coordination group"),
    "member": _("Member of the coordination group"),
    "curator": _("Curator"),
    "director": _("Director of the school"),
    "deputy": _("Deputy head of the school"),
}

GROUP = frozenset({"chair", "secretary", "member"})
AUTHORITY = frozenset({"head", "clerk", "methodist"}) | GROUP
SCHOOL = frozenset({"director", "deputy"})
BUSINESS = AUTHORITY | SCHOOL | {"curator"}
EVERYONE = BUSINESS | {"admin"}
