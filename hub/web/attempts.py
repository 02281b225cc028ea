"""Notes every request at a connection for the attempts list, without slowing the ones that are fine.

Refusals are always noted. Accepted requests are noted at most ten times a second for each connection: the list keeps
fifty, and reading field names costs more than storing a small payload.
"""

import time

import structlog
from aiohttp import web

from hub.channels.base import Raw
from hub.domain.errors import HubError
from hub.domain.ids import ConnectionId
from hub.web.entrance import Attempt, Connected, Entrance
from hub.web.middlewares import status_of
from hub.web.reading import field_names

_PAUSE_SECONDS = 0.1
_log = structlog.get_logger()


class AttemptsDesk:
    """Writes attempts for one process."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._noted_at: dict[ConnectionId, float] = {}

    def accepted(self, connected: Connected, raw: Raw, status: int) -> None:
        """Note a payload that is stored."""
        _log.debug("webhook.accepted", connection_id=connected.connection_id, kind=connected.kind)
        now = time.monotonic()
        if now - self._noted_at.get(connected.connection_id, 0.0) >= _PAUSE_SECONDS:
            self._noted_at[connected.connection_id] = now
            self._note(connected, raw, status, "accepted")

    def answered(self, connected: Connected, raw: Raw, status: int) -> None:
        """Note a ping."""
        self._note(connected, raw, status, "answered")

    def refused(self, connected: Connected, raw: Raw, status: int, reason: str) -> None:
        """Note a payload that was not taken, and why."""
        _log.warning(
            "webhook.refused", connection_id=connected.connection_id, kind=connected.kind, status=status, reason=reason
        )
        self._note(connected, raw, status, reason)

    def refused_unread(self, connected: Connected, request: web.Request, error: HubError) -> None:
        """Note a request whose body was not read: too large, too slow."""
        raw = Raw(b"", self._entrance.clock.now(), dict.fromkeys(request.headers, ""), request.method)
        self.refused(connected, raw, status_of(error), str(error))

    def _note(self, connected: Connected, raw: Raw, status: int, verdict: str) -> None:
        attempt = Attempt(
            connection_id=connected.connection_id,
            at=raw.received_at,
            remote=raw.remote,
            method=raw.method,
            status=status,
            verdict=verdict,
            size_bytes=len(raw.body),
            header_names=tuple(raw.headers),
            field_names=field_names(raw),
        )
        self._entrance.record_attempt(attempt)
