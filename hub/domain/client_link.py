"""Links that lead a client from a card to our bot: the token that comes back and what of it is kept.

Whoever opens the link has held it, nothing more: links get forwarded. So it never proves who somebody is (M-2) and
never joins cards by itself; it raises the question «Это один клиент?» (M-5). A link works once, for a week; the hub
keeps its hash alone, as an address of the card.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

from hub.domain.contact import ContactIdentity
from hub.domain.identity import IdentityType

LASTS = timedelta(days=7)
_MARK = "c_"
_TOKEN_BYTES = 16
_PAYLOAD = re.compile(r"c_([A-Za-z0-9_-]{22})", re.ASCII)


def new_token() -> str:
    """Return 128 random bits in the 22 characters that a link can carry."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def payload_of(token: str) -> str:
    """Return what the link hands back."""
    return f"{_MARK}{token}"


def token_in(payload: str) -> str:
    """Return the token that a link handed back, empty if it is another kind of link."""
    found = _PAYLOAD.fullmatch(payload)
    return found[1] if found else ""


def hash_of(token: str) -> str:
    """Return what is kept of a token: the value of an address."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_spent(row: ContactIdentity, now: datetime) -> bool:
    """Tell whether an address is a link that was opened already, or is too old; of other addresses never."""
    return row.type is IdentityType.card_link and (bool(row.claims) or now >= row.created_at + LASTS)
