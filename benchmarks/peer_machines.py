"""The shipped procedure written for `transitions` and for python-statemachine 3, as their documentation does.

Run in the peers' own environment: one JSON line a question, seconds of one step as the answer. Stages, steps, who may
take them, required tasks, guards over facts, the comment and choice of a form, and a history of what happened are those
of workflows/school_support/v1.yaml; a condition that fails leaves its sentence in `why`, so that one refusal tells
everything. Deadlines, votes and versions are left out: this side does less than ours.
"""

from __future__ import annotations

import json
import sys
import time

from statemachine import State, StateMachine
from transitions import Machine

STAGES = (
    "identified",
    "diagnosis",
    "plan_approval",
    "curator_agreement",
    "events",
    "results_review",
    "closed",
)
WORKING = STAGES[:6]
# step: (from, to, roles, required tasks are those of the stage, guards)
STEPS = {
    "start_diagnosis": (("identified",), "diagnosis", ("methodist",), ("curator_assigned", "curator_free")),
    "submit_diagnosis": (("diagnosis",), "plan_approval", ("methodist",), ("studies", "risks", "actual")),
    "return_plan": (("plan_approval",), "plan_approval", ("chair", "secretary"), ("commented",)),
    "return_to_diagnosis": (("plan_approval",), "diagnosis", ("chair", "methodist"), ("commented",)),
    "adopt_plan": (("plan_approval",), "curator_agreement", ("clerk", "methodist"), ("approved", "protocol", "order")),
    "start_events": (("curator_agreement",), "events", ("methodist", "clerk"), ("agreement", "covers", "curator_free")),
    "change_plan": (("curator_agreement", "events"), "plan_approval", ("chair",), ("commented",)),
    "start_review": (("events",), "results_review", ("methodist",), ("reported", "visits")),
    "return_results": (("results_review",), "results_review", ("chair", "secretary"), ("commented",)),
    "return_to_events": (("results_review",), "events", ("chair",), ("commented",)),
    "close": (("results_review",), "closed", ("chair", "head"), ("approved", "decided")),
    "suspend": (WORKING, "suspended", ("methodist", "head"), ("commented",)),
    "resume": (("suspended",), "identified", ("methodist", "head"), ()),
    "terminate": (WORKING, "cancelled", ("head",), ("commented",)),
    "reopen": (("closed",), "results_review", ("head",), ("commented",)),
    "reinstate": (("cancelled",), "identified", ("head",), ("commented",)),
}  # fmt: skip
TASKS = {
    "diagnosis": ("fill_diagnosis", "verify_risks", "check_diagnosis"),
    "plan_approval": ("prepare_plan",),
    "results_review": ("enter_results", "analyse_results"),
}
FORWARD = {"start_diagnosis", "submit_diagnosis", "adopt_plan", "start_events", "start_review", "close"}
SENTENCES = {
    "studies": "Нет данных в диагностиках: {}", "risks": "Рисковый профиль не подтверждён: {}",
    "actual": "В рисковом профиле нет ни одного актуального риска",
}  # fmt: skip
GUARDS = sorted(
    {guard for _s, _t, _r, guards in STEPS.values() for guard in guards} - {"actual", "commented"}
)
GOOD = {**dict.fromkeys(GUARDS, True), "actual": 3}
BAD = {**GOOD, "studies": False, "actual": 0}
DONE = frozenset(TASKS["diagnosis"])


class Rules:
    """What must hold, shared by both libraries; `why` collects the sentences of what does not."""

    def begin(self, role, facts, done, comment=""):
        self.role, self.facts, self.done, self.comment, self.why = role, facts, done, comment, []
        self.history = []

    def _note(self, holds, name, text=""):
        if not holds:
            self.why.append((name, SENTENCES.get(name, name).format(text)))
        return True  # go on: one refusal tells everything; `nothing_against` decides

    def actual(self, *_event):
        value = self.facts.get("actual")
        return self._note(isinstance(value, int) and value >= 1, "actual")

    def commented(self, *_event):
        return self._note(bool(self.comment.strip()), "commented")

    def nothing_against(self, *_event):
        return not self.why


