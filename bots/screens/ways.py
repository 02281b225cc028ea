"""The addresses at which a client can be written to, as buttons: one they wrote from, or one that a person chooses.

An address the client never wrote from is no way by itself; whoever presses it confirms it (M-16).
"""

from collections.abc import Iterator

from bots.screens.action import Action, Press, from_base36, to_base36
from bots.screens.quoting import one_line
from bots.screens.screen import Button, Row, Screen, line
from bots.screens.words import address_icon
from bots.texts import Texts
from hub.domain.ids import IdentityId, ThreadId
from hub.inbox.views import AddressView, CardView

AS_THEY_WRITE = "auto"
_CHOSEN = "i-"
_MESSENGERS = ("tg_user", "tg_business")


def reachable(card: CardView) -> Iterator[AddressView]:
    """Yield the addresses that an answer can go to, those of threads first."""
    yield from (each for each in card.addresses if each.can_reply and each.thread_id is not None)
    yield from (each for each in card.addresses if not each.can_reply and each.identity_id is not None)


def way_of(address: AddressView) -> str:
    """Return a reachable address as the argument of a button."""
    if address.can_reply:
        return to_base36(address.thread_id or 0)
    return f"{_CHOSEN}{to_base36(address.identity_id or 0)}"


def read_way(arg: str) -> tuple[ThreadId | None, IdentityId | None]:
    """Return the thread or the address that an argument of `way_of` names.

    Raises:
        StaleButton: it names none.
    """
    if arg.startswith(_CHOSEN):
        return None, IdentityId(from_base36(arg.removeprefix(_CHOSEN)))
    return ThreadId(from_base36(arg)), None


def write_rows(texts: Texts, card: CardView) -> tuple[Row, ...]:
    """Return a button for each address; pressing one asks for the words that go there."""
    return _rows(texts, card, Press.write)


def choice_screen(texts: Texts, card: CardView) -> Screen:
    """Return the question where to write to."""
    rows = write_rows(texts, card)
    words = texts("write.where" if rows else "write.nowhere", number=card.number)
    return Screen((line(words),), (*rows, _cancel(texts)))


def ways_screen(texts: Texts, card: CardView) -> Screen:
    """Return the ways by which answers can go from now on, the present choice marked, and the way back."""
    rows: list[Row] = []
    for each in reachable(card):
        is_chosen = each.thread_id is not None and each.thread_id == card.chosen_thread_id
        label = write_label(texts, each)
        label = texts("way.chosen", way=label) if is_chosen else label
        rows.append((Button(label, Action(Press.channel, card.id, 0, way_of(each))),))
    if card.chosen_thread_id is not None:
        rows.append((Button(texts("way.as_they_write"), Action(Press.channel, card.id, 0, AS_THEY_WRITE)),))
    words = texts("way.ask" if rows else "write.nowhere", number=card.number)
    return Screen((line(words),), (*rows, _cancel(texts)))


def unsent_screen(texts: Texts, card: CardView, why: str) -> Screen:
    """Return that a text did not go out and `why` (words), with the addresses that it can still go to."""
    rows = _rows(texts, card, Press.to)
    words = texts("write.kept" if rows else "write.kept_nowhere", number=card.number)
    memo = Button(texts("button.memo"), Action(Press.memo, card.id))
    return Screen((line(why), line(words)), (*rows, (memo, *_cancel(texts))))


def _rows(texts: Texts, card: CardView, press: Press) -> tuple[Row, ...]:
    return tuple(
        (Button(write_label(texts, each), Action(press, card.id, 0, way_of(each))),) for each in reachable(card)
    )


def write_label(texts: Texts, address: AddressView) -> str:
    """Return «✉️ Написать на m@romashka.ru», «💬 Написать: @maria»."""
    key = "button.write_account" if address.type in _MESSENGERS else "button.write"
    return texts(key, icon=address_icon(address.type), address=one_line(address.text, 40))


def _cancel(texts: Texts) -> Row:
    return (Button(texts("button.cancel"), Action(Press.cancel)),)
