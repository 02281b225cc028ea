"""What the suites put around an adapter: a clock that stands, limits that never bite, a context, a watch on I/O."""

import hashlib
import hmac
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, SecretStr

from hub.channels.base import Channel, Context
from hub.domain.ids import ConnectionId
from hub.net.http import Http
from hub.testing.fixture_files import RECEIVED_AT

PUBLIC_URL = "https://hub.example/in/kind/0123456789abcdef0123456789abcdef"
_SECRET_NAMES = ("secret", "token", "password", "salt", "api_key", "private_key")
_IO_EVENTS = frozenset({"socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system"})
_watched: ContextVar[list[str] | None] = ContextVar("watched", default=None)


class StillClock:
    """A clock that stands at the instant all fixtures are received."""

    def now(self) -> datetime:
        """Return that instant."""
        return RECEIVED_AT


class OpenBuckets:
    """Rate limits that let everything through."""

    async def take(self, bucket: str, *, per_second: float, burst: int) -> timedelta:
        """Let it go at once."""
        del bucket, per_second, burst
        return timedelta(0)

    async def block(self, bucket: str, until: timedelta) -> None:
        """Stay open."""


async def read_sample_file(sha256: str) -> bytes:
    """Return a small file for every hash."""
    return f"file {sha256}".encode()


def prove(text: str) -> bytes:
    """Return a keyed digest, as an installation whose key is `contract` would make it."""
    return hmac.digest(b"contract", text.encode(), hashlib.sha256)


def make_context(http: Http) -> Context:
    """Return what an adapter may use, at rest."""
    return Context(
        connection_id=ConnectionId(1),
        name="contract",
        clock=StillClock(),
        http=http,
        rates=OpenBuckets(),
        read_file=read_sample_file,
        public_url=PUBLIC_URL,
        prove=prove,
    )


def make_channel(kind: type[Channel[Any]], settings: Mapping[str, object], http: Http | None = None) -> Channel[Any]:
    """Build an adapter from plain settings, as `hub.app` does from a stored connection."""
    return kind(kind.settings_model.model_validate(dict(settings)), make_context(http or Http()))


def secret_values(model: BaseModel) -> Iterator[str]:
    """Yield the values of all secret fields, nested ones too, empty ones left out."""
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, SecretStr) and value.get_secret_value():
            yield value.get_secret_value()
        for inner in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(inner, BaseModel):
                yield from secret_values(inner)


def untyped_secrets(model: BaseModel) -> list[str]:
    """Return the text fields that are named like a secret and would be printed."""
    named = [name for name in type(model).model_fields if name.endswith(_SECRET_NAMES)]
    return [name for name in named if isinstance(getattr(model, name), str)]


def undescribed_fields(model: type[BaseModel]) -> list[str]:
    """Return the fields without a description."""
    return [name for name, field in model.model_fields.items() if not field.description]


def _audit(event: str, _args: tuple[object, ...]) -> None:
    seen = _watched.get(None)
    if seen is not None and event in _IO_EVENTS:
        seen.append(event)


sys.addaudithook(_audit)


@contextmanager
def io_watch() -> Iterator[list[str]]:
    """Collect the names of network and process operations started inside the block (sys.addaudithook)."""
    seen: list[str] = []
    token = _watched.set(seen)
    try:
        yield seen
    finally:
        _watched.reset(token)
