"""Takes a connection's own secrets out of what is stored of a request.

Providers that sign nothing send our secret with each request: in a header, a query parameter, a field of the body. It
has proved the sender by then, and a stored copy would go into every dump. Secrets are found by their value, so no
provider has to be known here; ones shorter than 8 characters are left, since masking those would spoil phone numbers.
"""

import json
from collections.abc import Iterator, Sequence
from urllib.parse import quote, quote_plus

from pydantic import BaseModel, SecretStr

MASK = "***"
_SHORTEST = 8


def secret_forms(settings: BaseModel) -> tuple[str, ...]:
    """Return the secrets of settings, nested ones too, in every form in which JSON, forms and queries write them."""
    found: dict[str, None] = {}
    for secret in _secrets(settings):
        if len(secret) >= _SHORTEST:
            written = json.dumps(secret)[1:-1]
            found |= dict.fromkeys((secret, quote_plus(secret), quote(secret, safe=""), written))
    return tuple(sorted(found, key=len, reverse=True))


def mask(text: str, secrets: Sequence[str]) -> str:
    """Return `text` with every secret in it replaced; repeating it changes nothing."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def mask_bytes(content: bytes, secrets: Sequence[str]) -> bytes:
    """Return `content` with every secret in it replaced; the very same object where there is none."""
    for secret in secrets:
        content = content.replace(secret.encode(), MASK.encode())
    return content


def _secrets(settings: BaseModel) -> Iterator[str]:
    for _, value in settings:
        for each in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(each, SecretStr):
                yield each.get_secret_value()
            elif isinstance(each, BaseModel):
                yield from _secrets(each)
