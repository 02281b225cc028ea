"""What an answer to a sending call means: accepted, later, never or unknown.

The provider has no codes finer than HTTP, so 400 and 403 are told apart by their sentences. There is no idempotency
key: what was sent and not answered stays unknown.
"""

from hub.channels.telegram import business
from hub.channels.telegram.bot_api import ApiAnswer
from hub.domain.errors import OutcomeUnknown, ProviderError, TemporaryFailure
from hub.domain.outbound import Failed, Later, Unknown

_BLOCKED = "Клиент заблокировал бота или удалил свой аккаунт: ответьте ему в другом канале."
_EXPELLED = "Бота убрали из этой группы."
# A piece of the provider's sentence -> stable reason and words for people.
_REFUSALS = (
    ("chat not found", "not_found", "Такого чата больше нет, или клиент ни разу не писал боту."),
    ("peer_id_invalid", "not_found", "Такого чата больше нет, или клиент ни разу не писал боту."),
    *business.REFUSALS,
    ("too big", "too_large", "Файл больше, чем принимает Telegram (50 МБ)."),
    ("too long", "too_large", "Текст длиннее, чем принимает Telegram."),
    ("too large", "too_large", "Файл больше, чем принимает Telegram (50 МБ)."),
)


def failure_of(answer: ApiAnswer) -> Later | Failed | Unknown:
    """Return what a call without success means."""
    match answer.status:
        case 200:
            return Unknown("unreadable_answer")
        case 401 | 404:
            words = "Telegram не принимает токен бота: проверьте его у @BotFather."
            return Failed("refused", words, is_connection_fault=True)
        case 403:
            expelled = "kicked" in answer.description.lower() or "not a member" in answer.description.lower()
            return Failed("blocked", _EXPELLED if expelled else _BLOCKED)
        case 413:
            return Failed("too_large", "Файл больше, чем принимает Telegram (50 МБ).")
        case 409 | 429:
            return Later("rate_limited" if answer.status == 429 else "conflict", answer.retry_after)
        case status if status >= 500:
            return Later("provider_down", answer.retry_after)
        case _:
            return _refusal(answer)


def fault_of(error: ProviderError) -> Later | Failed | Unknown:
    """Return what a call without any answer means."""
    match error:
        case OutcomeUnknown():
            return Unknown("no_answer")
        case TemporaryFailure():
            return Later("no_connection", error.retry_after)
        case _:
            words = "По адресу Bot API из настроек подключения никого нет: проверьте base_url."
            return Failed("refused", words, is_connection_fault=True)


def _refusal(answer: ApiAnswer) -> Failed:
    if answer.migrate_to_chat_id:
        return Failed("moved", "Группа стала супергруппой с другим номером.", moved_to=answer.migrate_to_chat_id)
    sentence = answer.description.lower()
    for piece, reason, words in _REFUSALS:
        if piece in sentence:
            return Failed(reason, words)
    return Failed("refused", f"Telegram отказал с кодом {answer.status}.")
