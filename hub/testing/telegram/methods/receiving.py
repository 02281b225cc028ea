"""Methods that bring updates to a bot: long polling and webhooks, which exclude each other."""

import re

from hub.testing.telegram.account import BotAccount
from hub.testing.telegram.methods.call import Call, Method
from hub.testing.telegram.refusals import ApiRefusal, bad_request
from hub.testing.telegram.state import Json, Webhook

_LONGEST_POLL_SECONDS = 50
_WEBHOOK_SET = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
_OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_updates(call: Call) -> list[Json]:
    """Confirm what is below the offset and return what is there, waiting up to `timeout` seconds for something.

    A second poll of the same bot ends this one with 409.
    """
    bot = call.bot
    if bot.webhook.url:
        raise ApiRefusal(409, _WEBHOOK_SET)
    _allow(call)
    bot.updates.confirm_before(call.params.number("offset") or 0)
    bot.poll_number += 1
    mine = bot.poll_number
    bot.changed()
    timeout = min(call.params.number("timeout") or 0, _LONGEST_POLL_SECONDS)
    await bot.stage.feed.wait_until(lambda: _is_poll_over(bot, mine), seconds=timeout)
    if bot.poll_number != mine:
        raise ApiRefusal(409, _OTHER_POLL)
    if bot.webhook.url:
        raise ApiRefusal(409, "Conflict: terminated by setWebhook request")
    limit = min(max(call.params.number("limit") or 100, 1), 100)
    return [update.as_json() for update in bot.updates.pending(bot.now())[:limit]]


def _is_poll_over(bot: BotAccount, mine: int) -> bool:
    return bot.poll_number != mine or bool(bot.webhook.url) or bool(bot.updates.pending(bot.now()))


def _allow(call: Call) -> None:
    """Keep the wanted kinds; leaving the parameter out keeps the previous ones."""
    wanted = call.params.nested("allowed_updates")
    if wanted is not None:
        call.bot.updates.allowed = tuple(wanted)


async def set_webhook(call: Call) -> bool:
    """Send updates to an address from now on; an empty one goes back to polling."""
    secret = call.params.text("secret_token")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _allow(call)
    if call.params.flag("drop_pending_updates"):
        call.bot.updates.clear()
    call.bot.webhook = Webhook(call.params.text("url"), secret)
    call.bot.changed()
    return True


async def delete_webhook(call: Call) -> bool:
    """Go back to polling; repeating it changes nothing."""
    if call.params.flag("drop_pending_updates"):
        call.bot.updates.clear()
    call.bot.webhook = Webhook()
    call.bot.changed()
    return True


async def get_webhook_info(call: Call) -> Json:
    """Return the address, what waits and the last error."""
    bot, webhook = call.bot, call.bot.webhook
    info: Json = {
        "url": webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates.pending(bot.now())),
    }
    if webhook.last_error_at is not None:
        info["last_error_date"] = int(webhook.last_error_at.timestamp())
        info["last_error_message"] = webhook.last_error
    if bot.updates.allowed:
        info["allowed_updates"] = list(bot.updates.allowed)
    return info


RECEIVING_METHODS: dict[str, Method] = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
