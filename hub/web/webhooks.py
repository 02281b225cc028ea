"""The door for providers: `/in/<kind>/<key>` with whatever path, method and body they like.

Order of one request: find the connection (404) → ping → proof (401) → store and commit → what the provider wants to
hear. Nothing is parsed here; what nobody understands is stored too and parked later. Whatever else goes wrong is our
fault and no 4xx, on which providers give up for good (reliability case 11). The key in the path never reaches a log.
"""

import asyncio
from datetime import timedelta
from types import TracebackType

import structlog
from aiohttp import web

from hub.channels.base import Raw, Receives, Reply, Responsible
from hub.crash import crash_point
from hub.domain.errors import HubError, UnknownConnection, WebhookRejected
from hub.web.attempts import AttemptsDesk
from hub.web.entrance import ENTRANCE, Connected, Entrance
from hub.web.middlewares import status_of
from hub.web.reading import read_raw

ANSWER_DEADLINE = timedelta(milliseconds=300)
_log = structlog.get_logger()


class _OtherFaultsAreOurs:
    """Lets no error `than` these tell the sender that it was wrong.

    Each request passes four: generators in its place were a twentieth of accepting (measured).
    """

    __slots__ = ("_than",)

    def __init__(self, *, than: tuple[type[HubError], ...] | type[HubError] = ()) -> None:
        self._than = than

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, HubError) and not isinstance(error, self._than) and status_of(error) < 500:
            raise HubError(f"{error.code} where nobody expects it: {error}") from error


_FAULTS_ARE_OURS = _OtherFaultsAreOurs()
_OTHERS_ARE_OURS = _OtherFaultsAreOurs(than=WebhookRejected)
_DESK = web.AppKey("attempts_desk", AttemptsDesk)


def add_routes(app: web.Application) -> None:
    """Open the door; `app` holds an `Entrance`."""
    app[_DESK] = AttemptsDesk(app[ENTRANCE])
    app.router.add_route("*", r"/in/{kind}/{key:[^/]+}{suffix:.*}", receive)


async def receive(request: web.Request) -> web.Response:
    """Take one webhook; see the module for the order."""
    entrance, desk = request.app[ENTRANCE], request.app[_DESK]
    with _FAULTS_ARE_OURS:
        connected = await entrance.find_connection(request.match_info["kind"], request.match_info["key"])
    if connected is None:
        raise UnknownConnection("no connection has this key")
    try:
        raw = await read_raw(request, entrance, limit_bytes=connected.channel.body_limit_bytes)
    except HubError as error:
        desk.refused_unread(connected, request, error)
        raise
    return _response(await _take(entrance, desk, connected, raw))


async def _take(entrance: Entrance, desk: AttemptsDesk, connected: Connected, raw: Raw) -> Reply:
    """Return what the provider wants to hear.

    Raises:
        WebhookRejected: no proof. StorageUnavailable, HubError: not stored, come again.
    """
    try:
        with _FAULTS_ARE_OURS:
            pong = connected.handshakes.handshake(raw) if connected.handshakes is not None else None
        reply = pong or await _keep(entrance, connected, raw)
    except HubError as error:
        desk.refused(connected, raw, status_of(error), str(error))
        raise
    if pong is not None:
        desk.answered(connected, raw, pong.status)
    else:
        desk.accepted(connected, raw, reply.status)
    return reply


async def _keep(entrance: Entrance, connected: Connected, raw: Raw) -> Reply:
    """Ask for the proof, then store and acknowledge. Raises: as `_take`."""
    if connected.receives is None:
        raise WebhookRejected("this channel takes no webhooks")
    with _OTHERS_ARE_OURS:
        connected.receives.verify(raw)
    with _FAULTS_ARE_OURS:
        return await _store(entrance, connected, raw) or _acknowledge(connected.receives, raw)


async def _store(entrance: Entrance, connected: Connected, raw: Raw) -> Reply | None:
    """Store and commit; return the answer if the payload is a question, which is asked meanwhile."""
    phone = connected.asks.question(raw) if connected.asks is not None else None
    if connected.asks is None or phone is None:
        await _accept(entrance, connected, raw)
        return None
    asked = asyncio.create_task(_ask(entrance, phone))
    try:
        await _accept(entrance, connected, raw)
        return connected.asks.answer(raw, await asked)
    finally:
        asked.cancel()


async def _accept(entrance: Entrance, connected: Connected, raw: Raw) -> None:
    crash_point("webhook.accept")
    await entrance.accept(connected, [raw])
    crash_point("webhook.accepted")


async def _ask(entrance: Entrance, phone: str) -> Responsible | None:
    """Return who should get the call, None if that is not known within 300 ms: the phone rings meanwhile."""
    look_up = asyncio.ensure_future(entrance.responsible_for(phone))
    look_up.add_done_callback(_let_go)
    try:
        done, _ = await asyncio.wait({look_up}, timeout=ANSWER_DEADLINE.total_seconds())
        if done:
            return look_up.result()
        _log.warning("webhook.question_timed_out")
    except HubError as error:
        _log.warning("webhook.question_failed", code=error.code)
    finally:
        look_up.cancel()  # without waiting for its end: a dead connection takes seconds to close
    return None


def _let_go(look_up: asyncio.Future[Responsible | None]) -> None:
    """Take note of how a look-up ended that nobody waits for any more."""
    if not look_up.cancelled():
        look_up.exception()


def _acknowledge(channel: Receives, raw: Raw) -> Reply:
    crash_point("webhook.acknowledge")
    reply = channel.acknowledge(raw)
    crash_point("webhook.acknowledged")
    return reply


def _response(reply: Reply) -> web.Response:
    crash_point("webhook.respond")
    headers = {"Content-Type": reply.content_type, **reply.headers} if reply.body else dict(reply.headers)
    return web.Response(status=reply.status, body=reply.body or None, headers=headers)
