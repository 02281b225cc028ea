"""States that are stored by key, as people call them: how a conversation ended, why something was not sent."""

from collections.abc import Mapping

from hub.domain.conversation import Outcome
from hub.domain.words import Words

_OUTCOMES: Mapping[str, Words] = {
    Outcome.deal: Words("сделка", "deal"),
    Outcome.agreed: Words("договорились", "agreed"),
    Outcome.refused: Words("отказ", "refused"),
    Outcome.solved: Words("вопрос решён", "solved"),
    Outcome.duplicate: Words("дубль", "duplicate"),
    Outcome.unreachable: Words("не дозвонились", "unreachable"),
    Outcome.spam: Words("спам", "spam"),
}
_SENDS: Mapping[str, Words] = {
    "failed": Words("отказ", "refused"),
    "parked": Words("отложено", "parked"),
    "unknown": Words("неизвестно, дошло ли", "nobody knows whether it arrived"),
}
_FAILURES: Mapping[str, Words] = {
    "blocked": Words("клиент нас заблокировал", "the client has blocked us"),
    "not_found": Words("такого адреса нет", "there is no such address"),
    "too_large": Words("файл слишком большой", "the file is too large"),
    "refused": Words("канал отказал", "the channel refused"),
    "moved": Words("адрес изменился", "the address has changed"),
}


def say_outcome(outcome: str) -> Words:
    """Return how a conversation ended."""
    return _OUTCOMES.get(outcome, Words(outcome, outcome))


def say_send(state: str) -> Words:
    """Return what became of something that was not simply sent."""
    return _SENDS.get(state, Words(state, state))


def say_failure(reason: str) -> Words:
    """Return why something was not sent; what we have no words for as the channel said it."""
    return _FAILURES.get(reason, Words(reason, reason))
