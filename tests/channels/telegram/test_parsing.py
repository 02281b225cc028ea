"""What people do in Telegram, in the words of the hub; payloads come from the fake Bot API."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.channels.base import Raw
from hub.domain.identity import IdentityType, ProofLevel
from hub.domain.inbound import ChoiceMade, MessageEdited, ReachChanged, ReachState, ReactionSet
from hub.domain.message import AttachmentKind, MessageKind
from hub.net.payloads import read_json_object
from hub.testing.fixture_files import list_fixtures
from hub.testing.telegram import Media
from tests.channels.test_telegram import TestTelegram as Contract

FIXTURES = {fixture.name: fixture.raw for fixture in list_fixtures(Contract.fixtures)}
MB = 1024 * 1024


@pytest.fixture
def newest(channel, bot, clock):
    """Return a function that parses the newest update of the bot."""

    def parse():
        update = bot.updates.pending(clock.now())[-1].as_json()
        return list(channel.parse(Raw(_as_bytes(update), clock.now())))

    return parse


def _as_bytes(update) -> bytes:
    return json.dumps(update, ensure_ascii=False).encode()


def test_m1_a_text_names_its_sender_by_the_numeric_id(bot, maria, newest, clock):
    maria.writes(bot, "Сколько стоит доставка?")

    (said,) = newest()
    assert (said.text, said.thread, said.occurred_at) == ("Сколько стоит доставка?", str(maria.user.id), clock.now())
    (address,) = said.sender.addresses
    assert (address.type, address.value, address.level) == (IdentityType.tg_user, str(maria.user.id), ProofLevel.proven)
    assert (said.sender.name, said.sender.language, said.automatic) == ("Мария Иванова", "ru", "")


def test_m2_the_own_number_is_proven(bot, maria, newest):
    maria.shares_contact(bot)

    (said,) = newest()
    phone = said.sender.addresses[1]
    assert (said.kind, phone.value, phone.level) == (MessageKind.contact, "+79161234567", ProofLevel.proven)


def test_m2_a_card_of_another_person_is_only_claimed(bot, maria, newest):
    maria.shares_contact(bot, own=False)

    (said,) = newest()
    phone = said.sender.addresses[1]
    assert (said.text, phone.value, phone.level) == ("Знакомый +79160000099", "+79160000099", ProofLevel.claimed)


def test_m2_a_card_that_is_no_number_names_nobody(channel, bot, maria, newest):
    maria.user.phone = "100"
    maria.shares_contact(bot)

    assert len(newest()[0].sender.addresses) == 1


@pytest.mark.parametrize(
    ("payload", "automatic", "source"), [("", "start_command", ""), ("s_spring", "start_command", "s_spring")]
)
def test_fr2_start_opens_nothing_and_its_payload_names_the_source(bot, maria, newest, payload, automatic, source):
    maria.starts(bot, payload)

    (said,) = newest()
    assert (said.automatic, said.origin.source) == (automatic, source)


@pytest.mark.parametrize(
    ("payload", "marks"),
    [("s_spring", {"utm_campaign": "spring"}), ("banner", {"utm_campaign": "banner"}), ("o_12", {})],
)
def test_l1_a_deep_link_names_the_campaign_and_an_order_is_none(bot, maria, newest, payload, marks):
    maria.starts(bot, payload)

    assert newest()[0].origin.marks == marks


def test_m2_a_link_from_a_card_claims_it_by_the_hash_of_its_token_and_names_no_campaign(bot, maria, newest):
    token = "A1b2C3d4E5f6G7h8I9j0_-"
    maria.starts(bot, f"c_{token}")

    (said,) = newest()
    [_, link] = said.sender.addresses
    assert (link.type, link.level, link.value) == ("card_link", "claimed", hashlib.sha256(token.encode()).hexdigest())
    assert (said.text, said.automatic, said.origin.source) == ("/start", "start_command", "")


@pytest.mark.parametrize("payload", ["c_short", "c_" + "A" * 23])
def test_what_is_no_token_of_ours_claims_no_card(bot, maria, newest, payload):
    maria.starts(bot, payload)

    assert len(newest()[0].sender.addresses) == 1


@pytest.mark.parametrize(("text", "automatic"), [("/stop", "stop_command"), ("/privacy", "privacy_command")])
def test_fr2_commands_to_the_bot_are_no_requests(bot, maria, newest, text, automatic):
    maria.writes(bot, text)

    assert newest()[0].automatic == automatic


def test_fr2_a_press_below_a_message_of_the_bot_is_a_choice(bot, maria, newest, clock):
    question = bot.post(bot.private_chat(maria.user), bot.user, {"text": "Оцените"})
    question.keyboard = {"inline_keyboard": [[{"text": "5", "callback_data": "r1:1:2:5"}]]}
    press = maria.presses(bot, question, "5")

    assert newest() == [
        ChoiceMade(press.id, str(maria.user.id), newest()[0].sender, clock.now(), str(question.message_id), "r1:1:2:5")
    ]


def test_fr2_start_with_words_is_a_request(bot, maria, newest):
    maria.writes(bot, "/start здравствуйте, есть вопрос")

    assert newest()[0].automatic == ""


def test_fr2_an_edit_is_no_new_message(bot, maria, newest, clock):
    post = maria.writes(bot, "Сколько?")
    clock.advance(minutes=1)
    maria.edits(bot, post, "Сколько стоит?")

    assert newest() == [MessageEdited(str(post.message_id), str(maria.user.id), "Сколько стоит?", clock.now())]


def test_parts_of_an_album_carry_one_group(bot, maria, channel, clock):
    maria.sends_album(bot, 3, caption="Вот они")

    updates = bot.updates.pending(clock.now())[-3:]
    said = [channel.parse(Raw(_as_bytes(update.as_json()), clock.now()))[0] for update in updates]
    assert len({(part.group_key, part.kind) for part in said}) == 1
    assert said[0].group_key
    assert [part.text for part in said] == ["Вот они", "", ""]


def test_a_reply_names_its_target(bot, maria, newest):
    first = maria.writes(bot, "Раз")
    maria.replies(bot, "Я об этом", to=first)

    assert newest()[0].reply_to == str(first.message_id)


@pytest.mark.parametrize(
    ("media", "kind", "name"),
    [
        (Media("photo", "x.jpg"), AttachmentKind.photo, ""),
        (Media("document", "счёт.pdf"), AttachmentKind.document, "счёт.pdf"),
        (Media("voice", "x.ogg", mime="audio/ogg"), AttachmentKind.voice, ""),
        (Media("video", "x.mp4", mime="video/mp4"), AttachmentKind.video, "x.mp4"),
        (Media("audio", "x.mp3"), AttachmentKind.audio, "x.mp3"),
        (Media("animation", "cat.mp4"), AttachmentKind.video, "cat.mp4"),
        (Media("video_note", "x.mp4"), AttachmentKind.video_note, ""),
        (Media("sticker", "x.webp"), AttachmentKind.sticker, ""),
    ],
)
def test_files_come_with_kind_and_reference(bot, maria, newest, media, kind, name):
    maria.writes(bot, files=[media])

    (said,) = newest()
    (file,) = said.attachments
    assert (said.kind, file.kind, file.name, bool(file.provider_ref)) == (MessageKind.media, kind, name, True)


def test_case73_a_file_over_20_mb_is_announced_and_not_promised(bot, maria, newest):
    maria.writes(bot, "свадьба", files=[Media("video", "свадьба.mp4", size=25 * MB)])

    (file,) = newest()[0].attachments
    assert (file.provider_ref, file.size_bytes, "20 МБ" in file.note) == ("", 25 * MB, True)


def test_content_that_nobody_knows_yet_is_not_lost(channel):
    (said,) = channel.parse(FIXTURES["kind_of_tomorrow.json"])

    assert (said.attachments[0].name, bool(said.attachments[0].note)) == ("hologram", True)


def test_edge11_blocking_and_unblocking_change_the_reach(bot, maria, newest, clock):
    thread = str(maria.user.id)
    maria.blocks(bot)
    assert newest() == [ReachChanged(thread, ReachState.blocked, clock.now())]
    maria.unblocks(bot)
    assert newest() == [ReachChanged(thread, ReachState.open, clock.now())]


def test_edge39_a_group_is_a_client_and_a_thread_of_its_own(world, bot, maria, newest):
    group = world.group(bot, "Закупки")
    maria.writes(bot, "Когда отгрузка?", group=group)

    (said,) = newest()
    assert (said.thread, said.thread_title, said.sender.name) == ("-1000", "Закупки", "Закупки")
    assert [(each.type, each.value) for each in said.sender.addresses] == [(IdentityType.tg_chat, "-1000")]
    assert said.speaker.name == "Мария Иванова"


def test_edge39_a_telephone_shared_in_a_group_is_not_the_groups(channel):
    update = json.loads(FIXTURES["contact_own.json"].body)
    update["message"]["chat"] = json.loads(FIXTURES["group_text.json"].body)["message"]["chat"]
    (said,) = channel.parse(replace(FIXTURES["contact_own.json"], body=json.dumps(update).encode()))

    assert [each.type for each in said.sender.addresses] == [IdentityType.tg_chat]


def test_a_migrated_group_moves_its_thread(channel):
    (moved,) = channel.parse(FIXTURES["group_migrates.json"])

    assert (moved.thread, moved.state, moved.moved_to) == ("-2000000001", ReachState.moved, "-1002000000001")
    assert [each.value for each in moved.sender.addresses] == ["-2000000001", "-1002000000001"]


def test_edge16_the_owners_own_words_are_staff_and_away_texts_automatic(channel):
    (client,) = channel.parse(FIXTURES["business_client.json"])
    (owner,) = channel.parse(FIXTURES["business_owner_by_hand.json"])
    (away,) = channel.parse(FIXTURES["business_away_text.json"])

    assert [said.is_staff for said in (client, owner, away)] == [False, True, True]
    assert [said.automatic for said in (client, owner, away)] == ["", "", "auto_reply"]
    assert {said.thread for said in (client, owner, away)} == {"500000001@Bc7x"}


def test_edge46_a_reaction_names_the_message_and_its_picture(bot, maria, newest, channel, clock):
    bot.updates.allowed = ("message_reaction",)
    maria.reacts(bot, maria.screen(bot).visible()[0].post, "👍")

    (mark,) = newest()
    assert isinstance(mark, ReactionSet)
    assert (mark.external_id, mark.thread, mark.emoji) == ("1", str(maria.user.id), "👍")


@pytest.mark.parametrize(
    ("reactions", "emoji"),
    [([], ""), ([{"type": "custom_emoji", "custom_emoji_id": "5"}], ""), ([{"type": "emoji", "emoji": "🔥"}], "🔥")],
)
def test_edge46_a_reaction_without_a_picture_of_its_own_is_empty(channel, clock, reactions, emoji):
    update = json.loads(FIXTURES["reaction.json"].body)
    update["message_reaction"]["new_reaction"] = reactions

    (mark,) = channel.parse(Raw(json.dumps(update).encode(), clock.now()))
    assert mark.emoji == emoji


@pytest.mark.parametrize("user", [None, {"id": 7, "is_bot": True, "first_name": "bot"}])
def test_edge46_reactions_of_bots_and_of_channels_say_nothing(channel, clock, user):
    update = json.loads(FIXTURES["reaction.json"].body)
    update["message_reaction"]["user"] = user

    assert channel.parse(Raw(json.dumps(update).encode(), clock.now())) == ()


def test_a_venue_is_readable_and_times_are_utc(channel):
    (said,) = channel.parse(FIXTURES["venue.json"])

    assert (said.kind, said.text) == (MessageKind.location, "Кафе\nТверская, 1\n55.750000, 37.610000")
    assert said.occurred_at == datetime.fromtimestamp(
        read_json_object(FIXTURES["venue.json"].body)["message"]["date"], UTC
    )


def test_peek_names_update_and_chat(channel):
    peek = channel.peek(FIXTURES["text.json"])

    assert (peek.event_id, peek.order_key) == ("700000001", "500000001")
