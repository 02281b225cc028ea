"""Files of clients in a manager's chat: an album is one message, what is fetched later follows it, each file once."""

from collections.abc import AsyncIterator

from hub.delivery.alarms import Alarms
from hub.delivery.media import MediaHandler
from hub.delivery.worker import DeliveryWorker
from hub.domain.delivery import Lane
from hub.domain.message import Attachment, AttachmentKind
from tests.delivery.bench import ScriptedChannel
from tests.inbox.desk import says


class FileChannel(ScriptedChannel):
    """A channel whose files hold their own names."""

    async def fetch_media(self, attachment: Attachment) -> AsyncIterator[bytes]:
        yield attachment.provider_ref.encode()


def photo(name: str) -> Attachment:
    return Attachment(AttachmentKind.photo, name, "image/jpeg", provider_ref=f"ref-{name}")


async def media_arrive(place) -> None:
    """Let the hub fetch the clients' files, and show them."""
    channel = FileChannel(place.desk)
    handler = MediaHandler(place.desk.office, place.files, lambda _: channel, Alarms(place.desk.office))
    await DeliveryWorker(place.desk.office, Lane.media, handler.as_lane()).run_until_idle()
    await place.work()


async def client_sends(place, *names: str, album: str = "", number: int = 10) -> None:
    for at, name in enumerate(names):
        text = "Посмотрите" if at == 0 else ""
        said = says(text, at=place.desk.now, number=number + at, attachments=(photo(name),), group_key=album)
        await place.desk.receive(said)
    await place.work()


def posts_with_files(place, person):
    chat = person.screen(place.account)
    return [each for each in chat.visible() if each.files]


async def test_a_photo_that_is_fetched_later_follows_the_card_that_shows_its_message(place):
    ivan = await place.hire("ivan", "Иван")
    await client_sends(place, "a.jpg")
    assert posts_with_files(place, ivan) == []
    await media_arrive(place)
    [shown] = posts_with_files(place, ivan)
    assert "💬 Мария" in shown.text
    assert sum("Посмотрите" in text for text in place.seen(ivan)) == 1
    assert place.account.calls_of("sendPhoto")[0].nested("reply_parameters")["message_id"] == (
        place.post(ivan, "Посмотрите").message_id
    )


async def test_a_photo_that_is_fetched_later_replies_to_its_mirrored_message(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте", number=1)
    await client_sends(place, "a.jpg")
    mirror = place.post(ivan, "Посмотрите")
    await media_arrive(place)
    [call] = place.account.calls_of("sendPhoto")
    assert call.nested("reply_parameters")["message_id"] == mirror.message_id


async def test_edge5_an_album_is_mirrored_once_with_all_its_parts(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте", number=1)
    await client_sends(place, "a.jpg", "b.jpg", "c.jpg", album="album-1")
    [mirror] = [text for text in place.seen(ivan) if "Посмотрите" in text and "💬 Мария" in text]
    assert all(name in mirror for name in ("a.jpg", "b.jpg", "c.jpg"))
    await media_arrive(place)
    assert len(posts_with_files(place, ivan)) == 3


async def test_a_repeated_notice_shows_no_file_twice(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Здравствуйте", number=1)
    await client_sends(place, "a.jpg", "b.jpg", album="album-1")
    await media_arrive(place)
    before = len(place.seen(ivan))
    await place.desk.pool.execute("UPDATE deliveries SET state = 'queued' WHERE lane = 'notify'")
    await place.work()
    assert len(place.seen(ivan)) == before
    assert len(posts_with_files(place, ivan)) == 2


async def test_a_reply_to_a_file_answers_its_client(place):
    ivan = await place.hire("ivan", "Иван")
    await client_sends(place, "a.jpg")
    await media_arrive(place)
    [shown] = [each for each in place.account.private_chat(ivan.user).posts if "photo" in each.content]
    ivan.replies(place.account, "Вижу", to=shown)
    await place.work()
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Вижу"
