"""What a client finds in the brand's bot: a greeting and menu, a way out of automatic texts, a mark after the close."""

from datetime import timedelta

import pytest

from hub.domain.conversation import Outcome
from hub.domain.identity import IdentityType
from hub.domain.manager import Role
from hub.inbox import conversations
from hub.routing.build import to_policy
from hub.routing.document import DEFAULT_POLICY, parse_policy
from tests.bots.telegram.clients_bot import open_clients_bot
from tests.inbox.test_queries import actor, owner

POLICY = """
[business]
name = "Ромашка"
privacy_url = "https://romashka.example/privacy"
[calendars.always]
always_open = true
[lines.sales]
name = "Продажи"
calendar = "always"
rating = true
[lines.sales.texts.ru]
start = "Здравствуйте! Это {{business.name}}. Мы отвечаем {{hours}}. Ваши данные: {{privacy_url}}"
welcome = "Скоро ответим."
[lines.sales.texts.en]
start = "Hello! This is {{business.name}}. We answer {{hours}}."
[lines.support]
name = "Поддержка"
calendar = "always"
[topics.delivery]
name = "🚚 Доставка"
name_en = "🚚 Delivery"
[topics.broken]
name = "🔧 Не работает"
line = "support"
question = "Что случилось? Пришлите, пожалуйста, фото."
"""


@pytest.fixture
async def shop(place):
    place.desk.rules.append(to_policy(parse_policy(POLICY), 2))
    async with open_clients_bot(place) as shop:
        yield shop


def heard(shop):
    """What the bot said to Maria."""
    return [each.text for each in shop.maria.screen(shop.account).visible() if each.is_from_bot]


async def test_fr2_start_greets_with_hours_and_menu_and_nobody_waits(place, shop):
    await shop.work()
    assert heard(shop) == [
        "Здравствуйте! Это Ромашка. Мы отвечаем круглосуточно. Ваши данные: https://romashka.example/privacy"
    ]
    assert shop.maria.screen(shop.account).keyboard() == [
        "📱 Поделиться номером",
        "🚚 Доставка",
        "🔧 Не работает",
    ]
    assert await place.desk.rows("waits") == []


async def test_a_hub_without_rules_of_its_own_greets_whoever_starts(place, shop):
    place.desk.rules.append(to_policy(parse_policy(DEFAULT_POLICY), 3))
    await shop.work()
    assert heard(shop) == [
        "Здравствуйте! Напишите здесь, что вас интересует, мы ответим. Мы работаем пн–пт 9:00–13:00 и 14:00–18:00."
    ]
    assert await place.desk.rows("waits") == []


async def test_a_client_greeted_by_start_is_not_welcomed_again(shop):
    await shop.work()
    shop.maria.writes(shop.account, "Здравствуйте")
    await shop.work()
    assert len(heard(shop)) == 1


async def test_a_client_who_speaks_english_reads_english(place, shop):
    john = place.api.person("John")
    john.user.language_code = "en"
    john.starts(shop.account)
    await shop.work()
    screen = john.screen(shop.account)
    assert screen.visible()[-1].text == "Hello! This is Ромашка. We answer around the clock."
    assert screen.keyboard()[:2] == ["📱 Share my number", "🚚 Delivery"]


async def test_m2_the_button_for_the_number_proves_it_and_is_not_offered_again(place, shop):
    await shop.work()
    shop.maria.user.phone = "79161234567"
    shop.maria.taps(shop.account, "📱 Поделиться номером")
    await shop.work()
    row = await place.desk.one("identities", "type = $1", IdentityType.phone.value)
    assert (row["value"], row["level"]) == ("+79161234567", "proven")
    shop.maria.starts(shop.account)
    await shop.work()
    assert "📱 Поделиться номером" not in shop.maria.screen(shop.account).keyboard()


async def test_m2_a_card_of_somebody_else_is_words_for_the_manager_and_proves_nothing(place, shop):
    shop.maria.shares_contact(shop.account, own=False)
    await shop.work()
    (phone,) = await place.desk.rows("identities", "type = 'phone'")
    assert (phone["value"], phone["level"]) == ("+79160000099", "claimed")
    assert "+79160000099" in (await place.desk.one("messages", "kind = 'contact'"))["text"]


async def test_r1_a_topic_without_a_question_is_the_request(place, shop):
    ivan = await place.hire("ivan", "Иван")
    await shop.work()
    shop.maria.taps(shop.account, "🚚 Доставка")
    await shop.work()
    assert (await place.desk.one("waits"))["line"] == "sales"
    assert place.post(ivan, "Тема: 🚚 Доставка")


