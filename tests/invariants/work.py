"""What people of the business and the hub's own loops do to a town; drawn and printed like the deeds of clients."""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import strategies as st

from hub.delivery.clock_watch import ClockWatch
from hub.domain.ids import ConversationId, MessageId
from hub.domain.manager import Presence
from hub.domain.outbound import Failed, Later, SendResult, Sent, Unknown
from hub.inbox import merge
from hub.inbox.outcomes import confirm_unknown
from hub.inbox.people import set_presence
from hub.inbox.reply import Content, reply
from hub.store import policy
from hub.store.policy import PolicyChange
from hub.testing.presses import PRESSES
from tests.inbox.rules import TWO_LINES, put_in_force
from tests.invariants.deeds import MINUTE, PLACES, SECOND, Deed
from tests.invariants.town import TEAM, Town

WHO = st.sampled_from([*TEAM, "olga"])


@dataclass(frozen=True)
class Presses:
    """Somebody presses a button under a conversation; `None` is whoever has it."""

    who: str | None
    button: str
    place: int

    async def happen(self, town: Town) -> None:
        found = await town.pick("conversations", self.place)
        if found is not None:
            await PRESSES[self.button](town, town.holder(found, self.who), ConversationId(found["id"]))


@dataclass(frozen=True)
class Answers:
    """Somebody answers, and the channel takes it, refuses it, wants it later, or says nothing."""

    who: str | None
    result: str
    place: int

    async def happen(self, town: Town) -> None:
        found = await town.pick("conversations", self.place)
        if found is None:
            return
        key, actor = f"press:{town.number()}", town.holder(found, self.who)
        content = Content(text="Пять тысяч", is_confirmed=True)
        town.outside.channel.answers = [self.outcome(key, town)]
        await reply(town.desk.office, actor, ConversationId(found["id"]), content=content, key=key)
        await town.outside.deliver()

    def outcome(self, key: str, town: Town) -> SendResult:
        results: dict[str, SendResult] = {
            "taken": Sent((key,), town.desk.now),
            "refused": Failed("blocked", "клиент закрыл чат"),
            "later": Later("busy", 10 * SECOND),
            "silent": Unknown("no answer"),
        }
        return results[self.result]


@dataclass(frozen=True)
class Confirms:
    """Somebody says whether an answer of unknown fate arrived (S3)."""

    place: int
    has_arrived: bool

    async def happen(self, town: Town) -> None:
        found = await town.pick("deliveries", self.place, "state = 'unknown' AND lane = 'reply'")
        if found is not None:
            message_id = MessageId(found["message_id"])
            await confirm_unknown(town.desk.office, town.people["olga"], message_id, arrived=self.has_arrived)


@dataclass(frozen=True)
class Decides:
    """Somebody says whether two cards are one client (M-5)."""

    place: int
    joins: bool

    async def happen(self, town: Town) -> None:
        question = await town.pick("match_candidates", self.place, "state = 'open'")
        if question is None:
            return
        office, olga = town.desk.office, town.people["olga"]
        if self.joins:
            await merge.join_candidate(office, olga, question["id"], with_contact=question["candidates"][0])
        else:
            await merge.keep_apart(office, olga, question["id"])


@dataclass(frozen=True)
class Undoes:
    """A merge is taken back (M-10)."""

    place: int

    async def happen(self, town: Town) -> None:
        done = await town.pick("merges", self.place, "undone_at IS NULL")
        if done is not None:
            await merge.undo_merge(town.desk.office, town.people["olga"], done["id"])


@dataclass(frozen=True)
class Goes:
    """Somebody starts, breaks off, or ends to work."""

    who: str
    presence: Presence

    async def happen(self, town: Town) -> None:
        await set_presence(town.desk.office, town.people[self.who], self.presence)


@dataclass(frozen=True)
class TimePasses:
    """Time passes, and the watch looks once at its end: at what is due, at the queue, and at what is to be sent."""

    span: timedelta

    async def happen(self, town: Town) -> None:
        town.desk.clock.move(self.span)
        await ClockWatch(town.desk.office).fire_due()
        await ClockWatch(town.desk.office).serve_queue()
        await town.outside.deliver()


@dataclass(frozen=True)
class TimeSlips:
    """Time passes and nobody looks: the watch was down."""

    span: timedelta

    async def happen(self, town: Town) -> None:
        town.desk.clock.move(self.span)


@dataclass(frozen=True)
class RulesChange:
    """Other rules come into force (D-6, D-7); the watch renews the open waits when it looks next."""

    settings: str
    selects: bool

    async def happen(self, town: Town) -> None:
        document = TWO_LINES.replace('name = "Сервис"', f'name = "Сервис"\n{self.settings}', 1)
        put_in_force(town.desk, document)
        change = PolicyChange(town.desk.now, selects_targets=self.selects)
        async with town.desk.pool.acquire() as connection:
            await policy.add_revision(connection, document, change=change)


SPANS = st.sampled_from([SECOND, 30 * SECOND, MINUTE, 6 * MINUTE, 20 * MINUTE, 3 * 60 * MINUTE, 8 * 24 * 60 * MINUTE])
RULES = ["", 'strategy = "offer_all"', 'strategy = "least_loaded"', 'strategy = "manual"', "take_over = true"]
WORK: st.SearchStrategy[Deed] = st.one_of(
    st.builds(Presses, st.none() | WHO, st.sampled_from([*PRESSES]), PLACES),
    st.builds(Answers, st.none() | WHO, st.sampled_from(["taken", "taken", "refused", "later", "silent"]), PLACES),
    st.builds(Presses, st.none() | WHO, st.sampled_from([*PRESSES]), PLACES),
    st.builds(Confirms, PLACES, st.booleans()),
    st.builds(Decides, PLACES, st.booleans()),
    st.builds(Undoes, PLACES),
    st.builds(Goes, st.sampled_from([*TEAM]), st.sampled_from(Presence)),
    st.builds(TimePasses, SPANS),
    st.builds(TimePasses, SPANS),
    st.builds(TimeSlips, SPANS),
    st.builds(RulesChange, st.sampled_from(RULES), st.booleans()),
)
