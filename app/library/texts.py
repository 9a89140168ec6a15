"""Words of the library: kinds of materials, readers, risks, what is wrong with an address."""

from __future__ import annotations

from app.core.i18n import Text, _
from app.library.rules import Alive, Wrong

KINDS: dict[str, Text] = {
    "method": _("Methodology"),
    "package": _("Package of materials"),
    "guidelines": _("Methodical guidelines"),
    "book": _("Book"),
    "article": _("Article"),
    "other": _("Other material"),
}

AUDIENCES: dict[str, Text] = {
    "authority": _("Education authorities"),
    "heads": _("Heads of schools"),
    "teachers": _("Teachers"),
}

# The dictionary of risk factors, edition 2022, by the same codes the diagnosis keeps; its titles are official
# and Russian only. A material says which of them it helps with.
RISKS: dict[str, str] = {
    "equipment": "Низкий уровень оснащения школы",
    "staff_shortage": "Дефицит педагогических кадров",
    "competence": "Недостаточная предметная и методическая компетентность педагогических работников",
    "special_needs": "Высокая доля обучающихся с ОВЗ",
    "language": "Низкое качество преодоления языковых и культурных барьеров",
    "motivation": "Низкая учебная мотивация обучающихся",
    "wellbeing": "Пониженный уровень школьного благополучия",
    "discipline": "Низкий уровень дисциплины в классе",
    "failure": "Высокая доля обучающихся с рисками учебной неуспешности",
    "parents": "Низкий уровень вовлеченности родителей",
    "adaptivity": "Риски низкой адаптивности учебного процесса",
    "inner_training": "Несформированность внутришкольной системы повышения квалификации",
    "environment": "Пониженный уровень качества школьной образовательной и воспитательной среды",
}

SUBJECTS: dict[str, Text] = {
    "russian": _("Russian language"),
    "mathematics": _("mathematics"),
}

ALIVE: dict[str, Text] = {
    Alive.yes: _("opens"),
    Alive.no: _("does not open"),
    Alive.unknown: _("not checked"),
}

WRONG: dict[Wrong, Text] = {
    Wrong.empty: _("Give the address of the page."),
    Wrong.long: _("The address is longer than 1000 characters: copy the address of the page itself."),
    Wrong.space: _("There is a space or a line break in the address: copy it from the browser once more."),
    Wrong.scheme: _("The address begins with http:// or https://, for example https://школа50.рф/news."),
    Wrong.login: _("The address contains a login or the sign @: give the public address."),
    Wrong.host: _(
        "There is no such name of a site. Check it: a name has a dot and only letters, digits and hyphens."
    ),
    Wrong.port: _("The number after the colon is not a port. Check the address."),
}

TAGS: dict[str, Text] = {
    "material:add": _("Added a material to the bank"),
    "material:edit": _("Corrected a material of the bank"),
    "publication:add": _("Added a publication"),
    "publication:edit": _("Corrected a publication"),
    "publication:remove": _("Removed a publication"),
    "publication:check": _("Checked whether a publication opens"),
}

FIELD_TITLES: dict[str, Text] = {
    "url": _("Address of the page"),
    "what": _("What is published"),
    "published_on": _("Published on"),
    "alive": _("Does the page open?"),
    "checked_on": _("Checked on"),
}