async def test_r1_a_topic_with_a_question_asks_it_and_the_answer_waits_on_its_line(place, shop):
    await shop.work()
    shop.maria.taps(shop.account, "🔧 Не работает")
    await shop.work()
    assert heard(shop)[-1] == "Что случилось? Пришлите, пожалуйста, фото."
    assert await place.desk.rows("waits") == []
    shop.maria.writes(shop.account, "Чайник не греет")
    await shop.work()
    wait = await place.desk.one("waits")
    talk = await place.desk.one("conversations", "id = $1", wait["conversation_id"])
    assert (wait["line"], talk["subject"]) == ("support", "🔧 Не работает")


async def talks_with_ivan(place, shop):
    """Maria asks, Ivan of sales answers with a question."""
    ivan = await place.hire("ivan", "Иван")
    await shop.work()
    shop.maria.writes(shop.account, "Чайник странный")
    await shop.work()
    await place.replies(ivan, "Чайник странный", "Что с ним?")
    await shop.work()
    return ivan


@pytest.mark.parametrize("words", ["🔧 Не работает", "🔧 не работает", "🚚 Доставка"])
async def test_r1_words_of_the_menu_are_an_answer_to_the_person_who_talks(place, shop, words):
    ivan = await talks_with_ivan(place, shop)
    said = heard(shop)
    shop.maria.writes(shop.account, words)
    await shop.work()

    assert [row["line"] for row in await place.desk.rows("conversations")] == ["sales"]
    wait = await place.desk.one("waits", "state = 'open'")
    assert (wait["line"], wait["kind"]) == ("sales", "next_response")
    assert heard(shop) == said
    assert place.post(ivan, words)


async def test_r1_who_presses_start_in_a_talk_chooses_anew(place, shop):
    await talks_with_ivan(place, shop)
    place.desk.clock.move(timedelta(minutes=1))
    shop.maria.starts(shop.account)
    await shop.work()
    shop.maria.taps(shop.account, "🔧 Не работает")
    await shop.work()

    assert heard(shop)[-1] == "Что случилось? Пришлите, пожалуйста, фото."
    shop.maria.writes(shop.account, "Не греет")
    await shop.work()
    assert (await place.desk.one("waits", "state = 'open'"))["line"] == "support"


async def test_r1_who_waits_for_a_first_answer_may_still_choose_another_topic(place, shop):
    await shop.work()
    shop.maria.taps(shop.account, "🚚 Доставка")
    await shop.work()
    shop.maria.writes(shop.account, "🔧 Не работает")
    await shop.work()
    assert heard(shop)[-1] == "Что случилось? Пришлите, пожалуйста, фото."


async def test_r1_after_the_close_a_topic_is_chosen_as_at_first(place, shop):
    ivan = await talks_with_ivan(place, shop)
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/close {number} solved")
    shop.maria.writes(shop.account, "🔧 Не работает")
    await shop.work()
    assert heard(shop)[-1] == "Что случилось? Пришлите, пожалуйста, фото."


async def test_l1_the_campaign_of_a_deep_link_is_the_leads(place, shop):
    oleg = place.api.person("Олег")
    oleg.starts(shop.account, "s_vk_spring")
    oleg.writes(shop.account, "Сколько стоит?")
    await shop.work()
    lead = await place.desk.one("leads")
    assert (lead["source"], lead["origin"]) == ("s_vk_spring", {"utm_campaign": "vk_spring"})
    assert (await place.desk.one("waits"))["source"] == "s_vk_spring"


async def test_l1_a_link_with_an_order_names_it_on_the_card(place, shop):
    ivan = await place.hire("ivan", "Иван")
    oleg = place.api.person("Олег")
    oleg.starts(shop.account, "o_883")
    oleg.writes(shop.account, "Когда привезёте?")
    await shop.work()
    assert "Источник: заказ 883" in place.post(ivan, "Когда привезёте?").text


async def test_privacy_answers_with_where_to_read_and_is_no_request(place, shop):
    shop.maria.writes(shop.account, "/privacy")
    await shop.work()
    assert "https://romashka.example/privacy" in heard(shop)[-1]
    assert await place.desk.rows("waits") == []


async def answer_and_close(place, shop, outcome=Outcome.solved):
    """Ivan has answered Maria and closed her conversation; return him."""
    ivan = await place.hire("ivan", "Иван")
    shop.maria.writes(shop.account, "Здравствуйте")
    await shop.work()
    ivan.replies(place.account, "Добрый день", to=place.post(ivan, "Здравствуйте"))
    await shop.work()
    talk = await place.desk.one("conversations", "state = 'open'")
    await conversations.close(place.desk.office, await owner(place.desk), talk["id"], outcome=outcome)
    await shop.work()
    return ivan


