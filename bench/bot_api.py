"""A Bot API that takes everything and answers at once: no limits, no state but when each mark was first seen.

The fake of `hub.testing.telegram` behaves like Telegram and costs accordingly; here the hub is measured, not the fake.
"""

import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from aiohttp import web

_MARK = re.compile(rb"mark(\d+)mark")
_FIRST_MESSAGE = 5_000_000_000  # no message of a client has such a number: in a chat numbers are unique
_ME = {"id": 1, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}


def mark(number: int) -> str:
    """Return a word that is found again in whatever shows the message it stands in."""
    return f"mark{number}mark"


@dataclass
class BotApi:
    """A running server. `shown_at` is when (monotonic seconds) the first request with a mark had arrived whole.

    `watch`, if set, is told of every request that sends or edits a message: its body and the number of the message.
    """

    address: str = ""
    requests: int = 0
    last_answer_at: float = 0.0
    shown_at: dict[int, float] = field(default_factory=dict)
    watch: Callable[[bytes, int], None] | None = None
    _numbers: "count[int]" = field(default_factory=lambda: count(_FIRST_MESSAGE))

    async def answer(self, request: web.Request) -> web.Response:
        """Answer any method with what its caller expects of it."""
        body = await request.read()
        now = time.monotonic()
        for found in _MARK.finditer(body):
            self.shown_at.setdefault(int(found[1]), now)
        self.requests += 1
        self.last_answer_at = now
        result = self._result(request.match_info["method"])
        if self.watch is not None and isinstance(result, dict) and "message_id" in result:
            self.watch(body, result["message_id"])
        return web.json_response({"ok": True, "result": result})

    def _result(self, method: str) -> object:
        if method == "getMe":
            return _ME
        if method == "getUpdates":
            return []
        if method.startswith(("send", "edit", "copy", "forward")):
            chat = {"id": 1, "type": "private"}
            return {"message_id": next(self._numbers), "date": 1, "chat": chat, "from": _ME, "text": "-"}
        return True


@asynccontextmanager
async def running_bot_api() -> AsyncIterator[BotApi]:
    """Serve on the loopback, in this process, while the block runs."""
    api = BotApi()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", api.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield api
    finally:
        await runner.cleanup()
