"""The elements a procedure is made of, as immutable values. Fields marked as words do not enter the hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.engine.guards import Expression
from app.engine.structure import LATER, WORDS

Titles = Mapping[str, str]
Kind = Literal["forward", "return", "skip", "cancel", "suspend", "resume", "reopen"]
CommentRule = Literal["required", "optional", "none"]
VotesRule = Literal["keep", "void", "refuse"]
TermsRule = Literal["keep", "recount"]

LANGUAGES = ("ru", "en")
KINDS: tuple[Kind, ...] = ("forward", "return", "skip", "cancel", "suspend", "resume", "reopen")
# Kinds that must say why: somebody will ask.
REASONED: frozenset[str] = frozenset({"return", "skip", "cancel", "reopen"})
VOTES = "votes"


@dataclass(frozen=True, eq=False, repr=False)
class Escalation:
    """Whom to tell, and how many working days after the term has passed."""

    after: int
    to: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Due:
    """A term in working days; `remind` lists how many working days before it to remind.

    `since` is the event it is counted from, one of those `anchors` knows; `source` cites what sets it.
    """

    working_days: int
    since: str = "entered"
    remind: tuple[int, ...] = ()
    escalate: Escalation | None = None
    source: Titles = field(metadata=WORDS, default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class Guard:
    """A condition that must hold, and the sentence that says why it does not.

    `unknown` is said when the fact is unknown or names nothing; `link` is the page where it can be mended.
    """

    id: str
    expression: Expression
    text: Titles = field(metadata=WORDS)
    unknown: Titles | None = field(metadata=WORDS, default=None)
    link: str | None = None


@dataclass(frozen=True)
class Effect:
    """Something the application does when the step is taken, by name."""

    name: str
    params: Mapping[str, str]


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """A piece of work of a stage; `roles` may complete it, `reopens_with`: whose reopening reopens it.

    `form` is what is asked of whoever says that it is done, `document` the template of the paper that must be
    registered first: the last of the guards in `when` says so (`papers.registered`).
    """

    id: str
    titles: Titles = field(metadata=WORDS)
    roles: tuple[str, ...]
    optional: bool
    repeatable: bool
    when: tuple[Guard, ...]
    due: Due | None
    page: str | None
    reopens_with: tuple[str, ...]
    notes: str = field(metadata=WORDS, default="")
    form: Form | None = field(metadata=LATER, default=None)
    document: str | None = field(metadata=LATER, default=None)

    @property
    def written(self) -> tuple[Guard, ...]:
        """The guards that stand in the file, without the one `document` means."""
        return self.when[:-1] if self.document else self.when


@dataclass(frozen=True, eq=False, repr=False)
class Portion:
    """So many of those who may vote: more than half, a share (at least) or a count (at least)."""

    kind: Literal["more_than_half", "share", "count"] = "more_than_half"
    numerator: int = 1
    denominator: int = 2
    count: int = 0

    def needed(self, eligible: int) -> int:
        """People needed among so many who may vote; never 0."""
        if self.kind == "count":
            return max(self.count, 1)
        if self.kind == "share":
            return max(-(-eligible * self.numerator // self.denominator), 1)
        return eligible // 2 + 1


@dataclass(frozen=True, eq=False, repr=False)
class Approval:
    """A vote of a group on a content whose hash each vote remembers (`binds` is a fact name)."""

    id: str
    titles: Titles = field(metadata=WORDS)
    voters: tuple[str, ...]
    quorum: Portion
    tie: str | None
    veto: tuple[str, ...]
    four_eyes: bool
    binds: str | None
    opens_after: tuple[str, ...]
    on_no_voters: str
    on_pass: tuple[Effect, ...]
    on_fail: tuple[Effect, ...]
    source: Titles = field(metadata=WORDS, default_factory=dict)
    # how many must say «за» for a decision; None = more than are against
    majority: Portion | None = field(metadata=LATER, default=None)

    @property
    def fallback(self) -> str | None:
        """The role that votes when nobody of the group may; None = the vote is refused."""
        return None if self.on_no_voters == "refuse" else self.on_no_voters

    def needed_for(self, eligible: int) -> int | None:
        """Votes «за» a decision needs among so many who may vote; None = more than are against."""
        return None if self.majority is None else self.majority.needed(eligible)

    @property
    def asked(self) -> tuple[str, ...]:
        """Roles whose people are looked for: those who vote, and those who vote when nobody of these may.

        Whoever has several sits in the first: with a veto before the casting vote, and that before any other.
        """
        voters = sorted(self.voters, key=lambda role: (role not in self.veto, role != self.tie))
        return (*voters, self.fallback) if self.fallback else tuple(voters)


@dataclass(frozen=True, eq=False, repr=False)
class Stage:
    """A state of the case between two transitions."""

    id: str
    titles: Titles = field(metadata=WORDS)
    final: bool
    outcome: str | None
    tasks: tuple[Task, ...]
    approval: Approval | None
    due: Due | None
    page: str | None
    notes: str = field(metadata=WORDS, default="")

    def task(self, task_id: str) -> Task | None:
        """The task of this stage with this id, or None."""
        for task in self.tasks:
            if task.id == task_id:
                return task
        return None


@dataclass(frozen=True, eq=False, repr=False)
class Choice:
    """One answer of a choice field."""

    id: str
    titles: Titles = field(metadata=WORDS)


@dataclass(frozen=True, eq=False, repr=False)
class Field:
    """A question of a form.

    A number is a whole one, 0 or more. A date may have to be no earlier, or no later, than the day it is given.
    """

    id: str
    kind: Literal["choice", "text", "number", "date", "bool"]
    titles: Titles = field(metadata=WORDS)
    required: bool = False
    choices: tuple[Choice, ...] = ()
    not_before: Literal["today"] | None = field(metadata=LATER, default=None)
    not_after: Literal["today"] | None = field(metadata=LATER, default=None)


@dataclass(frozen=True, eq=False, repr=False)
class Form:
    """What the person says when taking the step."""

    comment: CommentRule = "optional"
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Transition:
    """A step between stages: who may take it, what must hold, what it keeps, voids and sets going.

    One that is `automatic` has nobody in `by`: the case takes it as soon as everything holds.
    """

    id: str
    titles: Titles = field(metadata=WORDS)
    kind: Kind
    sources: tuple[str, ...]
    target: str | None
    by: tuple[str, ...]
    when: tuple[Guard, ...]
    form: Form
    keeps: tuple[str, ...]
    voids: tuple[str, ...]
    effects: tuple[Effect, ...]
    outcome: str | None
    outcome_from: str | None
    notes: str = field(metadata=WORDS, default="")
    automatic: bool = field(metadata=LATER, default=False)


@dataclass(frozen=True, eq=False, repr=False)
class Role:
    """A part people play in a case; `found` says where the application looks for them."""

    id: str
    titles: Titles = field(metadata=WORDS)
    found: str


@dataclass(frozen=True, eq=False, repr=False)
class Outcome:
    """A way a case can end."""

    id: str
    titles: Titles = field(metadata=WORDS)


@dataclass(frozen=True, eq=False, repr=False)
class Migration:
    """How cases of an earlier version move to this one; what is not named keeps its id.

    `drops` are tasks that have no successor, `reopens` tasks (of this version) to be done again, `transitions` says
    under which code a step taken before is known now: the way of a case is drawn by it. `votes` is about a vote in
    progress: a decision that was made stands. Terms that are not recounted keep their day.
    """

    source: int
    stages: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    drops: tuple[str, ...] = ()
    reopens: tuple[str, ...] = ()
    votes: VotesRule = "keep"
    terms: TermsRule = "keep"
    notes: str = field(metadata=WORDS, default="")
    transitions: Mapping[str, str] = field(metadata=LATER, default_factory=dict)
