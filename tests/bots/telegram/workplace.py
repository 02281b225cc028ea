"""A manager's day without doors: clients' events go in through receipts, notices go out to a fake Telegram, and what
people press and write there comes back through the intake.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiogram import Bot

from bots.intake import Intake, StoredUpdate
from bots.office import BotOffice
from bots.telegram.bot import ManagerBot
from bots.telegram.keeping import guard
from bots.telegram.notifier import TelegramNotifier
from hub.channels.base import LinksToItself
from hub.domain.ids import LineKey, ManagerId
from hub.domain.manager import Manager, Role
from hub.domain.outbound import SendResult
from hub.domain.workset import Settled
from hub.inbox.outcomes import settle_reply
from hub.store import deliveries, outgoing
from hub.store.files import Files
from hub.store.managers import list_managers
from hub.testing.telegram import BotAccount, BotApi
from hub.testing.telegram.people import Person
from hub.testing.telegram.state import Post
from tests.inbox.desk import Desk, says

BOT = "desk"


@dataclass
class Waiting:
    """The updates that wait at the fake Telegram, as receipts."""

    account: BotAccount
    given_back: list[int] = field(default_factory=list)

    async def claim(self) -> Sequence[StoredUpdate]:
        updates = [update.as_json() for update in self.account.updates.pending(self.account.now())]
        return [StoredUpdate(int(update["update_id"]), update) for update in updates]

    async def done(self, receipt_ids: Sequence[int]) -> None:
        for update in self.account.updates.pending(self.account.now()):
            if update.update_id in receipt_ids:
                self.account.updates.remove(update)

    async def give_back(self, receipt_ids: Sequence[int], *, after: timedelta) -> None:
        self.given_back += receipt_ids

    async def put_back(self, receipt_ids: Sequence[int]) -> None: ...

    def let_go(self, receipt_ids: Sequence[int]) -> None: ...

    async def claim_worn_out(self) -> Sequence[StoredUpdate]:
        return []

    async def park(self, receipt_ids: Sequence[int]) -> None: ...


@dataclass
class Workplace:
    desk: Desk
    api: BotApi
    account: BotAccount
    bot: Bot
    files: Files
    queue_card_rests: timedelta = timedelta(0)
    clients_bot: LinksToItself | None = None

    def __post_init__(self) -> None:
        self.office = BotOffice(
            office=self.desk.office,
            bot_name=BOT,
            fetch_file=self._fetch,
            store_file=self._store,
            read_file=self.files.read,
            find_manager=self._find,
            queue_card_rests=self.queue_card_rests,
            start_link=self._start_link,
        )
        guard(self.bot, self.office)
        self.notifier = TelegramNotifier(self.office, self.bot)
        self.waiting = Waiting(self.account)
        self.messenger = ManagerBot(self.office, self.bot)
        self.intake = Intake(self.waiting, self.messenger, bot_name=BOT, album_pause=timedelta(0))

    async def hire(self, key: str, name: str, *, role: Role = Role.manager) -> Person:
        """A manager with a started bot."""
        manager_id = await self.desk.hire(key, name, role=role)
        person = self.api.person(name, id=manager_id)
        person.starts(self.account)
        await self.work()
        return person

    async def client_says(self, text: str, **more: Any) -> None:
        await self.desk.receive(says(text, at=self.desk.now, **more))
        await self.work()

    async def work(self) -> list[SendResult]:
        """Carry out what people did and bring every notice that is due; return what became of the notices."""
        results: list[SendResult] = []
        for _ in range(5):
            carried = await self.intake.run_once()
            told = await self._notify()
            results += told
            if not carried and not told:
                break
        return results

    async def _notify(self) -> list[SendResult]:
        now = self.desk.now + timedelta(minutes=1)
        due = await self.desk.rows(
            "deliveries", "lane = 'notify' AND state = 'queued' AND due_at <= $1 ORDER BY id", now
        )
        results = []
        for row in due:
            results.append(await self.notifier.notify(row["payload"], key=row["key"]))
            await self.desk.pool.execute("UPDATE deliveries SET state = 'sent' WHERE id = $1", row["id"])
        return results

    async def channel_says(self, state: str, reason: str = "") -> None:
        """Let the channel's answer for every waiting reply be `state`; a `sent` one was accepted just now."""
        async with self.desk.pool.acquire() as connection:
            hold = deliveries.Hold(token=1, lease=timedelta(minutes=1))
            waiting = await deliveries.claim(connection, lane="reply", limit=10, hold=hold, now=self.desk.now)
        for claimed in waiting:
            received_at = datetime.fromisoformat(str(claimed.payload["received_at"]))
            async with self.desk.pool.acquire() as connection:
                found = await outgoing.find_outgoing(connection, claimed.message_id or 0, received_at)
            assert found is not None
            settled = Settled(claimed.id, claimed.token, state, reason)
            accepted_at = self.desk.now if state == "sent" else None
            await settle_reply(self.desk.office, claimed, found.message, settled, accepted_at=accepted_at)
        await self.work()

    def seen(self, person: Person) -> list[str]:
        return [each.text for each in person.screen(self.account).visible()]

    def post(self, person: Person, text: str) -> Post:
        """The newest message of the person's chat with `text` in it."""
        post = person.screen(self.account).last_with(text)
        assert post is not None, f"{text!r} is not in {self.seen(person)}"
        return post

    async def presses(self, person: Person, text: str, label: str) -> None:
        person.presses(self.account, self.post(person, text), label)
        await self.work()

    async def replies(self, person: Person, to: str, text: str, **more: Any) -> Post:
        post = person.replies(self.account, text, to=self.post(person, to), **more)
        await self.work()
        return post

    async def writes(self, person: Person, text: str, **more: Any) -> Post:
        post = person.writes(self.account, text, **more)
        await self.work()
        return post

    async def _fetch(self, file_id: str) -> bytes:
        return self.api.file(file_id).data

    async def _store(self, content: bytes) -> str:
        return (await self.files.write(content)).digest

    async def _start_link(self, line: LineKey, payload: str) -> str:
        return await self.clients_bot.start_link(payload) if self.clients_bot else ""

    async def _find(self, manager_id: ManagerId) -> Manager | None:
        people = await list_managers(self.desk.pool)
        return next((each for each in people if each.id == manager_id and each.is_active), None)


@dataclass
class Again:
    """An update claimed a second time, as after a crash before its end was written."""

    batch: list[StoredUpdate]

    async def claim(self) -> Sequence[StoredUpdate]:
        batch, self.batch = self.batch, []
        return batch

    async def done(self, receipt_ids: Sequence[int]) -> None: ...

    async def give_back(self, receipt_ids: Sequence[int], *, after: timedelta) -> None: ...

    async def put_back(self, receipt_ids: Sequence[int]) -> None: ...

    def let_go(self, receipt_ids: Sequence[int]) -> None: ...

    async def claim_worn_out(self) -> Sequence[StoredUpdate]:
        return []

    async def park(self, receipt_ids: Sequence[int]) -> None: ...


async def repeat(place: Workplace, update: dict[str, Any]) -> None:
    """Carry out an update once more, by a bot that has just been started."""
    again = Again([StoredUpdate(int(update["update_id"]), update)])
    await Intake(again, ManagerBot(place.office, place.bot), bot_name=BOT).run_once()


def waiting_update(place: Workplace) -> dict[str, Any]:
    """The one update that waits at the fake Telegram."""
    [update] = place.account.updates.pending(place.account.now())
    return update.as_json()
