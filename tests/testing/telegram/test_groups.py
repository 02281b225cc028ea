"""Groups of the fake Telegram: topics, being taken out, what is said in them to the bot."""


async def test_a_message_into_a_topic_stands_there_and_names_it(world, bot, program):
    world.person("Пётр")
    forum = world.group(bot, "Закупки")
    topic = world.topic(bot, forum, "Очередь")

    sent = await program.result("sendMessage", chat_id=forum.id, text="x", message_thread_id=topic.message_id)
    general = await program.result("sendMessage", chat_id=forum.id, text="y")

    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic.message_id, True)
    assert "message_thread_id" not in general
    assert topic.message_id != 1


async def test_a_person_in_a_topic_replies_to_its_first_message_without_knowing(world, bot, program):
    peter, forum = world.person("Пётр"), world.group(bot, "Закупки")
    topic = world.topic(bot, forum, "Очередь")

    peter.writes(bot, "/room", group=forum, reply_to=topic)

    told = (await program.result("getUpdates"))[-1]["message"]
    assert told["is_topic_message"]
    assert told["reply_to_message"]["message_id"] == topic.message_id
    assert told["chat"]["is_forum"]


async def test_a_reply_in_a_supergroup_has_a_thread_that_is_no_topic(world, bot, program):
    peter, group = world.person("Пётр"), world.group(bot, "Закупки")
    group.type = "supergroup"
    first = peter.writes(bot, "раз", group=group)

    peter.writes(bot, "три", group=group, reply_to=peter.writes(bot, "два", group=group, reply_to=first))

    told = (await program.result("getUpdates"))[-1]["message"]
    assert told["message_thread_id"] == first.message_id
    assert "is_topic_message" not in told


async def test_a_press_is_answered_once(world, bot, program):
    keyboard = '{"inline_keyboard": [[{"text": "+", "callback_data": "x"}]]}'
    peter = world.person("Пётр")
    peter.starts(bot)
    await program.result("sendMessage", chat_id=peter.user.id, text="x", reply_markup=keyboard)
    press = peter.presses(bot, peter.screen(bot).visible()[-1].post, "+")

    answers = [await program.call("answerCallbackQuery", callback_query_id=press.id, text=f"{n}") for n in (1, 2)]

    assert [each["ok"] for each in answers] == [True, False]
    assert press.toast == "1"


async def test_a_topic_that_is_gone_or_closed_or_the_general_one_is_refused(world, bot, program):
    world.person("Пётр")
    forum = world.group(bot, "Закупки")
    topic, closed = world.topic(bot, forum, "Очередь"), world.topic(bot, forum, "Архив")
    in_it = await program.result("sendMessage", chat_id=forum.id, text="x", message_thread_id=topic.message_id)
    world.delete_topic(bot, topic)
    forum.topics[closed.message_id] = False

    async def refusal(thread):
        answer = await program.call("sendMessage", chat_id=forum.id, text="x", message_thread_id=thread)
        return answer["error_code"], answer["description"]

    assert await refusal(topic.message_id) == (400, "Bad Request: message thread not found")
    assert await refusal(1) == (400, "Bad Request: message thread not found")
    assert await refusal(closed.message_id) == (400, "Bad Request: TOPIC_CLOSED")
    edit = await program.call("editMessageText", chat_id=forum.id, message_id=in_it["message_id"], text="z")
    assert edit["description"] == "Bad Request: message to edit not found"


async def test_a_bot_that_was_taken_out_is_told_and_refused(world, bot, program):
    peter, group = world.person("Пётр"), world.group(bot, "Закупки")

    world.take_out(bot, group, by=peter)

    told = (await program.result("getUpdates"))[-1]["my_chat_member"]
    assert (told["chat"]["id"], told["new_chat_member"]["status"]) == (group.id, "kicked")
    answer = await program.call("sendMessage", chat_id=group.id, text="x")
    assert answer["description"] == "Forbidden: bot was kicked from the group chat"
