"""Which way an answer goes to the client: the same choice for sending it and for showing where it would go."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache

from hub.channels.base import Capabilities
from hub.channels.registry import get_channel_class
from hub.channels.telephony.base import Telephony
from hub.domain.conversation import Thread
from hub.domain.errors import ReplyWindowClosed
from hub.domain.identity import IdentityType
from hub.domain.ids import ConnectionId, ThreadId
from hub.domain.inbound import ReachState
from hub.inbox.endpoint import Endpoint

Endpoints = Mapping[ConnectionId, Endpoint]


@cache
def capabilities_of(kind: str) -> Capabilities:
    """Return what a kind of channel can do; kinds do not change while the hub runs."""
    return get_channel_class(kind).capabilities


def choose_way(endpoints: Endpoints, threads: Iterable[Thread], preferred: ThreadId | None) -> Thread | None:
    """Return the thread an answer goes by: the preferred one if it carries text, else the one heard last."""
    ordered = sorted(threads, key=lambda each: each.last_inbound_at or each.created_at, reverse=True)
    ordered.sort(key=lambda each: each.id != preferred)
    return next((thread for thread in ordered if carries_text(endpoints, thread)), None)


def carries_text(endpoints: Endpoints, thread: Thread) -> bool:
    """Tell whether a text can be sent into a thread: its channel sends texts, and the client has not blocked us."""
    endpoint = endpoints.get(thread.connection_id)
    return endpoint is not None and thread.reach is ReachState.open and capabilities_of(endpoint.kind).text_limit > 0


def is_one_way(endpoints: Endpoints, thread: Thread) -> bool:
    """Tell whether a thread's channel never carries a text back: a form on a site, a call."""
    endpoint = endpoints.get(thread.connection_id)
    return endpoint is not None and capabilities_of(endpoint.kind).text_limit == 0


def endpoint_writing_to(endpoints: Endpoints, kind: IdentityType, *, line: str) -> Endpoint | None:
    """Return the connection that can begin writing to an address of a kind, one of the line first (FR-5)."""
    able = [each for each in endpoints.values() if capabilities_of(each.kind).writes_to is kind]
    return min(able, key=lambda each: (each.line != line, each.id), default=None)


def is_window_closed(endpoints: Endpoints, thread: Thread, now: datetime) -> bool:
    """Tell whether the channel forbids to write now, because the client's last message is too long ago."""
    window = capabilities_of(endpoints[thread.connection_id].kind).reply_window
    return window is not None and (thread.last_inbound_at is None or now - thread.last_inbound_at > window)


def ensure_window_open(endpoints: Endpoints, thread: Thread, now: datetime) -> None:
    """Refuse to write where the channel does not let us any more. Raises: ReplyWindowClosed."""
    if is_window_closed(endpoints, thread, now):
        kind = endpoints[thread.connection_id].kind
        raise ReplyWindowClosed(f"{kind} lets us answer for some time after the client's message only; call instead")


@cache
def is_pbx(kind: str) -> bool:
    """Tell whether a kind of channel reports telephone calls."""
    return issubclass(get_channel_class(kind), Telephony)
