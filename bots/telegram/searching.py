"""Searching the texts of a line while typing (`@bot #1042 доставка`), and what was chosen so.

An inline query says whose it is and nothing of the chat's messages, so the number in it names the client; without one
only texts are offered that read alike for everybody. What was chosen arrives as the person's own message: it goes to
the client it replies to, else to the one whose number stood in the query, once (`bots.telegram.messages`).
Source: core.telegram.org/bots/api, "InlineQuery", "answerInlineQuery" (Bot API 10.3, read 2026-11-22): at most 50
results, a query of at most 256 characters, `chat_type` "sender" is the private chat with the bot itself. Whether apps
keep the reply while a result is chosen is not documented.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import blake2s

from aiogram.types import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultUnion,
    InputTextMessageContent,
    Message,
)

from bots.screens.quoting import one_line
from bots.telegram.failures import provider_errors
from bots.telegram.splitting import TEXT_LIMIT, units
from bots.telegram.turn import Turn
from hub.domain.errors import NotFound, PermissionDenied, ProviderError
from hub.domain.ids import ConversationId
from hub.inbox.queries import find_conversation_by_number
from hub.inbox.queries.templates import TemplateView, list_common_templates, list_templates, templates_with

MOST = 50
AS_WRITTEN = "written"
_HERE = "sender"
_OFFERED = "offered"
_NUMBERED = re.compile(r"#(\d{1,12})(?:\s+(.*))?", re.DOTALL)


async def has_search(turn: Turn) -> bool:
    """Tell whether the bot hears inline queries: its owner allows that at BotFather. Asked once a process."""
    try:
        with provider_errors():
            return bool((await turn.chat.bot.me()).supports_inline_queries)
    except ProviderError:
        return False


async def answer_query(turn: Turn | None, query: InlineQuery) -> None:
    """Offer the texts that fit; to a stranger, in another chat, or about a foreign client none.

    Nothing is kept at Telegram: a text that reads otherwise by now must not be offered. A query that is too old to be
    answered is not: the person types on, and the next one comes.
    """
    found: Sequence[InlineQueryResultUnion] = ()
    if turn is not None and query.chat_type == _HERE:
        with suppress(NotFound, PermissionDenied):
            found = await _find(turn, query.query.strip())
    with suppress(ProviderError), provider_errors():
        await query.answer(list(found), cache_time=0, is_personal=True)


async def chosen_for(turn: Turn, message: Message) -> ConversationId | None:
    """Return whose client a message without a reply is for: the number it names, or stood in the query it came by.

    What a query offered is chosen once: the message that did is noted, so only its repetition finds the client again.
    """
    if message.via_bot is None:
        return await _named(turn, message.text or "")
    kept = await turn.desk.memory.recall(turn.chat.id, _OFFERED)
    said = kept["said"] if kept else ()
    if kept is None or not isinstance(said, Iterable) or _mark(message.text or "") not in said:
        return None
    if kept.get("by", turn.key) != turn.key:
        return None
    await turn.desk.memory.keep(turn.chat.id, _OFFERED, {**kept, "by": turn.key})
    return ConversationId(int(str(kept["conversation"])))


async def own_words(turn: Turn, text: str) -> str:
    """Return a message without the bot's name and the number that a button put before it into the input field."""
    name = (await turn.chat.bot.me()).username if text.startswith("@") else None
    if not name or not text.casefold().startswith(f"@{name} ".casefold()):
        return text
    rest = text[len(name) + 1 :].strip()
    numbered = _NUMBERED.fullmatch(rest)
    return (numbered[2] or "") if numbered else rest


async def _named(turn: Turn, text: str) -> ConversationId | None:
    """Return the conversation whose number stands behind the bot's own name at the beginning of a message."""
    words = await own_words(turn, text)
    head = text[: len(text) - len(words)].split()
    numbered = _NUMBERED.fullmatch(head[-1]) if words != text and len(head) == 2 else None
    return await find_conversation_by_number(turn.office, turn.actor, int(numbered[1])) if numbered else None


async def _find(turn: Turn, words: str) -> list[InlineQueryResultUnion]:
    numbered = _NUMBERED.fullmatch(words)
    if numbered is None:
        await turn.desk.memory.forget(turn.chat.id, _OFFERED)  # the same text may stand in what was offered before
        return _articles(templates_with(words, await list_common_templates(turn.office, turn.actor)))
    conversation_id = await find_conversation_by_number(turn.office, turn.actor, int(numbered[1]))
    view = await list_templates(turn.office, turn.actor, conversation_id)
    typed = (numbered[2] or "").strip()
    found = view.named(typed)
    as_written = [TemplateView(AS_WRITTEN, turn.texts("template.as_written"), typed)] if typed else []
    offered = [*found[: MOST - len(as_written)], *as_written]
    marks = [_mark(each.text) for each in offered]
    await turn.desk.memory.keep(turn.chat.id, _OFFERED, {"conversation": int(conversation_id), "said": marks})
    return _articles(offered)


def _articles(found: Iterable[TemplateView]) -> list[InlineQueryResultUnion]:
    fitting = [each for each in found if each.text.strip() and units(each.text) <= TEXT_LIMIT]
    return [
        InlineQueryResultArticle(
            id=each.mark,
            title=one_line(each.name, 60),
            description=one_line(each.text, 120),
            input_message_content=InputTextMessageContent(message_text=each.text),
        )
        for each in fitting[:MOST]
    ]


def _mark(text: str) -> str:
    return blake2s(text.strip().encode(), digest_size=8).hexdigest()
