"""Reading bodies of strangers: right values for good ones, one error for all others."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hub.domain.errors import PayloadInvalid
from hub.net.multipart import MAX_PARTS, read_multipart
from hub.net.payloads import MAX_FIELDS, clean_text, read_form, read_json, read_json_object

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def without_nul(value):
    """The value with U+FFFD for every NUL in its texts and names."""
    match value:
        case str():
            return value.replace("\0", "\ufffd")
        case list():
            return [without_nul(each) for each in value]
        case dict():
            return {without_nul(name): without_nul(each) for name, each in value.items()}
        case _:
            return value


@given(JSON_VALUES)
@example({"\\u0000": "\0"})
def test_json_comes_back_as_it_was_but_for_nul(value):
    assert read_json(json.dumps(value).encode()) == without_nul(value)


def test_json_may_begin_with_a_byte_order_mark():
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"NaN", b"[Infinity]", b"\xff", b"[" * 100_000, b'{"a": "\x00"}', b"1" * 5000]
)
def test_what_is_no_json_is_one_error(body):
    with pytest.raises(PayloadInvalid):
        read_json(body)


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"7", b"true"])
def test_an_object_is_asked_for_and_nothing_else_taken(body):
    with pytest.raises(PayloadInvalid):
        read_json_object(body)


def test_characters_that_cannot_be_stored_are_replaced_everywhere_in_json():
    assert read_json(rb'{"\u0000": ["\ud83d", {"a": "x\u0000"}], "b": "\ud83d\ude00"}') == {
        "\ufffd": ["\ufffd", {"a": "x\ufffd"}],
        "b": "😀",
    }


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), min_size=1, max_size=9))
def test_a_form_comes_back_in_order(pairs):
    body = urlencode(pairs).encode()

    assert read_form(body) == [(clean_text(name), clean_text(value)) for name, value in pairs]


def test_a_form_in_windows_1251_is_readable():
    assert read_form(urlencode({"имя": "Анна"}, encoding="cp1251").encode(), encoding="windows-1251") == [
        ("имя", "Анна")
    ]
    assert read_form("имя=Анна".encode("cp1251"), encoding="windows-1251") == [("имя", "Анна")]


def test_plus_and_empty_values_are_kept():
    assert read_form(b"a=1+2&b=&a=3") == [("a", "1 2"), ("b", ""), ("a", "3")]


@pytest.mark.parametrize("body", [b"", b"hello", b"%FF=%FE", b"\xff=1", b"&".join([b"a=1"] * (MAX_FIELDS + 1))])
def test_what_is_no_form_is_one_error(body):
    with pytest.raises(PayloadInvalid):
        read_form(body)


def test_an_unknown_charset_is_one_error():
    with pytest.raises(PayloadInvalid):
        read_form(b"a=%C0", encoding="klingon")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body):
    for read in (read_json, read_form, lambda b: read_multipart(b, "multipart/form-data; boundary=b")):
        try:
            read(body)
        except PayloadInvalid:
            continue


def multipart(*parts: bytes) -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"


def test_parts_keep_their_bytes_names_and_files():
    body = multipart(
        'Content-Disposition: form-data; name="имя"\r\n\r\nАнна'.encode(),
        b'Content-Disposition: form-data; name="f"; filename="a %22b%22.bin"\r\n'
        b"Content-Type: image/png\r\n\r\n\r\n--\x00\xff\r\n",
        b"Content-Disposition: form-data; name=g; filename*=UTF-8''%D0%B0.txt\r\n\r\n",
    )
    name, file, empty = read_multipart(body, 'multipart/form-data; boundary="b"')

    assert (name.name, name.content.decode(), name.is_file) == ("имя", "Анна", False)
    assert (file.file_name, file.mime, file.content) == ('a "b".bin', "image/png", b"\r\n--\x00\xff\r\n")
    assert (empty.name, empty.file_name, empty.content, empty.is_file) == ("g", "а.txt", b"", True)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (multipart(b'Content-Disposition: form-data; name="a"\r\n\r\n1'), "multipart/form-data"),
        (multipart(b"Content-Disposition: form-data\r\n\r\n1"), "multipart/form-data; boundary=b"),
        (multipart(b'Content-Disposition: form-data; name="a"\r\n\r\n1')[:-6], "multipart/form-data; boundary=b"),
        (multipart(*[b'Content-Disposition: form-data; name="a"\r\n\r\n'] * (MAX_PARTS + 2)), "x/y; boundary=b"),
        (b"", "multipart/form-data; boundary=b"),
        (b"anything", "multipart/form-data; boundary=b"),
    ],
)
def test_what_is_no_multipart_is_one_error(body, content_type):
    with pytest.raises(PayloadInvalid):
        read_multipart(body, content_type)
