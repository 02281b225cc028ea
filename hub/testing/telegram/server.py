"""The HTTP surface of the fake: `/bot<token>/<method>` and `/file/bot<token>/<path>`, GET and POST."""

import functools
from collections.abc import Mapping

from aiohttp import web

from hub.testing.telegram.account import BotAccount
from hub.testing.telegram.faults import meet
from hub.testing.telegram.methods import METHODS
from hub.testing.telegram.methods.call import Call
from hub.testing.telegram.params import read_params
from hub.testing.telegram.refusals import ApiRefusal

_UPLOAD_LIMIT_BYTES = 50 * 1024 * 1024


def build_application(bots: Mapping[str, BotAccount]) -> web.Application:
    """Return the application that serves `bots`, by token; bots added later are served too."""
    app = web.Application(client_max_size=_UPLOAD_LIMIT_BYTES + 1024 * 1024)
    surface = _Surface(bots)
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", surface.call)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", surface.download)
    return app


class _Surface:
    def __init__(self, bots: Mapping[str, BotAccount]) -> None:
        self._bots = bots

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer a method call, with the fault it meets."""
        bot = self._bots.get(request.match_info["token"])
        method = request.match_info["method"].lower()
        if bot is None:
            return ApiRefusal(401, "Unauthorized").as_response()
        answer = functools.partial(_answer, bot, method, request)
        fault = bot.faults.take(method)
        return await (answer() if fault is None else meet(fault, request, answer))

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Give out a file; the method name for faults is `download`."""
        bot = self._bots.get(request.match_info["token"])
        if bot is None:
            return ApiRefusal(401, "Unauthorized").as_response()
        answer = functools.partial(_give_file, bot, request.match_info["path"])
        fault = bot.faults.take("download")
        return await (answer() if fault is None else meet(fault, request, answer))


async def _answer(bot: BotAccount, method: str, request: web.Request) -> web.StreamResponse:
    try:
        if method not in METHODS:
            raise ApiRefusal(404, "Not Found: method not found")
        params = await read_params(request)
        bot.calls.append((method, params))
        result = await METHODS[method](Call(bot, method, params))
    except ApiRefusal as refusal:
        return refusal.as_response()
    return web.json_response({"ok": True, "result": result})


async def _give_file(bot: BotAccount, path: str) -> web.StreamResponse:
    stored = bot.stage.files.at_path(path)
    if stored is None:
        return ApiRefusal(404, "Not Found").as_response()
    return web.Response(body=stored.media.data, content_type="application/octet-stream")
