import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.email.charset import decode_text, guess_codec, known_codec

RUSSIAN = ["Добрый день! Сколько стоит доставка в Казань?", "Заказ 1234", "Ольга Петрова", "Re: счет на оплату"]
CODE_PAGES = ["cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"]


@pytest.mark.parametrize("text", RUSSIAN)
@pytest.mark.parametrize("codec", [*CODE_PAGES, "utf-8"])
@pytest.mark.parametrize("declared", ["", "us-ascii", "iso-8859-1", "utf-8", "x-unknown", "8bit", "\0bad"])
def test_case51_case52_undeclared_and_wrongly_declared_russian_is_read(text, codec, declared):
    assert decode_text(text.encode(codec), declared) == text


@pytest.mark.parametrize("wrong", ["windows-1251", "koi8-r"])
def test_case51_a_wrong_russian_label_is_seen_through(wrong):
    for right in ("cp1251", "koi8-r", "utf-8"):
        assert decode_text(RUSSIAN[0].encode(right), wrong) == RUSSIAN[0]


def test_believes_a_western_label_of_western_text():
    assert (
        decode_text("Grüße aus München, schöne Füße".encode("cp1252"), "iso-8859-1") == "Grüße aus München, schöne Füße"
    )


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("windows-874", "cp874"),
        ("cp-850", "cp850"),
        ("iso-8859-8-i", "iso8859-8"),
        ("utf-8 euao lightning", "utf-8"),
        ("koi8r", "koi8-r"),
        ("X-CP1251", "cp1251"),
        ('"Windows-1251"', "cp1251"),
        ("ks_c_5601-1987", "cp949"),
        ("base64", ""),
        ("zip", ""),
        ("rot13", ""),
        ("unicode_escape", ""),
        ("idna", ""),
        ("", ""),
    ],
)
def test_case51_labels_with_aliases_and_garbage(label, codec):
    assert known_codec(label) == codec


@pytest.mark.parametrize("codec", ["iso-2022-jp", "shift_jis", "euc-jp", "gb18030"])
def test_east_asian_charsets_are_read_as_declared(codec):
    assert decode_text("日本語の文章".encode(codec), codec) == "日本語の文章"


def test_a_letter_with_a_few_damaged_bytes_stays_utf8():
    data = ("Здравствуйте, коллеги! " * 3).encode() + b"\xd0"
    assert decode_text(data, "utf-8").startswith("Здравствуйте, коллеги! Здравствуйте")


def test_the_rest_of_the_letter_decides_a_word_too_short_to_tell():
    assert decode_text("да".encode("koi8-r"), "", hint="koi8-r") == "да"


@given(st.binary(max_size=300), st.text(max_size=20))
def test_case51_any_bytes_under_any_label_give_storable_text(data, label):
    text = decode_text(data, label)
    assert text.encode("utf-8").count(b"\0") == 0
    assert text == decode_text(data, label)


@given(st.binary(max_size=100))
def test_guessing_never_fails(data):
    assert known_codec(guess_codec(data))
