"""What befalls a hub: each deed is a value that is drawn, printed, and done to a world at its instant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Protocol

from hub.domain.errors import HubError, StorageUnavailable
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ConversationId, ManagerId
from hub.domain.inbound import (
    Address,
    CallDirection,
    CallEvent,
    CallStage,
    DeliveryReport,
    FormSubmission,
    InboundEvent,
    InboundMessage,
    MailHints,
    MessageDeleted,
    ReportState,
    Sender,
)
from hub.domain.manager import Presence
from hub.domain.message import DeliveryState
from hub.domain.replacing import replace
from hub.domain.rights import Person
from hub.domain.timer import Timer, TimerKind
from hub.inbox import merge
from hub.inbox.outcomes import Doubtful, fold_confirmation
from hub.inbox.reply import Answer, Content, fold_reply
from hub.inbox.shifts import hand_over_held
from hub.store.deliveries import DeliveryRow
from hub.store.scope import Scope
from hub.testing.presses import PRESSES
from hub.testing.simulation.doors import Arrival, Fate, arrive
from hub.testing.simulation.rows import Outgoing
from hub.testing.simulation.world import EXTENSION, OWN_TELEGRAM, World, policy_of

SECOND = timedelta(seconds=1)
TELEGRAM, MAIL, FORM, PHONE = 1, 2, 3, 4
_DESK = 0
_IDS = 100


class Deed(Protocol):
    """Something that happens; what the hub refuses by its rules is refused."""

    async def happen(self, world: World, luck: Random) -> None: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a provider brings an event: dated so much in the past, and again after each of `again`."""

    late: timedelta = timedelta(0)
    again: tuple[timedelta, ...] = ()
    fate: Fate = Fate.lives


def _bring(
    world: World, connection_id: int, event: InboundEvent, how: Delivered
) -> Iterator[tuple[timedelta, Arrival]]:
    """Yield when an event is offered, each time under the same id of the provider."""
    arrival = Arrival(connection_id, f"delivery-{world.number()}", event)
    for span in (timedelta(0), *how.again):
        yield span, arrival


def _offer(world: World, connection_id: int, event: InboundEvent, how: Delivered, luck: Random) -> None:
    for span, arrival in _bring(world, connection_id, event, how):
        world.loop.start(arrive(world, arrival, how.fate, luck), luck, after=span)


def phone_of(client: int) -> str:
    """Return the telephone of a client."""
    return f"+7916123450{client}"


def mail_of(client: int) -> str:
    """Return the mail address of a client."""
    return f"client{client}@example.com"


@dataclass(frozen=True, slots=True)
class Writes:
    """A client writes in Telegram, perhaps several messages at once, perhaps sharing the own telephone."""

    client: int
    text: str
    messages: int
    shares_phone: bool
    how: Delivered

    async def happen(self, world: World, luck: Random) -> None:
        for _ in range(self.messages):
            _offer(world, TELEGRAM, self.said(world), self.how, luck)

    def said(self, world: World) -> InboundMessage:
        number, own = world.number(), str(100 + self.client)
        addresses = [Address(IdentityType.tg_user, own, level=ProofLevel.proven)]
        if self.shares_phone:
            phone = phone_of(self.client)
            addresses.append(Address(IdentityType.phone, phone, phone, ProofLevel.proven))
        sender, at = Sender(tuple(addresses), name="Мария"), world.now - self.how.late
        return InboundMessage(f"tg-{number}", f"chat-{own}", sender, at, text=self.text)


@dataclass(frozen=True, slots=True)
class Mails:
    """A letter of a client, or of a machine that answers for the client."""

    client: int
    automatic: str
    how: Delivered

    async def happen(self, world: World, luck: Random) -> None:
        name, own = f"m{world.number()}@example.com", mail_of(self.client)
        sender = Sender((Address(IdentityType.email, own, own, ProofLevel.proven),))
        hints, at = MailHints(message_id=name, subject="Расчёт"), world.now - self.how.late
        said = InboundMessage(name, name, sender, at, text="Добрый день", mail=hints, automatic=self.automatic)
        _offer(world, MAIL, said, self.how, luck)


@dataclass(frozen=True, slots=True)
class Submits:
    """A form with telephone and mail address, which may be those of two different clients."""

    client: int
    mail_of: int
    how: Delivered

    async def happen(self, world: World, luck: Random) -> None:
        phone, mail = phone_of(self.client), mail_of(self.mail_of)
        sender = Sender((Address(IdentityType.phone, phone, phone), Address(IdentityType.email, mail, mail)))
        sent = FormSubmission(f"f{world.number()}", "calc", sender, world.now, text="Сколько стоит?")
        _offer(world, FORM, sent, self.how, luck)


