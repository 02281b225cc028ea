"""Answering by a template: the line's texts with their words filled, sent by a press like any answer (FR-5, R-10).

Or put otherwise first: the manager's next line goes instead of the text, or behind it where it begins with a plus.
Which texts a person sends on which channel is counted for the order of the list; losing the count costs nothing.
"""

from dataclasses import replace
from datetime import timedelta

from bots.screens.action import Action, Press, from_base36
from bots.screens.templates import (
    EDIT,
    MORE_MARK,
    PAGE,
    WHOLE,
    Shelf,
    choose_screen,
    edit_screen,
    most_used_first,
    preview_screen,
    templates_screen,
)
from bots.telegram.answers import answer
from bots.telegram.prompts import ask
from bots.telegram.searching import has_search
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId
from hub.inbox.queries import get_card
from hub.inbox.queries.templates import TemplatesView, TemplateView, list_templates
from hub.inbox.reply import Content, find_said

_COUNTED_FOR = timedelta(days=90)


async def template(turn: Turn, action: Action) -> None:
    """Show the templates, a page of them, one of them whole; or send the one that was pressed (`/tpl 1042 цена`)."""
    view = await list_templates(turn.office, turn.actor, ConversationId(action.subject))
    if action.arg.startswith(WHOLE):
        await _preview(turn, view, action.arg.removeprefix(WHOLE))
    elif action.arg.startswith(EDIT):
        await _edit(turn, view, action.arg.removeprefix(EDIT))
    elif not action.arg or action.arg.startswith(PAGE):
        await _list(turn, view, _page(action.arg))
    elif (chosen := view.find(action.arg)) is not None:
        await _send(turn, view, chosen)
    else:
        await _changed(turn, view)


async def template_put_otherwise(turn: Turn, action: Action) -> None:
    """Send the written line instead of the template, or behind it."""
    view = await list_templates(turn.office, turn.actor, ConversationId(action.subject))
    chosen = view.find(action.arg.removeprefix(EDIT))
    if not turn.words.startswith(MORE_MARK):
        await answer(turn, view.id, Content(turn.words))
    elif chosen is None:
        await _changed(turn, view)
    else:
        more = turn.words.removeprefix(MORE_MARK).strip()
        await answer(turn, view.id, Content(f"{chosen.text}\n{more}"))


def _page(arg: str) -> int:
    return from_base36(arg.removeprefix(PAGE) or "0")


async def _list(turn: Turn, view: TemplatesView, page: int) -> None:
    found = view.named(turn.words)
    if turn.words and not found:
        await turn.say("template.nothing", words=turn.words)
    elif turn.words and len(found) == 1:
        await turn.show(preview_screen(turn.texts, view, found[0]))
    else:
        await turn.show(templates_screen(turn.texts, view, await _shelf(turn, view, found, page=page)))


async def _shelf(turn: Turn, view: TemplatesView, found: tuple[TemplateView, ...], *, page: int = 0) -> Shelf:
    uses = await turn.desk.memory.recall(turn.chat.id, await _uses(turn, view)) or {}
    return Shelf(most_used_first(found, uses), page, await has_search(turn))


async def _preview(turn: Turn, view: TemplatesView, mark: str) -> None:
    chosen = view.find(mark)
    if chosen is None:
        await _changed(turn, view)
    else:
        await turn.show(preview_screen(turn.texts, view, chosen))


async def _edit(turn: Turn, view: TemplatesView, arg: str) -> None:
    """Ask for own words instead of a template; of a page, ask first which one."""
    if arg.startswith(PAGE):
        await turn.show(choose_screen(turn.texts, view, await _shelf(turn, view, view.templates, page=_page(arg))))
        return
    chosen = view.find(arg)
    if chosen is None:
        await _changed(turn, view)
        return
    waiting = Action(Press.template, view.id, arg=f"{EDIT}{chosen.mark}")
    await ask(turn, waiting, edit_screen(turn.texts, view, chosen, has_search=await has_search(turn)))


async def _send(turn: Turn, view: TemplatesView, chosen: TemplateView) -> None:
    """Send a template, once from the message under which it was pressed: a double tap is two updates (case 16)."""
    pressed = f"{turn.desk.bot_name}:{turn.chat.id}:{turn.pressed}:{chosen.mark}"
    once = replace(turn, key=pressed if turn.pressed else turn.key)
    was_sent = await find_said(turn.office, once.key) is not None
    name = await _uses(turn, view)
    is_sent = await answer(once, view.id, Content(chosen.text))
    if was_sent:
        await replace(turn, pressed=0).say("template.sent")
    elif is_sent:
        await _count(turn, name, chosen)


async def _count(turn: Turn, name: str, sent: TemplateView) -> None:
    uses = dict(await turn.desk.memory.recall(turn.chat.id, name) or {})
    uses[sent.key] = int(str(uses.get(sent.key, 0))) + 1
    await turn.desk.memory.keep(turn.chat.id, name, uses, lasting=_COUNTED_FOR)


async def _uses(turn: Turn, view: TemplatesView) -> str:
    """Return under which name the uses are counted: those on the line and channel of this conversation."""
    card = await get_card(turn.office, turn.actor, view.id)
    return f"templates:{card.line}:{card.reply_channel}"


async def _changed(turn: Turn, view: TemplatesView) -> None:
    """Show the templates anew: what was pressed reads otherwise now, and nobody sends what they have not read."""
    await turn.say("template.changed")
    shelf = await _shelf(turn, view, view.templates)
    await replace(turn, pressed=0).show(templates_screen(turn.texts, view, shelf))


DEEDS = {Press.template: template}
"""Deeds of presses and commands."""

WRITTEN = {Press.template: template_put_otherwise}
"""Deeds that a written line completes."""
