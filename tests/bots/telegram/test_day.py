"""A manager's day over a real database and a fake Telegram: what people see, and what is stored."""

from datetime import timedelta

from hub.testing.telegram.files import Media


async def test_a_new_lead_arrives_as_a_card_with_its_time_and_buttons(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    card = place.post(ivan, "Сколько стоит?")
    assert "🆕 Новый лид" in card.text
    assert "⏱ Ответить до" in card.text
    assert "Мария" in card.text


async def test_fr5_a_reply_to_a_card_goes_to_the_client_and_is_marked_as_on_its_way(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    own = await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    sent = await place.desk.one("messages", "direction = 'outbound'")
    assert sent["text"] == "Сто рублей"
    assert list(own.reactions.values()) == ["👀"]
    delivery = await place.desk.one("deliveries", "lane = 'reply'")
    assert delivery["message_id"] == sent["id"]


async def test_case16_the_same_update_twice_answers_the_client_once(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    ivan.replies(place.account, "Сто рублей", to=place.post(ivan, "Сколько стоит?"))
    [update] = await place.waiting.claim()
    await place.intake.run_once()
    await place.intake._carry_out([update])
    assert len(await place.desk.rows("messages", "direction = 'outbound'")) == 1


async def test_s2_a_reply_with_slashes_is_a_note_and_never_leaves(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    own = await place.replies(ivan, "Сколько стоит?", "// звонила вчера")
    note = await place.desk.one("messages", "direction = 'note'")
    assert note["text"] == "звонила вчера"
    assert await place.desk.rows("deliveries", "lane = 'reply'") == []
    assert list(own.reactions.values()) == ["✍"]


async def test_case72_a_text_without_context_is_never_sent_but_asked_about(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    await place.writes(ivan, "Сто рублей")
    assert await place.desk.rows("messages", "direction = 'outbound'") == []
    question = place.post(ivan, "Кому отправить?")
    [[label], _] = [[str(button["text"]) for button in row] for row in question.keyboard["inline_keyboard"]]
    await place.presses(ivan, "Кому отправить?", label)
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Сто рублей"


async def test_a_photo_by_reply_is_stored_and_sent(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Покажите")
    await place.replies(ivan, "Покажите", "вот", files=[Media("photo", "a.jpg", b"picture", "image/jpeg")])
    sent = await place.desk.one("messages", "direction = 'outbound'")
    [file] = sent["attachments"]
    assert await place.files.read(file["sha256"]) == b"picture"


async def test_a_second_message_is_mirrored_and_answerable(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте", number=1)
    await place.client_says("Вы тут?", number=2)
    mirror = place.post(ivan, "Вы тут?")
    assert mirror.text.startswith("💬 Мария · Telegram · #")
    await place.replies(ivan, "Вы тут?", "Тут")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Тут"


async def test_a_repeated_notice_does_not_show_the_message_twice(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте", number=1)
    await place.client_says("Вы тут?", number=2)
    before = len(place.seen(ivan))
    await place.desk.pool.execute("UPDATE deliveries SET state = 'queued' WHERE lane = 'notify'")
    await place.work()
    assert len(place.seen(ivan)) == before


async def test_rg4_a_stranger_gets_one_neutral_sentence(place):
    stranger = place.api.person("Чужой")
    stranger.starts(place.account)
    await place.work()
    await place.writes(stranger, "/queue")
    assert set(place.seen(stranger)) == {"/start", "/queue", "Это служебный бот компании."}


async def test_rg4_somebody_who_left_is_a_stranger_at_once(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    await place.desk.pool.execute("UPDATE managers SET is_active = false")
    await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    assert await place.desk.rows("messages", "direction = 'outbound'") == []


async def test_case92_a_made_up_button_is_answered_politely(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    card = place.post(ivan, "Сколько стоит?")
    card.keyboard["inline_keyboard"][0][0]["callback_data"] = "h9:drop:1"
    label = card.keyboard["inline_keyboard"][0][0]["text"]
    await place.presses(ivan, "Сколько стоит?", label)
    assert "Кнопка устарела" in place.seen(ivan)[-1]


async def test_c11_reached_needs_its_line_and_takes_it_from_the_next_message(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Перезвоните")
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/reached {number}")
    assert "чем закончился разговор" in place.seen(ivan)[-1]
    await place.writes(ivan, "Договорились на среду")
    wait = await place.desk.one("waits")
    assert (wait["state"], wait["result_note"]) == ("declared", "Договорились на среду")


async def test_s8_s9_closing_a_waiting_conversation_shows_the_way_on(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Спасибо!")
    await place.presses(ivan, "Спасибо!", "✅ Закрыть")
    await place.presses(ivan, "Чем закончилось", "❓ Вопрос решён")
    assert "Клиент ждёт ответа" in place.seen(ivan)[-1]
    await place.presses(ivan, "Клиент ждёт ответа", "🤷 Ответ не нужен")
    await place.presses(ivan, "ответ не нужен?", "🙏 Просто благодарность")
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/close {number} solved")
    assert (await place.desk.one("conversations"))["state"] == "closed"
    assert (await place.desk.one("waits"))["state"] == "dismissed"


async def test_snooze_by_command_names_the_time(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    number = (await place.desk.one("conversations"))["number"]
    await place.writes(ivan, f"/snooze #{number} 2h")
    until = (await place.desk.one("conversations"))["snoozed_until"]
    assert timedelta(hours=1, minutes=59) < until - place.desk.now <= timedelta(hours=2)
    assert "отложено до" in place.seen(ivan)[-1]


async def test_lists_and_help_answer(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    for command, words in (
        ("/my", "📥 Мои обращения"),
        ("/queue", "Пусто."),
        ("/overdue", "🔥 Просрочено"),
        ("/find Мария", "Найдено по запросу «Мария»"),
        ("/shift", "ваша смена"),
        ("/help", "Что умеет бот"),
        ("/nothing", "Такой команды нет"),
        ("/card", "К какому обращению?"),
        ("📥 Мои", "📥 Мои обращения"),
    ):
        await place.writes(ivan, command)
        assert words in place.seen(ivan)[-1], command


async def test_a_transfer_reaches_the_colleague_with_its_note(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    anna = await place.hire("anna", "Анна")
    await place.presses(ivan, "Сколько стоит?", "➡️ Передать")
    await place.presses(ivan, "Кому передать", "🟢 Анна · 0 ждут")
    await place.writes(ivan, "Просила скидку")
    assert "Вам передали обращение" in "\n".join(place.seen(anna))
    await place.presses(anna, "Вам передали", "✅ Принять")
    conversation = await place.desk.one("conversations")
    assert conversation["assignee_id"] == anna.user.id


async def test_a_manager_who_blocks_the_bot_is_no_longer_reachable(place):
    ivan = await place.hire("ivan", "Иван")
    ivan.blocks(place.account)
    await place.work()
    assert not (await place.desk.one("managers"))["is_reachable"]
