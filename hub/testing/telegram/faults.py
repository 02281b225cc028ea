"""Scripted faults: what goes wrong at which call of which method.

`bot.faults.add("sendMessage", too_many_requests(3), on_call=2)` spoils the second call from now on. A fault before the
effect leaves no trace in the chat; `reset_after()` cuts the connection when the message is already there, which is the
case nobody can tell from the outside.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to go wrong: an answer instead of the call, a cut connection, a delay before an ordinary answer."""

    status: int = 0
    body: bytes = b""
    content_type: str = "application/json"
    delay_seconds: float = 0.0
    is_cut: bool = False
    is_after_effect: bool = False


def refused(code: int, description: str = "", **parameters: int) -> Fault:
    """Return an answer with `ok: false` instead of the call."""
    body: dict[str, object] = {"ok": False, "error_code": code, "description": description or f"Error {code}"}
    if parameters:
        body["parameters"] = parameters
    return Fault(code, json.dumps(body).encode())


def too_many_requests(retry_after: int | None = None) -> Fault:
    """Return 429, with the wait in seconds if given."""
    wait = {} if retry_after is None else {"retry_after": retry_after}
    return refused(429, "Too Many Requests", **wait)


def bad_gateway() -> Fault:
    """Return 502 with an HTML page, as the provider's front does."""
    return Fault(502, b"<html><head><title>502 Bad Gateway</title></head></html>", "text/html")


def garbled() -> Fault:
    """Return 200 with a body that is not JSON."""
    return Fault(200, b'{"ok": true, "resu')


def reset_before() -> Fault:
    """Cut the connection before anything happened."""
    return Fault(is_cut=True)


def reset_after() -> Fault:
    """Do it, and cut the connection instead of answering."""
    return Fault(is_cut=True, is_after_effect=True)


def slow(seconds: float) -> Fault:
    """Wait before an ordinary call."""
    return Fault(delay_seconds=seconds)


class Faults:
    """The faults waiting for a bot's calls."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, int, int, Fault]] = []

    def add(self, method: str, fault: Fault, *, on_call: int = 1, times: int = 1) -> None:
        """Spoil `times` calls of `method` (`*`: any), beginning with the `on_call`-th from now."""
        self._waiting.append((method.lower(), on_call, times, fault))

    @property
    def left(self) -> int:
        """How many calls are still to be spoiled."""
        return sum(times for _, _, times, _ in self._waiting)

    def clear(self) -> None:
        """Forget every fault that has not happened yet."""
        self._waiting = []

    def take(self, method: str) -> Fault | None:
        """Count one call of `method` and return the fault it meets, if any."""
        met: Fault | None = None
        kept: list[tuple[str, int, int, Fault]] = []
        for name, on_call, times, fault in self._waiting:
            if name not in {method, "*"}:
                kept.append((name, on_call, times, fault))
            elif on_call > 1:
                kept.append((name, on_call - 1, times, fault))
            else:
                met = met or fault
                if times > 1:
                    kept.append((name, 1, times - 1, fault))
        self._waiting = kept
        return met


async def meet(
    fault: Fault, request: web.Request, answer: Callable[[], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Return what the caller gets: the fault's answer, a cut connection, or the late ordinary answer."""
    await asyncio.sleep(fault.delay_seconds)
    if fault.is_after_effect:
        await answer()
    if fault.is_cut:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    if fault.status:
        return web.Response(status=fault.status, body=fault.body, content_type=fault.content_type)
    return await answer()
