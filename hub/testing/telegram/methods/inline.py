"""Answers to inline queries: what a person may choose while typing the bot's name.

Source: core.telegram.org/bots/api, "answerInlineQuery" and "InlineQueryResultArticle" (Bot API 10.3, read 2026-11-22):
at most 50 results with ids of 1 to 64 bytes; results are kept for `cache_time` seconds (300 unless told), for the
asking person alone if `is_personal`. Of the kinds of results only articles with a text are understood.
"""

from datetime import timedelta

from hub.testing.telegram.methods.call import Call, Method
from hub.testing.telegram.refusals import bad_request
from hub.testing.telegram.state import Json
from hub.testing.telegram.texts import TEXT_LIMIT, read_inline_keyboard, utf16_length

_MOST = 50
_ID_LIMIT_BYTES = 64
_ANSWER_LIFE = timedelta(seconds=30)
_KEPT_SECONDS = 300


async def answer_inline_query(call: Call) -> bool:
    """Show results to the person who typed; an answer that comes too late is refused."""
    search = call.bot.searches.get(call.params.text("inline_query_id"))
    if search is None or search.is_answered or call.bot.now() - search.asked_at > _ANSWER_LIFE:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    found: list[Json] = call.params.nested("results") or []
    if len(found) > _MOST:
        raise bad_request("RESULTS_TOO_MUCH")
    if len({each.get("id") for each in found}) < len(found):
        raise bad_request("RESULT_ID_DUPLICATE")
    for each in found:
        _check(each)
    kept = call.params.number("cache_time")
    kept_until = call.bot.now() + timedelta(seconds=_KEPT_SECONDS if kept is None else kept)
    asker = search.user.id if call.params.flag("is_personal") else 0
    call.bot.found_before[search.text, asker] = (kept_until, found)
    search.found, search.is_answered = found, True
    call.bot.changed()
    return True


def _check(found: Json) -> None:
    if not 0 < len(str(found.get("id", "")).encode()) <= _ID_LIMIT_BYTES:
        raise bad_request("RESULT_ID_INVALID")
    if found.get("type") != "article":
        raise bad_request("the fake understands results of type article only")
    if not found.get("title"):
        raise bad_request("ARTICLE_TITLE_EMPTY")
    text = str((found.get("input_message_content") or {}).get("message_text", ""))
    if not text.strip():
        raise bad_request("MESSAGE_EMPTY")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    read_inline_keyboard(found.get("reply_markup"))


INLINE_METHODS: dict[str, Method] = {"answerInlineQuery": answer_inline_query}
