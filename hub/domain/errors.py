"""The one tree of errors of the hub.

    HubError
    ├── ConfigError                   the installation or the rules are wrong; says where and what to do
    │   └── PolicyInvalid             the policy document is refused; carries every fault in both languages
    ├── WebhookRejected               the caller did not prove who it is (401)
    │   ├── UnknownConnection         no connection has this key (404)
    │   └── RateExceeded              too many from one address at a public entrance (429)
    ├── PayloadInvalid                authenticated, but cannot be understood: parked
    │   ├── PayloadTooLarge           over the limit of the entrance (413)
    │   └── PayloadIncomplete         did not come whole or in time (503)
    ├── UnsupportedEvent              understood, and not for us: stored and ignored
    ├── NotFound                      also the answer for things of others (RG-2)
    ├── Conflict                      somebody was faster; carries who
    │   ├── Composing                 somebody else is answering the same client now (R-11)
    │   ├── StillWaiting              the client waits for an answer, so it cannot be closed (S9)
    │   ├── SnoozeTooLong             nobody has answered yet, so it cannot be put off for so long; carries the limit
    │   ├── ReasonMissing             the decision needs its reason in words (S8, L-5)
    │   ├── FieldsMissing             the lead cannot move without what is missing; carries the names (L-3)
    │   ├── FieldInvalid              a field does not take this value; carries the field (L-7)
    │   └── CallImpossible            no connection can call for this person; carries why
    ├── AlreadyDone                   the same update has done it before; carries with whom
    ├── PermissionDenied              the actor may not do this (RG-3)
    ├── ReplyWindowClosed             the channel forbids to write now
    ├── ContactBlocked                the contact is blocked or has no way to be reached
    ├── StorageUnavailable            database or disk cannot take it now (503)
    └── ProviderError                 an outside service
        ├── TemporaryFailure          may succeed later; may carry `retry_after`
        ├── PermanentFailure          will never succeed; carries `reason`
        ├── AuthenticationFailed      our credentials are refused: pauses the connection
        │   └── TokenExpired          the access token has run out: renewed once, then the call is made again
        └── OutcomeUnknown            the request may have been applied

Every class has a stable `code` (API, logs, docs) and `retryable`. Messages are written for the administrator: the
thing, the reason, the next step. They never hold secrets or a client's text.
"""

from datetime import timedelta
from typing import ClassVar

from hub.domain.words import Words


class HubError(Exception):
    """Base of all errors of the hub; `str()` is the sentence for the administrator."""

    code: ClassVar[str] = "hub"
    retryable: ClassVar[bool] = False


class ConfigError(HubError):
    """The installation, a connection's settings or the policy document is wrong."""

    code = "config"


class PolicyInvalid(ConfigError):
    """The policy document is refused as a whole: `words` are its faults, a line each, with place and mend."""

    code = "config.policy"

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


class WebhookRejected(HubError):
    """The caller of a webhook did not prove who it is. The message goes to the attempts list."""

    code = "webhook.rejected"


class UnknownConnection(WebhookRejected):
    """No connection has the key in the path."""

    code = "webhook.unknown_connection"


class RateExceeded(WebhookRejected):
    """One address sends more to a public entrance than people do. `retry_after` is when it may try again."""

    code = "webhook.rate_exceeded"
    retryable = True

    def __init__(self, message: str, retry_after: timedelta) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PayloadInvalid(HubError):
    """An authenticated payload that its channel cannot understand; the receipt is parked."""

    code = "payload.invalid"


class PayloadTooLarge(PayloadInvalid):
    """A body or file over the limit of its entrance."""

    code = "payload.too_large"


class PayloadIncomplete(PayloadInvalid):
    """A body that did not come whole, or not in time; the sender should try again."""

    code = "payload.incomplete"
    retryable = True


class UnsupportedEvent(HubError):
    """A payload that is understood and deliberately ignored."""

    code = "payload.unsupported"


class NotFound(HubError):
    """It does not exist, or not for this actor (RG-2: both answer alike)."""

    code = "not_found"


