"""Serves the page of the sandbox: its files, the look as a stream of server-sent events, deeds, explanations, pictures.

Only pages of this very address may act: a deed is JSON, which other sites cannot send without asking first, and the
address asked for must be a local name or number (no rebinding of names). Nothing of others is loaded.
"""

import asyncio
import ipaddress
import json
from datetime import timedelta
from importlib.resources import files
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from hub.domain.errors import HubError, NotFound, PayloadInvalid
from hub.domain.ids import ConversationId
from hub.inbox.queries import explain_conversation, find_conversation_by_number
from hub.testing.sandbox.deeds import do, read_deed
from hub.testing.sandbox.looks import show
from hub.testing.sandbox.play import Play
from hub.testing.telegram.refusals import ApiRefusal

PLAY: Final = web.AppKey("play", Play)
STOPPING: Final = web.AppKey("stopping", asyncio.Event)
_LOOK_AGAIN = timedelta(seconds=1)
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
_BODY_LIMIT = 8_000_000
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def make_page(play: Play) -> web.Application:
    """Return the application of a play."""
    app = web.Application(client_max_size=_BODY_LIMIT, middlewares=[_guard])
    app[PLAY], app[STOPPING] = play, asyncio.Event()
    app.on_shutdown.append(_end_streams)
    app.router.add_get("/", _index)
    app.router.add_get("/static/{name}", _asset)
    app.router.add_get("/look", _look)
    app.router.add_get("/events", _events)
    app.router.add_post("/deeds", _deed)
    app.router.add_get("/why/{number}", _why)
    app.router.add_get("/files/{id}", _picture)
    return app


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not _is_local(request.host):
        raise web.HTTPForbidden(text="the sandbox answers only at its own address")
    try:
        response = await handler(request)
    except PayloadInvalid as error:
        response = web.json_response({"error": str(error)}, status=400)
    except HubError as error:
        response = web.json_response({"error": str(error)}, status=409)
    if not response.prepared:
        response.headers.update({name: value for name, value in _HEADERS.items() if name not in response.headers})
    return response


def _is_local(host: str) -> bool:
    """Tell whether a Host header names this machine by `localhost` or a number, as no rebound name does."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if name == "localhost":
        return True
    try:
        return bool(ipaddress.ip_address(name.strip("[]")))
    except ValueError:
        return False


async def _end_streams(app: web.Application) -> None:
    app[STOPPING].set()
    app[PLAY].town.changes.tell()


async def _index(_: web.Request) -> web.Response:
    return _static("index.html")


async def _asset(request: web.Request) -> web.Response:
    return _static(request.match_info["name"])


def _static(name: str) -> web.Response:
    place = files("hub.testing.sandbox") / "static"
    if name not in {each.name for each in place.iterdir()}:
        raise web.HTTPNotFound
    kind = _TYPES["." + name.rpartition(".")[2]]
    return web.Response(body=place.joinpath(name).read_bytes(), content_type=kind, charset="utf-8")


async def _look(request: web.Request) -> web.Response:
    play = request.app[PLAY]
    return web.json_response(await show(play) | {"now": _now(play)})


async def _events(request: web.Request) -> web.StreamResponse:
    """Send the look at once and after every change; a browser that went away ends the stream."""
    response = web.StreamResponse(headers=_HEADERS | {"Content-Type": "text/event-stream"})
    await response.prepare(request)
    play, last = request.app[PLAY], ""
    while not request.app[STOPPING].is_set() and request.transport is not None:
        seen = play.town.changes.count
        look = json.dumps(await show(play), ensure_ascii=False)
        if look != last:
            last = look
            message = f'data: {{"now":{_now(play)},"look":{look}}}\n\n'
            try:
                await response.write(message.encode())
            except ConnectionError:
                break
        await play.town.changes.wait(seen, _LOOK_AGAIN)
    return response


async def _deed(request: web.Request) -> web.Response:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    await do(request.app[PLAY], read_deed(await request.read()))
    return web.json_response({"ok": True})


async def _why(request: web.Request) -> web.Response:
    """Tell the story of a conversation by its number."""
    play, number = request.app[PLAY], request.match_info["number"]
    if not number.isdigit() or len(number) > 9:
        raise PayloadInvalid("a conversation has a number")
    try:
        found = await find_conversation_by_number(play.building.office, play.observer, int(number))
        lines = await explain_conversation(play.building.office, play.observer, ConversationId(found))
    except NotFound as error:
        raise web.HTTPNotFound from error
    return web.json_response({"lines": lines})


async def _picture(request: web.Request) -> web.Response:
    """Give out a file somebody sent; anything but a picture only as a download."""
    try:
        media = request.app[PLAY].town.telegram.file(request.match_info["id"])
    except ApiRefusal as error:
        raise web.HTTPNotFound from error
    if media.mime in _PICTURES or media.kind == "photo":
        return web.Response(body=media.data, content_type=media.mime if media.mime in _PICTURES else "image/jpeg")
    headers = {"Content-Disposition": "attachment"}
    return web.Response(body=media.data, content_type="application/octet-stream", headers=headers)


def _now(play: Play) -> int:
    return round(play.now().timestamp() * 1000)
