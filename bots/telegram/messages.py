"""A manager's message and what it means.

In this order: a text found by search, which is never a command or a note; a command; a reply to a linked message,
which goes to that client (or is a note, by `//` or 📝); the line that something asked for; else the bot asks whom it is
for.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import replace

import structlog
from aiogram.types import Contact, Message

from bots.memory import Shown
from bots.screens.action import Action
from bots.screens.starting import Written
from bots.telegram import prompts
from bots.telegram.answers import answer, ask_whom
from bots.telegram.commands import parse_command, run_command
from bots.telegram.deeds import WRITTEN
from bots.telegram.deeds.leads import start_from
from bots.telegram.files import read_file, store
from bots.telegram.overheard import ask_before_client
from bots.telegram.practice_replies import practise_by_reply
from bots.telegram.presses import say_refusal
from bots.telegram.repeats import was_done
from bots.telegram.replied import find_replied
from bots.telegram.searching import chosen_for, own_words
from bots.telegram.turn import Turn
from hub.domain.errors import AlreadyDone, HubError, ProviderError, StorageUnavailable
from hub.domain.ids import ConversationId
from hub.inbox.reply import Content, add_note

NOTE_MARKS = ("//", "📝")
log = structlog.get_logger(__name__)


async def receive(turn: Turn, message: Message, more: Sequence[Message] = ()) -> None:
    """Do what a manager's message asks for, `more` being the other parts of its album; refusals are said politely.

    Raises:
        ProviderError, StorageUnavailable: it could not be done now: the update comes again.
    """
    await politely(turn, _understand(turn, message, more))


async def politely(turn: Turn, doing: Awaitable[None]) -> None:
    """Wait for what a message asks for; refusals of the hub are said politely. Raises: as `receive`."""
    try:
        await doing
    except (ProviderError, StorageUnavailable):
        raise
    except AlreadyDone:
        await was_done(turn)
    except HubError as error:
        log.info("bot.message_refused", reason=error.code, manager_id=turn.actor.manager_id)
        await say_refusal(turn, error)


async def _understand(turn: Turn, message: Message, more: Sequence[Message]) -> None:
    text = message.text or message.caption or ""
    replied = await find_replied(turn, message)
    if replied is None and await practise_by_reply(turn, message, notes=NOTE_MARKS):
        return
    if await _send_searched(turn, message, replied):
        return
    if message.text and (command := parse_command(message.text)):
        if not await was_done(turn, command.press):
            await run_command(turn, command, replied)
    elif replied is None:
        await _understand_loose(turn, message, more)
    elif text.startswith(NOTE_MARKS):
        await _note(turn, replied, text)
    else:
        await _answer(turn, (message, *more), replied)


async def _send_searched(turn: Turn, message: Message, replied: Shown | None) -> bool:
    """Send what was found or finished behind the bot's name; return False for any other message."""
    text = message.text or ""
    words = await own_words(turn, text)
    if not text or (message.via_bot is None and words == text):
        return False
    await _send_words(turn, words, await chosen_for(turn, message), replied)
    return True


async def _send_words(turn: Turn, words: str, named: ConversationId | None, replied: Shown | None) -> None:
    """Send words to the client named with them, or replied to; where these are two, ask to whom.

    Below what is only read along they are asked about as any words there are.
    """
    about = named or (replied.conversation_id if replied else None)
    if about is None or (replied is not None and replied.conversation_id != about):
        await ask_whom(turn, Content(words))
        return
    if replied is not None and replied.is_overheard:
        await ask_before_client(turn, about, Content(words))
    else:
        await answer(turn, about, Content(words, reply_to=replied.message_id if replied else None))
    await prompts.answered(turn)


async def _understand_loose(turn: Turn, message: Message, more: Sequence[Message]) -> None:
    """Do what a message without context means: a contact card, the line that is being asked for, words for somebody."""
    if message.contact is not None:
        await _start_lead(turn, message.contact)
    elif not (message.text and await _complete(turn, message, message.text)):
        await _answer(turn, (message, *more), None)


async def _complete(turn: Turn, message: Message, text: str) -> bool:
    """Complete what is being asked with the written line; return False if nothing is.

    A reply to something else is no answer to it: whoever replies means somebody, and the line may be for a client.
    """
    waiting, target = await prompts.asked(turn), message.reply_to_message
    if waiting is None or (target is not None and target.message_id != waiting[1]):
        return False
    action, _ = waiting
    try:
        if not await was_done(turn):
            await WRITTEN[action.press](replace(turn, words=text.strip()), action)
    except (ProviderError, StorageUnavailable):
        raise
    except HubError:
        await _stop_asking(turn, waiting)
        raise
    await _stop_asking(turn, waiting)
    return True


async def _stop_asking(turn: Turn, waiting: tuple[Action, int]) -> None:
    """Stop asking what was answered or refused, unless the answer has brought another question."""
    if await prompts.asked(turn) == waiting:
        await prompts.answered(turn)


async def _note(turn: Turn, replied: Shown, text: str) -> None:
    words = text
    for mark in NOTE_MARKS:
        words = words.removeprefix(mark)
    await add_note(turn.office, turn.actor, replied.conversation_id, text=words.strip(), key=turn.key)
    await turn.chat.react(turn.own, "✍")


async def _start_lead(turn: Turn, card: Contact) -> None:
    """Start a lead of a forwarded contact card (L-9)."""
    name = " ".join(part for part in (card.first_name, card.last_name) if part)
    await start_from(turn, Written(name, card.phone_number))
    await prompts.answered(turn)


async def _answer(turn: Turn, parts: Sequence[Message], replied: Shown | None) -> None:
    """Send what a message or an album says to the client the reply names; without one ask whom it is for."""
    content = await _read(turn, parts)
    if content is None:
        return
    if replied is None:
        await ask_whom(turn, content, album=parts[0].media_group_id or "")
    elif replied.is_overheard:
        await ask_before_client(turn, replied.conversation_id, content)
    else:
        await answer(turn, replied.conversation_id, replace(content, reply_to=replied.message_id))


async def _read(turn: Turn, parts: Sequence[Message]) -> Content | None:
    """Return what a message or an album says, its files stored; `None` once it is said that it cannot go."""
    carried = [read_file(part) for part in parts]
    refused = next((each for each in carried if each.is_other or each.is_too_large), None)
    if refused is not None:
        await turn.say("reply.too_large" if refused.is_too_large else "reply.unsupported")
        return None
    files = [await store(turn.desk, each.file) for each in carried if each.file is not None]
    text = "\n".join(said for part in parts if (said := part.text or part.caption))
    return Content(text, tuple(files), enclosure=carried[0].enclosure)
