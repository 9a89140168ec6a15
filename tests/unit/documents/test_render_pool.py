"""The pool of limited children: in order, per-paper errors, time and memory bounded."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from app.documents.docx.intake import MissingFields
from app.documents.docx.pool import RenderPool
from app.documents.docx.process import RenderStopped
from app.documents.docx.rendering import render

from . import penza
from .hostile_templates import GOOD, with_paragraph
from .packages import docx

VALUES = penza.agreement()


@pytest.fixture(scope="module")
def pool() -> Iterator[RenderPool]:
    with RenderPool(workers=2, seconds=5, recycle_after=50) as one:
        yield one


def test_the_same_paper_as_in_this_process(pool: RenderPool) -> None:
    assert pool.render(GOOD, VALUES) == render(GOOD, VALUES)


def test_many_in_order_with_errors_of_their_own(pool: RenderPool) -> None:
    def many() -> Iterator[dict[str, Any]]:
        for number in range(120):  # more than a child prints in its life
            yield {**VALUES, "visits": number} if number % 7 else {"place": "г. Пенза"}

    found = list(pool.render_many(GOOD, many()))
    assert [one.index for one in found] == list(range(120))
    assert [one.error is None for one in found] == [bool(number % 7) for number in range(120)]
    assert isinstance(found[0].error, MissingFields)
    assert found[8].data == render(GOOD, {**VALUES, "visits": 8})


def test_a_lost_child_loses_only_its_paper(pool: RenderPool) -> None:
    given = 0
    for one in pool.render_many(GOOD, (VALUES for _number in range(60))):
        given += 1
        if given == 5:
            for child in pool.children:
                if child.process is not None:
                    child.process.kill()
        assert one.error is None or isinstance(one.error, RenderStopped)
    assert given == 60
    assert pool.render(GOOD, VALUES)


def test_a_reader_that_leaves_early_harms_nobody(pool: RenderPool) -> None:
    papers = pool.render_many(GOOD, (VALUES for _number in range(500)))
    next(papers)
    papers.close()
    assert pool.render(GOOD, VALUES)


def test_large_values_do_not_jam_the_pipes(pool: RenderPool) -> None:
    wide = {**VALUES, "risks": ["риск " * 3000] * 30}
    found = list(pool.render_many(GOOD, [VALUES, wide, VALUES, wide, wide]))
    assert all(one.error is None for one in found)


def test_a_child_that_does_not_answer_is_ended_by_the_clock() -> None:
    with RenderPool(workers=1, seconds=1) as pool:
        pool.render(GOOD, VALUES)
        child = pool.children[0]
        assert child.process is not None
        if os.name == "posix":
            os.kill(child.process.pid, 19)  # SIGSTOP: it neither works nor ends
            started = time.monotonic()
            with pytest.raises(RenderStopped) as stopped:
                pool.render(GOOD, VALUES)
            assert stopped.value.why == "time"
            assert time.monotonic() - started < 4
        assert pool.render(GOOD, VALUES)


def test_memory_is_limited() -> None:
    bomb = with_paragraph(
        "{% for a in risks %}{% for b in risks %}" + "текст " * 2_000 + "{% endfor %}{% endfor %}"
    )
    with RenderPool(workers=1, memory=120, seconds=10) as pool:
        with pytest.raises(Exception) as refused:
            pool.render(bomb, {**VALUES, "risks": ["р"] * 300})
        assert refused.value is not None
        assert pool.render(GOOD, VALUES)


def test_loops_are_bounded_whatever_the_text_between() -> None:
    from app.documents.docx.intake import TemplateMistake

    bomb = docx("{% for a in rows %}{% for b in rows %}" + "слово " * 500 + "{% endfor %}{% endfor %}")
    with pytest.raises(TemplateMistake):
        render(bomb, {"rows": ["x"] * 300})
