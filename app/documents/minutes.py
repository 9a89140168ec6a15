"""What the minutes of the coordination group print: who was there, what was heard, how each school was voted on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from sqlalchemy import String, and_, cast, func, select

from app.access.memberships import accounts_holding
from app.access.models import Membership
from app.cases.meetings import (
    approval_of,
    electorate_of,
    items_of,
    look_at_votes,
    members,
    stand_ins,
    votes_on,
    voting_instead,
)
from app.cases.models import CaseEvent, CaseVote, Meeting, MeetingItem
from app.cases.queries import events_of, rounds_of
from app.cases.stages import PLAN, RESULTS, deciding_on
from app.core.asked_once import only_looking
from app.core.unit_of_work import Work
from app.documents.people import Card, person_card, person_cards
from app.engine.events import ApprovalDecided, VoteCast, VotesVoided, from_dict


@dataclass(frozen=True)
class Question:
    """How the question about a content is worded; official papers are Russian only."""

    title: str
    heard: str
    passed: str
    failed: str
    mark_passed: str
    mark_failed: str


QUESTIONS: Mapping[str, Question] = {
    PLAN: Question(
        title="О рассмотрении плана основных мероприятий (муниципальной дорожной карты) на {year} год",
        heard="о рассмотрении планов мероприятий {schools}",
        passed="План мероприятий {school} одобрить и представить на утверждение приказом",
        failed="План мероприятий {school} вернуть на доработку",
        mark_passed="План одобрен", mark_failed="План не одобрен",
    ),
    RESULTS: Question(
        title="О результатах методической поддержки школ в {year} году",
        heard="о результатах методической поддержки {schools}",
        passed="Результаты методической поддержки {school} принять",
        failed="Материалы о результатах {school} вернуть на доработку",
        mark_passed="Результаты приняты", mark_failed="Результаты не приняты",
    ),
}  # fmt: skip
OTHER = Question(
    title="О ходе методической поддержки школ", heard="о ходе методической поддержки {schools}",
    passed="Информацию о ходе методической поддержки {school} принять к сведению",
    failed="Информацию о ходе методической поддержки {school} принять к сведению",
    mark_passed="Принято", mark_failed="Не принято",
)  # fmt: skip
# What the group decides about a school when it accepts the results, by the outcome it voted on.
OUTCOMES: Mapping[str, str] = {
    "effective": "Признать {school} общеобразовательной организацией, перешедшей в эффективный режим работы, "
    "сопровождение завершить",
    "positive": "Динамику результатов {school} признать положительной, сопровождение продлить",
    "no_change": "Результаты {school} признать сопоставимыми с прошлым годом, сопровождение продолжить",
    "negative": "Динамику результатов {school} признать отрицательной, сопровождение продолжить",
}  # fmt: skip
# «Представленные материалы одобрить» says nothing of what the vote decided: the decision itself is printed.
_SAYS_NOTHING = re.compile(
    r"(?:представленные )?материалы.{0,60} (?:одобрить|принять|утвердить)\.?", re.IGNORECASE
)
_OUTCOME = "results.decided_outcome"
_TOPIC = re.compile(r"об?о? ", re.IGNORECASE)


def minutes_values(work: Work, meeting: Meeting) -> dict[str, Any]:
    """The fields of the template `protocol` that come from the meeting and its votes."""
    # a meeting has hundreds of questions: what they are asked is read at once
    with only_looking(work.session):
        return _values(work, meeting)


def _values(work: Work, meeting: Meeting) -> dict[str, Any]:
    day = meeting.held_on
    offices = (meeting.programme.authority_id, meeting.programme.centre_id)
    table = _table(work, meeting)
    speaker = _speaker(work, meeting)
    guests = [pid for pid in meeting.present if pid not in table.present]
    if speaker is not None and speaker["id"] not in (*table.everyone, *guests):
        guests.append(speaker["id"])  # who reported was there
    chairing = (meeting.chair_id, meeting.secretary_id)  # printed in places of their own
    chair, secretary = (person_card(work.session, pid, day, offices) for pid in chairing)

    def cards(people: Iterable[int]) -> list[Card]:
        return person_cards(work.session, people, day, offices)

    return {
        "date": day,
        "place": meeting.place or None,
        "chair": chair,
        "secretary": secretary,
        "present": cards(pid for pid in table.present if pid not in chairing),
        "absent": cards(
            pid for pid in table.everyone if pid not in (*table.present, *table.apart, *chairing)
        ),
        "by_correspondence": cards(table.apart),
        "invited": cards(guests),
        "present_count": len(table.present),
        "members_count": len(table.everyone),
        "quorum": 2 * table.fewest > len(table.everyone),
        "items": _questions(work, meeting, speaker or chair),
    }


@dataclass(frozen=True)
class _Table:
    """Who belongs at the table of a meeting, and who of them sat there, himself or in somebody's place.

    `apart`: who was not there and gave a vote that counts; `fewest`: the seats that took part in any one question.
    """

    everyone: list[int]
    present: list[int]
    apart: list[int]
    fewest: int


def _table(work: Work, meeting: Meeting) -> _Table:
    programme, came = meeting.programme, meeting.present
    group = members(work, programme, meeting.held_on)
    everyone = list(dict.fromkeys(pid for role in ("chair", "secretary", "member") for pid in group[role]))
    pairs = [pair for found in stand_ins(work, programme, meeting.held_on).values() for pair in found.items()]
    ballots = _ballots(work, meeting)
    took_part = {*came, *(giver for given in ballots for giver in given.values())}
    # who votes because nobody of the group may sits with it, if he or who acts for him came or voted
    for person, acting in voting_instead(work, meeting).items():
        if person not in everyone and not {person, *acting}.isdisjoint(took_part):
            everyone.append(person)
            pairs += [(pid, person) for pid in acting]
    # who acts for an absent member fills his seat; the member himself is printed as absent
    seated = {pid: holder for pid, holder in pairs if pid not in everyone and holder not in came}
    present = [pid for pid in came if pid in everyone or pid in seated]
    seats = {seated.get(pid, pid) for pid in present}
    apart = [
        giver for given in ballots for seat, giver in given.items() if seat in everyone and giver not in came
    ]
    voted = [seats.union(given).intersection(everyone) for given in ballots]
    fewest = min((len(took_part) for took_part in voted), default=len(present))
    return _Table(everyone, present, list(dict.fromkeys(apart)), fewest)


def _ballots(work: Work, meeting: Meeting) -> list[dict[int, int]]:
    """By question: the person whose vote counts → who gave it, he himself or somebody in his place."""
    items = work.session.scalars(select(MeetingItem.id).where(MeetingItem.meeting_id == meeting.id)).all()
    given = work.session.execute(
        select(MeetingItem.id, CaseEvent.on_behalf_of, CaseEvent.actor_id)
        .join(CaseVote, and_(
            CaseVote.case_id == MeetingItem.case_id, CaseVote.stage == MeetingItem.stage,
            CaseVote.round == MeetingItem.round, CaseVote.void.is_(False),
        ))
        .join(CaseEvent, and_(
            CaseEvent.case_id == CaseVote.case_id, CaseEvent.type == VoteCast.type, CaseEvent.at == CaseVote.at,
            cast(func.coalesce(CaseEvent.on_behalf_of, CaseEvent.actor_id), String) == CaseVote.voter,
        ))
        .where(MeetingItem.id.in_(items))
        .order_by(MeetingItem.position, CaseEvent.seq)
    ).all()  # fmt: skip
    accounts = {account for row in given for account in (row.on_behalf_of, row.actor_id)}
    held = select(Membership.user_id, Membership.person_id).where(
        Membership.user_id.in_(accounts), Membership.person_id.is_not(None)
    )
    persons: dict[int, int] = {row.user_id: row.person_id for row in work.session.execute(held)}
    found: dict[int, dict[int, int]] = {item: {} for item in items}
    for item, absent, giver in given:
        if giver in persons and (absent or giver) in persons:
            found[item][persons[absent or giver]] = persons[giver]
    return list(found.values())


def _questions(work: Work, meeting: Meeting, speaker: Card | None) -> list[dict[str, Any]]:
    rows = items_of(work, meeting)
    look_at_votes(work, rows)
    by_stage: dict[str, list[MeetingItem]] = {}
    for row in rows:
        by_stage.setdefault(row.stage, []).append(row)
    return [_question(work, meeting, no, stage, items, speaker)
            for no, (stage, items) in enumerate(by_stage.items(), start=1)]  # fmt: skip


def _question(
    work: Work, meeting: Meeting, no: int, stage: str, items: Sequence[MeetingItem], speaker: Card | None
) -> dict[str, Any]:
    definition = work.ports.definitions.of(work.session, items[0].case)
    asked = (words for content, words in QUESTIONS.items() if stage in deciding_on(definition, content))
    words = next(asked, OTHER)
    items = sorted(items, key=lambda item: item.case.school.sort_key)
    counts = votes_on(work, items)
    if words is QUESTIONS[RESULTS] and (look_ahead := work.ports.ahead.get(_OUTCOME)):
        look_ahead(work.session, [item.case_id for item in items])
    votes: list[dict[str, Any]] = []
    decisions: list[dict[str, Any]] = []
    for item in items:
        decided = _decided(work, item)
        vote = _vote(work, item, decided, counts[item.id])
        marks = {True: words.mark_passed, False: words.mark_failed, None: "–"}
        votes.append({**vote, "decision": marks[vote["decision"]]})
        text = _about_school(item, item.decided.strip(), items)
        if vote["decision"] is not None and (not text or _SAYS_NOTHING.fullmatch(item.decided.strip())):
            wording = _passed(work, item, words) if vote["decision"] else words.failed
            text = wording.format(school=item.case.school.short_name) + _falls_short(work, item, decided)
        if text:
            decisions.append(
                {"no": f"{no}.{len(decisions) + 1}", "text": text, "executor": None, "term": None}
            )
    return {
        "title": words.title.format(year=meeting.programme.year), "speaker": speaker,
        "heard": _heard(words, items, speaker) if speaker else [], "spoke": [], "votes": votes,
        "conflict": any(vote["excluded"] for vote in votes), "decisions": decisions,
    }  # fmt: skip


def _heard(words: Question, items: Sequence[MeetingItem], speaker: Card) -> list[dict[str, Any]]:
    """«Учебную А.П. – о …» with all schools once, then what was told where the notes on the schools differ."""
    schools = ", ".join(item.case.school.short_name for item in items)
    told = [item.heard.strip().replace(item.case.school.short_name, "{schools}") for item in items]
    same = list(dict.fromkeys(text for text in told if text))
    if len(same) == 1 and all(told):
        same = [same[0].replace("{schools}", schools)]
    else:
        same = [_about_school(item, item.heard.strip(), items) for item in items if item.heard.strip()]
    topic = words.heard.format(schools=schools)
    if len(same) == 1 and _TOPIC.match(same[0]):
        topic = same.pop()
    return [{"speaker": speaker, "text": topic}, *({"speaker": None, "text": text} for text in same)]


def _about_school(item: MeetingItem, text: str, items: Sequence[MeetingItem]) -> str:
    """A note on one school of several names it: on the page it stands under the school, on the paper it does not."""
    name = item.case.school.short_name
    of_name = " ".join(name.split()[1:]) or name  # «МБОУ» is left out when people write
    if not text or len(items) == 1 or " ".join(of_name.split()) in " ".join(text.split()):
        return text
    return f"{name}. {text}"


def _speaker(work: Work, meeting: Meeting) -> Card | None:
    """The methodist of the centre presents the papers."""
    programme = meeting.programme
    offices = (programme.centre_id, programme.authority_id)
    found = accounts_holding(work.session, "methodist", work.today)
    person = next((m.person_id for m in found if m.organisation_id in offices), None)
    return person_card(work.session, person, meeting.held_on, offices)


def _vote(
    work: Work, item: MeetingItem, decided: ApprovalDecided | None, counts: Mapping[str, int]
) -> dict[str, Any]:
    """Counts of one school's vote; `decision` is True, False, or None while the vote is open."""
    approval = approval_of(work, item)
    votes, barred = electorate_of(work, item, approval) if approval else ((), ())
    eligible = len(votes)
    if decided is not None:  # whoever has joined the group or left it since
        counts = {"for": decided.votes_for, "against": decided.votes_against, "abstain": decided.abstained}
        eligible = decided.eligible
    return {
        "school": item.case.school.short_name, "yes": counts["for"], "no": counts["against"],
        "abstained": counts["abstain"], "silent": max(0, eligible + len(barred) - sum(counts.values())),
        "excluded": sum(1 for voter in barred if voter.excluded != "author"),
        "decision": None if decided is None else decided.result == "passed",
    }  # fmt: skip


