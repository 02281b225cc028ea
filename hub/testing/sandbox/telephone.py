"""The telephone of the sandbox: one call at a time, its stages posted to the hub as the PBX of Mango Office would.

The page decides how a call goes while it goes, so stages are encoded one by one; what a provider posts is decided by
`hub.testing.telephony`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.ports import Clock
from hub.testing.sandbox.cast import MEMBERS, PBX_SETTINGS, SHOP_NUMBER, Client
from hub.testing.telephony import ENCODERS, FakePbx, PlayedCall, Scene
from hub.testing.telephony.scenes import Happening, Moment, Played
from hub.testing.telephony.switch import Placed

KIND = "mango"
_A_SECOND = timedelta(seconds=1)


class CallState(StrEnum):
    """Where a call stands, as the caller hears it."""

    ringing = "ringing"
    talking = "talking"
    missed = "missed"
    answered = "answered"


@dataclass(frozen=True, slots=True)
class Call:
    """One call; `picked_up_at` and `ended_at` are None until it happens."""

    number: int
    client: Client
    state: CallState
    started_at: datetime
    extension: str = MEMBERS[0].extension
    picked_up_at: datetime | None = None
    ended_at: datetime | None = None
    is_out: bool = False

    @property
    def is_over(self) -> bool:
        """Tell whether somebody hung up."""
        return self.ended_at is not None


class Telephone:
    """All calls, oldest first. Pressing what makes no sense at the moment changes nothing."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self.calls: list[Call] = []
        self._clock = clock
        self._changed = changed
        self._pbx: FakePbx | None = None

    def plug_in(self, pbx: FakePbx) -> None:
        """Tell where the stages are posted to."""
        self._pbx = pbx

    @property
    def current(self) -> Call | None:
        """Return the call that goes on."""
        return self.calls[-1] if self.calls and not self.calls[-1].is_over else None

    async def ring(self, client: Client) -> None:
        """Begin a call of a client."""
        if self.current is None:
            call = Call(len(self.calls) + 1, client, CallState.ringing, self._clock.now())
            self.calls.append(call)
            await self._post(call, ((Moment.arrives, ""), (Moment.ringing, ""), (Moment.ringing, call.extension)))

    async def call_back(self, client: Client, extension: str) -> None:
        """Let a manager call a client, who answers at once; nobody can call back a hidden number."""
        if self.current is None and client.phone:
            at = self._clock.now()
            call = Call(len(self.calls) + 1, client, CallState.talking, at, extension, at + _A_SECOND, is_out=True)
            self.calls.append(call)
            await self._post(call, ((Moment.ringing, extension), (Moment.answered, extension)))

    async def place(self, placed: Placed, known: Iterable[Client]) -> None:
        """Carry out a call that a manager ordered from a card: the client answers at once."""
        stranger = Client(placed.phone, f"+{placed.phone}", placed.phone)
        client = next((each for each in known if each.phone == placed.phone), stranger)
        await self.call_back(client, placed.extension)

    async def pick_up(self, extension: str) -> None:
        """Let a manager take the ringing call."""
        call = self.current
        if call is not None and call.state is CallState.ringing:
            talking = replace(
                call, state=CallState.talking, extension=extension, picked_up_at=self._later(call.started_at)
            )
            self.calls[-1] = talking
            await self._post(talking, ((Moment.answered, extension),))

    async def hang_up(self) -> None:
        """End the call: an unanswered one was missed."""
        call = self.current
        if call is not None:
            state = CallState.answered if call.picked_up_at else CallState.missed
            over = replace(call, state=state, ended_at=self._later(call.picked_up_at or call.started_at))
            self.calls[-1] = over
            await self._post(over, ((Moment.leg_ended, call.extension), (Moment.over, call.extension)))

    def _later(self, than: datetime) -> datetime:
        """Return now, at least a second after `than`: providers tell whole seconds."""
        return max(self._clock.now(), than + _A_SECOND)

    async def _post(self, call: Call, stages: Iterable[tuple[Moment, str]]) -> None:
        self._changed()
        talked = call.ended_at - call.picked_up_at if call.ended_at and call.picked_up_at else timedelta(0)
        played = Played(_scene(call), _as_played(call), PBX_SETTINGS)
        at = call.ended_at or call.picked_up_at or call.started_at
        for moment, extension in stages:
            length = talked if moment is Moment.over else timedelta(0)
            post = ENCODERS[KIND](played, Happening(moment, at, extension, length))
            if post is not None and self._pbx is not None:
                await self._pbx.send(post)


def _scene(call: Call) -> Scene:
    if call.is_out:
        return Scene.outgoing
    if not call.client.phone:
        return Scene.hidden
    return Scene.answered if call.picked_up_at else Scene.missed


def _as_played(call: Call) -> PlayedCall:
    return PlayedCall(
        call=f"sandbox-{int(call.started_at.timestamp())}-{call.number}",
        started_at=call.started_at,
        client=call.client.phone,
        line=SHOP_NUMBER,
        extension=call.extension,
    )
