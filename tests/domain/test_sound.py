import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.sound import sound_of


@pytest.mark.parametrize(
    ("head", "ending"),
    [
        (b"ID3\x04\x00\x00\x00\x00\x00\x00\x00\x00", "mp3"),
        (b"\xff\xfb\x90\x64\x00\x00\x00\x00\x00\x00\x00\x00", "mp3"),
        (b"\xff\xf3\x40\xc4\x00\x00\x00\x00\x00\x00\x00\x00", "mp3"),
        (b"RIFF\x24\x08\x00\x00WAVE", "wav"),
        (b"OggS\x00\x02\x00\x00\x00\x00\x00\x00", "ogg"),
        (b"\x00\x00\x00\x20ftypM4A ", "m4a"),
    ],
)
def test_what_pbxs_record_is_known_by_its_first_bytes(head, ending):
    sound = sound_of(head)

    assert sound is not None and sound.ending == ending


@pytest.mark.parametrize(
    "head", [b"", b"\xff", b"<!DOCTYPE ht", b'{"error":"ex', b"RIFF\x00\x00\x00\x00AVI ", b"%PDF-1.7\n%\xe2"]
)
def test_a_page_or_another_file_is_no_sound(head):
    assert sound_of(head) is None


@given(st.binary(max_size=64))
def test_any_bytes_have_an_answer(head):
    sound = sound_of(head)

    assert sound is None or sound.ending in {"mp3", "wav", "ogg", "m4a"}
