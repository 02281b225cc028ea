"""Messages a second on one core from the webhook to the Bot API's answer for the manager's notice.

The sender writes as fast as it is acknowledged for a while; the clock stops when the last notice was answered.
"""

import time

from bench.machine import MEASURED, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from bench.traffic import send
from bench.whole import WholeHub, running_whole_hub

_WARM_UP_SECONDS = 1
_FAR_APART = 1_000_000


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Send, wait for rest, and count, some rounds over one installation."""
    rates, accepted = [], []
    async with running_whole_hub(machine, cores=MEASURED, managers=sizes.managers) as hub:
        await _round(hub, _WARM_UP_SECONDS, first=1, clients=sizes.clients)
        for number in range(1, sizes.rounds + 1):
            first = number * _FAR_APART
            rate, rate_accepted = await _round(hub, sizes.end_to_end_seconds, first=first, clients=sizes.clients)
            rates.append(rate)
            accepted.append(rate_accepted)
            progress(f"end to end {number}: {rate:.0f}/s, accepted meanwhile {rate_accepted:.0f}/s")
        answers = hub.api.requests
    figures = (Figure("end_to_end_per_s", rates, Target(least=700)), Figure("accepted_meanwhile_per_s", accepted))
    return Report("end_to_end", figures, {"rounds": sizes.rounds, "bot_api_requests": answers})


async def _round(hub: WholeHub, seconds: int, *, first: int, clients: int) -> tuple[float, float]:
    began = time.monotonic()
    sent = await send(hub.url, seconds=seconds, first=first, clients=clients)
    await hub.settle()
    return (sent.requests - sent.refused) / (hub.api.last_answer_at - began), sent.per_second
