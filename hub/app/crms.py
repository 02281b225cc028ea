"""Binds the synchronisation with CRMs to what was built: connections, alarms, the lane and the watch."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from hub.app.bot_link import find_bot_name
from hub.app.office import Building
from hub.crm_sync.base import Crm
from hub.crm_sync.lane import CrmConnection, CrmLane, is_merged
from hub.crm_sync.watch import CrmWatch
from hub.delivery.alarms import Alarms
from hub.delivery.loops import keep_going
from hub.delivery.worker import LaneWork
from hub.domain.ids import ConnectionId

_PLACES = 8
"""Runs under way at once: each waits for its CRM's limit most of the time."""
_LOOKS_EVERY_SECONDS = 5
_ASKED_AGAIN_SECONDS = 300


def crm_lane(building: Building, alarms: Alarms) -> LaneWork:
    """Return the crm lane's work."""
    lane = CrmLane(building.office, partial(find_crm, building), alarms.pause, BotLink(building).find)
    return LaneWork(lane.carry_out, is_merged=is_merged, places=_PLACES)


@dataclass(slots=True)
class BotLink:
    """The address that opens a card in the managers' bot; asked for now and then until the bot says its name."""

    building: Building
    _found: str = ""
    _ask_at: float = 0.0

    async def find(self) -> str:
        """Return the address, to be followed by a conversation's number; empty while nobody knows it."""
        if not self._found and time.monotonic() >= self._ask_at:
            self._ask_at = time.monotonic() + _ASKED_AGAIN_SECONDS
            name = await find_bot_name(self.building.ground)
            self._found = f"https://t.me/{name}?start=c_" if name else ""
        return self._found


async def watch_crms(building: Building) -> None:
    """Ask the CRMs for ever what changed."""
    alarms = Alarms(building.office)
    watch = CrmWatch(building.office, partial(list_crms, building), alarms.pause, alarms.report_end)

    async def look_and_rest() -> None:
        await watch.look()
        await asyncio.sleep(_LOOKS_EVERY_SECONDS)

    await keep_going("crm_watch", look_and_rest, timedelta(seconds=_LOOKS_EVERY_SECONDS))


def find_crm(building: Building, connection_id: int) -> CrmConnection | None:
    """Return a connected CRM, None if there is none of this id."""
    return next((each for each in list_crms(building) if each.id == connection_id), None)


def list_crms(building: Building) -> list[CrmConnection]:
    """Return the CRMs that are connected now."""
    found = []
    for row in building.connections.rows():
        crm = building.connections.channel_of(row.id)
        if isinstance(crm, Crm):
            is_paused = row.state == "paused"
            found.append(CrmConnection(ConnectionId(row.id), row.name, crm, row.created_at, is_paused))
    return found
