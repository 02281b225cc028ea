"""Rules of lines in the chat: looked at, changed by a typed line, tried, decided (R-15).

Heads propose, administrators decide; a change tried over older rules is refused and shown anew.
"""

from bots.screens.action import Action, Press, StaleButton
from bots.screens.admin_rules import (
    NO,
    YES,
    Part,
    asking_screen,
    code_of,
    decided_screen,
    drafts_screen,
    dry_run_screen,
    line_screen,
    lines_screen,
    written_days,
    written_hours,
    written_targets,
)
from bots.screens.refusals import refusal
from bots.screens.screen import notice
from bots.telegram.prompts import ask
from bots.telegram.render import draw
from bots.telegram.turn import Turn
from bots.texts import Texts
from hub.domain.errors import NotFound, PolicyInvalid
from hub.domain.manager import Role
from hub.inbox.rule_changes import (
    DryRun,
    RulesMoved,
    apply_draft,
    list_drafts,
    propose,
    refuse_draft,
    try_draft,
)
from hub.inbox.rule_views import AUTO_TEXTS, LineRules, list_line_rules
from hub.routing.changes import Wish, Wished
from hub.routing.typed import make_key

_REMOVED = frozenset({"-", "–", "—"})


async def rules(turn: Turn, action: Action) -> None:
    """Show the lines, what holds on one, or ask for the line that changes it (`/rules Продажи`)."""
    lines = await list_line_rules(turn.office, turn.actor)
    code, _, what = action.arg.partition(".")
    chosen = _find(lines, code=code, name=turn.words)
    if chosen is None:
        if code or turn.words:
            await turn.say("rules.none")
        else:
            await turn.show(lines_screen(turn.texts, lines, is_admin=_decides(turn)))
    elif not what:
        await turn.show(line_screen(turn.texts, chosen))
    else:
        await _ask(turn, action, chosen, what)


async def change(turn: Turn, action: Action) -> None:
    """Propose what was typed and show what it would do; what is not understood is asked for again."""
    lines = await list_line_rules(turn.office, turn.actor)
    code, _, what = action.arg.partition(".")
    chosen = _find(lines, code=code)
    if chosen is None:
        await turn.say("rules.none")
        return
    try:
        run = await propose(turn.office, turn.actor, _wish(chosen, what, turn.words))
    except PolicyInvalid as error:
        await ask(turn, action, notice(refusal(turn.texts, error)))
        return
    await show_run(turn, run)


async def draft(turn: Turn, action: Action) -> None:
    """List what waits for a decision, show what one of them would do, or decide."""
    if not action.subject:
        await turn.show(drafts_screen(turn.texts, await list_drafts(turn.office, turn.actor)))
    elif action.arg == YES:
        await _apply(turn, action)
    elif action.arg == NO:
        await refuse_draft(turn.office, turn.actor, action.subject)
        await turn.say("draft.refused")
    else:
        await show_run(turn, await try_draft(turn.office, turn.actor, action.subject))


async def _apply(turn: Turn, action: Action) -> None:
    try:
        revision = await apply_draft(turn.office, turn.actor, action.subject, base=action.version)
    except RulesMoved:
        await turn.say("draft.moved")
        anew = await try_draft(turn.office, turn.actor, action.subject)
        await turn.chat.show(dry_run_screen(turn.texts, anew, may_decide=True))
    else:
        await turn.show(decided_screen(turn.texts, revision))


async def show_run(turn: Turn, run: DryRun) -> None:
    """Show what a proposal would do, with the buttons of whoever looks."""
    screen = dry_run_screen(turn.texts, run, may_decide=_decides(turn))
    if len(draw(screen)) == 1:
        await turn.show(screen)
    else:  # in place of another message only its beginning would stand
        await turn.chat.show(screen, reply_to=turn.own or None)


async def _ask(turn: Turn, action: Action, chosen: LineRules, what: str) -> None:
    """Ask for the typed line that changes one thing, with what holds now."""
    part = _part(what)
    screen = asking_screen(turn.texts, chosen, part, _present(turn.texts, chosen, part, what))
    await ask(turn, Action(Press.rules, arg=action.arg), screen)


def _present(texts: Texts, chosen: LineRules, part: Part, what: str) -> str:
    match part:
        case Part.hours:
            return written_hours(texts, chosen)
        case Part.days_off:
            return written_days(texts, chosen)
        case Part.targets:
            return written_targets(texts, chosen)
        case Part.text:
            return chosen.texts[_auto_text(what)]
        case Part.template:
            return chosen.templates[_template(chosen, what)][1]
        case Part.new_template:
            return ""


def _wish(chosen: LineRules, what: str, words: str) -> Wish:
    """Return what a typed line asks for; a minus takes a text away."""
    text = "" if words in _REMOVED else words
    match _part(what):
        case Part.hours:
            return Wish(Wished.hours, chosen.key, "", words)
        case Part.days_off:
            return Wish(Wished.days, chosen.key, "", words)
        case Part.targets:
            return Wish(Wished.targets, chosen.key, "", words)
        case Part.text:
            return Wish(Wished.text, chosen.key, f"ru.{_auto_text(what)}", text)
        case Part.template:
            return Wish(Wished.template, chosen.key, _template(chosen, what), text)
        case Part.new_template:
            key = make_key(words.partition(":")[0], chosen.templates, instead="template")
            return Wish(Wished.template, chosen.key, key, words)


def _part(what: str) -> Part:
    try:
        return Part(what[:1])
    except ValueError as error:
        raise StaleButton("the button asks for something unknown") from error


def _auto_text(what: str) -> str:
    place = what[1:]
    if not (place.isdecimal() and int(place) < len(AUTO_TEXTS)):
        raise StaleButton("there is no such text")
    return AUTO_TEXTS[int(place)]


def _template(chosen: LineRules, what: str) -> str:
    for key in chosen.templates:
        if code_of(key) == what[1:]:
            return key
    raise NotFound("the template is gone")


def _find(lines: list[LineRules], *, code: str = "", name: str = "") -> LineRules | None:
    wanted = name.casefold().strip()
    for each in lines:
        if (code and code_of(each.key) == code) or (wanted and wanted in (each.key, each.name.casefold())):
            return each
    return None


def _decides(turn: Turn) -> bool:
    return turn.actor.role is Role.admin


DEEDS = {Press.rules: rules, Press.draft: draft}
WRITTEN = {Press.rules: change}
