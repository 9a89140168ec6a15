"""The visits of the four pairs by the code of the supported school, as in `app.demo.penza.PAIRS`."""

from __future__ import annotations

from app.demo.visit_data import co1, oshi1, school41, school50
from app.demo.visit_data.parts import DemoVisit

VISITS: dict[str, tuple[DemoVisit, ...]] = {
    "oshi1": oshi1.VISITS, "50": school50.VISITS, "co1": co1.VISITS, "41": school41.VISITS,
}  # fmt: skip
