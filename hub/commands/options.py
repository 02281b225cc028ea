"""Options that override settings of the installation: `--data`, `--dsn` and whatever else a command takes of them.

They are made from the fields of `hub.config.Config`, so their help is what the settings' documentation says.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from hub.config import Config, load_config

_FILE = Annotated[Path | None, typer.Option("--config", help="Settings file; hub.toml here if left out.")]


def with_config(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the settings as its first argument, and the options `--config`, `--data`, `--dsn` and `names`.

    What is typed comes before `HUB_*` variables, those before the file.

    Raises:
        ConfigError: from the command, if a setting is wrong.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        overriding = ("data", "dsn", *names)

        @wraps(command)
        def run(**given: Any) -> None:
            typed = {name: given.pop(name) for name in overriding}
            command(load_config(given.pop("config"), **typed), **given)

        own = list(inspect.signature(command).parameters.values())[1:]
        parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
        parameters += [_parameter("config", _FILE), *(_parameter(name, _option(name)) for name in overriding)]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        return run

    return decorate


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _option(name: str) -> Any:
    """Return the option of a setting; whether the value is right the settings say themselves."""
    field = Config.model_fields[name]
    kind: Any = str if field.annotation is SecretStr else field.annotation
    return Annotated[kind | None, typer.Option(f"--{name.replace('_', '-')}", help=field.description)]
