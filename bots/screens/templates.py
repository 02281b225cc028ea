"""The line's texts with their words filled: read whole before a press sends one.

A text that fits is sent by its button; a longer one opens first, so that nobody sends what they could not read.
"""

from collections.abc import Sequence

from bots.screens.action import Action, Press, to_base36
from bots.screens.quoting import client_text, one_line
from bots.screens.screen import Block, Button, Row, Screen, bold, line, notice, quote
from bots.texts import Texts
from hub.inbox.queries.templates import TemplatesView, TemplateView

PER_PAGE = 6
TEXT_LIMIT = 500
WHOLE_LIMIT = 3500
PAGE, WHOLE = "p.", "v."


def templates_screen(texts: Texts, view: TemplatesView, found: Sequence[TemplateView], *, page: int = 0) -> Screen:
    """Return a page of the templates as the client would read them, a button for each."""
    if not found:
        return notice(texts("template.none"))
    pages = -(-len(found) // PER_PAGE)
    page = min(page, pages - 1)
    shown = found[page * PER_PAGE : (page + 1) * PER_PAGE]
    blocks = [line(bold(texts("template.title", number=view.number)))]
    for place, each in enumerate(shown, start=page * PER_PAGE + 1):
        blocks += _blocks(texts, each, place)
    if pages > 1:
        blocks.append(line(texts("template.page", n=page + 1, of=pages)))
    buttons = [_button(texts, view, each, place) for place, each in enumerate(shown, start=page * PER_PAGE + 1)]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return Screen(tuple(blocks), (*rows, *_turning(texts, view, page, pages), (_cancel(texts),)))


def preview_screen(texts: Texts, view: TemplatesView, template: TemplateView) -> Screen:
    """Return one template whole, with the button that sends it."""
    title = line(bold(texts("template.preview", name=one_line(template.name), number=view.number)))
    send = Button(texts("button.template_send"), Action(Press.template, view.id, arg=template.mark))
    every = Button(texts("button.tpl"), Action(Press.template, view.id))
    return Screen((title, quote(client_text(template.text, WHOLE_LIMIT))), ((send, every), (_cancel(texts),)))


def _blocks(texts: Texts, template: TemplateView, place: int) -> tuple[Block, Block]:
    return line(bold(_label(texts, template, place))), quote(client_text(template.text, TEXT_LIMIT))


def _button(texts: Texts, view: TemplatesView, template: TemplateView, place: int) -> Button:
    label = _label(texts, template, place)
    if client_text(template.text, TEXT_LIMIT) == client_text(template.text, WHOLE_LIMIT):
        return Button(label, Action(Press.template, view.id, arg=template.mark))
    whole = texts("button.template_whole", label=label)
    return Button(whole, Action(Press.template, view.id, arg=f"{WHOLE}{template.mark}"))


def _label(texts: Texts, template: TemplateView, place: int) -> str:
    return texts("template.item", n=place, name=one_line(template.name, 30))


def _turning(texts: Texts, view: TemplatesView, page: int, pages: int) -> tuple[Row, ...]:
    earlier = (_page(texts, view, "button.earlier_templates", page - 1),) if page else ()
    more = (_page(texts, view, "button.more_templates", page + 1),) if page + 1 < pages else ()
    return ((*earlier, *more),) if pages > 1 else ()


def _page(texts: Texts, view: TemplatesView, label: str, page: int) -> Button:
    return Button(texts(label), Action(Press.template, view.id, arg=f"{PAGE}{to_base36(page)}"))


def _cancel(texts: Texts) -> Button:
    return Button(texts("button.cancel"), Action(Press.cancel))
