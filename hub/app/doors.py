"""Binds the web entrance: connections by key, accepting, attempts, ring-time questions, readiness."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from hub.app.adapters import MANAGER_BOT
from hub.app.card_links import CardLinks
from hub.app.connect_form import ConnectForm
from hub.app.machine import look_at_machine
from hub.app.office import Building
from hub.channels.base import Raw, Responsible
from hub.delivery.loops import keep_going
from hub.domain.errors import PayloadInvalid, StorageUnavailable
from hub.domain.health import Health
from hub.inbox.accept import offer
from hub.inbox.queries import responsible_for
from hub.store import connections
from hub.store.connections import AttemptRow
from hub.store.migrate import newest_revision, present_revision
from hub.store.pool import acquire, storage_errors
from hub.store.status import read_health
from hub.web.entrance import Attempt, Connected, Entrance, Readiness

READY_WITHIN = timedelta(seconds=1)
TOLD_WITHIN = timedelta(seconds=5)
_FLUSH_EVERY = timedelta(seconds=0.5)
_MOST_KEPT = 2_000


class AttemptBook:
    """Writes attempts in the background, a few at a time; under a flood the oldest unwritten ones are lost."""

    def __init__(self, building: Building) -> None:
        self._building = building
        self._noted: deque[Attempt] = deque(maxlen=_MOST_KEPT)

    def note(self, attempt: Attempt) -> None:
        """Note an attempt; at once and without failing."""
        self._noted.append(attempt)
        if attempt.status >= 400:
            self._building.figures.note_refusal(attempt.status)

    async def run(self) -> None:
        """Write for ever; a database that is away loses attempts, never requests."""
        await keep_going("attempts", self._rest_and_write, _FLUSH_EVERY)

    async def _rest_and_write(self) -> None:
        await asyncio.sleep(_FLUSH_EVERY.total_seconds())
        await self.write_down()

    async def write_down(self) -> None:
        """Write what was noted."""
        taken = [self._noted.popleft() for _ in range(len(self._noted))]
        if not taken:
            return
        async with acquire(self._building.ground.pool) as connection:
            new_id = await self._building.ground.ids.reserve(connection, len(taken))
            await connections.add_attempts(connection, [_row(each, new_id()) for each in taken])


def build_entrance(building: Building, book: AttemptBook) -> Entrance:
    """Return the entrance of this process."""
    config, links = building.ground.config, CardLinks(building)

    async def accept(connected: Connected, raws: Sequence[Raw]) -> None:
        channel = connected.parses
        if channel is None:
            raise PayloadInvalid(f"'{connected.kind}' cannot receive")
        lane = MANAGER_BOT if connected.kind == MANAGER_BOT else "client"
        offers = [offer(connected.connection_id, channel, raw, lane=lane) for raw in raws]
        way_in = building.spooled if connected.channel.is_spooled else building.acceptor
        await way_in.accept(offers)

    async def responsible(phone: str) -> Responsible | None:
        found = await responsible_for(building.office, phone)
        return found and Responsible(found.extension, found.manager_name, found.contact_name)

    return Entrance(
        clock=building.ground.clock,
        find_connection=building.connections.find,
        accept=accept,
        record_attempt=book.note,
        responsible_for=responsible,
        readiness=lambda: _readiness(building),
        health=lambda: _health(building),
        machine=lambda: asyncio.to_thread(look_at_machine, config),
        show_card=links.show,
        do_card=links.do,
        connecting=ConnectForm(building),
        metrics_token=config.metrics_token.get_secret_value(),
        is_public=bool(config.public_url) or config.trusted_proxies > 0,
        trusted_hops=config.trusted_proxies,
    )


async def _readiness(building: Building) -> Readiness:
    """Look whether the database answers and has the tables of this program; those of a newer one will do."""
    try:
        async with _within(READY_WITHIN), acquire(building.ground.pool, within=READY_WITHIN) as connection:
            present = await present_revision(connection)
    except StorageUnavailable:
        return Readiness(is_ready=False, parts=(("database", "away"),))
    is_current = present >= newest_revision()
    parts = (("database", "ok"), ("tables", "ok" if is_current else "behind"), *_held(building))
    return Readiness(is_ready=is_current, parts=parts)


def _held(building: Building) -> tuple[tuple[str, str], ...]:
    """Tell of a restored hub that nobody has let go on: it takes requests all the same (case 38)."""
    return (("sending", "held after a restore: hub resume"),) if building.office.is_held else ()


async def _health(building: Building) -> Health:
    async with _within(TOLD_WITHIN), acquire(building.ground.pool) as connection:
        return await read_health(connection, now=building.ground.clock.now())


@asynccontextmanager
async def _within(limit: timedelta) -> AsyncIterator[None]:
    """Give the block so long; a database that is slower counts as away."""
    with storage_errors():
        async with asyncio.timeout(limit.total_seconds()):
            yield


def _row(attempt: Attempt, new_id: int) -> AttemptRow:
    shape = {
        "method": attempt.method,
        "status": attempt.status,
        "size_bytes": attempt.size_bytes,
        "headers": list(attempt.header_names),
        "fields": list(attempt.field_names),
    }
    verdict = "refused" if attempt.status >= 400 else attempt.verdict
    return AttemptRow(
        new_id, attempt.connection_id, attempt.at, attempt.remote, verdict, shape | {"reason": attempt.verdict}
    )
