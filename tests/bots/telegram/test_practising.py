"""/practice over the fake Telegram: five stories played as in life, of which nothing is written but how far one is."""

from datetime import timedelta

import pytest

from hub.domain.inbound import FormSubmission
from hub.domain.manager import Role
from hub.testing.telegram.faults import reset_before, too_many_requests
from hub.testing.telegram.files import Media
from tests.bots.telegram.workplace import Workplace, repeat, waiting_update
from tests.inbox.desk import person as client

CARD = "🎓 Учебный лид"


@pytest.fixture
async def ivan(place):
    return await place.hire("ivan", "Иван")


async def begin(place, ivan, title):
    await place.writes(ivan, "/practice")
    await place.presses(ivan, "Пройдено", f"▶️ {title}")


async def rows(place):
    """Everything that stands in the database but the bot's own memory."""
    tables = await place.desk.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name: await place.desk.rows(name) for (name,) in tables if name != "screens"}


async def play_site(place, ivan):
    await begin(place, ivan, "Лид с сайта")
    await place.presses(ivan, CARD, "✋ Взять")
    await place.presses(ivan, CARD, "✉️ Написать на olga@mail.example")
    await place.writes(ivan, "Здравствуйте! Хватит восьми подвесов.")
    return await place.replies(ivan, "А выключатель", "Да, подойдёт любой")


async def play_missed(place, ivan):
    await begin(place, ivan, "Пропущенный звонок")
    await place.presses(ivan, CARD, "📞 Перезвонить")
    await place.presses(ivan, CARD, "📝 Итог")
    await place.writes(ivan, "Приедет в среду")


async def play_two(place, ivan):
    await begin(place, ivan, "Два менеджера")
    await place.replies(ivan, "Зеркало с подсветкой", "Есть, приезжайте!")
    await place.presses(ivan, "Ваш текст клиенту не ушёл", "📝 Как заметку")


async def play_transfer(place, ivan):
    await begin(place, ivan, "Передача клиента")
    await place.presses(ivan, CARD, "✋ Взять")
    await place.presses(ivan, CARD, "➡️ Передать")
    await place.presses(ivan, "Кому передать", "🟢 Анна (учебная) · 0 ждут")
    await place.presses(ivan, "Напишите заметку", "➡️ Без заметки")


async def play_closing(place, ivan):
    await begin(place, ivan, "Закрытие с причиной")
    await place.replies(ivan, "торшер «Лебедь»", "7 900 ₽ и доставка")
    await place.presses(ivan, CARD, "✅ Закрыть")
    await place.presses(ivan, "Чем закончилось", "🙅 Отказ")
    await place.presses(ivan, "Почему отказ", "Дорого")


WAYS = {
    "Лид с сайта": play_site,
    "Пропущенный звонок": play_missed,
    "Два менеджера": play_two,
    "Передача клиента": play_transfer,
    "Закрытие с причиной": play_closing,
}


@pytest.mark.parametrize("title", WAYS)
async def test_a_story_is_played_to_its_end_by_the_gestures_of_life(place, ivan, title):
    await WAYS[title](place, ivan)
    ended = place.seen(ivan)[-1]
    assert ended.startswith(f"{CARD} · {title}\n✅ ") and "Пройдено: 1 из 5" in ended

    await place.writes(ivan, "/practice")
    labels = [label for row in ivan.screen(place.account).visible()[-1].buttons for label in row]
    assert [label for label in labels if label.startswith("✅")] == [f"✅ {title}"]


async def test_after_all_five_nothing_is_written_that_anybody_counts_and_nothing_waits_to_be_told(place, ivan):
    await place.client_says("Сколько стоит?")
    before = await rows(place)
    for play in WAYS.values():
        await play(place, ivan)

    assert "Пройдены все пять историй" in place.seen(ivan)[-1]
    assert await rows(place) == before
    assert before["conversations"] and before["waits"] and before["leads"] and before["ledger"]
    assert before["deliveries"] and before["links"]


