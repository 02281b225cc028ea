"""The manager bot of this installation: found among the connections, opened when first needed, replaced when changed.

aiogram costs seconds and a hundred megabytes, so it is imported in a thread, after the doors are open.
"""

import asyncio
import gc
import importlib
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Any

import structlog

from bots.intake import Intake, Messenger, StoredUpdate
from bots.office import BotOffice
from hub.app.adapters import MANAGER_BOT
from hub.app.office import Building
from hub.channels.base import FetchesMedia, LinksToItself
from hub.delivery.loops import keep_going
from hub.domain.errors import PermanentFailure, ProviderError, StorageUnavailable
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Manager
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Later, SendResult, Sent
from hub.domain.ports import Notifier
from hub.inbox.ways import capabilities_of
from hub.store import managers, receipts
from hub.store.connections import ConnectionRow
from hub.store.deliveries import CONNECTION_PAUSED
from hub.store.pool import Pool, acquire

LEASE = timedelta(seconds=30)
RENEW_EVERY = timedelta(seconds=8)
LOOK_EVERY = timedelta(seconds=1)
ROOM_LOOKED_AT_EVERY = timedelta(seconds=3)
BOARDS_LOOKED_AT_EVERY = timedelta(seconds=30)
CLEARED_EVERY = timedelta(minutes=1)
_BATCH = 32
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OpenBot:
    """The bot as it is connected now."""

    row: ConnectionRow
    client: Any
    notifier: Notifier
    messenger: Messenger
    look_at_room: Callable[[], Awaitable[None]]
    look_at_boards: Callable[[], Awaitable[int]]
    clear_chats: Callable[[], Awaitable[int]]


class ManagerBotOffice:
    """Gives the present bot to whoever sends or receives; also the `Notifier` of the delivery workers."""

    def __init__(self, building: Building) -> None:
        self.beside: Notifier | None = None
        """Another messenger, told what the bot has brought."""
        self._building = building
        self._open: OpenBot | None = None
        self._turn = asyncio.Lock()

    async def notify(self, payload: Mapping[str, object], *, key: str) -> SendResult:
        """Send a notice through the present bot; without one it waits in the queue."""
        bot = await self.current()
        result = Later(CONNECTION_PAUSED) if bot is None else await bot.notifier.notify(payload, key=key)
        if self.beside is not None and isinstance(result, Sent):
            await self.beside.notify(payload, key=key)
        return result

    def find_connection(self) -> ConnectionRow | None:
        """Return the bot's connection as it was last read."""
        return next((each for each in self._building.connections.rows() if each.kind == MANAGER_BOT), None)

    async def current(self) -> OpenBot | None:
        """Return the bot as it is connected now, opened; None if none is."""
        row = self.find_connection()
        async with self._turn:
            if self._open is not None and (row is None or self._open.row.settings_encrypted != row.settings_encrypted):
                await self._open.client.session.close()
                self._open = None
            if self._open is None and row is not None:
                self._open = await self._start(row)
            return self._open

    async def receive(self) -> None:
        """Carry out managers' updates for ever, with whatever bot is connected."""
        await keep_going("bot", self._receive, LOOK_EVERY)

    async def _receive(self) -> None:
        bot = await self.current()
        if bot is None:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
        else:
            await self._receive_by(bot)

    async def _receive_by(self, bot: OpenBot) -> None:
        """Carry out updates until another bot is connected."""
        claimed = BotReceipts(self._building.ground.pool)
        intake = Intake(claimed, bot.messenger, bot_name=_name_of(bot.row))
        renewing = asyncio.create_task(keep_going("bot.renewal", claimed.keep_renewed, LOOK_EVERY))
        keeping = asyncio.create_task(keep_going("bot.room", lambda: _look_and_rest(bot), ROOM_LOOKED_AT_EVERY))
        counting = asyncio.create_task(keep_going("bot.boards", lambda: _count_and_rest(bot), BOARDS_LOOKED_AT_EVERY))
        clearing = asyncio.create_task(keep_going("bot.clearing", lambda: _clear_and_rest(bot), CLEARED_EVERY))

        async def carry_out() -> bool:
            if await self.current() is not bot:
                return True
            if not await intake.start_due():
                await self._building.hints.wakeup.wait(MANAGER_BOT, LOOK_EVERY)
            return False

        try:
            await keep_going("bot.updates", carry_out, LOOK_EVERY)
        finally:
            await intake.close()
            for job in (renewing, keeping, counting, clearing):
                job.cancel()
            await asyncio.gather(renewing, keeping, counting, clearing, return_exceptions=True)
            await claimed.give_back_all()

    async def close(self) -> None:
        """Close the client."""
        if self._open is not None:
            await self._open.client.session.close()

    async def _start(self, row: ConnectionRow) -> OpenBot:
        await asyncio.to_thread(_load_libraries)
        from bots.telegram.board import BoardKeeper  # noqa: PLC0415 - heavy, imported just now in a thread
        from bots.telegram.bot import ManagerBot  # noqa: PLC0415
        from bots.telegram.client import open_bot  # noqa: PLC0415
        from bots.telegram.keeping import clear_due, guard  # noqa: PLC0415
        from bots.telegram.notifier import TelegramNotifier  # noqa: PLC0415
        from bots.telegram.room import RoomKeeper  # noqa: PLC0415

        settings = self._building.ground.secrets.decrypt_json(row.settings_encrypted)
        client = open_bot(
            str(settings["token"]), base_url=str(settings.get("base_url", "")), proxy=str(settings.get("proxy", ""))
        )
        desk = build_bot_office(self._building, row)
        guard(client, desk)
        await _publish_menu(client)
        keeper, boards = RoomKeeper(desk, client), BoardKeeper(desk, client)
        clear = partial(clear_due, desk, client)
        return OpenBot(
            row, client, TelegramNotifier(desk, client), ManagerBot(desk, client), keeper.look, boards.look, clear
        )


