"""How a message becomes calls: nothing lost, nothing over a limit, albums only of kinds that may stand together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.telegram.outgoing_parts import CAPTION_LIMIT, TEXT_LIMIT, plan_parts, request_of
from hub.channels.telegram.splitting import utf16_length
from hub.domain.enclosures import Card, Point, fields_of, from_fields, words_of
from hub.domain.message import Attachment, AttachmentKind
from hub.domain.outbound import Choice, OutboundMessage

KINDS = [kind for kind in AttachmentKind if kind is not AttachmentKind.recording]
FILES = st.lists(st.sampled_from(KINDS), max_size=25).map(
    lambda kinds: tuple(Attachment(kind, f"{number}") for number, kind in enumerate(kinds))
)
TEXTS = st.integers(0, 3).flatmap(
    lambda times: st.text("аб .\n😀", max_size=60).map(lambda word: (word + " ") * 40 * times)
)
TOGETHER = [{AttachmentKind.photo, AttachmentKind.video}, {AttachmentKind.document}, {AttachmentKind.audio}]
FLOATS = st.floats(-90, 90).map(lambda degrees: round(degrees, 6) + 0.0)


def planned(text, files=(), **more):
    return plan_parts(OutboundMessage("1", "key", text, files, **more))


@given(text=TEXTS, files=FILES)
def test_no_file_and_no_word_is_lost_and_their_order_is_kept(text, files):
    parts = planned(text, files)

    assert tuple(file.name for part in parts for file in part.files) == tuple(file.name for file in files)
    assert "".join("".join(part.text for part in parts).split()) == "".join(text.split())


@given(text=TEXTS, files=FILES)
def test_no_text_is_over_its_limit_and_albums_hold_what_may_stand_together(text, files):
    for part in planned(text, files):
        assert utf16_length(part.text) <= (CAPTION_LIMIT if part.files else TEXT_LIMIT)
        assert len(part.files) <= 10
        kinds = {file.kind for file in part.files}
        assert len(part.files) < 2 or any(kinds <= allowed for allowed in TOGETHER)


@given(text=TEXTS, files=FILES)
def test_the_same_message_always_gives_the_same_parts(text, files):
    assert planned(text, files) == planned(text, files)


def test_choices_stand_below_the_last_part_with_their_data():
    [part] = planned("Оцените", choices=(Choice("1", "r1:1:2:1"), Choice("2", "r1:1:2:2")))

    assert part.extra == {
        "reply_markup": {
            "inline_keyboard": [
                [{"text": "1", "callback_data": "r1:1:2:1"}, {"text": "2", "callback_data": "r1:1:2:2"}]
            ]
        }
    }


@pytest.mark.parametrize(
    ("enclosure", "method"),
    [
        (Point(55.75, 37.61), "sendLocation"),
        (Point(55.75, 37.61, "Склад", ""), "sendVenue"),
        (Card("+79160000001"), "sendContact"),
    ],
)
def test_no_parameter_the_provider_wants_is_empty(enclosure, method):
    asked, params = request_of(enclosure)

    assert (asked, all(str(value) for value in params.values())) == (method, True)


@given(
    enclosure=st.builds(Point, FLOATS, FLOATS, st.text(max_size=9), st.text(max_size=9))
    | st.builds(Card, st.text(min_size=1, max_size=9), st.text(max_size=9))
)
def test_an_enclosure_comes_back_from_its_fields_and_all_of_them_stand_in_its_words(enclosure):
    assert from_fields(dict(fields_of(enclosure))) == enclosure
    assert all(value.strip() in words_of(enclosure) for _, value in fields_of(enclosure))


def test_a_group_gets_no_buttons_under_the_input_field():
    message = OutboundMessage("-100500", "key", "Здравствуйте", buttons=("Доставка",), contact_button="Мой номер")
    [part] = plan_parts(message)

    assert part.extra is None
