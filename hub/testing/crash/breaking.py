"""Carries out faults on a running system and its world, and books each with its beginning and its end.

A fault on a process lasts until that process is ready again; one on a connection until it carries again. Everything is
put right by the one who broke it, so that faults may overlap: a frozen worker may be killed, a killed one finds its
database away.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.testing.crash.cast import HELP_BOT, SHOP_BOT
from hub.testing.crash.ledger import Kind, Record
from hub.testing.crash.nemesis import POSTGRES, REDIS, TELEGRAM, Fault, What
from hub.testing.crash.processes import Keeper
from hub.testing.crash.proxies import FaultyProxy
from hub.testing.crash.system import System
from hub.testing.crash.world import World
from hub.testing.mail.smtp_server import DataEnd
from hub.testing.telegram.faults import bad_gateway, reset_after

_COMMIT = b"COMMIT"
_PROVIDER_FAULT_LASTS = timedelta(seconds=3)
_SERVER_COMES_BACK_AFTER = timedelta(milliseconds=200)
_BACK_WITHIN = timedelta(minutes=3)
"""It may be killed again and again while it starts."""
_LEAST_UP = 3
_KEEPALIVE = timedelta(seconds=10)
"""When a server notices that the other side of a half-open connection is gone; the hub's sessions ask for a minute."""
_LOOK_EVERY = timedelta(milliseconds=50)


