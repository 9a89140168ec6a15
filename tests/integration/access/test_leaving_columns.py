"""Nothing a person can hold is forgotten when he leaves: every column that can name somebody is handed on, or says why
it is not.

`HELD` are columns of things that wait for a person, with the source of the page that hands them on; `KEPT` are all
others, with the reason. A new column that names a person makes the first test fail until it stands in one of them.
"""

from __future__ import annotations

import re
from datetime import date

from sqlalchemy import JSON, Integer, String, Table, Text, select

from app import wiring
from app.access.models import Membership
from app.admin import leaving, verify
from app.cases.models import Case, Meeting
from app.core.actor import SYSTEM
from app.core.db import Base
from app.core.unit_of_work import Runtime
from app.curation.models import Recommendation, Visit
from app.demo.penza import actor
from app.documents import kept, service
from app.documents.models import Document
from app.documents.rules import IncomingKind
from app.documents.service import IncomingInput, Mailing, RegisterInput
from app.plans.models import PlanItem
from app.schools.models import Person
from tests.integration.access.test_leaving import (
    LAST,
    furnished,
    hand_over,
    listed,
    person_of,
    refusals,
)
from tests.integration.access.test_substitutions import account, on, stand_in
from tests.integration.documents.test_life import registered, signed_order

HELD: dict[str, str] = {
    "memberships.user_id": "roles", "memberships.person_id": "roles",
    "positions.person_id": "positions",
    "substitutions.absent_user_id": "substitutions", "substitutions.absent_name": "substitutions",
    "substitutions.absent_whom": "substitutions", "substitutions.substitute_user_id": "substitutions",
    "substitutions.substitute_name": "substitutions", "substitutions.substitute_person_id": "substitutions",
    "meetings.chair_id": "meetings", "meetings.secretary_id": "meetings",
    "documents.executor_id": "papers", "documents.values": "papers",
    "draft_inputs.user_id": "typing",
    "incoming_documents.executor_id": "answers",
    "document_acknowledgements.person_id": "readings", "document_acknowledgements.addressee": "readings",
    "register_gaps.holder": "reservations",
    "plan_items.owner_id": "measures", "plan_items.owner": "measures",
    "visits.compiler_id": "reports",
    "recommendations.executor": "recommendations",
    "login_sessions.user_id": "accounts",
}  # fmt: skip

# what waits for a role and not for a name has no column: the page counts who would be left
BY_ROLE = {"tasks", "votes", "controls"}

