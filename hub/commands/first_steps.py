"""What to press at the provider, said before anybody is asked for a token: that is where the token is made.

The settings are not known yet, so the steps are those of the defaults with what was given; the address is one that
comes with saving. Whatever differs then is said once more.
"""

import sys
from collections.abc import Mapping
from typing import Any

import typer
from pydantic import BaseModel, ValidationError

from hub.app.setup_steps import list_setup_steps
from hub.commands.machine import MachineClock, NoRates
from hub.commands.printing import print_lines
from hub.commands.texts import say
from hub.config import Config
from hub.crm_sync.calling import CrmContext
from hub.domain.errors import NotFound
from hub.domain.ids import ConnectionId
from hub.net.http import Http


def tell_first(config: Config, kind: str, given: Mapping[str, Any], *, address: str) -> tuple[str, ...]:
    """Print what to press and return it; nothing where nobody is going to be asked."""
    steps = list_first_steps(kind, given, address=address, language=config.language) if sys.stdin.isatty() else ()
    if steps:
        typer.echo(say(config.language, "connect.first"))
        print_lines(steps)
        typer.echo()
    return steps


def is_complete(model: type[BaseModel], given: Mapping[str, Any]) -> bool:
    """Tell whether nothing needs to be asked for."""
    try:
        model.model_validate(dict(given))
    except ValidationError:
        return False
    return True


def list_first_steps(kind: str, given: Mapping[str, Any], *, address: str, language: str) -> tuple[str, ...]:
    """Return the steps of a kind whose settings are not all known; `address` stands where the provider will call."""
    context = CrmContext(ConnectionId(0), kind, MachineClock(), Http(), NoRates(), _read_no_file, public_url=address)
    return list_setup_steps(kind, given, context, language)


async def _read_no_file(sha256: str) -> bytes:
    raise NotFound(f"there are no files here, {sha256} neither")
