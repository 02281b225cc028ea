"""Access tokens that run out and are renewed: by one process at a time, stored before they are used.

Vendors take a refresh token once (amoCRM) or rotate it at every use (Bitrix24): whoever uses an old one, or loses the
new one, has to ask a person to connect again. So renewing holds a lock over all processes, looks first whether somebody
else was faster, and what comes back is on disk before anybody calls with it. No transaction is open meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import TypeAdapter

from hub.crash import crash_point
from hub.domain.ids import ConnectionId
from hub.store import crm_accounts
from hub.store.pool import Pool, acquire
from hub.store.secrets import Secrets


@dataclass(frozen=True, slots=True)
class TokenPair:
    """An access token, what renews it, and when it runs out (UTC, None if its vendor does not say)."""

    access: str
    refresh: str = ""
    expires_at: datetime | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


LONGEST_LIFE = timedelta(days=366)
"""No vendor's access token lives longer; a number beyond it is a slip, and the token it came with still counts."""

_PAIR = TypeAdapter(TokenPair)
Exchange = Callable[[TokenPair], Awaitable[TokenPair]]
"""Asks the vendor for a new pair. Raises: AuthenticationFailed, TemporaryFailure, OutcomeUnknown."""


def life_of(told: object, *, unsaid: timedelta) -> timedelta:
    """Return how long a token lives by its vendor's `expires_in` in seconds; `unsaid` where that is no such number.

    An absurd number is cut to `LONGEST_LIFE` and not refused: the refresh token is spent by then.
    """
    if isinstance(told, bool) or not isinstance(told, (int, float)) or not told > 0:
        return unsaid
    return timedelta(seconds=min(told, LONGEST_LIFE.total_seconds()))


class Tokens(Protocol):
    """The tokens of one account."""

    async def current(self, first: TokenPair) -> TokenPair:
        """Return the pair in force; `first` is the one of the settings, in force until one is stored."""
        ...

    async def renewed(self, stale: TokenPair, exchange: Exchange) -> TokenPair:
        """Return a pair other than `stale`: somebody else's if they were faster, else a new one, stored already."""
        ...


class HeldTokens:
    """Tokens of a connection that is not saved yet: for the test before saving."""

    def __init__(self) -> None:
        self._pair: TokenPair | None = None
        self._renewing = asyncio.Lock()

    async def current(self, first: TokenPair) -> TokenPair:
        return self._pair or first

    async def renewed(self, stale: TokenPair, exchange: Exchange) -> TokenPair:
        async with self._renewing:
            if self._pair is None or self._pair.access == stale.access:
                self._pair = await exchange(stale)
            return self._pair


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """Tokens of a saved connection, encrypted at rest."""

    pool: Pool
    secrets: Secrets
    connection_id: ConnectionId
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def current(self, first: TokenPair) -> TokenPair:
        """Return what is stored. A connection whose settings were given anew begins with those (`forget`)."""
        async with acquire(self.pool) as connection:
            return self._open(await crm_accounts.find_tokens(connection, self.connection_id)) or first

    async def renewed(self, stale: TokenPair, exchange: Exchange) -> TokenPair:
        """Renew under a lock of the session, so that the pool's limits and not a transaction bound the wait.

        Of this process only one waits with a connection in hand: a slow vendor must not hold what answers need.
        """
        async with self._turn, acquire(self.pool) as connection, crm_accounts.renewing(connection, self.connection_id):
            present = self._open(await crm_accounts.find_tokens(connection, self.connection_id))
            if present is not None and present.access != stale.access:
                return present
            pair = await exchange(present or stale)
            crash_point("tokens.after_exchange")
            await crm_accounts.save_tokens(
                connection, self.connection_id, self._close(pair), expires_at=pair.expires_at
            )
            crash_point("tokens.after_save")
        return pair

    def _open(self, stored: bytes | None) -> TokenPair | None:
        if stored is None:
            return None
        return _PAIR.validate_python(self.secrets.decrypt_json(stored))

    def _close(self, pair: TokenPair) -> bytes:
        return self.secrets.encrypt_json(_PAIR.dump_python(pair, mode="json"))
