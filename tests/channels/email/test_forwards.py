"""Who wrote a letter that is passed on (case 40): header blocks of forwards as mail programs write them."""

import pytest

from hub.channels.email.forwards import find_original_sender
from hub.channels.email.mime import parse_letter
from hub.domain.identity import ProofLevel
from tests.channels.email.letters import letter

GMAIL = "См. ниже\n\n---------- Forwarded message ---------\nОт: Пётр Ильин <p@example.ru>\nDate: x\n\nЦена?"
YANDEX = '-------- Пересылаемое сообщение --------\n21.11.2026, 14:30, "Пётр":\nОт: p@example.ru\n\nЦена?'
APPLE = "Begin forwarded message:\n\nFrom: Пётр Ильин <p@example.ru>\nSubject: Цена\n\nЦена?"
OUTLOOK = (
    "Прошу взять.\n\n________________________________\nОт: Пётр Ильин <p@example.ru>\nОтправлено: x\nКому: a\n\nЦена?"
)
RICH = "From: Пётр Ильин [mailto:P@Example.ru]\nSent: x\n\nЦена?"


def original(text: str, subject: str = "Fwd: Цена", *headers: str):
    named = (f"Subject: {subject}", "Content-Type: text/plain; charset=utf-8")
    return find_original_sender(parse_letter(letter(*named, *headers, body=text, sender="anna@romashka.example")))


@pytest.mark.parametrize("text", [GMAIL, YANDEX, APPLE, OUTLOOK, RICH])
def test_edge40_the_sender_is_read_from_the_header_block(text: str) -> None:
    found = original(text)

    assert found is not None
    assert [(each.value, each.level) for each in found.addresses] == [("p@example.ru", ProofLevel.claimed)]
    assert found.name in {"Пётр Ильин", ""}


def test_edge40_a_marked_forward_needs_no_prefix_in_the_subject() -> None:
    assert original(GMAIL, "Цена") is not None


def test_edge40_an_answer_that_quotes_an_old_forward_is_none() -> None:
    assert original(GMAIL, "Re: Цена", "In-Reply-To: <1@example.ru>") is None


def test_edge40_a_letter_to_the_person_it_names_is_an_answer_to_them() -> None:
    assert original(GMAIL, "Fwd: Цена", "To: p@example.ru", "Cc: sales@romashka.example") is None


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (OUTLOOK, "Re: Цена"),
        ("Перешлю завтра", "Fwd: Цена"),
        ("---------- Forwarded message ---------\nОт: Пётр Ильин\n\nЦена?", "Fwd: Цена"),
        ("От: я не знаю кого @ сайта", "Fwd: Цена"),
    ],
)
def test_edge40_what_names_nobody_is_no_forward(text: str, subject: str) -> None:
    assert original(text, subject) is None