def _falls_short(work: Work, item: MeetingItem, decided: ApprovalDecided | None) -> str:
    """How many votes were needed, where more were for than against and yet nothing was adopted."""
    approval = approval_of(work, item)
    needed = approval.needed_for(decided.eligible) if approval and decided else None
    if needed is None or decided is None or decided.result == "passed":
        return ""
    if not decided.votes_against < decided.votes_for < needed:
        return ""
    return f" (для принятия решения нужно голосов «за» – {needed})"


def _decided(work: Work, item: MeetingItem) -> ApprovalDecided | None:
    """The decision of the round, with the figures it was made with; None once its content has changed."""
    rounds = rounds_of(work.session, item.case_id)
    here = next((i for i, r in enumerate(rounds) if (r.stage, r.round) == (item.stage, item.round)), None)
    if here is None:
        return None
    since, until = rounds[here].opened_seq, rounds[here + 1].opened_seq if here + 1 < len(rounds) else inf
    decided: ApprovalDecided | None = None
    for row in events_of(work.session, item.case_id):
        if row.type in (ApprovalDecided.type, VotesVoided.type) and since < row.seq < until:
            event = from_dict(row.data)
            decided = event if isinstance(event, ApprovalDecided) else None
    return decided


def _passed(work: Work, item: MeetingItem, words: Question) -> str:
    """How the decision is worded; for the results by the outcome the group voted on."""
    source = work.ports.facts.get(_OUTCOME) if words is QUESTIONS[RESULTS] else None
    code = source(work.session, item.case_id).value if source else None
    return OUTCOMES.get(str(code), words.passed)
