"""What a manager sends by a reply reaches the client as it was sent: albums whole, points and cards as such."""

from datetime import timedelta

import pytest

from bots.intake import Intake
from hub.app.manager_bot import BotReceipts
from hub.testing.telegram import Media
from tests.bots.telegram.clients_bot import open_clients_bot
from tests.bots.telegram.test_parked import store_waiting
from tests.bots.telegram.workplace import BOT

LONG = "Смета по этажам. " * 75  # 1,275 characters: more than a caption holds
PDF = Media("document", "план.pdf", b"%PDF", "application/pdf")
VOICE = Media("voice", "voice.ogg", b"ogg", "audio/ogg")


@pytest.fixture
async def shop(place):
    async with open_clients_bot(place) as shop:
        yield shop


async def open_talk(place, shop):
    """Maria has written to the brand's bot, and Ivan has her card in his chat."""
    ivan = await place.hire("ivan", "Иван")
    shop.maria.writes(shop.account, "Пришлите варианты")
    await shop.work()
    return ivan, place.post(ivan, "Пришлите варианты")


def sent(shop):
    """What came from the bot into Maria's chat."""
    return [each for each in shop.maria.screen(shop.account).visible() if each.is_from_bot]


async def test_a_managers_album_is_one_album_at_the_client(place, shop):
    ivan, card = await open_talk(place, shop)
    ivan.sends_album(place.account, 3, caption="Три варианта", reply_to=card)
    await shop.work()
    [call] = shop.account.calls_of("sendMediaGroup")
    assert [part["type"] for part in call.nested("media")] == ["photo"] * 3
    assert [each.text for each in sent(shop)] == ["Три варианта", "", ""]


async def test_an_album_is_one_answer_that_gets_one_receipt(place, shop):
    ivan, card = await open_talk(place, shop)
    first, *others = ivan.sends_album(place.account, 3, reply_to=card)
    await shop.work()
    assert (await place.desk.one("messages", "author = 'person'"))["kind"] == "media"
    assert list(first.reactions.values()) == ["👌"]
    assert [post.reactions for post in others] == [{}, {}]


async def test_an_album_whose_caption_is_too_long_is_followed_by_its_text(place, shop):
    ivan, card = await open_talk(place, shop)
    ivan.sends_album(place.account, 2, caption=LONG, reply_to=card)
    await shop.work()
    assert [each.text for each in sent(shop)] == ["", "", LONG.strip()]


async def test_documents_among_photos_go_apart_within_one_answer(place, shop):
    ivan, card = await open_talk(place, shop)
    photo = Media("photo", "a.jpg", b"jpeg", "image/jpeg")
    ivan.sends_album(place.account, files=(photo, photo, PDF, PDF), reply_to=card)
    await shop.work()
    assert [[part["type"] for part in call.nested("media")] for call in shop.account.calls_of("sendMediaGroup")] == [
        ["photo", "photo"],
        ["document", "document"],
    ]


async def test_an_album_without_context_goes_whole_to_whom_the_manager_names(place, shop):
    ivan, _ = await open_talk(place, shop)
    ivan.sends_album(place.account, 3)
    await shop.work()
    question = place.post(ivan, "Кому отправить?")
    label = next(label for row in question.keyboard["inline_keyboard"] for label in (row[0]["text"],) if "#" in label)
    ivan.presses(place.account, question, label)
    await shop.work()
    [call] = shop.account.calls_of("sendMediaGroup")
    assert len(call.nested("media")) == 3


@pytest.mark.parametrize("kind", ["photo", "document", "voice", "video", "video_note", "audio", "sticker"])
async def test_every_kind_of_a_managers_file_arrives_as_that_kind(place, shop, kind):
    ivan, card = await open_talk(place, shop)
    ivan.replies(place.account, to=card, files=[Media(kind, f"файл.{kind}", b"bytes")])
    await shop.work()
    assert [each.files[0][0] for each in sent(shop)] == [kind]


async def test_a_managers_animation_plays_at_the_client(place, shop):
    ivan, card = await open_talk(place, shop)
    ivan.replies(place.account, to=card, files=[Media("animation", "кот.mp4", b"mp4", "video/mp4")])
    await shop.work()
    assert [each.files[0][0] for each in sent(shop)] == ["video"]


POINT = {"latitude": 55.7558, "longitude": 37.6173}


@pytest.mark.parametrize(
    ("content", "method", "named"),
    [
        ({"location": POINT}, "sendLocation", {"latitude": "55.7558"}),
        (
            {"location": POINT, "venue": {"location": POINT, "title": "Склад", "address": "Тверская, 1"}},
            "sendVenue",
            {"title": "Склад", "address": "Тверская, 1"},
        ),
        ({"contact": {"phone_number": "+79160000001", "first_name": "Склад"}}, "sendContact", {"first_name": "Склад"}),
    ],
)
async def test_a_point_a_place_and_a_card_arrive_as_such_and_are_answers(place, shop, content, method, named):
    ivan, card = await open_talk(place, shop)
    ivan.sends(place.account, content, reply_to=card)
    await shop.work()
    [call] = shop.account.calls_of(method)
    assert {name: call.text(name) for name in named} == named
    assert (await place.desk.one("waits"))["state"] == "answered"


async def test_parts_that_come_one_by_one_are_kept_as_receipts_until_the_album_is_whole(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Пришлите варианты")
    first, *rest = ivan.sends_album(place.account, 3, reply_to=place.post(ivan, "Пришлите варианты"))
    late = place.account.updates.pending(place.account.now())[1:]
    for update in late:
        place.account.updates.remove(update)
    intake = Intake(BotReceipts(place.desk.pool), place.messenger, bot_name=BOT, album_pause=timedelta(0))
    await store_waiting(place)
    assert await intake.run_once() == 1
    assert [row["state"] for row in await place.desk.rows("receipts", "lane = 'manager_bot'")] == ["new"]
    for post in rest:
        place.account.queue("message", post.as_json(), post.chat)
    await store_waiting(place)
    while await intake.run_once():
        pass
    answer = await place.desk.one("messages", "author = 'person'")
    assert [file["kind"] for file in answer["attachments"]] == ["photo"] * 3
    told = await place.desk.rows("receipts", "lane = 'manager_bot'")
    assert [(row["state"], row["attempt"]) for row in told] == [("done", 1)] * 3
    assert first.reactions