_DONE = "who did it: history, which stays true"
_TOLD = "who is told by the journal, the chain proves it"
_PRINTED = "as it was printed or registered"
_OWN = "the person's own setting; it ends with the account"
_FAB = "Flask-AppBuilder's own bookkeeping; roles come from memberships"
KEPT: dict[str, str] = {
    # done by whom
    "case_tasks.done_by": _DONE, "case_votes.voter": "a vote given stays the vote of its seat",
    "case_events.actor_id": _DONE, "case_events.actor_name": _DONE, "case_events.on_behalf_of": _DONE,
    "stage_rounds.left_by": "a transition, not a person",
    "audit_records.actor_id": _TOLD, "audit_records.subject_id": "a key of any table",
    "audit_records.case_id": "a case",
    "audit_records.data": _TOLD, "audit_details.values": _TOLD,
    "process_revisions.actor_id": _DONE, "process_revisions.actor_name": _DONE,
    "diagnosis_analyses.written_by": _DONE, "diagnosis_studies.filled_by": _DONE,
    "risk_entries.verified_by": _DONE, "risk_entries.verified_name": _DONE,
    "plan_reports.move_approved_by": _DONE, "plan_reports.reported_by": _DONE,
    "plan_snapshots.submitted_by": _DONE, "plan_snapshots.submitted_name": _DONE,
    "visits.created_by": _DONE, "visits.curator_people": "who took part in a visit that was held",
    "visits.school_people": "who took part in a visit that was held", "visit_notes.by_name": _DONE,
    "recommendations.status_by": _DONE, "participations.entered_by": _DONE,
    "results_reviews.analysed_by": _DONE, "results_reviews.decided_by": _DONE,
    "documents.created_by": "who began it; who completes a draft follows from the role",
    "document_signatures.person_id": "whose signature stands on the paper", "document_signatures.noted_by": _DONE,
    "document_acknowledgements.sent_by": _DONE, "document_acknowledgements.read_by": _DONE,
    "document_acknowledgements.reader": "who has read it", "document_links.declared_by": _DONE,
    "incoming_documents.created_by": _DONE, "register_gaps.noted_by": _DONE,
    "registrations.registered_by": _DONE, "registrations.annulled_by": _DONE,
    "registrations.executor": _PRINTED, "registrations.signed_by": _PRINTED,
    "agreement_sides.registered_by": _DONE, "agreement_sides.signed_by": _PRINTED,
    "agreement_sides.signed_entered_by": _DONE,
    "organisations.forms_checked_by": _DONE, "persons.forms_checked_by": _DONE, "positions.forms_checked_by": _DONE,
    "remembered_forms.noted_by": _DONE, "stored_files.uploaded_by": _DONE,
    "substitutions.created_by": _DONE, "substitutions.ended_by": _DONE,
    "template_versions.uploaded_by": _DONE, "template_versions.published_by": _DONE,
    "template_versions.retired_by": _DONE,
    "document_batches.author_id": "who asked for the papers; they are the programme's",
    "document_batches.author": _DONE,
    "outbox_jobs.leased_by": "a worker process",
    # made with one's own rights, or one's own
    "evidence_packages.ordered_by": "made with his row access, for him alone; another orders his own",
    "evidence_packages.ordered_name": _DONE,
    "notifications.user_id": "told already; the next morning tells whoever it waits for then",
    "notice_choices.user_id": _OWN, "account_languages.user_id": _OWN,
    "sent_forms.user_id": "marks of the forms he has sent; nothing waits for them",
    "login_guards.username": "attempts to log in; no account is named", "ab_user.username": "the account itself",
    # Flask-AppBuilder
    "ab_user.created_by_fk": _FAB, "ab_user.changed_by_fk": _FAB, "ab_api_key.user_id": _FAB,
    "ab_user_group.user_id": _FAB, "ab_user_role.user_id": _FAB, "ab_register_user.username": _FAB,
    "ab_user.first_name": _FAB, "ab_user.last_name": _FAB, "ab_register_user.first_name": _FAB,
    "ab_register_user.last_name": _FAB,
    # words about others
    "programme_events.organiser": "words of an announcement, mostly an organisation; nothing waits for it",
    "library_materials.authors": "authors of a book",
    "organisations.full_name": "an organisation", "organisations.short_name": "an organisation",
    "stored_files.name": "a file", "template_versions.file_name": "a file", "document_batch_rows.name": "a paper",
    "teacher_cards.name": "a teacher, never an account; archived on the school's own page",
    "teacher_cards.name_key": "as above",
    "incoming_documents.sender": "another organisation", "incoming_documents.sender_number": "a number",
    # structured values
    "case_events.data": _TOLD, "case_events.fields": _DONE, "cases.snapshot": "follows from the events",
    "diagnosis_studies.figures": "figures", "document_batch_rows.told": "what came of a paper",
    "documents.typed": "what was typed over the sources; the draft is read with it (documents.values)",
    "draft_inputs.fields": "goes over with draft_inputs.user_id",
    "library_materials.audience": "groups of readers", "library_materials.risks": "codes of risks",
    "meetings.present": "who was there; noted at the meeting",
    "notice_matters.name": "code of a task or a step", "notifications.params": "words of a notice",
    "organisations.forms": "case forms", "persons.forms": "case forms",
    "positions.forms": "case forms", "remembered_forms.forms": "case forms",
    "outbox_jobs.payload": "keys of a job; a closed account gets no letter",
    "plan_snapshots.content": "the plan as it was submitted", "process_versions.scenarios": "files",
    "programmes.settings": "words for papers: a place, a title", "results_reviews.proposal": "figures and grounds",
    "template_pictures.shown": "pictures", "template_versions.report": "findings", "visits.lessons": "lessons seen",
}  # fmt: skip

_PEOPLE = {"ab_user.id", "persons.id"}
_WORDS = re.compile(
    r"(_by|_name|^name|_key$|owner|executor|holder|reader|author|voter|people|organiser|addressee|sender|absent_|"
    r"substitute_|username|compiler)"
)
_NOT_NAMES = {"search_key", "send_key", "number_key", "subject_key", "sort_key"}


def naming_columns() -> set[str]:
    """Every column of every table that names a person or an account, or could: by key, by name, inside JSON."""
    assert wiring.HOLDINGS  # all rooms' models are loaded
    found = set()
    for table in Base.metadata.tables.values():
        for column in table.columns:
            targets = {key.target_fullname for key in column.foreign_keys}
            if targets:
                looks = bool(targets & _PEOPLE)
            elif isinstance(column.type, Integer):
                looks = not column.primary_key and bool(re.search(r"(_by|_id|_of|_fk)$", column.name))
            elif isinstance(column.type, (String, Text)):
                looks = bool(_WORDS.search(column.name)) and column.name not in _NOT_NAMES
            else:
                looks = isinstance(column.type, JSON)
            if looks and not (table.name.startswith("ab_") and column.name == "name"):
                found.add(f"{table.name}.{column.name}")
    return found


