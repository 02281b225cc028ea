"""How the fake Bot API says no: the codes and sentences of the real one, which programs must understand by their text.

Sentences from tdlib/telegram-bot-api and core.telegram.org/bots/api as described in 2026; there are no finer codes.
"""

from aiohttp import web


class ApiRefusal(Exception):
    """A call that gets `ok: false`; `parameters` is the object of the same name in the answer."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_response(self) -> web.Response:
        """Return the HTTP answer; its status equals the code."""
        body: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return web.json_response(body, status=self.code)


def bad_request(reason: str, **parameters: int) -> ApiRefusal:
    """Return 400 with the usual beginning."""
    return ApiRefusal(400, f"Bad Request: {reason}", **parameters)


def forbidden(reason: str) -> ApiRefusal:
    """Return 403 with the usual beginning."""
    return ApiRefusal(403, f"Forbidden: {reason}")


def too_many(retry_after: int) -> ApiRefusal:
    """Return 429 with the wait in whole seconds."""
    return ApiRefusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
