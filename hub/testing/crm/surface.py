"""What every fake of a CRM lets a test do and see, in the words of the hub: the other side of `CrmContract`.

A fake is a subclass of `FakeCrm` that has the members of `CrmSurface` below; what only some vendors can do is in the
small Protocols after it, found by `isinstance`. Ids are the vendor's own, as the connector reads and writes them
(`CrmRef`, `CrmUser.id`, `CrmStage.id` of `describe`).

What a fresh fake has before any test: no cards; at least two users, one of them the connection's own; a pipeline with
two open stages, a won and a lost one. Its instants come from `now`, which the suite sets to a clock that it moves, so
signatures, change feeds and cursors agree with the connector's clock. What a `human_*` method does is done by another
user than the connection's own, is in the change feed, and queues the webhooks that the vendor would send.

What `records` gives, oldest first, without what was deleted, one mapping a record:

- all: `ref` (CrmRef); `key` (the key it was made with, "" if the vendor keeps none);
- contact: `name`, `phones` and `emails` (tuples of text as they stand there), `owner` (user id or "");
- request: `name` (its title), `owner`, `stage` (stage id), `contact` (CrmRef or None);
- entry: `text` (what a person sees, in the vendor's markup), `place` (CrmRef of the card or sales chance);
- task: `text`, `owner`, `is_done` (bool), `due_at` (aware UTC).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from hub.channels.base import Raw
from hub.domain.crm import CrmRef, Entity
from hub.testing.crm.kit import Called, CountedLimit, Fault, Markup

Seen = Mapping[str, Any]
"""One record as `records` gives it."""


class CrmSurface(Protocol):
    """See the module. The members up to `settle` have their defaults in `FakeCrm`.

    `limits`: the vendor's, each as the vendor counts it, the account's own first; a call over one of them is refused
    as the vendor refuses. `markup`: how the vendor shows the text of an entry.
    """

    url: str
    calls: list[Called]
    faults: list[Fault]
    is_away: bool
    now: Callable[[], datetime]
    limits: list[CountedLimit]
    markup: Markup

    def serving(self) -> AbstractAsyncContextManager[Any]:
        """Serve while the block runs; `url` is set then."""
        ...

    def is_write(self, called: Called) -> bool:
        """Tell whether a call changes a record: no search, no look, no token."""
        ...

    def settle(self) -> None:
        """Let everything written be found, for vendors whose search lags behind."""
        ...

    def records(self, entity: Entity) -> Sequence[Seen]:
        """Return what is there now."""
        ...

    def human_adds_contact(
        self, name: str, phones: Sequence[str] = (), emails: Sequence[str] = (), owner: str = ""
    ) -> CrmRef:
        """Make a card by hand; phones stand there exactly as typed."""
        ...

    def human_adds_request(self, contact: CrmRef, title: str, *, stage: str = "") -> CrmRef:
        """Make a sales chance of a card by hand; without a stage it stands in the first one."""
        ...

    def human_renames(self, ref: CrmRef, name: str) -> None:
        """Give a card another name, a sales chance another title."""
        ...

    def human_reassigns(self, ref: CrmRef, user: str) -> None:
        """Make another user responsible for a card or sales chance."""
        ...

    def human_moves(self, ref: CrmRef, stage: str) -> None:
        """Move a sales chance to another stage, the won and the lost one too."""
        ...

    def human_deletes(self, ref: CrmRef) -> None:
        """Delete a card or sales chance."""
        ...


@runtime_checkable
class SendsHooks(Protocol):
    """The vendor sends webhooks.

    `hook_secret` is what it signs them with or puts into them: the settings of a test take it from here. Empty: they
    go without. A test may set another one. `human_renames` and `human_moves` queue at least one webhook that names
    the record.
    """

    hook_secret: str

    def hooks(self) -> Sequence[Raw]:
        """Return what the vendor has sent since the last call: header names in lower case, `received_at` is `now()`."""
        ...


@runtime_checkable
class Merges(Protocol):
    """People can join cards there."""

    def human_merges(self, ref: CrmRef, into: CrmRef) -> None:
        """Join one card into another, which stays."""
        ...


@runtime_checkable
class KeepsTaskList(Protocol):
    """People complete tasks there."""

    def human_completes(self, ref: CrmRef) -> None:
        """Mark a task as done."""
        ...


@runtime_checkable
class IssuesTokens(Protocol):
    """Its access tokens run out. `renewals` counts the exchanges that gave a new one."""

    renewals: int

    def expire_tokens(self) -> None:
        """Let the access token in force run out; what renews it stays good."""
        ...