async def _clear_and_rest(bot: OpenBot) -> None:
    await bot.clear_chats()
    await asyncio.sleep(CLEARED_EVERY.total_seconds())


async def _look_and_rest(bot: OpenBot) -> None:
    await bot.look_at_room()
    await asyncio.sleep(ROOM_LOOKED_AT_EVERY.total_seconds())


async def _count_and_rest(bot: OpenBot) -> None:
    await bot.look_at_boards()
    await asyncio.sleep(BOARDS_LOOKED_AT_EVERY.total_seconds())


def _load_libraries() -> None:
    """Import what is heavy and take it out of the collector's sight.

    A full collection looks at everything these libraries made, a quarter of a second each time (measured), for nothing.
    """
    importlib.import_module("bots.telegram.notifier")
    gc.collect()
    gc.freeze()


async def _publish_menu(client: Any) -> None:
    """Set the menu of commands; a bot without it works all the same."""
    from bots.telegram.client import publish_commands  # noqa: PLC0415 - imported with the bot

    try:
        await publish_commands(client)
    except ProviderError as error:
        _log.warning("bot.menu_not_published", code=error.code)


def build_bot_office(building: Building, row: ConnectionRow) -> BotOffice:
    """Return what the bot's screens and deeds work with."""

    async def fetch_file(file_id: str) -> bytes:
        channel: object = building.connections.channel_of(row.id)
        if not isinstance(channel, FetchesMedia):
            raise PermanentFailure("the manager bot is not connected any more", reason="not_found")
        wanted = Attachment(AttachmentKind.document, provider_ref=file_id)
        return b"".join([chunk async for chunk in channel.fetch_media(wanted)])

    async def store_file(content: bytes) -> str:
        return (await building.ground.files.write(content)).digest

    async def find_manager(manager_id: ManagerId) -> Manager | None:
        async with acquire(building.ground.pool) as connection:
            return await managers.find_manager(connection, manager_id)

    async def start_link(line: LineKey, payload: str) -> str:
        endpoints = building.connections.endpoints()
        for endpoint in sorted(endpoints.values(), key=lambda each: (each.line != line, each.id)):
            channel: object = building.connections.channel_of(endpoint.id)
            if capabilities_of(endpoint.kind).has_buttons and isinstance(channel, LinksToItself):
                return await channel.start_link(payload)
        return ""

    return BotOffice(
        office=building.office,
        bot_name=_name_of(row),
        fetch_file=fetch_file,
        store_file=store_file,
        read_file=building.ground.files.read,
        find_manager=find_manager,
        public_url=building.ground.config.public_url,
        start_link=start_link,
        say=building.speech.say,
    )


