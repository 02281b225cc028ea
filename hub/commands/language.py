"""Finds the Russian of an English error, finding or reason of the hub (`refusals`), and of the reasons within it."""

import re
from functools import cache

from hub.commands.refusals import REFUSALS

LANGUAGE = "hub.language"
"""Where a command notes the language of its settings, for whoever speaks after it failed."""


def in_language(text: str, language: str) -> str:
    """Return an English sentence of the hub in `ru` or `en`; what is not known stays as it is."""
    return text if language == "en" else _in_russian(text)


def _in_russian(text: str) -> str:
    for pattern, russian in _patterns():
        if found := pattern.fullmatch(text):
            return russian.format(*map(_in_russian, found.groups()))
    for glue in ("; ", ": "):
        head, is_found, rest = text.partition(glue)
        if is_found:
            return _in_russian(head) + glue + _in_russian(rest)
    return text


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return every sentence as a pattern, those with most fixed words first."""
    ordered = sorted(REFUSALS, key=lambda english: len(english.replace("{}", "")), reverse=True)
    return [(_pattern(english), REFUSALS[english]) for english in ordered]


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, english.split("{}"))), re.DOTALL)
