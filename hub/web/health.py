"""What machines ask: is the process alive, may it get traffic. And one line for people who open the address."""

from aiohttp import web

from hub.web.entrance import ENTRANCE


def add_routes(app: web.Application) -> None:
    """Answer `/`, `/healthz` and `/readyz`."""
    app.router.add_get("/", say_what_this_is)
    app.router.add_get("/healthz", say_alive)
    app.router.add_get("/readyz", say_ready)


async def say_what_this_is(_request: web.Request) -> web.Response:
    """Tell a person who opened the address what stands here."""
    return web.Response(
        text="This is the hub: it takes requests of clients. Это хаб: он принимает обращения клиентов.\n"
    )


async def say_alive(_request: web.Request) -> web.Response:
    """Answer 200 while the event loop turns; looks at nothing else, so a dead database does not restart us."""
    return web.Response(text="ok")


async def say_ready(request: web.Request) -> web.Response:
    """Answer 200 or 503 with one line for each thing that is needed."""
    readiness = await request.app[ENTRANCE].readiness()
    lines = "".join(f"{name}: {state}\n" for name, state in readiness.parts)
    return web.Response(status=200 if readiness.is_ready else 503, text=lines or "ok\n")
