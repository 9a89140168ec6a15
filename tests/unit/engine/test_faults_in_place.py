"""Faults of every class, each told on the very line where it is to be mended."""

from __future__ import annotations

from typing import Any

import pytest

from app.engine.checking.checks import check
from app.engine.checking.fact_kinds import FactKind
from app.engine.reading.loader import parse_text

CLEAN = """\
workflow: corpus
version: 1
titles: {ru: Порядок, en: Procedure}
initial: draft
roles:
  author: {titles: {ru: Автор, en: Author}, found: authority}
  head: {titles: {ru: Руководитель, en: Head}, found: authority}
  chair: {titles: {ru: Председатель, en: Chair}, found: group}
outcomes:
  good: {titles: {ru: Хорошо, en: Good}}
  stopped: {titles: {ru: Прекращено, en: Stopped}}
stages:
  draft:
    titles: {ru: Черновик, en: Draft}
    page: papers
    due: {working_days: 9, remind: [1], escalate: {after: 2, to: [head]}}
    tasks:
      write:
        titles: {ru: Написать, en: Write}
        roles: [author]
        page: papers
        due: {working_days: 5, remind: [1], escalate: {after: 1, to: [chair]}}
        when:
          - id: has_text
            if: paper.length >= 1 and not paper.lost
            text: {ru: 'Пусто: {names}', en: 'Empty: {names}'}
            unknown: {ru: Не начато, en: Not started}
            link: papers
      proofread:
        titles: {ru: Вычитать, en: Proofread}
        roles: [author]
        optional: true
        repeatable: true
        reopens_with: [write]
        document: order
        form:
          comment: none
          fields:
            - {id: pages, kind: text, required: true, titles: {ru: Сколько страниц, en: How many pages}}
            - {id: read_on, kind: date, not_after: today, titles: {ru: Когда прочитано, en: Read on}}
            - {id: next_on, kind: date, not_before: today, titles: {ru: Когда снова, en: Next on}}
    approval:
      id: vote
      titles: {ru: Голосование, en: Vote}
      voters: [chair]
      quorum: {share: 1/2}
      tie: chair
      veto: [chair]
      four_eyes: true
      binds: paper.hash
      opens_after: [write]
      on_no_voters: head
      on_pass:
        - name: documents.draft
          params: {template: protocol}
      on_fail:
        - name: documents.note
  print:
    titles: {ru: Печать, en: Print}
  done:
    titles: {ru: Готово, en: Done}
    final: true
transitions:
  adopt:
    titles: {ru: Принять, en: Adopt}
    kind: forward
    from: draft
    to: print
    by: [author]
    when:
      - {id: passed, if: approval.passed, text: {ru: Не принято, en: Not passed}}
    effects:
      - name: documents.draft
        params: {template: order}
  finish:
    titles: {ru: Закончить, en: Finish}
    kind: forward
    from: print
    to: done
    by: [author]
    outcome_from: paper.outcome
  pass_over:
    titles: {ru: Пропустить, en: Pass over}
    kind: skip
    from: draft
    to: print
    by: [head]
    form:
      comment: required
      fields:
        - id: why
          kind: choice
          required: true
          titles: {ru: Почему, en: Why}
          choices: {time: {titles: {ru: Время, en: Time}}}
  send_back:
    titles: {ru: Вернуть, en: Send back}
    kind: return
    from: print
    to: draft
    by: [chair]
    keeps: [proofread]
    voids: [votes, write]
    form: {comment: required}
  stop:
    titles: {ru: Прекратить, en: Stop}
    kind: cancel
    from: working
    by: [head]
    outcome: stopped
    form: {comment: required}
  pause:
    titles: {ru: Приостановить, en: Pause}
    kind: suspend
    from: working
    by: [head]
  go_on:
    titles: {ru: Возобновить, en: Go on}
    kind: resume
    from: working
    by: [head]
  take_up:
    titles: {ru: Вернуть из завершённых, en: Reopen}
    kind: reopen
    from: done
    to: print
    by: [head]
    voids: [votes]
    form: {comment: required}
"""
# A step the case takes by itself: its id, source, target, condition.
AUTOMATIC = """\
  {0}:
    titles: {{ru: {0}, en: {0}}}
    kind: forward
    from: {1}
    to: {2}
    automatic: true
    when: {{id: g, if: '{3}', text: {{ru: Нет, en: Not yet}}}}
"""
PRINTED = CLEAN[CLEAN.index("  finish:\n") : CLEAN.index("  pass_over:\n")]
# Eight pigeons in seven holes, no two together: as texts a condition may have.
PIGEONS = [f"paper.{letter}" for letter in "pqrstuvw"]
HOLES = " and ".join(f'{one} in ["a", "b", "c", "d", "e", "f", "g"]' for one in PIGEONS)
APART = " and ".join(f"{a} != {b}" for n, a in enumerate(PIGEONS) for b in PIGEONS[:n])
# The procedure between the vote and the pause, where nothing leads on once the vote has failed.
VOTED = CLEAN[CLEAN.index("      binds: paper.hash\n") : CLEAN.index("  pause:\n")]
CAUGHT = VOTED[: VOTED.index("  pass_over:\n")].replace("      binds: paper.hash\n", "")
STANDS = CLEAN[CLEAN.index("  stop:\n") : CLEAN.index("  take_up:\n")]
PRINTS = "    from: print\n    to: done\n    by: [author]\n"
KNOWN: dict[str, Any] = {
    "known_facts": {
        "paper.length": FactKind("number"),
        "paper.lost": FactKind("yes_no"),
        "paper.hash": FactKind("text"),
        "paper.outcome": FactKind("text", ("good", "stopped")),
        "documents.registered.order": FactKind("yes_no"),
        **dict.fromkeys(PIGEONS),
    },
    "known_effects": {"documents.draft", "documents.note"},
    "known_templates": {"protocol", "order"},
    "known_pages": {"papers", "documents"},
    "known_roles": {"author": "authority", "head": "authority", "chair": "group", "reader": "curator_school"},
}
# name: (what stands there, what is put there, the code, a part of the line that must be named; "" = the new text)
FAULTS: dict[str, tuple[str, str, str, str]] = {
    # roles
    "a role nobody is given": (
        "outcomes:\n",
        "  sage: {titles: {ru: Мудрец, en: Sage}, found: group}\noutcomes:\n",
        "role_unheld",
        "  sage",
    ),
    "people looked for elsewhere": (
        "en: Head}, found: authority",
        "en: Head}, found: group",
        "role_found",
        "en: Head}, found: group",
    ),
    # unknown keys
    "a task with a colour": ("optional: true", "colour: red", "unknown_key", ""),
    "a step that runs by itself": (
        "    by: [chair]\n    keeps",
        "    by: [chair]\n    automatic: true\n    keeps",
        "by_or_automatic",
        "ru: Вернуть, ",
    ),
    "a step that is neither": ("    by: [chair]\n    keeps", "    keeps", "by_or_automatic", "ru: Вернуть, "),
    "a return by itself": (
        "    by: [chair]\n    keeps",
        "    automatic: true\n    keeps",
        "automatic_kind",
        "ru: Вернуть, ",
    ),
    "a step by itself that asks why": (
        "    by: [head]\n    form:\n      comment: required\n      fields:",
        "    automatic: true\n    form:\n      comment: required\n      fields:",
        "automatic_form",
        "      comment: required\n      fields",
    ),
    "a circle of steps by themselves": (
        "  pause:\n",
        AUTOMATIC.format("there", "draft", "print", "paper.lost")
        + AUTOMATIC.format("back", "print", "draft", "paper.lost")
        + "  pause:\n",
        "automatic_loop",
        "ru: Черновик",
    ),
    "two steps by themselves at once": (
        "  pause:\n",
        AUTOMATIC.format("short", "print", "done", "paper.length <= 3")
        + AUTOMATIC.format("long", "print", "done", "paper.length >= 3")
        + "  pause:\n",
        "automatic_overlap",
        "ru: long",
    ),
    "a case no step by itself covers": (
        PRINTED,
        AUTOMATIC.format("short", "print", "done", "paper.length < 3")
        + AUTOMATIC.format("long", "print", "done", "paper.length > 3"),
        "automatic_gap",
        "ru: Печать",
    ),
    "a step by itself that cannot be": (
        "  pause:\n",
        AUTOMATIC.format("short", "print", "done", "paper.length < 3 and paper.length > 2") + "  pause:\n",
        "step_never",
        "ru: short",
    ),
    "a choice nobody can oversee": (
        "  pause:\n",
        AUTOMATIC.format("one", "print", "done", HOLES)
        + AUTOMATIC.format("other", "print", "done", APART)
        + "  pause:\n",
        "automatic_unclear",
        "ru: Печать",
    ),
    "a term by another calendar": ("working_days: 9,", "working_days: 9, calendar: moon,", "unknown_key", ""),
    "an effect with a condition": (
        "        - name: documents.note",
        "        - {name: documents.note, when: x}",
        "unknown_key",
        "",
    ),
    # conditions that ask a fact for what it cannot say
    "a condition over two kinds": ("not paper.lost", "paper.lost = 0", "guard_kinds", "paper.lost = 0"),
    "an outcome nobody has named": (
        "  good: {titles: {ru: Хорошо, en: Good}}\n",
        "",
        "outcome_gap",
        "paper.outcome",
    ),
    # the paper and the form of a task
    "a task that needs a paper nobody draws up": (
        "document: order",
        "document: poem",
        "not_a_case_paper",
        "",
    ),
    "a task that needs a file": ("document: order", "document: order.docx", "bad_id", ""),
    "a question of a task asked in one language": (
        "{ru: Сколько страниц, en: How many pages}",
        "{ru: Сколько страниц}",
        "missing_title",
        "",
    ),
    "a form of a task with a colour": (
        "          comment: none\n",
        "          comment: none\n          colour: red\n",
        "unknown_key",
        "colour",
    ),
    # ways
    "a stage nobody comes to": (
        "  done:\n",
        "  attic:\n    titles: {ru: Чердак, en: Attic}\n  done:\n",
        "unreachable_stage",
        "Чердак",
    ),
    "a stage nobody leaves but by going back": (
        "    from: print\n    to: done\n    by: [author]",
        "    from: draft\n    to: done\n    by: [author]",
        "no_way_out",
        "ru: Печать",
    ),
    "a circle in which nobody acts": (
        "  pause:\n",
        "  round: {titles: {ru: А, en: A}, kind: forward, from: print, to: draft, by: []}\n  pause:\n",
        "forward_loop",
        "ru: Черновик",
    ),
    "a step nobody takes": (
        "    by: [chair]\n    keeps",
        "    by: []\n    keeps",
        "nobody_may",
        "ru: Вернуть, ",
    ),
    "a task nobody does": (
        "Proofread}\n        roles: [author]",
        "Proofread}\n        roles: []",
        "nobody_may",
        "Proofread",
    ),
    "a vote of nobody": ("voters: [chair]", "voters: []", "nobody_may", "id: vote"),
    "a step from nowhere": (
        "    from: print\n    to: draft",
        "    from: []\n    to: draft",
        "kind_and_target",
        "ru: Вернуть, ",
    ),
    "a skip to nowhere": (
        "    kind: skip\n    from: draft\n    to: print\n",
        "    kind: skip\n    from: draft\n",
        "kind_and_target",
        "Pass over",
    ),
    "a cancelling with a target": (
        "    outcome: stopped\n",
        "    outcome: stopped\n    to: done\n",
        "kind_and_target",
        "ru: Прекратить,",
    ),
    "a resuming with a target": (
        "    kind: resume\n",
        "    kind: resume\n    to: done\n",
        "kind_and_target",
        "Go on",
    ),
    "a return into the end": (
        "    from: print\n    to: draft",
        "    from: print\n    to: done",
        "kind_and_target",
        "ru: Вернуть, ",
    ),
    "a return that goes on": (
        "    from: print\n    to: draft",
        "    from: draft\n    to: print",
        "return_forward",
        "ru: Вернуть, ",
    ),
    "a running case reopened into a stage": (
        "    from: done\n    to: print",
        "    from: print\n    to: draft",
        "kind_and_target",
        "ru: Вернуть из",
    ),
    "a closed case taken up in its end": (
        "    from: done\n    to: print",
        "    from: done",
        "kind_and_target",
        "ru: Вернуть из",
    ),
    "a pause without end": (
        "    kind: resume\n    from: working",
        "    kind: resume\n    from: draft",
        "no_resume",
        "ru: Приостановить",
    ),
    # what can never be done, or undoes itself
    "a task that waits for a vote there is none": (
        "  print:\n    titles: {ru: Печать, en: Print}\n",
        "  print:\n    titles: {ru: Печать, en: Print}\n    tasks:\n"
        "      press:\n        titles: {ru: Тираж, en: Press}\n        roles: [author]\n"
        "        when: {id: voted, if: approval.passed, text: {ru: Нет, en: Not yet}}\n",
        "approval_absent",
        "id: voted",
    ),
    "a task that waits for the vote that waits for it": (
        "paper.length >= 1 and not paper.lost",
        "approval.passed",
        "task_before_vote",
        "ru: Написать, ",
    ),
    "a task that cannot be done": (
        "paper.length >= 1 and not paper.lost",
        "approval.passed and stage.round < 1",
        "task_never",
        "ru: Написать, ",
    ),
    "a step that asks for two numbers at once": (
        PRINTS,
        PRINTS
        + "    when: {id: two, if: paper.length = 1 and paper.length = 2, text: {ru: Нет, en: Not yet}}\n",
        "step_never",
        "ru: Закончить, ",
    ),
    "a step before the first round": (
        PRINTS,
        PRINTS + "    when: {id: early, if: stage.round < 1, text: {ru: Нет, en: Not yet}}\n",
        "step_never",
        "ru: Закончить, ",
    ),
    "a vote that both passes and fails": (
        "if: approval.passed,",
        "if: approval.passed and approval.failed,",
        "step_never",
        "ru: Принять, ",
    ),
    "two conditions that exclude one another": (
        PRINTS,
        PRINTS + "    when:\n      - {id: lost, if: paper.lost, text: {ru: Нет, en: Not yet}}\n"
        "      - {id: kept, if: not paper.lost, text: {ru: Нет, en: Not yet}}\n",
        "step_never",
        "ru: Закончить, ",
    ),
    "conditions nobody can oversee": (
        PRINTS,
        PRINTS + f"    when:\n      - {{id: holes, if: '{HOLES}', text: {{ru: Нет, en: Not yet}}}}\n"
        f"      - {{id: apart, if: '{APART}', text: {{ru: Нет, en: Not yet}}}}\n",
        "condition_unclear",
        "ru: Закончить, ",
    ),
    "a vote that fails for ever": (VOTED, CAUGHT, "vote_dead_end", "id: vote"),
    "a pause without an end": (
        STANDS,
        STANDS[STANDS.index("  pause:\n") :]
        + "    when: {id: won, if: approval.passed, text: {ru: Нет, en: Not yet}}\n",
        "suspended_for_ever",
        "ru: Приостановить",
    ),
    "a return the case undoes": (
        "    keeps: [proofread]\n    voids: [votes, write]\n    form: {comment: required}\n",
        "    keeps: [write]\n    voids: [votes]\n    form: {comment: required}\n"
        "  go: {titles: {ru: Пошло, en: Go}, kind: forward, from: draft, to: print, automatic: true}\n",
        "return_undone",
        "keeps: [write]",
    ),
    # guards
    "a guard that is called like the paper's": (
        "document: order\n",
        "document: order\n        when:\n"
        "          - {id: order_registered, if: not paper.lost, text: {ru: Нет, en: Not yet}}\n",
        "duplicate_id",
        "- {id: order_registered",
    ),
    "a guard that is code": ("paper.length >= 1 and not paper.lost", "len(paper) > 1", "bad_guard", ""),
    "a guard with half a sentence": ("not paper.lost", "not", "bad_guard", "paper.length"),
    "an unknown fact inside a condition": ("paper.lost", "paper.weight", "unknown_fact", ""),
    "an unknown fact a vote is bound to": ("binds: paper.hash", "binds: paper.smell", "unknown_fact", ""),
    "an unknown fact that decides the outcome": (
        "outcome_from: paper.outcome",
        "outcome_from: paper.fate",
        "unknown_fact",
        "",
    ),
    "a sentence with an unknown word": ("ru: Не начато", "ru: 'Не начато {when}'", "bad_placeholder", ""),
    # roles
    "an unknown role to escalate to": ("after: 2, to: [head]", "after: 2, to: [ghost]", "unknown_role", ""),
    "an unknown role to escalate a task to": (
        "after: 1, to: [chair]",
        "after: 1, to: [ghost]",
        "unknown_role",
        "",
    ),
    "an unknown role with a veto": ("veto: [chair]", "veto: [ghost]", "unknown_role", ""),
    "an unknown role that decides a tie": ("tie: chair", "tie: ghost", "unknown_role", ""),
    "a role that is looked for nowhere": (
        "en: Head}, found: authority",
        "en: Head}, found: moon",
        "bad_value",
        "",
    ),
    "a veto of an outsider": ("veto: [chair]", "veto: [author]", "veto_outside_voters", ""),
    "a veto of the one who votes for the group": ("veto: [chair]", "veto: [head]", "fallback_right", ""),
    "a tie decided by who votes for the group": ("tie: chair", "tie: head", "fallback_right", ""),
    "a voter instead of the voters": ("on_no_voters: head", "on_no_voters: chair", "fallback_votes", ""),
    # votes
    "a share above all": ("share: 1/2", "share: 3/2", "quorum_nonsense", ""),
    "a share of nothing": ("share: 1/2", "share: 1/0", "quorum_nonsense", ""),
    "more votes than voters": ("quorum: {share: 1/2}", "quorum: {count: 3}", "quorum_nonsense", ""),
    "authors alone vote": (
        "      voters: [chair]\n      quorum: {share: 1/2}\n      tie: chair\n      veto: [chair]\n"
        "      four_eyes: true\n"
        "      binds: paper.hash\n      opens_after: [write]\n      on_no_voters: head\n",
        "      voters: [author]\n      four_eyes: true\n      opens_after: [write]\n      on_no_voters: refuse\n",
        "four_eyes_empties",
        "id: vote",
    ),
    # names
    "an unknown template of a step": (
        "template: order",
        "template: poem",
        "unknown_template",
        "documents.draft\n        params: {template: poem",
    ),
    "an unknown effect of a lost vote": (
        "name: documents.note",
        "name: documents.burn",
        "unknown_effect",
        "",
    ),
    "an unknown page of a task": ("        page: papers\n", "        page: moon\n", "unknown_page", ""),
    "an unknown page of a stage": (
        "    page: papers\n    due",
        "    page: moon\n    due",
        "unknown_page",
        "",
    ),
    "an unknown task to reopen with": ("reopens_with: [write]", "reopens_with: [paint]", "unknown_task", ""),
    "a task that reopens with itself": (
        "reopens_with: [write]",
        "reopens_with: [proofread]",
        "unknown_task",
        "",
    ),
    "an unknown task that is kept": ("keeps: [proofread]", "keeps: [paint]", "unknown_task", ""),
    "an unknown outcome of a step": ("outcome: stopped", "outcome: eaten", "unknown_outcome", ""),
    # forms
    "a return that asks for no reason": (
        "    voids: [votes, write]\n    form: {comment: required}",
        "    voids: [votes, write]\n    form: {comment: none}",
        "reason_not_required",
        "ru: Вернуть, ",
    ),
    "a skip that asks for no reason": (
        "      comment: required\n      fields",
        "      comment: optional\n      fields",
        "reason_not_required",
        "Pass over",
    ),
    "an end that asks for no reason": (
        "    outcome: stopped\n    form: {comment: required}",
        "    outcome: stopped",
        "reason_not_required",
        "ru: Прекратить,",
    ),
    "a reopening that asks for no reason": (
        "    voids: [votes]\n    form: {comment: required}",
        "    voids: [votes]",
        "reason_not_required",
        "ru: Вернуть из",
    ),
    "a required choice of nothing": (
        "          choices: {time: {titles: {ru: Время, en: Time}}}\n",
        "",
        "choices_missing",
        "- id: why",
    ),
    "a day of the past that is no date": (
        "kind: date, not_after",
        "kind: text, not_after",
        "days_of_no_date",
        "",
    ),
    "a day of the future that is no date": (
        "kind: date, not_before",
        "kind: bool, not_before",
        "days_of_no_date",
        "",
    ),
    "a day nobody knows": ("not_after: today", "not_after: tomorrow", "bad_value", ""),
    "a field of no kind": ("kind: choice", "kind: colour", "bad_value", ""),
    "the same field twice": (
        "      fields:\n        - id: why",
        "      fields:\n        - {id: why, kind: text, titles: {ru: А, en: A}}\n        - id: why",
        "duplicate_id",
        "        - id: why",
    ),
    # terms
    "a task that ends after its stage": (
        "        due: {working_days: 5, remind",
        "        due: {working_days: 10, remind",
        "task_after_stage",
        "",
    ),
    "an unknown event a term counts from": (
        "working_days: 9,",
        "working_days: 9, since: christmas,",
        "bad_value",
        "",
    ),
    "a term of no days": ("working_days: 5,", "working_days: 0,", "bad_number", ""),
    "a task reminded of too early": (
        "working_days: 5, remind: [1]",
        "working_days: 5, remind: [7]",
        "no_term_to_remind",
        "",
    ),
    "an escalation without a day": (
        "escalate: {after: 2, to: [head]}",
        "escalate: {to: [head]}",
        "missing_key",
        "",
    ),
    # going back
    "a return that says nothing of what was done": (
        "    keeps: [proofread]\n    voids: [votes, write]\n",
        "",
        "return_unsaid",
        "ru: Вернуть, ",
    ),
    "a reopening that says nothing of what was done": (
        "    voids: [votes]\n",
        "",
        "return_unsaid",
        "ru: Вернуть из",
    ),
    "votes kept for another stage": (
        "keeps: [proofread]\n    voids: [votes, write]",
        "keeps: [votes]",
        "votes_not_kept",
        "",
    ),
    "votes kept while the work they wait for is done again": (
        "    from: print\n    to: draft\n    by: [chair]\n    keeps: [proofread]\n    voids: [votes, write]",
        "    from: draft\n    to: draft\n    by: [chair]\n    keeps: [votes]\n    voids: [write]",
        "votes_kept_early",
        "keeps: [votes]",
    ),
    # words
    "an outcome without a Russian name": (
        "stopped: {titles: {ru: Прекращено, en: Stopped}}",
        "stopped: {titles: {en: Stopped}}",
        "missing_title",
        "",
    ),
    "a role without an English name": (
        "{ru: Председатель, en: Chair}",
        "{ru: Председатель}",
        "missing_title",
        "",
    ),
    "a field without an English name": ("{ru: Почему, en: Why}", "{ru: Почему}", "missing_title", ""),
    "an answer without a Russian name": ("{ru: Время, en: Time}", "{en: Time}", "missing_title", ""),
    "a sentence without English": (
        "{ru: Не начато, en: Not started}",
        "{ru: Не начато}",
        "missing_title",
        "",
    ),
    "a procedure without an English name": (
        "{ru: Порядок, en: Procedure}",
        "{ru: Порядок}",
        "missing_title",
        "",
    ),
}
# What a check must refuse, and the faults above (or of test_definitions) that show it.
CLASSES = {
    "unknown keys": ("a task with a colour", "a step that runs by itself"),
    "unreachable stages": ("a stage nobody comes to",),
    "no final stage without a return": ("a stage nobody leaves but by going back",),
    "a loop with nobody acting": (
        "a circle of steps by themselves",
        "a circle in which nobody acts",
        "a return by itself",
    ),
    "a case that is caught for ever": (
        "a task that waits for a vote there is none",
        "a task that waits for the vote that waits for it",
        "a task that cannot be done",
        "a step that asks for two numbers at once",
        "a step before the first round",
        "a vote that both passes and fails",
        "two conditions that exclude one another",
        "conditions nobody can oversee",
        "a vote that fails for ever",
        "a return the case undoes",
    ),
    "guards that do not parse": ("a guard that is code", "a guard with half a sentence"),
    "guards that name unknown facts": ("an unknown fact inside a condition", "a condition over two kinds"),
    "automatic transitions that overlap or leave a gap": (
        "two steps by themselves at once",
        "a case no step by itself covers",
        "a step by itself that cannot be",
        "a choice nobody can oversee",
    ),
    "a step that is nobody's, or two ways at once": (
        "a step that runs by itself",
        "a step that is neither",
        "a step nobody takes",
        "a step by itself that asks why",
    ),
    "unknown roles": ("an unknown role to escalate to", "an unknown role with a veto"),
    "quorum above the voters": ("more votes than voters", "a share above all"),
    "four-eyes that empties them": ("authors alone vote",),
    "templates that do not exist": (
        "an unknown template of a step",
        "a task that needs a paper nobody draws up",
    ),
    "fields that do not exist": ("a field of no kind", "an unknown outcome of a step"),
    "required fields invisible at that point": (
        "a required choice of nothing",
        "a return that asks for no reason",
    ),
    "due events that do not exist": ("an unknown event a term counts from",),
    "calendars that do not exist": ("a term by another calendar",),
    "return edges without keeps/voids": ("a return that says nothing of what was done",),
    "missing translations": ("a sentence without English", "an answer without a Russian name"),
}


