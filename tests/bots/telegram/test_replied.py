"""To whom a reply goes when the hub does not know the message replied to: its sender died before that was written."""

from hub.routing.build import to_policy
from hub.routing.document import parse_policy
from tests.bots.telegram.workplace import Workplace
from tests.inbox.desk import ALWAYS_OPEN

OFFER_ALL = ALWAYS_OPEN + 'strategy = "offer_all"\n'


async def forget_links(place: Workplace) -> None:
    """As after a death between Telegram's word and the commit of the link."""
    await place.desk.pool.execute("DELETE FROM links")


async def test_case72_a_reply_to_a_card_that_is_not_known_goes_to_the_client_on_its_buttons(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    await forget_links(place)
    own = await place.replies(ivan, "Сколько стоит?", "Сто рублей")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Сто рублей"
    assert list(own.reactions.values()) == ["👀"]


async def test_case72_a_reply_to_a_list_is_asked_about_even_if_it_names_one_client(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    await place.writes(ivan, "/my")
    listed = ivan.screen(place.account).visible()[-1].text
    await place.replies(ivan, listed, "Сто рублей")
    assert await place.desk.rows("messages", "direction = 'outbound'") == []
    assert place.post(ivan, "Кому отправить?")


async def test_case72_a_reply_to_the_queue_is_asked_about_though_its_one_row_may_be_taken(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    await place.desk.pool.execute("UPDATE conversations SET assignee_id = NULL")
    await place.desk.pool.execute("UPDATE waits SET assignee_id = NULL")
    await place.writes(ivan, "/queue")
    listed = ivan.screen(place.account).visible()[-1]
    assert "✋" in "".join(label for row in listed.buttons for label in row)
    await place.replies(ivan, listed.text, "Кто возьмёт?")
    assert await place.desk.rows("messages", "direction = 'outbound'") == []


async def test_case72_a_reply_to_a_persons_own_words_names_nobody(place):
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    own = await place.replies(ivan, "Сколько стоит?", "// заметка для себя")
    own.keyboard = place.post(ivan, "Сколько стоит?").keyboard
    await forget_links(place)
    await place.replies(ivan, "заметка для себя", "Сто рублей")
    assert await place.desk.rows("messages", "direction = 'outbound'") == []


async def test_case72_a_reply_to_what_the_bot_says_of_a_take_goes_to_that_client(place):
    place.desk.rules.append(to_policy(parse_policy(OFFER_ALL), 2))
    ivan = await place.hire("ivan", "Иван")
    await place.client_says("Сколько стоит?")
    await place.presses(ivan, "Сколько стоит?", "✋ Взять")
    await place.replies(ivan, "у вас", "Сто рублей")
    assert (await place.desk.one("messages", "direction = 'outbound'"))["text"] == "Сто рублей"
