"""Presses about answers: choose a kept text's client, leave it as a note, send it another way, say if it arrived."""

from dataclasses import replace

from bots.screens import feedback
from bots.screens.action import Action, Press, from_base36
from bots.screens.feedback import ANYWAY
from bots.screens.screen import notice
from bots.screens.ways import AS_THEY_WRITE, choice_screen, reachable, read_way, way_of, ways_screen
from bots.screens.words import address_text
from bots.telegram import prompts
from bots.telegram.answers import answer, answer_together
from bots.telegram.cards import refresh_card
from bots.telegram.deeds.leads import forget_move
from bots.telegram.deeds.reading import get
from bots.telegram.drafts import forget_draft, recall_draft
from bots.telegram.prompts import ask
from bots.telegram.turn import Turn
from hub.domain.ids import ConversationId, IdentityId, MessageId
from hub.domain.message import DeliveryState
from hub.inbox.choosing import AsTheyWrite, ByAddress, ByThread, Way, choose_reply_way
from hub.inbox.outcomes import confirm_unknown
from hub.inbox.queries import get_message
from hub.inbox.reply import Content, leave_note
from hub.inbox.views import CardView

_TYPED = {"anyway": ANYWAY, "всё равно": ANYWAY}


async def to(turn: Turn, action: Action) -> None:
    """Send the kept text to the pressed conversation's client; the argument confirms it, or names the address."""
    draft, arg = await recall_draft(turn), action.arg or _TYPED.get(turn.words.casefold(), "")
    if draft is None or not draft.fits(action.subject) or (arg and not draft.about):
        await turn.say("reply.lost_draft")
        return
    conversation_id, content = ConversationId(action.subject), draft.content
    if arg == ANYWAY:
        await answer_together(turn, conversation_id)
    elif arg:
        thread_id, identity_id = read_way(arg)
        content = replace(content, thread_id=thread_id, identity_id=identity_id)
    if await answer(replace(turn, own=draft.own), conversation_id, content):
        await forget_draft(turn)


async def memo(turn: Turn, action: Action) -> None:
    """Leave what is kept as a note; one that was meant for this client reaches the colleague who was faster (R-10)."""
    draft = await recall_draft(turn)
    if draft is None or not draft.fits(action.subject):
        await turn.say("reply.lost_draft")
        return
    conversation_id = ConversationId(action.subject) if draft.about else (await get(turn, action)).id
    number = await leave_note(turn.office, turn.actor, conversation_id, content=draft.content, key=turn.key)
    await forget_draft(turn)
    await turn.say("note.done", number=number)


async def write(turn: Turn, action: Action) -> None:
    """Ask for the words that go to the pressed address; without one, or with several that fit, ask which (M-16)."""
    card = await get(turn, action)
    wanted = turn.words.casefold()
    ways = {way_of(each): each for each in reachable(card) if wanted in each.text.casefold()}
    arg = action.arg or (next(iter(ways)) if len(ways) == 1 else "")
    if arg not in ways:
        await turn.show(choice_screen(turn.texts, card))
        return
    asked = turn.texts("write.ask", address=address_text(turn.texts, ways[arg]), number=card.number)
    await ask(turn, Action(Press.write, card.id, 0, arg), notice(asked))


async def write_there(turn: Turn, action: Action) -> None:
    """Send the written words to the address that was chosen."""
    thread_id, identity_id = read_way(action.arg)
    content = Content(turn.words, thread_id=thread_id, identity_id=identity_id)
    await answer(turn, ConversationId(action.subject), content)


async def channel(turn: Turn, action: Action) -> None:
    """Let all answers go by the pressed or named way from now on; without one, or with several that fit, ask which."""
    card = await get(turn, action)
    wanted = turn.words.casefold()
    ways = {way_of(each): each for each in reachable(card) if wanted in each.text.casefold()}
    arg = action.arg or (next(iter(ways)) if wanted and len(ways) == 1 else "")
    if arg not in {AS_THEY_WRITE, *ways}:
        await turn.show(ways_screen(turn.texts, card), about=card.id)
        return
    await choose_reply_way(turn.once, turn.actor, card.id, way=_read_way(arg))
    await refresh_card(turn, card.id)
    key = "way.back" if arg == AS_THEY_WRITE else "way.done"
    address = address_text(turn.texts, ways[arg]) if arg in ways else ""
    await turn.say(key, number=card.number, address=address)


def _read_way(arg: str) -> Way:
    if arg == AS_THEY_WRITE:
        return AsTheyWrite()
    thread_id, identity_id = read_way(arg)
    return ByThread(thread_id) if thread_id is not None else ByAddress(IdentityId(identity_id or 0))


async def resend(turn: Turn, action: Action) -> None:
    """Send an answer that failed by another way: the argument names message and address; without one, offer them."""
    card = await get(turn, action)
    if not action.arg:
        await _offer_ways(turn, card)
        return
    message_id, _, way = action.arg.partition(".")
    thread_id, identity_id = read_way(way)
    message = await get_message(turn.office, turn.actor, card.id, MessageId(from_base36(message_id)))
    files = tuple(attachment for attachment in message.attachments if attachment.sha256)
    await answer(turn, card.id, Content(message.text, files, thread_id=thread_id, identity_id=identity_id))


async def arrived(turn: Turn, action: Action) -> None:
    """Confirm that an answer of unknown outcome arrived: the wait ends at its attempt (S3)."""
    await _confirm(turn, action, has_arrived=True)


async def lost(turn: Turn, action: Action) -> None:
    """Confirm that it did not arrive."""
    await _confirm(turn, action, has_arrived=False)


async def cancel(turn: Turn, action: Action) -> None:
    """Drop whatever is being asked or kept."""
    await prompts.answered(turn)
    await forget_draft(turn)
    await forget_move(turn)
    await turn.say("done.cancelled")


async def _confirm(turn: Turn, action: Action, *, has_arrived: bool) -> None:
    card = await get(turn, action)
    message_id = MessageId(from_base36(action.arg)) if action.arg else _last_unknown(card)
    if message_id is None:
        await turn.say("reply.none_unknown", number=card.number)
        return
    await confirm_unknown(turn.office, turn.actor, message_id, arrived=has_arrived)
    await refresh_card(turn, card.id)
    await turn.say("reply.confirmed" if has_arrived else "reply.unconfirmed")


async def _offer_ways(turn: Turn, card: CardView) -> None:
    """Show the newest answer that failed with the other ways to its client."""
    failed = [message for message in card.recent if message.delivery in (DeliveryState.failed, DeliveryState.parked)]
    if failed:
        await turn.show(feedback.failed(turn.texts, card, failed[-1]), about=card.id)
    else:
        await turn.say("reply.none_failed", number=card.number)


def _last_unknown(card: CardView) -> MessageId | None:
    """Return the newest answer of unknown outcome, for the command without an argument; `None` if there is none."""
    for message in reversed(card.recent):
        if message.delivery is DeliveryState.unknown:
            return message.id
    return None


DEEDS = {
    Press.to: to,
    Press.memo: memo,
    Press.write: write,
    Press.channel: channel,
    Press.resend: resend,
    Press.arrived: arrived,
    Press.lost: lost,
    Press.cancel: cancel,
}
WRITTEN = {Press.write: write_there}
