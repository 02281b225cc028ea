"""What `hub check` looks at, one thing after the other; a fault of one is a finding and the rest is looked at still."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.app.adapters import MANAGER_BOT, build_channel
from hub.app.ground import Ground, open_ground
from hub.channels.base import Checks
from hub.commands.account_findings import look_at_accounts
from hub.commands.crm_findings import look_at_crm
from hub.commands.machine import NoRates
from hub.commands.tried import lines_in_language
from hub.config import Config
from hub.crm_sync.registry import is_crm
from hub.domain.errors import ConfigError, HubError, ProviderError
from hub.domain.identity import IdentityType
from hub.domain.manager import Manager
from hub.net.http import Http
from hub.store import deliveries, receipts
from hub.store.arrivals import list_newest_files
from hub.store.connections import ConnectionRow, count_endless_calls, list_connections
from hub.store.managers import list_managers, load_staff
from hub.store.pool import Pool, acquire

_LOOKED_BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `says` is its state, or what is wrong and what to do."""

    thing: str
    is_ok: bool
    says: str


async def look_at_everything(config: Config) -> AsyncIterator[Finding]:
    """Yield a finding for database, keys, files, people, connections, public address and Redis. Changes nothing."""
    http = Http(config.proxy)
    try:
        async for finding in _look_at_store(config, http):
            yield finding
        yield await _find("public address", _try_address(config, http))
        if config.redis.get_secret_value():
            yield await _find("redis", _try_redis(config))
    finally:
        await http.close()


async def _look_at_store(config: Config, http: Http) -> AsyncIterator[Finding]:
    try:
        async with open_ground(config) as ground:
            async for finding in _look_at_ground(ground, http):
                yield finding
    except HubError as error:
        yield Finding("store", is_ok=False, says=str(error))


async def _look_at_ground(ground: Ground, http: Http) -> AsyncIterator[Finding]:
    yield Finding("database", is_ok=True, says=await _describe_database(ground))
    yield Finding("keys", is_ok=True, says=_describe_keys(ground.config))
    yield await _find("files", _try_files(ground))
    yield await _find("parked", _count_parked(ground))
    async with acquire(ground.pool) as connection:
        rows, people = await list_connections(connection), await list_managers(connection)
        staff = await load_staff(connection)
    if any(row.kind == MANAGER_BOT for row in rows):
        writes_mail = any(row.kind == "email" and row.state != "paused" for row in rows)
        mailed = {owner for (kind, _, _), owner in staff.items() if kind == IdentityType.email and writes_mail}
        yield await _find("people", _look_for_absent([each for each in people if each.id not in mailed]))
    for row in rows:
        yield await _find(f"{row.kind} {row.name}", _try_connection(ground, row, http))
        async for thing, look in look_at_accounts(ground, row, people, staff):
            yield await _find(f"account: {thing}", look)
        if is_crm(row.kind):
            async for thing, look in look_at_crm(ground, row):
                yield await _find(f"CRM {thing}: {row.name}", look)


async def _find(thing: str, look: Awaitable[str]) -> Finding:
    try:
        return Finding(thing, is_ok=True, says=await look)
    except HubError as error:
        return Finding(thing, is_ok=False, says=str(error))


async def _describe_database(ground: Ground) -> str:
    async with acquire(ground.pool) as connection:
        version = connection.get_server_version()
    place = "at the given DSN" if ground.embedded is None else f"embedded in {ground.embedded.cluster}"
    return f"PostgreSQL {version.major}.{version.micro}, {place}, durable, tables up to date"


def _describe_keys(config: Config) -> str:
    return "HUB_SECRET_KEYS" if config.secret_keys.get_secret_value() else f"{config.key_file}; keep a copy elsewhere"


async def _try_redis(config: Config) -> str:
    from hub.hints.redis_check import check_redis  # noqa: PLC0415 - only installations with Redis load its client

    await check_redis(config.redis.get_secret_value())
    return "answers"


