"""The account as it is served: its limit, its tokens, its block."""

from datetime import UTC, datetime, timedelta

from aiohttp import web

from hub.testing.crm.amocrm.chats import Chats
from hub.testing.crm.amocrm.shape import Record
from hub.testing.crm.amocrm.wire import Refusal, answer_json, body_of, make_jwt
from hub.testing.crm.kit import Called, CountedLimit

BLOCKS_AFTER = 10


class FakeAmoCrm(Chats):
    """One account. `contacts`, `requests`, `entries` and `tasks` are its records as the API gives them."""

    def __init__(self, account: str = "acme") -> None:
        super().__init__(account)
        self.limits = [CountedLimit(7, 1.0)]
        self.is_block_json = self.is_blocked = False
        self.token = make_jwt(datetime(2029, 1, 1, tzinfo=UTC))
        self.good_tokens = {self.token}
        self.auth_code, self.refresh_token = "c0de-of-the-integration", "r3fresh-0-of-the-integration"
        self.client_id, self.client_secret = "11111111-2222-3333-4444-555555555555", "cl1ent-s3cret-0123456789"
        self.redirect_uri = "https://hub.example/oauth"
        self.renewals = 0

    def is_write(self, called: Called) -> bool:
        """Tell whether a call changes a record."""
        return called.method != "GET" and called.path.startswith(("/api/v4/", "/v2/"))

    def expire_tokens(self) -> None:
        """Let every access token run out; the refresh token stays good."""
        self.good_tokens.clear()

    async def respond(self, request: web.Request, called: Called) -> web.StreamResponse:
        """Answer as the API does: the limit, then the token, then the method."""
        if refused := self._limited():
            return refused
        try:
            if called.path == "/oauth2/access_token":
                return self._exchange(body_of(called))
            if called.path.startswith("/v2/origin/custom/"):
                return self.answer_chat(called)
            if request.headers.get("Authorization", "").removeprefix("Bearer ") not in self.good_tokens:
                raise Refusal(401, "Неверный логин или пароль")
            return self.route(called)
        except Refusal as refusal:
            return refusal.answer()

    def _limited(self) -> web.Response | None:
        limit = self.limits[0]
        if not self.is_blocked and limit.admits():
            return None
        self.is_blocked = self.is_blocked or limit.refused > BLOCKS_AFTER
        if not self.is_blocked:
            return Refusal(429, "Too Many Requests").answer()
        if self.is_block_json:
            return Refusal(403, "Аккаунт заблокирован, за неоднократное превышение количества запросов").answer()
        return web.Response(status=403, text="<html><h1>403 Forbidden</h1>nginx</html>", content_type="text/html")

    def _exchange(self, body: Record) -> web.Response:
        ours = {"client_id": self.client_id, "client_secret": self.client_secret, "redirect_uri": self.redirect_uri}
        if any(body.get(name) != value for name, value in ours.items()):
            raise Refusal(401, "Client authentication failed")
        is_code = body.get("grant_type") == "authorization_code" and body.get("code") == self.auth_code != ""
        is_refresh = body.get("grant_type") == "refresh_token" and body.get("refresh_token") == self.refresh_token
        if not (is_code or is_refresh):
            raise Refusal(400, "Token has been revoked")
        self.renewals += 1
        self.auth_code = "" if is_code else self.auth_code
        token = make_jwt(self.now() + timedelta(days=1), self.renewals)
        self.good_tokens.add(token)
        self.refresh_token = f"r3fresh-{self.renewals}-of-the-integration"
        told = {"token_type": "Bearer", "expires_in": 86400, "access_token": token, "refresh_token": self.refresh_token}
        return answer_json({**told, "server_time": self._unix()})
