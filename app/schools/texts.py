"""What the reference books are called in words: kinds, genders, cases, acts of the history."""

from __future__ import annotations

from app.core.i18n import Text, _

KINDS: dict[str, Text] = {
    "authority": _("Education authority"),
    "centre": _("Methodical centre"),
    "school": _("School"),
}

GENDERS: dict[str, Text] = {
    "masculine": _("masculine"),
    "feminine": _("feminine"),
    "neuter": _("neuter"),
}

PERSON_GENDERS: dict[str, Text] = {"masculine": _("male"), "feminine": _("female")}

# case of Russian grammar → its name with the question it answers
CASE_TITLES: dict[str, Text] = {
    "nomn": _("Nominative (who?)"),
    "gent": _("Genitive (of whom?)"),
    "datv": _("Dative (to whom?)"),
    "accs": _("Accusative (whom?)"),
    "ablt": _("Instrumental (by whom?)"),
    "loct": _("Prepositional (about whom?)"),
}

# the words a case is asked for with in official papers, so that a form can be read in its place; Russian always
CASE_SAMPLES: dict[str, dict[str, str]] = {
    "person": {
        "nomn": "подписывает …", "gent": "в лице …", "datv": "поручить …", "accs": "возложить на …",
        "ablt": "подписано …", "loct": "сведения о (об) …",
    },
    "position": {
        "nomn": "подписывает …", "gent": "в лице …", "datv": "поручить …", "accs": "возложить на …",
        "ablt": "назначить …", "loct": "сведения о (об) …",
    },
    "organisation": {
        "nomn": "… именуется", "gent": "приказом …", "datv": "поручить …", "accs": "возложить на …",
        "ablt": "заключить договор с …", "loct": "сведения о (об) …",
    },
}  # fmt: skip

WORD_KINDS: dict[str, Text] = {
    "surname": _("Surname"),
    "given": _("Given name"),
    "patronymic": _("Patronymic"),
    "position": _("Position"),
}

TAGS: dict[str, Text] = {
    "organisation:add": _("The organisation was added"),
    "organisation:edit": _("The organisation was corrected"),
    "organisation:delete": _("The organisation was deleted"),
    "organisation:forms_checked": _("The case forms were checked"),
    "person:add": _("The person was added"),
    "person:edit": _("The person was corrected"),
    "person:delete": _("The person was deleted"),
    "person:forms_checked": _("The case forms were checked"),
    "position:add": _("The position was added"),
    "position:edit": _("The position was corrected"),
    "position:forms_checked": _("The case forms were checked"),
    "names:forget": _("A remembered word was taken out of the dictionary"),
    "position:delete": _("The position was deleted"),
}

FIELD_TITLES: dict[str, Text] = {
    "kind": _("Kind of organisation"),
    "full_name": _("Full name"),
    "short_name": _("Short name"),
    "gender": _("Gender"),
    "address": _("Address"),
    "phone": _("Telephone"),
    "email": _("E-mail"),
    "site": _("Site"),
    "forms": _("Case forms"),
    "forms_checked_at": _("Checked at"),
    "forms_checked_by": _("Checked by (account)"),
    "surname": _("Surname"),
    "given": _("Given name"),
    "patronymic": _("Patronymic"),
    "organisation_id": _("Organisation (card no.)"),
    "since": _("From"),
    "until": _("Until"),
    "is_signatory": _("Signs for the organisation"),
    "is_acting": _("Acting"),
    "basis": _("Acts on the basis of"),
}
