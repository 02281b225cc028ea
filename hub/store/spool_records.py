"""Records of a spool file: how they are framed, and what is read of them after a crash or from a bad disk.

A file is one record after the other: marker, length, CRC-32 of these two, CRC-32 of the content, content (integers are
little-endian, the CRC is that of zlib, RFC 1952 §8). The marker is a random word that stands in the name of the file,
so no sender knows it: behind damage the next record is found by it, and no piece of a payload is ever taken for one.

What a crash cuts off while it is written was never confirmed to anybody; that is told apart from damage, which may have
hit something that was.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

MARKER_BYTES = 8
_HEAD = struct.Struct("<8sIII")
_MARKED = struct.Struct("<8sI")


class Sliced(Protocol):
    """The bytes of a file, as many at a time as are asked for."""

    def __len__(self) -> int: ...
    def __getitem__(self, place: slice, /) -> bytes: ...


class Stored(Sliced, Protocol):
    """The bytes of a file that nobody changes meanwhile: `bytes` or a memory map."""

    def find(self, sought: bytes, start: int, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Record:
    """A whole record; `end` is where the next one begins."""

    content: bytes
    end: int


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes up to `end` that are no record any more, though they may have been one that was confirmed."""

    end: int


@dataclass(frozen=True, slots=True)
class Torn:
    """The last bytes: a record that was being written when the process or the machine died."""

    end: int


Piece: TypeAlias = Record | Damage | Torn


def frame(marker: bytes, content: bytes) -> bytes:
    """Return a record of `content` as it stands in the file of `marker`."""
    marked = _MARKED.pack(marker, len(content))
    return b"%b%b%b" % (marked, struct.pack("<II", zlib.crc32(marked), zlib.crc32(content)), content)


def read_pieces(marker: bytes, stored: Stored, start: int = 0) -> Iterator[Piece]:
    """Yield what a file holds from `start` on, in order; together the pieces are the whole rest of it."""
    while start < len(stored):
        piece = _record_at(marker, stored, start) or _broken_at(marker, stored, start)
        yield piece
        start = piece.end


def count_records(marker: bytes, stored: Sliced) -> int:
    """Return how many records a file seems to hold, by their heads alone: quick, and no proof of any."""
    at = count = 0
    while (length := _length_at(marker, stored, at)) is not None and at + _HEAD.size + length <= len(stored):
        count, at = count + 1, at + _HEAD.size + length
    return count


def _length_at(marker: bytes, stored: Sliced, at: int) -> int | None:
    """Return the length of the content of the record that begins here, None where no sound head stands."""
    head = stored[at : at + _HEAD.size]
    if len(head) < _HEAD.size:
        return None
    found, length, head_sum, _ = _HEAD.unpack(head)
    is_sound = found == marker and head_sum == zlib.crc32(head[: _MARKED.size])
    return int(length) if is_sound else None


def _record_at(marker: bytes, stored: Stored, at: int) -> Record | None:
    length = _length_at(marker, stored, at)
    if length is None:
        return None
    begin = at + _HEAD.size
    content = stored[begin : begin + length]
    (content_sum,) = struct.unpack("<I", stored[begin - 4 : begin])
    is_whole = len(content) == length and content_sum == zlib.crc32(content)
    return Record(content, begin + length) if is_whole else None


def _broken_at(marker: bytes, stored: Stored, at: int) -> Damage | Torn:
    following = stored.find(marker, at + 1)
    while following >= 0 and _record_at(marker, stored, following) is None:
        following = stored.find(marker, following + 1)
    if following >= 0:
        return Damage(following)
    return Torn(len(stored)) if _is_torn(marker, stored, at) else Damage(len(stored))


def _is_torn(marker: bytes, stored: Stored, at: int) -> bool:
    """Tell whether the rest is the beginning of a record, or the zeros of a file that grew before it was written."""
    rest = len(stored) - at
    if rest < _HEAD.size:
        return marker.startswith(stored[at : at + MARKER_BYTES]) or not any(stored[at : len(stored)])
    length = _length_at(marker, stored, at)
    if length is not None:
        return rest < _HEAD.size + length
    return not any(stored[at : len(stored)])