def test_every_column_that_can_name_a_person_is_handed_on_or_says_why_not() -> None:
    known = set(HELD) | set(KEPT)
    assert naming_columns() - known == set(), (
        "a person can be named here: hand it on (HELD) or say why not (KEPT)"
    )
    assert known - naming_columns() == set(), "no such column any more"
    assert set(HELD) & set(KEPT) == set()
    assert {source.code for source in wiring.HOLDINGS} == set(HELD.values()) | BY_ROLE


def holds_everything(system: Runtime) -> int:
    """The secretary with something in every column of HELD, and the last of the methodists; one of the cases."""
    case_id = furnished(system)
    on(system, LAST)
    secretary, me = person_of(system, "secretary"), account(system, "secretary").id
    order = registered(system, signed_order(system, {"50": case_id}), RegisterInput(LAST)).id
    with system.work(actor(system, "clerk")) as work:
        service.send(work, order, Mailing((), (secretary.id,), due=date(2025, 1, 27)))
        service.receive(
            work, 1,
            IncomingInput(IncomingKind.request, "Прокуратура", "О сведениях", LAST, answer_days=10,
                          executor_id=secretary.id),
        )  # fmt: skip
    with system.work(SYSTEM) as work:
        draft = service.ensure_draft(work, "order_plan", work.session.get_one(Case, case_id))
        draft.executor_id = secretary.id
        case = work.session.get_one(Case, case_id)
        visit = Visit(
            case_id=case.id, send_key="held", held_on=date(2025, 1, 21), mode="onsite", ground="plan", purpose="Урок",
            curator_people="Куратор", findings="Наблюдения", created_at=work.now, compiler_id=secretary.id,
        )  # fmt: skip
        work.session.add(visit)
        work.session.flush()
        work.session.add(
            Recommendation(case_id=case.id, visit_id=visit.id, position=1, text="Провести", due=date(2025, 2, 1),
                           executor=f"{secretary.short}, секретарь")
        )  # fmt: skip
        meeting = work.session.scalars(select(Meeting)).one()
        meeting.chair_id = secretary.id  # in the chair's absence
        item = work.session.scalars(
            select(PlanItem).where(PlanItem.case_id == case_id, PlanItem.owner_id.is_(None))
        ).first()
        assert item is not None
        item.owner = f"Директор школы, {secretary.short}"
        for row in work.session.scalars(select(Membership).where(Membership.role == "methodist")):
            work.session.add(  # the absent one, whom the secretary stands in for, keeps a role
                Membership(user_id=row.user_id, person_id=row.person_id, organisation_id=row.organisation_id,
                           role="clerk", since=row.since)
            )  # fmt: skip
            row.user_id, row.person_id = me, secretary.id
        draft_id = draft.id
    stand_in(system, "member1", "secretary", since=date(2025, 2, 3), until=date(2025, 2, 7), role="secretary")
    with system.work(actor(system, "secretary")) as work:
        kept.keep(work, work.session.get_one(Document, draft_id), {"heading": "Об утверждении"})
    return case_id


def _names(system: Runtime, column: str, who: Person, user_id: int) -> bool:
    """Whether some row names this person in the column, in whichever way it does."""
    table, _sep, name = column.partition(".")
    found: Table = Base.metadata.tables[table]
    session = system.read(SYSTEM).session
    for value in session.execute(select(found.c[name])).scalars():
        if isinstance(value, int):
            named = value == (user_id if name.endswith("user_id") else who.id)
        elif isinstance(value, dict):
            named = f"'id': {who.id}" in str(value)
        else:
            named = (
                who.surname in str(value)
                or value == f"person:{who.id}"
                or str(value).startswith(who.surname[:-2])
            )
        if named:
            return True
    return False


def test_each_of_these_columns_names_the_leaver_and_is_on_the_page_and_afterwards_nothing_is_held(
    penza_on_both: Runtime,
) -> None:
    system = penza_on_both
    holds_everything(system)
    who, user_id = person_of(system, "secretary"), account(system, "secretary").id
    assert [column for column in HELD if not _names(system, column, who, user_id)] == []
    held = listed(system, "secretary")
    assert set(held) == (set(HELD.values()) | BY_ROLE) - {"controls"}
    assert refusals(hand_over(system, "secretary", "clerk")) == []
    on(system, date(2025, 1, 23))
    assert listed(system, "secretary") == {}
    assert list(verify.findings(system)) == []
    work = system.read(SYSTEM)
    successor = person_of(system, "clerk")
    named = work.session.scalars(select(PlanItem.owner).where(PlanItem.owner_id == successor.id)).all()
    assert f"Директор школы, {successor.short}" in named, "only his name is replaced"
    assert (
        work.session.scalars(select(Visit.compiler_id).where(Visit.send_key == "held")).one() == successor.id
    )
    assert successor.short in work.session.scalars(select(Recommendation.executor)).all()
    assert leaving.accounts_of(work, successor)[0] == account(system, "clerk").id
