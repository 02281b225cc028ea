"""What the roles `work`, `poll` and `bot` do: the long-running jobs of a process, bound to what was built."""

from collections.abc import Awaitable, Sequence
from typing import Any

from hub.app.adapters import MANAGER_BOT
from hub.app.crms import crm_lane, watch_crms
from hub.app.mail_notices import build_mail_notices
from hub.app.manager_bot import ManagerBotOffice
from hub.app.office import Building
from hub.channels.base import Parses, Polls, Raw
from hub.delivery.alarms import Alarms
from hub.delivery.calls import CallHandler
from hub.delivery.clock_watch import ClockWatch
from hub.delivery.intake import ProcessLoop
from hub.delivery.media import MediaHandler
from hub.delivery.notices import NoticeHandler
from hub.delivery.pollers import Pollers
from hub.delivery.polling import PolledConnection
from hub.delivery.replies import ReplyHandler
from hub.delivery.upkeep import Upkeep
from hub.delivery.worker import DeliveryWorker, LaneWork
from hub.domain.delivery import Lane
from hub.domain.errors import PayloadInvalid
from hub.domain.ids import ConnectionId
from hub.domain.inbound import InboundEvent
from hub.inbox.process import Processor, parse_here


class Parsers:
    """Parses payloads where it is safe: letters in limited child processes, everything else in this one."""

    def __init__(self) -> None:
        self._letters: Any = None

    async def parse(self, channel: Parses, raws: Sequence[Raw]) -> Sequence[Sequence[InboundEvent] | PayloadInvalid]:
        """Return the events of each payload in order, or why it cannot be understood."""
        if not getattr(channel, "parses_in_child", False):
            return await parse_here(channel, raws)
        from hub.channels.email import channel as email  # noqa: PLC0415 - only a hub with a mailbox loads the parser
        from hub.channels.email.child import LetterPool  # noqa: PLC0415

        if self._letters is None:
            self._letters = LetterPool(size=2)
        mailbox = channel.mailbox  # type: ignore[attr-defined]
        parsed: Sequence[Sequence[InboundEvent] | PayloadInvalid] = await self._letters.parse(
            [email.payload_of(raw) for raw in raws], mailbox
        )
        return parsed

    async def close(self) -> None:
        """End the child processes."""
        if self._letters is not None:
            await self._letters.close()


def work_jobs(building: Building, bots: ManagerBotOffice, parsers: Parsers) -> list[Awaitable[None]]:
    """Return the jobs of the role `work`: processing, the lanes, the clocks, the daily upkeep."""
    office, channel_of = building.office, building.connections.channel_of
    processor = Processor(office, building.ground.files, channel_of, parsers.parse, building.refresh)
    alarms, upkeep = Alarms(office), Upkeep(office, building.ground.files)
    lanes: dict[Lane, LaneWork] = {
        Lane.reply: ReplyHandler(office, channel_of, alarms).as_lane(),
        Lane.call: CallHandler(office, channel_of).as_lane(),
        Lane.notify: NoticeHandler(bots, alarms, bots.find_connection, build_mail_notices(building)).as_lane(),
        Lane.media: MediaHandler(office, building.ground.files, channel_of, alarms).as_lane(),
        Lane.crm: crm_lane(building, alarms),
    }
    return [
        *(ProcessLoop(processor, office.wakeup).run() for _ in range(building.ground.config.workers)),
        *(DeliveryWorker(office, lane, lane_work, building.figures).run() for lane, lane_work in lanes.items()),
        ClockWatch(office).run(),
        watch_crms(building),
        upkeep.run(),
        upkeep.watch_growth(),
    ]


def poll_jobs(building: Building) -> list[Awaitable[None]]:
    """Return the jobs of the role `poll`: mailboxes and long polling, the manager bot's included."""
    return [
        Pollers(
            building.office,
            building.acceptor,
            Alarms(building.office),
            lambda: list_polled(building),
            building.ground.dsn,
        ).run()
    ]


def list_polled(building: Building) -> list[PolledConnection]:
    """Return the active connections that fetch by themselves."""
    polled: list[PolledConnection] = []
    for row in building.connections.rows():
        channel: Any = building.connections.channel_of(row.id)
        if row.state != "paused" and isinstance(channel, Polls) and isinstance(channel, Parses):
            lane = MANAGER_BOT if row.kind == MANAGER_BOT else "client"
            polled.append(PolledConnection(ConnectionId(row.id), row.name, channel, lane))
    return polled
