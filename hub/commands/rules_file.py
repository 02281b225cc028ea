"""A file of rules as commands take it: read, and refused as a whole with every fault."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from hub.commands.machine import MachineClock
from hub.commands.printing import print_lines
from hub.commands.texts import say
from hub.domain.errors import ConfigError, PolicyInvalid
from hub.routing.document import parse_policy
from hub.routing.fault import Fault

RulesFile = Annotated[Path, typer.Argument(help="TOML file, for instance examples/shop.toml.")]


def right_text(file: Path, language: str) -> str:
    """Return the text of a file in which nothing is wrong; else it is told as `refusing` does.

    Raises:
        ConfigError: the file cannot be read, or something in it is wrong.
    """
    text = _read(file)
    with refusing(file, language):
        parse_policy(text, at=MachineClock().now())
    return text


@contextmanager
def refusing(file: Path, language: str) -> Iterator[None]:
    """Tell of a file that is refused inside the block.

    Several faults are printed one a line; the error names the first and their number.

    Raises:
        ConfigError: something in the file is wrong.
    """
    try:
        yield
    except PolicyInvalid as error:
        first, *others = error.words.say(language).splitlines()
        print_lines(f"{file}: {fault}" for fault in (first, *others) if others)
        more = say(language, "policy.more", count=len(others)) if others else ""
        raise ConfigError(say(language, "policy.refused", file=file, first=first, more=more)) from error


def print_doubts(file: Path, doubts: Iterable[Fault], language: str) -> None:
    """Print what is probably not meant to standard error; it holds up nothing."""
    for doubt in doubts:
        typer.echo(say(language, "policy.doubt", file=file, said=doubt.say(language)), err=True)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
