"""Options that override settings of the installation: `--data`, `--dsn` and whatever else a command takes of them.

They are made from the fields of `hub.config.Config`, so their help is what the settings' documentation says. A command
with many options of its own takes them as one dataclass.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from pydantic import SecretStr

from hub.commands.language import LANGUAGE
from hub.config import Config, load_config

_FILE = Annotated[Path | None, typer.Option("--config", help="Settings file; hub.toml here if left out.")]
Command = Callable[..., None]


def with_config(*names: str) -> Callable[[Command], Command]:
    """Give a command the settings as its first argument, and the options `--config`, `--data`, `--dsn` and `names`.

    `--language` too, unless the command has an option of that name. What is typed comes before `HUB_*` variables, those
    before the file. An argument whose type is a dataclass becomes one option a field.

    Raises:
        ConfigError: from the command, if a setting is wrong.
    """

    def decorate(command: Command) -> Command:
        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        language = () if "language" in {each.name for each in own} else ("language",)
        overriding = ("data", "dsn", *names, *language)

        @wraps(command)
        def run(context: typer.Context, **given: Any) -> None:
            typed = {name: given.pop(name) for name in overriding}
            config = _load(context, given.pop("config"), typed)
            command(config, **{each.name: _gather(each, given) for each in own})

        parameters = [_parameter("context", typer.Context, inspect.Parameter.empty)]
        parameters += [option for each in own for option in _expand(each)]
        parameters += [_parameter("config", _FILE), *(_parameter(name, _option(name)) for name in overriding)]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        return run

    return decorate


def _load(context: typer.Context, path: Path | None, typed: dict[str, Any]) -> Config:
    """Return the settings, and note their language for whoever tells of a failure."""
    typed["language"] = typed.get("language") or context.find_root().params.get("language")
    context.meta[LANGUAGE] = typed["language"]
    config = load_config(path, **typed)
    context.meta[LANGUAGE] = config.language
    return config


def _expand(parameter: inspect.Parameter) -> Iterable[inspect.Parameter]:
    """Yield the parameter itself, or one for each field of its dataclass."""
    if not is_dataclass(parameter.annotation):
        yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        return
    hints = get_type_hints(parameter.annotation, include_extras=True)
    for field in fields(parameter.annotation):
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        yield _parameter(field.name, hints[field.name], default)


def _gather(parameter: inspect.Parameter, given: Mapping[str, Any]) -> Any:
    """Return the value of a parameter, putting the fields of a dataclass together."""
    if not is_dataclass(parameter.annotation):
        return given[parameter.name]
    made: Any = parameter.annotation
    return made(**{field.name: given[field.name] for field in fields(made)})


def _parameter(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _option(name: str) -> Any:
    """Return the option of a setting; whether the value is right the settings say themselves."""
    field = Config.model_fields[name]
    kind: Any = str if field.annotation is SecretStr else field.annotation
    return Annotated[kind | None, typer.Option(f"--{name.replace('_', '-')}", help=field.description)]