async def _try_files(ground: Ground) -> str:
    """Write and read a file, and look for files that another machine may have written."""
    content = b"hub check " + secrets.token_bytes(16)
    stored = await ground.files.write(content)
    path = ground.files.path(stored.digest)
    if await ground.files.read(stored.digest) != content:
        raise ConfigError(f"{ground.config.files_dir} gives back other bytes than were written: repair the disk")
    path.unlink()
    async with acquire(ground.pool) as connection:
        named = await list_newest_files(connection)
    missing = [digest for digest in named if not ground.files.path(digest).exists()]
    if missing:
        raise ConfigError(
            f"{len(missing)} of the {len(named)} latest files are not in {ground.config.files_dir}: "
            "give every machine of this hub the same mount as HUB_FILES"
        )
    return f"{ground.config.files_dir} is writable"


async def _count_parked(ground: Ground) -> str:
    """Count what was set aside; payloads of robots are too, so only deliveries that wait for a person are wrong."""
    async with acquire(ground.pool) as connection:
        payloads, wrong = await receipts.count_parked(connection), await deliveries.count_wrong(connection)
    says = f"payloads: {payloads}, deliveries: {wrong.get('parked', 0)}; failed: {wrong.get('failed', 0)}"
    if wrong.get("parked"):
        raise ConfigError(f"{says}; `hub parked` lists them, `hub replay` sends them again")
    return says


async def _look_for_absent(people: Sequence[Manager]) -> str:
    """Refuse people who have never opened the manager bot: no notice reaches them, no client is theirs (R-6, B-5).

    Raises:
        ConfigError: there are some; says who, and how to invite them.
    """
    working = [each for each in people if each.is_active]
    absent = [each for each in working if each.tg_user_id is None]
    if absent:
        names = ", ".join(each.name for each in absent)
        raise ConfigError(
            f"{names}: have never opened the manager bot, so nothing reaches them and others are told instead; "
            f"give them an invitation: hub people invite {absent[0].key}"
        )
    return f"all {len(working)} are in the manager bot"


async def _try_address(config: Config, http: Http) -> str:
    if not config.public_url:
        return "none; enough for Telegram by polling and e-mail. PBX and forms need HUB_PUBLIC_URL"
    try:
        answer = await http.request("GET", f"{config.public_url.rstrip('/')}/healthz")
    except ProviderError as error:
        raise ConfigError(
            f"{error}: does {config.public_url} lead to this machine, is its certificate valid?"
        ) from error
    if answer.status != 200 or answer.body.strip() != b"ok":
        raise ConfigError(
            f"{config.public_url} answers {answer.status}, but not as the hub: is it running, does the proxy lead to "
            f"{config.host}:{config.port}?"
        )
    return f"{config.public_url} leads to the hub"


async def _look_for_endless_calls(pool: Pool, row: ConnectionRow, *, now: datetime) -> None:
    """Refuse a PBX of whose calls of the last day some never ended: nobody hears of those that were missed (case 36).

    Raises:
        ConfigError: there are such calls; says how many and what to switch on.
    """
    async with acquire(pool) as connection:
        endless = await count_endless_calls(connection, row.id, since=now - _LOOKED_BACK)
    if endless:
        raise ConfigError(
            f"{endless} calls of the last day have no end: let the PBX report when a call is over (docs/telephony.md)"
        )


async def _try_connection(ground: Ground, row: ConnectionRow, http: Http) -> str:
    channel = build_channel(ground, row, http=http, rates=NoRates())
    if row.state != "active":
        raise ConfigError(f"{row.state}: {row.state_reason or 'switched off'}")
    await _look_for_endless_calls(ground.pool, row, now=ground.clock.now())
    if not isinstance(channel, Checks):
        return "set up; its first event shows that it works"
    result = await channel.check()
    says = " ".join(lines_in_language(result, ground.config.language))
    if not result.is_ok:
        raise ConfigError(says)
    return says
