"""What `hub check` says of personal accounts behind a connection: whose they are, and whether we may answer there."""

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence

from hub.app.ground import Ground
from hub.domain.account import Account, AccountState
from hub.domain.errors import ConfigError
from hub.domain.identity import IdentityType
from hub.domain.manager import Manager
from hub.store.accounts import list_accounts
from hub.store.connections import ConnectionRow
from hub.store.pool import acquire

Staff = Mapping[tuple[str, str, str], int]


async def look_at_accounts(
    ground: Ground, row: ConnectionRow, people: Sequence[Manager], staff: Staff
) -> AsyncIterator[tuple[str, Awaitable[str]]]:
    """Yield the name of each account of a connection, and what there is to say of it."""
    async with acquire(ground.pool) as connection:
        found = (await list_accounts(connection)).get(row.id, {})
    for account in found.values():
        owner_id = staff.get((IdentityType.tg_user, "", account.owner))
        yield account.name, _describe(account, next((each.name for each in people if each.id == owner_id), ""))


async def _describe(account: Account, owner: str) -> str:
    """Return what may be done for an account.

    Raises:
        ConfigError: nobody knows whose it is, or its owner does not let the bot answer; says what to do.
    """
    if account.state is AccountState.off:
        return "has left the bot; its clients are answered over other channels"
    if account.state is AccountState.mute:
        raise ConfigError(
            "its owner does not let the bot answer: Telegram, Settings, Telegram Business, Chatbots, Reply to Messages"
        )
    if not owner:
        raise ConfigError(
            "nobody knows whose it is, answers typed there count for nobody: "
            f"hub people address KEY tg_user {account.owner}"
        )
    return f"answers typed there count for {owner}"
