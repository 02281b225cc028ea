"""What a file of sound is, by its first bytes: messengers play a recording only under the right name.

Source: the magic numbers of ID3v2.4 §3.1, ISO 11172-3 §2.4.1.3 (MPEG audio frames), RIFF/WAVE, RFC 3533 §6 (Ogg) and
ISO 14496-12 §4.3 (MP4). A page of HTML that a PBX shows instead of a recording is none of them.
"""

from dataclasses import dataclass

HEAD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sound:
    """A format: its MIME type and the ending of file names, without dot."""

    mime: str
    ending: str


_MP3 = Sound("audio/mpeg", "mp3")
_MARKS = (
    (0, b"ID3", _MP3),
    (8, b"WAVE", Sound("audio/wav", "wav")),
    (0, b"OggS", Sound("audio/ogg", "ogg")),
    (4, b"ftyp", Sound("audio/mp4", "m4a")),
)


def sound_of(head: bytes) -> Sound | None:
    """Return the format of a file that begins with `head` (12 bytes are enough), `None` if it is no sound we know."""
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return _MP3
    return next((sound for place, mark, sound in _MARKS if head[place : place + len(mark)] == mark), None)
