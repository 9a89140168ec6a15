"""Steps that lead to no other stage, so that no line of a drawing shows them, and from where each may be taken."""

from __future__ import annotations

from app.engine.definition import Definition
from app.engine.elements import Titles, Transition


def staying_steps(definition: Definition) -> list[tuple[Titles, list[Transition]]]:
    """Such steps under headings that say from where: of cases under way, then of terminated ones."""
    found: dict[tuple[bool, tuple[str, ...]], list[Transition]] = {}
    working = {stage.id for stage in definition.stages.values() if not stage.final}
    for step in definition.transitions.values():
        if step.target is None:
            anywhere = working <= set(step.sources)
            found.setdefault((step.kind == "reopen", () if anywhere else step.sources), []).append(step)
    return [
        (_heading(definition, *where), found[where])
        for where in sorted(found, key=lambda one: (one[0], bool(one[1])))
    ]


def _heading(definition: Definition, is_over: bool, sources: tuple[str, ...]) -> Titles:
    if not sources:
        if is_over:
            return {"ru": "Из прекращённого случая", "en": "From a terminated case"}
        return {"ru": "С любого этапа в работе", "en": "From any stage under way"}
    known = [definition.stages[one].titles for one in sources if one in definition.stages]
    russian = ", ".join(f"«{titles['ru']}»" for titles in known)
    english = ", ".join(f"“{titles['en']}”" for titles in known)
    if is_over:
        stage = "этапе" if len(known) == 1 else "этапах"
        return {
            "ru": f"Из случая, прекращённого на {stage} {russian}",
            "en": f"From a case terminated at {english}",
        }
    return {"ru": f"{'С этапа' if len(known) == 1 else 'С этапов'} {russian}", "en": f"From {english}"}
