"""Comparing secrets and signatures without telling by time how much of them was right (RFC 2104 for HMAC)."""

import hashlib
import hmac


def is_same_secret(given: str, *expected: str) -> bool:
    """Tell whether `given` equals one of `expected` (two during a rotation), in constant time; empty never matches."""
    found, candidate = False, given.encode("utf-8", "surrogatepass")
    for secret in expected:
        found |= bool(secret) and hmac.compare_digest(candidate, secret.encode())
    return found


def hmac_hex(secret: str, message: bytes, algorithm: str = "sha256") -> str:
    """Return the lower-case hexadecimal HMAC of `message`."""
    return hmac.new(secret.encode(), message, algorithm).hexdigest()


def digest_hex(message: bytes, algorithm: str) -> str:
    """Return the lower-case hexadecimal digest; `md5` and `sha1` only where a provider demands them."""
    return hashlib.new(algorithm, message, usedforsecurity=False).hexdigest()
