"""Maps the errors of the hub to HTTP, once, and is the last catch of the web side.

Providers give up on 4xx (reliability case 11): at a connection only a caller that did not prove itself, an unknown key
and a body over the limit get one. Faults of ours are 503 or 500, so that the sender comes again, and so is a body that
came in part. Answers tell the stable code and nothing else; the reason is in the attempts list.
"""

import math
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from aiohttp import web

from hub.domain.errors import (
    HubError,
    NotFound,
    PayloadIncomplete,
    PayloadInvalid,
    PayloadTooLarge,
    PermissionDenied,
    RateExceeded,
    StorageUnavailable,
    UnknownConnection,
    WebhookRejected,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STORAGE_RETRY = timedelta(seconds=5)
# The first class that fits decides: narrow ones stand before wide ones.
_STATUSES: tuple[tuple[type[HubError], int], ...] = (
    (UnknownConnection, 404),
    (RateExceeded, 429),
    (WebhookRejected, 401),
    (PayloadTooLarge, 413),
    (PayloadIncomplete, 503),
    (PayloadInvalid, 400),
    (NotFound, 404),
    (PermissionDenied, 403),
    (StorageUnavailable, 503),
)
_log = structlog.get_logger()


def status_of(error: HubError) -> int:
    """Return the HTTP status of an error of the hub; 500 for those that no request can cause."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into an answer; what is not an error of the hub is logged with its trace."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except HubError as error:
        return _refusal(error)
    except Exception:  # noqa: BLE001 - one of the four loops that catch everything
        _log.exception("web.request_failed", method=request.method, route=_route_of(request))
        return web.Response(status=500, text="internal", headers={"Retry-After": _seconds(STORAGE_RETRY)})


def _refusal(error: HubError) -> web.Response:
    status, headers = status_of(error), {}
    if isinstance(error, RateExceeded):
        headers["Retry-After"] = _seconds(error.retry_after)
    elif status in {500, 503}:
        headers["Retry-After"] = _seconds(STORAGE_RETRY)
        if not isinstance(error, PayloadIncomplete):
            _log.error("web.request_failed", code=error.code, reason=str(error))
    return web.Response(status=status, text=error.code, headers=headers)


def _route_of(request: web.Request) -> str:
    """Return the pattern of the route: the path itself may hold a key."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else ""


def _seconds(wait: timedelta) -> str:
    return str(max(1, math.ceil(wait.total_seconds())))
