"""Answered outside the hub: which way it was (S11); «Дозвонился» needs no choice, only its line (C-11)."""

from bots.screens.action import Press
from bots.screens.card_buttons import button
from bots.screens.screen import Screen, line
from bots.texts import Texts
from hub.inbox.views import CardView

WAYS = ("own_mobile", "in_person", "telegram", "email", "other")


def ways_screen(texts: Texts, card: CardView) -> Screen:
    """Return the ways in which a client may have been answered."""
    buttons = [button(texts, card, Press.answered, way, label=f"channel.{way}") for way in WAYS]
    rows = (tuple(buttons[:2]), tuple(buttons[2:]), (button(texts, card, Press.cancel),))
    return Screen((line(texts("elsewhere.ask", number=card.number)),), rows)
