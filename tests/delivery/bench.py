"""A hub whose channel does what the test says: the desk of `tests/inbox` with the lanes of `hub.delivery` behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from hub.channels.base import Capabilities, Channel, ChannelSettings, Evidence
from hub.delivery.alarms import Alarms
from hub.delivery.replies import ReplyHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.ids import ConversationId, LineKey, ManagerId
from hub.domain.manager import Role
from hub.domain.outbound import OutboundMessage, SendResult, Sent
from hub.domain.rights import Person
from hub.inbox.reply import Content, reply
from tests.inbox.desk import Desk

Answer = SendResult | Callable[[OutboundMessage], SendResult]


class ScriptedChannel(Channel[ChannelSettings]):
    """A channel that answers what was put in, in order, and accepts everything else."""

    settings_model = ChannelSettings
    capabilities = Capabilities(text_limit=4096)
    evidence = Evidence.documented

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.sent: list[OutboundMessage] = []
        self.answers: list[SendResult | Exception] = []

    async def send(self, message: OutboundMessage) -> SendResult:
        started_at = self._desk.now
        self.sent.append(message)
        answer = self.answers.pop(0) if self.answers else Sent((f"sent-{len(self.sent)}",), started_at)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.sent]


@dataclass
class Outside:
    """The reply lane at work over a scripted channel."""

    desk: Desk
    channel: ScriptedChannel
    worker: DeliveryWorker
    _keys: list[str] = field(default_factory=list)

    async def reply(self, text: str, conversation_id: int | None = None, *, key: str = "") -> None:
        """Answer as the conversation's manager, as Anna where it is free."""
        if conversation_id is None:
            conversation_id = (await self.desk.one("conversations"))["id"]
        assignee = (await self.desk.one("conversations", "id = $1", conversation_id))["assignee_id"]
        assignee = assignee or (await self.desk.one("managers", "key = 'anna'"))["id"]
        self._keys.append(text)
        actor = Person(ManagerId(assignee), Role.manager, frozenset({LineKey("sales")}))
        key = key or f"press-{len(self._keys)}"
        await reply(self.desk.office, actor, ConversationId(conversation_id), content=Content(text=text), key=key)

    async def deliver(self, *, after: timedelta = timedelta(0)) -> None:
        """Let `after` pass and carry out everything that is due then."""
        self.desk.clock.move(after)
        await self.worker.run_until_idle()

    async def states(self) -> Sequence[str]:
        rows = await self.desk.pool.fetch("SELECT state FROM deliveries WHERE lane = 'reply' ORDER BY created_at, id")
        return [row["state"] for row in rows]


def open_outside(desk: Desk) -> Outside:
    channel = ScriptedChannel(desk)
    handler = ReplyHandler(desk.office, lambda _: channel, Alarms(desk.office))
    return Outside(desk, channel, DeliveryWorker(desk.office, Lane.reply, handler.as_lane()))


async def add_connection(desk: Desk, number: int = 1) -> None:
    await desk.pool.execute(
        "INSERT INTO connections (id, kind, name, settings_encrypted, created_at) "
        "VALUES ($1, 'telegram', 'Бот', '', $2)",
        number,
        desk.now,
    )


async def pass_hours(desk: Desk, worker: DeliveryWorker, *, hours: int) -> None:
    """Let hours pass in steps of a minute, the worker at work in each."""
    for _ in range(60 * hours):
        desk.clock.move(timedelta(minutes=1))
        await worker.run_until_idle()
