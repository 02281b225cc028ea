"""Which way an answer goes to the client: the same choice for sending it and for showing where it would go."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache

from hub.channels.base import Capabilities
from hub.channels.registry import get_channel_class
from hub.channels.telephony.base import Telephony
from hub.domain.account import account_of
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


def choose_automatic_way(endpoints: Endpoints, threads: Iterable[Thread], preferred: ThreadId | None) -> Thread | None:
    """Return the thread by which no person writes: as `choose_way`, but nothing speaks in a person's name (S1)."""
    known = (each for each in threads if each.connection_id in endpoints)
    ours = [each for each in known if not is_personal(endpoints[each.connection_id].kind, each)]
    return choose_way(endpoints, ours, preferred)


def carries_text(endpoints: Endpoints, thread: Thread) -> bool:
    """Tell whether a text can be sent into a thread.

    Its channel sends texts, the client has not blocked us, and whose own account it goes over lets us answer.
    """
    endpoint = endpoints.get(thread.connection_id)
    if endpoint is None or thread.reach is not ReachState.open or endpoint.is_silenced(thread.external_id):
        return False
    return capabilities_of(endpoint.kind).text_limit > 0


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
    closes_at = window_closes_at(endpoints, thread)
    return closes_at is not None and now > closes_at


def window_closes_at(endpoints: Endpoints, thread: Thread) -> datetime | None:
    """Return until when the channel lets us write into a thread, `None` for ever: personal accounts have limits too."""
    kind = endpoints[thread.connection_id].kind
    able = capabilities_of(kind)
    window = able.account_reply_window if is_personal(kind, thread) else able.reply_window
    if window is None:
        return None
    return thread.created_at if thread.last_inbound_at is None else thread.last_inbound_at + window


def is_personal(kind: str, thread: Thread) -> bool:
    """Tell whether a thread of a channel of this kind is a chat of somebody's own account."""
    return capabilities_of(kind).account_reply_window is not None and bool(account_of(thread.external_id))


def shows_menu(kind: str, thread: str) -> bool:
    """Tell whether clients have our menu in a thread of a channel of this kind: elsewhere its words are only words."""
    return capabilities_of(kind).has_buttons and not account_of(thread)


def shows_buttons(endpoints: Endpoints, thread: Thread) -> bool:
    """Tell whether choices can stand below a message of ours in a thread."""
    able = capabilities_of(endpoints[thread.connection_id].kind) if thread.connection_id in endpoints else None
    return able is not None and able.has_buttons and not account_of(thread.external_id)


def ensure_window_open(endpoints: Endpoints, thread: Thread, now: datetime) -> None:
    """Refuse to write where the channel does not let us any more. Raises: ReplyWindowClosed."""
    if is_window_closed(endpoints, thread, now):
        kind = endpoints[thread.connection_id].kind
        raise ReplyWindowClosed(f"{kind} lets us answer for some time after the client's message only; call instead")


@cache
def staff_address_of(kind: str) -> IdentityType:
    """Return by which address of its people a PBX rings them: most by extension, some by login."""
    found = get_channel_class(kind)
    return found.staff_address if issubclass(found, Telephony) else IdentityType.pbx_extension


@cache
def staff_form_of(kind: str) -> re.Pattern[str]:
    """Return how a PBX writes that address."""
    found = get_channel_class(kind)
    return found.staff_form if issubclass(found, Telephony) else Telephony.staff_form


@cache
def is_pbx(kind: str) -> bool:
    """Tell whether a kind of channel reports telephone calls."""
    return issubclass(get_channel_class(kind), Telephony)
