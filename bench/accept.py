"""Acknowledged webhooks a second at 32 concurrent on one core, against floor A on the same database."""

from dataclasses import dataclass, field

from bench.child import Child, running
from bench.installation import fresh_installation
from bench.machine import MEASURED, Machine
from bench.report import Figure, Report, Target, progress
from bench.sizes import Sizes
from bench.traffic import Sent, send

_CLIENTS = 2_000
_WARM_UP_SECONDS = 1


@dataclass
class _Rounds:
    """What was sent so far; update numbers never repeat."""

    hub: list[Sent] = field(default_factory=list)
    floor: list[Sent] = field(default_factory=list)
    next_number: int = 1

    async def send(self, url: str, seconds: int) -> Sent:
        sent = await send(url, seconds=seconds, first=self.next_number, clients=_CLIENTS)
        self.next_number += sent.requests + 1_000
        return sent


async def measure(machine: Machine, sizes: Sizes) -> Report:
    """Alternate floor and hub, both up all the time, so that only one of them works at any moment."""
    machine.pin_database(MEASURED)
    rounds = _Rounds()
    async with fresh_installation(machine) as installation:
        given = {**installation.parameters(), "cores": MEASURED}
        async with running("floor_a", **given) as floor, running("door", **given) as hub:
            urls = (await _address(floor), await _address(hub) + installation.path)
            for url in urls:
                await rounds.send(url, _WARM_UP_SECONDS)
            for number in range(sizes.rounds):
                rounds.floor.append(await rounds.send(urls[0], sizes.accept_seconds))
                rounds.hub.append(await rounds.send(urls[1], sizes.accept_seconds))
                progress(_said(number, rounds))
    return _report(rounds)


async def _address(child: Child) -> str:
    return str((await child.hear())["address"])


def _said(number: int, rounds: _Rounds) -> str:
    floor, hub = rounds.floor[-1], rounds.hub[-1]
    void = "; void: the sender was busy or refused" if floor.is_void or hub.is_void else ""
    return (
        f"accept {number + 1}: floor A {floor.per_second:.0f}/s, hub {hub.per_second:.0f}/s, "
        f"sender {floor.cpu_share:.0%} and {hub.cpu_share:.0%} of its core{void}"
    )


def _report(rounds: _Rounds) -> Report:
    pairs = [pair for pair in zip(rounds.hub, rounds.floor, strict=True) if not (pair[0].is_void or pair[1].is_void)]
    used = pairs or list(zip(rounds.hub, rounds.floor, strict=True))
    figures = (
        Figure("accept_ratio", [hub.per_second / floor.per_second for hub, floor in used], Target(least=1.7)),
        Figure("accept_per_s", [hub.per_second for hub, _ in used]),
        Figure("floor_a_per_s", [floor.per_second for _, floor in used]),
        Figure("accept_p50_ms", [hub.p50_ms for hub, _ in used]),
        Figure("accept_p99_ms", [hub.p99_ms for hub, _ in used]),
        Figure("accept_sender_share", [hub.cpu_share for hub, _ in used]),
    )
    notes = {"rounds": len(rounds.hub), "void_rounds": len(rounds.hub) - len(pairs), "is_void": not pairs}
    return Report("accept", figures, notes)
