"""A thousand agreements: one after another in one process, and by limited children, one and as many as cores.

The ways take turns, chunk by chunk, so that a busy machine slows all alike; the clock on the wall counts, because
the question is when the batch is ready. Stock docxtpl prints a sample in each round.
`python -m benchmarks.bench_batch [RESULT.json]`
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from itertools import count, islice
from pathlib import Path
from typing import Any

from app.documents.docx.pool import RenderPool, cores
from app.documents.docx.rendering import render
from benchmarks.asked import Asked, judge
from benchmarks.bench_rendering import TEMPLATES, WORKS, by_docxtpl
from tests.unit.documents import penza

PAPERS = 1_000  # of each way
CHUNK = 100
STOCK = 3  # papers of docxtpl in a round


def timed(make: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    make()
    return time.perf_counter() - begun


def peak(pid: int) -> float:
    """The most memory a process ever held, in megabytes; 0 where the system does not tell."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM")), 0.0)


def printed(pool: RenderPool, template: bytes, papers: list[Any]) -> None:
    for one in pool.render_many(template, papers):
        if one.error is not None:
            raise one.error


def main() -> None:
    template = (TEMPLATES / "agreement.docx").read_bytes()
    values = penza.agreement()
    vary, numbers = WORKS["batch"], count(1)
    many = max(2, cores())
    times: dict[str, list[float]] = {"stock": [], "one by one": [], "1 child": [], f"{many} children": []}
    with RenderPool(workers=1) as one, RenderPool(workers=many) as more:
        fresh = [vary(values, next(numbers)) for _ in range(20)]
        render(template, fresh[0])
        printed(one, template, fresh)
        printed(more, template, fresh)
        before = [peak(child.process.pid) for child in more.children if child.process]
        for round_number in range(PAPERS // CHUNK):
            ways: list[tuple[str, int, Callable[[list[Any]], Any]]] = [
                ("stock", STOCK, lambda papers: [by_docxtpl(template, each) for each in papers]),
                ("one by one", CHUNK, lambda papers: [render(template, each) for each in papers]),
                ("1 child", CHUNK, lambda papers: printed(one, template, papers)),
                (f"{many} children", CHUNK, lambda papers: printed(more, template, papers)),
            ]
            shift = round_number % len(ways)
            for name, number, make in ways[shift:] + ways[:shift]:
                papers = [vary(values, each) for each in islice(numbers, number)]
                times[name].append(timed(lambda make=make, papers=papers: make(papers)) / number)
        after = [peak(child.process.pid) for child in more.children if child.process]
    middle = {name: statistics.median(each) for name, each in times.items()}
    result = {
        "papers": PAPERS,
        "cores": cores(),
        "load_average": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "papers_per_second": {name: round(1 / each) for name, each in middle.items()},
        "times_stock": {name: round(middle["stock"] / each, 1) for name, each in middle.items()},
        "times_one_by_one": {name: round(middle["one by one"] / each, 2) for name, each in middle.items()},
        "seconds_for_1000": {name: round(1000 * each, 1) for name, each in middle.items()},
        "child_peak_megabytes": round(max(after), 1),
        "growth_in_kilobytes_per_paper": round(
            1000 * (max(after) - max(before)) / (PAPERS / max(1, len(after))), 1
        ),
    }
    print(f"| {PAPERS} agreements | Papers/s | Times stock | Times one by one | Seconds for 1,000 |")
    print("|---|---:|---:|---:|---:|")
    for name in times:
        print(
            f"| {name} | {result['papers_per_second'][name]} | {result['times_stock'][name]}"  # type: ignore[index]
            f" | {result['times_one_by_one'][name]} | {result['seconds_for_1000'][name]} |"  # type: ignore[index]
        )
    print(
        f"\nA child held at most {result['child_peak_megabytes']} MB and grew by"
        f" {result['growth_in_kilobytes_per_paper']} KB per paper; load of the machine {result['load_average']}"
        f" on {result['cores']} cores."
    )
    if len(sys.argv) > 1:
        target = Path(sys.argv[1])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(result, indent=2), encoding="utf-8")
    children = f"{many} children"
    judge(
        [
            Asked("a batch, times stock", result["times_stock"][children], 80),
            Asked("growth of a child, KB per paper", result["growth_in_kilobytes_per_paper"], most=50),
        ]
    )


if __name__ == "__main__":
    main()
