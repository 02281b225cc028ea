"""The live card: one a conversation and manager, the newest; older copies shrink to a line that points down.

A card is drawn from the state at the moment of sending. Steps are ordered so that stopping after any of them leaves at
worst a full older card, never a wrong one. What a card says is kept as a mark beside it: a client's further message,
which is shown below the card, redraws it only when the card has something new to say (telegram 7.11). A long form takes
several messages; they change and go together.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from bots.memory import CARD_KEPT, Facts, Purpose, Standing
from bots.screens.card import card_screen, collapsed, pointer
from bots.screens.mirror import caption
from bots.screens.screen import Screen
from bots.telegram.turn import Turn
from hub.domain.errors import NotFound
from hub.domain.ids import ConversationId
from hub.domain.message import Direction
from hub.inbox.views import CardView, MessageView


async def post_card(
    turn: Turn, card: CardView, *, headline: str = "", is_quiet: bool = True, cause: str = ""
) -> list[int]:
    """Send a new live card and shrink the one before; return the ids of its messages, none if it is there already.

    `cause` is the delivery's key: the same cause refreshes the card it has already brought.
    """
    standing = await turn.desk.memory.look(turn.chat.id, card.id)
    screen = card_screen(turn.texts, card, now=turn.now(), headline=headline)
    if cause and standing.known.get("cause") == cause and await _redraw(turn, card, screen, standing):
        return []
    before = _parts(standing)
    ids = await turn.chat.show(screen if is_quiet else screen.aloud())
    for each in ids:
        await turn.link(each, card.id, Purpose.card)
    await _note(turn, card, standing.known, cause=cause, parts=ids)
    await turn.chat.replace_all(before, pointer(turn.texts, card.number))
    return ids


async def refresh_card(turn: Turn, conversation_id: ConversationId) -> None:
    """Redraw the live card in place, quietly; a conversation that is no longer this manager's collapses."""
    try:
        card = await turn.desk.reader.get_card(turn.actor, conversation_id, language=turn.texts.language)
    except NotFound:
        await collapse_card(turn, conversation_id)
        return
    await redraw_card(turn, card)


async def redraw_card(turn: Turn, card: CardView) -> None:
    """Redraw the live card, if the chat has one, from a card that was loaded just now."""
    standing = await turn.desk.memory.look(turn.chat.id, card.id)
    if standing.card is None:
        return
    if not await _redraw(turn, card, card_screen(turn.texts, card, now=turn.now()), standing):
        await post_card(turn, card)


def has_news(turn: Turn, card: CardView, known: Facts) -> bool:
    """Tell whether the live card of which this is `known` would say something else now, the client's words apart."""
    return known.get("says") != _mark(turn, card)


async def collapse_card(turn: Turn, conversation_id: ConversationId, winner: str = "") -> bool:
    """Shrink the live card to one line that says who has it; return False if there is no card to shrink."""
    standing = await turn.desk.memory.look(turn.chat.id, conversation_id)
    if standing.card is None or "number" not in standing.known:
        return False
    says_nothing = {name: fact for name, fact in standing.known.items() if name != "says"}
    if says_nothing != standing.known:
        await turn.desk.memory.know_card(turn.chat.id, conversation_id, says_nothing)
    number = int(str(standing.known["number"]))
    return bool(await turn.chat.replace_all(_parts(standing), collapsed(turn.texts, number, winner)))


async def _redraw(turn: Turn, card: CardView, screen: Screen, standing: Standing) -> bool:
    """Redraw the live card in the messages it stands in, and in further ones; return False if it cannot be changed."""
    before = _parts(standing)
    count = await turn.chat.replace_all(before, screen)
    if not count:
        return False
    for each in before[count:]:
        await turn.link(each, card.id, Purpose.notice)  # its client's still, but no card any more
    more = [sent async for sent in turn.chat.show_rest(screen, after=count)]
    for each in more:
        await turn.link(each, card.id, Purpose.card)
    cause = str(standing.known.get("cause", ""))
    await _note(turn, card, standing.known, cause=cause, parts=[*before[:count], *more])
    return True


def _parts(standing: Standing) -> Sequence[int]:
    """Return the messages that the live card stands in: a long form takes several."""
    if standing.card is None:
        return ()
    kept = standing.known.get("parts")
    parts = [int(str(each)) for each in kept] if isinstance(kept, Sequence) else []
    return parts if standing.card in parts else (standing.card,)


async def _note(turn: Turn, card: CardView, known: Facts, *, cause: str, parts: Sequence[int]) -> None:
    """Remember what the live card says now, which delivery brought it, and its messages if they are several."""
    facts: dict[str, object] = {"number": card.number, "cause": cause, "says": _mark(turn, card)}
    if len(parts) > 1:
        facts["parts"] = list(parts)
    if facts != known:
        await turn.desk.memory.know_card(turn.chat.id, card.id, facts)


def _mark(turn: Turn, card: CardView) -> str:
    """Return a mark of everything a card says besides the client's words and the passing of time.

    The version counts only where a button on the card holds for it alone (`deeds.GUARDED`).
    """
    wait = card.wait and replace(card.wait, requests=0)
    version = card.version if card.wait and card.wait.may_give_up else 0
    said = repr((turn.texts.language, replace(card, recent=(), wait=wait, version=version, reply_until=None)))
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


async def show_files(
    turn: Turn,
    card: CardView,
    messages: tuple[MessageView, ...],
    *,
    below: int | None = None,
    purpose: Purpose = Purpose.file,
) -> None:
    """Show the stored files of a client's messages, each once, each naming its client and answerable as `purpose` says.

    They reply to the message `below` which they belong, by default to the live card. Only as files do they stand for
    their message: what mirrors it is redrawn with its words.
    """
    if not any(attachment.sha256 for message in messages for attachment in message.attachments):
        return
    below = below or await turn.desk.memory.latest_card(turn.chat.id, card.id)
    memory = turn.desk.memory
    for message in messages:
        for attachment in message.attachments:
            name = f"file:{message.id}:{attachment.sha256[:16]}"
            if not attachment.sha256 or message.direction is not Direction.inbound:
                continue
            if await memory.recall(turn.chat.id, name) is not None:
                continue
            content = await turn.desk.read_file(attachment.sha256)
            sent = await turn.chat.send_file(attachment, content, caption(turn.texts, card), reply_to=below)
            await turn.link(sent, card.id, purpose, message.id if purpose is Purpose.file else None)
            await memory.keep(turn.chat.id, name, {"sent": sent}, lasting=CARD_KEPT)
