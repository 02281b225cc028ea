"""Adapters at rest for the tests of telephony, and requests as providers send them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from hub.channels.base import Raw
from hub.channels.registry import get_channel_class
from hub.net.http import Http
from hub.testing.contracts.bench import make_context

RECEIVED_AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def make(kind: str, http: Http | None = None, **settings: Any) -> Any:
    """Return the adapter of `kind`; each test calls only parts that the kind has."""
    channel = get_channel_class(kind)
    return channel(channel.settings_model.model_validate(settings), make_context(http or Http()))


def form(fields: Mapping[str, object], received_at: datetime = RECEIVED_AT, **headers: str) -> Raw:
    """Return a form as it is posted."""
    return Raw(urlencode(fields).encode(), received_at, headers, "POST")
