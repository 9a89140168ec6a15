"""Nobody is pressed to do what need not be done: the term of an optional task is shown, not reminded of."""

from __future__ import annotations

from datetime import date, timedelta

from app.cases import service
from app.cases.models import CaseTask
from app.cases.procedures import version_uploads, versions
from app.cases.procedures.version_uploads import Upload
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.jobs.runner import drain
from tests.integration.cases.test_versions import SECOND
from tests.integration.notifications.conftest import morning, told
from tests.people import open_cases

OPTIONAL = "        roles: [methodist]\n        optional: true\n        page: case\n"
START = date(2025, 1, 9)


def test_an_optional_task_has_a_term_and_no_reminders(penza: Runtime) -> None:
    assert SECOND.count(OPTIONAL) == 1
    third = SECOND.replace("version: 2\n", "version: 9\n").replace(
        OPTIONAL, OPTIONAL + "        due: {working_days: 2, remind: [1], escalate: {after: 1, to: [head]}}\n"
    )
    with penza.work(actor(penza, "admin")) as work:
        version_uploads.upload(work, Upload(third))
        versions.publish(work, service.PROCESS, 9)
    case_id = open_cases(penza)["41"]
    for number in range(10):
        morning(penza, START + timedelta(days=number))
        drain(penza)
    task = penza.read(SYSTEM).session.query(CaseTask).filter_by(case_id=case_id, task="confirm_list").one()
    assert task.due == date(2025, 1, 13)
    keys = [key for _who, _code, key in told(penza) if key.startswith(f"{case_id}/")]
    assert keys, "of the stage's own term people are told"
    assert not [key for key in keys if "confirm_list" in key]
