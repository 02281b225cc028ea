"""The values of the page behind a link to connect: what is asked, what is wrong, what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Input(StrEnum):
    """How something is typed. `hidden` is for secrets: not seen while typed and never shown again."""

    text = "text"
    hidden = "password"
    check = "checkbox"
    choice = "choice"


@dataclass(frozen=True, slots=True)
class ConnectField:
    """One question. `choices` are values with labels; `fault` says what is wrong with what was typed."""

    name: str
    question: str
    input: Input = Input.text
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_required: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ConnectPage:
    """A form with its button, or, without one, a word. `more` are questions that may be left alone."""

    title: str
    language: str
    lines: tuple[str, ...] = ()
    fault: str = ""
    fields: Sequence[ConnectField] = ()
    more: Sequence[ConnectField] = ()
    more_label: str = ""
    button: str = ""
    status: int = 200


class Connecting(Protocol):
    """What is behind the links; bound by `hub.app`. `remote` is the address a request came from."""

    @property
    def is_secure(self) -> bool:
        """Tell whether browsers reach us by https."""
        ...

    @property
    def public_host(self) -> str:
        """Return host and port under which browsers reach us, as in their `Origin`; empty if that is not known."""
        ...

    async def show(self, token: str, remote: str) -> ConnectPage:
        """Return what is asked for; changes nothing."""
        ...

    async def save(self, token: str, given: Mapping[str, str], remote: str) -> ConnectPage:
        """Try what was typed and save it, or return what is wrong with it."""
        ...
