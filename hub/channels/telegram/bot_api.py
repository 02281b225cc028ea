"""Calls of the Bot API over the hub's HTTP client: parameters as JSON, files as multipart, answers as values.

An answer of the provider, good or bad, is an `ApiAnswer`; only what is no answer at all is raised. The token stands in
the path of every call and must not get into messages or logs: errors of `hub.net.http` name the host alone.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from hub.channels.telegram.settings import TelegramSettings
from hub.domain.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    PayloadInvalid,
    PayloadTooLarge,
    PermanentFailure,
    TemporaryFailure,
)
from hub.net.http import DEFAULT_DEADLINE, Http, HttpAnswer
from hub.net.payloads import Json, read_json_object

_UPLOAD_DEADLINE = timedelta(minutes=3)
# A hundred updates of the longest texts, with what they reply to.
_ANSWER_LIMIT_BYTES = 32 * 1024 * 1024
_UNAUTHORIZED = frozenset({401, 404})


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file of a call: `field` is what the parameters name by `attach://field`."""

    field: str
    name: str
    mime: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """What the provider said. `result` is None where the call failed or the body cannot be read (`is_readable`)."""

    status: int
    is_readable: bool
    result: Json = None
    description: str = ""
    retry_after: timedelta | None = None
    migrate_to_chat_id: str = ""

    @property
    def is_ok(self) -> bool:
        """Tell whether the call was done."""
        return self.status == 200 and self.is_readable

    def raise_failure(self, doing: str) -> NoReturn:
        """Raise what this answer means outside of sending.

        Raises:
            AuthenticationFailed: the token is refused.
            TemporaryFailure: limits, the provider's own faults, another program that reads the same bot.
            PermanentFailure: everything else.
        """
        words = f"{doing}: Telegram answered {self.status} {self.description}".rstrip()
        if self.status in _UNAUTHORIZED:
            raise AuthenticationFailed(f"{words}; check the token with @BotFather", self.status)
        if self.status == 409:
            raise TemporaryFailure(f"{words}; another program uses this bot, stop it or renew the token", self.status)
        if self.status == 429 or self.status >= 500 or not self.is_readable:
            raise TemporaryFailure(words, self.status, self.retry_after)
        raise PermanentFailure(words, self.status)


class BotApi:
    """The methods of one bot."""

    def __init__(self, settings: TelegramSettings, http: Http) -> None:
        self._http = http
        self._base_url = settings.base_url
        self._token = settings.token
        self._proxy = settings.proxy

    async def call(
        self,
        method: str,
        params: Mapping[str, object],
        *,
        files: list[OutgoingFile] | None = None,
        deadline: timedelta = DEFAULT_DEADLINE,
    ) -> ApiAnswer:
        """Call a method and return what the provider said.

        Raises:
            TemporaryFailure: the call did not reach the provider.
            PermanentFailure: `base_url` leads nowhere.
            OutcomeUnknown: it was sent and no whole answer came.
        """
        body, content_type = _multipart(params, files) if files else (_as_json(params), "application/json")
        try:
            answer = await self._http.request(
                "POST",
                f"{self._base_url}/bot{self._token.get_secret_value()}/{method}",
                headers={"Content-Type": content_type},
                data=body,
                deadline=max(deadline, _UPLOAD_DEADLINE) if files else deadline,
                limit_bytes=_ANSWER_LIMIT_BYTES,
                proxy=self._proxy.get_secret_value(),
            )
        except PayloadTooLarge as error:
            raise OutcomeUnknown("the answer of the Bot API is too long to be read") from error
        return _read(answer)

    async def download(self, path: str, *, limit_bytes: int) -> HttpAnswer:
        """Return the answer of the file server.

        Raises:
            TemporaryFailure, OutcomeUnknown: as `call`.
            PayloadTooLarge: over `limit_bytes`.
        """
        url = f"{self._base_url}/file/bot{self._token.get_secret_value()}/{path}"
        proxy = self._proxy.get_secret_value()
        return await self._http.request("GET", url, deadline=_UPLOAD_DEADLINE, limit_bytes=limit_bytes, proxy=proxy)


def _read(answer: HttpAnswer) -> ApiAnswer:
    """Return the answer; the front's HTML pages and cut bodies are not readable."""
    try:
        body = read_json_object(answer.body)
    except PayloadInvalid:
        return ApiAnswer(answer.status, is_readable=False, retry_after=answer.retry_after())
    given = body.get("parameters")
    parameters: dict[str, Json] = given if isinstance(given, dict) else {}
    wait = parameters.get("retry_after")
    return ApiAnswer(
        status=answer.status,
        is_readable=body.get("ok") is True and "result" in body if answer.status == 200 else True,
        result=body.get("result"),
        description=str(body.get("description", ""))[:200],
        retry_after=timedelta(seconds=wait) if isinstance(wait, int) and wait >= 0 else answer.retry_after(),
        migrate_to_chat_id=str(parameters.get("migrate_to_chat_id", "")),
    )


def _as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _multipart(params: Mapping[str, object], files: list[OutgoingFile]) -> tuple[bytes, str]:
    """Return body and content type of a multipart/form-data body (RFC 7578); file names stay UTF-8."""
    boundary = secrets.token_hex(16)
    pieces: list[bytes] = []
    for name, value in params.items():
        text = value if isinstance(value, str) else _as_json(value).decode()
        pieces.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode())
    for file in files:
        head = (
            f'form-data; name="{file.field}"; filename="{_quoted(file.name)}"\r\nContent-Type: {_one_line(file.mime)}'
        )
        pieces += [f"--{boundary}\r\nContent-Disposition: {head}\r\n\r\n".encode(), file.content, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces), f"multipart/form-data; boundary={boundary}"


def _quoted(name: str) -> str:
    """Return a file name as browsers write it (WHATWG HTML, multipart/form-data encoding)."""
    return _one_line(name).replace('"', "%22")


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")
