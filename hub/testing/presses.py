"""The buttons under a conversation as people press them, by the words of whoever tells a story of them.

Shared by the machines of `tests/invariants`, which press over the store, and by `hub.testing.simulation`.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from hub.domain.conversation import Outcome
from hub.domain.ids import ConversationId, LineKey
from hub.domain.rights import Person
from hub.inbox import assignment, conversations, waits
from hub.inbox.lines import move_to_line
from hub.inbox.office import Office
from hub.inbox.reply import add_note

MINUTE = timedelta(minutes=1)


class Scene(Protocol):
    """Where somebody presses: an office with Anna and Ivan, lines `sales` and `support`, and a clock."""

    @property
    def office(self) -> Office: ...

    @property
    def now(self) -> datetime: ...

    @property
    def people(self) -> Mapping[str, Person]: ...

    def number(self) -> int:
        """Return a number that nothing else in the story has."""
        ...


Press = Callable[[Scene, Person, ConversationId], Awaitable[object]]


def _close(outcome: Outcome) -> Press:
    return lambda s, a, c: conversations.close(s.office, a, c, outcome=outcome, note="Дорого")


def _move(line: str, *, is_later_agreed: bool = False) -> Press:
    return lambda s, a, c: move_to_line(s.office, a, c, line=LineKey(line), is_later_agreed=is_later_agreed)


def _transfer(to: str) -> Press:
    return lambda s, a, c: assignment.transfer(s.office, a, c, to=s.people[to].manager_id, force=True)


PRESSES: Mapping[str, Press] = {
    "take": lambda s, a, c: assignment.take(s.office, a, c),
    "release": lambda s, a, c: assignment.release(s.office, a, c),
    "decline": lambda s, a, c: assignment.decline(s.office, a, c),
    "transfer to Anna": _transfer("anna"),
    "transfer to Ivan": _transfer("ivan"),
    "accept the transfer": lambda s, a, c: assignment.accept_transfer(s.office, a, c),
    "refuse the transfer": lambda s, a, c: assignment.decline_transfer(s.office, a, c),
    "move to support": _move("support"),
    "move to sales, later agreed": _move("sales", is_later_agreed=True),
    "snooze": lambda s, a, c: conversations.snooze(s.office, a, c, until=s.now + 5 * MINUTE),
    "wait for the client": lambda s, a, c: conversations.wait_for_client(s.office, a, c),
    "close as solved": _close(Outcome.solved),
    "close as spam": _close(Outcome.spam),
    "close as unreachable": _close(Outcome.unreachable),
    "reopen": lambda s, a, c: conversations.reopen(s.office, a, c),
    "dismiss": lambda s, a, c: waits.dismiss(s.office, a, c, reason="Спасибо"),
    "reached by telephone": lambda s, a, c: waits.declare_reached(s.office, a, c, result="Договорились"),
    "answered elsewhere": lambda s, a, c: waits.answered_elsewhere(
        s.office, a, c, channel="sms", at=s.now - MINUTE, result="Отправил"
    ),
    "not reached": lambda s, a, c: waits.record_call_attempt(s.office, a, c),
    "note": lambda s, a, c: add_note(s.office, a, c, text="Думает", key=f"note:{s.number()}"),
}
"""What is refused by rights or by the rules raises a `HubError`."""
