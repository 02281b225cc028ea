"""How what the rooms say in English is read by people in another language.

The words live with the command line, which binds them when it starts the roles; without it everything stays English.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic.fields import FieldInfo


def _as_it_stands(text: str, language: str) -> str:
    del language
    return text


def _described(name: str, field: FieldInfo, language: str) -> str:
    del language
    return field.description or name


@dataclass(frozen=True, slots=True)
class Speech:
    """`say` takes an error or finding and a language, `ask` a setting's name, its field and a language."""

    say: Callable[[str, str], str] = _as_it_stands
    ask: Callable[[str, FieldInfo, str], str] = _described
