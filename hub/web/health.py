"""What machines ask: is the process alive, may it get traffic, how is everything. And one line for curious people.

`/metrics` names connections and sizes, so it is not for everybody: with a token, whoever sends it as `Authorization:
Bearer …`; without one, only this machine, and only where no proxy may stand before us: one that forwards from here
looks like this machine.
"""

import hmac
from ipaddress import ip_address

from aiohttp import web

from hub.domain.errors import StorageUnavailable
from hub.web.entrance import ENTRANCE, Entrance
from hub.web.exposition import CONTENT_TYPE
from hub.web.metrics import write_metrics

_FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Real-IP")


def add_routes(app: web.Application) -> None:
    """Answer `/`, `/healthz`, `/readyz` and `/metrics`."""
    app.router.add_get("/", say_what_this_is)
    app.router.add_get("/healthz", say_alive)
    app.router.add_get("/readyz", say_ready)
    app.router.add_get("/metrics", say_metrics)


async def say_what_this_is(_request: web.Request) -> web.Response:
    """Tell a person who opened the address what stands here."""
    return web.Response(
        text="This is the hub: it takes requests of clients. Это хаб: он принимает обращения клиентов.\n"
    )


async def say_alive(_request: web.Request) -> web.Response:
    """Answer 200 while the event loop turns; looks at nothing else, so a dead database does not restart us."""
    return web.Response(text="ok")


async def say_ready(request: web.Request) -> web.Response:
    """Answer 200 or 503 with one line for each thing that is needed: its name and a word."""
    readiness = await request.app[ENTRANCE].readiness()
    lines = "".join(f"{name}: {state}\n" for name, state in readiness.parts)
    return web.Response(status=200 if readiness.is_ready else 503, text=lines or "ok\n")


async def say_metrics(request: web.Request) -> web.Response:
    """Answer a scrape of Prometheus; without the database 200 with `hub_database_up 0` and what the machine tells."""
    entrance = request.app[ENTRANCE]
    if not _may_read(request, entrance):
        raise (
            web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"}) if entrance.metrics_token else web.HTTPNotFound
        )
    try:
        health = await entrance.health()
    except StorageUnavailable:
        health = None
    text = write_metrics(health, await entrance.machine())
    return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})


def _may_read(request: web.Request, entrance: Entrance) -> bool:
    if entrance.metrics_token:
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        return hmac.compare_digest(given, b"Bearer " + entrance.metrics_token.encode())
    return not entrance.is_public and _is_from_here(request)


def _is_from_here(request: web.Request) -> bool:
    """Tell whether a request comes from this machine itself, as far as that can be told."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
