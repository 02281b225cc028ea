"""A call ordered from a card: the line while phones ring, and what is said when the PBX would not."""

from bots.screens.action import Press
from bots.screens.card_buttons import button, phone_of
from bots.screens.quoting import one_line
from bots.screens.screen import Block, Button, Row, Screen, line
from bots.screens.words import contact_name
from bots.texts import Texts
from hub.domain.message import DeliveryState
from hub.inbox.views import CardView

_WORDS_LIMIT = 120


def calling_line(texts: Texts, card: CardView) -> tuple[Block, ...]:
    """Return the line of a card while a call from it rings; nothing otherwise."""
    if not card.calling:
        return ()
    key = "card.calling" if card.calling == card.own_extension else "card.calling_other"
    return (line(texts(key, extension=one_line(card.calling, 40))),)


def in_vain(texts: Texts, card: CardView, *, state: str, reason: str, extension: str) -> Screen:
    """Return that no call was made or that nobody knows, why, and the ways on: once more, or by hand."""
    facts = {"number": card.number, "name": contact_name(texts, card.contact_name)}
    rung = one_line(extension, 40)
    ways: tuple[Row, ...] = ((button(texts, card, Press.call, label="button.call_again"), *_copy(texts, card)),)
    if state == DeliveryState.unknown:
        return Screen((line(texts("call.unknown", extension=rung, **facts)),), ways, is_quiet=False)
    why = reason_words(texts, reason, extension=rung)
    blocks = (line(texts("call.failed", reason=why, **facts)), line(texts("call.dial")))
    return Screen(blocks, ways, is_quiet=False)


def reason_words(texts: Texts, reason: str, *, extension: str) -> str:
    """Return why the PBX would not: in words for the reasons we know, else as the provider said it."""
    key = f"call.why.{reason}"
    if reason == "other" or not texts.has(key):
        return texts("call.why.other", reason=one_line(reason, _WORDS_LIMIT))
    return texts(key, extension=extension)


def _copy(texts: Texts, card: CardView) -> tuple[Button, ...]:
    phone = phone_of(card)
    return (Button(texts("button.copy_phone"), copies=phone),) if phone else ()
