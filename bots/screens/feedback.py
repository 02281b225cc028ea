"""What became of an answer: on its way, delivered, failed with other ways, unknown until confirmed."""

from collections.abc import Sequence

from bots.screens.action import Action, Press, to_base36
from bots.screens.card_buttons import button
from bots.screens.quoting import client_text, one_line
from bots.screens.screen import Button, Row, Screen, line, quote
from bots.screens.ways import way_of
from bots.screens.words import address_text, channel_name, contact_name, failure_words
from bots.texts import Texts
from hub.inbox.views import AddressView, CardView, MessageView, RowView

ANYWAY = "send-anyway"
SAID_LIMIT = 700
_MARKED_LIMIT = 120
_MARK_LIMIT = 16


def sending(texts: Texts, card: CardView, hint: str) -> Screen:
    """Return the short text where a reaction is not possible: to whom and where it goes."""
    name, way = contact_name(texts, card.contact_name), one_line(hint) or channel_name(texts, card.reply_channel)
    return Screen((line(texts("reply.sent_to", name=name, number=card.number, hint=way)),))


def failed(texts: Texts, card: CardView, message: MessageView) -> Screen:
    """Return that the client did not get it, why, and every other way; the clock runs on."""
    name, number = contact_name(texts, card.contact_name), card.number
    told = line(texts("reply.failed", name=name, number=number, reason=failure_words(texts, message.delivery_reason)))
    ways = [_way(texts, card, message, address) for address in card.addresses if _is_other_way(address, message)]
    words = line(texts("reply.other_ways" if ways else "reply.no_other_ways"))
    rows: list[Row] = [(way,) for way in ways]
    rows.append((button(texts, card, Press.note), button(texts, card, Press.card)))
    return Screen((told, words), tuple(rows), is_quiet=False)


def unknown(texts: Texts, card: CardView, message: MessageView) -> Screen:
    """Return that the outcome is unknown, with the two answers of a person who knows better (S3)."""
    words = texts("reply.unknown", name=contact_name(texts, card.contact_name), number=card.number)
    known = tuple(
        Button(texts(f"button.{press.value}"), Action(press, card.id, card.version, to_base36(message.id)))
        for press in (Press.arrived, Press.lost)
    )
    return Screen((line(words),), (known,), is_quiet=False)


def delivered(texts: Texts, card: CardView) -> Screen:
    """Return the short text for an accepted answer where a reaction is not possible."""
    return Screen((line(texts("reply.delivered", number=card.number)),))


def marked(texts: Texts, card: CardView, message: MessageView, emoji: str) -> Screen:
    """Return how the client marked an answer, for where no reaction can show it."""
    name = contact_name(texts, card.contact_name)
    words = texts("reply.marked", emoji=one_line(emoji, _MARK_LIMIT), name=name, number=card.number)
    return Screen((line(words), quote(client_text(message.text, _MARKED_LIMIT))))


def whom_screen(texts: Texts, rows: Sequence[RowView]) -> Screen:
    """Return «Кому отправить?» for a text without context: never guessed, always asked (reliability 72)."""
    if not rows:
        return Screen((line(texts("reply.to_nobody")),))
    choices = tuple((_recipient(texts, row),) for row in rows[:6])
    cancel = (Button(texts("button.cancel"), Action(Press.cancel)),)
    return Screen((line(texts("reply.to_whom")),), (*choices, cancel))


def taken_screen(texts: Texts, winner: str, *, conversation_id: int) -> Screen:
    """Return that somebody was faster and the text did not go out; it may still become a note for them."""
    words = texts("error.taken_text", winner=one_line(winner))
    memo = Button(texts("button.memo"), Action(Press.memo, conversation_id))
    return Screen((line(words),), ((memo, Button(texts("button.cancel"), Action(Press.cancel))),))


def composing_screen(texts: Texts, winner: str, said: str, *, conversation_id: int) -> Screen:
    """Return that somebody else answers the same client now, with what they have sent meanwhile (R-11)."""
    asked = line(texts("reply.composing", winner=one_line(winner)))
    words = (line(texts("reply.said_meanwhile")), quote(client_text(said, SAID_LIMIT))) if said else ()
    anyway = Button(texts("button.anyway"), Action(Press.to, conversation_id, 0, ANYWAY))
    memo = Button(texts("button.memo"), Action(Press.memo, conversation_id))
    return Screen((asked, *words), ((anyway,), (memo, Button(texts("button.cancel"), Action(Press.cancel)))))


def _recipient(texts: Texts, row: RowView) -> Button:
    name = one_line(contact_name(texts, row.contact_name), 30)
    label = f"#{row.number} {name} · {channel_name(texts, row.channel)}"
    return Button(label, Action(Press.to, row.id))


def _is_other_way(address: AddressView, message: MessageView) -> bool:
    is_reachable = address.thread_id is not None if address.can_reply else address.identity_id is not None
    return is_reachable and address.channel != message.channel


def _way(texts: Texts, card: CardView, message: MessageView, address: AddressView) -> Button:
    label = texts("reply.way", channel=channel_name(texts, address.channel), address=address_text(texts, address))
    arg = f"{to_base36(message.id)}.{way_of(address)}"
    return Button(label, Action(Press.resend, card.id, 0, arg))
