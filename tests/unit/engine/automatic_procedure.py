"""A small procedure with steps the case takes by itself: one that waits, then a choice of three, then an end."""

from __future__ import annotations

PROCEDURE = """\
workflow: small_auto
version: 1
titles: {ru: Порядок с автоматикой, en: Procedure with automatic steps}
initial: draft
roles:
  author: {titles: {ru: Автор, en: Author}, found: authority}
  chair: {titles: {ru: Председатель, en: Chair}, found: group}
outcomes:
  good: {titles: {ru: Хорошо, en: Good}}
  bad: {titles: {ru: Плохо, en: Bad}}
stages:
  draft:
    titles: {ru: Черновик, en: Draft}
    tasks:
      write:
        titles: {ru: Написать, en: Write}
        roles: [author]
  choice:
    titles: {ru: Выбор, en: Choice}
  vote:
    titles: {ru: Голосование, en: Voting}
    due: {working_days: 5}
    approval:
      id: ballot
      titles: {ru: Голосование группы, en: Vote of the group}
      voters: [chair]
      majority: {share: 1/2}
      binds: paper.hash
      on_no_voters: refuse
      on_pass:
        - name: documents.draft
          params: {template: protocol}
  done:
    titles: {ru: Готово, en: Done}
    final: true
transitions:
  register:
    titles: {ru: Зарегистрировано, en: Registered}
    kind: forward
    from: draft
    to: choice
    automatic: true
    when:
      - id: registered
        if: paper.registered
        text: {ru: Документ не зарегистрирован, en: The paper is not registered}
        link: papers
    effects:
      - name: documents.draft
        params: {template: order}
  skip_vote:
    titles: {ru: Без голосования, en: Without a vote}
    kind: skip
    from: choice
    to: done
    automatic: true
    when: {id: few, if: paper.pages < 3, text: {ru: 'Страниц {value}', en: '{value} pages'}}
    outcome_from: paper.outcome
  to_vote:
    titles: {ru: На голосование, en: To the vote}
    kind: forward
    from: choice
    to: vote
    automatic: true
    when: {id: many, if: paper.pages >= 3, text: {ru: 'Страниц {value}', en: '{value} pages'}}
  finish:
    titles: {ru: Закончить, en: Finish}
    kind: forward
    from: vote
    to: done
    automatic: true
    when: {id: passed, if: approval.passed, text: {ru: Не принято, en: Not passed}}
    outcome: good
    effects:
      - name: documents.draft
        params: {template: final}
  by_hand:
    titles: {ru: Закончить вручную, en: Finish by hand}
    kind: skip
    from: choice
    to: done
    by: [author]
    form: {comment: required}
    outcome: bad
  send_back:
    titles: {ru: Вернуть, en: Send back}
    kind: return
    from: vote
    to: draft
    by: [chair]
    voids: [votes, write]
    form: {comment: required}
  pause:
    titles: {ru: Приостановить, en: Pause}
    kind: suspend
    from: working
    by: [author]
  go_on:
    titles: {ru: Возобновить, en: Go on}
    kind: resume
    from: working
    by: [author]
"""

SCENARIOS = """\
workflow: small_auto
today: 2025-01-22
people:
  author: {roles: [author]}
  chair: {roles: [chair]}
facts: {paper.registered: false, paper.pages: 5, paper.outcome: bad, paper.hash: one}
scenarios:
  voted:
    titles: {ru: С голосованием, en: With a vote}
    steps:
      - {by: author, open: true, expect: {stage: draft, events: [case_opened]}}
      - {settle: true, expect: {stage: draft, events: []}}
      - {by: author, complete: write, expect: {stage: draft, events: [task_completed], waits: [register]}}
      - {by: author, fire: register, expect: {refused: [automatic, registered], link: papers}}
      - {facts: {paper.registered: true}}
      - settle: true
        expect:
          stage: vote
          approval: open
          due_in: 5
          events: [moved, moved, approval_opened]
          effects: [documents.draft template=order]
      - by: chair
        vote: for
        expect:
          stage: done
          outcome: good
          events: [vote_cast, approval_decided, moved]
          effects: [documents.draft template=protocol, documents.draft template=final]
  returned:
    titles: {ru: Возврат, en: Sent back}
    after: registered
    steps:
      - {by: chair, vote: against, expect: {stage: vote, approval: failed}}
      - {by: chair, fire: send_back, comment: плохо, expect: {stage: draft, round: 2}}
  registered:
    titles: {ru: Зарегистрирован заранее, en: Registered beforehand}
    facts: {paper.registered: true, paper.pages: 5, paper.hash: one}
    steps:
      - {by: author, open: true, expect: {stage: draft}}
      - {by: author, complete: write, expect: {stage: vote, events: [task_completed, moved, moved, approval_opened]}}
  short:
    titles: {ru: Короткий, en: Short}
    facts: {paper.registered: true, paper.pages: 1, paper.outcome: bad}
    steps:
      - {by: author, open: true}
      - {by: author, fire: pause, expect: {status: suspended}}
      - {settle: true, expect: {stage: draft, events: []}}
      - {by: author, fire: go_on}
      - {by: author, complete: write, expect: {stage: done, outcome: bad}}
  unknown:
    titles: {ru: Ничего не известно, en: Nothing is known}
    facts: {paper.registered: true, paper.pages: null}
    steps:
      - {by: author, open: true}
      - {by: author, complete: write, expect: {stage: choice, waits: [to_vote]}}
      - {by: author, fire: by_hand, comment: пора, expect: {stage: done, outcome: bad}}
"""
