"""Builds the web application and serves it.

A request that is being stored is finished even if its sender hangs up: handlers are not cancelled. There is no access
log, since paths hold keys; outcomes are logged by `hub.web.attempts`. TLS is the proxy's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from hub.web import card_links, connect_form, health, webhooks
from hub.web.entrance import ENTRANCE, Entrance
from hub.web.forms import pages
from hub.web.middlewares import answer_errors

DRAIN_SECONDS = 10.0


def make_app(entrance: Entrance) -> web.Application:
    """Return the application with all its doors."""
    app = web.Application(middlewares=[answer_errors])
    app[ENTRANCE] = entrance
    for room in (webhooks, pages, card_links, connect_form, health):
        room.add_routes(app)
    return app


@asynccontextmanager
async def serve(app: web.Application, *, host: str, port: int) -> AsyncIterator[str]:
    """Serve while the block runs and yield the address (`port` 0 takes a free one); then finish what was begun.

    Raises:
        OSError: the port is taken or not allowed.
    """
    runner = web.AppRunner(app, access_log=None, handler_cancellation=False, shutdown_timeout=DRAIN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
