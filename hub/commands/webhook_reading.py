"""What an adapter makes of one webhook request, step by step as the entrance goes: ping, proof, id and order, events.

Nothing is stored, sent or asked of anyone. Every step is shown even where the one before refused, so that a person sees
at once what else is wrong.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hub.channels.base import Asks, Channel, Context, Handshakes, Parses, Raw, Receives, Reply
from hub.channels.registry import get_channel_class
from hub.channels.typed_settings import check_settings
from hub.commands.http_request import read_request
from hub.commands.machine import MachineClock, NoRates
from hub.commands.settings import read_settings_file
from hub.domain.errors import ConfigError, HubError, NotFound, PayloadInvalid
from hub.domain.ids import ConnectionId
from hub.domain.inbound import InboundEvent
from hub.net.http import Http


def inspect_webhook(kind: str, content: bytes, *, settings: Path, remote: str) -> dict[str, Any]:
    """Return the verdict, ids and events of the request `content` as plain values.

    Raises:
        ConfigError: no such kind, it takes no webhooks, or the settings are wrong.
        PayloadInvalid: `content` is no HTTP request.
    """
    channel = _build(kind, settings)
    if not isinstance(channel, Receives) or not isinstance(channel, Parses):
        raise ConfigError(f"{kind} takes no webhooks: it fetches by itself")
    raw = read_request(content, received_at=channel.context.clock.now(), remote=remote)
    peek = channel.peek(raw)
    return {
        "kind": kind,
        "ping": _say_reply(channel.handshake(raw)) if isinstance(channel, Handshakes) else None,
        "verification": _verify(channel, raw),
        "external_id": peek.event_id,
        "order_key": peek.order_key,
        "question": channel.question(raw) if isinstance(channel, Asks) else None,
        **_parse(channel, raw),
    }


def say_events(events: Sequence[InboundEvent]) -> list[dict[str, Any]]:
    """Return events as plain values, each with the name of its class."""
    return [{"event": type(event).__name__, **asdict(event)} for event in events]


async def _read_no_file(sha256: str) -> bytes:
    raise NotFound(f"there are no files here, {sha256} neither")


def _build(kind: str, settings: Path) -> Channel[Any]:
    found = get_channel_class(kind)
    model = check_settings(found.settings_model, read_settings_file(settings))
    context = Context(ConnectionId(0), "inspect", MachineClock(), Http(), NoRates(), _read_no_file)
    return found(model, context)


def _verify(channel: Receives, raw: Raw) -> dict[str, Any]:
    try:
        channel.verify(raw)
    except HubError as error:
        return {"accepted": False, "reason": str(error)}
    return {"accepted": True, "reason": ""}


def _parse(channel: Parses, raw: Raw) -> dict[str, Any]:
    try:
        return {"events": say_events(channel.parse(raw)), "problem": ""}
    except PayloadInvalid as error:
        return {"events": [], "problem": str(error)}


def _say_reply(reply: Reply | None) -> dict[str, Any] | None:
    if reply is None:
        return None
    return {"status": reply.status, "body": reply.body.decode("utf-8", "replace")}
