"""Codes of matching become words in the reader's language; what older versions stored is shown as it is."""

from datetime import UTC, datetime

import pytest

from hub.domain.contact import ContactIdentity
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.ids import ContactId, IdentityId
from hub.inbox.match_words import NEW_CLIENT, SAME_THREAD, SEVERAL_CARDS, address_code, say_match
from hub.inbox.queries import explain_conversation, get_candidate
from tests.inbox.desk import Desk, says
from tests.inbox.test_merge import PHONE, three_cards
from tests.inbox.test_queries import actor, only, owner

NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def address(kind: IdentityType, value: str, *, original: str = "") -> ContactIdentity:
    return ContactIdentity(
        IdentityId(1), ContactId(2), kind, "", value, ProofLevel.claimed, created_at=NOON, original=original
    )


SAID = [
    (NEW_CLIENT, "новый клиент: такого адреса ещё не было", "a new client: no such address before"),
    (
        SAME_THREAD,
        "та же переписка: адрес общий для нескольких людей",
        "the same thread: several people share the address",
    ),
    (SEVERAL_CARDS, "подходит больше одной карточки", "more than one card fits"),
    (
        address_code(address(IdentityType.phone, PHONE)),
        f"телефон {PHONE} (указан клиентом)",
        f"telephone {PHONE} (as the client says)",
    ),
    (
        address_code(address(IdentityType.email, "a:b@c.ru")),
        "почта a:b@c.ru (указан клиентом)",
        "e-mail a:b@c.ru (as the client says)",
    ),
    (
        address_code(address(IdentityType.tg_user, "100", original="@maria")),
        "аккаунт Telegram @maria (указан клиентом)",
        "Telegram account @maria (as the client says)",
    ),
    (
        address_code(address(IdentityType.tg_user, "100")),
        "аккаунт Telegram (указан клиентом)",
        "Telegram account (as the client says)",
    ),
    ("телефон +7 (подтверждён)", "телефон +7 (подтверждён)", "телефон +7 (подтверждён)"),
]


@pytest.mark.parametrize(("stored", "russian", "english"), SAID)
def test_what_is_stored_of_a_match_is_said_in_the_readers_language(stored: str, russian: str, english: str) -> None:
    assert say_match(stored, language="ru") == russian
    assert say_match(stored, language="en") == english


@pytest.mark.parametrize(("language", "word"), [("ru", "телефон"), ("en", "telephone")])
async def test_m5_the_question_gives_its_reasons_in_the_readers_language_and_no_bare_account(
    desk: Desk, language: str, word: str
) -> None:
    await three_cards(desk)
    await desk.pool.execute("UPDATE managers SET language = $1", language)
    row = (await desk.rows("match_candidates", "true ORDER BY id"))[0]
    asks = await actor(desk, "anna")
    view = await get_candidate(desk.office, asks, row["id"])
    assert any(word in reason for reason in view.reasons)
    shown = (*view.addresses, *(each for _, _, addresses in view.others for each in addresses))
    assert "Telegram" in shown
    assert not [each for each in shown if each.isdigit()]


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "клиент нас заблокировал"), ("en", "the client has blocked us")]
)
async def test_the_story_says_in_words_why_an_answer_was_not_sent(desk: Desk, language: str, words: str) -> None:
    await desk.receive(says("Сколько стоит?", at=desk.now))
    me, conversation = await owner(desk), await only(desk)
    await desk.pool.execute("UPDATE managers SET language = $1", language)
    await desk.pool.execute(
        "INSERT INTO ledger (id, conversation_id, kind, occurred_at, recorded_at, actor, facts) "
        "VALUES (1, $1, 'send_failed', $2, $2, 'hub', $3)",
        conversation,
        desk.now,
        {"reason": "blocked"},
    )
    story = await explain_conversation(desk.office, me, conversation)
    assert any(words in line for line in story)
    assert not any("blocked." in line or line.endswith(" blocked") for line in story)
