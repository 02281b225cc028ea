"""How a client was known, and why people are asked «Это один клиент?»: codes that are stored, words that are shown.

A code is what `hub.inbox.folds.matching` writes into questions and the ledger; it becomes words in the reader's
language when somebody looks. Rows of earlier versions hold Russian words and are shown as they are. An account of a
messenger is named only where it has a name: its number says nothing to anybody (M-5).
"""

from hub.domain.contact import ContactIdentity
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.words import Words

NEW_CLIENT = "match:new"
SAME_THREAD = "match:thread"
SEVERAL_CARDS = "match:several"
CARD_LINK = "match:card_link"
_ADDRESS = "match:address"
_SAID = {
    NEW_CLIENT: Words("новый клиент: такого адреса ещё не было", "a new client: no such address before"),
    SAME_THREAD: Words(
        "та же переписка: адрес общий для нескольких людей", "the same thread: several people share the address"
    ),
    CARD_LINK: Words("открыта ссылка на бота с этой карточки", "a link to the bot from this card was opened"),
    SEVERAL_CARDS: Words("подходит больше одной карточки", "more than one card fits"),
}
_TYPES = {
    IdentityType.phone: Words("телефон", "telephone"),
    IdentityType.email: Words("почта", "e-mail"),
    IdentityType.tg_user: Words("аккаунт Telegram", "Telegram account"),
}
_LEVELS = {
    ProofLevel.proven: Words("подтверждён", "proven"),
    ProofLevel.claimed: Words("указан клиентом", "as the client says"),
    ProofLevel.imported: Words("загружен", "imported"),
}


def address_code(row: ContactIdentity) -> str:
    """Return the code of «known by this address»."""
    if row.type is IdentityType.card_link:
        return CARD_LINK
    shown = row.original or row.value
    if row.type is IdentityType.tg_user and shown == row.value:
        shown = ""
    return f"{_ADDRESS}:{row.type.value}:{row.level.value}:{shown}"


def say_match(stored: str, *, language: str) -> str:
    """Return a stored code in words; what is none, as it is stored."""
    if stored in _SAID:
        return _say(_SAID[stored], language)
    if not stored.startswith(f"{_ADDRESS}:"):
        return stored
    kind, level, shown = stored.removeprefix(f"{_ADDRESS}:").split(":", 2)
    named = _say(_TYPES[IdentityType(kind)], language) if kind in _TYPES else kind
    proof = _say(_LEVELS[ProofLevel(level)], language)
    return f"{named} {shown} ({proof})" if shown else f"{named} ({proof})"


def _say(words: Words, language: str) -> str:
    return words.en if language == "en" else words.ru
