"""Asks a person: yes or no, and for the settings of a connection until the adapter's own model takes them.

What the model misses or refuses is asked for, with the field's description; secrets are not shown while typed. Where
several fields together are wrong ("give this, or that"), those the model's words name are asked for in their order.
Where nobody can answer (a script, a pipe) the faults are one error instead.
"""

import sys
from collections.abc import Mapping
from typing import Any

import typer
from pydantic import BaseModel, SecretStr

from hub.channels.typed_settings import check_settings, find_wrong_fields, read_value
from hub.commands.language import in_language
from hub.commands.questions import question_of
from hub.commands.texts import say
from hub.domain.errors import ConfigError

_YES = frozenset({"y", "yes", "д", "да"})


def ask_consent(asked: str, *, language: str, refusal: str) -> bool:
    """Return whether a person says yes; anything else is a no.

    Raises:
        ConfigError: nobody can be asked; says `refusal`.
    """
    if not sys.stdin.isatty():
        raise ConfigError(refusal)
    answer = typer.prompt(f"{asked} {say(language, 'ask.yes_or_no')}", default="", show_default=False, err=True)
    return str(answer).strip().lower() in _YES


def ask_settings(
    model: type[BaseModel], given: Mapping[str, Any], *, language: str, asks_all: bool = False
) -> dict[str, Any]:
    """Return settings that the model takes, asking for what is missing; with `asks_all` for everything not given.

    Raises:
        ConfigError: nobody can be asked, or what is wrong is no single field.
    """
    settings = dict(given)
    if not sys.stdin.isatty():
        _refuse_with_a_way_out(model, settings)
        return settings
    for name in model.model_fields if asks_all else ():
        if name not in settings:
            _ask_into(settings, model, name=name, language=language)
    asked = set(settings)
    while wrong := find_wrong_fields(model, settings, asked):
        for name, fault in wrong.items():
            if name in settings:
                typer.echo(in_language(fault, language), err=True)
            settings.pop(name, None)
            asked.add(name)
            _ask_into(settings, model, name=name, language=language)
    return settings


def ask_again(model: type[BaseModel], stored: Mapping[str, Any], *, language: str) -> dict[str, Any]:
    """Return stored settings with secrets asked for anew; an empty answer keeps what is stored.

    Raises:
        ConfigError: nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise ConfigError("say what has changed: --set name=value or --settings; nobody can be asked here")
    settings = dict(stored)
    typer.echo(say(language, "ask.keeps"))
    for name, field in model.model_fields.items():
        if field.annotation is SecretStr and settings.get(name):
            _ask_into(settings, model, name=name, language=language, is_kept=True)
    return settings


def _refuse_with_a_way_out(model: type[BaseModel], settings: Mapping[str, Any]) -> None:
    try:
        check_settings(model, settings)
    except ConfigError as error:
        raise ConfigError(f"{error} (nobody can be asked here: give it with --set name=value or --settings)") from error


def _ask_into(
    settings: dict[str, Any], model: type[BaseModel], *, name: str, language: str, is_kept: bool = False
) -> None:
    """Ask for one field; an empty answer leaves it to its default, or as it is if `is_kept`."""
    field = model.model_fields[name]
    is_secret = field.annotation is SecretStr
    typer.echo(question_of(name, field, language))
    is_required = field.is_required() and not is_kept
    answer = typer.prompt(f"  {name}", default=None if is_required else "", hide_input=is_secret, show_default=False)
    if answer:
        settings[name] = read_value(model, name, answer)