async def test_after_stop_a_client_gets_nothing_automatic_until_the_next_start(place, shop):
    await shop.work()
    shop.maria.writes(shop.account, "/stop")
    await shop.work()
    said = len(heard(shop))
    await answer_and_close(place, shop)
    assert heard(shop)[said:] == ["Добрый день"]
    shop.maria.starts(shop.account)
    await shop.work()
    assert heard(shop)[-1].startswith("Здравствуйте! Это Ромашка")
    deeds = await place.desk.rows("audit", "subject LIKE 'contact:%' AND action LIKE 'consent%' ORDER BY id")
    assert [each["action"] for each in deeds] == ["consent_withdrawn", "consent_given"]
    assert (await place.desk.one("contacts"))["tags"] == []


async def test_a_closed_talk_is_rated_by_a_press_that_opens_nothing(place, shop):
    await answer_and_close(place, shop)
    question = shop.maria.screen(shop.account).last_with("Оцените")
    press = shop.maria.presses(shop.account, question, "5")
    await shop.work()
    assert press.is_answered
    assert "Спасибо! Ваша оценка: 5" in heard(shop)[-1]
    assert (await place.desk.one("ledger", "kind = 'rated'"))["facts"]["mark"] == 5
    assert [each["state"] for each in await place.desk.rows("conversations")] == ["closed"]
    assert [each["state"] for each in await place.desk.rows("waits")] == ["answered"]


async def test_a_later_press_changes_the_mark_and_a_low_one_reaches_the_head_once(place, shop):
    await answer_and_close(place, shop)
    olga = await place.hire("olga", "Ольга", role=Role.head)
    for mark in ("5", "1", "1"):
        question = shop.maria.screen(shop.account).visible()[-1].post
        shop.maria.presses(shop.account, question, mark)
        await shop.work()
    assert "оценка: 1" in heard(shop)[-1]
    told = [text for text in place.seen(olga) if "⭐" in text]
    assert len(told) == 1
    assert "1 из 5" in told[0]


async def test_spam_and_duplicates_are_not_rated(place, shop):
    await answer_and_close(place, shop, Outcome.duplicate)
    assert not any("Оцените" in text for text in heard(shop))


async def test_a_made_up_press_rates_nothing(place, shop):
    await answer_and_close(place, shop)
    question = shop.maria.screen(shop.account).last_with("Оцените")
    question.keyboard["inline_keyboard"][0][0]["callback_data"] = "r1:1:1:5"
    shop.maria.presses(shop.account, question, "1")
    await shop.work()
    assert await place.desk.rows("ledger", "kind = 'rated'") == []


@pytest.mark.parametrize("words", ["Добрый день", "Оцените"])
async def test_s7_a_made_up_press_neither_replaces_an_answer_nor_marks_a_colleague(place, shop, words):
    ivan = await answer_and_close(place, shop)
    talk = await place.desk.one("conversations")
    marked = ivan.user.id if words == "Добрый день" else 1
    post = shop.maria.screen(shop.account).last_with(words)
    post.keyboard = {"inline_keyboard": [[{"text": "1", "callback_data": f"r1:{talk['id']}:{marked}:1"}]]}
    shop.maria.presses(shop.account, post, "1")
    await shop.work()
    assert await place.desk.rows("ledger", "kind = 'rated'") == []
    assert len(await place.desk.rows("messages", "text = 'Добрый день'")) == 1


async def test_a_press_never_rates_the_talk_of_another_client(place, shop):
    await answer_and_close(place, shop)
    oleg = place.api.person("Олег")
    oleg.writes(shop.account, "Здравствуйте")
    await shop.work()
    others = await place.desk.one("conversations", "state = 'open'")
    question = shop.maria.screen(shop.account).last_with("Оцените")
    question.keyboard["inline_keyboard"][0][0]["callback_data"] = f"r1:{others['id']}:1:1"
    shop.maria.presses(shop.account, question, "1")
    await shop.work()
    assert await place.desk.rows("ledger", "kind = 'rated'") == []


async def test_r1_a_topic_chosen_after_the_close_leads_to_its_line_again(place, shop):
    await place.hire("ivan", "Иван")
    await shop.work()
    for words in ("Чайник не греет", "Теперь течёт"):
        shop.maria.writes(shop.account, "🔧 Не работает")
        await shop.work()
        shop.maria.writes(shop.account, words)
        await shop.work()
        [wait] = await place.desk.rows("waits", "state = 'open'")
        assert wait["line"] == "support"
        await conversations.close(
            place.desk.office, await actor(place.desk, "ivan"), wait["conversation_id"], outcome=Outcome.duplicate
        )
