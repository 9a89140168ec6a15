"""The group's votes and meetings, the order that approves the plans, and the agreements that follow it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select

from app.cases import meetings, queries
from app.cases.models import Meeting, Programme
from app.core.unit_of_work import Work
from app.curation import service as agreements
from app.curation import signing
from app.curation.rules import Side
from app.demo import agreement_data
from app.demo.scan import scan
from app.demo.story import ALL, DIRECTORS, GROUP, NAMES, Story, curator_of, on
from app.documents import service as papers
from app.documents.models import Document
from app.engine.actions import Cast


def approve_plans(story: Story, schools: Sequence[str] = ALL) -> None:
    """The group votes; the protocol is signed; order № 12-оп of 22.01.2025 approves the plans."""
    vote(story, on(21, 1), schools, "план мероприятий")
    hold_meeting(story, on(21, 1), 1)
    story.fire(on(21, 1), 17.5, "clerk", schools[-1], "adopt_plan", "пробует перейти к договору без приказа",
               refused=True)  # fmt: skip

    def order(work: Work) -> str:
        document = papers.refresh(work, _latest(work, "order_plan").id)
        papers.send_to_sign(work, document.id)
        return f"«{document.title}»"

    def sign(work: Work) -> None:
        proof = papers.Proof(scan("order 12-op, 22.01.2025"), "Приказ 12-оп от 22.01.2025.pdf")
        signer = papers.SignatureInput("head", on(22, 1))
        papers.sign(work, _latest(work, "order_plan").id, [signer], proof)

    def register(work: Work) -> str:
        entry = papers.RegisterInput(
            dated=on(22, 1), comment="Продолжает нумерацию бумажного журнала",
            by_hand=papers.HandEntry("12-оп", "Журнал до этого дня вёлся на бумаге, № 1–11 внесены там"),
        )  # fmt: skip
        document = papers.register(work, _latest(work, "order_plan").id, entry)
        return f"№ {document.number} от 22.01.2025"

    story.script.at(on(22, 1), 9, "clerk", "готовит приказ и отдаёт на подпись:", order)
    story.script.at(
        on(22, 1), 11, "clerk", "прикладывает скан приказа, подписанного начальником Управления", sign
    )
    story.script.at(on(22, 1), 12, "clerk", "регистрирует приказ:", register)
    for n, school in enumerate(schools):
        story.fire(on(22, 1), 13 + n * 0.1, "clerk", school, "adopt_plan", "план утверждён приказом")


def agree(story: Story, schools: Iterable[str] = ALL) -> None:
    """The agreement: terms by the clerk, number and signature by each school, then it is in force."""
    for n, school in enumerate(schools):
        shift = n * 0.1
        curator_number, school_number = agreement_data.NUMBERS[school]

        def prepare(work: Work, school: str = school) -> None:
            agreements.prepare(work, story.ids[school], agreement_data.TERMS)
            agreements.send_to_sign(work, story.ids[school])

        def one_side(
            work: Work, school: str = school, side: Side = Side.curator,
            number: signing.JournalNumber = curator_number,
        ) -> str:  # fmt: skip
            signing.register_number(work, story.ids[school], side, number)
            signing.sign(work, story.ids[school], side, signing.Signature(agreement_data.SIGNED_ON))
            return f"(№ {number.number} в её журнале)"

        def other_side(
            work: Work, school: str = school, number: signing.JournalNumber = school_number
        ) -> str:
            ending = one_side(work, school, Side.school, number)
            signing.attach_scan(
                work, story.ids[school], scan(f"agreement {school}"), f"Договор {NAMES[school]}.pdf"
            )
            return ending

        story.script.at(
            on(24, 1), 10 + shift, "clerk", f"{NAMES[school]}: готовит договор о сотрудничестве", prepare
        )
        story.script.at(on(27, 1), 10 + shift, curator_of(school),
                        f"{NAMES[school]}: школа-куратор регистрирует и подписывает договор", one_side)  # fmt: skip
        if school == "41":
            story.fire(on(27, 1), 11, "methodist", school, "start_events", "пробует начать реализацию",
                       refused=True)  # fmt: skip
        story.script.at(on(27, 1), 12 + shift, DIRECTORS[school],
                        f"{NAMES[school]}: регистрирует, подписывает, прикладывает скан", other_side)  # fmt: skip
        story.fire(
            on(28, 1),
            10 + shift,
            "methodist",
            school,
            "start_events",
            "договор действует, начинает реализацию",
        )


def vote(story: Story, day: date, schools: Iterable[str], what: str) -> None:
    """Those of the group who are there vote for it, school by school."""
    for n, school in enumerate(schools):
        for m, who in enumerate(GROUP):
            story.script.at(day, 10 + n * 0.2 + m * 0.02, who, f"{NAMES[school]}: голосует за {what}",
                            lambda work, school=school: story.act(work, school, Cast("for")))  # type: ignore[misc]  # fmt: skip


def hold_meeting(story: Story, day: date, number: int) -> None:
    """The meeting is held; its protocol is printed, signed and registered."""

    def hold(work: Work) -> str:
        meeting = _meeting(work, number)
        group = meetings.members(work, meeting.programme)
        people = [*group["chair"], *group["secretary"], *group["member"][:1]]  # one member is away
        meetings.edit_meeting(
            work, meeting, meeting.version, {"held_on": day, "place": "г. Пенза", "present": people}
        )
        meetings.close_meeting(work, meeting)
        return f"№ {number}"

    def send(work: Work) -> None:
        papers.refresh(work, _latest(work, "protocol").id)
        papers.send_to_sign(work, _latest(work, "protocol").id)

    def sign(work: Work) -> None:
        proof = papers.Proof(scan(f"protocol {number}"), f"Протокол {number}.pdf")
        both = [papers.SignatureInput(role, day) for role in ("chair", "secretary")]
        papers.sign(work, _latest(work, "protocol").id, both, proof)

    def register(work: Work) -> str:
        document = papers.register(work, _latest(work, "protocol").id, papers.RegisterInput(dated=day))
        return f"№ {document.number}"

    story.script.at(day, 17, "clerk", "регистрирует протокол:", register)
    story.script.at(day, 14, "secretary", "ведёт заседание координационной группы", hold)
    story.script.at(day, 15, "secretary", "печатает протокол", send)
    story.script.at(day, 16, "secretary", "прикладывает протокол с подписями председателя и секретаря", sign)


def _latest(work: Work, template: str) -> Document:
    return work.session.scalars(
        select(Document).where(Document.template == template).order_by(Document.id.desc()).limit(1)
    ).one()


def _meeting(work: Work, number: int) -> Meeting:
    programme = work.session.scalars(select(Programme).order_by(Programme.id).limit(1)).one()
    return next(m for m in queries.meetings_of(work.session, programme.id) if m.number == number)
