"""django-fsm-2 with django-fsm-log on PostgreSQL: the same twelve steps of the shipped procedure. Not run by us
but in the peers' own environment: `python peer_django.py HOST PORT DATABASE USER`, then one JSON line a question.

Written as their documentation does: a protected FSMField, `@transition` with conditions, the log's decorators;
each step in a transaction with the row locked. «plain» writes the case and the log and nothing else: no task, vote
or round has a row of its own, no journal is chained, no promise made. «whole» adds through Django's ORM what our
transition writes: rounds, tasks and votes, a chained record under its head's lock, an outbox row.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time

import django
from django.conf import settings

host, port, database, user = sys.argv[1:5]
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql", "HOST": host, "PORT": port, "NAME": database,
            "USER": user, "CONN_MAX_AGE": None,
        }
    },
    INSTALLED_APPS=[
        "django.contrib.auth", "django.contrib.contenttypes", "django_fsm", "django_fsm_log", "__main__",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)  # fmt: skip
sys.modules["__main__"].__file__ = __file__
from django.apps import AppConfig  # noqa: E402


class Bench(AppConfig):
    name = "__main__"
    label = "bench"
    path = "/"


settings.INSTALLED_APPS[-1] = "__main__.Bench"
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_fsm import FSMField, transition  # noqa: E402
from django_fsm_log.decorators import fsm_log_by  # noqa: E402
from django_fsm_log.models import StateLog  # noqa: E402

FACTS = {"curator": True, "studies": True, "risks": True, "actual": 3, "agreement": True, "term": True}


def fact(name):
    def holds(case):
        return bool(FACTS[name])

    holds.__name__ = name
    return holds


class Ours(models.Model):
    class Meta:
        app_label = "bench"
        abstract = True


class Case(Ours):
    stage = FSMField(default="identified", protected=True)
    version = models.IntegerField(default=1)
    round = models.IntegerField(default=1)


class Round(Ours):
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    stage = models.CharField(max_length=60)
    opened_seq = models.IntegerField()
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_by = models.CharField(max_length=60, null=True)

    class Meta(Ours.Meta):
        unique_together = [("case", "opened_seq")]


class Task(Ours):
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    stage = models.CharField(max_length=60)
    task = models.CharField(max_length=60)
    status = models.CharField(max_length=20, default="open")
    done_by = models.CharField(max_length=20, null=True)
    done_at = models.DateTimeField(null=True)

    class Meta(Ours.Meta):
        unique_together = [("case", "stage", "task")]


class Vote(Ours):
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    voter = models.CharField(max_length=20)
    choice = models.CharField(max_length=10)
    at = models.DateTimeField()

    class Meta(Ours.Meta):
        unique_together = [("case", "voter")]


class Head(Ours):
    stream = models.CharField(max_length=60, primary_key=True)
    seq = models.IntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)


class Record(Ours):
    stream = models.CharField(max_length=60)
    seq = models.IntegerField()
    at = models.DateTimeField()
    tag = models.CharField(max_length=60)
    data = models.JSONField()
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta(Ours.Meta):
        unique_together = [("stream", "seq")]


class Job(Ours):
    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    payload = models.JSONField()
    state = models.CharField(max_length=16, default="pending")
    available_at = models.DateTimeField()

    class Meta(Ours.Meta):
        unique_together = [("kind", "key")]


TASKS = {
    "diagnosis": ("fill_diagnosis", "verify_risks", "check_diagnosis"), "plan_approval": ("prepare_plan",),
    "events": ("log_visits", "report_progress"), "results_review": ("enter_results", "analyse_results"),
}  # fmt: skip


def write_the_rest(case, name, source, number):
    """What a transition of ours writes beside the case and its event."""
    now = timezone.now()
    if case.stage != source:
        Round.objects.filter(case=case, left_at=None).update(left_at=now, left_by=name)
        Round.objects.create(case=case, stage=case.stage, opened_seq=case.version, entered_at=now)
        Task.objects.bulk_create(
            [Task(case=case, stage=case.stage, task=task) for task in TASKS.get(case.stage, ())]
        )
    elif name.startswith("vote"):
        Vote.objects.create(case=case, voter=name, choice="for", at=now)
    else:
        Task.objects.filter(case=case, stage=case.stage, task=name).update(
            status="done", done_by="3", done_at=now
        )
    head = Head.objects.select_for_update().get(stream=f"case:{case.pk}")
    data = {"seq": case.version, "event": {"transition": name, "from": source, "to": case.stage}}
    text = json.dumps({"stream": head.stream, "at": now.isoformat(), "data": data}, sort_keys=True)
    record = Record(
        stream=head.stream, seq=head.seq + 1, at=now, tag=f"case:{name}", data=data, prev_hash=head.hash
    )
    record.hash = hashlib.sha256((head.hash + text).encode()).hexdigest()
    record.save(force_insert=True)
    head.seq, head.hash = record.seq, record.hash
    head.save(update_fields=["seq", "hash"])
    Job.objects.create(
        kind="bench.note", key=f"{case.pk}:{number}", payload={"case": case.pk}, available_at=now
    )


def step(name, source, target, *conditions):
    @fsm_log_by
    @transition(
        field=Case._meta.get_field("stage"), source=source, target=target, conditions=list(conditions)
    )
    def taken(self, by=None):
        pass

    taken.__name__ = name
    setattr(Case, name, taken)


STEPS = (
    ("start_diagnosis", "identified", "diagnosis", "curator"),
    ("fill_diagnosis", "diagnosis", "diagnosis", "studies"),
    ("verify_risks", "diagnosis", "diagnosis", "risks"),
    ("check_diagnosis", "diagnosis", "diagnosis", "studies"),
    ("submit_diagnosis", "diagnosis", "plan_approval", "studies", "risks", "actual"),
    ("prepare_plan", "plan_approval", "plan_approval", "studies"),
    ("vote_1", "plan_approval", "plan_approval"),
    ("vote_2", "plan_approval", "plan_approval"),
    ("vote_3", "plan_approval", "plan_approval"),
    ("adopt_plan", "plan_approval", "curator_agreement", "agreement"),
    ("start_events", "curator_agreement", "events", "agreement", "term"),
    ("start_review", "events", "results_review", "studies"),
)
for name, source, target, *conditions in STEPS:
    step(name, source, target, *map(fact, conditions))


def answer(what, cases):
    """Seconds for one step, of so many cases taken through all of them."""
    keys = [Case.objects.create().pk for _ in range(cases)]
    for key in keys:
        Head.objects.create(stream=f"case:{key}")
        Round.objects.create(case_id=key, stage="identified", opened_seq=1, entered_at=timezone.now())
    begun = time.perf_counter()
    for key in keys:
        for number, (name, source, *_rest) in enumerate(STEPS):
            with transaction.atomic():
                case = Case.objects.select_for_update().get(pk=key)
                getattr(case, name)(by=person)
                case.version += 1
                case.save(update_fields=["stage", "version", "round"])
                if what == "whole":
                    write_the_rest(case, name, source, number)
    seconds = (time.perf_counter() - begun) / (cases * len(STEPS))
    logged = StateLog.objects.filter(object_id__in=map(str, keys), by=person).count()
    assert logged == cases * len(STEPS), f"{logged} steps were logged"
    return seconds


call_command("migrate", verbosity=0, interactive=False)
with connection.schema_editor() as editor:
    for model in (Case, Round, Task, Vote, Head, Record, Job):
        editor.create_model(model)
person = get_user_model().objects.create(username="methodist")
for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))), flush=True)
