"""A link to our bot that a manager gives to a client, and what becomes of it."""

from bots.screens.action import Press
from bots.screens.card_buttons import button
from bots.screens.screen import Button, Mark, Screen, Span, bold, line, notice
from bots.screens.words import contact_name
from bots.texts import Texts
from hub.inbox.views import CardView


def client_link_screen(texts: Texts, card: CardView, link: str) -> Screen:
    """Return the link, which one tap copies, with how long it works and what happens then."""
    title = texts("client_link.title", name=contact_name(texts, card.contact_name), number=card.number)
    copy = Button(texts("button.copy_link"), copies=link)
    blocks = (line(bold(title)), line(Span(link, Mark.code)), line(texts("client_link.what")))
    return Screen(blocks, ((copy,), (button(texts, card, Press.card),)))


def no_bot_screen(texts: Texts, card: CardView) -> Screen:
    """Return that clients have no bot to come to."""
    return notice(texts("client_link.no_bot"), (button(texts, card, Press.card),))
