"""A letter understood: raw bytes to `Letter`, the same for ever for the same bytes, hostile ones included.

RFC 5322 and MIME as mailers of the Russian world write them, 2000 to now: undeclared and lying charsets, raw 8-bit
headers, broken boundaries. Raises only for the limits (depth 50, 500 parts, 64 KB a header field); the time and memory
limits are those of the child process it runs in (`child.py`). What the letter means for the hub is `events.py`.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.channels.email import quotes
from hub.channels.email.charset import decode_text, guess_codec
from hub.channels.email.headers import Headers, MailAddress
from hub.channels.email.markup import clean_markup, read_markup, written_around_quotes
from hub.channels.email.parts import Part, split_header, split_letter
from hub.channels.email.threading import SYNTHETIC_DOMAIN
from hub.domain.mail_subject import is_forward_subject

MAX_TEXT_CHARACTERS = 1_000_000
_UNSAFE_NAME = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\"<>|*?:]")
_LINE_END = re.compile(r"\r\n?")


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A file in a letter. `name` is safe to show and has no path; `content` is decoded."""

    name: str
    mime: str
    content: bytes
    is_inline: bool = False

    @property
    def size(self) -> int:
        """Return the decoded size in bytes."""
        return len(self.content)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says.

    `visible_length` is an offset into `body_text`, -1 for all of it. `html` is safe to show, empty without an HTML
    part. Ids are without angle brackets; `is_id_synthetic` marks a Message-ID made of the bytes because there was none.
    `root` is the parsed tree for readers of reports (`classify.py`).
    """

    senders: tuple[MailAddress, ...]
    reply_to: tuple[MailAddress, ...]
    to: tuple[MailAddress, ...]
    cc: tuple[MailAddress, ...]
    subject: str
    sent_at: datetime | None
    body_text: str
    visible_length: int
    html: str
    files: tuple[LetterFile, ...]
    message_id: str
    is_id_synthetic: bool
    in_reply_to: str
    references: tuple[str, ...]
    auto_submitted: str
    root: Part

    @property
    def reply_text(self) -> str:
        """Return what the person wrote above quoted history."""
        return self.body_text if self.visible_length < 0 else self.body_text[: self.visible_length]

    @property
    def headers(self) -> Headers:
        """Return the fields of the letter itself."""
        return self.root.headers


@dataclass(frozen=True, slots=True)
class _Body:
    text: str
    visible_length: int
    html: str


def parse_letter(raw: bytes) -> Letter:
    """Return the letter in `raw`; pure and deterministic.

    Raises:
        PayloadInvalid: it exceeds a limit of `parts.py` or `headers.py`.
    """
    root = split_letter(raw)
    texts, markups, files = _sort_leaves(list(root.leaves()))
    headers = root.headers
    headers.hint = _charset_hint(headers, texts)
    subject = headers.text("subject")
    body = _body(texts, markups, hint=headers.hint, is_forward=is_forward_subject(subject))
    message_ids = headers.message_ids("message-id")
    return Letter(
        senders=headers.addresses("from"),
        reply_to=headers.addresses("reply-to"),
        to=headers.addresses("to"),
        cc=headers.addresses("cc"),
        subject=subject,
        sent_at=headers.date(),
        body_text=body.text,
        visible_length=body.visible_length,
        html=body.html,
        files=tuple(_file(part, number, headers.hint) for number, part in enumerate(files, 1)),
        message_id=message_ids[0] if message_ids else synthetic_id(raw),
        is_id_synthetic=not message_ids,
        in_reply_to=next(iter(headers.message_ids("in-reply-to")), ""),
        references=headers.message_ids("references"),
        auto_submitted=headers.value("auto-submitted").main,
        root=root,
    )


def read_files(raw: bytes) -> list[bytes]:
    """Return the contents of a letter's files in the order of `Letter.files`.

    Raises:
        PayloadInvalid: the letter exceeds a limit.
    """
    return [part.decoded() for part in _sort_leaves(list(split_letter(raw).leaves()))[2]]


def synthetic_id(raw: bytes) -> str:
    """Return a Message-ID for a letter without one: of all its bytes, so that two different letters never share it."""
    return f"{hashlib.sha256(raw).hexdigest()[:32]}@{SYNTHETIC_DOMAIN}"


def safe_name(name: str, number: int, mime: str) -> str:
    """Return a file name without path, control or direction marks; one is made up where the letter gives none."""
    last = re.split(r"[\\/]", name)[-1]
    clean = _UNSAFE_NAME.sub("", last).strip(" .")[:150]
    return clean or f"file-{number}.{_EXTENSIONS.get(mime, 'bin')}"


_EXTENSIONS = {
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "message/rfc822": "eml",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "application/pdf": "pdf",
}


def _sort_leaves(leaves: Sequence[Part]) -> tuple[list[Part], list[Part], list[Part]]:
    """Return text parts, HTML parts and files in order; a text part with a file name is a file."""
    texts: list[Part] = []
    markups: list[Part] = []
    files: list[Part] = []
    for part in leaves:
        is_file = part.headers.value("content-disposition").main == "attachment" or bool(_given_name(part))
        if part.type.main == "text/plain" and not is_file:
            texts.append(part)
        elif part.type.main == "text/html" and not is_file:
            markups.append(part)
        else:
            files.append(part)
    return texts, markups, files


def _charset_hint(headers: Headers, texts: Sequence[Part]) -> str:
    """Return the codec for undeclared 8-bit text: what body and headers together look like."""
    declared = next((part.type.parameters["charset"] for part in texts if "charset" in part.type.parameters), "")
    undeclared = headers.eight_bit()
    if not undeclared:
        return declared
    body = texts[0].decoded()[:4000] if texts else b""
    return guess_codec(undeclared + b"\n" + body if not declared else undeclared, declared or "cp1251")


def _body(texts: Sequence[Part], markups: Sequence[Part], *, hint: str, is_forward: bool) -> _Body:
    text = "\n\n".join(filter(None, (_plain(part, hint) for part in texts)))
    source = "\n".join(_source(part, hint) for part in markups)
    if not text.strip() and source.strip():
        return _body_of_markup(source, is_forward=is_forward)
    length = quotes.visible_length(text, is_forward=is_forward)
    if source and not is_forward:
        length = _length_by_markup(text, source, length)
    return _Body(text, length, clean_markup(source) if source else "")


def _body_of_markup(source: str, *, is_forward: bool) -> _Body:
    markup = read_markup(source)
    by_text = quotes.visible_length(markup.text, is_forward=is_forward)
    if is_forward or not markup.has_quote:
        return _Body(markup.text, by_text, markup.html)
    aligned = None if quotes.is_written(markup.after) else quotes.align_visible(markup.text, markup.visible)
    if aligned is None:
        return _Body(markup.text, quotes.ALL_VISIBLE, markup.html)
    return _Body(markup.text, _earlier(quotes.trim_attribution(markup.text, aligned), by_text), markup.html)


def _length_by_markup(text: str, source: str, by_text: int) -> int:
    """Return the visible length the HTML alternative tells, or the one of the text patterns where it tells none."""
    before, after, has_quote = written_around_quotes(source)
    if not has_quote:
        return by_text
    if quotes.is_written(after):
        return quotes.ALL_VISIBLE
    aligned = quotes.align_visible(text, before)
    if aligned is None or quotes.is_forwarded(text):
        return by_text
    return _earlier(quotes.trim_attribution(text, aligned), by_text)


def _earlier(one: int, other: int) -> int:
    """Return the smaller of two visible lengths; -1 means all."""
    return max(one, other) if quotes.ALL_VISIBLE in {one, other} else min(one, other)


def _plain(part: Part, hint: str) -> str:
    text = decode_text(part.decoded(), part.type.parameters.get("charset", ""), hint)
    text = _LINE_END.sub("\n", text)[:MAX_TEXT_CHARACTERS].strip("\n")
    return _unflow(text) if part.type.parameters.get("format", "").lower() == "flowed" else text


def _unflow(text: str) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676 §4.1) outside quotations and signatures."""
    lines: list[str] = []
    for line in text.split("\n"):
        is_soft = bool(lines) and lines[-1].endswith(" ") and lines[-1] != "-- "
        if is_soft and not line.startswith(">") and not lines[-1].startswith(">"):
            lines[-1] += line.removeprefix(" ")
        else:
            lines.append(line.removeprefix(" "))
    return "\n".join(lines)


def _source(part: Part, hint: str) -> str:
    return decode_text(part.decoded(), part.type.parameters.get("charset", ""), hint)[:MAX_TEXT_CHARACTERS]


def _given_name(part: Part) -> str:
    disposition = part.headers.value("content-disposition").parameters
    return disposition.get("filename") or part.type.parameters.get("name", "")


def _file(part: Part, number: int, hint: str) -> LetterFile:
    part.headers.hint = hint
    is_letter = part.type.main == "message/rfc822"
    name = _given_name(part)
    if is_letter and not name:
        name = Headers(split_header(part.content)[0]).text("subject")[:100] + ".eml"
    is_inline = part.headers.value("content-disposition").main != "attachment" and part.headers.has("content-id")
    return LetterFile(safe_name(name, number, part.type.main), part.type.main, part.decoded(), is_inline)