@dataclass(frozen=True, slots=True)
class Calls:
    """A call: missed by us, answered after seconds of talk, or ours to the client; stages arrive in any order."""

    client: int
    talk: int
    is_ours: bool
    how: Delivered

    async def happen(self, world: World, luck: Random) -> None:
        events = list(self.stages(f"call-{world.number()}", world.now))
        if self.how.again:
            luck.shuffle(events)
        for event in events:
            _offer(world, PHONE, event, self.how, luck)

    def stages(self, call: str, at: datetime) -> Iterator[CallEvent]:
        direction = CallDirection.outbound if self.is_ours else CallDirection.inbound
        talk = timedelta(seconds=self.talk)
        instants = {CallStage.ringing: at - talk - 2 * SECOND, CallStage.answered: at - talk, CallStage.ended: at}
        for stage, when in instants.items():
            if stage is CallStage.answered and not self.talk:
                continue
            yield CallEvent(
                f"{call}-{stage}",
                call,
                stage,
                direction,
                when,
                client=phone_of(self.client),
                extension=EXTENSION if self.talk or self.is_ours else "",
                talk=talk if stage is CallStage.ended and self.talk else None,
            )


@dataclass(frozen=True, slots=True)
class TypesOnThePhone:
    """Ivan answers in the client's chat, past the hub (S4)."""

    client: int
    how: Delivered

    async def happen(self, world: World, luck: Random) -> None:
        sender = Sender((Address(IdentityType.tg_user, OWN_TELEGRAM, level=ProofLevel.proven),), name="Иван")
        name, thread, at = f"{OWN_TELEGRAM}-{world.number()}", f"chat-{100 + self.client}", world.now - self.how.late
        _offer(world, TELEGRAM, InboundMessage(name, thread, sender, at, text="Да", is_staff=True), self.how, luck)


@dataclass(frozen=True, slots=True)
class TakesBack:
    """A message in a chat is deleted, ours or the client's (S10, P-6)."""

    place: int
    how: Delivered

    async def happen(self, world: World, luck: Random) -> None:
        ref = world.pick("message_refs", self.place)
        if ref is not None and ref.connection_id == TELEGRAM:
            _offer(world, TELEGRAM, MessageDeleted(ref.external_id, ref.thread, world.now), self.how, luck)


@dataclass(frozen=True, slots=True)
class Bounces:
    """The provider says later that an answer did not arrive (S3)."""

    place: int
    how: Delivered

    async def happen(self, world: World, luck: Random) -> None:
        ref = world.pick("message_refs", self.place)
        if ref is not None and ref.connection_id != _DESK and ref.direction == "outbound":
            name = f"report-{world.number()}"
            event = DeliveryReport(name, ref.external_id, ReportState.failed, world.now, reason="no such chat")
            _offer(world, ref.connection_id, event, self.how, luck)


@dataclass(frozen=True, slots=True)
class Presses:
    """Somebody presses a button under a conversation; an empty name is whoever has it."""

    who: str
    button: str
    place: int

    async def happen(self, world: World, luck: Random) -> None:
        found = world.pick("conversations", self.place)
        if found is not None:
            await PRESSES[self.button](world, _actor(world, found.assignee_id, self.who), ConversationId(found.id))


@dataclass(frozen=True, slots=True)
class Answers:
    """Somebody answers, perhaps with several messages; `presses` is how often the same press reaches us."""

    who: str
    place: int
    messages: int
    presses: int

    async def happen(self, world: World, luck: Random) -> None:
        found = world.pick("conversations", self.place)
        if found is None:
            return
        actor, content = _actor(world, found.assignee_id, self.who), Content(text="Пять тысяч", is_confirmed=True)
        keys = [f"press:{world.number()}" for _ in range(self.messages)]
        for key in (key for key in keys for _ in range(self.presses)):
            answer = Answer(actor, ConversationId(found.id), content, key)
            scope = Scope(conversations={found.id}, messages={(_DESK, key)}, ids=_IDS)
            await world.office.change(scope, partial(fold_reply, office=world.office, answer=answer))


