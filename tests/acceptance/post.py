"""Letters of many senders in every charset and form that arrives in Russia; each sender writes five in two threads.

Hand-made after what mail programs do: the first three belong to one thread, the last two to another. Letter `number` is
the (number // SENDERS)-th of sender number % SENDERS, so a mailbox in the order of numbers holds the threads in pieces.
"""

import base64
import quopri
from collections.abc import Callable

SENDERS = 100
LETTERS_EACH = 5
REUSED = "<1@broken.example.ru>"


def make_letter(number: int) -> bytes:
    """Return the letter of a number; the same bytes each time."""
    sender, place = number % SENDERS, number // SENDERS
    form = _FORMS[(sender + place) % len(_FORMS)]
    return b"\r\n".join([*_ids(sender, place), *form(number)])


def text_of(number: int) -> str:
    """Return what the letter says."""
    return f"Здравствуйте! Сколько стоит доставка заказа номер {number} в Казань, и когда ждать ёлочные украшения?"


def message_id(sender: int, place: int) -> str:
    """Return a letter's Message-ID; a mail program in the field gives every letter the same one."""
    return REUSED if sender % 20 == 7 and place == 3 else f"<{sender}.{place}@example.ru>"


def _ids(sender: int, place: int) -> list[bytes]:
    """Return Message-ID and what it answers: with all references, or as some programs do, with the last alone."""
    parent = message_id(sender, place - 1)
    root = message_id(sender, 0 if place < 3 else 3)
    lines = {
        0: [f"Message-ID: {message_id(sender, 0)}"],
        1: [f"Message-ID: {message_id(sender, 1)}", f"In-Reply-To: {parent}", f"References: {root}"],
        2: [f"Message-ID: {message_id(sender, 2)}", f"In-Reply-To: {parent}"],
        3: [f"Message-ID: {message_id(sender, 3)}"],
        4: ["Message-ID: ", f"References: {root}"],
    }
    return [line.encode() for line in lines[place]]


def _head(number: int, codec: str) -> list[bytes]:
    """Return headers with raw 8-bit text in them, as old programs write it."""
    sender = number % SENDERS
    named = f"From: Ёлкин Пётр {sender} <client{sender}@example.ru>\nSubject: Вопрос о доставке {number}"
    return named.encode(codec).split(b"\n")


def _plain(codec: str, *, is_declared: bool) -> Callable[[int], list[bytes]]:
    def write(number: int) -> list[bytes]:
        label = [f"Content-Type: text/plain; charset={codec}".encode()] if is_declared else []
        return [*_head(number, codec), *label, b"", text_of(number).encode(codec)]

    return write


def _encoded(number: int) -> list[bytes]:
    text = base64.encodebytes(text_of(number).encode("koi8-r"))
    fields = [b"Content-Type: text/plain; charset=KOI8-R", b"Content-Transfer-Encoding: base64"]
    return [*_headers_in_words(number), *fields, b"", text]


def _quoted(number: int) -> list[bytes]:
    text = quopri.encodestring(text_of(number).encode("cp1251"))
    fields = [b"Content-Type: text/plain; charset=windows-1251", b"Content-Transfer-Encoding: quoted-printable"]
    return [*_headers_in_words(number), *fields, b"", text]


def _html(number: int) -> list[bytes]:
    page = f"<html><body><p>{text_of(number)}</p><script>alert(1)</script></body></html>"
    return [*_headers_in_words(number), b"Content-Type: text/html; charset=utf-8", b"", page.encode()]


def _with_file(number: int) -> list[bytes]:
    parts = [
        b"--=_b",
        b"Content-Type: text/plain; charset=utf-8",
        b"",
        text_of(number).encode(),
        b"--=_b",
        "Content-Disposition: attachment; filename=план.txt".encode("cp1251"),
        b"Content-Type: application/octet-stream",
        b"",
        f"план {number}".encode(),
        b"--=_b--",
    ]
    return [*_headers_in_words(number), b'Content-Type: multipart/mixed; boundary="=_b"', b"", *parts]


def _headers_in_words(number: int) -> list[bytes]:
    """Return headers in encoded words (RFC 2047)."""
    return [b"%s: %s" % (line.partition(b": ")[0], _word(line.partition(b": ")[2])) for line in _head(number, "utf-8")]


def _word(text: bytes) -> bytes:
    name, bracket, address = text.partition(b" <")
    return b"=?utf-8?B?" + base64.b64encode(name) + b"?=" + bracket + address


_FORMS: tuple[Callable[[int], list[bytes]], ...] = (
    _plain("koi8-r", is_declared=True),
    _plain("cp1251", is_declared=True),
    _plain("utf-8", is_declared=True),
    _plain("koi8-r", is_declared=False),
    _plain("cp1251", is_declared=False),
    _plain("utf-8", is_declared=False),
    _encoded,
    _quoted,
    _html,
    _with_file,
)
