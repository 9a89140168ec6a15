"""How many papers are printed in the time stock docxtpl takes for one, on the order and the agreement.

Stock is docxtpl as it comes, rendering in our sandbox and saving: it opens the template, patches it and compiles
it for each paper. Both take turns in one process and each figure is a median, so that a busy machine slows both
alike; only the ratios say something about another machine. `python -m benchmarks.bench_rendering [RESULT.json]`
"""

from __future__ import annotations

import copy
import gc
import io
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from docxtpl import DocxTemplate

from app.documents.docx.compiled import Compiled, compiled
from app.documents.docx.intake import Intake
from app.documents.docx.rendering import render
from app.documents.docx.sandbox import Sandbox
from benchmarks.asked import Asked, judge
from tests.unit.documents import penza

TEMPLATES = Path(__file__).resolve().parents[1] / "document_templates"
CODES = {"order_plan": "order", "agreement": "agreement"}
ROUNDS = 15
PER_ROUND = 25  # papers of ours for one of docxtpl's
_KEYS = ("gender", "no")


def by_docxtpl(template: bytes, values: dict[str, Any]) -> bytes:
    intake = Intake()
    sandbox = Sandbox(intake)
    document = DocxTemplate(io.BytesIO(template))
    document.render(intake.take(values, ""), jinja_env=sandbox, autoescape=True)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def checked(template: bytes, values: dict[str, Any]) -> bytes:
    return render(template, values, check=True)


def every_text_new(values: Any, number: int) -> Any:
    """No text of this paper was ever printed before: nothing remembered helps."""
    if isinstance(values, dict):
        return {k: v if k in _KEYS else every_text_new(v, number) for k, v in values.items()}
    if isinstance(values, list):
        return [every_text_new(item, number) for item in values]
    return f"{values} {number}" if isinstance(values, str) else values


def another_school(values: dict[str, Any], number: int) -> dict[str, Any]:
    """A batch: another pair of schools, numbers and directors; the authority and its plan are the same."""
    mine = ("curator", "supported", "pairs", "number", "heading", "executor")
    changed = {key: every_text_new(values[key], number) for key in mine if values.get(key)}
    return {**copy.deepcopy(values), **changed}


def same_again(values: dict[str, Any], number: int) -> dict[str, Any]:
    """A preview: the values of the last paper but for one that is being typed."""
    key = "heading" if "heading" in values else "place"
    return {**values, key: f"{values[key]} {number}"}


# times stock docxtpl: the paper as it comes, and with every check
LEAST = {"preview": 80, "batch": 70, "every text new": 30}
CHECKED = {"preview": 35, "batch": 35, "every text new": 20}
WORKS = {"preview": same_again, "batch": another_school, "every text new": every_text_new}


def seconds(make: Callable[[bytes, dict[str, Any]], bytes], template: bytes, papers: list[Any]) -> float:
    begun = time.process_time()
    for values in papers:
        make(template, values)
    return (time.process_time() - begun) / len(papers)


def peak(make: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    make()
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def measure(code: str, work: str, numbers: Iterator[int]) -> dict[str, Any]:
    template = (TEMPLATES / f"{code}.docx").read_bytes()
    values = getattr(penza, code)()
    vary = WORKS[work]
    times: dict[str, list[float]] = {"stock": [], "ours": [], "checked": []}
    render(template, values)
    for _round in range(ROUNDS):
        for name, make, papers in (
            ("stock", by_docxtpl, 1),
            ("ours", render, PER_ROUND),
            ("checked", checked, PER_ROUND),
        ):
            batch = [vary(values, next(numbers)) for _ in range(papers)]
            times[name].append(seconds(make, template, batch))
    middle = {name: statistics.median(each) for name, each in times.items()}
    return {
        "paper": CODES[code],
        "work": work,
        "ratio": round(middle["stock"] / middle["ours"], 1),
        "ratio_checked": round(middle["stock"] / middle["checked"], 1),
        "papers_per_second": {name: round(1 / each) for name, each in middle.items()},
    }


def weigh(code: str) -> dict[str, Any]:
    template = (TEMPLATES / f"{code}.docx").read_bytes()
    values = getattr(penza, code)()
    ours = render(template, values)
    stock = by_docxtpl(template, values)
    begun = time.process_time()
    Compiled(template)
    compiling = time.process_time() - begun
    begun = time.process_time()
    by_docxtpl(template, values)
    return {
        "paper": CODES[code],
        "memory_of_a_paper": round(
            peak(lambda: render(template, values)) / peak(lambda: by_docxtpl(template, values)), 3
        ),
        "file_size": round(len(ours) / len(stock), 2),
        "compiling_in_stock_papers": round(compiling / (time.process_time() - begun), 1),
        "compiled": compiled(template).reason or "yes",
    }


def rows_cost() -> dict[int, float]:
    """Time for an order with ten times, a hundred times the rows of the plan, against one, per row."""
    template = (TEMPLATES / "order_plan.docx").read_bytes()
    values = penza.order_plan()
    rows = values["pairs"]
    result = {}
    for times in (100, 1000, 10_000):
        papers = [{**values, "pairs": (rows * times)[:times]}] * 3
        result[times] = min(seconds(render, template, papers) for _ in range(3)) / times
    return {times: round(each / result[100], 2) for times, each in result.items()}


def main() -> None:
    numbers = count(1)
    speed = [measure(code, work, numbers) for code in CODES for work in WORKS]
    weight = [weigh(code) for code in CODES]
    rows = rows_cost()
    print("| Paper | Work | Times stock docxtpl | with every check | Papers/s: stock | ours | checked |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for row in speed:
        rate = row["papers_per_second"]
        print(
            f"| {row['paper']} | {row['work']} | {row['ratio']} | {row['ratio_checked']}"
            f" | {rate['stock']} | {rate['ours']} | {rate['checked']} |"
        )
    print(
        "\n| Paper | Memory of a paper, ours : stock | File, ours : stock | Compiling, in papers of stock |"
    )
    print("|---|---:|---:|---:|")
    for row in weight:
        print(
            f"| {row['paper']} | {row['memory_of_a_paper']} | {row['file_size']} | {row['compiling_in_stock_papers']} |"
        )
    print(f"\nCost of a row against an order of 100 rows: {rows}")
    if len(sys.argv) > 1:
        target = Path(sys.argv[1])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(
            json.dumps({"speed": speed, "weight": weight, "rows": rows}, indent=2), encoding="utf-8"
        )
    judge(
        [
            *(Asked(f"{row['paper']}, {row['work']}", row["ratio"], LEAST[row["work"]]) for row in speed),
            *(
                Asked(
                    f"{row['paper']}, {row['work']}, every check", row["ratio_checked"], CHECKED[row["work"]]
                )
                for row in speed
            ),
            *(Asked(f"memory of an {row['paper']}", row["memory_of_a_paper"], most=1) for row in weight),
            *(Asked(f"cost of a row among {times}", cost, most=1.5) for times, cost in rows.items()),
        ]
    )


if __name__ == "__main__":
    main()
