"""A hub over a real database beside a CRM: clients write, people work, and the crm lane runs when a test says so."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg

from hub.channels.base import ChannelSettings, Parses, Raw
from hub.crm_sync.base import Crm
from hub.crm_sync.calling import CrmContext
from hub.crm_sync.lane import CrmConnection, CrmLane, is_merged
from hub.crm_sync.watch import CrmWatch
from hub.delivery.alarms import Alarms
from hub.delivery.worker import DeliveryWorker, LaneWork
from hub.domain.crm import CrmRef, Entity
from hub.domain.delivery import Lane
from hub.domain.ids import ConnectionId
from hub.domain.inbound import CrmHint
from hub.hints.local import LocalRates
from hub.inbox.accept import offer
from hub.inbox.endpoint import Endpoint
from hub.net.http import Http
from tests.crm_sync.memory_crm import MemoryCrm, MemorySettings, Shelf
from tests.inbox.desk import ALWAYS_OPEN, Desk, open_desk

CRM = ConnectionId(9)
_CONNECTED = (
    "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) VALUES ($1, 'memory', 'crm', '', now()) "
    "ON CONFLICT DO NOTHING"
)


@dataclass
class Scene:
    """The desk and its CRM."""

    desk: Desk
    crm: Crm[Any]
    lane: CrmLane
    http: Http
    paused: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Bring together whatever is due, also what had to rest."""
        work = LaneWork(self.lane.carry_out, is_merged=is_merged, places=4)
        worker = DeliveryWorker(self.desk.office, Lane.crm, work)
        await worker.run_until_idle()

    async def run_after(self, seconds: float) -> None:
        """Let time pass and run."""
        self.desk.clock.move(timedelta(seconds=seconds))
        await self.run()

    async def hint(self, entity: Entity, ref: CrmRef) -> None:
        """The CRM says that a record changed; it is looked at when it has settled."""
        event = CrmHint(f"hint-{ref}-{self.desk.now.timestamp()}", entity, ref, self.desk.now)
        await self.desk.receive(event, connection=int(CRM))
        await self.run_after(3)

    async def bring(self, hooks: Sequence[Raw]) -> None:
        """The CRM's webhooks arrive, are accepted as receipts, and what they name is looked at when it has settled."""
        await self.accept(hooks)
        await self.run_after(3)

    async def accept(self, hooks: Sequence[Raw]) -> None:
        """The CRM's webhooks arrive and are processed; the lane does not run."""
        for raw in hooks:
            self.crm.verify(raw)  # type: ignore[attr-defined]
            await self.desk.acceptor.accept([offer(CRM, self.crm, self.crm.to_store(raw))])  # type: ignore[arg-type]
        await self.desk.process()

    async def watch(self) -> int:
        """Ask the CRM what changed."""
        return await CrmWatch(
            self.desk.office, lambda: [_connection(self)], self.lane.pause, Alarms(self.desk.office).report_end
        ).look()


def _connection(scene: Scene) -> CrmConnection:
    return CrmConnection(CRM, "crm", scene.crm, scene.desk.now - timedelta(days=1))


async def _opens() -> str:
    return "https://t.me/romashka_hub_bot?start=c_"


async def _no_file(digest: str) -> bytes:
    raise AssertionError(f"nobody stored {digest}")


async def open_scene(
    pool: asyncpg.Pool,
    files: Path,
    *,
    policy: str = ALWAYS_OPEN,
    channel: type[Crm[Any]] | None = None,
    settings: ChannelSettings | None = None,
) -> Scene:
    desk = await open_desk(pool, files, policy=policy)
    desk.endpoints[CRM] = replace(Endpoint(CRM, "memory", "crm"), is_crm=True)
    await pool.execute(_CONNECTED, CRM)
    http = Http()
    url = "https://hub.romashka.example/in/crm/key"
    context = CrmContext(CRM, "crm", desk.clock, http, LocalRates(), _no_file, public_url=url)
    made: type[Crm[Any]] = channel or MemoryCrm
    crm = made(settings or MemorySettings(), context)
    if isinstance(crm, MemoryCrm):
        crm.shelf = Shelf()
    spoken = desk.processor.channel_of
    desk.processor = replace(
        desk.processor, channel_of=lambda each: crm if each == CRM and isinstance(crm, Parses) else spoken(each)
    )
    lane = CrmLane(desk.office, lambda _: None, lambda _, __: None, _opens)  # type: ignore[arg-type,return-value]
    scene = Scene(desk, crm, lane, http)

    async def pause(_: ConnectionId, reason: str) -> None:
        scene.paused.append(reason)

    lane.find, lane.pause = (lambda _: _connection(scene)), pause
    return scene