def _guard(name):
    def holds(self, *_event):
        return self._note(self.facts.get(name) is True, name, "№ 1, № 2")

    return holds


def _role(roles):
    wanted = frozenset(roles)

    def may(self, *_event):
        return self._note(self.role in wanted, "role", ", ".join(roles))

    return may


def _task(name):
    def is_done(self, *_event):
        return self._note(name in self.done, name)

    return is_done


for _name in GUARDS:
    setattr(Rules, _name, _guard(_name))
for _name, (_sources, _target, _roles, _guards) in STEPS.items():
    setattr(Rules, f"may_{_name}_by", _role(_roles))
for _tasks in TASKS.values():
    for _name in _tasks:
        setattr(Rules, f"done_{_name}", _task(_name))


def conditions(name):
    sources, _target, _roles, guards = STEPS[name]
    tasks = [f"done_{task}" for task in TASKS.get(sources[0], ())] if name in FORWARD else []
    return [f"may_{name}_by", *tasks, *guards, "nothing_against"]


class Case(Rules):
    """The model of `transitions`."""

    def moved(self, event):
        self.history.append((event.event.name, event.transition.source, event.transition.dest, self.role))


STATES = [*STAGES, "suspended", "cancelled"]
TRANSITIONS = [
    {
        "trigger": name,
        "source": list(sources),
        "dest": target,
        "conditions": conditions(name),
        "after": "moved",
    }
    for name, (sources, target, _roles, _guards) in STEPS.items()
]
OPTIONS = {"states": STATES, "transitions": TRANSITIONS, "send_event": True, "auto_transitions": False}
SHARED = Machine(model=None, initial="identified", **OPTIONS)


def machine_of_its_own(stage):
    case = Case()
    Machine(model=case, initial=stage, **OPTIONS)
    return case


def _statemachine():
    states = {name: State(initial=name == "identified") for name in STATES}
    body = {}
    for name, (sources, target, _roles, _guards) in STEPS.items():
        steps = None
        for source in sources:
            step = states[source].to(states[target], cond=conditions(name), on="moved")
            steps = step if steps is None else steps | step
        body[name] = steps
    for key in dir(Rules):
        if not key.startswith("__"):
            body[key] = getattr(Rules, key)

    def moved(self, source, target, event):
        self.history.append((str(event), source.id, target.id, self.role))

    return type(
        "Procedure",
        (StateMachine,),
        {**states, **body, "moved": moved, "allow_event_without_transition": True},
    )


Procedure = _statemachine()
KEPT = {"transitions": machine_of_its_own("diagnosis"), "statemachine": Procedure(start_value="diagnosis")}


def step(library, facts, role, fresh):
    """Take one step from «diagnosis»; whether it worked."""
    if library == "transitions":
        if fresh == "machine":
            case = machine_of_its_own("diagnosis")
        elif fresh == "model":
            case = Case()
            SHARED.add_model(case, initial="diagnosis")
        else:
            case = KEPT["transitions"]
            case.state = "diagnosis"
        case.begin(role, facts, DONE)
        case.submit_diagnosis()
        if fresh == "model":
            SHARED.remove_model(case)
        return case.state == "plan_approval", case
    if fresh:
        case = Procedure(start_value="diagnosis")
    else:
        case = KEPT["statemachine"]
        if case.configuration_values != {"diagnosis"}:
            case.current_state_value = "diagnosis"
    case.begin(role, facts, DONE)
    case.submit_diagnosis()
    return "plan_approval" in case.configuration_values, case


def answer(library, what, fresh, times):
    facts, role, works = (GOOD, "methodist", True) if what == "accepted" else (BAD, "director", False)
    took, case = step(library, facts, role, fresh)
    assert took is works, (library, what, fresh, case.why)
    assert works or [name for name, _text in case.why] == ["role", "studies", "actual"], case.why
    assert not works or case.history[-1][:3] == ("submit_diagnosis", "diagnosis", "plan_approval"), (
        case.history
    )
    begun = time.process_time()
    for _ in range(times):
        step(library, facts, role, fresh)
    return (time.process_time() - begun) / times


for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))), flush=True)
