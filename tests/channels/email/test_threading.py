import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.email.inspection import inspect_letter
from hub.channels.email.threading import (
    find_reply_token,
    make_reply_token,
    reply_address,
)
from hub.domain.mail_subject import normal_subject
from tests.channels.email.letters import letter


@given(st.binary(min_size=32, max_size=32), st.booleans())
def test_case95_a_token_comes_back_from_the_address_it_was_put_into(proof, is_shouted):
    token = make_reply_token(proof)
    address = reply_address("sales+old@example.com", token)
    assert find_reply_token(["a@b.ru", address.upper() if is_shouted else address]) == token


@given(st.emails())
def test_any_other_address_holds_no_token(address):
    assert find_reply_token([address, "sales+r-short@example.com"]) == ""


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
