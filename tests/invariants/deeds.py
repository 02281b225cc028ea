"""What clients and providers do: each deed is a value that can be drawn, printed, and done to a town."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hypothesis import strategies as st

from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import (
    Address,
    CallDirection,
    CallEvent,
    CallStage,
    DeliveryReport,
    InboundEvent,
    InboundMessage,
    MailHints,
    MessageDeleted,
    ReportState,
    Sender,
)
from tests.inbox.desk import person, says
from tests.inbox.test_matching import form
from tests.invariants.town import EXTENSION, Town

CLIENTS = st.integers(1, 3)
PLACES = st.integers(0, 5)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
LATE = st.sampled_from([0, 0, 0, 0, 40, 600, 2 * 3600, 25 * 3600, -60]).map(lambda seconds: timedelta(seconds=seconds))
TEXTS = st.sampled_from(["Сколько стоит?", "Сколько стоит?", "У меня сломался чайник"])


class Deed(Protocol):
    """Something that happens; what the hub refuses by its rules is refused."""

    async def happen(self, town: Town) -> None: ...


def phone_of(client: int) -> str:
    return f"+7916123450{client}"


def mail_of(client: int) -> str:
    return f"client{client}@example.com"


def letter_of(client: int, number: int, at: datetime, automatic: str = "") -> InboundMessage:
    """A letter of this client's own address."""
    name = f"m{number}@example.com"
    sender = Sender((Address(IdentityType.email, mail_of(client), mail_of(client), ProofLevel.proven),))
    hints = MailHints(message_id=name, subject=f"Расчёт {number}")
    return InboundMessage(name, name, sender, at, text="Добрый день", mail=hints, automatic=automatic)


async def arrive(town: Town, event: InboundEvent, connection: int, *, times: int = 1) -> None:
    """Let a provider deliver an event, perhaps more than once, and the hub process it."""
    event_id = f"delivery-{town.number()}"
    for _ in range(times):
        await town.desk.receive(event, connection=connection, event_id=event_id)


@dataclass(frozen=True)
class Writes:
    """A client writes in Telegram, perhaps sharing the own telephone; the update may come late and twice."""

    client: int
    text: str = "Сколько стоит?"
    shares_phone: bool = False
    late: timedelta = timedelta(0)
    times: int = 1

    async def happen(self, town: Town) -> None:
        phone = phone_of(self.client) if self.shares_phone else ""
        sender = person(100 + self.client, phone=phone)
        said = says(self.text, at=town.desk.now - self.late, by=sender, number=town.number())
        await arrive(town, said, 1, times=self.times)


@dataclass(frozen=True)
class Mails:
    """A letter of a client, or of a machine that answers for the client."""

    client: int
    automatic: str = ""
    late: timedelta = timedelta(0)
    times: int = 1

    async def happen(self, town: Town) -> None:
        said = letter_of(self.client, town.number(), town.desk.now - self.late, self.automatic)
        await arrive(town, said, 2, times=self.times)


@dataclass(frozen=True)
class Submits:
    """A form with telephone and mail address, which may be those of two different clients."""

    client: int
    mail_of: int
    late: timedelta = timedelta(0)

    async def happen(self, town: Town) -> None:
        sent = form(
            town.desk, phone=phone_of(self.client), mail=mail_of(self.mail_of), key=f"f{town.number()}", name=""
        )
        await arrive(town, sent, 3)


@dataclass(frozen=True)
class Calls:
    """A call: missed by us, answered by us after seconds of talk, or ours to the client."""

    client: int
    talk: int = 0
    is_ours: bool = False

    async def happen(self, town: Town) -> None:
        call = f"call-{town.number()}"
        for event in self.events(call, town.desk.now):
            await arrive(town, event, 4)

    def events(self, call: str, at: datetime) -> Sequence[CallEvent]:
        direction = CallDirection.outbound if self.is_ours else CallDirection.inbound
        extension = EXTENSION if self.talk or self.is_ours else ""
        talk = timedelta(seconds=self.talk)
        stages = [CallStage.ringing, *[CallStage.answered] * bool(self.talk), CallStage.ended]
        instants = [at - talk - 2 * SECOND, at - talk, at][-len(stages) :] if self.talk else [at - SECOND, at]
        return [
            CallEvent(
                f"{call}-{stage}",
                call,
                stage,
                direction,
                when,
                client=phone_of(self.client),
                extension=extension,
                talk=talk if stage is CallStage.ended and self.talk else None,
            )
            for stage, when in zip(stages, instants, strict=True)
        ]


@dataclass(frozen=True)
class TypesOnThePhone:
    """Ivan answers in the client's chat, past the hub (S4)."""

    client: int
    late: timedelta = timedelta(0)

    async def happen(self, town: Town) -> None:
        number, at = town.number(), town.desk.now - self.late
        said = InboundMessage(f"77-{number}", f"chat-{100 + self.client}", person(77), at, text="Да", is_staff=True)
        await arrive(town, said, 1)


@dataclass(frozen=True)
class TakesBack:
    """A message in a chat is deleted, ours or the client's (S10, P-6)."""

    place: int

    async def happen(self, town: Town) -> None:
        found = await town.pick("message_keys", self.place, "connection_id = 1")
        if found is not None:
            await arrive(town, MessageDeleted(found["external_id"], found["thread"], town.desk.now), 1)


@dataclass(frozen=True)
class Bounces:
    """The provider says later that an answer did not arrive (S3)."""

    place: int

    async def happen(self, town: Town) -> None:
        found = await town.pick("message_keys", self.place, "direction = 'outbound' AND connection_id > 0")
        if found is not None:
            name, sent = f"report-{town.number()}", found["external_id"]
            event = DeliveryReport(name, sent, ReportState.failed, town.desk.now, reason="no such chat")
            await arrive(town, event, found["connection_id"])


REQUESTS: st.SearchStrategy[Deed] = st.one_of(
    st.builds(Writes, CLIENTS, TEXTS, st.booleans(), LATE, st.integers(1, 2)),
    st.builds(Mails, CLIENTS, st.just(""), LATE, st.integers(1, 2)),
    st.builds(Submits, CLIENTS, CLIENTS),
    st.builds(Calls, CLIENTS),
)
OTHERS: st.SearchStrategy[Deed] = st.one_of(
    st.builds(Mails, CLIENTS, st.sampled_from(["auto_reply", "bounce", "list"])),
    st.builds(Calls, CLIENTS, st.sampled_from([4, 40]), st.booleans()),
    st.builds(TypesOnThePhone, CLIENTS, LATE),
    st.builds(TakesBack, PLACES),
    st.builds(Bounces, PLACES),
)
