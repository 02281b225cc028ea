"""A connection as decisions see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.account import Account, AccountState, account_of
from hub.domain.ids import ConnectionId


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A connection as decisions see it.

    `line` is empty if it has none of its own; `is_crm`: it keeps cards; `can_call`: it rings a manager, then the
    client. `accounts` are the personal accounts it may answer for, by the key that threads over them end with.
    """

    id: ConnectionId
    kind: str
    name: str
    line: str = ""
    created_at: datetime | None = None
    is_crm: bool = False
    can_call: bool = False
    accounts: Mapping[str, Account] = field(default_factory=dict, hash=False)

    def account_over(self, thread: str) -> Account | None:
        """Return the account that a thread of this connection goes over, `None` for none or an unknown one."""
        return self.accounts.get(account_of(thread))

    def is_silenced(self, thread: str) -> bool:
        """Tell whether nobody may answer in a thread, since its account does not let us."""
        account = self.account_over(thread)
        return account is not None and account.state is not AccountState.open
