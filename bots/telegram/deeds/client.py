"""The client's card, and what a person says about an address on it (M-7)."""

from bots.screens.action import Action, Press
from bots.screens.client import OWN, client_screen, mark_of, may_be_shared
from bots.telegram.cards import refresh_card
from bots.telegram.deeds.reading import get, open_
from bots.telegram.turn import Turn
from hub.domain.ids import IdentityId
from hub.inbox.identities import mark_shared
from hub.inbox.queries import list_crm_cards, list_number_moves
from hub.inbox.views import AddressView, CardView

_OWN = frozenset({"own", "no", "личный", "нет"})


async def client(turn: Turn, action: Action) -> None:
    """Show the client's card."""
    await _show(turn, await open_(turn, action))


async def shared(turn: Turn, action: Action) -> None:
    """Say that several people use the pressed or typed address, or that only this client does; else show the card."""
    card = await get(turn, action)
    typed, is_shared = _read(turn.words)
    fitting = [each for each in may_be_shared(card) if _is_meant(each, action.arg, typed)]
    if len(fitting) != 1:
        await _show(turn, await open_(turn, action))
        return
    is_shared = not action.arg.endswith(f".{OWN}") if action.arg else is_shared
    await mark_shared(turn.once, turn.actor, card.id, IdentityId(fitting[0].key or 0), is_shared=is_shared)
    await refresh_card(turn, card.id)
    await _show(turn, await get(turn, action), headline="shared.marked" if is_shared else "shared.own")


def _read(words: str) -> tuple[str, bool]:
    """Return the address a command names and what it says of it: `info@romashka.ru`, `info@romashka.ru own`."""
    named, _, last = words.strip().casefold().rpartition(" ")
    return (named, False) if last in _OWN else (words.strip().casefold(), True)


def _is_meant(address: AddressView, arg: str, typed: str) -> bool:
    if arg:
        return arg in (mark_of(address, is_shared=True), mark_of(address, is_shared=False))
    return bool(typed) and typed in address.text.casefold()


async def _show(turn: Turn, card: CardView, *, headline: str = "") -> None:
    moved = await list_number_moves(turn.office, turn.actor, card.id)
    crms = await list_crm_cards(turn.office, turn.actor, card.id)
    await turn.show(client_screen(turn.texts, card, moved, crms=crms, headline=headline), about=card.id)


DEEDS = {Press.client: client, Press.shared: shared}
