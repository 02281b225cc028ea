"""Reads the parameters of a call: query, JSON, urlencoded or multipart, as different programs send them.

Nested objects come as JSON strings except in JSON bodies; uploaded files are named directly or by `attach://name`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from hub.testing.telegram.refusals import ApiRefusal, bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart body."""

    name: str
    mime: str
    data: bytes


class Params:
    """Parameters of one call, typed when asked for."""

    def __init__(self, values: Mapping[str, Any], uploads: Mapping[str, Upload]) -> None:
        self.values = values
        self.uploads = uploads

    def text(self, name: str) -> str:
        """Return a string, empty if absent."""
        value = self.values.get(name)
        return "" if value is None else str(value)

    def number(self, name: str) -> int | None:
        """Return an integer, `None` if absent or not one."""
        try:
            return int(self.text(name))
        except ValueError:
            return None

    def flag(self, name: str) -> bool:
        """Return a boolean however it is spelt."""
        return self.text(name).lower() in {"true", "1", "yes"}

    def nested(self, name: str) -> Any:
        """Return an object or array, `None` if absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError as error:
            raise bad_request(f"can't parse {name} JSON object") from error

    def upload(self, reference: str) -> Upload | None:
        """Return the uploaded file that a field name or an `attach://name` means."""
        return self.uploads.get(reference.removeprefix("attach://"))


async def read_params(request: web.Request) -> Params:
    """Read everything a request carries.

    Raises:
        ApiRefusal: the body cannot be read (400) or is over 50 MB (413).
    """
    values: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    try:
        if request.content_type == "application/json":
            values |= await request.json()
        elif request.method == "POST":
            for name, value in (await request.post()).items():
                _take(name, value, values, uploads)
    except web.HTTPRequestEntityTooLarge as error:
        raise ApiRefusal(413, "Request Entity Too Large") from error
    except ValueError as error:
        raise bad_request("can't parse the request") from error
    return Params(values, uploads)


def _take(
    name: str, value: str | bytes | bytearray | web.FileField, values: dict[str, Any], uploads: dict[str, Upload]
) -> None:
    if isinstance(value, web.FileField):
        uploads[name] = Upload(value.filename, value.content_type, value.file.read())
        value.file.close()
    else:
        values[name] = value if isinstance(value, str) else bytes(value).decode()
