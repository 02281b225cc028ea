"""From a client's message to the request at the Bot API that shows it to a manager, at a steady rate of messages.

Each message carries a mark that is found again in the request; sender and Bot API share a process and so a clock.
"""

import asyncio
import json
import statistics
import time

from aiohttp import ClientSession

from bench.bot_api import mark
from bench.machine import MEASURED, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from bench.traffic import FIRST_CLIENT, SECRET
from bench.whole import WholeHub, running_whole_hub

_CLIENTS = 400
_WARM_UP = 400
_HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Send at the rate, once to warm up and then some rounds; percentiles of every round."""
    figures: dict[str, list[float]] = {"notify_p50_ms": [], "notify_p99_ms": []}
    never = 0
    async with running_whole_hub(machine, cores=MEASURED, managers=sizes.managers) as hub:
        await _send(hub, range(_WARM_UP), sizes.notices_per_second)
        each = sizes.notices // sizes.rounds
        for number in range(sizes.rounds):
            first = _WARM_UP + number * each
            waits, missing = await _send(hub, range(first, first + each), sizes.notices_per_second)
            cuts = statistics.quantiles(waits, n=100)
            figures["notify_p50_ms"].append(cuts[49])
            figures["notify_p99_ms"].append(cuts[98])
            never += missing
            progress(f"notify {number + 1}: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms")
    targets = {"notify_p50_ms": Target(most=15), "notify_p99_ms": Target(most=40)}
    notes = {"messages": sizes.notices, "messages_per_s": sizes.notices_per_second, "managers": sizes.managers}
    return Report(
        "notify", [Figure(name, rounds, targets[name]) for name, rounds in figures.items()], {**notes, "never": never}
    )


async def _send(hub: WholeHub, numbers: range, per_second: int) -> tuple[list[float], int]:
    """Send one after the other at the rate; return the waits in milliseconds and how many were never shown."""
    sent_at: dict[int, float] = {}
    began = time.monotonic()
    async with ClientSession(headers=_HEADERS) as session:
        posts = []
        for place, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, began + place / per_second - time.monotonic()))
            posts.append(asyncio.create_task(_post(session, hub.url, number, sent_at)))
        await asyncio.gather(*posts)
    await hub.settle()
    shown = hub.api.shown_at
    waits = [(shown[number] - at) * 1e3 for number, at in sent_at.items() if number in shown]
    return waits, len(sent_at) - len(waits)


async def _post(session: ClientSession, url: str, number: int, sent_at: dict[int, float]) -> None:
    client = FIRST_CLIENT + number % _CLIENTS
    person = {"id": client, "is_bot": False, "first_name": "Клиент", "last_name": str(client), "language_code": "ru"}
    text = f"Подскажите, пожалуйста, привезёте ли завтра? {mark(number)}"
    chat = {"id": client, "type": "private"}
    message = {"message_id": number + 1, "from": person, "chat": chat, "date": int(time.time()), "text": text}
    body = json.dumps({"update_id": number + 1, "message": message}).encode()
    sent_at[number] = time.monotonic()
    async with session.post(url, data=body) as answer:
        answer.raise_for_status()
