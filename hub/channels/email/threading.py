"""What ties a letter to a thread or to us: reply tokens, the mark of our own letters, subjects without prefixes, ids.

Pure. Which thread it is, and whether the sender takes part in it (cases 42, 43, 59), decides `hub.inbox` by
`MailHints`. RFC 5322 §3.6.4 (In-Reply-To, References), RFC 5233 (plus-addresses), RFC 8601 (Authentication-Results).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable

SYNTHETIC_DOMAIN = "synthetic.invalid"
_TOKEN = re.compile(r"^r-[a-z2-7]{16}$")
_TOKEN_BYTES = 10
_MARK_BYTES = 16
_HASH = re.compile(r"#[0-9a-f]{16}$")


def make_reply_token(proof: bytes) -> str:
    """Return the part after the plus of a reply address from a keyed digest of the letter (80 bits of it, case 95).

    Nothing is verified when it comes back: the hub keeps the tokens of accepted letters as ids and looks them up.
    """
    return f"r-{base64.b32encode(proof[:_TOKEN_BYTES]).decode('ascii').lower()}"


def make_own_mark(key: bytes, message_id: str) -> str:
    """Return what proves that a letter with this Message-ID is ours: 128 bits of its HMAC-SHA256."""
    return hmac.digest(key, message_id.encode("utf-8", "surrogateescape"), hashlib.sha256)[:_MARK_BYTES].hex()


def is_own_mark(mark: str, key: bytes, message_id: str) -> bool:
    """Tell whether `mark` was made by `make_own_mark`; never without a key. Compares in constant time."""
    return bool(key) and hmac.compare_digest(mark.encode("utf-8", "replace"), make_own_mark(key, message_id).encode())


def find_reply_token(addresses: Iterable[str]) -> str:
    """Return the first plus-part that has the form of a reply token; empty if there is none."""
    for address in addresses:
        plus = address.rpartition("@")[0].rpartition("+")
        if plus[1] and _TOKEN.match(plus[2].lower()):
            return plus[2].lower()
    return ""


def reply_address(address: str, token: str) -> str:
    """Return our address with the token in it: `sales@example.ru` → `sales+r-…@example.ru`."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}+{token}@{domain}" if token else address


def external_id(message_id: str, body: bytes) -> str:
    """Return the id under which the hub keeps a letter: its Message-ID and a hash of its bytes behind `#`."""
    return f"{message_id}#{hashlib.sha256(body).hexdigest()[:16]}"


def bare_message_id(kept: str) -> str:
    """Return the Message-ID of an id that `external_id` made; other ids come back as they are."""
    return _HASH.sub("", kept)


def thread_root(message_id: str, in_reply_to: str, references: tuple[str, ...]) -> str:
    """Return the id that letters of one thread share: the oldest reference, else what it answers, else its own."""
    return next(iter(references), "") or in_reply_to or message_id


def has_passed_dmarc(results: Iterable[str], authserv_id: str, domain: str) -> bool:
    """Tell whether the configured receiver vouches for the From domain (case 94).

    Only the topmost field with that authserv-id counts, since a forged one can only stand below what the receiver put
    on top. An empty `authserv_id` trusts nobody.
    """
    if not authserv_id or not domain:
        return False
    for result in results:
        name, _, rest = result.partition(";")
        if (name.split() or [""])[0].lower() != authserv_id.lower():
            continue
        passed = re.search(r"\bdmarc\s*=\s*pass\b", _COMMENT.sub("", rest), re.IGNORECASE)
        aligned = re.search(r"\bheader\.from\s*=\s*\"?@?([^\s;\"]+)", rest, re.IGNORECASE)
        return bool(passed) and (aligned is None or aligned[1].lower().rpartition("@")[2] == domain.lower())
    return False


_COMMENT = re.compile(r"\([^()]*\)")
