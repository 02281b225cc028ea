"""Who loads a hub in the soak: clients who write at a steady rate, and managers who reply to what they are shown.

A message carries a mark that is found again in the request which shows it to a manager. Every fourth card is answered
by replying to it in the manager's chat; the answer travels to the client's bot like any other, with a word of its own.
"""

import asyncio
import json
import re
import time
from collections.abc import Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

from aiohttp import ClientSession, TCPConnector

from bench.bot_api import mark
from bench.traffic import FIRST_CLIENT, SECRET
from bench.whole import WholeHub

CLIENTS = 2_000
ANSWERED_EVERY = 4
_HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
_MARK = re.compile(rb"mark(\d+)mark")
_CHAT = re.compile(rb"chat_id[^\d-]{1,8}(\d+)")
_ANSWER = re.compile(rb"answer(\d+)answer")
_EDITED = re.compile(rb"message_id[^\d-]{1,8}(\d+)")
_LATEST_SECONDS = 30


class Traffic:
    """The load of one run. An asynchronous context: leaving it waits for nothing and closes its connections.

    `all_waits` are milliseconds from a message to its card, `answer_waits` from a manager's reply to the client.
    """

    def __init__(self, hub: WholeHub, *, clients: int = CLIENTS) -> None:
        self._hub = hub
        self._clients = clients
        self._session = ClientSession(headers=_HEADERS, connector=TCPConnector(limit=0))
        self._sent_at: dict[int, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waits: list[float] = []
        self._answered_at: dict[int, float] = {}
        self.all_waits: list[float] = []
        self.answer_waits: list[float] = []
        self.sent = 0
        self.answers = 0
        self.delivered = 0
        self._came = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._hub.api.watch = self._see
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hub.api.watch = None
        await self._session.close()

    @property
    def never(self) -> int:
        """Return how many messages no manager was shown; while the run lasts, those that still may be."""
        return len(self._sent_at)

    def take_waits(self) -> list[float]:
        """Return the milliseconds from message to card of all that were shown since the last call."""
        taken, self._waits = self._waits, []
        return taken

    async def send(self, *, rate: int, seconds: float) -> None:
        """Write at the rate for so long, and wait until it was taken, but no longer than half a minute."""
        began = time.monotonic()
        for place in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + place / rate - time.monotonic()))
            self._start(self._write(self.sent))
            self.sent += 1
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LATEST_SECONDS)

    async def until_delivered(self) -> None:
        """Wait until every answer has reached its client, but no longer than half a minute."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LATEST_SECONDS):
                while self.delivered < self.answers:
                    self._came.clear()
                    await self._came.wait()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, number: int) -> None:
        client = FIRST_CLIENT + number % self._clients
        person = {
            "id": client,
            "is_bot": False,
            "first_name": "Клиент",
            "last_name": str(client),
            "language_code": "ru",
        }
        text = f"Подскажите, пожалуйста, привезёте ли завтра? {mark(number)}"
        url = self._hub.urls[client % len(self._hub.urls)]
        self._sent_at[number] = time.monotonic()
        await self._post(url, number + 1, {"from": person, "chat": {"id": client, "type": "private"}, "text": text})

    async def _answer(self, chat: int, shown_as: int, keyboard: Any) -> None:
        """Reply to a message of the bot in a manager's chat, at once: its link may not be committed yet."""
        self.answers += 1
        person = {"id": chat, "is_bot": False, "first_name": "Менеджер", "language_code": "ru"}
        where = {"id": chat, "type": "private"}
        bot = {"id": 1, "is_bot": True, "first_name": "Bench"}
        shown = {"message_id": shown_as, "date": int(time.time()), "chat": where, "from": bot, "text": "-"}
        shown |= {"reply_markup": keyboard} if keyboard else {}
        number, self._answered_at[self.answers] = self.answers, time.monotonic()
        text = f"Да, привезём до обеда answer{number}answer"
        reply = {"from": person, "chat": where, "text": text, "reply_to_message": shown}
        await self._post(self._hub.manager_url, number, reply)

    async def _post(self, url: str, number: int, message: dict[str, Any]) -> None:
        told = {"message_id": number, "date": int(time.time()), **message}
        body = json.dumps({"update_id": number, "message": told}).encode()
        async with self._session.post(url, data=body) as answer:
            answer.raise_for_status()

    def _see(self, body: bytes, result: int) -> None:
        """Note every mark that is shown to a manager for the first time, and reply to some of what shows them."""
        chat = _CHAT.search(body)
        if chat is None:
            return
        if int(chat[1]) >= FIRST_CLIENT:
            self._note_delivered(body)
            return
        for number in {int(found[1]) for found in _MARK.finditer(body)}:
            sent_at = self._sent_at.pop(number, None)
            if sent_at is None:
                continue
            wait = (time.monotonic() - sent_at) * 1e3
            self._waits.append(wait)
            self.all_waits.append(wait)
            if self._is_answered(number):
                edited = _EDITED.search(body)
                self._start(self._answer(int(chat[1]), int(edited[1]) if edited else result, _keyboard(body)))

    def _note_delivered(self, body: bytes) -> None:
        found = _ANSWER.search(body)
        asked_at = self._answered_at.pop(int(found[1]), None) if found else None
        if asked_at is not None:
            self.answer_waits.append((time.monotonic() - asked_at) * 1e3)
        self.delivered += 1
        self._came.set()

    def _is_answered(self, number: int) -> bool:
        """Tell whether the card of a message is answered: in each turn of all clients that of every fourth of them."""
        return (number // self._clients + number) % ANSWERED_EVERY == 0


def _keyboard(body: bytes) -> Any:
    """Return the buttons of a request to the Bot API, `None` if it has none."""
    [text] = parse_qs(body.decode()).get("reply_markup", [""])
    return json.loads(text) if text else None
