"""Changes of what is in a chat already: a new text, a deletion, a reaction. Repeating one changes nothing.

https://core.telegram.org/bots/api (API 10.3, read 2026-11-21): `editMessageText` and `editMessageCaption` take what
the bot sent itself; `deleteMessage` works for 48 hours; `setMessageReaction` takes one of the standard emoji, and none
in a chat of a business account, where deleting is another method. What is there already, or gone already, is done.
"""

from collections.abc import Sequence

from hub.channels.telegram.bot_api import ApiAnswer, BotApi
from hub.channels.telegram.business import deleting_calls, is_over_account, is_possible
from hub.channels.telegram.outcome import failure_of, fault_of
from hub.channels.telegram.outgoing_parts import CAPTION_LIMIT, TEXT_LIMIT, inline_keyboard
from hub.channels.telegram.splitting import utf16_length
from hub.channels.telegram.wire import address_of
from hub.crash import crash_point
from hub.domain.errors import ProviderError
from hub.domain.outbound import ChangeKind, Failed, OutboundChange, SendResult, Sent
from hub.domain.ports import Clock

_DONE = (
    "message is not modified",
    "message to delete not found",
    "message to react not found",
    "query is too old",  # a press is waited for 150 s; what it caused stands all the same
)
_SPLIT = Failed("unsupported", "Ответ ушёл несколькими сообщениями: целиком его не исправить, напишите новым.")
_LONG = Failed("too_large", "Новый текст не помещается в одно сообщение: отправьте его отдельно.")
_BUSINESS = Failed("unsupported", "В чате бизнес-аккаунта бот этого не может: сделайте это в самом Telegram.")


async def change(api: BotApi, clock: Clock, wanted: OutboundChange) -> SendResult:
    """Carry out a change; see `hub.channels.base.Changes`."""
    refused = _refuse_early(wanted)
    if refused is not None:
        return refused
    started_at = clock.now()
    for method, params in _calls(wanted):
        try:
            crash_point("telegram.change_going")
            answer = await api.call(method, params)
            crash_point("telegram.change_answered")
        except ProviderError as error:
            return fault_of(error)
        if not _is_done(answer):
            return failure_of(answer)
    return Sent((), started_at)


def _refuse_early(wanted: OutboundChange) -> Failed | None:
    """Return why Telegram cannot do it, before anything of it is asked."""
    if wanted.kind is ChangeKind.edit:
        if len(wanted.external_ids) != 1:
            return _SPLIT
        return _LONG if utf16_length(wanted.text) > (CAPTION_LIMIT if wanted.has_files else TEXT_LIMIT) else None
    return None if is_possible(wanted) else _BUSINESS


def _calls(wanted: OutboundChange) -> Sequence[tuple[str, dict[str, object]]]:
    """Return the calls of a change: all parts of a split message are deleted, a reaction stands on the first one."""
    ids, place = [int(each) for each in wanted.external_ids], address_of(wanted.thread)
    match wanted.kind:
        case ChangeKind.edit:
            return [*_answer(wanted), _edit(wanted, place | {"message_id": ids[0]})]
        case ChangeKind.delete if is_over_account(wanted.thread):
            return deleting_calls(wanted)
        case ChangeKind.delete:
            return [("deleteMessage", place | {"message_id": each}) for each in ids]
        case ChangeKind.react:
            marks = [{"type": "emoji", "emoji": wanted.text}] if wanted.text else []
            return [("setMessageReaction", place | {"message_id": ids[0], "reaction": marks})]


def _answer(wanted: OutboundChange) -> Sequence[tuple[str, dict[str, object]]]:
    """Return the call that ends the waiting sign on a pressed button."""
    return [("answerCallbackQuery", {"callback_query_id": wanted.press})] if wanted.press else []


def _edit(wanted: OutboundChange, place: dict[str, object]) -> tuple[str, dict[str, object]]:
    """Return the call that gives a message its new words; buttons that are not given again go away."""
    markup = {"reply_markup": inline_keyboard(wanted.choices)} if wanted.choices else {}
    if wanted.has_files:
        return "editMessageCaption", {**place, "caption": wanted.text, **markup}
    return "editMessageText", {**place, "text": wanted.text, **markup}


def _is_done(answer: ApiAnswer) -> bool:
    sentence = answer.description.lower()
    return answer.is_ok or any(piece in sentence for piece in _DONE)
