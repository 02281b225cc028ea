"""Where a person's words end and the quoted history begins: an offset into the text, nothing is deleted.

HTML containers decide first (`markup.py`), then text patterns: attribution lines of Russian and English mailers,
header blocks of Outlook, separator lines, `>` marks. Answers between or below quoted lines, quotations alone and
forwarded letters keep everything visible, because hiding words of a client is worse than showing history twice.
"""

import re
from dataclasses import dataclass

ALL_VISIBLE = -1
_WORDS = re.compile(
    r"(?:wrote|writes|написал\(а\)|писал\(а\)|(?:на)?писал[аи]?|пишет|сообщил[аи]?|schrieb|a écrit|escribió)\s*:$",
    re.IGNORECASE,
)
_VERB = re.compile(r"\b(?:wrote|writes|(?:на)?писал\w*|пишет|сообщил\w*|schrieb|a écrit|escribió)\b", re.IGNORECASE)
_WHEN = re.compile(r"\b\d{1,2}[:.]\d{2}\b|\b20\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>]+\.[^\s@<>]+")
_SEPARATOR = re.compile(
    r"^\s*(?:[-_=*]{2,}\s*)(?:Original Message|Original Appointment|Исходное сообщение|Оригинальное сообщение|"
    r"Ursprüngliche Nachricht|Reply message|Сообщение отправителя)\s*(?:[-_=*]{2,})\s*$",
    re.IGNORECASE,
)
FORWARD_LINE = re.compile(
    r"^[\s>]*[-_=*]*\s*(?:Forwarded message|Begin forwarded message|Пересланное сообщение|Пересылаемое сообщение|"
    r"Перенаправленное сообщение|Начало пере(?:адресованного|сылаемого|направленного) сообщения|"
    r"Переадресованное сообщение|Конец пересылаемого сообщения)\s*[-_=*:]*",
    re.IGNORECASE,
)
_FROM = re.compile(r"^[\s*]*(?:From|От|От кого|Отправитель)\s*:[\s*]*\S", re.IGNORECASE)
_SENT = re.compile(r"^[\s*]*(?:Sent|Date|Отправлено|Дата|Послано|To|Кому|Subject|Тема)\s*:[\s*]*\S", re.IGNORECASE)
_RULE = re.compile(r"^\s*[_\-]{10,}\s*$")
_SIGNATURE = re.compile(r"^(?:--\s?|—|_{3,})$")
_SENT_FROM = re.compile(
    r"^\s*(?:Отправлено (?:с|из)|Sent from|Sent via|Get Outlook|Скачать Outlook|С уважением|Best regards)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str

    @property
    def is_quoted(self) -> bool:
        return self.text.lstrip().startswith((">", "|>"))

    @property
    def is_blank(self) -> bool:
        return not self.text.strip(" \t\xa0>")


def visible_length(text: str, *, is_forward: bool = False) -> int:
    """Return the number of characters a person wrote above quoted history, `ALL_VISIBLE` if nothing is to be folded."""
    lines = _lines(text)
    if is_forward or is_forwarded(text):
        return ALL_VISIBLE
    for at, line in enumerate(lines):
        if _is_history_start(lines, at):
            return _cut(text, lines[_above_rule(lines, at)].start)
        if line.is_quoted and not line.is_blank:
            return _cut_at_marks(text, lines, at)
        attribution = _attribution_start(lines, at)
        if attribution is not None:
            quoted = _next_filled(lines, at + 1)
            if quoted is not None and lines[quoted].is_quoted:
                return _cut_at_marks(text, lines, quoted)
            if _is_sure(lines, attribution, at):
                return _cut(text, lines[attribution].start)
    return ALL_VISIBLE


def align_visible(text: str, visible: str) -> int | None:
    """Return the offset in `text` at which `visible` (the same words, other layout) ends, None if they differ."""
    wanted = "".join(visible.split())
    if not wanted:
        return None
    done = 0
    for at, character in enumerate(text):
        if character.isspace():
            continue
        if character != wanted[done]:
            return None
        done += 1
        if done == len(wanted):
            return at + 1
    return None


def trim_attribution(text: str, length: int) -> int:
    """Return `length` less an attribution that ends there: mailers put it above the container of the quotation."""
    lines = _lines(text[:length].rstrip())
    first = _loose_attribution_start(lines, len(lines) - 1)
    return length if first is None else _cut(text, lines[first].start)


def is_written(text: str) -> bool:
    """Tell whether text behind a quotation is more than a signature or a footer."""
    for line in text.splitlines():
        if _SIGNATURE.match(line.strip()) or _SENT_FROM.match(line):
            return False
        if line.strip(" \t\xa0>"):
            return True
    return False


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    start = 0
    for line in text.split("\n"):
        lines.append(_Line(start, line))
        start += len(line) + 1
    return lines


def _is_history_start(lines: list[_Line], at: int) -> bool:
    """Tell a separator line, or the header block of Outlook: From, then two more of its fields within five lines."""
    if _SEPARATOR.match(lines[at].text):
        return True
    if not _FROM.match(lines[at].text):
        return False
    return sum(bool(_SENT.match(line.text)) for line in lines[at + 1 : at + 6]) >= 2


def _above_rule(lines: list[_Line], at: int) -> int:
    """Include the line of underscores mailers draw above a header block."""
    above = at - 1
    while above >= 0 and lines[above].is_blank:
        above -= 1
    return above if above >= 0 and _RULE.match(lines[above].text) else at


def _attribution_start(lines: list[_Line], at: int) -> int | None:
    """Return the first line of an attribution that ends at line `at` (it may be wrapped over three), else None."""
    if not lines[at].text.rstrip(" \t\xa0").endswith(":") or len(lines[at].text) > 300:
        return None
    for first in range(at, max(-1, at - 3), -1):
        if first < at and (lines[first].is_blank or lines[first].is_quoted):
            return None
        joined = " ".join(line.text.strip() for line in lines[first : at + 1])
        if _WHEN.search(joined) and (_VERB.search(joined) or _ADDRESS.search(joined)):
            return first
    return None


def _is_sure(lines: list[_Line], first: int, last: int) -> bool:
    """Tell whether an attribution without `>` below it is one: date, address or verb, at a paragraph's start."""
    joined = " ".join(line.text.strip() for line in lines[first : last + 1])
    starts_paragraph = first == 0 or lines[first - 1].is_blank
    return starts_paragraph and bool(_ADDRESS.search(joined) or _WORDS.search(joined))


def _cut_at_marks(text: str, lines: list[_Line], quoted: int) -> int:
    """Cut above a block of `>` lines and its attribution, unless a person wrote below it."""
    below = "\n".join(line.text for line in lines[quoted:] if not line.is_quoted and not _is_attribution(lines, line))
    if is_written(below):
        return ALL_VISIBLE
    above = quoted - 1
    while above >= 0 and lines[above].is_blank:
        above -= 1
    if above >= 0 and quoted - above <= 3:
        first = _loose_attribution_start(lines, above)
        quoted = first if first is not None else quoted
    return _cut(text, lines[quoted].start)


def _loose_attribution_start(lines: list[_Line], at: int) -> int | None:
    found = _attribution_start(lines, at)
    return at if found is None and _WORDS.search(lines[at].text.strip()) else found


def _is_attribution(lines: list[_Line], line: _Line) -> bool:
    stripped = line.text.strip()
    return stripped.endswith(":") and bool(_WORDS.search(stripped) or (_WHEN.search(stripped) and "@" in stripped))


def _next_filled(lines: list[_Line], at: int) -> int | None:
    return next((place for place in range(at, min(at + 3, len(lines))) if lines[place].text.strip()), None)


def _cut(text: str, offset: int) -> int:
    visible = text[:offset].rstrip()
    return len(visible) if visible.strip() else ALL_VISIBLE


def is_forwarded(text: str) -> bool:
    """Tell whether the text holds a forwarded letter, which is news to us and no history."""
    return any(FORWARD_LINE.match(line) for line in text.split("\n"))