@dataclass(slots=True)
class Nemesis:
    """Breaks `system` and `world`. `told` hears of every fault as it begins."""

    system: System
    world: World
    told: Callable[[Fault], None]
    _lasting: set[asyncio.Task[None]] = field(default_factory=set)
    _servers: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def carry_out(self, faults: list[Fault]) -> None:
        """Carry out a plan, and return when everything is put right again."""
        for fault in faults:
            await asyncio.sleep(fault.after.total_seconds())
            await self._wait_for_some()
            await self._wait_for_victim(fault)
            self.told(fault)
            self._last(self._break(fault))
        while not all(task.done() for task in self._lasting):
            await asyncio.gather(*self._lasting)
        self.system.heal()
        await self.system.wait_until_ready()

    def _last(self, work: Coroutine[None, None, None]) -> None:
        """Let something go on beside the plan; the run is not over before it is."""
        self._lasting.add(asyncio.create_task(work))

    async def _wait_for_some(self) -> None:
        """Wait while most roles are down: on a slow machine nothing would ever be under way when it is killed."""
        while sum(map(_is_up, self.system.keepers.values())) < _LEAST_UP:  # noqa: ASYNC110 - files tell nobody
            await asyncio.sleep(_LOOK_EVERY.total_seconds())

    async def _wait_for_victim(self, fault: Fault) -> None:
        """Wait while the process is not there: it cannot be killed then; one that starts can."""
        if (keeper := self.system.keepers.get(fault.place)) is not None:
            while not keeper.process.is_running:  # noqa: ASYNC110 - the keeper starts it in a moment
                await asyncio.sleep(_LOOK_EVERY.total_seconds())

    async def _break(self, fault: Fault) -> None:
        began_at = self.world.clock.now()
        await self._deed(fault)
        self._book(fault, began_at)

    def _book(self, fault: Fault, began_at: datetime) -> None:
        told = {"what": fault.what.value, "until": self.world.clock.now().isoformat()}
        self.world.ledger.append(Record(Kind.FAULT, began_at, fault.place, told))

    def _deed(self, fault: Fault) -> Awaitable[None]:
        if fault.place == POSTGRES:
            return self._kill_postgres()
        if fault.place == REDIS:
            return self._break_redis(fault)
        if (keeper := self.system.keepers.get(fault.place)) is None:
            return self._break_provider(fault)
        if fault.what in _TO_PROXIES:
            return self._break_connection(fault, self.system.to_postgres[fault.place])
        return self._break_process(fault, keeper)

    async def _break_process(self, fault: Fault, keeper: Keeper) -> None:
        match fault.what:
            case What.freeze:
                keeper.process.freeze()
                await asyncio.sleep(fault.length.total_seconds())
                keeper.process.thaw()
            case What.terminate:
                keeper.process.terminate()
                await self._ended(keeper)
            case _:
                keeper.process.kill()
                await self._ended(keeper)
        await keeper.wait_until_ready(_BACK_WITHIN)

    async def _ended(self, keeper: Keeper) -> None:
        """Wait until the present process is gone; a frozen one hears SIGTERM when it wakes."""
        pid = keeper.process.pid
        while keeper.process.is_running and keeper.process.pid == pid:  # noqa: ASYNC110 - told by the keeper's wait
            await asyncio.sleep(_LOOK_EVERY.total_seconds())

    async def _kill_postgres(self) -> None:
        """One at a time: a server that is being started cannot be started again."""
        async with self._servers.setdefault(POSTGRES, asyncio.Lock()):
            self.system.postgres.kill()
            await asyncio.sleep(_SERVER_COMES_BACK_AFTER.total_seconds())
            await self.system.postgres.start()

    async def _break_redis(self, fault: Fault) -> None:
        async with self._servers.setdefault(REDIS, asyncio.Lock()):
            match fault.what:
                case What.flush:
                    await self.system.redis.flush()
                case What.drop:
                    for proxy in self.system.to_redis.values():
                        proxy.drop()
                    await asyncio.sleep(fault.length.total_seconds())
                    for proxy in self.system.to_redis.values():
                        proxy.heal()
                case _:
                    self.system.redis.kill()
                    await asyncio.sleep(_SERVER_COMES_BACK_AFTER.total_seconds())
                    await self.system.redis.start()

    async def _break_connection(self, fault: Fault, proxy: FaultyProxy) -> None:
        """Break one role's way to the database; a cut happens at its next commit, if there is one in time."""
        _TO_PROXIES[fault.what](proxy, fault.length)
        await asyncio.sleep(fault.length.total_seconds())
        proxy.heal()
        if fault.what is What.hang:
            self._last(_bury_later(proxy))

    async def _break_provider(self, fault: Fault) -> None:
        """Let providers take the next message and lose the answer, or refuse it for a moment."""
        is_lost = fault.what is What.lost_answer
        if fault.what is What.burst:
            await self.world.door.repeat_burst()
        elif fault.place == TELEGRAM:
            for token in (SHOP_BOT[0], HELP_BOT[0]):
                self.world.telegram.bots[token].faults.add("sendMessage", reset_after() if is_lost else bad_gateway())
            await asyncio.sleep(_PROVIDER_FAULT_LASTS.total_seconds())
            for token in (SHOP_BOT[0], HELP_BOT[0]):
                self.world.telegram.bots[token].faults.clear()
        else:
            smtp = self.world.mail.smtp
            if is_lost:
                smtp.ends.append(DataEnd.cut)
            else:
                smtp.replies.setdefault("DATA", []).append("451 later")
            await asyncio.sleep(_PROVIDER_FAULT_LASTS.total_seconds())
            smtp.ends.clear()
            smtp.replies.clear()


async def _bury_later(proxy: FaultyProxy) -> None:
    await asyncio.sleep(_KEEPALIVE.total_seconds())
    proxy.bury()


def _is_up(keeper: Keeper) -> bool:
    return keeper.process.is_running and keeper.process.is_ready()


_TO_PROXIES: Mapping[What, Callable[[FaultyProxy, timedelta], None]] = {
    What.drop: lambda proxy, _: proxy.drop(),
    What.hang: lambda proxy, _: proxy.hang(),
    What.delay: lambda proxy, length: proxy.delay(length / 20),
    What.cut_after_commit: lambda proxy, _: proxy.cut_after_pattern(_COMMIT),
    What.cut_before_commit: lambda proxy, _: proxy.cut_before_pattern(_COMMIT),
}
