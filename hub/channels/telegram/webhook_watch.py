"""Looks at a bot whose updates come by webhook: does Telegram still bring them here, all kinds, without refusals?

`getWebhookInfo` is the only witness of what a webhook did not bring (cases 12 and 15); updates that wait there are kept
for a day. A webhook that somebody took away, one with a former key and one with too few kinds of updates are set again;
one of another program is not fought over: the connection is shown as down with that reason.
https://core.telegram.org/bots/api#getwebhookinfo
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta

from hub.channels.base import Comparison, Context, PollBatch
from hub.channels.telegram.bot_api import BotApi
from hub.channels.telegram.settings import TelegramSettings
from hub.channels.telegram.setup import subscribe
from hub.domain.errors import OutcomeUnknown, PermanentFailure, TemporaryFailure
from hub.net.payloads import Json

LOOK_EVERY = timedelta(minutes=1)
FRESH_ERROR = timedelta(minutes=5)


async def watch(
    api: BotApi, settings: TelegramSettings, context: Context, *, cursor: Mapping[str, object], wanted: Sequence[str]
) -> AsyncIterator[PollBatch]:
    """Yield a batch without payloads a minute, with what waits at Telegram; the cursor stays as it is.

    Without a public address there is nothing to compare with, and it ends at once.

    Raises:
        TemporaryFailure: Telegram does not answer, or refuses the webhook, with its reason.
        AuthenticationFailed: the token is refused.
    """
    while context.public_url:
        info = await _ask(api)
        if _is_to_be_set(info, context.public_url, wanted):
            done = await subscribe(api, settings, context.public_url, wanted=wanted)
            if not done.is_ok:
                raise TemporaryFailure("; ".join(done.say("ru")))
            info = await _ask(api)
        trouble = _trouble(info, context.public_url, context.clock.now())
        yield PollBatch((), cursor, compared=Comparison(_whole(info.get("pending_update_count")), trouble=trouble))
        await asyncio.sleep(LOOK_EVERY.total_seconds())


async def _ask(api: BotApi) -> dict[str, Json]:
    try:
        answer = await api.call("getWebhookInfo", {})
        if not answer.is_ok:
            answer.raise_failure("getWebhookInfo")
    except (OutcomeUnknown, PermanentFailure) as error:
        raise TemporaryFailure(f"Telegram не говорит, что стало с webhook: {error}") from error
    return answer.result if isinstance(answer.result, dict) else {}


def _is_to_be_set(info: Mapping[str, Json], public_url: str, wanted: Sequence[str]) -> bool:
    """Tell whether the webhook is ours to set again: gone, with a former key, or with too few kinds of updates."""
    url = str(info.get("url") or "")
    if url != public_url:
        return not url or url.rpartition("/")[0] == public_url.rpartition("/")[0]
    given = info.get("allowed_updates")
    return isinstance(given, list) and bool(set(wanted) - set(given))


def _trouble(info: Mapping[str, Json], public_url: str, now: datetime) -> str:
    """Return why updates do not come; an error long ago, or one after which nothing waits, is over."""
    if info.get("url") != public_url:
        return "Telegram приносит сообщения этого бота на другой адрес: подключите бота заново"
    waiting, failed_at = _whole(info.get("pending_update_count")), _whole(info.get("last_error_date"))
    if waiting and now.timestamp() - failed_at < FRESH_ERROR.total_seconds():
        return f"Telegram не может передать хабу сообщения ({waiting} ждут): {info.get('last_error_message')}"
    return ""


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
