"""The header block of a letter: fields, encoded words, parameters, addresses, dates.

RFC 5322 §3, RFC 2047 (encoded words, also broken in the middle of a letter or of a base64 group), RFC 2231 (parameters)
and what mailers really send: raw 8-bit headers, encoded words inside quotes and parameters, unquoted names. Everything
is one pass over the bytes, so a hostile header costs no more than a long one: the standard library needs 13 s for a
60 KB address list (reliability B0). Only the limit on a field's length is ever raised.
"""

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from hub.channels.email.charset import clean_text, decode_text
from hub.domain.errors import PayloadInvalid

MAX_FIELD_BYTES = 64 * 1024
MAX_FIELDS = 2000
MAX_ADDRESSES = 200
_FIELD = re.compile(rb"^([!-9;-~]{1,200})[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
_FOLD = re.compile(rb"\r{0,2}\n[ \t]+")
_WORD = re.compile(rb"=\?([A-Za-z0-9_.:'\-]{1,60})(?:\*[A-Za-z0-9\-]*)?\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,3})\?=")
_MESSAGE_ID = re.compile(r"<\s*([^<>\s]+)\s*>")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_PARAMETER = re.compile(rb';\s*([^\s=;"]{1,100})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?$")
_ADDRESS_TOKEN = re.compile(
    r'=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=|"(?:[^"\\]|\\.)*"?|\([^()]*\)|<[^<>]*>|[,;:]|[^",;:<>()=]+|.', re.DOTALL
)
_ENDS = frozenset({",", ";", ":"})
_SPACE = re.compile(r"[ \t\r\n]+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class MailAddress:
    """One mailbox of an address field: `name` is what it calls itself, `address` as written, empty if there is none."""

    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A structured field such as Content-Type: lower-case `main` word and its decoded parameters."""

    main: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


class Headers:
    """Fields of one header block. `hint` is the codec of the letter's 8-bit text where the field itself names none."""

    __slots__ = ("_fields", "hint")

    def __init__(self, block: bytes, hint: str = "") -> None:
        self._fields = _split_fields(block)
        self.hint = hint

    def raw(self, name: str) -> bytes:
        """Return the unfolded bytes of the first field of that lower-case name, empty if there is none."""
        values = self._fields.get(name)
        return values[0] if values else b""

    def all_text(self, name: str) -> list[str]:
        """Return every field of that name, decoded, in order of appearance."""
        return [decode_words(value, self.hint) for value in self._fields.get(name, ())]

    def text(self, name: str) -> str:
        """Return the first field of that name, decoded, on one line, empty if there is none."""
        value = self.raw(name)
        return " ".join(decode_words(value, self.hint).split()) if value else ""

    def has(self, *names: str) -> bool:
        """Tell whether any of the lower-case names is there."""
        return any(name in self._fields for name in names)

    def value(self, name: str) -> Value:
        """Return a structured field with its parameters."""
        raw = self.raw(name)
        return parse_value(raw, self.hint) if raw else Value()

    def addresses(self, name: str) -> tuple[MailAddress, ...]:
        """Return the mailboxes of all fields of that name, at most `MAX_ADDRESSES`."""
        found: list[MailAddress] = []
        for value in self._fields.get(name, ()):
            found.extend(parse_addresses(value, self.hint))
        return tuple(found[:MAX_ADDRESSES])

    def message_ids(self, name: str) -> tuple[str, ...]:
        """Return ids without angle brackets in order, each once; a bare word with `@` counts too."""
        text = self.text(name)
        found = _MESSAGE_ID.findall(text) or [word.strip("<>") for word in text.split() if "@" in word]
        return tuple(dict.fromkeys(clean[:500] for clean in found))

    def date(self, name: str = "date") -> datetime | None:
        """Return the instant in UTC, None if it is missing or nonsense."""
        try:
            found = parsedate_to_datetime(self.text(name)[:100])
            aware = found if found.tzinfo else found.replace(tzinfo=UTC)
            return aware.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None

    def eight_bit(self) -> bytes:
        """Return the values that hold undeclared 8-bit text, for guessing its charset."""
        return b"\n".join(v for values in self._fields.values() for v in values if not v.isascii())


def decode_words(value: bytes, hint: str = "") -> str:
    """Return a field's text: encoded words decoded, neighbours of one charset joined before, raw bytes guessed."""
    if b"=?" not in value:
        return decode_text(value, "", hint)
    pieces: list[str] = []
    at = 0
    for start, end, data, charset in _runs(value):
        between = value[at:start]
        if between.strip() or at == 0:
            pieces.append(decode_text(between, "", hint))
        pieces.append(decode_text(data, charset, hint))
        at = end
    pieces.append(decode_text(value[at:], "", hint))
    return "".join(pieces)


def _runs(value: bytes) -> Iterator[tuple[int, int, bytes, str]]:
    """Yield start, end, bytes and charset of runs of encoded words of one charset with only space between them."""
    words: list[re.Match[bytes]] = []
    for word in _WORD.finditer(value):
        if words and (value[words[-1].end() : word.start()].strip() or word[1].lower() != words[-1][1].lower()):
            yield words[0].start(), words[-1].end(), _joined(words), words[0][1].decode("ascii")
            words = []
        words.append(word)
    if words:
        yield words[0].start(), words[-1].end(), _joined(words), words[0][1].decode("ascii")


def _joined(words: list[re.Match[bytes]]) -> bytes:
    """Return the bytes of a run; a base64 group cut in two by the mailer is put together first."""
    data: list[bytes] = []
    rest = b""
    for word in words:
        if word[2] in b"qQ":
            data += [_base64(rest), binascii.a2b_qp(word[3].replace(b" ", b"_"), header=True)]
            rest = b""
            continue
        rest += word[3]
        if rest.rstrip().endswith(b"=") or len(_NOT_BASE64.sub(b"", rest)) % 4 == 0:
            data.append(_base64(rest))
            rest = b""
    return b"".join([*data, _base64(rest)])


def _base64(text: bytes) -> bytes:
    clean = _NOT_BASE64.sub(b"", text)
    if len(clean) % 4 == 1:
        clean = clean[:-1]
    return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def parse_value(raw: bytes, hint: str = "") -> Value:
    """Return main word and parameters of a structured field; RFC 2231 pieces are joined, encoded words decoded."""
    main = raw.partition(b";")[0].strip().lower().decode("ascii", "replace")
    sections: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for found in _PARAMETER.finditer(raw):
        name = _SECTION.match(found[1].decode("ascii", "replace").lower())
        if name is not None:
            place = sections.setdefault(name[1], {})
            place.setdefault(int(name[2] or 0), (_unquoted(found[2]), bool(name[3])))
    return Value(main.split()[0] if main.split() else "", {k: _section_text(v, hint) for k, v in sections.items()})


def _unquoted(value: bytes) -> bytes:
    value = value.strip()
    if value[:1] != b'"':
        return value
    return re.sub(rb"\\(.)", rb"\1", value[1:].removesuffix(b'"'))


def _section_text(sections: Mapping[int, tuple[bytes, bool]], hint: str) -> str:
    """Return the value of one parameter from its numbered, possibly percent-encoded sections (RFC 2231 §3, §4)."""
    charset = ""
    data: list[bytes] = []
    is_encoded = False
    for number in sorted(sections):
        value, is_percent = sections[number]
        if is_percent and number == min(sections) and value.count(b"'") >= 2:
            label, _, value = value.split(b"'", 2)
            charset = label.decode("ascii", "replace")
        is_encoded = is_encoded or is_percent
        data.append(unquote_to_bytes(value) if is_percent else value)
    joined = b"".join(data)
    return decode_text(joined, charset, hint) if is_encoded else decode_words(joined, hint)


def parse_addresses(raw: bytes, hint: str = "") -> list[MailAddress]:
    """Return the mailboxes of an address field, groups flattened; text without an address keeps its name."""
    if raw.count(b'"') % 2:
        raw = raw.replace(b'"', b"")
    found: list[MailAddress] = []
    tokens: list[str] = []
    for token in [*_ADDRESS_TOKEN.findall(raw.decode("latin-1")), ","]:
        if token in _ENDS:
            found += _mailbox(tokens, hint) if token != ":" else []  # noqa: S105
            tokens = []
        else:
            tokens.append(token)
        if len(found) >= MAX_ADDRESSES:
            break
    return found


def _mailbox(tokens: list[str], hint: str) -> list[MailAddress]:
    """Return the mailbox that the tokens between two commas make, none if they are empty."""
    words, comment, angled = _sort_tokens(tokens)
    plain = _SPACE.sub(" ", words).strip(" ")
    if angled:
        return [MailAddress(_shown(plain or comment, hint), _shown(angled.replace(" ", ""), hint))]
    bare = next((word for word in plain.split(" ") if "@" in word.strip("@")), "")
    if bare:
        return [MailAddress(_shown(plain.replace(bare, "").strip(" ") or comment, hint), _shown(bare, hint))]
    return [MailAddress(_shown(plain, hint), "")] if plain else []


def _sort_tokens(tokens: list[str]) -> tuple[str, str, str]:
    """Return words, comment and the part in angle brackets; the last of each counts, an empty one does not."""
    words, comment, angled = "", "", ""
    for token in tokens:
        first = token[0] if len(token) > 1 else ""
        if first == "<":
            angled = token[1:-1].strip(" \t") or angled
        elif first == "(":
            comment = token[1:-1]
        else:
            words += _ESCAPED.sub(r"\1", token[1:-1]) if first == '"' else token
    return words, comment, angled


def _shown(text: str, hint: str) -> str:
    """Return text that was carried through as latin-1, decoded, without what would fool an eye."""
    decoded = decode_words(text.encode("latin-1"), hint)
    return _INVISIBLE.sub("", " ".join(clean_text(decoded).split())).strip("\"' ")


def _split_fields(block: bytes) -> dict[str, list[bytes]]:
    fields: dict[str, list[bytes]] = {}
    for number, found in enumerate(_FIELD.finditer(block)):
        value = found[2]
        if len(value) > MAX_FIELD_BYTES:
            raise PayloadInvalid(f"a header field is longer than {MAX_FIELD_BYTES} bytes")
        if number >= MAX_FIELDS:
            raise PayloadInvalid(f"more than {MAX_FIELDS} header fields")
        if b"\n" in value:
            value = _FOLD.sub(b" ", value)
        fields.setdefault(found[1].decode("ascii").lower(), []).append(value.strip())
    return fields
