"""What passes over the clerk's desk in the training copy besides the papers of the cases: incoming letters, mailings.

The tour does without it: its papers and hashes are those of the procedure alone.
"""

from __future__ import annotations

from sqlalchemy import select

from app.core.unit_of_work import Work
from app.demo.scan import scan
from app.demo.story import ALL, Story, on
from app.documents import acknowledgement, incoming
from app.documents.acknowledgement import Mailing
from app.documents.incoming import IncomingInput
from app.documents.models import Acknowledgement, Document, Registration
from app.documents.proofs import Proof
from app.documents.rules import IncomingKind

SENDER = "Министерство образования Пензенской области (учебный документ)"
READERS = (
    (24, 9, "director41"), (24, 9.5, "director50"), (24, 11, "directorco1"), (24, 12, "director1"),
    (24, 14, "curator66"), (24, 15, "curator51"), (27, 9, "curator65"), (27, 10, "curator27"),
)  # fmt: skip


def keep_office(story: Story) -> None:
    """The official list comes in, the order goes out and is read, a request waits for its answer."""
    add = story.script.at
    add(on(9, 1), 13, "methodist", "регистрирует официальный перечень школ с низкими результатами",
        lambda work: _receive(work, story, IncomingInput(
            kind=IncomingKind.listing, sender=SENDER, sender_number="учебный-17", sender_date=on(9, 1),
            subject="О перечне общеобразовательных организаций с низкими образовательными результатами",
            received_on=on(9, 1),
        ), "official list"))  # fmt: skip
    add(on(23, 1), 9, "clerk", "рассылает приказ № 12-оп школам", _send_order)
    for day, hour, who in READERS:
        add(on(day, 1), hour, who, "ознакомлен(а) с приказом № 12-оп", _read_order)
    add(on(6, 10), 11, "clerk", "регистрирует запрос о ходе методической поддержки, ответ за 10 рабочих дней",
        lambda work: _receive(work, story, IncomingInput(
            kind=IncomingKind.request, sender=SENDER, sender_number="учебный-402", sender_date=on(3, 10),
            subject="О ходе методической поддержки школ в 2025 году", received_on=on(6, 10), answer_days=10,
        ), "request"))  # fmt: skip


def _receive(work: Work, story: Story, data: IncomingInput, what: str) -> None:
    cases = tuple(story.ids[school] for school in ALL)
    programme = story.case(work, ALL[0]).programme_id
    given = IncomingInput(**{**vars(data), "case_ids": cases})
    incoming.receive(work, programme, given, Proof(scan(what), f"{data.sender_number}.pdf"))


def _send_order(work: Work) -> str:
    order = _order(work)
    schools = acknowledgement.proposed(work, order)
    due = acknowledgement.term(work)
    acknowledgement.send(work, order.id, Mailing(tuple(school.id for school in schools), due=due))
    return f"({len(schools)} адресатов, до {due:%d.%m.%Y})"


def _read_order(work: Work) -> None:
    rows = acknowledgement.addressees(work, _order(work).id)
    mine = next(row for row in rows if _is_mine(work, row))
    acknowledgement.acknowledge(work, mine.id)


def _is_mine(work: Work, row: Acknowledgement) -> bool:
    return row.read_at is None and acknowledgement.capacity_of(work, row) is not None


def _order(work: Work) -> Document:
    """The order of 22.01.2025 on the plan."""
    return work.session.scalars(
        select(Document)
        .join(Registration, Registration.document_id == Document.id)
        .where(Document.template == "order_plan", Registration.number == 12)
    ).one()