class BotReceipts:
    """The receipts of the manager bot, as `bots.intake` claims them.

    Leases are short and renewed while an update is in work: what a killed process held is free within half a minute,
    and what one held that was told to stop at once.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._claimed: dict[int, receipts.ClaimedReceipt] = {}

    async def claim(self) -> Sequence[StoredUpdate]:
        async with acquire(self._pool) as connection:
            found = await receipts.claim(
                connection, lane=MANAGER_BOT, limit=_BATCH, token=secrets.randbits(62), lease=LEASE
            )
        return self._keep(found)

    async def claim_worn_out(self) -> Sequence[StoredUpdate]:
        async with acquire(self._pool) as connection:
            token = secrets.randbits(62)
            found = await receipts.claim_worn_out(connection, lane=MANAGER_BOT, token=token, lease=LEASE)
        return self._keep(found)

    async def park(self, receipt_ids: Sequence[int]) -> None:
        async with acquire(self._pool) as connection:
            for each in self._take(receipt_ids):
                await receipts.park(connection, [each])

    async def done(self, receipt_ids: Sequence[int]) -> None:
        async with acquire(self._pool) as connection:
            for each in self._take(receipt_ids):
                await receipts.finish(connection, [each.id], each.token)

    async def give_back(self, receipt_ids: Sequence[int], *, after: timedelta) -> None:
        async with acquire(self._pool) as connection:
            for each in self._take(receipt_ids):
                await receipts.release(connection, [each], after=after)

    async def put_back(self, receipt_ids: Sequence[int]) -> None:
        async with acquire(self._pool) as connection:
            for each in self._take(receipt_ids):
                await receipts.put_back(connection, each)

    def let_go(self, receipt_ids: Sequence[int]) -> None:
        self._take(receipt_ids)

    async def renew(self) -> None:
        """Keep the leases of what is in work; without the database they run out, and the token decides. Commits."""
        async with acquire(self._pool) as connection:
            for of_one_claim in self._by_claim():
                await receipts.extend(connection, of_one_claim, lease=LEASE)

    async def keep_renewed(self) -> None:
        """Rest, then renew."""
        await asyncio.sleep(RENEW_EVERY.total_seconds())
        if self._claimed:
            await self.renew()

    async def give_back_all(self) -> None:
        """Let others carry out at once what is unfinished here; without the database leases run out. Commits."""
        try:
            async with acquire(self._pool) as connection:
                for of_one_claim in self._by_claim():
                    await receipts.release(connection, of_one_claim)
        except StorageUnavailable as error:
            _log.warning("bot.not_given_back", count=len(self._claimed), code=error.code)
        self._claimed.clear()

    def _by_claim(self) -> list[list[receipts.ClaimedReceipt]]:
        held = sorted(self._claimed.values(), key=lambda each: each.token)
        return [list(of_one_claim) for _, of_one_claim in groupby(held, key=lambda each: each.token)]

    def _keep(self, found: Sequence[receipts.ClaimedReceipt]) -> list[StoredUpdate]:
        self._claimed.update({each.id: each for each in found})
        return [StoredUpdate(each.id, _read_update(each.body)) for each in found]

    def _take(self, receipt_ids: Sequence[int]) -> list[receipts.ClaimedReceipt]:
        return [self._claimed.pop(receipt_id) for receipt_id in receipt_ids if receipt_id in self._claimed]


def _read_update(body: bytes | None) -> Mapping[str, Any]:
    """Return an update; one that is none becomes empty, fails alone and is parked by the claim."""
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _name_of(row: ConnectionRow) -> str:
    """Return the bot's part of links and idempotency keys: renaming the connection must not orphan them."""
    return f"bot{row.id}"
