"""The sockets into which `wiring.py` plugs the rooms: facts, effects, panels, queues, job handlers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from app.core.errors import Reason
from app.core.i18n import Text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.core.holdings import HoldingSource
    from app.core.unit_of_work import Work


@dataclass(frozen=True)
class Fact:
    """What a room knows about a case, by name; `value=None` means unknown, which is never true.

    `items` are the names a reason prints («№ 4, № 7»), `link` is the page where it can be mended.
    """

    value: bool | int | str | date | None
    items: tuple[str, ...] = ()
    link: str | None = None
    text: Text | None = None


@dataclass(frozen=True)
class DateWords:
    """How a fact that is a date is told where a term is counted from it.

    `of` goes on «со дня …» («приказа», before the names of the fact), `until` says what is still to come, after
    «Срок начнётся, когда …».
    """

    of: Text
    until: Text


@dataclass(frozen=True)
class QueueItem:
    """One thing that waits for this person: a line of «Мои задачи»."""

    title: Text | str
    where: str
    link: str
    case_id: int | None = None
    since: datetime | None = None
    due: date | None = None
    missing: tuple[Reason, ...] = ()
    kind: str = "task"
    behalf: str = ""  # whom the person stands in for in this: «Образцову М.И.»; empty when it is his own
    reckoned: str = ""  # how the term was counted, in the reader's language
    begins: str = ""  # when the term will begin, if it has not
    # works out, for the lines that are shown, what neither their number nor their order depends on
    details: Callable[[Any, Sequence[Any]], Sequence[QueueItem]] | None = None


@dataclass(frozen=True)
class Panel:
    """A card a room contributes to the case page; `load` returns what its template needs."""

    code: str
    title: Text
    template: str
    load: Callable[[Any, Any], Mapping[str, Any]]
    order: int = 50


@dataclass(frozen=True)
class Tab:
    """A room's page of one case, reachable from the case's row of tabs."""

    code: str
    title: Text
    url: Callable[[int], str]
    order: int = 50


@dataclass(frozen=True)
class Figure:
    """One number of a case on a date: `value`, out of `of` where there is a whole (plan, all recommendations).

    `beside` is what happened too and does not count against the whole: visits outside the plan.
    """

    value: int
    of: int | None = None
    beside: int = 0

    @property
    def percent(self) -> int | None:
        """Whole per cent, rounded down so that 100 % means all; None where nothing is due yet."""
        return 100 * self.value // self.of if self.of else None


class Storage(Protocol):
    """Files named by their content."""

    def put(self, data: bytes) -> str:
        """Keep the bytes; the answer is their SHA-256 in hexadecimal."""

    def get(self, sha256: str) -> bytes: ...

    def exists(self, sha256: str) -> bool: ...


FactSource = Callable[["Session", int], Fact]
# what reads at once, for many cases, what a fact is asked about each of them
LookAhead = Callable[["Session", "Sequence[int]"], None]
EffectHandler = Callable[["Work", Any, Mapping[str, Any]], None]
JobHandler = Callable[["Work", Mapping[str, Any]], None]
QueueSource = Callable[["Work"], Iterable[QueueItem]]  # whoever only counts need not read to the end


class Matter(NamedTuple):
    """One thing a notice asks of its reader: a task or a step by its name, a vote by the account that holds the seat,
    a paper by the row of its addressee, a substitution by its row. Once it is done or over, the notice asks for it no
    more.
    """

    kind: str
    name: str = ""
    row: int = 0


@dataclass(frozen=True)
class Message:
    """Something to tell people in the product (and by mail, as each of them wishes).

    `code` is one of `Ports.notices`; `params` fill its sentence: a day as ISO text and a title as
    {"ru": …, "en": …} are printed in the reader's language. `link` is a page of the product. `key` names
    what is told: the same person is told the same key once. `about` names the one thing of which several notices
    speak in turn (a term that comes near and passes): the newest takes the place of those before it. `matters` are
    what it asks of each account; without any it asks as long as its case stands where it stood, or only tells.
    """

    code: str
    params: Mapping[str, Any]
    link: str
    key: str
    case_id: int | None = None
    due: date | None = None
    matters: Mapping[int, Collection[Matter]] = field(default_factory=dict)
    about: str | None = None


# who is to be told what, by accounts; the answer is how many were told
Notify = Callable[["Work", Iterable[int], Message], int]


@dataclass(frozen=True)
class Notice:
    """A sentence a room tells people: its group (for who wants what by mail) and its words."""

    kind: str
    text: Text
    icon: str = "bell"


# values for a paper about these cases, and about one thing of theirs («visit:12») when the paper has such a subject
ValueSource = Callable[["Work", "Sequence[Any]", str], Mapping[str, Any]]

# what a room gives to the package of evidence of a case: only what the actor of the work may see, in a fixed order
EvidenceSource = Callable[["Work", Any], "Sequence[Exhibit]"]

# one query for all the cases of a page; a case without an answer is left out
FigureSource = Callable[["Work", "Sequence[int]", date], Mapping[int, Figure]]


@dataclass(frozen=True)
class ExhibitFile:
    """A file a package of evidence takes along, by its content."""

    sha256: str
    name: str
    media_type: str


@dataclass(frozen=True)
class Exhibit:
    """One piece of evidence about a case: a table, sentences, files. `section` is one of evidence.rules.Section.

    `columns` are titles (with «%» or «N» where figures need it), `rows` plain texts in that order.
    """

    section: str
    title: Text | str
    columns: tuple[Text | str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    notes: tuple[Text | str, ...] = ()
    files: tuple[ExhibitFile, ...] = ()


@dataclass(frozen=True)
class Paper:
    """A printed report as the room it is about shows it."""

    id: int
    title: str
    state: Text
    is_signed: bool


class Papers(Protocol):
    """Printing what a room knows about one subject, a visit or the results of a case, as an official paper."""

    def print_report(
        self, work: Work, case: Any, template: str, subject: str, compiler_id: int | None
    ) -> int:
        """Have it printed, or printed again when it changed; the answer is the paper's key."""

    def find_report(self, work: Work, subject: str) -> Paper | None:
        """The paper about the subject, if the actor sees one."""


