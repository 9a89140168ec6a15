"""Each kind of paper has its own life."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from app.documents.rules import (
    KIND_LABELS,
    MOVES,
    SIGNERS,
    STATE_LABELS,
    DocumentKind,
    DocumentState,
    Move,
    PaperDates,
    date_warnings,
    missing_signers,
    next_state,
)

S, M, K = DocumentState, Move, DocumentKind
FROZEN = frozenset(DocumentState) - {DocumentState.draft, DocumentState.to_sign}


def allowed_moves(kind: DocumentKind, state: DocumentState) -> tuple[Move, ...]:
    """The moves a paper may make now, in the order of its life."""
    return tuple(move for move in Move if next_state(kind, state, move))


@pytest.mark.parametrize("kind", K)
def test_nothing_is_registered_unsigned(kind: DocumentKind) -> None:
    has_number = kind != DocumentKind.report
    assert [state for state in S if next_state(kind, state, M.register)] == [S.signed] * has_number
    # a report waits for nobody: the scan of its signature is brought, or not
    assert [state for state in S if next_state(kind, state, M.sign)] == [S.to_sign if has_number else S.draft]


def test_life_of_an_order() -> None:
    state = S.draft
    for move in (M.send, M.sign, M.register, M.enforce, M.change, M.cancel, M.archive):
        state = next_state(K.order, state, move) or pytest.fail(f"{move} from {state}")
    assert state is S.archived


def test_minutes_are_never_changed_or_cancelled() -> None:
    assert not [
        state for state, move in product(S, (M.change, M.cancel)) if next_state(K.protocol, state, move)
    ]
    assert allowed_moves(K.protocol, S.registered) == (M.archive,)


def test_agreement_ends_by_term_or_earlier() -> None:
    assert allowed_moves(K.agreement, S.in_force) == (M.change, M.expire, M.terminate)


def test_a_signed_paper_becomes_a_draft_again_only_where_its_order_cannot_be_registered() -> None:
    back = [
        (kind, state, move)
        for kind, moves in MOVES.items()
        for (state, move), target in moves.items()
        if state in FROZEN and target not in FROZEN
    ]
    assert back == [(K.order, S.signed, M.withdraw)], "a plan in it was sent back: documents.sent_back"


def test_every_state_of_a_kind_is_reached_and_can_end() -> None:
    for kind, moves in MOVES.items():
        reached = {S.draft, *moves.values()}
        assert {state for state, _move in moves} <= reached, kind
        assert S.archived in reached


def test_signers() -> None:
    assert missing_signers(K.agreement, ["curator"]) == ("supported",)
    assert missing_signers(K.protocol, []) == ("chair", "secretary")
    assert set(SIGNERS) == set(K)


def test_dates_out_of_order_warn() -> None:
    assert date_warnings(PaperDates()) == []
    fine = PaperDates(
        dated=date(2025, 1, 22),
        signed=date(2025, 1, 22),
        registered=date(2025, 1, 22),
        ground=date(2025, 1, 20),
    )
    assert date_warnings(fine) == []
    wrong = PaperDates(
        dated=date(2025, 1, 20),
        signed=date(2025, 1, 23),
        registered=date(2025, 1, 22),
        starts=date(2025, 2, 1),
        ends=date(2025, 1, 1),
        ground=date(2025, 1, 22),
        previous_in_series=date(2025, 1, 21),
        next_in_series=date(2025, 1, 19),
    )
    assert len(date_warnings(wrong)) == 5


def test_labels_are_russian() -> None:
    for label in (*STATE_LABELS.values(), *KIND_LABELS.values()):
        assert any("а" <= sign <= "я" for sign in label.in_("ru")), label
    assert set(STATE_LABELS) == set(S)
    assert set(KIND_LABELS) == set(K)