async def test_a_reply_to_a_training_card_is_marked_as_an_answer_is(place, ivan):
    post = await play_site(place, ivan)
    assert list(post.reactions.values()) == ["👌"]
    assert await place.desk.rows("messages") == []


async def test_the_card_is_that_of_life_below_a_line_that_says_what_it_is(place, ivan):
    await begin(place, ivan, "Передача клиента")
    await place.presses(ivan, CARD, "✋ Взять")
    shown = ivan.screen(place.account).visible()[-1]
    assert shown.text.startswith(f"{CARD} · Передача клиента\n🟢 Ждёт ответа #0 · Telegram\nПавел Ершов")
    assert "Ведёт: Иван" in shown.text
    assert ("📝 Заметка", "➡️ Передать", "😴 Отложить") in shown.buttons
    assert shown.buttons[-1] == ("✖️ Закончить",)


async def test_the_card_before_shrinks_to_a_line_without_buttons(place, ivan):
    await begin(place, ivan, "Передача клиента")
    await place.presses(ivan, CARD, "✋ Взять")
    [moved] = [each for each in ivan.screen(place.account).visible() if "дальше ниже" in each.text]
    assert moved.buttons == ()


async def test_a_client_who_writes_in_the_middle_gets_the_answer_and_the_story_goes_on(place, ivan):
    await begin(place, ivan, "Закрытие с причиной")
    await place.client_says("Сколько стоит?")
    await place.replies(ivan, "торшер «Лебедь»", "7 900 ₽")
    assert await place.desk.rows("messages", "direction = 'outbound'") == []

    await place.replies(ivan, "Сколько стоит?", "Пять тысяч")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Пять тысяч"
    await place.presses(ivan, f"{CARD} · Закрытие", "✅ Закрыть")
    assert "Чем закончилось #0?" in place.seen(ivan)[-1]
    assert (await place.desk.one("conversations"))["state"] == "open"


async def test_words_for_nobody_may_be_for_the_training_client_and_then_are_for_no_other(place, ivan):
    await place.client_says("Сколько стоит?")
    await begin(place, ivan, "Закрытие с причиной")
    post = await place.writes(ivan, "7 900 ₽")
    choices = [label for row in ivan.screen(place.account).visible()[-1].buttons for label in row]
    assert [label.split(" ")[0] for label in choices] == [choices[0].split(" ")[0], "🎓", "✖️"]

    await place.presses(ivan, "Кому отправить?", "🎓 Учебный лид: Алина Юсупова")
    assert list(post.reactions.values()) == ["👌"]
    assert "Кому отправить?" not in place.seen(ivan)
    await place.writes(ivan, f"/to {(await place.desk.one('conversations'))['number']}")
    assert await place.desk.rows("messages", "direction = 'outbound'") == []


async def test_the_kept_text_of_a_client_never_goes_to_the_training_client(place, ivan):
    await begin(place, ivan, "Закрытие с причиной")
    await place.writes(ivan, "для учебного")
    form = FormSubmission("f1", "calc", client(100), place.desk.now, text="Сколько стоит?")
    await place.desk.receive(form, connection=3)
    await place.work()
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    await place.presses(ivan, "Кому отправить?", "🎓 Учебный лид: Алина Юсупова")
    assert place.post(ivan, "Этого текста у меня больше нет")

    await place.presses(ivan, "не ушёл", "📝 Как заметку")
    assert (await place.desk.one("messages", "direction = 'note'"))["text"] == "Сто рублей"


async def test_a_wrong_press_and_a_wrong_reply_say_in_one_line_what_to_press(place, ivan):
    await begin(place, ivan, "Передача клиента")
    hint = "🎓 Счета выставляет Анна, но сначала возьмите клиента: нажмите «✋ Взять»."
    await place.presses(ivan, CARD, "🕘 История")
    assert place.seen(ivan)[-1] == hint
    await place.replies(ivan, "полку «Дуб»", "Сейчас пришлю")
    assert place.seen(ivan)[-1] == hint
    await place.presses(ivan, CARD, "✋ Взять")
    assert "Клиент ваш" in place.seen(ivan)[-1]


