"""States of agreements and visits, and the arithmetic of terms, numbers and planned visits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.core.i18n import Text, _


class AgreementState(StrEnum):
    draft = "draft"
    to_sign = "to_sign"
    signed = "signed"
    in_force = "in_force"
    expired = "expired"
    terminated = "terminated"


BEING_SIGNED = (AgreementState.to_sign, AgreementState.signed)
OPEN_STATES = (AgreementState.draft, *BEING_SIGNED)
LIVE_STATES = (*OPEN_STATES, AgreementState.in_force)

AGREEMENT_STATES: dict[str, Text] = {
    "draft": _("Draft"),
    "to_sign": _("To be signed"),
    "signed": _("Signed by both"),
    "in_force": _("In force"),
    "expired": _("Expired"),
    "terminated": _("Terminated"),
}
NOT_CONCLUDED = _("Not concluded")


class Side(StrEnum):
    curator = "curator"
    school = "school"


SIDES: dict[str, Text] = {"curator": _("Curator school"), "school": _("Supported school")}


class VisitMode(StrEnum):
    in_person = "in_person"
    remote = "remote"


VISIT_MODES: dict[str, Text] = {"in_person": _("At the school"), "remote": _("Remotely")}


class VisitGround(StrEnum):
    order = "order"
    agreement = "agreement"


VISIT_GROUNDS: dict[str, Text] = {
    "order": _("Order on curator schools"),
    "agreement": _("Cooperation agreement"),
}


class ReportState(StrEnum):
    draft = "draft"
    submitted = "submitted"
    acknowledged = "acknowledged"
    objected = "objected"


REPORT_STATES: dict[str, Text] = {
    "draft": _("Report not submitted"),
    "submitted": _("Waits for the director"),
    "acknowledged": _("Acknowledged"),
    "objected": _("There are objections"),
}


class RecommendationStatus(StrEnum):
    open = "open"
    done = "done"
    not_relevant = "not_relevant"


RECOMMENDATION_STATUSES: dict[str, Text] = {
    "open": _("Being carried out"),
    "done": _("Carried out"),
    "not_relevant": _("No longer relevant"),
}

DEFAULT_VISITS = 4  # [cfg] programme setting `visits_planned`


def number_key(number: str) -> str:
    """What makes two numbers of one journal the same: «№ 7/2025» and « 7/2025» are, «12а» and «12А» are."""
    return re.sub(r"[\s№]+", "", number).casefold()


@dataclass(frozen=True)
class Signed:
    """What one side of an agreement has done so far, under the name a reason prints."""

    name: str
    has_number: bool
    has_signature: bool


def state_after(state: AgreementState, sides: Iterable[Signed], has_scan: bool) -> AgreementState:
    """Where an agreement stands once its signatures, numbers and scan are counted.

    Signed by both needs the scan; in force needs both numbers as well. Nothing leaves the draft by itself.
    """
    if state not in BEING_SIGNED:
        return state
    sides = tuple(sides)
    if not (has_scan and all(side.has_signature for side in sides)):
        return AgreementState.to_sign
    if all(side.has_number for side in sides):
        return AgreementState.in_force
    return AgreementState.signed


def missing(state: AgreementState, sides: Iterable[Signed], has_scan: bool) -> tuple[Text, ...]:
    """What an agreement still needs to come into force, in the order of doing it."""
    if state == AgreementState.draft:
        return (_("sending for signature"),)
    if state in (AgreementState.expired, AgreementState.terminated):
        return (_("an agreement that is in force"),)
    sides = tuple(sides)
    lacks = [_("signature of %(school)s", school=s.name) for s in sides if not s.has_signature]
    lacks += [_("number of %(school)s", school=s.name) for s in sides if not s.has_number]
    return (*lacks, *(() if has_scan else (_("scan of the signed agreement"),)))


def periods(since: date, until: date, count: int) -> list[tuple[date, date]]:
    """The term cut into `count` periods of nearly equal length, in days; one visit is planned for each."""
    days = (until - since).days + 1
    count = max(0, min(count, days))
    cuts = [since + timedelta(days=days * n // count) for n in range(count)] if count else []
    return [
        (start, (cuts[n + 1] - timedelta(days=1)) if n + 1 < count else until) for n, start in enumerate(cuts)
    ]


def fitting(planned: Sequence[tuple[int, date, date]], day: date) -> int | None:
    """Which open planned visit (id, since, until) `day` fulfils: its own period, else the oldest past one."""
    inside = [key for key, since, until in planned if since <= day <= until]
    if inside:
        return inside[0]
    past = [key for key, _since, until in planned if until < day]
    return past[0] if past else None


def matched(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """For each new text the place of the old one it continues: the same words first, then the same order."""
    free = list(range(len(old)))
    answer: list[int | None] = [None] * len(new)
    for n, text in enumerate(new):
        same = next((k for k in free if old[k] == text), None)
        if same is not None:
            answer[n] = same
            free.remove(same)
    for n in range(len(new)):
        if answer[n] is None and free:
            answer[n] = free.pop(0)
    return answer