class Conflict(HubError):
    """Somebody was faster. `winner` is the name to show, empty if none applies."""

    code = "conflict"

    def __init__(self, message: str, winner: str = "") -> None:
        super().__init__(message)
        self.winner = winner


class Composing(Conflict):
    """Somebody else is answering the same client: `winner` is the name, `said` what was sent meanwhile, if anything.

    A question, not a refusal: the same answer passes once it is confirmed (R-11).
    """

    code = "conflict.composing"

    def __init__(self, message: str, winner: str, said: str = "") -> None:
        super().__init__(message, winner)
        self.said = said


class StillWaiting(Conflict):
    """The client still waits: an answer, or the word that none is needed, comes before closing (S9)."""

    code = "conflict.still_waiting"


class SnoozeTooLong(Conflict):
    """A client whom nobody has answered yet is put off for at most `limit` (the line's `snooze_unanswered`)."""

    code = "conflict.snooze_too_long"

    def __init__(self, message: str, limit: timedelta) -> None:
        super().__init__(message)
        self.limit = limit


class ReasonMissing(Conflict):
    """The decision is possible with its reason in words only (S8, L-5)."""

    code = "conflict.reason_missing"


class FieldsMissing(Conflict):
    """A stage wants more than the lead has: `missing` names them in the stage's order (L-3)."""

    code = "conflict.fields_missing"

    def __init__(self, message: str, missing: tuple[str, ...]) -> None:
        super().__init__(message)
        self.missing = missing


class FieldInvalid(Conflict):
    """A field does not take what was written: the message says the expected form, `name` which field (L-7)."""

    code = "conflict.field_invalid"

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


class CallImpossible(Conflict):
    """Nobody can be rung for this: `reason` is `no_number`, `no_pbx` or `no_extension`."""

    code = "conflict.call_impossible"

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class AlreadyDone(HubError):
    """The same update has done it before: `conversation_id` is with whom, so that the present state can be shown."""

    code = "already_done"

    def __init__(self, message: str, conversation_id: int) -> None:
        super().__init__(message)
        self.conversation_id = conversation_id


class PermissionDenied(HubError):
    """The actor sees the thing but may not do this to it (RG-3)."""

    code = "permission_denied"


class ReplyWindowClosed(HubError):
    """The channel does not let us write to the client now."""

    code = "reply.window_closed"


class ContactBlocked(HubError):
    """The contact is blocked, or no proven address of it is reachable (M-16)."""

    code = "reply.contact_blocked"


class StorageUnavailable(HubError):
    """Database or disk cannot take it now; the sender should try again."""

    code = "storage.unavailable"
    retryable = True


class ProviderError(HubError):
    """An outside service failed. `status` is its status code, 0 if none was received."""

    code = "provider"

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class TemporaryFailure(ProviderError):
    """The provider could not do it now; the same request may succeed later.

    Retried by `hub.delivery.retry`. `retry_after` is the provider's own wish, or `None` if it gave none.
    """

    code = "provider.temporary"
    retryable = True

    def __init__(self, message: str, status: int = 0, retry_after: timedelta | None = None) -> None:
        super().__init__(message, status)
        self.retry_after = retry_after


class PermanentFailure(ProviderError):
    """The provider will never accept this request. `reason` is a stable word: `blocked`, `not_found`, `too_long` …"""

    code = "provider.permanent"

    def __init__(self, message: str, status: int = 0, reason: str = "refused") -> None:
        super().__init__(message, status)
        self.reason = reason


class AuthenticationFailed(ProviderError):
    """Our credentials are refused: the connection is paused and the administrator told."""

    code = "provider.authentication"


class TokenExpired(AuthenticationFailed):
    """The access token has run out; whoever holds the refresh token renews it once and asks again."""

    code = "provider.token_expired"


class OutcomeUnknown(ProviderError):
    """The request was sent and no answer came: it may have been applied. Retried once at most, same identity."""

    code = "provider.unknown"
