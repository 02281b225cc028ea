"""Whether the configured Redis answers, for `hub check`: everything else lives without it and says nothing."""

from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from hub.domain.errors import ConfigError, StorageUnavailable


async def check_redis(address: str, *, patience: timedelta = timedelta(seconds=3)) -> None:
    """Ask once whether it is there and lets us in.

    Raises:
        ConfigError: the address is no address of a Redis.
        StorageUnavailable: it does not answer, or refuses us.
    """
    seconds = patience.total_seconds()
    try:
        redis: Redis = Redis.from_url(
            address, socket_timeout=seconds, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0)
        )
    except ValueError as error:
        raise ConfigError("the address is not understood: expected redis://host:6379/0") from error
    try:
        await redis.ping()
    except (RedisError, OSError) as error:
        raise StorageUnavailable(
            f"it does not answer ({error}): the hub works on, slower; is it running, is the address right?"
        ) from error
    finally:
        await redis.aclose()
