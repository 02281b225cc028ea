"""Messages a second on one core from the webhook to the Bot API's answer for the manager's notice.

The sender writes as fast as it is acknowledged for a while; the clock stops when the last notice was answered.
Processor time a message is told beside it: on a machine where others work too, that is the figure to compare.
"""

import time
from dataclasses import dataclass

from bench.machine import MEASURED, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from bench.traffic import send
from bench.whole import WholeHub, running_whole_hub

_WARM_UP_SECONDS = 1
_FAR_APART = 1_000_000


@dataclass(frozen=True, slots=True)
class _Round:
    """One round: rates a second, and per message processor time and requests to the Bot API."""

    per_second: float
    accepted: float
    python_us: float
    database_us: float
    requests: float


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Send, wait for rest, and count, some rounds over one installation."""
    rounds: list[_Round] = []
    async with running_whole_hub(machine, cores=MEASURED, managers=sizes.managers) as hub:
        await _round(machine, hub, _WARM_UP_SECONDS, first=1, clients=sizes.clients)
        for number in range(1, sizes.rounds + 1):
            first = number * _FAR_APART
            done = await _round(machine, hub, sizes.end_to_end_seconds, first=first, clients=sizes.clients)
            rounds.append(done)
            progress(
                f"end to end {number}: {done.per_second:.0f}/s, accepted meanwhile {done.accepted:.0f}/s; "
                f"processor time a message {done.python_us:.0f} + {done.database_us:.0f} µs"
            )
    return Report("end_to_end", _figures(rounds), {"rounds": sizes.rounds})


def _figures(rounds: list[_Round]) -> list[Figure]:
    return [
        Figure("end_to_end_per_s", [each.per_second for each in rounds], Target(least=700)),
        Figure("accepted_meanwhile_per_s", [each.accepted for each in rounds]),
        Figure("end_to_end_python_us", [each.python_us for each in rounds]),
        Figure("end_to_end_database_us", [each.database_us for each in rounds]),
        Figure("bot_api_requests_a_message", [each.requests for each in rounds]),
    ]


async def _round(machine: Machine, hub: WholeHub, seconds: int, *, first: int, clients: int) -> _Round:
    python, database, requests = await _spent(hub), machine.database_seconds(), hub.api.requests
    began = time.monotonic()
    sent = await send(hub.url, seconds=seconds, first=first, clients=clients)
    await hub.settle()
    messages = sent.requests - sent.refused
    return _Round(
        per_second=messages / (hub.api.last_answer_at - began),
        accepted=sent.per_second,
        python_us=(await _spent(hub) - python) * 1e6 / messages,
        database_us=(machine.database_seconds() - database) * 1e6 / messages,
        requests=(hub.api.requests - requests) / messages,
    )


async def _spent(hub: WholeHub) -> float:
    """Return the seconds that the hub's process has worked so far."""
    told = await hub.child.ask(spent=True)
    return float(told["cpu_seconds"])
