"""Answering by a template: the line's texts with their words filled, sent by a press like any answer (FR-5, R-10)."""

from dataclasses import replace

from bots.screens.action import Action, Press, from_base36
from bots.screens.templates import PAGE, WHOLE, preview_screen, templates_screen
from bots.telegram.answers import answer
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.inbox.queries.templates import TemplatesView, TemplateView, list_templates
from hub.inbox.reply import Content, find_said


async def template(turn: Turn, action: Action) -> None:
    """Show the templates, a page of them, one of them whole; or send the one that was pressed (`/tpl 1042 цена`)."""
    view = await list_templates(turn.office, turn.actor, ConversationId(action.subject))
    if action.arg.startswith(WHOLE):
        await _preview(turn, view, action.arg.removeprefix(WHOLE))
    elif not action.arg or action.arg.startswith(PAGE):
        await _list(turn, view, from_base36(action.arg.removeprefix(PAGE) or "0"))
    elif (chosen := view.find(action.arg)) is not None:
        await _send(turn, view, chosen)
    else:
        await _changed(turn, view)


async def _list(turn: Turn, view: TemplatesView, page: int) -> None:
    found = view.named(turn.words)
    if turn.words and not found:
        await turn.say("template.nothing", words=turn.words)
    elif turn.words and len(found) == 1:
        await turn.show(preview_screen(turn.texts, view, found[0]))
    else:
        await turn.show(templates_screen(turn.texts, view, found, page=page))


async def _preview(turn: Turn, view: TemplatesView, mark: str) -> None:
    chosen = view.find(mark)
    if chosen is None:
        await _changed(turn, view)
    else:
        await turn.show(preview_screen(turn.texts, view, chosen))


async def _send(turn: Turn, view: TemplatesView, chosen: TemplateView) -> None:
    """Send a template, once from the message under which it was pressed: a double tap is two updates (case 16)."""
    pressed = f"{turn.desk.bot_name}:{turn.chat.id}:{turn.pressed}:{chosen.mark}"
    once = replace(turn, key=pressed if turn.pressed else turn.key)
    was_sent = await find_said(turn.office, once.key) is not None
    await answer(once, view.id, Content(chosen.text))
    if was_sent:
        await replace(turn, pressed=0).say("template.sent")


async def _changed(turn: Turn, view: TemplatesView) -> None:
    """Show the templates anew: what was pressed reads otherwise now, and nobody sends what they have not read."""
    await turn.say("template.changed")
    await replace(turn, pressed=0).show(templates_screen(turn.texts, view, view.templates))


DEEDS = {Press.template: template}
"""Deeds of presses and commands."""
