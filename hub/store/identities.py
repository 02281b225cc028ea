"""The addresses of clients as rows; they are written through working sets.

Those of a kind that only a newer hub beside this one knows are its own business: its rows stay as they are, and the
client is served without them (case 36).
"""

from collections.abc import Iterable

import asyncpg

from hub.domain.contact import ContactIdentity
from hub.domain.identity import IdentityType
from hub.store.rows import codec_of

_KINDS = frozenset(IdentityType)


def decode_identities(rows: Iterable[asyncpg.Record]) -> list[ContactIdentity]:
    """Return the addresses among rows that this hub knows the kind of, in their order."""
    codec = codec_of(ContactIdentity)
    return [codec.decode(row) for row in rows if row["type"] in _KINDS]
