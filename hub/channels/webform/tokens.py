"""Signed marks a browser carries: when a form was shown, and the receipt its sender keeps.

Both are HMAC-SHA256 with the connection's own key. A fill-time token is `<unix seconds>.<signature>`; a receipt token
tells nothing but that we have the submission (the submitter never sees ids of ours).
"""

from datetime import UTC, datetime, timedelta

from hub.net.signatures import hmac_hex, is_same_secret

_SIGNATURE_LENGTH = 32
_MAX_DIGITS = 12


def issue_fill_token(key: str, now: datetime) -> str:
    """Return the token of a form shown at `now`."""
    issued = str(int(now.timestamp()))
    return f"{issued}.{_sign(key, 'fill', issued)[:_SIGNATURE_LENGTH]}"


def fill_time(key: str, token: str, sent_at: datetime) -> timedelta | None:
    """Return how long the form was open until `sent_at`, None if the token is not ours."""
    issued, _, signature = token.partition(".")
    if not (issued.isascii() and issued.isdigit()) or len(issued) > _MAX_DIGITS:
        return None
    if not is_same_secret(signature, _sign(key, "fill", issued)[:_SIGNATURE_LENGTH]):
        return None
    return sent_at - datetime.fromtimestamp(int(issued), UTC)


def receipt_token(key: str, submission: str) -> str:
    """Return the receipt of a submission, the same for every repetition of it: `1A2B-3C4D-5E6F`."""
    digits = _sign(key, "receipt", submission)[:12].upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}"


def _sign(key: str, purpose: str, text: str) -> str:
    return hmac_hex(key, f"{purpose}:{text}".encode())
