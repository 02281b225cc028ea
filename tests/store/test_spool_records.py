"""Records of a spool file: whatever happens to the bytes, whole records come back and nothing else does."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store.spool_records import Damage, Record, Torn, count_records, frame, read_pieces

MARKER = bytes.fromhex("9f86d081884c7d65")
CONTENTS = st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=6)


def written(contents):
    return b"".join(frame(MARKER, content) for content in contents)


def ends_of(contents):
    return list(accumulate(len(frame(MARKER, content)) for content in contents))


def contents_of(pieces):
    return [piece.content for piece in pieces if isinstance(piece, Record)]


@given(contents=CONTENTS)
def test_case10_what_was_written_is_read_in_its_order(contents):
    assert [*read_pieces(MARKER, written(contents))] == [
        Record(content, end) for content, end in zip(contents, ends_of(contents), strict=True)
    ]


@given(contents=CONTENTS, data=st.data())
def test_case10_of_any_prefix_the_whole_records_are_read_and_the_torn_one_is_told(contents, data):
    ends = ends_of(contents)
    cut = data.draw(st.integers(0, ends[-1]))
    whole = [content for content, end in zip(contents, ends, strict=True) if end <= cut]

    pieces = [*read_pieces(MARKER, written(contents)[:cut])]

    assert contents_of(pieces) == whole
    assert pieces[len(whole) :] == ([] if cut in {0, *ends} else [Torn(cut)])


@given(contents=CONTENTS, data=st.data())
def test_case10_a_flipped_bit_costs_its_own_record_alone_and_is_told_as_damage(contents, data):
    ends = ends_of(contents)
    stored = bytearray(written(contents))
    place = data.draw(st.integers(0, len(stored) - 1))
    stored[place] ^= 1 << data.draw(st.integers(0, 7))
    hit = next(number for number, end in enumerate(ends) if place < end)

    pieces = [*read_pieces(MARKER, bytes(stored))]

    assert contents_of(pieces) == contents[:hit] + contents[hit + 1 :]
    assert pieces[hit] == Damage(ends[hit])


@given(contents=CONTENTS, data=st.data())
def test_case10_of_a_prefix_with_flipped_bits_nothing_is_invented(contents, data):
    stored = bytearray(written(contents))
    for place in data.draw(st.lists(st.integers(0, len(stored) - 1), max_size=5)):
        stored[place] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(stored)))

    pieces = [*read_pieces(MARKER, bytes(stored[:cut]))]

    left = iter(contents)
    assert all(content in left for content in contents_of(pieces)), "read in order, and only what was written"
    assert [piece.end for piece in pieces] == sorted({piece.end for piece in pieces})
    assert not pieces or pieces[-1].end == cut


@given(contents=CONTENTS, zeros=st.integers(1, 5000))
def test_case10_zeros_behind_the_last_record_are_a_write_that_power_loss_ended(contents, zeros):
    stored = written(contents) + bytes(zeros)

    assert [*read_pieces(MARKER, stored)][-1] == Torn(len(stored))


def test_case10_a_payload_that_holds_a_record_of_another_file_is_not_taken_for_one():
    forged = frame(b"guessed!", b"a call that never was")
    stored = bytearray(written([b"first", forged, b"third"]))
    stored[ends_of([b"first"])[0] + 1] ^= 1

    assert contents_of(read_pieces(MARKER, bytes(stored))) == [b"first", b"third"]


@pytest.mark.parametrize(("cut", "count"), [(0, 3), (1, 2), (30, 1)])
def test_records_are_counted_by_their_heads(cut, count):
    stored = written([b"one", b"two", b"three"])

    assert count_records(MARKER, stored[: len(stored) - cut]) == count
