"""The intake: order per chat, presses answered first, what raises is given back and harms no neighbour."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.intake import BETWEEN_ATTEMPTS, MOST_CHATS, Intake, StoredUpdate, by_chat, chat_of, press_of
from hub.domain.errors import StorageUnavailable, TemporaryFailure


def message(receipt_id, chat, update_id=None):
    update = {"update_id": update_id or receipt_id, "message": {"chat": {"id": chat}, "text": "x"}}
    return StoredUpdate(receipt_id, update)


def press(receipt_id, person):
    return StoredUpdate(
        receipt_id, {"update_id": receipt_id, "callback_query": {"id": f"q{receipt_id}", "from": {"id": person}}}
    )


class Claimed:
    """The receipts of one batch and what became of them."""

    def __init__(self, *batch, worn_out=()):
        self.batch: Sequence[StoredUpdate] = batch
        self.worn_out = worn_out
        self.parked: list[int] = []
        self.finished: list[int] = []
        self.given_back: list[int] = []
        self.pauses: list[timedelta] = []
        self.gone: list[int] = []
        self.coming: list[Sequence[StoredUpdate]] = []
        self.returned: list[list[int]] = []

    async def claim(self):
        batch, self.batch = self.batch, ()
        return batch

    async def claim_worn_out(self):
        worn_out, self.worn_out = self.worn_out, ()
        return worn_out

    async def park(self, receipt_ids):
        self.parked += receipt_ids

    async def done(self, receipt_ids):
        self.finished += receipt_ids

    async def give_back(self, receipt_ids, *, after):
        self.given_back += receipt_ids
        self.pauses += [after] * len(receipt_ids)

    async def put_back(self, receipt_ids):
        self.returned.append(list(receipt_ids))
        self.batch = self.coming.pop(0)

    def let_go(self, receipt_ids):
        self.gone += receipt_ids


class Bot:
    """Remembers what it was fed; `poison` raises, `slow` waits for a press to be answered."""

    def __init__(self, *, poison=(), pauses=0):
        self.log: list[str] = []
        self.poison = set(poison)
        self.pauses = pauses
        self.is_away = False
        self.was_answered = asyncio.Event()

    async def feed(self, update, key):
        if "callback_query" in update:
            await self.was_answered.wait()
        if update["update_id"] in self.poison:
            raise RuntimeError("poison")
        if self.pauses:
            self.pauses -= 1
            raise TemporaryFailure("slow down", 429, timedelta(milliseconds=1))
        self.log.append(key)

    async def feed_album(self, updates, key):
        self.log.append(f"{key}+{len(updates) - 1}")

    async def answer_press(self, query_id):
        self.log.append(query_id)
        self.was_answered.set()

    async def say_parked(self, update, key):
        if self.is_away:
            raise TemporaryFailure("no connection")
        self.log.append(f"parked {key}")


async def carry_out(bot, *batch):
    receipts = Claimed(*batch)
    assert await Intake(receipts, bot, bot_name="desk").run_once() == len(batch)
    return receipts


async def test_updates_of_a_chat_are_carried_out_in_order_with_their_keys():
    bot = Bot()
    receipts = await carry_out(bot, message(1, chat=5), message(2, chat=5), message(3, chat=5))
    assert bot.log == ["desk:1", "desk:2", "desk:3"]
    assert receipts.finished == [1, 2, 3]


async def test_a_press_is_answered_before_its_work():
    bot = Bot()
    await carry_out(bot, press(1, person=5))
    assert bot.log == ["q1", "desk:1"]


async def test_an_update_that_raises_is_given_back_with_those_behind_it_and_other_chats_pass():
    bot = Bot(poison=[2])
    receipts = await carry_out(bot, message(1, chat=5), message(2, chat=5), message(3, chat=5), message(4, chat=6))
    assert sorted(receipts.finished) == [1, 4]
    assert receipts.given_back == [2, 3]
    assert receipts.pauses == [BETWEEN_ATTEMPTS, timedelta(0)]


async def test_what_three_attempts_did_not_finish_is_told_and_set_aside_and_not_tried_again():
    bot, receipts = Bot(), Claimed(worn_out=[message(1, chat=5)])
    await Intake(receipts, bot, bot_name="desk").run_once()
    assert bot.log == ["parked desk:1"]
    assert (receipts.parked, receipts.finished, receipts.given_back) == ([1], [], [])


async def test_what_cannot_be_told_now_is_not_set_aside_untold():
    bot, receipts = Bot(), Claimed(worn_out=[message(1, chat=5)])
    bot.is_away = True
    await Intake(receipts, bot, bot_name="desk").run_once()
    assert (receipts.parked, receipts.gone) == ([], [1])


class Unwritable(Claimed):
    """A database that goes away when an end is written."""

    async def done(self, receipt_ids):
        raise StorageUnavailable("away")


async def test_a_chat_whose_ends_cannot_be_written_is_held_no_longer():
    receipts = Unwritable(message(1, chat=5), message(2, chat=5))
    await Intake(receipts, Bot(), bot_name="desk").run_once()
    assert (receipts.given_back, receipts.gone) == ([], [1, 2])


async def test_a_payload_that_is_no_update_is_set_aside_like_any_other():
    bot, receipts = Bot(), Claimed(worn_out=[StoredUpdate(1, {})])
    await Intake(receipts, bot, bot_name="desk").run_once()
    assert receipts.parked == [1]


async def test_a_slow_chat_holds_up_nobody_else():
    bot = Bot()
    receipts = Claimed(press(1, person=5))
    answering = bot.answer_press
    bot.answer_press = quiet  # type: ignore[method-assign]
    intake = Intake(receipts, bot, bot_name="desk")
    await intake.start_due()
    receipts.batch = (message(2, chat=6),)
    await intake.start_due()
    while not receipts.finished:
        await asyncio.sleep(0)
    assert (bot.log, receipts.finished) == (["desk:2"], [2])
    await answering("q1")
    while len(receipts.finished) < 2:
        await asyncio.sleep(0)
    assert bot.log == ["desk:2", "q1", "desk:1"]


async def test_an_update_claimed_again_waits_for_the_one_before_it_in_its_chat():
    bot = Bot()
    receipts = Claimed(press(1, person=5))
    answering = bot.answer_press
    bot.answer_press = quiet  # type: ignore[method-assign]
    intake = Intake(receipts, bot, bot_name="desk")
    await intake.start_due()
    receipts.batch = (message(2, chat=5),)
    await intake.start_due()
    await asyncio.sleep(0)
    assert bot.log == []
    await answering("q1")
    await intake.run_once()
    assert bot.log == ["q1", "desk:1", "desk:2"]


async def test_nothing_is_claimed_while_there_is_no_room():
    bot = Bot()
    bot.answer_press = quiet  # type: ignore[method-assign]
    receipts = Claimed(*(press(number, person=number) for number in range(1, MOST_CHATS + 1)))
    intake = Intake(receipts, bot, bot_name="desk")
    assert await intake.start_due() == MOST_CHATS
    receipts.batch = (message(999, chat=999),)
    assert await intake.start_due() == 0
    bot.was_answered.set()
    await intake.run_once()
    assert await intake.start_due() == 1
    await intake.close()


async def quiet(query_id):
    """A press that nobody answers."""


async def test_a_request_to_slow_down_is_obeyed_and_the_update_carried_out_once():
    bot = Bot(pauses=1)
    receipts = await carry_out(bot, message(1, chat=5))
    assert (bot.log, receipts.finished) == (["desk:1"], [1])


async def test_a_lasting_refusal_gives_the_update_back():
    receipts = await carry_out(Bot(pauses=2), message(1, chat=5))
    assert receipts.given_back == [1]


async def test_nothing_to_do_is_nothing_done():
    assert await Intake(Claimed(), Bot(), bot_name="desk").run_once() == 0


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        ({"message": {"chat": {"id": 7}}}, 7),
        ({"edited_message": {"chat": {"id": 7}}}, 7),
        ({"my_chat_member": {"chat": {"id": 7}}}, 7),
        ({"callback_query": {"id": "1", "from": {"id": 7}, "message": {"chat": {"id": 9}}}}, 7),
        ({"something_new": {}}, 0),
        ({"message": None}, 0),
    ],
)
def test_every_update_has_a_chat(update, chat):
    assert chat_of(update) == chat


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.dictionaries(st.sampled_from(["message", "callback_query", "chat", "from", "id"]), inner),
    )
)
def test_no_shape_of_an_update_stops_the_intake(value):
    update = value if isinstance(value, dict) else {}
    assert isinstance(chat_of(update), int)
    assert isinstance(press_of(update), str)
    assert len(by_chat([StoredUpdate(1, update)])) == 1


def growing(*batches):
    """Receipts of a chat that keep coming: `put_back` brings them again with the next ones."""
    receipts = Claimed(*batches[0])
    receipts.coming = list(batches[1:])
    return receipts


def part(receipt_id, album, chat=5):
    content = {"chat": {"id": chat}, "media_group_id": album, "photo": []}
    return StoredUpdate(receipt_id, {"update_id": receipt_id, "message": content})


async def carry_out_all(receipts):
    bot = Bot()
    intake = Intake(receipts, bot, bot_name="desk", album_pause=timedelta(0))
    while await intake.run_once():
        pass
    return bot


async def test_edge5_an_album_is_carried_out_once_nothing_more_has_come():
    one, two, three = (part(number, "a") for number in (1, 2, 3))
    receipts = growing([one], [one, two, three], [one, two, three])
    bot = await carry_out_all(receipts)
    assert bot.log == ["desk:1+2"]
    assert (receipts.returned, receipts.finished) == ([[1], [1, 2, 3]], [1, 2, 3])


async def test_an_album_that_something_follows_is_complete_and_is_not_waited_for():
    receipts = growing([part(1, "a"), part(2, "a"), message(3, chat=5)])
    bot = await carry_out_all(receipts)
    assert (bot.log, receipts.returned) == (["desk:1+1", "desk:3"], [])


async def test_two_albums_behind_each_other_stay_apart():
    first, second = [part(1, "a"), part(2, "a")], [part(3, "b"), part(4, "b")]
    receipts = growing([*first, *second], second)
    bot = await carry_out_all(receipts)
    assert (bot.log, receipts.returned) == (["desk:1+1", "desk:3+1"], [[3, 4]])


async def test_a_full_album_is_not_waited_for():
    receipts = growing([part(number, "a") for number in range(1, 11)])
    assert (await carry_out_all(receipts)).log == ["desk:1+9"]
