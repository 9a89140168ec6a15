"""A record's link is of its content as canonical JSON spells it, however the writer put it together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.service import chain, chained, details_digest, link
from app.core.actor import Actor, StandsFor
from app.core.canonical import canonical_json
from app.core.unit_of_work import Work

texts = st.text(max_size=12) | st.sampled_from(['"', "\\", "«Школа»\n", "\x00\x1f\u2028", "𝔘", "</script>"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
INSTANTS = (
    datetime(2025, 1, 22, 6, 0, 0, 5, tzinfo=UTC),
    datetime(2025, 1, 22, 9, tzinfo=timezone(timedelta(hours=3))),
)


@given(
    texts, texts, texts, st.none() | st.integers(), st.none() | st.integers(0), st.none() | st.integers(0),
    st.dictionaries(texts, values, max_size=4), st.none() | st.dictionaries(texts, values, min_size=1, max_size=3),
    st.sampled_from(INSTANTS), st.booleans(),
)  # fmt: skip
def test_a_link_is_the_hash_of_the_record_as_verify_spells_it(
    stream: str, tag: str, table: str, actor: int | None, subject: int | None, case_id: int | None,
    data: dict[str, Any], details: dict[str, Any] | None, now: datetime, acting: bool,
) -> None:  # fmt: skip
    work = Work(cast(Any, None), Actor(actor, "—"), now, cast(Any, None))
    if acting:
        work.acting = StandsFor(4, 5, None, "", "", "")
    record, detail = chain(work, stream, (6, "f" * 64), tag, (table, subject), case_id, data, details)
    content = {
        "stream": stream, "seq": 7, "at": now.isoformat(), "actor": actor, "tag": tag, "subject": [table, subject],
        "case": case_id, "data": record["data"], "details": record["details_hash"],
    }  # fmt: skip
    assert record["hash"] == chained("f" * 64, content)
    assert (record["seq"], record["prev_hash"]) == (7, "f" * 64)
    assert record["data"] == data | ({"on_behalf_of": 5, "substitution": 4} if acting else {})
    if details is None:
        assert (record["details_hash"], detail) == (None, None)
    else:
        assert detail is not None
        assert record["details_hash"] == details_digest(detail["salt"], details)


@pytest.mark.parametrize("data", [{"seq": 3, "event": {"type": "moved", "words": "«о»"}}])
def test_data_spelled_beforehand_give_the_same_link(data: dict[str, Any]) -> None:
    work = Work(cast(Any, None), Actor(1, "—"), INSTANTS[0], cast(Any, None))
    record, _detail = chain(work, "case:1", (0, "0" * 64), "case:moved", ("case_events", 2), 1, data, None)
    again = f'{{"event":{canonical_json(data["event"])},"seq":3}}'
    assert (
        link(work, "case:1", (0, "0" * 64), "case:moved", ("case_events", 2), 1, again, None).hash
        == record["hash"]
    )
