"""Organisations, people, accounts and the programme of Penza 2025.

The schools, their pairs, sites and the order come from the presentation of МКУ «ЦКО и МОУО» (2025) and are
public. All people are invented and bear plainly exemplary names; addresses are left
empty, telephones too but for the plainly exemplary one of the authority.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from app.access.memberships import actor_for
from app.admin.bootstrap import add_account, grant
from app.cases.models import Programme
from app.cases.programmes import open_programme
from app.core.actor import SYSTEM, Actor
from app.core.unit_of_work import Runtime, Work
from app.documents.language.names import prefill_person, prefill_position
from app.documents.language.offices import prefill_organisation
from app.schools.models import Organisation, Person
from app.schools.service import add_organisation, add_person, appoint

PASSWORD = "Opora-demo-2025"  # noqa: S105 -- published: the demo is served on this machine only
SINCE = date(2024, 9, 1)
PROGRAMME = "ROV-2025"
UNCHECKED = "curator27"  # one name nobody has checked yet, so that the mark on a draft can be seen
PHONE = "(8412) 00-00-00"  # of the authority, for «исполнитель, телефон»


@dataclass(frozen=True)
class Office:
    code: str
    kind: str
    full: str
    short: str
    gender: str
    site: str = ""


AUTHORITY = "uo"
CENTRE = "cko"
OFFICES = (
    Office(AUTHORITY, "authority", "Управление образования города Пензы", "Управление образования города Пензы",
           "neuter"),
    Office(CENTRE, "centre",
           "Муниципальное казённое учреждение «Центр комплексного обслуживания и методологического обеспечения "
           "учреждений образования» города Пензы",
           "МКУ «ЦКО и МОУО» г. Пензы", "neuter", "https://nmc58.ru/?page=news&id=698"),
    Office("27", "school", "Муниципальное бюджетное общеобразовательное учреждение средняя общеобразовательная "
           "школа № 27 города Пензы", "МБОУ СОШ № 27", "neuter"),
    Office("51", "school", "Муниципальное бюджетное общеобразовательное учреждение средняя общеобразовательная "
           "школа № 51 города Пензы", "МБОУ СОШ № 51", "neuter"),
    Office("65-23", "school", "Муниципальное бюджетное общеобразовательное учреждение средняя общеобразовательная "
           "школа № 65/23 города Пензы", "МБОУ СОШ № 65/23", "neuter"),
    Office("66", "school", "Муниципальное бюджетное общеобразовательное учреждение средняя общеобразовательная "
           "школа № 66 города Пензы", "МБОУ СОШ № 66", "neuter"),
    Office("oshi1", "school", "Муниципальное бюджетное общеобразовательное учреждение общеобразовательная "
           "школа-интернат № 1 города Пензы", "МБОУ ОШИ № 1", "neuter",
           "https://internat1pnz.ucoz.ru/index/ravenstvo-obrazovatelnykh-vozmozhnostej/0-92"),
    Office("50", "school", "Муниципальное бюджетное общеобразовательное учреждение средняя общеобразовательная "
           "школа № 50 города Пензы", "МБОУ СОШ № 50", "neuter",
           "https://школа50.рф/равенство-образовательных-возможнос/"),
    Office("co1", "school", "Муниципальное бюджетное общеобразовательное учреждение центр образования № 1 "
           "города Пензы", "МБОУ ЦО № 1", "neuter",
           "https://pnzce1.ucoz.ru/index/ravenstvo_obrazovatelnykh_vozmozhnostej_snor/0-319"),
    Office("41", "school", "Муниципальное бюджетное общеобразовательное учреждение средняя общеобразовательная "
           "школа № 41 города Пензы", "МБОУ СОШ № 41", "neuter",
           "https://school-41.edu-penza.ru/ravenstvo-obrazovatelnyh-vozmozhnostej/"),
)  # fmt: skip

# curator school → supported school
PAIRS = {"oshi1": "27", "50": "51", "co1": "65-23", "41": "66"}


@dataclass(frozen=True)
class Who:
    """A person with an account: what he is, where, and the roles he holds."""

    username: str
    surname: str
    given: str
    patronymic: str
    gender: str
    office: str
    position: str
    roles: tuple[str, ...]
    says: str
    is_signatory: bool = False


PEOPLE = (
    Who("head", "Образцова", "Мария", "Ивановна", "feminine", AUTHORITY, "начальник Управления", ("head",),
        "руководитель: подписывает приказы, видит всё на одной странице", True),
    Who("clerk", "Примеров", "Пётр", "Сергеевич", "masculine", AUTHORITY, "делопроизводитель", ("clerk",),
        "делопроизводитель: приказы, договоры, журнал регистрации"),
    Who("methodist", "Учебная", "Анна", "Павловна", "feminine", CENTRE, "главный специалист", ("methodist",),
        "методист центра: программа, случаи, диагностика, план, итоги"),
    Who("chair", "Показательный", "Олег", "Николаевич", "masculine", AUTHORITY, "заместитель начальника Управления",
        ("chair",), "председатель координационной группы"),
    Who("secretary", "Протокольная", "Вера", "Андреевна", "feminine", CENTRE, "методист", ("secretary",),
        "секретарь координационной группы: заседания, протоколы"),
    Who("member1", "Условный", "Игорь", "Петрович", "masculine", CENTRE, "ведущий специалист", ("member",),
        "член координационной группы"),
    Who("member2", "Макетова", "Ольга", "Юрьевна", "feminine", AUTHORITY, "ведущий специалист", ("member",),
        "член координационной группы"),
    Who("curator27", "Наставников", "Сергей", "Ильич", "masculine", "27", "директор", ("curator", "director"),
        "школа-куратор № 27 (пара — ОШИ № 1)", True),
    Who("curator51", "Эталонова", "Ирина", "Олеговна", "feminine", "51", "директор", ("curator", "director"),
        "школа-куратор № 51 (пара — СОШ № 50)", True),
    Who("curator65", "Типовой", "Андрей", "Викторович", "masculine", "65-23", "директор", ("curator", "director"),
        "школа-куратор № 65/23 (пара — ЦО № 1)", True),
    Who("curator66", "Примерная", "Елена", "Дмитриевна", "feminine", "66", "директор", ("curator", "director"),
        "школа-куратор № 66 (пара — СОШ № 41)", True),
    Who("director1", "Демонстрационный", "Павел", "Егорович", "masculine", "oshi1", "директор", ("director",),
        "директор ОШИ № 1", True),
    Who("director50", "Наглядная", "Татьяна", "Львовна", "feminine", "50", "директор", ("director",),
        "директор СОШ № 50", True),
    Who("directorco1", "Модельный", "Виктор", "Степанович", "masculine", "co1", "директор", ("director",),
        "директор ЦО № 1", True),
    Who("director41", "Тестова", "Людмила", "Фёдоровна", "feminine", "41", "директор", ("director",),
        "директор СОШ № 41", True),
    Who("deputy41", "Вымышленная", "Нина", "Борисовна", "feminine", "41", "заместитель директора", ("deputy",),
        "заместитель директора СОШ № 41"),
    Who("admin", "Настройкин", "Роман", "Кириллович", "masculine", CENTRE, "инженер-программист", ("admin",),
        "администратор: учётные записи и справочники, без данных о школах"),
)  # fmt: skip

LOGINS = tuple((who.username, who.says) for who in PEOPLE)

SETTINGS: dict[str, Any] = {
    "n_min": {"value": 10, "source": "учебное значение по умолчанию"},
    "low_policy": {"value": "A_OR_B", "source": "учебное значение по умолчанию"},
    "visits_planned": {"value": 4, "source": "договор о сотрудничестве"},
    "order_index": {"value": "оп", "source": "номенклатура дел"},
    "place": {"value": "г. Пенза", "source": "место издания документов"},
    "title_gent": {
        "value": "регионального проекта «Равенство образовательных возможностей»",
        "source": "название в документах",
    },
}


def load_reference(work: Work) -> Programme | None:
    """Organisations, people, accounts and the programme; None when they are there already."""
    if work.session.scalars(select(Organisation).where(Organisation.code == AUTHORITY)).first():
        return None
    offices = {o.code: _office(work, o) for o in OFFICES}
    hashed = generate_password_hash(PASSWORD)
    for who in PEOPLE:
        person = _person(work, who, offices[who.office])
        user = add_account(
            work, username=who.username, first_name=f"{who.given} {who.patronymic}", last_name=who.surname,
            email=f"{who.username}@example.org", password=PASSWORD, hashed=hashed,
        )  # fmt: skip
        for role in who.roles:
            grant(work, user.id, role, offices[who.office].id, SINCE, person.id)
    return open_programme(
        work, code=PROGRAMME, title="Равенство образовательных возможностей", year=2025, starts=date(2025, 1, 9),
        ends=date(2025, 12, 31), authority=offices[AUTHORITY], centre=offices[CENTRE], settings=SETTINGS, is_demo=True,
    )  # fmt: skip


def _office(work: Work, office: Office) -> Organisation:
    forms: dict[str, Any] = {"full": prefill_organisation(office.full), "short": {"nomn": office.short}}
    return add_organisation(
        work, kind=office.kind, code=office.code, full_name=office.full, short_name=office.short, gender=office.gender,
        site=office.site, forms=forms, forms_checked_at=work.now, is_demo=True,
    )  # fmt: skip


def _person(work: Work, who: Who, office: Organisation) -> Person:
    person = add_person(
        work, surname=who.surname, given=who.given, patronymic=who.patronymic, gender=who.gender,
        forms=prefill_person(who.surname, who.given, who.patronymic, who.gender),
        forms_checked_at=None if who.username == UNCHECKED else work.now,
        phone=PHONE if who.office == AUTHORITY else "", is_demo=True,
    )  # fmt: skip
    work.session.flush()
    position = appoint(
        work, person, office, who.position, since=SINCE, forms=prefill_position(who.position),
        is_signatory=who.is_signatory, basis="Устава" if office.kind == "school" else "",
    )  # fmt: skip
    position.forms_checked_at = work.now
    return person


def actor(system: Runtime, username: str) -> Actor:
    """The demo person as he would act today."""
    session = system.database.session()
    user = session.scalars(select(User).where(User.username == username)).one()
    return actor_for(session, user.id, user.get_full_name(), system.read(SYSTEM).today)
