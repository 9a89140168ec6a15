"""Words of the results: kinds, subjects, levels, outcomes, grounds and the sentences of the history."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.i18n import Text, _
from app.results.rules import Argument, Ground, Kind, Level, Outcome, Policy, Procedure, Verdict, order

KINDS: dict[str, Text] = {Kind.vpr: _("VPR"), Kind.oge: _("OGE"), Kind.ege: _("EGE")}

SUBJECTS: dict[str, Text] = {
    "russian": _("Russian language"),
    "mathematics": _("mathematics"),
    "maths_base": _("mathematics, base level"),
    "maths_profile": _("mathematics, profile level"),
    "literature": _("literature"),
    "history": _("history (subject)"),
    "social": _("social studies"),
    "geography": _("geography"),
    "biology": _("biology"),
    "physics": _("physics"),
    "chemistry": _("chemistry"),
    "informatics": _("informatics"),
    "foreign": _("foreign language"),
    "environment": _("the world around us"),
}

LEVELS: dict[str, Text] = {
    Level.high: _("high"),
    Level.medium: _("medium"),
    Level.low: _("low (significance)"),
    Level.none: _("not there"),
}

OUTCOMES: dict[str, Text] = {
    Outcome.effective: _("Moved to the effective mode of work"),
    Outcome.positive: _("Positive change, support extended"),
    Outcome.no_change: _("Comparable with last year"),
    Outcome.negative: _("Negative change"),
}

VERDICTS: dict[str, Text] = {
    Verdict.low: _("Signs of low results"),
    Verdict.not_low: _("No signs of low results"),
    Verdict.insufficient: _("Not enough data"),
}

POLICIES: dict[str, Text] = {
    Policy.A: _("sign A"),
    Policy.A_OR_B: _("sign A or sign B"),
    Policy.A_AND_B: _("signs A and B together"),
}

_GROUNDS: dict[tuple[Ground, bool | None], Text] = {
    (Ground.off_list, True): _("The school is not on the official list"),
    (Ground.off_list, False): _("The school is on the official list"),
    (Ground.off_list, None): _("It is not entered whether the school is on the official list"),
    (Ground.no_sign_a, True): _("No sign A: fewer than two low procedures this year"),
    (Ground.no_sign_a, False): _("Sign A: two or more low procedures this year"),
    (Ground.no_sign_a, None): _("Sign A is unknown: the figures are not enough"),
    (Ground.no_sign_b, True): _("No sign B: no procedure is low two years running"),
    (Ground.no_sign_b, False): _("Sign B: a procedure is low two years running"),
    (Ground.no_sign_b, None): _("Sign B is unknown: the figures are not enough"),
    (Ground.no_high_risk, True): _("No risk of high significance is left"),
    (Ground.no_high_risk, False): _("A risk of high significance is left"),
    (Ground.no_high_risk, None): _("Risks after the support are not entered"),
    (Ground.plan_done, True): _("The plan is carried out"),
    (Ground.plan_done, False): _("The plan is not carried out in full"),
    (Ground.plan_done, None): _("There is no report on the plan"),
    (Ground.within, True): _("Every change is within the limit of “no change”"),
    (Ground.within, False): _("Some changes are beyond the limit of “no change”"),
    (Ground.within, None): _("There is no procedure with figures of both years"),
    (Ground.better, True): _("The share of low results fell beyond the limit"),
    (Ground.worse, True): _("The share of low results grew beyond the limit"),
}

TAGS: dict[str, Text] = {
    "results:add": _("Entered the results of a procedure"),
    "results:edit": _("Corrected the results of a procedure"),
    "results:remove": _("Removed a procedure entered by mistake"),
    "results:risk_add": _("Entered a risk before and after the support"),
    "results:risk_edit": _("Corrected a risk before and after the support"),
    "results:risk_remove": _("Removed a risk entered by mistake"),
    "results:notice_add": _("Entered a document on the official list"),
    "results:notice_edit": _("Corrected a document on the official list"),
    "results:notice_remove": _("Removed a document on the official list"),
    "results:analysis": _("Wrote the analysis of the results"),
    "results:propose": _("Proposed an outcome"),
    "results:decide": _("Recorded the decided outcome"),
}

FIELD_TITLES: dict[str, Text] = {
    "participants": _("Took part"),
    "below": _("Of them below the threshold"),
    "held": _("The procedure was held"),
    "biased": _("Signs of biased results"),
    "programme_grade": _("Tested by the programme of grade"),
    "source": _("Source"),
    "before": _("Significance before the support"),
    "after": _("Significance after the support"),
    "included": _("On the list"),
    "year": _("Year"),
    "issued_on": _("Date of the document"),
    "issuer": _("Who issued it"),
    "analysis": _("Conclusions"),
    "proposed": _("Proposed outcome"),
    "decided": _("Decided outcome"),
    "justification": _("Justification"),
}


def procedure_name(procedure: Procedure) -> Text:
    """«ОГЭ, русский язык, 9 класс»."""
    return _("%(kind)s, %(subject)s, grade %(grade)s", kind=KINDS.get(procedure.kind, procedure.kind),
             subject=SUBJECTS.get(procedure.subject, procedure.subject), grade=procedure.grade)  # fmt: skip


def names(procedures: Iterable[Procedure]) -> tuple[str, ...]:
    return tuple(str(procedure_name(p)) for p in sorted(procedures, key=order))


def ground_text(argument: Argument) -> Text | None:
    """The sentence of a ground; None when it has nothing to say."""
    sentence = _GROUNDS.get((argument.ground, argument.holds))
    if sentence is None or not argument.about:
        return sentence
    return _("%(sentence)s: %(names)s", sentence=sentence, names="; ".join(names(argument.about)))


def low_means(kind: str, subject: str) -> Text | None:
    """What «below the threshold» is for a procedure; None where no threshold is known."""
    if kind in (Kind.vpr, Kind.oge):
        return _("mark “2”")
    return {
        "russian": _("fewer than 24 test points"),
        "maths_base": _("mark “2”"),
        "maths_profile": _("fewer than 27 test points"),
    }.get(subject)
