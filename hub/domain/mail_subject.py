"""Subjects of letters without what mail programs put before them, so that two can be compared."""

import re

_PREFIX = re.compile(
    r"^(?:\s*(?:re|fwd?|fw|aw|wg|ha|на|отв|ответ|вн|пересл|пер|нa|hа)\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\*\d{1,3})?\s*:)+\s*",
    re.IGNORECASE,
)
_FORWARD = re.compile(r"^\s*(?:fwd?|fw|wg|пересл|пер|вн)\s*(?:\[\d{1,3}\])?\s*:", re.IGNORECASE)
_EXTERNAL_TAG = re.compile(r"^\s*\[(?:external|внешн[а-яё]*|ext)\]\s*", re.IGNORECASE)


def normal_subject(subject: str) -> str:
    """Return the subject without Re:, Fwd:, Отв:, HA: and the like in any number, white space folded."""
    text = " ".join(subject.split())
    before = None
    while before != text:
        before = text
        text = _EXTERNAL_TAG.sub("", _PREFIX.sub("", text))
    return text


def is_forward_subject(subject: str) -> bool:
    """Tell whether the outermost prefix says that the letter is a forward."""
    return bool(_FORWARD.match(_EXTERNAL_TAG.sub("", subject)))


def is_other_matter(subject: str, began: str) -> bool:
    """Tell whether a letter under this subject is about something else than one that began under `began` (case 42)."""
    named, before = normal_subject(subject).casefold(), normal_subject(began).casefold()
    return bool(named) and bool(before) and named != before
