"""The API side of the five providers that place calls and keep recordings, at a socket, written without the adapters.

Each checks what the provider checks (signature, hash, token) as the facts of its module say, places a call at most
as often as it is asked, and gives recordings as it does: by a single-use address, by an address that expires, or by a
link in an event. What a page does not say is not made up: refusals are scripted by the test with `refuse`.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import web

SOUND = b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(range(256)) * 8
"""The beginning of an MP3 file, long enough to be one."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A call that the provider began: whom it rings first, then whom."""

    extension: str
    phone: str
    command: str = ""


@dataclass
class Switch:
    """One account of one provider. `settings` are those of the connection: both sides know the keys.

    `faults` are carried out in turn, one a request: a status, or `drop`, which places the call and says nothing.
    `rings` lets the phones of a placed call ring, where somebody plays them.
    """

    kind: str
    settings: Mapping[str, str]
    url: str = ""
    placed: list[Placed] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    recordings: dict[str, bytes] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    faults: list[int | str] = field(default_factory=list)
    retry_after: int = 0
    rings: Callable[[Placed], Awaitable[None]] | None = None
    _given: set[str] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Carry out one request."""
        if request.path.startswith("/records/"):
            return self._record(request.path.removeprefix("/records/"))
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, int):
            headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
            return web.Response(status=fault, headers=headers)
        answer = await _SIDES[self.kind](self, request)
        if fault == "drop" and request.transport is not None:
            request.transport.abort()
        return answer

    def link(self, recording: str) -> str:
        """Return the address at which a recording lies."""
        return f"{self.url}/records/{recording}"

    async def place(self, call: Placed) -> None:
        """Begin a call."""
        self.placed.append(call)
        if self.rings is not None:
            await self.rings(call)

    def _record(self, name: str) -> web.Response:
        """Give a recording; one of Mango's addresses works once."""
        known, _, once = name.partition("/")
        is_gone = known in self.expired or once in self._given
        if known not in self.recordings or is_gone:
            return web.json_response({"error": "KEY_IS_EXPIRED"}, status=404)
        self._given |= {once} if once else set()
        return web.Response(body=self.recordings[known], content_type="audio/mpeg")


async def _mango(switch: Switch, request: web.Request) -> web.Response:
    form = await request.post()
    key, salt, text = switch.settings["api_key"], switch.settings["api_salt"], str(form.get("json", ""))
    signature = hashlib.sha256(f"{key}{text}{salt}".encode()).hexdigest()
    if form.get("vpbx_api_key") != key or not hmac.compare_digest(str(form.get("sign", "")), signature):
        return web.json_response({"code": 3102}, status=401)
    order = json.loads(text)
    if request.path.endswith("/queries/recording/post"):
        return _mango_recording(switch, str(order["recording_id"]))
    if switch.refused:
        return web.json_response({"code": int(switch.refused.pop(0))}, status=420)
    await switch.place(Placed(order["from"]["extension"], order["to_number"], order["command_id"]))
    return web.json_response({"result": 1000})


def _mango_recording(switch: Switch, recording: str) -> web.Response:
    if recording not in switch.recordings:
        return web.Response(status=404)
    once = f"{switch.link(recording)}/{len(switch._given)}"
    return web.Response(status=302, headers={"Location": once})


async def _megafon(switch: Switch, request: web.Request) -> web.Response:
    form = await request.post()
    if form.get("token") != switch.settings["pbx_token"]:
        return web.json_response({"error": "Invalid token"}, status=401)
    user, phone = str(form.get("user", "")), str(form.get("phone", ""))
    if form.get("cmd") != "makeCall" or not user or not phone.isdigit():
        return web.json_response({"error": "Invalid parameters"}, status=400)
    if switch.refused:
        return web.json_response({"error": switch.refused.pop(0)}, status=400)
    await switch.place(Placed(user, phone))
    return web.json_response({"uuid": f"call-{len(switch.placed)}"})


async def _zadarma(switch: Switch, request: web.Request) -> web.Response:
    query = dict(request.query.items())
    text = urlencode(sorted(query.items()))
    signed = request.path + text + hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - the provider's own
    digest = hmac.new(switch.settings["api_secret"].encode(), signed.encode(), "sha1").hexdigest()
    wanted = f"{switch.settings['api_key']}:{base64.b64encode(digest.encode()).decode()}"
    if request.headers.get("Authorization") != wanted:
        return web.json_response({"status": "error", "message": "Not authorized"}, status=401)
    if request.path == "/v1/pbx/record/request/":
        return _zadarma_recording(switch, query["call_id"])
    if switch.refused:
        return web.json_response({"status": "error", "message": switch.refused.pop(0)})
    await switch.place(Placed(query["from"], query["to"]))
    return web.json_response({"status": "success", "from": query["from"], "to": query["to"], "time": 1763715600})


def _zadarma_recording(switch: Switch, recording: str) -> web.Response:
    if recording not in switch.recordings:
        return web.json_response({"status": "error", "message": "not ready"})
    switch.expired.discard(recording)
    return web.json_response({"status": "success", "link": switch.link(recording)})


async def _uis(switch: Switch, request: web.Request) -> web.Response:
    told = await request.json()
    params, answer = told["params"], {"jsonrpc": "2.0", "id": told["id"]}
    if params["access_token"] != switch.settings["access_token"]:
        return web.json_response({**answer, "error": {"code": -32001, "message": "Access token is invalid"}})
    if switch.refused:
        return web.json_response({**answer, "error": {"code": -32602, "message": switch.refused.pop(0)}})
    await switch.place(Placed(str(params["employee"]["id"]), params["contact"], params["external_id"]))
    return web.json_response({**answer, "result": {"data": {"call_session_id": 700 + len(switch.placed)}}})


async def _sipuni(switch: Switch, request: web.Request) -> web.Response:
    query = dict(request.query.items())
    given = query.pop("hash", "")
    values = [*(query[name] for name in sorted(query)), switch.settings["api_secret"]]
    if given != hashlib.md5("+".join(values).encode()).hexdigest():  # noqa: S324 - the provider's own
        return web.json_response({"success": False, "message": "hash is wrong"})
    if request.path.endswith("/statistic/record"):
        found = switch.recordings.get(query["id"])
        return web.Response(body=found, content_type="audio/mpeg") if found else web.Response(status=404)
    if switch.refused:
        return web.json_response({"success": False, "message": switch.refused.pop(0)})
    await switch.place(Placed(query["sipnumber"], query["phone"]))
    return web.json_response({"success": True})


_SIDES: Mapping[str, Callable[[Switch, web.Request], Awaitable[web.Response]]] = {
    "mango": _mango,
    "megafon": _megafon,
    "zadarma": _zadarma,
    "uis": _uis,
    "sipuni": _sipuni,
}


@asynccontextmanager
async def serve(switch: Switch) -> AsyncIterator[Switch]:
    """Serve an account on a free port of the loopback while the block runs; `url` has no trailing slash."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", switch.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    switch.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield switch
    finally:
        await runner.cleanup()
