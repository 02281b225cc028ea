"""Clients of a colleague's own Telegram account: Anna's phone, the hub beside it, and what everybody sees (case 16)."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from hub.domain.ids import ManagerId
from hub.domain.manager import Role
from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from hub.store.accounts import list_accounts
from hub.store.pool import acquire
from hub.testing.telegram.business import BusinessAccount, connect_account
from tests.bots.telegram.clients_bot import ClientsBot, open_clients_bot
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import ALWAYS_OPEN


@pytest.fixture
async def brand(place: Workplace) -> AsyncIterator[ClientsBot]:
    """The clients' bot of an office that reads its accounts anew as a process does."""

    async def refresh() -> None:
        async with acquire(place.desk.pool) as connection:
            found = await list_accounts(connection)
        for key, endpoint in place.desk.endpoints.items():
            place.desk.endpoints[key] = replace(endpoint, accounts=found.get(int(key), {}))

    place.desk.processor = replace(place.desk.processor, refresh=refresh)
    async with open_clients_bot(place) as brand:
        yield brand


@pytest.fixture
async def boss(place: Workplace, brand: ClientsBot):
    await place.desk.pool.execute("UPDATE managers SET is_active = false")
    return await place.hire("boss", "Борис", role=Role.admin)


@pytest.fixture
async def anna(place: Workplace, boss):
    anna = await place.hire("anna1", "Анна")
    place.desk.staff[("tg_user", "", str(anna.user.id))] = ManagerId(anna.user.id)
    return anna


@pytest.fixture
async def account(brand: ClientsBot, anna) -> BusinessAccount:
    """Anna has connected her own account; Maria has asked her there, and the hub gave the client to Anna."""
    account = connect_account(brand.account, anna)
    await brand.place.desk.pool.execute("UPDATE managers SET presence = 'off' WHERE key = 'boss'")
    account.hears(brand.maria, "Есть ли доставка?")
    await brand.work()
    return account


async def wait_of(place: Workplace):
    return await place.desk.one("waits")


def thread_of(account: BusinessAccount, brand: ClientsBot) -> str:
    return f"{brand.maria.user.id}@{account.link.id}"


async def test_edge16_a_client_of_the_account_is_a_conversation_answered_from_the_account(place, brand, account, anna):
    card = place.post(anna, "Есть ли доставка?")
    assert "Telegram от имени Анна" in card.text and "Ответить здесь можно до" in card.text
    assert (await place.desk.one("threads", "external_id LIKE '%@%'"))["external_id"] == thread_of(account, brand)

    anna.replies(place.account, "Да, завтра", to=card)
    await brand.work()

    last = account.screen(brand.maria).visible()[-1]
    assert (last.text, last.author) == ("Да, завтра", "Анна")
    assert (await wait_of(place))["state"] == "answered"
    assert len(await place.desk.rows("messages", "direction = 'outbound' AND author = 'person'")) == 1


async def test_edge16_what_the_owner_types_on_the_phone_answers_and_is_hers(place, brand, account, anna):
    account.answers(brand.maria, "Да, завтра")
    await brand.work()

    wait = await wait_of(place)
    assert (wait["state"], wait["responder_id"], wait["response_channel"]) == ("answered", anna.user.id, "telegram")
    assert "Ответить до" not in place.post(anna, "Есть ли доставка?").text
    await place.writes(anna, "/history 1001")
    assert any("➡️ Анна · Telegram" in text and "Да, завтра" in text for text in place.seen(anna))


async def test_edge16_s1_what_the_app_sends_by_itself_answers_nothing(place, brand, account, anna):
    account.answers(brand.maria, "Меня сейчас нет, отвечу утром", is_offline=True)
    await brand.work()

    assert (await wait_of(place))["state"] == "open"
    assert "Ответить до" in place.post(anna, "Есть ли доставка?").text


async def test_s1_the_rules_texts_are_not_sent_in_a_persons_name(place, brand, anna):
    texts = '[lines.sales.texts.ru]\nwelcome = "Здравствуйте, это робот"\n'
    place.desk.rules.append(to_policy(parse_policy(ALWAYS_OPEN + texts), 2))
    account = connect_account(brand.account, anna)
    account.hears(brand.maria, "Есть ли доставка?")
    await brand.work()
    assert [each.text for each in account.screen(brand.maria).visible()] == ["Есть ли доставка?"]

    brand.maria.writes(brand.account, "А здесь ответят?")
    olga = place.api.person("Ольга")
    olga.writes(brand.account, "Есть ли доставка?")
    await brand.work()
    assert "Здравствуйте, это робот" in [each.text for each in olga.screen(brand.account).visible()]


async def test_fr1_words_of_the_bots_menu_are_a_request_in_a_chat_of_an_account(place, brand, anna):
    menu = '[lines.sales.texts.ru]\nstart = "Здравствуйте"\n[topics.delivery]\nname = "Доставка"\nquestion = "Куда?"\n'
    place.desk.rules.append(to_policy(parse_policy(ALWAYS_OPEN + menu), 2))
    account = connect_account(brand.account, anna)
    account.hears(brand.maria, "доставка")
    await brand.work()

    assert [each.text for each in account.screen(brand.maria).visible()] == ["доставка"]
    assert (await wait_of(place))["state"] == "open"