@dataclass(frozen=True, slots=True)
class Confirms:
    """Somebody says whether an answer of unknown fate arrived (S3)."""

    place: int
    has_arrived: bool

    async def happen(self, world: World, luck: Random) -> None:
        doubtful = [each for each in world.store.deliveries.values() if each.state is DeliveryState.unknown]
        if not doubtful:
            return
        outgoing, olga = doubtful[self.place % len(doubtful)], world.people["olga"]
        message = world.store.messages[outgoing.row.message_id or 0]
        if message.conversation_id is not None:
            asked, office = Doubtful(message, _as_row(outgoing)), world.office
            await office.change(
                Scope(conversations={message.conversation_id}, ids=_IDS),
                lambda rows: fold_confirmation(rows, office, olga, asked, arrived=self.has_arrived),
            )


@dataclass(frozen=True, slots=True)
class Decides:
    """Somebody says whether cards are one client (M-5)."""

    place: int
    joins: bool

    async def happen(self, world: World, luck: Random) -> None:
        questions = [each for each in world.store.tables["candidates"].values() if each.state == "open"]
        if not questions:
            return
        question, office, olga = questions[self.place % len(questions)], world.office, world.people["olga"]
        contacts = {_kept(world, int(each)) for each in (question.contact_id, *question.candidates)}
        scope = Scope(contacts=contacts, whole=True, ids=_IDS)
        if self.joins:
            await office.change(scope, lambda rows: merge.fold_join(rows, office, olga, question))
        else:
            scope.contacts |= {int(question.contact_id), *question.candidates}
            await office.change(scope, lambda rows: merge.fold_apart(rows, olga, question.id))


@dataclass(frozen=True, slots=True)
class Undoes:
    """A merge is taken back (M-10)."""

    place: int

    async def happen(self, world: World, luck: Random) -> None:
        done = world.pick("merges", self.place)
        if done is None:
            return
        office, olga = world.office, world.people["olga"]
        contacts = {int(done.kept_id), *map(int, done.map["absorbed"])}
        scope = Scope(contacts=contacts, whole=True, ids=_IDS)
        await office.change(scope, lambda rows: merge.fold_undo(rows, office, olga, rows.merges[done.id]))


@dataclass(frozen=True, slots=True)
class Goes:
    """Somebody starts, breaks off, or ends to work (R-6, R-13)."""

    who: str
    presence: Presence

    async def happen(self, world: World, luck: Random) -> None:
        number = int(world.people[self.who].manager_id)
        managers = world.store.managers
        managers[number] = replace(managers[number], presence=self.presence)
        if self.presence is Presence.off:
            held = [each for each in world.store.tables["waits"].values() if each.is_open]
            ids = [each.id for each in held if each.assignee_id == number]
            await hand_over_held(world.office, ManagerId(number), ids)


@dataclass(frozen=True, slots=True)
class RulesChange:
    """Other rules come into force; the watch renews the open waits when it looks next (D-6, D-7)."""

    document: str
    selects: bool

    async def happen(self, world: World, luck: Random) -> None:
        revision = len(world.rules) + 1
        world.rules.append(policy_of(self.document, revision))
        facts: dict[str, object] = {"applied_at": world.now.isoformat(), "selects": self.selects}
        subject = f"policy:{revision}"
        timer = Timer(world.store.new_id(), TimerKind.recompute, subject, world.now, facts=facts)
        world.store.tables["timers"][(timer.kind, subject)] = timer


@dataclass(frozen=True, slots=True)
class WatchSleeps:
    """Nobody looks at clocks for a while: the processes that do are down."""

    span: timedelta

    async def happen(self, world: World, luck: Random) -> None:
        world.sleep_watch(self.span)


async def happen(world: World, deed: Deed, luck: Random) -> None:
    """Let a deed happen, unless the hub refuses it by its rules."""
    try:
        await deed.happen(world, luck)
    except StorageUnavailable:
        raise
    except HubError:
        return


def _actor(world: World, assignee_id: int | None, who: str) -> Person:
    held = [each for each in world.people.values() if each.manager_id == assignee_id]
    return world.people[who] if who else [*held, world.people["anna"]][0]


def _kept(world: World, contact_id: int) -> int:
    """Return the card that a card has become part of."""
    contacts = world.store.tables["contacts"]
    while contacts[contact_id].merged_into is not None:
        contact_id = int(contacts[contact_id].merged_into)
    return contact_id


def _as_row(outgoing: Outgoing) -> DeliveryRow:
    row = outgoing.row
    return DeliveryRow(
        id=row.id,
        lane=row.lane,
        key=row.key,
        state=outgoing.state,
        attempt=outgoing.attempt,
        reason=outgoing.reason,
        connection_id=row.connection_id,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        manager_id=row.manager_id,
        created_at=row.created_at,
        first_attempt_at=outgoing.first_attempt_at,
        payload=row.payload,
    )
