"""The sentences about faults of a definition, in both languages; those about scenarios stand in `scenario_texts`."""

from __future__ import annotations

# code → (English, Russian); the words in braces are filled by whoever reports the finding.
TEXTS: dict[str, tuple[str, str]] = {
    "not_yaml": ("Not readable as YAML: {problem}", "Не читается как YAML: {problem_ru}"),
    "wrong_type": (
        "“{path}”: expected {expected}, got {got}",
        "«{path}»: нужно: {expected_ru}; указано: {got_ru}",
    ),
    "unknown_key": (
        "Unknown key “{key}” in {element}; allowed keys are: {allowed}",
        "Неизвестный ключ «{key}» в элементе {element}; допустимы: {allowed}",
    ),
    "missing_key": ("“{path}”: the key “{key}” is required", "«{path}»: не указан обязательный ключ «{key}»"),
    "duplicate_key": ("The key “{key}” is written twice", "Ключ «{key}» записан дважды"),
    "duplicate_id": (
        "The id “{id}” is used twice: {first} and {second}",
        "Код «{id}» использован дважды: {first} и {second}",
    ),
    "bad_id": (
        "“{id}” is not an id: small Latin letters, digits and _ only, a letter first",
        "«{id}» не годится как код: только строчные латинские буквы, цифры и _, сначала буква",
    ),
    "bad_value": (
        "“{path}”: “{value}” is not allowed; choose from: {allowed}",
        "«{path}»: значение «{value}» недопустимо; можно: {allowed}",
    ),
    "bad_number": (
        "“{path}”: {value} must be at least {least}",
        "«{path}»: {value} — должно быть не меньше {least}",
    ),
    "missing_title": ("“{path}”: no text in “{language}”", "«{path}»: нет текста на языке «{language}»"),
    "bad_placeholder": (
        "“{path}”: the placeholder “{placeholder}” is unknown; allowed: {allowed}",
        "«{path}»: неизвестная подстановка «{placeholder}»; можно: {allowed}",
    ),
    "placeholder_in_title": (
        "“{path}”: nothing fills {placeholder} in a title",
        "«{path}»: подстановку {placeholder} в названии ничто не заполнит",
    ),
    "bad_guard": ("The guard does not parse: {problem}", "Условие не разобрано: {problem_ru}"),
    "unknown_stage": ("“{path}”: there is no stage “{id}”{hint}", "«{path}»: нет этапа «{id}»{hint_ru}"),
    "unknown_role": ("“{path}”: there is no role “{id}”{hint}", "«{path}»: нет роли «{id}»{hint_ru}"),
    "unknown_task": (
        "“{path}”: there is no task “{id}” here{hint}",
        "«{path}»: здесь нет задачи «{id}»{hint_ru}",
    ),
    "unknown_transition": (
        "“{path}”: there is no transition “{id}”{hint}",
        "«{path}»: нет перехода «{id}»{hint_ru}",
    ),
    "unknown_outcome": ("“{path}”: there is no outcome “{id}”{hint}", "«{path}»: нет исхода «{id}»{hint_ru}"),
    "unknown_fact": (
        "“{path}”: nobody provides the fact “{id}”{hint}",
        "«{path}»: факт «{id}» никто не сообщает{hint_ru}",
    ),
    "unknown_effect": (
        "“{path}”: nobody carries out the effect “{id}”{hint}",
        "«{path}»: действие «{id}» никто не выполняет{hint_ru}",
    ),
    "unknown_template": (
        "“{path}”: there is no document template “{id}”{hint}",
        "«{path}»: нет шаблона документа «{id}»{hint_ru}",
    ),
    "not_a_case_paper": (
        "There is no paper “{id}” that is drawn up for a case{hint}",
        "Документа «{id}», который оформляют по случаю, нет{hint_ru}",
    ),
    "paper_elsewhere": (
        "The draft of “{id}” is made for “{stages}”, and the task needs it at “{stage}”: let a step that leads there "
        "make it, or the vote of that stage",
        "Проект документа «{id}» готовится для этапа «{stages}», а задаче он нужен на этапе «{stage}»: пусть его "
        "готовит переход, который туда ведёт, или голосование этого этапа",
    ),
    "guard_kinds": (
        "“{left}” says {kind}, “{right}” is {other}: the condition can never hold",
        "«{left}» сообщает {kind_ru}, «{right}» — {other_ru}: условие никогда не выполнится",
    ),
    "guard_order": (
        "“{left} {sign} {right}”: only numbers and days are earlier or later, more or less",
        "«{left} {sign} {right}»: больше и меньше, раньше и позже бывают только числа и дни",
    ),
    "guard_choice": (
        "“{fact}” is never “{value}”; it is one of: {allowed}",
        "«{fact}» не бывает «{value}»; возможные значения: {allowed}",
    ),
    "fact_no_text": (
        "“{path}” needs a fact that is a text; “{fact}” says {kind}",
        "Для «{path}» нужен факт-текст, а «{fact}» сообщает {kind_ru}",
    ),
    "outcome_gap": (
        "“{fact}” may say “{id}”, and the procedure has no such outcome",
        "«{fact}» может сообщить «{id}», а такого исхода в порядке нет",
    ),
    "unknown_page": ("“{path}”: there is no page “{id}”{hint}", "«{path}»: нет страницы «{id}»{hint_ru}"),
    "role_unheld": (
        "Nobody can hold the role “{id}”: people are given {allowed}; name it in titles as you like",
        "Роль «{id}» никому нельзя дать: людям дают {allowed}; назвать её в titles можно как угодно",
    ),
    "role_found": (
        "People of the role “{id}” are not looked for in {value}: write {wanted}",
        "Людей роли «{id}» ищут не в {value}: напишите {wanted}",
    ),
    "unreachable_stage": ("The stage “{id}” cannot be reached", "На этап «{id}» нельзя попасть"),
    "no_way_out": (
        "From the stage “{id}” no final stage can be reached without a return",
        "С этапа «{id}» нельзя дойти до завершения, не возвращаясь",
    ),
    "no_final_stage": ("No stage is final", "Нет ни одного завершающего этапа"),
    "begins_at_end": (
        "A case begins at the final stage “{id}”: it would be over as soon as it is opened",
        "Случай начинается с завершающего этапа «{id}»: он кончился бы, едва его открыли",
    ),
    "final_stage_works": (
        "The final stage “{id}” has tasks, an approval or a term; nobody would do them",
        "У завершающего этапа «{id}» есть задачи, согласование или срок; выполнять их некому",
    ),
    "forward_loop": (
        "Forward transitions run in a circle: {stages}; going back is a “return” or a “reopen”",
        "Переходы вперёд замкнуты в круг: {stages}; назад ведут «return» или «reopen»",
    ),
    "return_forward": (
        "The return “{id}” leads from “{source}” to the later stage “{target}”",
        "Возврат «{id}» ведёт из «{source}» на более поздний этап «{target}»",
    ),
    "return_unsaid": (
        "The {kind} “{id}” must say what it keeps or voids (keeps/voids)",
        "Переход «{id}» ({kind}) должен сказать, что сохраняется и что аннулируется (keeps/voids)",
    ),
    "keeps_and_voids": ("“{id}” is both kept and voided", "«{id}» одновременно сохраняется и аннулируется"),
    "votes_not_kept": (
        "Votes can be kept only by a return to the same stage",
        "Голоса можно сохранить только при возврате на тот же этап",
    ),
    "votes_kept_early": (
        "“{id}” keeps the votes, but tasks they wait for are done again: keep these too: {tasks}",
        "«{id}» сохраняет голоса, но задачи, которых они ждут, выполняются заново: сохраните и их: {tasks}",
    ),
    "reason_not_required": (
        "“{id}” is a {kind}: its form must require a comment",
        "«{id}» — переход вида {kind}: примечание должно быть обязательным",
    ),
    "kind_and_target": ("“{id}”: a {kind} {rule}", "«{id}»: переход вида {kind} {rule_ru}"),
    "no_resume": (
        "From “{id}” a case can be suspended but not resumed",
        "На этапе «{id}» случай можно приостановить, но нельзя возобновить",
    ),
    "quorum_nonsense": ("Quorum “{value}”: {problem}", "Кворум «{value}»: {problem_ru}"),
    "majority_nonsense": ("Majority “{value}”: {problem}", "Большинство «{value}»: {problem_ru}"),
    "tie_beside_majority": (
        "“tie” decides nothing here: `majority` says how many votes are needed",
        "«tie» здесь ничего не решает: сколько голосов «за» нужно, говорит majority",
    ),
    "misleading_sign": (
        "“{path}”: a control character, or one that turns the reading direction: nobody sees it, write the text anew",
        "«{path}»: управляющий знак или знак, который меняет направление чтения: его не видно, наберите текст заново",
    ),
    "veto_outside_voters": (
        "The role “{id}” has a veto but no vote",
        "У роли «{id}» право вето, а права голоса нет",
    ),
    "suspended_for_ever": (
        "A case suspended at “{id}” {when} could never go on: no step to resume or to end it works then",
        "Случай, приостановленный на этапе «{id}» {when_ru}, остаётся так навсегда: ни возобновить его, ни прекратить",
    ),
    "tie_outside_voters": (
        "The role “{id}” decides a tie but has no vote",
        "При равенстве решает роль «{id}», а права голоса у неё нет",
    ),
    "fallback_votes": (
        "The role “{id}” votes already: when nobody may vote, neither may it; name another role or refuse",
        "Роль «{id}» голосует и так: если голосовать некому, то и ей нельзя; назовите другую роль или refuse",
    ),
    "fallback_right": (
        "“{key}” means nothing for the role “{id}”: it votes only when nobody of the group may, and then alone",
        "«{key}» ничего не значит для роли «{id}»: она голосует, только когда в группе некому, и тогда одна",
    ),
    "four_eyes_empties": (
        "Four eyes: everybody who may vote also writes what is voted on",
        "«Автор не голосует»: все, кто вправе голосовать, сами готовят документ",
    ),
    "approval_unused": (
        "The approval of “{id}” decides nothing: no transition asks for approval.passed",
        "Голосование этапа «{id}» ни на что не влияет: ни один переход не требует approval.passed",
    ),
    "approval_absent": (
        "The guard asks for “{fact}” but the stage “{id}” has no approval",
        "Условие требует «{fact}», а на этапе «{id}» нет голосования",
    ),
    "nobody_may": (
        "Nobody may do “{id}”: no role is named",
        "«{id}» никто не может выполнить: не названа ни одна роль",
    ),
    "no_term_to_remind": (
        "A reminder {value} working days before a term of {days} comes before the term starts",
        "Напоминание за {value} раб. дн. до срока в {days} раб. дн. приходится на время до его начала",
    ),
    "too_large": (
        "The definition repeats its elements more than {most} times",
        "Элементы процедуры повторены более {most} раз",
    ),
    "large_number": (
        "“{path}”: {value} is too large, at most {most}",
        "«{path}»: {value} — слишком большое число, не больше {most}",
    ),
    "migration_version": (
        "Cases cannot move here from version {value}: it is not an earlier one",
        "Перенести случаи с версии {value} нельзя: она не предыдущая",
    ),
    "migration_unknown": (
        "Version {value} is not published here: no case moves by this rule yet",
        "Версия {value} здесь не опубликована: случаев для этого правила переноса пока нет",
    ),
    "migration_twice": (
        "The migration from version {value} is written twice",
        "Перенос с версии {value} описан дважды",
    ),
    "unmapped_stage": (
        "Cases of version {value} may stand in “{id}”, which this version has no more: name its successor",
        "Случаи версии {value} могут быть на этапе «{id}», которого в этой версии нет: укажите, чем он заменён",
    ),
    "unmapped_task": (
        "The task “{id}” of version {value} is gone: name its successor (tasks) or let it fall (drops)",
        "Задачи «{id}» версии {value} больше нет: укажите, чем она заменена (tasks), или уберите её (drops)",
    ),
    "term_lost": (
        "“{id}” has a term in version {value} and none here: cases that move lose it",
        "У «{id}» в версии {value} есть срок, а здесь его нет: при переносе случаи его теряют",
    ),
    "by_or_automatic": (
        "“{id}”: say who takes the step (by) or that the case takes it by itself (automatic: true), not both",
        "«{id}»: укажите либо кто выполняет шаг (by), либо что случай делает его сам (automatic: true)",
    ),
    "automatic_kind": (
        "“{id}” is a {kind}: only a forward or a skip can be automatic",
        "«{id}» — переход вида {kind}: автоматическим может быть только forward или skip",
    ),
    "automatic_form": (
        "“{id}” is automatic: nobody is there to answer its form",
        "«{id}» выполняется автоматически: отвечать на вопросы его формы некому",
    ),
    "automatic_loop": (
        "Automatic steps run in a circle with nobody acting: {stages}",
        "Автоматические переходы замкнуты в круг, случай ходил бы по нему сам: {stages}",
    ),
    "automatic_overlap": (
        "At the stage “{stage}” the automatic steps “{first}” and “{second}” are both true {case}",
        "На этапе «{stage}» автоматические переходы «{first}» и «{second}» оба верны, {case_ru}",
    ),
    "automatic_gap": (
        "At the stage “{id}” none of the automatic steps ({steps}) is true {case}, and nobody can lead the case on",
        "На этапе «{id}» ни один автоматический переход ({steps}) не верен, {case_ru}, а вести случай дальше некому",
    ),
    "step_never": (
        "The step “{id}” can never be taken: its conditions never hold together",
        "Переход «{id}» невозможен: его условия никогда не выполнятся вместе",
    ),
    "task_never": (
        "The task “{id}” can never be done: its conditions never hold together",
        "Задачу «{id}» нельзя выполнить: её условия никогда не выполнятся вместе",
    ),
    "task_before_vote": (
        "The task “{id}” can never be done: it waits for the end of the vote, which opens only after this task",
        "Задачу «{id}» нельзя выполнить: она ждёт итога голосования, а оно открывается только после неё",
    ),
    "vote_dead_end": (
        "Once the vote of the stage “{id}” has {result} nothing leads on: no step ahead, back or out works then",
        "Если голосование этапа «{id}» {result_ru}, дальше пути нет: не работает ни один переход вперёд, назад или "
        "к прекращению",
    ),
    "return_undone": (
        "The {kind} “{id}” is undone by the case itself: nothing is left to do at “{stage}”, so it takes “{step}”",
        "Переход «{id}» ({kind}) случай отменяет сам: делать на этапе «{stage}» нечего, и он выполняет «{step}»",
    ),
    "condition_unclear": (
        "It cannot be told whether the conditions of “{id}” can ever hold: more than {most} combinations of facts",
        "Нельзя определить, выполнятся ли когда-нибудь условия «{id}»: сочетаний фактов больше {most}",
    ),
    "automatic_unclear": (
        "At the stage “{id}” it cannot be told whether the automatic steps exclude one another: "
        "more than {most} combinations of facts",
        "На этапе «{id}» нельзя определить, исключают ли друг друга автоматические переходы: "
        "сочетаний фактов больше {most}",
    ),
    "since_no_date": (
        "A term is counted from “{id}”, which is not a date{hint}",
        "Срок отсчитывается от «{id}», а это не дата{hint_ru}",
    ),
    "since_no_vote": (
        "A term is counted from the vote, but the stage “{id}” has none",
        "Срок отсчитывается от голосования, а на этапе «{id}» его нет",
    ),
    "since_after_vote": (
        "The term of “{id}” is counted from the vote, which opens only after this task",
        "Срок задачи «{id}» отсчитывается от голосования, а оно открывается только после неё",
    ),
    "since_elsewhere": (
        "A term is counted from the task “{id}” of the stage “{stage}”, which does not come before this one",
        "Срок отсчитывается от задачи «{id}» этапа «{stage}», который не предшествует этому",
    ),
    "since_may_never": (
        "A term is counted from the task “{id}” of “{stage}”, which may be left undone: then it never begins",
        "Срок отсчитывается от задачи «{id}» этапа «{stage}», которую могут не выполнить: тогда он не начнётся",
    ),
    "since_circle": (
        "The terms of these tasks wait for one another: {tasks}",
        "Сроки этих задач ждут друг друга: {tasks}",
    ),
    "task_after_stage": (
        "The term of the task “{id}” ({days} working days) ends after that of its stage ({most})",
        "Срок задачи «{id}» ({days} раб. дн.) кончается позже срока её этапа ({most} раб. дн.)",
    ),
    "choices_missing": (
        "The field “{id}” is a choice without choices",
        "Поле «{id}» — выбор, но выбирать не из чего",
    ),
    "days_of_no_date": (
        "The field “{id}” is no date: no day is too early or too late for it (not_before, not_after)",
        "Поле «{id}» — не дата: слишком раннего или позднего дня у него не бывает (not_before, not_after)",
    ),
}
