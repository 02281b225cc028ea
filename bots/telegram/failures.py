"""What the Bot API refuses, in the errors of the hub: the edge where aiogram's exceptions end.

Source: core.telegram.org/bots/api, "Making requests" (Bot API 10.3), and aiogram 3.31, whose ClientDecodeError (a 502
with an HTML body) is not one of its API errors. There is no idempotency key: a request that got no answer may have been
applied, and only a connection that was never made surely was not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from hub.domain.errors import (
    AuthenticationFailed,
    OutcomeUnknown,
    PermanentFailure,
    ProviderError,
    TemporaryFailure,
)
from hub.domain.outbound import Failed, Later, SendResult, Unknown

BLOCKED = "blocked"
GONE = "not_found"
UNCHANGED = "unchanged"
REFUSED = "refused"
MARKUP = "markup"
NO_TOPIC = "no_topic"
NO_RIGHTS = "no_rights"
_SLOW_DOWN = "Too Many Requests"  # without a wait aiogram knows no class for it
_REASONS = (
    ("message is not modified", UNCHANGED),
    ("message to edit not found", GONE),
    ("message can't be edited", GONE),
    ("there is no text in the message to edit", GONE),
    ("chat not found", GONE),
    ("message thread not found", NO_TOPIC),
    ("topic_closed", NO_TOPIC),
    ("topic_deleted", NO_TOPIC),
    ("not enough rights to send", NO_RIGHTS),
    ("chat_write_forbidden", NO_RIGHTS),
    ("entit", MARKUP),
)


class ChatMoved(PermanentFailure):
    """The group became a supergroup: it is `chat_id` from now on, and its messages of before cannot be reached."""

    def __init__(self, chat_id: int) -> None:
        super().__init__("the group has another number now", 400, "moved")
        self.chat_id = chat_id


@contextmanager
def provider_errors() -> Iterator[None]:
    """Translate whatever a call of the Bot API raises.

    Raises:
        TemporaryFailure: 429 (with its wait), 5xx, or no connection.
        AuthenticationFailed: the token is not accepted.
        PermanentFailure: refused; `reason` is one of this module's words.
        OutcomeUnknown: the request went out and no readable answer came.
    """
    try:
        yield
    except AiogramError as error:
        raise translated(error) from error


def translated(error: AiogramError) -> ProviderError:
    """Return the hub's error for one of aiogram's."""
    match error:
        case TelegramRetryAfter():
            return TemporaryFailure("Telegram asks to slow down", 429, timedelta(seconds=error.retry_after))
        case TelegramAPIError() if error.message.startswith(_SLOW_DOWN):
            return TemporaryFailure("Telegram asks to slow down", 429)
        case TelegramForbiddenError():
            return PermanentFailure("the manager blocked the bot", 403, BLOCKED)
        case TelegramUnauthorizedError():
            return AuthenticationFailed("Telegram does not accept the manager bot's token; set a new one", 401)
        case TelegramNetworkError():
            return _network(error)
        case TelegramServerError():
            return TemporaryFailure("Telegram is not well", 500)
        case ClientDecodeError():
            return OutcomeUnknown("Telegram's answer could not be read")
        case _:
            return _refused(error)


def as_result(error: ProviderError) -> SendResult:
    """Return what the worker of deliveries makes of an error."""
    match error:
        case TemporaryFailure():
            return Later(str(error), error.retry_after)
        case AuthenticationFailed():
            return Failed(REFUSED, str(error), is_connection_fault=True)
        case OutcomeUnknown():
            return Unknown(str(error))
        case PermanentFailure():
            return Failed(error.reason, str(error))
        case _:
            return Later(str(error))


def _refused(error: AiogramError) -> PermanentFailure:
    if isinstance(error, TelegramMigrateToChat):
        return ChatMoved(error.migrate_to_chat_id)
    if isinstance(error, TelegramEntityTooLarge):
        return PermanentFailure("the file is too large for Telegram", 413, "too_large")
    if not isinstance(error, TelegramAPIError):
        return PermanentFailure("the request could not be built", reason=REFUSED)
    reason = _reason(error.message) if isinstance(error, TelegramBadRequest) else REFUSED
    return PermanentFailure(f"Telegram refused: {error.message[:200]}", 400, reason)


def _network(error: TelegramNetworkError) -> ProviderError:
    """Tell a connection that was never made from an answer that never came, by the name of the cause.

    The class lives in the HTTP client, which only `hub.net` may import.
    """
    names = {kind.__name__ for kind in type(error.__cause__).__mro__}
    if names & {"ClientConnectorError", "ConnectionTimeoutError"}:
        return TemporaryFailure("no connection to Telegram")
    return OutcomeUnknown("the connection to Telegram broke before its answer")


def _reason(message: str) -> str:
    lowered = message.lower()
    return next((reason for sign, reason in _REASONS if sign in lowered), REFUSED)
