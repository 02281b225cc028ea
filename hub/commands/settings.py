"""Settings of a connection from files and `name=value`, checked by the adapter's own model."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from hub.domain.errors import ConfigError


def read_settings_file(path: Path) -> dict[str, Any]:
    """Return the settings of a TOML or JSON file (by its first character, whatever its name).

    Raises:
        ConfigError: it cannot be read or is no table of names and values.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if text.lstrip()[:1] in {"{", "["} else tomllib.loads(text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # JSON, TOML and UTF-8 faults are all ValueErrors
        raise ConfigError(f"{path} is neither TOML nor JSON: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path} holds a list where names with values are expected")
    return found


def read_assignments(model: type[BaseModel], given: Sequence[str]) -> dict[str, Any]:
    """Return the values of `name=value` texts; a list is written with commas, a mapping as JSON.

    Raises:
        ConfigError: there is no equals sign, or no such setting.
    """
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals:
            raise ConfigError(f"--set {name}: write it as name=value")
        if name not in model.model_fields:
            raise ConfigError(f"--set {name}: there is no such setting; there are: {', '.join(model.model_fields)}")
    return {name: read_value(model, name, text) for name, _, text in pairs}


def read_value(model: type[BaseModel], name: str, text: str) -> Any:
    """Return typed text in the form the model takes; numbers and switches it reads by itself."""
    annotation = str(model.model_fields[name].annotation)
    if text.lstrip()[:1] in {"[", "{"}:
        try:
            return json.loads(text)
        except ValueError as error:
            raise ConfigError(f"{name}: not JSON: {error}") from error
    is_list = annotation.startswith(("tuple[", "list[", "frozenset["))
    return [part.strip() for part in text.split(",") if part.strip()] if is_list else text


def check_settings(model: type[BaseModel], given: Mapping[str, Any]) -> Any:
    """Return the settings as the model has them.

    Raises:
        ConfigError: names every setting that is wrong and what it should be.
    """
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        raise ConfigError("; ".join(list_setting_faults(error))) from error


def list_setting_faults(error: ValidationError) -> list[str]:
    """Return `name: what is wrong` for each fault; values are left out, they may be secrets."""
    plain = {"missing": "is missing", "extra_forbidden": "there is no such setting"}
    return [
        f"{'.'.join(map(str, fault['loc'])) or 'settings'}: "
        + (plain.get(fault["type"]) or fault["msg"].removeprefix("Value error, "))
        for fault in error.errors(include_url=False, include_input=False)
    ]
