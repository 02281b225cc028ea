"""The line's texts with their words filled: read whole before a press sends one, or put into own words first.

A text that fits is sent by its button; a longer one opens first, so that nobody sends what they could not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bots.screens.action import Action, Press, to_base36
from bots.screens.quoting import client_text, one_line
from bots.screens.screen import Block, Button, Mark, Row, Screen, Span, bold, line, notice, quote
from bots.texts import Texts
from hub.inbox.queries.templates import TemplatesView, TemplateView

PER_PAGE = 6
TEXT_LIMIT = 500
WHOLE_LIMIT = 3500
PAGE, WHOLE, EDIT = "p.", "v.", "e."
MORE_MARK = "+"
FILLS_LIMIT = 240
"""What the input field takes: Telegram's inline query has 256 characters, the number stands in front."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What of the texts is shown: those found, which page, and whether the messenger searches while one types."""

    found: Sequence[TemplateView]
    page: int = 0
    has_search: bool = False


def most_used_first(found: Sequence[TemplateView], uses: Mapping[str, object]) -> tuple[TemplateView, ...]:
    """Return the texts in the order of their uses by key, most of all first; equals keep the order of the rules."""
    return tuple(sorted(found, key=lambda each: -int(str(uses.get(each.key, 0)))))


def templates_screen(texts: Texts, view: TemplatesView, shelf: Shelf) -> Screen:
    """Return a page of the templates as the client would read them, a button for each."""
    if not shelf.found:
        return notice(texts("template.none"))
    pages = -(-len(shelf.found) // PER_PAGE)
    page = min(shelf.page, pages - 1)
    shown = shelf.found[page * PER_PAGE : (page + 1) * PER_PAGE]
    blocks = [line(bold(texts("template.title", number=view.number)))]
    for place, each in enumerate(shown, start=page * PER_PAGE + 1):
        blocks += _blocks(texts, each, place)
    if pages > 1:
        blocks.append(line(texts("template.page", n=page + 1, of=pages)))
    buttons = [_button(texts, view, each, place) for place, each in enumerate(shown, start=page * PER_PAGE + 1)]
    rows = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    edit = Button(
        texts("button.template_choose"), Action(Press.template, view.id, arg=f"{EDIT}{PAGE}{to_base36(page)}")
    )
    search = (Button(texts("button.template_search"), fills=f"#{view.number} "),) if shelf.has_search else ()
    return Screen(tuple(blocks), (*rows, *_turning(texts, view, page, pages), (edit, *search), (_cancel(texts),)))


def preview_screen(texts: Texts, view: TemplatesView, template: TemplateView) -> Screen:
    """Return one template whole, with the button that sends it and the one that lets it be put otherwise."""
    title = line(bold(texts("template.preview", name=one_line(template.name), number=view.number)))
    send = Button(texts("button.template_send"), Action(Press.template, view.id, arg=template.mark))
    every = Button(texts("button.tpl"), Action(Press.template, view.id))
    rows = ((send, _edit(texts, view, template)), (every, _cancel(texts)))
    return Screen((title, quote(client_text(template.text, WHOLE_LIMIT))), rows)


def choose_screen(texts: Texts, view: TemplatesView, shelf: Shelf) -> Screen:
    """Return the question which of a page's texts is to be put otherwise."""
    first = shelf.page * PER_PAGE
    shown = shelf.found[first : first + PER_PAGE]
    rows = [(_edit(texts, view, each, label=_label(texts, each, n)),) for n, each in enumerate(shown, start=first + 1)]
    return notice(texts("template.which", number=view.number), *rows, (_cancel(texts),))


def edit_screen(texts: Texts, view: TemplatesView, template: TemplateView, *, has_search: bool) -> Screen:
    """Return the request for own words; one tap copies the template, or it goes into the input field to be changed."""
    asked = line(texts("template.edit", number=view.number, mark=MORE_MARK))
    said = line(Span(client_text(template.text, WHOLE_LIMIT), Mark.code))
    fills = f"#{view.number} {template.text}"
    is_fit = has_search and len(fills) <= FILLS_LIMIT and "\n" not in fills
    into_field = ((Button(texts("button.template_fill"), fills=fills),),) if is_fit else ()
    return Screen((asked, said), (*into_field, (_cancel(texts),)))


def _edit(texts: Texts, view: TemplatesView, template: TemplateView, *, label: str = "") -> Button:
    action = Action(Press.template, view.id, arg=f"{EDIT}{template.mark}")
    return Button(label or texts("button.template_edit"), action)


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