async def test_a_number_that_nobody_has_is_not_copied(place, ivan):
    await begin(place, ivan, "Пропущенный звонок")
    await place.presses(ivan, CARD, "📋 Скопировать номер")
    assert "нажмите «📞 Перезвонить»" in place.seen(ivan)[-1].replace("Н", "н")


async def test_a_note_below_a_training_card_stays_with_whoever_wrote_it(place, ivan):
    await begin(place, ivan, "Передача клиента")
    post = await place.replies(ivan, "полку «Дуб»", "// просил скидку")
    assert list(post.reactions.values()) == ["✍"]
    assert await place.desk.rows("messages") == []


@pytest.mark.parametrize("command", ["/take", "/take 7", "/take #7"])
async def test_a_command_below_a_training_card_is_a_gesture_of_its_story(place, ivan, command):
    await begin(place, ivan, "Передача клиента")
    await place.replies(ivan, "полку «Дуб»", command)
    assert "Теперь" in place.seen(ivan)[-1] or "Клиент ваш" in place.seen(ivan)[-1]


async def test_a_command_about_nobody_works_below_a_training_card_as_everywhere(place, ivan):
    await begin(place, ivan, "Передача клиента")
    await place.replies(ivan, "полку «Дуб»", "/queue")
    assert place.seen(ivan)[-1].startswith("⏳ Очередь")


async def test_a_file_is_an_answer_too_and_is_kept_nowhere(place, ivan, tmp_path):
    await begin(place, ivan, "Закрытие с причиной")
    card = place.post(ivan, "торшер «Лебедь»")
    ivan.replies(place.account, to=card, files=[Media("photo", "price.jpg", b"price", "image/jpeg")])
    await place.work()
    assert "Срок остановлен" in place.seen(ivan)[-1]
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


async def test_practice_again_ends_the_story_and_its_card_says_so(place, ivan):
    await begin(place, ivan, "Закрытие с причиной")
    card = place.post(ivan, "торшер «Лебедь»")
    await place.writes(ivan, "/practice")
    assert "История «Закрытие с причиной» прервана" in card.text
    ivan.replies(place.account, "7 900 ₽", to=card)
    await place.work()
    assert "Эта учебная история закончена" in place.seen(ivan)[-1]
    assert await place.desk.rows("messages") == []


async def test_a_press_ends_the_story_and_takes_its_question_away(place, ivan):
    await begin(place, ivan, "Лид с сайта")
    await place.presses(ivan, CARD, "✉️ Написать на olga@mail.example")
    await place.presses(ivan, "Что отправить по #0?", "✖️ Закончить")
    assert "Что отправить" not in "\n".join(place.seen(ivan))
    assert "История «Лид с сайта» прервана" in place.seen(ivan)[-1]

    await place.writes(ivan, "Здравствуйте!")
    assert "Открытых обращений у вас нет" in place.seen(ivan)[-1]


@pytest.fixture
async def late(place, ivan):
    """A card of a story that was left while its edit did not arrive: its buttons are still there."""
    await begin(place, ivan, "Закрытие с причиной")
    card = place.post(ivan, "торшер «Лебедь»")
    text, buttons = card.content, card.keyboard
    await place.writes(ivan, "/practice")
    card.content, card.keyboard = text, buttons
    return card


@pytest.mark.parametrize("label", ["✋ Взять", "✖️ Закончить"])
@pytest.mark.parametrize("is_other_begun", [False, True])
async def test_a_press_of_a_story_that_is_over_says_so_in_its_place(place, ivan, late, label, is_other_begun):
    if is_other_begun:
        await begin(place, ivan, "Передача клиента")
    ivan.presses(place.account, late, label)
    await place.work()
    assert "Эта учебная история закончена" in late.text
    assert is_other_begun is (f"{CARD} · Передача клиента\n🆕" in "\n".join(place.seen(ivan)))