@dataclass(frozen=True)
class Subject:
    """A thing as a history names it, and its page."""

    name: Text | str
    link: str = ""


@dataclass
class Ports:
    zone: ZoneInfo
    storage: Storage
    definitions: Any = None  # cases.definitions.Definitions
    facts: dict[str, FactSource] = field(default_factory=dict)
    ahead: dict[str, LookAhead] = field(default_factory=dict)  # by the name of the fact
    # fact → the act (CAPABILITIES) that makes it true, where not every act of its room does
    mended_by: dict[str, str] = field(default_factory=dict)
    dates: dict[str, DateWords] = field(default_factory=dict)  # facts a term may be counted from
    effects: dict[str, EffectHandler] = field(default_factory=dict)
    # effects a definition may name: parameter → whether it must be given
    step_effects: dict[str, dict[str, bool]] = field(default_factory=dict)
    handlers: dict[str, JobHandler] = field(default_factory=dict)
    field_titles: dict[str, Text] = field(default_factory=dict)  # column → its name in «было → стало»
    notices: dict[str, Notice] = field(default_factory=dict)  # code → sentence of a notification
    notify: Notify | None = None  # the room of notifications
    # kind of a matter → the condition «it is still to be done» for the number of its row, where a room has its own
    open_matters: dict[str, Callable[[Work, Any], Any]] = field(default_factory=dict)
    periodic: list[Any] = field(default_factory=list)  # jobs.schedule: Daily, Every
    values: dict[str, list[ValueSource]] = field(default_factory=dict)  # template code → who fills its fields
    papers: Papers | None = None  # who prints reports
    # (case_id, template) → the way to the paper a task of the case asks for
    paper_page: Callable[[int, str], str] | None = None
    # reports that can be printed for many cases at once: template code → (work, case_id) → key of the paper
    reports: dict[str, Callable[[Work, int], int]] = field(default_factory=dict)
    figures: dict[str, FigureSource] = field(default_factory=dict)  # numbers of the overview, by name
    queues: list[QueueSource] = field(default_factory=list)
    holdings: list[HoldingSource] = field(default_factory=list)  # what a person holds, for the day he leaves
    evidence: list[EvidenceSource] = field(default_factory=list)  # in the order of the index within a section
    panels: list[Panel] = field(default_factory=list)
    tabs: list[Tab] = field(default_factory=list)
    # what a room does when a task is closed, from whichever page (the plan keeps what was submitted)
    after_task: list[Callable[[Work, Any, str], None]] = field(default_factory=list)
    # what is read on a room's page before a task is closed there, as plain values: page → (session, case_id)
    contents: dict[str, Callable[[Session, int], Any]] = field(default_factory=dict)
    # lists one room offers to the forms of another: name → (session, case_id) → [(code, title)]
    choices: dict[str, Callable[[Session, int], list[tuple[str, str]]]] = field(default_factory=dict)
    pages: dict[str, Callable[[int], str]] = field(default_factory=dict)
    working_day: Callable[[Session], Any] | None = None
    # what a record of the journal is about, in a history: table → (work, keys) → what the reader may see of them
    subjects: dict[str, Callable[[Work, Sequence[int]], Mapping[int, Subject]]] = field(default_factory=dict)
    value_titles: dict[str, Text] = field(default_factory=dict)  # code of a state or choice → its name
    tags: dict[str, Text] = field(default_factory=dict)  # journal tag → sentence of the history
    after_commit: Callable[[list[int]], None] | None = None
    # what follows from all that was done in a unit of work, in the same transaction
    before_commit: list[Callable[[Work], None]] = field(default_factory=list)
    prefill_person: Callable[[str, str, str, str], dict[str, str]] | None = (
        None  # six case forms of a full name
    )
    prefill_position: Callable[[str], dict[str, str]] | None = None
    prefill_organisation: Callable[[str], dict[str, str]] | None = None
    # what a room proves about its rows when `verify` asks: name → faults in sentences
    proofs: dict[str, Callable[[Session, Storage], Iterator[str]]] = field(default_factory=dict)
    settings: Any = None
