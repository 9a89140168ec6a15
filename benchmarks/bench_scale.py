"""What a large region costs: each page and each job with 2,000 cases against 20.

    python -m benchmarks.bench_scale [RESULT.json]

The cases are those of the training copy, multiplied with their histories (`tests/large_region.py`), on SQLite. A page
is answered by the application without a network; a job is what its parts take, for each case. Processor time, medians.
"""

from __future__ import annotations

import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy import event, select

from app.admin.verify import report
from app.cases import counting, terms
from app.cases.models import Case
from app.cases.procedures import migration, versions
from app.cases.procedures.migration import Order
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.notifications import reminders
from app.server import keep_what_is_loaded
from benchmarks.asked import Asked, judge
from benchmarks.bench_pages import demo
from benchmarks.peer_process import keep, show
from tests.large_region import cases_like, members, returned_again_and_again
from tests.people import WebUsers

FEW, MANY, ROUNDS, EVENTS = 20, 2_000, 3, 2_000
# source in the training copy, after so many of its events, share of the region
SHARES = ((1, 3, 0.3), (1, 11, 0.3), (1, 15, 0.2), (1, 20, 0.1), (2, None, 0.1))
PAGES = (
    ("methodist", "/"), ("chair", "/"), ("clerk", "/notifications/"), ("head", "/overview/"),
    ("methodist", "/cases/"), ("methodist", "/cases/?look=table"), ("admin", "/people/3/leave"),
    ("admin", "/procedures/school_support/1/rehearsal?to=2"),
)  # fmt: skip
Figures = dict[str, float]


def grow(system: Runtime, size: int) -> None:
    for source, events, share in SHARES:
        cases_like(system, source, int(size * share), events=events)


def pages(system: Runtime, more: tuple[tuple[str, str], ...] = ()) -> tuple[Figures, Figures, Figures]:
    """Seconds, queries and kilobytes of each page."""
    web, seen = WebUsers(system), [0]

    def count(*_given: object) -> None:
        seen[0] += 1

    seconds, queries, size = {}, {}, {}
    for username, url in (*PAGES, *more):
        client, name = web(username), f"{username} {url}"
        client.get(url)
        event.listen(system.database.engine, "before_cursor_execute", count)
        taken = []
        for _ in range(ROUNDS):
            seen[0], begun = 0, time.process_time()
            answer = client.get(url)
            taken.append(time.process_time() - begun)
        event.remove(system.database.engine, "before_cursor_execute", count)
        assert answer.status_code == 200, name
        seconds[name], queries[name] = statistics.median(taken), float(seen[0])
        size[name] = round(len(answer.data) / 1024, 1)
    return seconds, queries, size


def jobs(system: Runtime) -> Figures:
    """Milliseconds for each case of what is done to all, in parts; everything is taken back."""
    found = {}
    with system.work(SYSTEM) as work:
        live = list(work.session.scalars(select(Case.id).where(Case.status == "active").order_by(Case.id)))
        voted = list(work.session.scalars(select(Case.id).where(Case.approval == "open").order_by(Case.id)))
    order = Order("school_support", 1, 2)
    acts: tuple[tuple[str, list[int], int, Callable[..., object]], ...] = (
        ("reminders", live, 100, lambda work, ids: reminders.look_at(work, {"cases": ids})),
        (
            "votes looked at",
            voted,
            100,
            lambda work, ids: counting.look_at(work, {"cases": ids, "turn": "t"}),
        ),
        ("recounted", live[:100], 1, lambda work, ids: terms.recount_case(work, ids[0])),
        ("moved", live[:100], 1, lambda work, ids: migration.move(work, ids[0], order)),
    )
    for name, ids, size, act in acts:
        begun = time.process_time()
        for start in range(0, len(ids), size):
            try:
                with system.work(SYSTEM) as work:
                    act(work, ids[start : start + size])
                    raise _TakeBack
            except _TakeBack:
                system.database.session.remove()
        found[name] = round((time.process_time() - begun) / len(ids) * 1000, 3)
    begun = time.process_time()
    assert report(system, lambda _line: None) == 0, "the region is not whole"
    found["verify"] = round((time.process_time() - begun) / len(live) * 1000, 3)
    return found


class _TakeBack(Exception):
    """No fault: the region is left as it was found."""


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        system = demo(Path(folder))
        with system.work(SYSTEM) as work:
            versions.publish(work, "school_support", 2)
        group = members(system, 36)
        grow(system, FEW)
        keep_what_is_loaded()  # as a server does
        few, few_queries, _size = pages(system)
        few_jobs = jobs(system)
        grow(system, MANY - FEW)
        long = returned_again_and_again(system, 1, EVENTS, group, events=7)
        past = tuple(("methodist", f"/cases/{long}{end}") for end in ("", "/past?on=10.01.2025", "/rounds"))
        many, queries, size = pages(system, past)
        many_jobs = jobs(system)
        system.database.dispose()
    times = {name: round(many[name] / few[name], 1) for name in few}
    more = {name: queries[name] - few_queries[name] for name in few}
    per_case = {name: round(many_jobs[name] / few_jobs[name], 2) for name in few_jobs}
    result = {
        f"times of the page with {FEW} cases when there are {MANY}": times,
        "further queries": more,
        "milliseconds": {name: round(seconds * 1000) for name, seconds in many.items()},
        "kilobytes": size,
        f"a job, times of what it takes for each case with {FEW}": per_case,
        "milliseconds for each case": many_jobs,
    }
    show(result)
    keep(sys.argv[1] if len(sys.argv) > 1 else "scale.json", result)
    judge(
        [
            Asked("further queries of a page, highest", max(more.values()), most=8),
            Asked("kilobytes of a page, highest", max(size.values()), most=300),
            Asked("times of the page with few cases, highest", max(times.values()), most=40),
            Asked("a job for each case, times of few, highest", max(per_case.values()), most=1.5),
        ]
    )


if __name__ == "__main__":
    main()