def findings_of(text: str) -> list[Any]:
    definition, findings = parse_text(text, "corpus.yaml")
    return findings if definition is None else check(definition, **KNOWN)


def test_the_clean_definition_has_no_findings() -> None:
    assert [str(one) for one in findings_of(CLEAN)] == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_on_the_line_where_it_is_mended(name: str) -> None:
    old, new, code, mark = FAULTS[name]
    assert CLEAN.count(old) == 1, "the fault must be put somewhere"
    text = CLEAN.replace(old, new)
    line = text[: text.index(mark or new.lstrip())].count("\n") + 1
    found = {(one.code, one.line) for one in findings_of(text)}
    assert (code, line) in found, sorted(found)
    for one in findings_of(text):
        assert one.file == "corpus.yaml"
        assert 1 <= one.column <= len(text.splitlines()[one.line - 1]) + 1
        assert one.message != one.message_ru


def test_a_task_is_not_proposed_in_place_of_itself() -> None:
    (found,) = findings_of(CLEAN.replace("reopens_with: [write]", "reopens_with: [proofread]"))
    assert found.code == "unknown_task"
    assert "возможно, proofread" not in found.message_ru


def test_every_class_of_fault_is_in_the_corpus() -> None:
    assert len(CLASSES) == 19
    for names in CLASSES.values():
        assert set(names) <= set(FAULTS)
    assert len(FAULTS) >= 60