async def test_edge16_an_answer_of_an_owner_whom_nobody_knows_is_the_accounts(place, brand, boss):
    await place.desk.pool.execute("UPDATE managers SET presence = 'off'")
    stranger = place.api.person("Пётр", username="petr")
    account = connect_account(brand.account, stranger)
    await brand.work()
    assert "Пётр @petr подключает" in place.seen(boss)[-1]
    assert f"hub people address КЛЮЧ tg_user {stranger.user.id}" in place.seen(boss)[-1]

    account.hears(brand.maria, "Вы открыты?")
    account.answers(brand.maria, "Да")
    await brand.work()

    wait = await wait_of(place)
    assert (wait["state"], wait["responder_id"]) == ("answered", None)


async def test_edge6_what_the_client_changes_or_takes_back_is_seen_where_it_is_shown(place, brand, account, anna):
    more = account.hears(brand.maria, "Мне на Арбат")
    await brand.work()
    before = len(place.seen(anna))
    account.edits(more, "Мне на Таганку")
    await brand.work()
    assert "Мне на Таганку" in place.post(anna, "изменено").text

    account.deletes(more)
    await brand.work()
    assert place.post(anna, "🗑 удалено клиентом") and not any("Таганку" in text for text in place.seen(anna))
    assert len(place.seen(anna)) == before and (await wait_of(place))["state"] == "open"


async def test_an_answer_typed_and_taken_back_within_a_minute_gives_the_wait_back_s10(place, brand, account):
    said = account.answers(brand.maria, "Ой, не вам")
    await brand.work()
    assert (await wait_of(place))["state"] == "answered"

    account.deletes(said)
    await brand.work()
    assert (await wait_of(place))["state"] == "open"


async def test_administrators_and_the_owner_hear_what_becomes_of_the_account_once(place, brand, account, anna, boss):
    assert "Ответы с телефона засчитываются: Анна" in place.seen(boss)[-1]
    account.forbids("can_reply")
    await brand.work()
    assert "отвечать ему не разрешено" in place.seen(boss)[-1]
    account.forbids("can_reply")
    account.disconnects()
    await brand.work()

    told = [text for text in place.seen(boss) if "аккаунт" in text or "отвечать ему" in text]
    assert len(told) == 3 and "отключён от бота «telegram»" in told[-1]
    assert any("отключён от бота" in text for text in place.seen(anna))


async def test_an_answer_after_24_hours_is_kept_and_the_other_ways_are_offered(place, brand, account, anna, bot_thread):
    await place.desk.pool.execute(
        "UPDATE threads SET last_inbound_at = last_inbound_at - interval '25 hours' WHERE external_id LIKE '%@%'"
    )
    await prefer_the_account(place)
    anna.replies(place.account, "Да, завтра", to=place.post(anna, "Есть ли доставка?"))
    await brand.work()

    assert [each.text for each in account.screen(brand.maria).visible()] == ["Есть ли доставка?"]
    assert (await wait_of(place))["state"] == "open"
    kept = place.post(anna, "не ушёл")
    [label] = [row[0]["text"] for row in kept.keyboard["inline_keyboard"] if "Telegram" in row[0]["text"]]
    await place.presses(anna, "не ушёл", label)
    await brand.work()
    assert brand.visible()[-1] == "Да, завтра"


async def prefer_the_account(place) -> None:
    """Answers go where the client was answered last: from the account."""
    await place.desk.pool.execute(
        "UPDATE conversations SET reply_thread_id = (SELECT id FROM threads WHERE external_id LIKE '%@%')"
    )


@pytest.fixture
async def bot_thread(brand, account):
    """Maria has also written to the brand's bot."""
    brand.maria.writes(brand.account, "И сюда напишу")
    await brand.work()


async def test_over_an_account_taken_away_answers_go_another_way(place, brand, account, anna, bot_thread):
    account.disconnects()
    await brand.work()
    await prefer_the_account(place)
    anna.replies(place.account, "Да, завтра", to=place.post(anna, "Есть ли доставка?"))
    await brand.work()

    assert brand.visible()[-1] == "Да, завтра"
    assert [each.text for each in account.screen(brand.maria).visible()] == ["Есть ли доставка?"]


async def test_the_same_account_under_a_new_key_goes_on_with_its_threads(place, brand, account, anna):
    account.disconnects()
    account.connects_again("Bc8y")
    await brand.work()
    anna.replies(place.account, "Да, завтра", to=place.post(anna, "Есть ли доставка?"))
    account.hears(brand.maria, "Спасибо")
    await brand.work()

    assert [each.text for each in account.screen(brand.maria).visible()] == [
        "Есть ли доставка?",
        "Спасибо",
        "Да, завтра",
    ]
    assert len(await place.desk.rows("threads", "external_id LIKE '%@%'")) == 1
    assert [row["key"] for row in await place.desk.rows("accounts")] == ["Bc8y"]
    assert len(await place.desk.rows("conversations")) == 1


async def test_an_answer_of_the_manager_is_edited_and_taken_back_in_the_account(place, brand, account, anna):
    post = anna.replies(place.account, "Да, завтра", to=place.post(anna, "Есть ли доставка?"))
    await brand.work()
    anna.edits(place.account, post, "Да, послезавтра")
    await brand.work()
    assert account.screen(brand.maria).visible()[-1].text == "Да, послезавтра"

    anna.replies(place.account, "/delete", to=post)
    await brand.work()
    assert [each.text for each in account.screen(brand.maria).visible()] == ["Есть ли доставка?"]


async def test_news_that_come_again_tell_nobody_again(place, brand, account, boss):
    before = len(place.seen(boss))
    account.allows("can_reply")
    await brand.work()
    assert len(place.seen(boss)) == before