async def test_a_reply_to_a_story_that_is_over_is_no_answer_in_another(place, ivan, late):
    await begin(place, ivan, "Два менеджера")
    ivan.replies(place.account, "7 900 ₽", to=late)
    await place.work()
    assert "Эта учебная история закончена" in place.seen(ivan)[-1]


async def test_a_button_pressed_twice_goes_one_step(place, ivan):
    await begin(place, ivan, "Закрытие с причиной")
    await place.replies(ivan, "торшер «Лебедь»", "7 900 ₽")
    await place.presses(ivan, CARD, "✅ Закрыть")
    for _ in range(2):
        ivan.presses(place.account, place.post(ivan, "Чем закончилось"), "🙅 Отказ")
    await place.work()
    assert "Почему отказ по #0?" in "\n".join(place.seen(ivan))
    assert place.seen(ivan)[-1] == "🎓 Почему отказался? Нажмите «Дорого»."


async def test_the_end_of_a_story_that_comes_again_is_said_once(place, ivan):
    await begin(place, ivan, "Закрытие с причиной")
    ivan.presses(place.account, place.post(ivan, CARD), "✖️ Закончить")
    update = waiting_update(place)
    await place.work()
    before = place.seen(ivan)
    await repeat(place, update)
    assert place.seen(ivan) == before


async def test_the_question_taken_back_shows_the_card_again(place, ivan):
    await begin(place, ivan, "Лид с сайта")
    await place.presses(ivan, CARD, "✉️ Написать на olga@mail.example")
    await place.presses(ivan, "Что отправить по #0?", "✖️ Отмена")
    assert "нажмите «✉️ Написать на…»" in place.seen(ivan)[-1]
    await place.writes(ivan, "Здравствуйте!")
    assert "Кому отправить?" in place.seen(ivan)[-1]


async def test_a_reply_to_a_form_is_kept_until_an_address_is_chosen(place, ivan):
    await begin(place, ivan, "Лид с сайта")
    await place.replies(ivan, "Нужны восемь светильников", "Здравствуйте!")
    assert "Текст по #0 не ушёл" in place.seen(ivan)[-1]
    await place.presses(ivan, "Текст по #0 не ушёл", "✉️ Написать на olga@mail.example")
    assert "Клиент ответил на письмо" in place.seen(ivan)[-1]


async def test_whoever_was_slower_may_press_first_and_still_sees_that_no_text_goes_out(place, ivan):
    await begin(place, ivan, "Два менеджера")
    await place.presses(ivan, CARD, "✋ Взять")
    assert "✋ #0 взял(а) Анна (учебная)" in place.seen(ivan)[-1]
    await place.replies(ivan, "взял(а) Анна", "Есть, приезжайте!")
    assert "Ваш текст клиенту не ушёл" in place.seen(ivan)[-1]


async def test_a_call_that_nobody_answers_is_tried_again_and_a_talk_elsewhere_is_declared(place, ivan):
    await begin(place, ivan, "Пропущенный звонок")
    await place.presses(ivan, CARD, "✋ Взять")
    await place.presses(ivan, CARD, "❌ Не ответил")
    assert "1 попытка дозвониться" in place.seen(ivan)[-1]
    await place.presses(ivan, CARD, "✅ Дозвонился")
    await place.replies(ivan, "Дозвонились по #0?", "Приедет в среду")
    assert "Пройдено: 1 из 5" in place.seen(ivan)[-1]


async def test_an_own_reason_for_a_refusal_is_written(place, ivan):
    await begin(place, ivan, "Закрытие с причиной")
    await place.presses(ivan, CARD, "✋ Взять")
    await place.replies(ivan, "торшер «Лебедь»", "7 900 ₽")
    await place.presses(ivan, CARD, "✅ Закрыть")
    await place.presses(ivan, "Чем закончилось", "🙅 Отказ")
    await place.presses(ivan, "Почему отказ", "Другое")
    await place.writes(ivan, "Нет нужного цвета")
    assert "Пройдено: 1 из 5" in place.seen(ivan)[-1]


