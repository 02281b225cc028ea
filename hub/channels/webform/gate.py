"""Who may send to a form: a server that knows the secret, a page of an allowed site, the hub's own page.

The address of a browser form stands in public pages, so the key in it proves nothing; the `Origin` header of the
browser (Fetch standard §3.2) and the limits hold off others. Limits are kept in this process: they protect, they do
not count.
"""

from datetime import datetime, timedelta

from hub.channels.base import Raw
from hub.channels.webform.content import read_content
from hub.channels.webform.settings import WebFormSettings
from hub.domain.errors import PayloadInvalid, RateExceeded, WebhookRejected
from hub.net.signatures import is_same_secret

_MAX_ADDRESSES = 10_000
_BODY_TO_SEARCH_BYTES = 64 * 1024


class Bucket:
    """Tokens that refill evenly over a minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._tokens = float(per_minute)
        self._at: datetime | None = None

    def take(self, now: datetime) -> timedelta:
        """Take one token; return zero, or how long until there is one."""
        before = self._at or now
        self._at = max(before, now)
        passed = (self._at - before).total_seconds()
        self._tokens = min(float(self._per_minute), self._tokens + passed * self._per_minute / 60)
        if self._tokens < 1:
            return timedelta(seconds=(1 - self._tokens) * 60 / self._per_minute)
        self._tokens -= 1
        return timedelta(0)


class Gate:
    """Judges the requests of one connection."""

    def __init__(self, settings: WebFormSettings, *, own_site: str) -> None:
        self._settings = settings
        self._sites = frozenset({*settings.allowed_origins, own_site} - {""})
        self._secrets = [secret.get_secret_value() for secret in (settings.secret, settings.previous_secret)]
        self._form = Bucket(settings.per_form_per_minute)
        self._addresses: dict[str, Bucket] = {}

    def check(self, raw: Raw) -> None:
        """Let a request pass.

        Raises:
            WebhookRejected: it proves nothing that this connection accepts.
            RateExceeded: it proves no secret, and there were too many like it.
        """
        if raw.method != "POST":
            raise WebhookRejected(f"a form is sent by POST, not by {raw.method}")
        if self._has_secret(raw):
            return
        if not (self.origin_of(raw) or self._settings.accepts_unsigned):
            raise WebhookRejected(self._reason(raw))
        self._limit(raw)

    def origin_of(self, raw: Raw) -> str:
        """Return the origin of the page if it may send here, else an empty text."""
        origin = raw.headers.get("origin", "").lower()
        host = raw.headers.get("host", "").lower()
        is_own_page = bool(host) and origin in {f"http://{host}", f"https://{host}"}
        return origin if origin in self._sites or is_own_page else ""

    def _has_secret(self, raw: Raw) -> bool:
        return any(self._secrets) and is_same_secret(self._given_secret(raw), *self._secrets)

    def _given_secret(self, raw: Raw) -> str:
        name = self._settings.secret_name.casefold()
        bearer = raw.headers.get("authorization", "").partition(" ")
        given = raw.headers.get(name, "") or (bearer[2] if bearer[0].lower() == "bearer" else "")
        if given or len(raw.body) > _BODY_TO_SEARCH_BYTES:
            return given
        try:
            return read_content(raw).first(name)
        except PayloadInvalid:
            return ""

    def _reason(self, raw: Raw) -> str:
        if any(self._secrets):
            return (
                f"no valid secret in the header or field '{self._settings.secret_name}', and no page of an allowed site"
            )
        if "origin" in raw.headers:
            return "the page's site is not among the allowed origins of this connection"
        return "no secret is set and the request comes from no page; set a secret or allow unsigned requests"

    def _limit(self, raw: Raw) -> None:
        bucket = self._addresses.get(raw.remote)
        if bucket is None:
            if len(self._addresses) >= _MAX_ADDRESSES:
                self._addresses.clear()
            bucket = self._addresses[raw.remote] = Bucket(self._settings.per_address_per_minute)
        wait = bucket.take(raw.received_at) or self._form.take(raw.received_at)
        if wait:
            raise RateExceeded("more requests than people send; the sender may try again", wait)
