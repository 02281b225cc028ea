"""What the history says of calls: words of people, never fields of the store."""

from dataclasses import replace

import pytest

from bots.screens.call_words import call_line
from bots.texts import Texts
from hub.domain.message import Attachment, AttachmentKind, MessageKind
from tests.bots.views import MESSAGE

RECORDING = (Attachment(AttachmentKind.recording, provider_ref="rec-1"),)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"direction": "outbound", "state": "answered", "talk_seconds": "133"}, "☎️ звонок клиенту, говорили 2:13"),
        ({"direction": "inbound", "state": "answered", "talk_seconds": "9"}, "☎️ звонок клиента, говорили 0:09"),
        ({"direction": "inbound", "state": "missed", "talk_seconds": "0"}, "📵 пропущенный звонок"),
        (
            {"direction": "inbound", "state": "abandoned", "reason": "abandoned_in_menu"},
            "📵 пропущенный звонок · положили трубку в меню",
        ),
        (
            {"direction": "outbound", "state": "not_reached", "reason": "busy"},
            "📞 звонок клиенту, не дозвонились · занято",
        ),
        (
            {"direction": "outbound", "state": "not_reached", "reason": "made up"},
            "📞 звонок клиенту, не дозвонились",
        ),
        ({}, "📞 звонок клиента"),
    ],
)
def test_a_call_is_told_in_one_line(told, words):
    call = replace(MESSAGE, kind=MessageKind.call, text="", fields=tuple(told.items()))

    assert call_line(Texts(), call).text == words


def test_c12_a_call_with_a_recording_says_so():
    talked = (("direction", "outbound"), ("talk_seconds", "60"))
    call = replace(MESSAGE, kind=MessageKind.call, text="", fields=talked, attachments=RECORDING)

    assert call_line(Texts(), call).text == "☎️ звонок клиенту, говорили 1:00 · запись разговора"