async def test_a_restart_in_the_middle_loses_no_step(place, ivan):
    await begin(place, ivan, "Лид с сайта")
    await place.presses(ivan, CARD, "✉️ Написать на olga@mail.example")
    again = Workplace(place.desk, place.api, place.account, place.bot, place.files)
    await again.writes(ivan, "Здравствуйте!")
    assert "Клиент ответил на письмо" in again.seen(ivan)[-1]


async def test_an_update_that_comes_again_leads_no_further_and_shows_where_one_is(place, ivan):
    await begin(place, ivan, "Закрытие с причиной")
    ivan.replies(place.account, "7 900 ₽", to=place.post(ivan, "торшер «Лебедь»"))
    update = waiting_update(place)
    await place.work()
    await repeat(place, update)
    assert "Срок остановлен" in place.seen(ivan)[-1]


@pytest.mark.parametrize("fault", [too_many_requests(), reset_before()], ids=["429", "reset"])
async def test_a_scene_that_telegram_did_not_take_is_shown_when_the_update_comes_again(place, ivan, fault):
    await begin(place, ivan, "Лид с сайта")
    await place.presses(ivan, CARD, "✉️ Написать на olga@mail.example")
    place.account.faults.add("sendMessage", fault)
    await place.writes(ivan, "Здравствуйте!")
    assert "Клиент ответил на письмо" in place.seen(ivan)[-1]
    assert place.account.faults.left == 0
    await place.replies(ivan, "А выключатель", "Да, подойдёт любой")
    assert "Пройдено: 1 из 5" in place.seen(ivan)[-1]


async def test_a_press_that_comes_again_leads_no_further(place, ivan):
    await begin(place, ivan, "Пропущенный звонок")
    ivan.presses(place.account, place.post(ivan, CARD), "📞 Перезвонить")
    update = waiting_update(place)
    await place.work()
    await repeat(place, update)
    assert "чем закончился разговор?" in place.seen(ivan)[-1]


async def test_a_written_line_that_comes_again_is_asked_about_no_more(place, ivan):
    await begin(place, ivan, "Лид с сайта")
    await place.presses(ivan, CARD, "✉️ Написать на olga@mail.example")
    ivan.writes(place.account, "Здравствуйте!")
    update = waiting_update(place)
    await place.work()
    await repeat(place, update)
    assert "Клиент ответил на письмо" in place.seen(ivan)[-1]


async def test_two_people_practise_apart(place, ivan):
    anna = await place.hire("anna", "Анна")
    await play_two(place, ivan)
    await place.writes(anna, "/practice")
    assert "Пройдено: 0 из 5" in place.seen(anna)[-1]


async def test_practice_is_forgotten_after_a_day(place, ivan):
    await play_two(place, ivan)
    place.desk.clock.move(timedelta(hours=25))
    await place.writes(ivan, "/practice")
    assert "Пройдено: 0 из 5" in place.seen(ivan)[-1]


@pytest.mark.parametrize("role", Role)
async def test_it_is_offered_to_everybody_from_the_first_screen_on(place, role):
    person = await place.hire("vera", "Вера", role=role)
    assert "/practice" in place.seen(person)[-1]
    await place.writes(person, "/help")
    assert "/practice" in place.seen(person)[-1]
    await place.writes(person, "/practice")
    assert "Пять историй" in place.seen(person)[-1]


async def test_a_stranger_practises_nothing(place):
    stranger = place.api.person("Кто-то")
    await place.writes(stranger, "/practice")
    assert "истори" not in "\n".join(place.seen(stranger))


async def test_in_english_the_stories_are_english(place, ivan):
    await place.desk.pool.execute("UPDATE managers SET language = 'en'")
    await place.writes(ivan, "/practice")
    await place.presses(ivan, "Played: 0 of 5", "▶️ Closing with a reason")
    assert place.seen(ivan)[-1].startswith("🎓 Training lead · Closing with a reason")
