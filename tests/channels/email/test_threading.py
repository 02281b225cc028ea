import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.email.inspection import inspect_letter
from hub.channels.email.threading import (
    find_reply_token,
    lookup_ids,
    make_reply_token,
    normal_subject,
    reply_address,
    verify_reply_token,
)
from hub.domain.inbound import MailHints
from tests.channels.email.letters import letter

KEY = b"k" * 32


@given(st.integers(min_value=0, max_value=2**62))
def test_case_95_a_token_leads_back_to_its_conversation_and_to_no_other(conversation_id):
    token = make_reply_token(KEY, conversation_id)
    assert verify_reply_token(KEY, token.upper()) == conversation_id
    assert verify_reply_token(b"other" * 8, token) is None
    assert verify_reply_token(KEY, make_reply_token(KEY, conversation_id + 1)[:-16] + token[-16:]) is None
    assert find_reply_token(["a@b.ru", reply_address("sales+old@example.com", token)]) == token


@given(st.text(max_size=40))
def test_any_text_is_no_token(text):
    assert verify_reply_token(KEY, text) is None


@pytest.mark.parametrize(
    "subject",
    [
        "Цена",
        "Re: Цена",
        "RE: Fwd: Цена",
        "Отв: Re[2]: Цена",
        "HA: Цена",
        "НА: Цена",
        "[EXTERNAL] Re:  Цена",
        "Fw: Цена",
    ],
)
def test_prefixes_are_no_part_of_a_subject(subject):
    assert normal_subject(subject) == "Цена"


def test_a_subject_that_only_begins_like_a_prefix_stays():
    assert normal_subject("Реклама: цена") == "Реклама: цена"


def test_ids_are_looked_up_from_the_nearest_to_the_oldest():
    hints = MailHints(message_id="4", in_reply_to="3", references=("1", "2", "3"))
    assert lookup_ids(hints) == ("3", "2", "1")


def test_inspection_shows_a_letter_as_plain_values():
    shown = inspect_letter(letter("To: sales@example.com", "Subject: Цена", "Message-ID: <1@x.ru>", body="Сколько?"))
    assert json.loads(json.dumps(shown)) == {
        "from": "Иван <ivan@example.ru>",
        "to": ["sales@example.com"],
        "cc": [],
        "subject": "Цена",
        "body_text": "Сколько?",
        "reply_text": "Сколько?",
        "attachments": [],
        "message_id": "1@x.ru",
        "in_reply_to": "",
        "references": [],
        "auto_submitted": "",
    }


def test_the_parser_starts_without_frameworks():
    code = (
        "import sys, hub.channels.email.inspection, hub.channels.email.child\n"
        "print([n for n in ('pydantic', 'aiohttp', 'aioimaplib', 'sqlalchemy', 'aiogram') if n in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
