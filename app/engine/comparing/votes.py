"""How the vote of a stage differs between two versions."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.comparing.conditions import compare_effects
from app.engine.comparing.new import plain_vote
from app.engine.comparing.words import (
    GROUND,
    YES,
    Change,
    Pair,
    RoomNames,
    fallback,
    join,
    majority,
    many,
    of_roles,
    of_tasks,
    only,
    portion,
    roles_of,
    same,
    say,
    texts_of,
    value_of,
    words,
)
from app.engine.definition import Definition
from app.engine.elements import Approval
from app.engine.structure import structure_of


def compare_votes(
    versions: tuple[Definition, Definition],
    path: str,
    here: Pair,
    was: Approval | None,
    now: Approval | None,
    names: RoomNames,
) -> Iterator[Change]:
    """Changes of the vote of a stage; `here` names the stage."""
    where = f"{path}.approval"
    old, new = versions
    if was is None or now is None:
        yield from _vote_itself(where, here, was, now)
    if now is None:
        return
    was = was or plain_vote(now)
    vote: Pair = (f"Голосование «{now.titles['ru']}»", f"Vote “{now.titles['en']}”")
    yield from words(where, vote, was.titles, now.titles)
    yield from words(where, vote, was.source, now.source, GROUND)
    if was.id != now.id:
        yield say("changed", where, join(vote, (": код", ": id")), same(was.id), same(now.id))
    # compared by what enters the hash: another title of a role is told where the role is
    said: tuple[tuple[Pair, bool, Pair, Pair], ...] = (
        (
            (": кворум", ": quorum"),
            structure_of(was.quorum) != structure_of(now.quorum),
            portion(was.quorum),
            portion(now.quorum),
        ),
        (
            (": для решения — голосов «за»", ": votes “for” needed to adopt"),
            structure_of(was.majority) != structure_of(now.majority),
            majority(was),
            majority(now),
        ),
        (
            (": при равенстве решает", ": a tie is decided by"),
            was.tie != now.tie,
            roles_of(old, only(was.tie)),
            roles_of(new, only(now.tie)),
        ),
        (
            (": автор не голосует", ": the author does not vote"),
            was.four_eyes != now.four_eyes,
            YES[was.four_eyes],
            YES[now.four_eyes],
        ),
        (
            (": голос привязан к", ": a vote is bound to"),
            was.binds != now.binds,
            value_of(was.binds),
            value_of(now.binds),
        ),
        (
            (": если голосовать некому", ": when nobody may vote"),
            was.on_no_voters != now.on_no_voters,
            fallback(old, was),
            fallback(new, now),
        ),
    )
    for label, differs, before, after in said:
        if differs:
            yield say("changed", where, join(vote, label), before, after)
    for text, were, are in (
        ((": голосуют", ": voters"), of_roles(old, was.voters), of_roles(new, now.voters)),
        ((": право вето", ": veto"), of_roles(old, was.veto), of_roles(new, now.veto)),
        (
            (": открывается после", ": opens after"),
            of_tasks(old, was.opens_after),
            of_tasks(new, now.opens_after),
        ),
    ):
        yield from many(where, join(vote, text), were, are)
    for when, former, later in (
        ((" при принятии", " when it passes"), was.on_pass, now.on_pass),
        ((" при отклонении", " when it fails"), was.on_fail, now.on_fail),
    ):
        yield from compare_effects(where, vote, former, later, when, names)


def _vote_itself(where: str, here: Pair, was: Approval | None, now: Approval | None) -> Iterator[Change]:
    if now is not None:
        name: Pair = (f" «{now.titles['ru']}»", f" “{now.titles['en']}”")
        texts = (f"{here[0]}: добавлено голосование{name[0]}", f"{here[1]}: a vote is added,{name[1]}")
        yield Change("added", where, texts_of(texts))
    elif was is not None:
        name = (f" «{was.titles['ru']}»", f" “{was.titles['en']}”")
        texts = (f"{here[0]}: убрано голосование{name[0]}", f"{here[1]}: the vote{name[1]} is removed")
        yield Change("removed", where, texts_of(texts))
