"""What a page costs: with the conditions of row access against without any, and with many cases against few.

    python -m benchmarks.bench_pages [RESULT.json]

The pages of the training copy, as people of four roles see them, answered by the application itself (no network), on
SQLite. Rounds take turns; each figure is a ratio of medians of processor time in one run.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app import config, wiring
from app.access import scopes
from app.admin.bootstrap import bootstrap
from app.cases import queries, service
from app.core.actor import SYSTEM
from app.core.clock import FixedClock
from app.core.unit_of_work import Runtime
from app.demo import loading
from app.demo.penza import PAIRS, actor
from app.engine.actions import Fire
from app.schools.models import Organisation
from app.schools.queries import organisations
from benchmarks.asked import Asked, judge
from benchmarks.peer_process import keep, show
from tests.people import START, WebUsers
from tests.servers.databases import SqliteTemplate

ROUNDS, LOOKS, MORE = 9, 5, 50
PAGES = (
    ("clerk", "/"), ("methodist", "/"), ("head", "/overview/"), ("head", "/cases/"), ("clerk", "/documents/"),
    ("director50", "/"),
)  # fmt: skip
Figures = dict[str, float]  # page → seconds


def demo(folder: Path) -> Runtime:
    database = SqliteTemplate(folder).copy(folder / "opora.sqlite3")
    settings = config.load(
        {"DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.owner_url, "SECRET_KEY": "k" * 40,
         "STORAGE_URL": f"file:{folder / 'files'}"}, demo=True, var=folder,
    )  # fmt: skip
    system = wiring.build(settings, FixedClock(START))
    bootstrap(system)
    loading.load(system)
    return system


def looked(web: WebUsers) -> Figures:
    """Seconds of one look at each page."""
    found = {}
    for username, page in PAGES:
        client = web(username)
        begun = time.process_time()
        for _ in range(LOOKS):
            assert client.get(page).status_code == 200
        found[f"{username} {page}"] = (time.process_time() - begun) / LOOKS
    return found


@contextmanager
def unrestricted() -> Iterator[None]:
    """Everybody sees everything: the floor."""
    restricted = scopes._criteria
    scopes._criteria = lambda session, models: []  # type: ignore[assignment]
    try:
        yield
    finally:
        scopes._criteria = restricted


def open_more(system: Runtime) -> None:
    """Further schools with a case each, at the stage of the diagnosis."""
    with system.work(SYSTEM) as work:
        known = organisations(work.session, "school")[0]
        names = {one.key for one in Organisation.__mapper__.column_attrs} - {"id", "code", "short_name"}
        shared = {name: getattr(known, name) for name in names}
        for number in range(MORE):
            work.session.add(
                Organisation(**shared, code=f"further{number}", short_name=f"Школа № {200 + number}")
            )
    with system.work(actor(system, "methodist")) as work:
        schools = {one.code: one for one in organisations(work.session)}
        programme, curator = queries.programmes(work.session)[0], schools[PAIRS["41"]]
        opened = [
            service.open_case(
                work, programme=programme, school=schools[f"further{number}"], curator=curator
            ).id
            for number in range(MORE)
        ]
        for case_id in opened:
            service.act(work, case_id, Fire("start_diagnosis"), 1)
    system.database.session.remove()


def middle(rounds: list[Figures]) -> Figures:
    return {name: statistics.median(one[name] for one in rounds[1:]) for name in rounds[0]}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        system = demo(Path(folder))
        web = WebUsers(system)
        with_rules, without = [], []
        for _ in range(ROUNDS + 1):
            with_rules.append(looked(web))
            with unrestricted():
                without.append(looked(web))
        open_more(system)
        many = middle([looked(web) for _ in range(ROUNDS + 1)])
        few, floor = middle(with_rules), middle(without)
        system.database.dispose()
    rules = {name: round(few[name] / floor[name], 2) for name in few}
    growth = {name: round(many[name] / few[name], 2) for name in few}
    result = {
        "times of the page without conditions of row access": rules,
        f"times of the page with 4 cases when there are {4 + MORE}": growth,
        "milliseconds, 4 cases": {name: round(seconds * 1000, 1) for name, seconds in few.items()},
    }
    show(result)
    keep(sys.argv[1] if len(sys.argv) > 1 else "pages.json", result)
    judge(
        [
            Asked(
                "row access, times of the page without it, median",
                statistics.median(rules.values()),
                most=1.5,
            ),
            Asked(f"{4 + MORE} cases, times of 4, highest", max(growth.values()), most=3),
        ]
    )


if __name__ == "__main__":
    main()
