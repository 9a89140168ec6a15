"""Terms and numbers of the four agreements of 2025: training data.

Keys are codes of the supported schools, as in `app.demo.penza.PAIRS`.
"""

from __future__ import annotations

from datetime import date

from app.curation.service import AgreementTerms
from app.curation.signing import JournalNumber

SIGNED_ON = date(2025, 1, 27)
TERMS = AgreementTerms(
    dated=SIGNED_ON,
    place="г. Пенза",
    since=SIGNED_ON,
    until=date(2025, 12, 31),
    visits_planned=4,
)

# supported school → numbers in the journals of the curator school and of the supported school
NUMBERS: dict[str, tuple[JournalNumber, JournalNumber]] = {
    "oshi1": (JournalNumber("5", SIGNED_ON), JournalNumber("3/2025", SIGNED_ON)),
    "50": (JournalNumber("14", SIGNED_ON), JournalNumber("7/2025", SIGNED_ON)),
    "co1": (JournalNumber("2-с", SIGNED_ON), JournalNumber("11", SIGNED_ON)),
    "41": (JournalNumber("9/2025", SIGNED_ON), JournalNumber("4", SIGNED_ON)),
}
