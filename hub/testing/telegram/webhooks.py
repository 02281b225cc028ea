"""Delivers updates to the webhooks of bots, as the real server does.

Updates of one chat go strictly one after another, chats beside each other. Any 2xx takes an update; otherwise it is
tried again, first at once and then with growing pauses, and `Retry-After` is obeyed. The pauses are shortened to at
most `longest_pause_seconds`, where the real server waits up to two minutes.
"""

import asyncio
from collections.abc import Iterable

import aiohttp

from hub.testing.telegram.account import BotAccount
from hub.testing.telegram.feed import Change
from hub.testing.telegram.update_queue import Update

_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


class WebhookSender:
    """Owns one task per bot and chat that has something to deliver."""

    def __init__(self, bots: Iterable[BotAccount], longest_pause_seconds: float) -> None:
        self._bots = bots
        self._longest_pause = longest_pause_seconds
        self._session: aiohttp.ClientSession | None = None
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    def look(self, _change: Change) -> None:
        """Begin to deliver whatever waits and has no task yet; called at every change."""
        for bot in self._bots:
            if not bot.webhook.url:
                continue
            for key in {update.order_key for update in bot.updates.pending(bot.now())}:
                task = self._tasks.get((bot.token, key))
                if task is None or task.done():
                    self._tasks[bot.token, key] = asyncio.create_task(self._drain(bot, key))

    async def close(self) -> None:
        """Stop delivering; what was not taken stays queued."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _drain(self, bot: BotAccount, key: str) -> None:
        failures = 0
        while bot.webhook.url and (update := _first(bot, key)):
            pause = await self._deliver(bot, update)
            if pause is None:
                failures = 0
                bot.updates.remove(update)
                bot.changed()
            else:
                backoff = self._longest_pause * min(failures, 4) / 4
                failures += 1
                await asyncio.sleep(min(max(pause, backoff), self._longest_pause))

    async def _deliver(self, bot: BotAccount, update: Update) -> float | None:
        """Post one update; return None if it was taken, else the pause in seconds that was asked for."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        headers = {_SECRET_HEADER: bot.webhook.secret} if bot.webhook.secret else {}
        try:
            async with self._session.post(bot.webhook.url, json=update.as_json(), headers=headers) as answer:
                await answer.read()
                if 200 <= answer.status < 300:
                    return None
                _note_error(bot, f"Wrong response from the webhook: {answer.status} {answer.reason}")
                wait = answer.headers.get("Retry-After", "")
                return float(wait) if wait.isdigit() else 0.0
        except (aiohttp.ClientError, TimeoutError) as error:
            _note_error(bot, type(error).__name__)
            return 0.0


def _first(bot: BotAccount, key: str) -> Update | None:
    return next((update for update in bot.updates.pending(bot.now()) if update.order_key == key), None)


def _note_error(bot: BotAccount, error: str) -> None:
    bot.webhook.last_error, bot.webhook.last_error_at = error, bot.now()
    bot.changed()
