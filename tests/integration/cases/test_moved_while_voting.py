"""A case moves while the group votes, and the stage of the vote has another code there: the question goes on."""

from __future__ import annotations

from app.cases import meetings, service
from app.cases.meeting_views import _is_open
from app.cases.models import Case, Meeting
from app.cases.procedures import migration
from app.cases.procedures.migration import Order
from app.cases.queries import get_case, programmes
from app.core.actor import SYSTEM
from app.core.unit_of_work import Runtime
from app.demo.penza import actor
from app.engine.actions import Cast
from tests.integration.cases.test_moves_in_the_past import is_sound
from tests.integration.cases.test_versions import code_of, move, take
from tests.people import plans_before_the_group
from tests.procedures import publish
from tests.unit.engine.test_migration import SECOND

THIRD = (
    SECOND.replace("version: 2\n", "version: 9\n", 1)
    .replace("plan_approval", "plan_vote")
    .replace("stages: {curator", "stages: {plan_approval: plan_vote, curator")
)


def question(system: Runtime, meeting: int) -> tuple[str, bool, dict[str, int], bool]:
    """Its stage, whether the group still votes on it, the count, and whether the rules of the vote are known."""
    system.database.session.remove()
    work = system.read(SYSTEM)
    [item] = meetings.items_of(work, work.session.get_one(Meeting, meeting))
    counts = meetings.votes_on(work, [item])[item.id]
    return item.stage, _is_open(item), counts, meetings.approval_of(work, item) is not None


def test_the_question_of_a_meeting_goes_on_with_the_vote(penza_on_both: Runtime) -> None:
    system = penza_on_both
    case_id = plans_before_the_group(system, "50")["50"]
    with system.work(actor(system, "secretary")) as work:
        meeting = meetings.open_meeting(work, programmes(work.session)[0])
        meetings.add_item(work, meeting, get_case(work.session, case_id))
        agenda = meeting.id
    take(system, case_id, "chair", Cast("for"))
    one = {"for": 1, "against": 0, "abstain": 0}
    assert question(system, agenda) == ("plan_approval", True, one, True)
    publish(system, THIRD, 9)
    there = Order(service.PROCESS, 1, 9)
    move(system, case_id, there)
    assert question(system, agenda) == ("plan_vote", True, one, True)
    with system.work(actor(system, "admin")) as work:
        migration.undo(work, code_of(system, case_id))
    assert question(system, agenda) == ("plan_approval", True, one, True)
    move(system, case_id, there)
    take(system, case_id, "secretary", Cast("for"))
    take(system, case_id, "member1", Cast("for"))
    assert question(system, agenda) == ("plan_vote", False, {"for": 3, "against": 0, "abstain": 0}, True)
    with system.work(actor(system, "secretary")) as work:
        known = work.session.get_one(Meeting, agenda)
        meetings.add_item(work, known, get_case(work.session, case_id))
        assert len(meetings.items_of(work, known)) == 1, "the same question is not put twice"
    assert system.read(SYSTEM).session.get_one(Case, case_id).definition_version == 9
    assert is_sound(system)


def test_what_was_decided_before_the_move_keeps_its_rules(penza: Runtime) -> None:
    case_id = plans_before_the_group(penza, "50")["50"]
    with penza.work(actor(penza, "secretary")) as work:
        meeting = meetings.open_meeting(work, programmes(work.session)[0])
        meetings.add_item(work, meeting, get_case(work.session, case_id))
        agenda = meeting.id
    for who in ("chair", "secretary", "member1"):
        take(penza, case_id, who, Cast("for"))
    publish(penza, THIRD, 9)
    move(penza, case_id, Order(service.PROCESS, 1, 9))
    assert question(penza, agenda) == ("plan_approval", False, {"for": 3, "against": 0, "abstain": 0}, True)
