"""`hub explain conversation N`: who the client is, who was chosen and why, how the deadline came about."""

from typing import Annotated

import typer

from hub.app.ground import Ground
from hub.commands.ground import run_on_ground
from hub.commands.opened_office import THE_OPERATOR, open_office
from hub.commands.options import with_config
from hub.commands.printing import AsJson, print_json, print_lines
from hub.config import Config
from hub.domain.errors import ConfigError, NotFound
from hub.inbox.queries import find_conversation_by_number
from hub.inbox.reading import read_reasons

app = typer.Typer(no_args_is_help=True, help="Say in words why a conversation is whose it is and when it is due.")
_LONGEST = 9
Number = Annotated[str, typer.Argument(help="Number as people say it: 1042 or #1042.")]


@app.callback()
def _explain() -> None:
    """Say in words why a conversation is whose it is and when it is due."""


@app.command()
@with_config()
def conversation(config: Config, number: Number, *, as_json: AsJson = False) -> None:
    """Print the story of a conversation, a sentence a line."""
    lines = run_on_ground(config, lambda ground: _tell(ground, number))
    if as_json:
        print_json(lines)
    else:
        print_lines(lines)


async def _tell(ground: Ground, number: str) -> list[str]:
    async with open_office(ground) as office:
        try:
            found = await find_conversation_by_number(office, THE_OPERATOR, _read(number))
            return await read_reasons(office, THE_OPERATOR, found, language=ground.config.language)
        except NotFound as error:
            raise NotFound(f"there is no conversation {number}; numbers stand on the managers' cards") from error


def _read(number: str) -> int:
    digits = number.removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST):
        raise ConfigError(f"'{number}' is no number of a conversation: write it like 1042 or #1042")
    return int(digits)
